"""Two versions of a definition beside each other: who is asked by which, what comes in, and what a release makes of it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django_scopes import scope

from shidra.conditions.shared_measurement.intake.template import make_template
from shidra.conditions.shared_measurement.models import (
    Adoption,
    AdoptionRound,
    Definition,
    Expectation,
    Figure,
    ReleasedIndicator,
    Round,
    Series,
    Submission,
)
from shidra.conditions.shared_measurement.queries.form_sheet import form_sheet
from shidra.conditions.shared_measurement.queries.observations import current_values
from shidra.conditions.shared_measurement.queries.releases import document, latest_release
from shidra.conditions.shared_measurement.releasing.datapackage import small_files
from shidra.conditions.shared_measurement.releasing.exports import write_xlsx
from shidra.conditions.shared_measurement.usecases import keep_adoption, keep_dictionary, open_round
from shidra.conditions.shared_measurement.usecases.build_release import build_release
from shidra.conditions.shared_measurement.usecases.import_file import import_file
from shidra.conditions.shared_measurement.usecases.import_tidy import import_tidy
from shidra.conditions.shared_measurement.usecases.keep_indicator_set import keep_indicator_set, remove_indicator_set
from shidra.conditions.shared_measurement.usecases.publish_release import publish_release
from shidra.conditions.shared_measurement.usecases.report_values import ValuesRefused
from shidra.conditions.shared_measurement.usecases.review_report import accept_reports
from shidra.conditions.shared_measurement.usecases.submit_report import submit_report
from shidra.conditions.shared_measurement.web import curve_words
from shidra.conditions.shared_measurement.web.figure_words import Unit
from shidra.foundation.audit.models import AuditEntry
from shidra.foundation.initiatives.queries import today_in
from shidra.foundation.mail.models import Letter
from shidra.kernel.clock import frozen_at, now
from shidra.kernel.errors import NotAllowed, RuleBroken
from shidra.kernel.periods import Period
from tests.rounds import make_definition, make_dimension, make_round, report, submission_of
from tests.world import World, give_role, join, make_organisation, make_person

SY2024, SY2025, SY2026 = (Period.from_code(f"SY{year}") for year in (2024, 2025, 2026))


@pytest.fixture(autouse=True)
def _inside(world: World) -> Iterator[None]:
    with scope(initiative=world.initiative):
        yield


def second_version(world: World, first: Definition, **more: Any) -> Definition:
    """A draft of the next version: a break from 2024/25."""
    draft = keep_dictionary.begin_new_version(
        by=world.analyst, indicator=first.indicator, is_break=True, break_from=SY2024
    )
    for name, value in {"change_note": {"en": "Half-day places count too."}, **more}.items():
        setattr(draft, name, value)
    draft.save()
    return draft


def put(world: World, first: Definition, **more: Any) -> AdoptionRound:
    return keep_adoption.put_to_partners(
        by=world.steward,
        definition=second_version(world, first),
        why={"en": "So that towns can be compared."},
        **{
            "due_on": today_in(world.initiative) + timedelta(days=14),
            "overlap_from": SY2024,
            "overlap_until": SY2025,
        }
        | more,
    )


def adopt(world: World, which: int, start: Period = SY2024, *, both: bool = False) -> Adoption:
    partner = world.partners[which]
    row = Adoption.objects.get(organisation=partner.organisation)
    return keep_adoption.adopt_definition(by=partner.approver, adoption=row, from_period=start, reports_both=both)


def asked(round: Round, organisation: Any) -> list[tuple[int, str]]:
    rows = Expectation.objects.filter(submission__round=round, submission__organisation=organisation)
    return sorted(rows.values_list("definition__number", "period"))


def test_partners_that_report_it_are_asked_and_told_in_their_language(world: World) -> None:
    first = make_definition(world.initiative, "places")
    world.partners[1].reporter.language = "he"
    world.partners[1].reporter.save()
    make_round(world, [first], partners=[one.organisation for one in world.partners[:2]])
    made = put(world, first)
    assert {one.organisation for one in made.adoptions.all()} == {one.organisation for one in world.partners[:2]}
    letters = {one.to: one for one in Letter.objects.filter(key__startswith="adoption_opened")}
    assert letters.keys() == {person.email for one in world.partners[:2] for person in (one.reporter, one.approver)}
    assert "Half-day places count too." in letters[world.reporter.email].text
    assert "So that towns can be compared." in letters[world.reporter.email].text
    assert letters[world.partners[1].reporter.email].language == "he"
    assert AuditEntry.objects.filter(verb="put_to_partners").exists()


def test_nobody_reports_it_so_nobody_is_asked(world: World) -> None:
    made = put(world, make_definition(world.initiative, "places"))
    assert made.closed_at is not None
    assert not made.adoptions.exists()
    assert made.definition.state == "published"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"overlap_until": None}, "adoption_overlap_halved"),
        ({"overlap_until": Period.from_code("SY2023")}, "adoption_overlap_backwards"),
        ({"overlap_from": Period.from_code("2024")}, "adoption_overlap_kind"),
        ({"due_on": date(2020, 1, 1)}, "adoption_due_past"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_published(world: World, more: dict[str, Any], code: str) -> None:
    first = make_definition(world.initiative, "places")
    with pytest.raises(RuleBroken) as broken:
        put(world, first, **more)
    assert broken.value.code == code
    assert first.indicator.definitions.filter(state="published").count() == 1


def test_what_is_asked_follows_the_word_of_each_partner(world: World) -> None:
    """The first adopts from the round's period, the second by both, the third from a later one."""
    first = make_definition(world.initiative, "places")
    running = make_round(world, [first])
    put(world, first)
    adopt(world, 0)
    adopt(world, 1, both=True)
    adopt(world, 2, SY2025)
    organisations = [one.organisation for one in world.partners]
    assert [asked(running, one) for one in organisations] == [
        [(2, "SY2024")],
        [(1, "SY2024"), (2, "SY2024")],
        [(1, "SY2024")],
    ]
    newest = first.indicator.definitions.get(number=2)
    planned = make_round(world, [newest], periods=[SY2025, SY2026], is_open=False)
    assert [asked(planned, one) for one in organisations] == [
        [(2, "SY2025"), (2, "SY2026")],
        [(1, "SY2025"), (2, "SY2025"), (2, "SY2026")],
        [(2, "SY2025"), (2, "SY2026")],
    ]
    assert AdoptionRound.objects.get().closed_at is not None  # all have adopted


