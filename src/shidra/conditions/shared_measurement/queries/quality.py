"""How good a round's data are, and what is asked about single values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, OuterRef, QuerySet

from shidra.conditions.shared_measurement.checks import Known as KnownValue
from shidra.conditions.shared_measurement.checks import Measure, amount_of
from shidra.conditions.shared_measurement.models import (
    Definition,
    Figure,
    Flag,
    Observation,
    OutsideFigure,
    Release,
    Round,
    Submission,
)
from shidra.conditions.shared_measurement.queries.groups import GroupNames
from shidra.conditions.shared_measurement.queries.reports import FilledAs, fill_of, newest_of_round
from shidra.foundation.audit.models import AuditEntry
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.organisations.models import Organisation
from shidra.kernel import clock
from shidra.methods.quality import BETWEEN, Heaping, Share, consistency_between, digit_heaping, timeliness

UNDECIDED = (Flag.State.OPEN, Flag.State.ANSWERED)
_MOST_NUMBERS = 100_000  # whose last digits are looked at


def flags_of(round: Round, organisation: Organisation | int | None = None) -> QuerySet[Flag]:
    """The flags of a round on values that hold; those on values that were replaced meanwhile are past."""
    found = _on_values_that_hold().filter(round=round)
    return found if organisation is None else found.filter(observation__series__organisation=organisation)


def _on_values_that_hold() -> QuerySet[Flag]:
    newer = Observation.objects.filter(
        series=OuterRef("observation__series"),
        period=OuterRef("observation__period"),
        batch__taken_order__gt=OuterRef("observation__batch__taken_order"),
    )
    return Flag.objects.filter(~Exists(newer))


def flags_of_submission(submission: Submission) -> QuerySet[Flag]:
    """The flags on the values of a report, with these values and their answers."""
    return flags_of(submission.round, submission.organisation_id).select_related("observation", "answer")


def in_order(flags: QuerySet[Flag]) -> QuerySet[Flag]:
    """With all that a list of them tells: what waits for somebody first, then as the dictionary goes."""
    return flags.select_related(
        "observation__series__definition__indicator", "observation__series__place", "observation__series__group",
        "observation__series__organisation", "answer__by", "decided_by",
    ).order_by(
        F("decided_at").asc(nulls_first=True), "observation__series__definition__indicator__order",
        "observation__period", "observation__series__organisation_id", "pk",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class AskedValue:
    """A flag with its value in the form in which it is shown."""

    flag: Flag
    result: Decimal | None  # the number that follows from its parts
    group_names: tuple[dict[str, str], ...]

    @property
    def observation(self) -> Observation:
        return self.flag.observation


def asked_values(flags: Collection[Flag], groups: GroupNames) -> list[AskedValue]:
    """These flags, fit to be listed. Asks the database nothing."""
    return [
        AskedValue(flag, _result(flag.observation), tuple(groups.names(flag.observation.series.group.key)))
        for flag in flags
    ]


def _result(one: Observation) -> Decimal | None:
    if one.state != Observation.State.REPORTED or one.denominator is None:
        return None
    known = KnownValue(one.series_id, one.period, one.state, one.numerator, one.denominator, one.value)
    return amount_of(known, Measure.of(one.series.definition))


@dataclass(frozen=True, slots=True)
class PartnerQuality:
    """How one partner's report stands: figures that came of those asked for, when it first came, what is asked."""

    submission: Submission
    organisation: Organisation
    figures: Share
    first_in: datetime | None
    days_late: int | None  # 0 or fewer: in time; None: it has not come
    is_due: bool
    flags: Mapping[str, int]  # by state of Flag

    @property
    def open(self) -> int:
        return self.flags.get(Flag.State.OPEN, 0)

    @property
    def answered(self) -> int:
        return self.flags.get(Flag.State.ANSWERED, 0)

    @property
    def confirmed(self) -> int:
        return self.flags.get(Flag.State.CONFIRMED, 0)

    @property
    def to_correct(self) -> int:
        return self.flags.get(Flag.State.TO_CORRECT, 0)


@dataclass(frozen=True, slots=True)
class RoundQuality:
    """A round's data at a glance."""

    round: Round
    partners: tuple[PartnerQuality, ...]
    figures: Share
    reports: Share  # in time, of those whose day has come or that came
    heaping: Heaping | None


def quality_of(round: Round, organisation: Organisation | None = None) -> RoundQuality:
    """Completeness, timeliness and the state of questions, of a round or of one partner in it; with a look at last
    digits. A fixed number of queries."""
    initiative = round.initiative
    submissions = list(round.submissions.select_related("organisation").order_by("organisation_id"))
    if organisation is not None:
        submissions = [one for one in submissions if one.organisation_id == organisation.pk]
    filled = fill_of(round, submissions)
    first_in = _first_handed_in(initiative, submissions)
    counted: dict[int, dict[str, int]] = defaultdict(dict)
    rows = flags_of(round).values_list("observation__series__organisation_id", "state").annotate(n=Count("pk"))
    for organisation_id, state, count in rows.order_by():
        counted[organisation_id][state] = count
    today, zone = clock.today(initiative.time_zone), ZoneInfo(initiative.time_zone)
    partners = []
    for submission in submissions:
        asked = filled[submission.pk]
        came, due_on = first_in.get(submission.pk, (None, submission.due_on))
        partners.append(
            PartnerQuality(
                submission,
                submission.organisation,
                Share(sum(one.filled != FilledAs.MISSING for one in asked), len(asked)),
                came,
                (came.astimezone(zone).date() - due_on).days if came is not None else None,
                came is not None or due_on < today,
                counted[submission.organisation_id],
            )
        )
    return RoundQuality(
        round,
        tuple(partners),
        Share(sum(one.figures.part for one in partners), sum(one.figures.whole for one in partners)),
        timeliness([one.days_late for one in partners if one.is_due]),
        digit_heaping(_counts(round, submissions)),
    )


