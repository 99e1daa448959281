"""Writing the demo, through the same use cases that people go through, on the days on which it would have happened."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django_scopes import scope

from shidra.conditions.common_agenda.usecases import write_agenda
from shidra.conditions.shared_measurement.codebook import Codebook
from shidra.conditions.shared_measurement.queries.reports import newest_values
from shidra.conditions.shared_measurement.usecases import keep_dictionary, open_round, review_report, submit_report
from shidra.conditions.shared_measurement.usecases.build_release import build_release
from shidra.conditions.shared_measurement.usecases.publish_release import publish_release
from shidra.conditions.shared_measurement.usecases.report_values import report_values
from shidra.conditions.shared_measurement.values import REPORTED, ReportedValue
from shidra.entrypoints.demo import content
from shidra.entrypoints.demo.adopted_version import adopt_a_version, make_sets
from shidra.entrypoints.demo.asked_values import ask_about_values, hold_against
from shidra.entrypoints.demo.known_world import know_the_world
from shidra.entrypoints.demo.turned_curve import Cast, agree_to_compare, turn_a_curve
from shidra.foundation.initiatives.models import Initiative, Membership, Partnership, PastName, Role, StatusChange
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person
from shidra.foundation.places.models import Place
from shidra.foundation.places.placing import put_in_hierarchy
from shidra.kernel import clock
from shidra.kernel.periods import Period

PASSWORD = "shidra-demo"  # noqa: S105  # of the demo's own made-up people, printed when it starts
_HERE = Path(__file__).parent
_SEED = 5778
# Nobody here is a person: each is called by a role, in their own language, or in all where everybody reads it.
_ADMINISTRATOR = "Site administrator · ניהול האתר · إدارة الموقع"
_EDITOR = "Atlas editor · עריכת האטלס · تحرير الأطلس"
_STEWARD = "Steward · ריכוז היוזמה · قيادة المبادرة"
_DATA_CONTACT = {"he": "ריכוז נתונים, %s", "ar": "تنسيق البيانات، %s", "en": "Data contact of %s"}


@dataclass(frozen=True)
class Login:
    """A made-up person of the demo."""

    email: str
    what: str


LOGINS = (
    Login("steward@demo.example", "steward of the fictional initiative: opens rounds, accepts, publishes releases"),
    Login("khatwa@demo.example", "reports and approves for Khatwa Association, which has not reported yet; in Arabic"),
    Login("young-adults@demo.example", "reports and approves for the Young Adults Centre; in Hebrew"),
    Login("editor@demo.example", "editor of the atlas: a proposal and a row of a file wait on the desk"),
    Login("admin@demo.example", "site administrator"),
)


def is_there() -> bool:
    """Whether this installation holds the demo already."""
    return Initiative.objects.filter(slug=content.SHEZAF.slug).exists()


def build_demo() -> None:
    """Write the whole demo into an empty installation. Takes a few seconds."""
    today = clock.today()
    places = _places()
    admin = _person("admin@demo.example", _ADMINISTRATOR, is_staff=True)
    for story, part in ((content.TOP15, "top15"), (content.MILWAUKEE, "milwaukee")):
        _published(story, part, places, admin)
    _shezaf(places, admin, today)


# --- real initiatives ---------------------------------------------------------------------------------------------


def _published(story: content.Story, part: str, places: dict[str, Place], admin: Person) -> None:
    """An initiative with its published figures, one release for each time that figures were published or restated."""
    rows = [row for row in _figures() if row["initiative"] == part]
    with _on(date.fromisoformat(story.more["founded"])):
        initiative, backbone = _initiative(story, places, fictional=False)
        with scope(initiative=initiative):
            _give_role(initiative, admin, Role.STEWARD)
            _agenda(story, initiative, admin)
            definitions = _dictionary(story, initiative, admin)
    with scope(initiative=initiative):
        if story.later_goal is not None:
            day, goal = story.later_goal
            with _on(date.fromisoformat(day)):
                _word_goal_anew(initiative, admin, goal)
        for number, day in enumerate(story.released_on, 1):
            with _on(date.fromisoformat(day)):
                _release_what_was_published(
                    initiative, admin, backbone, definitions, places[story.more["place"]],
                    [row for row in rows if row["release"] == str(number)],
                )  # fmt: skip


def _word_goal_anew(initiative: Initiative, by: Person, goal: dict[str, str]) -> None:
    draft = write_agenda.begin_draft(by=by, initiative=initiative)
    write_agenda.word_agenda(by=by, agenda=draft, fields={"goal": goal})
    write_agenda.publish_agenda(by=by, agenda=draft)


def _release_what_was_published(
    initiative: Initiative,
    by: Person,
    backbone: Organisation,
    definitions: dict[str, Any],
    place: Place,
    rows: list[dict[str, str]],
) -> None:
    for row in rows:
        if row["kind"] == "benchmark":
            keep_dictionary.set_reference_value(
                by=by,
                indicator=definitions[row["indicator"]].indicator,
                kind="benchmark",
                period=Period.from_code(row["year"]),
                amount=Decimal(row["value"]),
                names=content.t("ארצות הברית", "الولايات المتحدة", "United States"),
                source=row["source"],
            )
    report_values(
        by=by,
        initiative=initiative,
        source="import",
        organisation=backbone,
        values=[
            _published_value(row, definitions, backbone, place, initiative) for row in rows if row["kind"] == "value"
        ],
    )
    note = _release_note(rows[0]["release"])
    publish_release(by=by, release=build_release(by=by, initiative=initiative), note=note)


def _release_note(number: str) -> dict[str, str]:
    if number == "1":
        return content.t("הנתונים כפי שפורסמו", "المعطيات كما نُشرت", "The figures as published")
    return content.t(
        "נתונים חדשים, ועדכון של נתונים שפורסמו קודם",
        "معطيات جديدة وتحديث لمعطيات نُشرت سابقًا",
        "New figures, and some published earlier restated",
    )


def _published_value(
    row: dict[str, str],
    definitions: dict[str, Any],
    backbone: Organisation,
    place: Place,
    initiative: Initiative,
) -> ReportedValue:
    group = _group(initiative, f"origin={row['group']}" if row["group"] else "")
    remarks = [("source", row["source"])]
    if row["note"] != "found":
        remarks.append(("note", row["note"].removeprefix("found, ").removeprefix("found; ")))
    return ReportedValue(
        definition_id=definitions[row["indicator"]].pk,
        organisation_id=backbone.pk,
        place_id=place.pk,
        group_id=group,
        period=row["year"],
        state=REPORTED,
        numerator=Decimal(row["numerator"]) if row["numerator"] else None,
        denominator=Decimal(row["denominator"]) if row["denominator"] else None,
        value=Decimal(row["value"]),
        remarks=tuple(remarks),
        verdict="accepted",
    )


def _figures() -> list[dict[str, str]]:
    with (_HERE / "published_figures.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- the fictional initiative -------------------------------------------------------------------------------------


def _shezaf(places: dict[str, Place], admin: Person, today: date) -> None:
    story = content.SHEZAF
    first_year = today.year - 5 if today.month >= 9 else today.year - 6
    with _on(date(first_year, 9, 1)):
        initiative, backbone = _initiative(story, places, fictional=True)
        with scope(initiative=initiative):
            steward = _person("steward@demo.example", _STEWARD)
            _give_role(initiative, steward, Role.STEWARD, backbone)
            _give_role(initiative, admin, Role.STEWARD, backbone)
            _agenda(story, initiative, steward)
            definitions = _dictionary(story, initiative, steward)
            make_sets(initiative, steward, definitions)
            partners = {text.key: _partner(initiative, text) for text in content.PARTNERS}
    with scope(initiative=initiative):
        for year in range(first_year, first_year + 4):
            due = date(year + 1, 11, 20)
            if due >= today:
                continue
            with _on(due - timedelta(days=30)):
                submissions = _round(initiative, steward, definitions, partners, places, year, due)
            for text in content.PARTNERS:
                with _on(due - timedelta(days=3)):
                    _report(initiative, submissions[text.key], text, definitions, places, year, first_year)
                    submit_report.submit_report(by=_approver(text), submission=submissions[text.key])
            with _on(due + timedelta(days=5)):
                review_report.accept_reports(by=steward, initiative=initiative, submissions=submissions.values())
                open_round.close_round(by=steward, round=next(iter(submissions.values())).round)
            with _on(due + timedelta(days=14)):
                publish_release(
                    by=steward, release=build_release(by=steward, initiative=initiative), note=_year_note(year)
                )
        cast = Cast(
            initiative, steward, partners, {text.key: _approver(text) for text in content.PARTNERS}, places["SHZ"], _on
        )
        last_closed = date(first_year + 4, 11, 20)
        agree_to_compare(cast, last_closed - timedelta(days=200))
        hold_against(cast, last_closed + timedelta(days=20), first_year + 3)
        turn_a_curve(cast, last_closed + timedelta(days=30), today)
        _open_round_now(initiative, steward, definitions, partners, places, first_year, today)
        ask_about_values(cast, today)
        adopt_a_version(cast, definitions["work-experience"], first_year + 5, today)
    know_the_world(cast, _person("editor@demo.example", _EDITOR), today)


def _open_round_now(
    initiative: Initiative,
    steward: Person,
    definitions: dict[str, Any],
    partners: dict[str, Organisation],
    places: dict[str, Place],
    first_year: int,
    today: date,
) -> None:
    """The round that is open today, with every state that a report can be in."""
    year, due = first_year + 4, today - timedelta(days=2)
    with _on(today - timedelta(days=30)):
        submissions = _round(initiative, steward, definitions, partners, places, year, due)
    for text in content.PARTNERS:
        submission = submissions[text.key]
        if text.state in ("expected", "extended"):
            continue
        with _on(today - timedelta(days=4)):
            only_first = text.state == "reported"
            _report(initiative, submission, text, definitions, places, year, first_year, only_first=only_first)
            if text.state != "reported":
                submission = submit_report.submit_report(by=_approver(text), submission=submission)
        with _on(today - timedelta(days=1)):
            if text.state == "accepted":
                review_report.accept_reports(by=steward, initiative=initiative, submissions=[submission])
            elif text.state == "returned":
                chosen = list(newest_values(submission).order_by("pk").values_list("pk", flat=True)[:2])
                review_report.return_values(
                    by=steward,
                    submission=submission,
                    reasons={
                        chosen[0]: "המספר קטן בהרבה מבשנה שעברה. האם כל הכיתות נכללו?",
                        chosen[1]: "המכנה הוא של השנה שעברה.",
                    },
                )
    extended = next(text.key for text in content.PARTNERS if text.state == "extended")
    open_round.extend_deadline(by=steward, submission=submissions[extended], due_on=today + timedelta(days=3))


def _round(
    initiative: Initiative,
    steward: Person,
    definitions: dict[str, Any],
    partners: dict[str, Organisation],
    places: dict[str, Place],
    year: int,
    due: date,
) -> dict[str, Any]:
    period = Period.from_code(f"SY{year}")
    span = f"{year}/{(year + 1) % 100:02d}"
    made = open_round.plan_round(
        by=steward,
        initiative=initiative,
        names=content.t(f"שנת הלימודים {span}", f"السنة الدراسية {span}", f"School year {span}"),
        periods=[period],
        definitions=definitions.values(),
        partners=partners.values(),
        places=[places["SHZ"]],
        opens_on=clock.today(),
        due_on=due,
        review_until=due + timedelta(days=7),
        release_on=due + timedelta(days=18),
    )
    for text in content.PARTNERS:
        wanted = [(definitions[code], period, places[place]) for code in text.indicators for place in text.places]
        open_round.set_expectations(by=steward, round=made, organisation=partners[text.key], wanted=wanted)
    open_round.open_round(by=steward, round=made)
    asked = made.submissions.select_related("round__initiative", "organisation")
    by_organisation = {one.organisation_id: one for one in asked}
    return {key: by_organisation[organisation.pk] for key, organisation in partners.items()}


def _report(
    initiative: Initiative,
    submission: Any,
    text: content.PartnerText,
    definitions: dict[str, Any],
    places: dict[str, Place],
    year: int,
    first_year: int,
    *,
    only_first: bool = False,
) -> None:
    values = [
        value
        for code in text.indicators[: 1 if only_first else None]
        for place in text.places
        for value in _made_up(initiative, submission, text, definitions[code], places[place], year, year - first_year)
    ]
    report_values(
        by=_approver(text),
        initiative=initiative,
        source="form",
        organisation=submission.organisation,
        round=submission.round,
        values=values,
    )


def _made_up(
    initiative: Initiative,
    submission: Any,
    text: content.PartnerText,
    definition: Any,
    place: Place,
    year: int,
    passed: int,
) -> Iterator[ReportedValue]:
    """Made-up figures that grow slowly and scatter a little, the same at every build: whole and both groups."""
    code = definition.indicator.code
    dice = random.Random(f"{_SEED}-{text.key}-{code}-{place.code}-{year}")  # noqa: S311
    size = round(text.size * (1 if len(text.places) == 1 else 0.6) * (1 + 0.03 * passed))
    share = {"leavers": 0.57, "started-work": 0.47, "work-experience": 0.38, "year-in-job": 0.52}.get(code, 0.3)
    share += 0.022 * passed
    address: dict[str, Any] = {
        "definition_id": definition.pk,
        "organisation_id": submission.organisation_id,
        "place_id": place.pk,
        "period": f"SY{year}",
        "state": REPORTED,
    }
    if code == "places-opened":
        yield ReportedValue(
            **address, group_id=_group(initiative, ""), value=Decimal(12 + 4 * passed + dice.randint(0, 6))
        )
        return
    groups = {}
    for key, part, tilt in (("sex=female", 0.52, 0.02), ("sex=male", 0.48, -0.02)):
        whole = max(1, round(size * part) + dice.randint(-3, 3))
        groups[key] = (min(whole, max(0, round(whole * (share + tilt + dice.uniform(-0.03, 0.03))))), whole)
    for key, (part_then, whole_then) in content.LAST_YEAR.get((text.key, code), {}).get(place.code, {}).items():
        years = 3 - passed  # before the last year that is closed
        whole = round(whole_then * (1 - 0.03 * years))
        groups[key] = (round(whole * (part_then / whole_then - 0.02 * years)), whole)
    groups[""] = (sum(part for part, _whole in groups.values()), sum(whole for _part, whole in groups.values()))
    for key, (part, whole) in sorted(groups.items()):
        group_id = _group(initiative, key)
        if code == "certificates":
            yield ReportedValue(**address, group_id=group_id, value=Decimal(part))
        else:
            yield ReportedValue(**address, group_id=group_id, numerator=Decimal(part), denominator=Decimal(whole))


def _year_note(year: int) -> dict[str, str]:
    span = f"{year}/{(year + 1) % 100:02d}"
    return content.t(
        f"נתוני שנת הלימודים {span}", f"معطيات السنة الدراسية {span}", f"Figures of the school year {span}"
    )


# --- what every initiative needs ----------------------------------------------------------------------------------


def _places() -> dict[str, Place]:
    made: dict[str, Place] = {}
    for code, parent, kind, names, lat, lon in content.PLACES + content.SHEZAF_PLACES:
        known = Place.objects.filter(code=code, tenant=None).first()
        made[code] = known or put_in_hierarchy(
            Place.objects.create(
                code=code,
                kind=kind,
                names=names,
                parent=made.get(parent),
                latitude=Decimal(lat) if lat else None,
                longitude=Decimal(lon) if lon else None,
            )
        )
    return made


def _initiative(story: content.Story, places: dict[str, Place], *, fictional: bool) -> tuple[Initiative, Organisation]:
    more = story.more
    founded = date.fromisoformat(more["founded"])
    initiative = Initiative.objects.create(
        slug=story.slug,
        names=story.names,
        summary=story.summary,
        status=more["status"],
        fields_of_action=more["fields"],
        website=more.get("website", ""),
        is_public=True,
        is_fictional=fictional,
        original_language="he" if fictional or story.slug == "top15" else "en",
    )
    initiative.places.set(
        [places[code] for code in places if code.startswith(("91", "SHZ"))] if fictional else [places[more["place"]]]
    )
    backbone = Organisation.objects.create(names=more["backbone"], sector="third_sector", is_fictional=fictional)
    with scope(initiative=initiative):
        ends_on = date.fromisoformat(more["closed_on"]) if "closed_on" in more else None
        Partnership.objects.create(
            initiative=initiative, organisation=backbone, part="backbone", starts_on=founded, ends_on=ends_on
        )
        StatusChange.objects.create(initiative=initiative, status="active", on=founded)
        if ends_on is not None:
            StatusChange.objects.create(
                initiative=initiative, status="closed", on=ends_on, reason=more["reason"], legacy=more["legacy"]
            )
        if "past_names" in more:
            names, until = more["past_names"]
            PastName.objects.create(initiative=initiative, names=names, until=date.fromisoformat(until))
    return initiative, backbone


def _agenda(story: content.Story, initiative: Initiative, by: Person) -> None:
    draft = write_agenda.begin_draft(by=by, initiative=initiative)
    write_agenda.word_agenda(
        by=by, agenda=draft, fields={"problem": story.problem, "goal": story.goal, "vision": story.vision}
    )
    for code, parent, text in story.outcomes:
        write_agenda.put_outcome(by=by, agenda=draft, code=code, text=text, parent_code=parent)
    write_agenda.publish_agenda(by=by, agenda=draft)


def _dictionary(story: content.Story, initiative: Initiative, by: Person) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for code in dict.fromkeys(code for indicator in story.indicators for code in indicator.dimensions):
        names, categories = content.DIMENSIONS[code]
        keep_dictionary.define_dimension(
            by=by, initiative=initiative, code=code, names=names, categories=categories,
            is_complete=code in content.COMPLETE_DIMENSIONS,
        )  # fmt: skip
    codebook = Codebook(initiative)  # the dimensions have just been defined
    for text in story.indicators:
        dimensions = tuple(codebook.dimension(code) for code in text.dimensions)
        indicator = keep_dictionary.define_indicator(
            by=by,
            initiative=initiative,
            code=text.code,
            wording=keep_dictionary.Wording(text.fields, dimensions),
            level=text.level,
            outcome_code=text.outcome,
            is_headline=text.is_headline,
        )
        made[text.code] = keep_dictionary.publish_definition(by=by, definition=indicator.definitions.get())
        for kind, period, amount, rationale in text.targets:
            keep_dictionary.set_reference_value(
                by=by,
                indicator=indicator,
                kind=kind,
                period=Period.from_code(period),
                amount=Decimal(amount),
                rationale=rationale,
            )
    return made


def _partner(initiative: Initiative, text: content.PartnerText) -> Organisation:
    organisation = Organisation.objects.create(names=text.names, sector=text.sector, is_fictional=True)
    Partnership.objects.create(
        initiative=initiative, organisation=organisation, part="partner", starts_on=clock.today()
    )
    person = _person(
        f"{text.key}@demo.example", _DATA_CONTACT[text.language] % text.names[text.language], language=text.language
    )
    _give_role(initiative, person, Role.REPORTER, organisation)
    _give_role(initiative, person, Role.APPROVER, organisation)
    return organisation


def _approver(text: content.PartnerText) -> Person:
    return Person.objects.get(email=f"{text.key}@demo.example")


def _person(email: str, name: str, *, language: str = "en", is_staff: bool = False) -> Person:
    person = Person.objects.filter(email=email).first()
    if person is None:
        person = Person.objects.create_user(email, PASSWORD, name=name, language=language, is_staff=is_staff)
        EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


def _give_role(initiative: Initiative, person: Person, role: Role, organisation: Organisation | None = None) -> None:
    Membership.objects.create(
        initiative=initiative, person=person, role=role, organisation=organisation, starts_on=clock.today()
    )


def _group(initiative: Initiative, key: str) -> int:
    return _codebook(initiative).group_id(key)


@lru_cache(maxsize=8)
def _codebook(initiative: Initiative) -> Codebook:
    return Codebook(initiative)


@contextmanager
def _on(day: date) -> Iterator[None]:
    """As if it were noon of that day."""
    with clock.frozen_at(datetime.combine(day, time(9, 0), tzinfo=UTC)):
        yield