def test_until_it_adopts_a_partner_is_asked_by_and_reports_by_the_version_before(world: World) -> None:
    first = make_definition(world.initiative, "places")
    make_round(world, [first], is_open=False)
    made = put(world, first)
    running = make_round(world, [made.definition], names={"en": "Another"})
    mine = submission_of(running, world.organisation)
    assert asked(running, world.organisation) == [(1, "SY2024")]
    report(world.reporter, mine, first, 5)
    with pytest.raises(ValuesRefused) as refused:
        _report_by(world, mine, made.definition)
    assert refused.value.faults[0].code == "not_asked"
    open_round.set_expectations(
        by=world.steward, round=running, organisation=world.organisation,
        wanted=[(first, SY2024, world.city), (made.definition, SY2024, world.second_city)],
    )  # fmt: skip
    assert asked(running, world.organisation) == [(1, "SY2024"), (1, "SY2024")]


def _report_by(world: World, submission: Submission, definition: Definition) -> None:
    from shidra.conditions.shared_measurement.models import Group
    from shidra.conditions.shared_measurement.usecases.report_values import report_values
    from shidra.conditions.shared_measurement.values import REPORTED, ReportedValue

    group, _made = Group.objects.get_or_create(initiative=world.initiative, key="")
    value = ReportedValue(
        definition.pk, submission.organisation_id, world.city.pk, group.pk, "SY2024", REPORTED, value=Decimal(7)
    )
    report_values(
        by=world.reporter, initiative=world.initiative, source="form", values=[value],
        organisation=submission.organisation, round=submission.round,
    )  # fmt: skip


def test_what_was_begun_by_one_version_stays_asked_by_it(world: World) -> None:
    first = make_definition(world.initiative, "places")
    running = make_round(world, [first])
    report(world.reporter, submission_of(running, world.organisation), first, 5)
    put(world, first)
    adopt(world, 0)
    assert asked(running, world.organisation) == [(1, "SY2024"), (2, "SY2024")]
    adopt(world, 0, SY2025)  # it thought better of it
    assert asked(running, world.organisation) == [(1, "SY2024")]