def _first_handed_in(
    initiative: Initiative, submissions: Collection[Submission]
) -> dict[int, tuple[datetime | None, date]]:
    """When each report was handed in for the first time, and the date it then had, as the record has it: later hand-ins
    answer questions, and a return gives a later date for the answer. One query."""
    by_subject = {f"{one._meta.label_lower}:{one.pk}": one for one in submissions}
    entries = AuditEntry.objects.filter(
        tenant=initiative.pk, verb__in=["submit_report", "return_values"], subject__in=by_subject
    ).order_by("pk")
    found: dict[int, tuple[datetime | None, date]] = {}
    returned: set[int] = set()
    for at, verb, subject, before in entries.values_list("at", "verb", "subject", "before"):
        submission = by_subject[subject]
        came, due_on = found.get(submission.pk, (None, submission.due_on))
        if verb == "submit_report":
            found[submission.pk] = (came or at, due_on)
        elif submission.pk not in returned and before and before.get("due_on"):
            returned.add(submission.pk)
            found[submission.pk] = (came, date.fromisoformat(before["due_on"]))
    return found


def _counts(round: Round, submissions: Collection[Submission]) -> list[float | None]:
    """What people counted: numerators and denominators, and values of counts."""
    rows = newest_of_round(round, submissions).filter(
        state=Observation.State.REPORTED, series__definition__unit__in=_COUNTED
    )
    numbers: list[float | None] = []
    for numerator, denominator, value, unit in rows.order_by("pk").values_list(
        "numerator", "denominator", "value", "series__definition__unit"
    )[:_MOST_NUMBERS]:
        own = [value] if unit == Definition.Unit.COUNT and numerator is None else [numerator, denominator]
        numbers += [float(one) for one in own if one is not None]
    return numbers


_COUNTED = (Definition.Unit.COUNT, Definition.Unit.PERCENT, Definition.Unit.RATE)


@dataclass(frozen=True, slots=True)
class BesideOutside:
    """Another source's figure beside the initiative's own, as it is released (None: it is not)."""

    outside: OutsideFigure
    own: Decimal | None
    ratio: float | None  # own over the other
    is_apart: bool


def outside_figures(initiative: Initiative) -> QuerySet[OutsideFigure]:
    """What other sources say, in the order of the dictionary."""
    return (
        OutsideFigure.objects.filter(indicator__initiative=initiative)
        .select_related("indicator", "place", "group", "added_by")
        .order_by("indicator__order", "indicator__code", "-period", "place_id", "group_id", "source")
    )


def beside_outside(
    figures: Collection[OutsideFigure], release: Release | None, tolerance: float = BETWEEN
) -> list[BesideOutside]:
    """Each beside the figure of a release for the same period, place and group. One query."""
    own: dict[tuple[int, str, int, int], Decimal | None] = {}
    if release is not None:
        rows: Any = Figure.objects.filter(
            release=release,
            indicator__in={one.indicator_id for one in figures},
            status__in=[Figure.Status.REPORTED, Figure.Status.RESTATED],
        ).order_by("definition__number")
        for indicator, period, place, group, value in rows.values_list(
            "indicator_id", "period", "place_id", "group_id", "value"
        ).iterator(chunk_size=5000):
            own[indicator, period, place, group] = value
    found = []
    for one in figures:
        value = own.get((one.indicator_id, one.period, one.place_id, one.group_id))
        verdict = (
            consistency_between(float(value), float(one.amount), "equal", tolerance) if value is not None else None
        )
        found.append(
            BesideOutside(one, value, verdict.ratio if verdict else None, verdict is not None and verdict.is_flagged)
        )
    return found


@dataclass(frozen=True, slots=True)
class Questions:
    """How many questions of a round wait: for the partner's word, for the backbone's decision."""

    round: Round
    organisation: Organisation | None
    count: int
    due_on: date


def questions_waiting(
    initiative: Initiative, state: str, organisation_ids: Collection[int] | None = None
) -> list[Questions]:
    """Where flags of a state wait, by round and, for partners (`organisation_ids`), by organisation. Three queries.

    Where the report was accepted, or the round is closed, nobody waits any more.
    """
    accepted = Submission.objects.filter(
        round=OuterRef("round"),
        organisation=OuterRef("observation__series__organisation"),
        state=Submission.State.ACCEPTED,
    )
    flags = _on_values_that_hold().filter(
        ~Exists(accepted), round__initiative=initiative, round__state=Round.State.OPEN, state=state
    )
    by = ["round_id"]
    if organisation_ids is not None:
        flags = flags.filter(observation__series__organisation__in=list(organisation_ids))
        by.append("observation__series__organisation_id")
    rows = list(flags.values_list(*by).annotate(n=Count("pk")).order_by(*by))
    rounds = Round.objects.in_bulk({row[0] for row in rows})
    partners = Organisation.objects.in_bulk({row[1] for row in rows} if organisation_ids is not None else ())
    found = []
    for row in rows:
        round = rounds[row[0]]
        round.initiative = initiative
        found.append(
            Questions(round, partners[row[1]] if organisation_ids is not None else None, row[-1], round.review_until)
        )
    return found
