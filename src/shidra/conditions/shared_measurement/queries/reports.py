"""A partner's report in a round: which values hold, which were returned, how full it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from shidra.conditions.shared_measurement.models import Expectation, Observation, Remark, Review, Round, Submission
from shidra.foundation.initiatives.models import Initiative, Role
from shidra.foundation.initiatives.queries import roles_of
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person
from shidra.kernel.periods import Period


def newest_values(submission: Submission, up_to: int | None = None) -> QuerySet[Observation]:
    """The values that hold of the figures a report is asked for (those taken up to `up_to`, if given), whichever round
    they were first reported in. Further filters narrow the values that hold; they never bring an older one back."""
    return _holding(
        Observation.objects.filter(
            series__definition__in=submission.expectations.values("definition_id"),
            series__organisation=submission.organisation_id,
        ),
        submission.round,
        up_to,
    )


def returned_values(submission: Submission) -> QuerySet[Observation]:
    """Returned values that no newer value and no word has answered."""
    return newest_values(submission).filter(review__verdict=Review.Verdict.RETURNED)


def newest_of_round(round: Round, submissions: Iterable[Submission], up_to: int | None = None) -> QuerySet[Observation]:
    """The values that hold (those taken up to `up_to`, if given) of what a round asks these partners for."""
    return _holding(
        Observation.objects.filter(
            series__definition__in=Expectation.objects.filter(submission__round=round).values("definition_id"),
            series__organisation__in=[submission.organisation_id for submission in submissions],
        ),
        round,
        up_to,
    )


def _holding(rows: QuerySet[Observation], round: Round, up_to: int | None) -> QuerySet[Observation]:
    asked = Expectation.objects.filter(
        submission__round=round,
        submission__organisation=OuterRef("series__organisation"),
        definition=OuterRef("series__definition"),
        place=OuterRef("series__place"),
        period=OuterRef("period"),
    )
    # "No newer one", not a window: filters that are added to a window's query are applied before it.
    newer = Observation.objects.filter(
        series=OuterRef("series"), period=OuterRef("period"), batch__taken_order__gt=OuterRef("batch__taken_order")
    )
    # What came in with this round counts too: a file corrects figures of earlier years along with its new ones.
    taken = rows.filter(Q(Exists(asked)) | Q(batch__round=round), batch__taken_order__isnull=False)
    if up_to is not None:
        taken, newer = taken.filter(batch__taken_order__lte=up_to), newer.filter(batch__taken_order__lte=up_to)
    return taken.filter(~Exists(newer))


def corrected_since_acceptance(values: Iterable[Observation]) -> dict[int, Observation]:
    """By the id of each value that is not accepted: the value it replaces, if one was accepted before. One query."""
    waiting = {
        (value.series_id, value.period): value.pk
        for value in values
        if value.review is None or value.review.verdict != Review.Verdict.ACCEPTED
    }
    older = Observation.objects.filter(
        series__in={series_id for series_id, _period in waiting},
        period__in={period for _series, period in waiting},
        review__verdict=Review.Verdict.ACCEPTED,
        batch__taken_order__isnull=False,
    )
    found: dict[int, Observation] = {}
    for one in older.select_related("batch").order_by("batch__taken_order"):
        if (one.series_id, one.period) in waiting:
            found[waiting[one.series_id, one.period]] = one  # the last one stays
    return found


def earlier_values(
    values: Iterable[Observation],
) -> tuple[dict[int, Observation], dict[int, Observation]]:
    """By the id of each value: what holds for the period before it, and the value whose place it took. One query."""
    values = list(values)
    before = {value.period: Period.from_code(value.period).previous().code for value in values}
    taken = Observation.objects.filter(
        series__in={value.series_id for value in values},
        period__in={*before, *before.values()},
        batch__taken_order__isnull=False,
    )
    rows: dict[tuple[int, str], list[Observation]] = defaultdict(list)
    for one in taken.select_related("batch").order_by("batch__taken_order"):
        rows[one.series_id, one.period].append(one)
    previous: dict[int, Observation] = {}
    superseded: dict[int, Observation] = {}
    for value in values:
        for one in rows[value.series_id, before[value.period]]:
            previous[value.pk] = one  # the last one holds
        for one in rows[value.series_id, value.period]:
            if (one.batch.taken_order or 0) < (value.batch.taken_order or 0):
                superseded[value.pk] = one
    return previous, superseded


class FilledAs:
    """How far one expected figure is, in the order of its way."""

    MISSING = "missing"
    BEGUN = "draft"
    HANDED_IN = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Asked:
    """One expectation and how far it is."""

    submission_id: int
    definition_id: int
    period: str
    place_id: int
    filled: str


def fill_of(round: Round, submissions: Iterable[Submission]) -> dict[int, list[Asked]]:
    """For each submission (by id), each figure asked for and how far it is. Two queries, whatever the size."""
    by_id = {submission.pk: submission for submission in submissions}
    states: dict[tuple[int, int, str, int], set[str]] = defaultdict(set)
    by_organisation = {submission.organisation_id: submission for submission in by_id.values()}
    rows = newest_of_round(round, by_id.values()).values_list(
        "series__organisation_id",
        "series__definition_id",
        "period",
        "series__place_id",
        "batch__taken_order",
        "review__verdict",
    )
    for organisation_id, definition_id, period, place_id, order, verdict in rows.iterator(chunk_size=5000):
        submission = by_organisation[organisation_id]
        states[submission.pk, definition_id, period, place_id].add(filled_as(verdict, order, submission))
    asked: dict[int, list[Asked]] = {pk: [] for pk in by_id}
    expected = Expectation.objects.filter(submission__in=list(by_id)).order_by(
        "definition__indicator__order", "period", "place_id"
    )
    for submission_id, definition_id, period, place_id in expected.values_list(
        "submission_id", "definition_id", "period", "place_id"
    ):
        found = states.get((submission_id, definition_id, period, place_id), set())
        asked[submission_id].append(Asked(submission_id, definition_id, period, place_id, _slowest(found)))
    return asked


def filled_as(verdict: str | None, taken_order: int | None, submission: Submission) -> str:
    """How far one value of a report is."""
    if verdict == Review.Verdict.RETURNED:
        return FilledAs.RETURNED
    if verdict == Review.Verdict.ACCEPTED:
        return FilledAs.ACCEPTED
    return FilledAs.HANDED_IN if (taken_order or 0) <= submission.submitted_mark else FilledAs.BEGUN


def _slowest(states: set[str]) -> str:
    """A figure is as far as the slowest of its groups."""
    for state in (FilledAs.RETURNED, FilledAs.BEGUN, FilledAs.HANDED_IN, FilledAs.ACCEPTED):
        if state in states:
            return state
    return FilledAs.MISSING


def kinds_of_values() -> dict[str, Q]:
    """Filters of the values that hold: what a reader of the report may want to see alone."""
    words = Remark.objects.filter(observation=OuterRef("pk")).exclude(about__in=["source", "note", "in_file"])
    accepted = Observation.objects.filter(
        series=OuterRef("series"), period=OuterRef("period"), review__verdict=Review.Verdict.ACCEPTED
    ).exclude(pk=OuterRef("pk"))
    waiting = Q(review=None) | Q(review__verdict=Review.Verdict.RETURNED)
    return {
        "changed": waiting & Q(Exists(accepted)),
        "explained": Q(Exists(words)),
        "returned": Q(review__verdict=Review.Verdict.RETURNED),
        "waiting": waiting,
    }


# Whose move it is: the partner's in these states of an open round.
OWED = (Submission.State.EXPECTED, Submission.State.REPORTED, Submission.State.RETURNED)


def organisations_reported_for(person: Person, initiative: Initiative) -> set[int]:
    """The organisations whose reporter or approver the person is."""
    held = roles_of(person, initiative)
    return {pk for role, pk in held if pk is not None and role in (Role.REPORTER, Role.APPROVER)}


def reports_of(organisation_ids: Iterable[int], most: int = 12) -> QuerySet[Submission]:
    """The reports of these organisations that are handed in or accepted, the newest rounds first."""
    return (
        Submission.objects.filter(
            organisation__in=list(organisation_ids), state__in=(Submission.State.SUBMITTED, Submission.State.ACCEPTED)
        )
        .select_related("round", "organisation")
        .order_by("-round__number", "organisation_id")[:most]
    )


def open_submissions_of(organisation_ids: Iterable[int]) -> QuerySet[Submission]:
    """Reports that these organisations owe or are working on, the most urgent first."""
    return (
        Submission.objects.filter(
            organisation__in=list(organisation_ids), round__state=Round.State.OPEN, state__in=OWED
        )
        .select_related("round", "organisation")
        .order_by("due_on", "pk")
    )


def report_of(round: Round, organisation: Organisation) -> Submission | None:
    """The organisation's report in a round."""
    return round.submissions.select_related("round__initiative").filter(organisation=organisation).first()


def handed_in(round: Round) -> QuerySet[Submission]:
    """The reports of a round that wait for review."""
    return round.submissions.filter(state=Submission.State.SUBMITTED)


def last_taking_accepted(submission: Submission) -> int:
    """The place, in the order of takings, of the newest of a report's values that are accepted; 0 without any."""
    accepted = newest_values(submission).filter(review__verdict=Review.Verdict.ACCEPTED, review__submission=submission)
    return accepted.aggregate(last=Max("batch__taken_order"))["last"] or 0