def test_an_accepted_report_is_in_work_again_when_more_is_asked(world: World) -> None:
    first = make_definition(world.initiative, "places")
    running = make_round(world, [first])
    mine = submission_of(running, world.organisation)
    report(world.reporter, mine, first, 5)
    submit_report(by=world.approver, submission=mine)
    accept_reports(by=world.steward, initiative=world.initiative, submissions=[mine])
    put(world, first)
    adopt(world, 0, both=True)
    mine.refresh_from_db()
    assert mine.state == Submission.State.REPORTED


def test_only_a_partners_approver_adopts_and_not_for_another(world: World) -> None:
    first = make_definition(world.initiative, "places")
    make_round(world, [first])
    put(world, first)
    row = Adoption.objects.get(organisation=world.organisation)
    for person in (world.reporter, world.steward, world.partners[1].approver):
        with pytest.raises(NotAllowed):
            keep_adoption.adopt_definition(by=person, adoption=row, from_period=SY2024)
    for start, both, code in (
        (Period.from_code("SY2023"), False, "adoption_too_early"),
        (Period.from_code("2024"), False, "adoption_period_kind"),
        (SY2026, True, "adoption_no_overlap"),
    ):
        with pytest.raises(RuleBroken) as broken:
            adopt(world, 0, start, both=both)
        assert broken.value.code == code


def test_question_answer_and_one_reminder(world: World) -> None:
    first = make_definition(world.initiative, "places")
    make_round(world, [first], partners=[one.organisation for one in world.partners[:2]])
    made = put(world, first)
    asks, silent = (Adoption.objects.get(organisation=one.organisation) for one in world.partners[:2])
    keep_adoption.ask_about_definition(by=world.reporter, adoption=asks, text=" What is half a day? ")
    told = Letter.objects.filter(key__startswith="adoption_asked")
    assert {one.to for one in told} == {world.steward.email, world.analyst.email}
    assert "What is half a day?" in told[0].text

    with frozen_at(now() + timedelta(days=15)):
        assert keep_adoption.remind_adoptions(by=None) == 2  # both people of the silent partner; the other has asked
        assert keep_adoption.remind_adoptions(by=None) == 0
    silent.refresh_from_db()
    assert silent.reminded_on is not None

    with pytest.raises(NotAllowed):
        keep_adoption.answer_about_definition(by=world.reporter, adoption=asks, text="I say so.")
    keep_adoption.answer_about_definition(by=world.analyst, adoption=asks, text="Up to four hours.")
    asks.refresh_from_db()
    assert asks.state == "waiting"
    assert Letter.objects.filter(key__startswith="adoption_answered").count() == 2
    keep_adoption.stop_adoption(by=world.steward, put=made)
    with pytest.raises(RuleBroken):
        keep_adoption.ask_about_definition(by=world.reporter, adoption=asks, text="And now?")
    with frozen_at(now() + timedelta(days=30)):
        assert keep_adoption.remind_adoptions(by=None) == 0


# --- Ways in ---------------------------------------------------------------------------------------------------------


def both_in_a_round(world: World) -> tuple[Definition, Definition, Round]:
    """The first partner is asked for 2024/25 by both versions."""
    first = make_definition(world.initiative, "places", make_dimension(world.initiative))
    running = make_round(world, [first])
    second = put(world, first).definition
    adopt(world, 0, both=True)
    return first, second, running


def held(world: World) -> dict[tuple[int, str], str]:
    numbers = dict(Definition.objects.values_list("pk", "number"))
    return {(numbers[one.definition_id], one.period): str(one.value) for one in current_values(world.initiative)}


def test_a_partners_own_file_names_the_versions(world: World) -> None:
    _first, _second, running = both_in_a_round(world)
    rows = (
        "Indicator,Period,Place,Value",
        "Places (version 1),2024/25,Nahal Alon,11",
        "Places,2024/25,Nahal Alon,17",
    )
    told = import_file(
        by=world.reporter, initiative=world.initiative, organisation=world.organisation, round=running,
        name="ours.csv", chunks=["\n".join(rows).encode()], take=True,
    )  # fmt: skip
    assert (told.state, told.questions) == ("taken", [])
    assert held(world) == {(1, "SY2024"): "11", (2, "SY2024"): "17"}


def test_the_template_has_a_line_for_each_version_and_comes_back(world: World) -> None:
    _first, _second, running = both_in_a_round(world)
    book = openpyxl.load_workbook(io.BytesIO(make_template(submission_of(running, world.organisation), "en")))
    sheet = book.worksheets[0]
    lines = {str(row[0].value): row for row in sheet.iter_rows() if str(row[0].value or "").startswith("places")}
    assert {key.split("|")[0] for key in lines} == {"places", "places%231"}
    for key, row in lines.items():
        if key.endswith("|"):
            value = next(cell for cell in row[4:] if cell.protection.locked is False)
            value.value = 11 if "%231" in key else 17
    stream = io.BytesIO()
    book.save(stream)
    told = import_file(
        by=world.reporter, initiative=world.initiative, organisation=world.organisation, round=running,
        name="template.xlsx", chunks=[stream.getvalue()], take=True,
    )  # fmt: skip
    assert told.state == "taken", told
    assert held(world) == {(1, "SY2024"): "11", (2, "SY2024"): "17"}


def test_the_form_shows_both_versions(world: World) -> None:
    first, second, running = both_in_a_round(world)
    sheet = form_sheet(submission_of(running, world.organisation), world.reporter)
    assert [(one.definition.pk, one.is_beside_another) for one in sheet.blocks] == [
        (first.pk, True),
        (second.pk, True),
    ]


@pytest.mark.parametrize("broken", [False, True])  # column by column; row by row, for a row is longer than the header
def test_a_table_of_many_partners_goes_by_what_each_adopted(world: World, tmp_path: Path, broken: bool) -> None:
    first = make_definition(world.initiative, "places")
    make_round(world, [first])
    put(world, first)
    adopt(world, 0, SY2025)
    path = tmp_path / "rows.csv"
    names = [one.organisation.names["en"] for one in world.partners]
    rows = [
        f"{word},{period},IL-N-1,{name},{value}"
        for word, period, name, value in (
            ("places", "SY2024", names[0], 1), ("places", "SY2025", names[0], 2), ("places", "SY2025", names[1], 3),
            ("places#2", "SY2025", names[2], 4),
        )
    ]  # fmt: skip
    rows[0] = rows[0].replace(",1", ",n.a.") if broken else rows[0]
    path.write_text("\n".join(["indicator,period,place,organisation,value", *rows, ""]))
    import_tidy(by=None, initiative=world.initiative, path=path)
    found = {
        (one.definition.number, str(one.organisation.names["en"]), one.observations.get().period)
        for one in Series.objects.all()
    }
    assert found == {(1, names[0], "SY2024"), (2, names[0], "SY2025"), (1, names[1], "SY2025"), (2, names[2], "SY2025")}


# --- Releases --------------------------------------------------------------------------------------------------------


def with_more_partners(world: World, count: int) -> None:
    from tests.world import Partner

    while len(world.partners) < count:
        name = f"partner {len(world.partners)}"
        organisation = make_organisation(name, name, name)
        join(world.initiative, organisation)
        people = [make_person(f"{kind}{len(world.partners)}@example.org") for kind in ("reporter", "approver")]
        for person, kind in zip(people, ("reporter", "approver"), strict=True):
            give_role(world.initiative, person, kind, organisation)
        world.partners.append(Partner(organisation, *people))


def released(world: World, round: Round, values: dict[int, dict[int, int]]) -> dict[str, Any]:
    """Partners' figures by version are reported, accepted and released; the document of the indicator."""
    versions = {one.number: one for one in Definition.objects.all()}
    submissions = []
    for which, by_version in values.items():
        partner = world.partners[which]
        mine = submission_of(round, partner.organisation)
        for number, value in by_version.items():
            report(partner.reporter, mine, versions[number], value)
        submissions.append(submit_report(by=partner.approver, submission=mine))
    accept_reports(by=world.steward, initiative=world.initiative, submissions=submissions)
    publish_release(by=world.steward, release=build_release(by=world.steward, initiative=world.initiative), note={})
    release = latest_release(world.initiative)
    assert release is not None
    told = document(release, "places")
    assert told is not None
    return told


def test_a_release_keeps_versions_apart_and_tells_the_size_of_the_break(world: World) -> None:
    """Two partners of four report both ways, one by the old version only, one by the new."""
    with_more_partners(world, 4)
    first = make_definition(world.initiative, "places")
    running = make_round(world, [first])
    put(world, first)
    for which in (0, 1):
        adopt(world, which, both=True)
    adopt(world, 3)
    told = released(world, running, {0: {1: 100, 2: 140}, 1: {1: 200, 2: 250}, 2: {1: 300}, 3: {2: 500}})

    whole = {one["definition"]: one["figures"][0] for one in told["series"] if not one["group"]}
    assert {number: one["value"] for number, one in whole.items()} == {1: "600", 2: "890"}  # never pooled
    assert {(one["reporting"], one["expected"]) for one in whole.values()} == {(3, 4)}  # neither is of all partners
    both = {"period": "SY2024", "old": 1, "new": 2, "old_value": "300", "new_value": "390", "partners": 2}
    assert told["overlaps"] == [both]
    assert told["curve"]["breaks"] == [both | {"difference": "90"}]
    sentence = str(next(iter(curve_words.overlaps(told["curve"], Unit(told["unit"], "en")))))
    for words in ("by 2 partners", "300", "390", "90"):
        assert words in sentence
    assert [one["is_break"] for one in told["definitions"]] == [False, True]
    assert Figure.objects.filter(definition__number=2).count() > 0


def test_the_size_of_the_break_gives_nobody_away(world: World) -> None:
    """All but one report both ways: the total less theirs would be the one partner's three people."""
    with_more_partners(world, 4)
    first = make_definition(world.initiative, "places")
    running = make_round(world, [first])
    put(world, first)
    for which in (0, 1, 2):
        adopt(world, which, both=True)
    told = released(world, running, {0: {1: 100, 2: 140}, 1: {1: 200, 2: 250}, 2: {1: 300, 2: 301}, 3: {1: 3}})
    assert told["overlaps"] == []
    assert told["curve"]["breaks"] == []


def test_partners_that_all_report_both_ways_tell_it_by_the_totals(world: World) -> None:
    first = make_definition(world.initiative, "places")
    running = make_round(world, [first])
    put(world, first)
    for which in range(3):
        adopt(world, which, both=True)
    told = released(world, running, {which: {1: 100, 2: 110} for which in range(3)})
    assert [(one["old_value"], one["new_value"], one["partners"]) for one in told["overlaps"]] == [("300", "330", 3)]
    assert told["headline"]["value"] == "330"


def test_a_version_by_which_nobody_reports_yet_is_not_told(world: World) -> None:
    first = make_definition(world.initiative, "places")
    running = make_round(world, [first])
    put(world, first)
    adopt(world, 0, SY2025)
    told = released(world, running, {which: {1: 100} for which in range(3)})
    assert [one["number"] for one in told["definitions"]] == [1]
    assert {(one["reporting"], one["expected"]) for one in told["series"][0]["figures"]} == {(3, 3)}


def test_versions_in_another_unit_are_not_held_against_each_other(world: World) -> None:
    first = make_definition(world.initiative, "places")
    running = make_round(world, [first])
    put(world, first)
    Definition.objects.filter(number=2).update(unit="index", counts_people=False)
    for which in range(3):
        adopt(world, which, both=True)
    assert released(world, running, {which: {1: 100, 2: 110} for which in range(3)})["overlaps"] == []


# --- Groups that are taken out of use --------------------------------------------------------------------------------


def test_a_group_taken_out_of_use_keeps_its_figures_everywhere(world: World, client: Client) -> None:
    sex = make_dimension(world.initiative, "sex", "girls", "boys", "other")
    first = make_definition(world.initiative, "places", sex)
    running = make_round(world, [first])
    for which in range(3):
        mine = submission_of(running, world.partners[which].organisation)
        for key, value in (("", 90), ("sex=girls", 40), ("sex=boys", 30), ("sex=other", 20)):
            report(world.partners[which].reporter, mine, first, value, key)

    kept = [("girls", {"en": "Young women"}, False), ("boys", {"en": "Boys"}, False)]
    keep_dictionary.define_dimension(
        by=world.analyst, initiative=world.initiative, code="sex", names={"en": "Sex"},
        categories=[*kept, ("other", {"en": "Other"}, False)], out_of_use={"other": date(2025, 8, 31)},
    )  # fmt: skip
    submissions = [
        submit_report(by=one.approver, submission=submission_of(running, one.organisation)) for one in world.partners
    ]
    accept_reports(by=world.steward, initiative=world.initiative, submissions=submissions)
    publish_release(by=world.steward, release=build_release(by=world.steward, initiative=world.initiative), note={})
    told = ReleasedIndicator.objects.get().document
    figures = {one["group"]: one["figures"][0]["value"] for one in told["series"]}
    assert figures["sex=other"] == "60"
    names = {one["code"]: one["names"] for one in told["dimensions"][0]["categories"]}
    assert names["girls"] == {"en": "Young women"}
    assert names["other"] == {"en": "Other"}
    page = client.get(reverse("public_site:indicator", args=["first-steps", "places"])).content.decode()
    assert "Young women" in page
    assert "Other" in page

    later = make_round(world, [first], periods=[SY2024, SY2025], names={"en": "Later"})
    mine = submission_of(later, world.organisation)
    by_period = {
        block.period: {row.group_key for row in block.rows} for block in form_sheet(mine, world.reporter).blocks
    }
    assert by_period["SY2025"] == {"", "sex=girls", "sex=boys"}
    assert by_period["SY2024"] == {"", "sex=girls", "sex=boys", "sex=other"}
    book = openpyxl.load_workbook(io.BytesIO(make_template(mine, "en")))
    keys = {str(row[0].value) for row in book.worksheets[0].iter_rows()}
    assert "places|SY2024|IL-N-1|sex=other" in keys
    assert "places|SY2025|IL-N-1|sex=girls" in keys
    assert "places|SY2025|IL-N-1|sex=other" not in keys


def test_a_corrected_file_may_still_speak_of_a_group_out_of_use(world: World) -> None:
    first = make_definition(
        world.initiative, "places", make_dimension(world.initiative, "sex", "girls", "boys", "other")
    )
    running = make_round(world, [first])
    keep_dictionary.define_dimension(
        by=world.analyst, initiative=world.initiative, code="sex", names={"en": "Sex"},
        categories=[("girls", {"en": "Girls"}, False), ("boys", {"en": "Boys"}, False)], out_of_use={},
    )  # fmt: skip
    rows = ("Indicator,Period,Place,Sex,Value", "Places,2024/25,Nahal Alon,Other,11")
    told = import_file(
        by=world.reporter, initiative=world.initiative, organisation=world.organisation, round=running,
        name="ours.csv", chunks=["\n".join(rows).encode()], take=True,
    )  # fmt: skip
    assert (told.state, told.questions) == ("taken", [])


def test_a_whole_is_summed_from_the_groups_in_use(world: World) -> None:
    sex = make_dimension(world.initiative, "sex", "girls", "boys", "other")
    sex.is_complete = True
    sex.save()
    sex.categories.filter(code="other").update(in_use_until=date(2024, 8, 31))
    first = make_definition(world.initiative, "places", sex)
    running = make_round(world, [first])
    for partner in world.partners:
        mine = submission_of(running, partner.organisation)
        for key, value in (("sex=girls", 40), ("sex=boys", 30)):
            report(partner.reporter, mine, first, value, key)
        submit_report(by=partner.approver, submission=mine)
    accept_reports(by=world.steward, initiative=world.initiative, submissions=list(running.submissions.all()))
    build_release(by=world.steward, initiative=world.initiative)
    assert Figure.objects.get(group__key="", place=world.city).value == 210


# --- Sets ------------------------------------------------------------------------------------------------------------


def test_a_release_says_the_sets_and_their_level(world: World, client: Client) -> None:
    first = make_definition(world.initiative, "places")
    made = keep_indicator_set(
        by=world.analyst, initiative=world.initiative, code="core", names={"en": "What all report"}, purpose={},
        is_core=True, level="adaptive", indicators=[first.indicator],
    )  # fmt: skip
    running = make_round(world, [first])
    told = released(world, running, {which: {1: 100} for which in range(3)})
    assert told["sets"] == [{"code": "core", "names": {"en": "What all report"}, "is_core": True, "level": "adaptive"}]
    remove_indicator_set(by=world.analyst, indicator_set=made)  # a release is frozen

    page = client.get(reverse("public_site:initiative", args=["first-steps"])).content.decode()
    assert "What all report" in page
    assert "adaptive learning" in page
    release = latest_release(world.initiative)
    assert release is not None
    definitions = small_files(release)["definitions.csv"].decode().splitlines()
    assert definitions[0].split(",")[11] == "sets"
    assert definitions[1].split(",")[11] == "core:adaptive"
    stream = io.BytesIO()
    write_xlsx(release, stream, "en")
    rows = list(openpyxl.load_workbook(stream).worksheets[1].iter_rows(values_only=True))
    assert str(rows[1][-1]).startswith("What all report: adaptive learning")
