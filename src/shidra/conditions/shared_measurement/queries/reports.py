"""A partner's report in a round: which values hold, which were returned, how full it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from shidra.conditions.shared_measurement.models import Expectation, Observation, Review, Round, Submission


def newest_values(submission: Submission, up_to: int | None = None) -> QuerySet[Observation]:
    """The values of a report that hold: of each series and period the one taken last (not after `up_to`).

    Goes by the definitions asked for and the partner, so that only the report's own index ranges are read.
    """
    return _newest(
        Observation.objects.filter(
            series__definition__in=submission.expectations.values("definition_id"),
            series__organisation=submission.organisation_id,
            batch__round=submission.round_id,
        ),
        up_to,
    )


def returned_values(submission: Submission) -> QuerySet[Observation]:
    """Returned values that no newer value has answered."""
    return newest_values(submission).filter(review__verdict=Review.Verdict.RETURNED)


def newest_of_round(round: Round, submissions: Iterable[Submission]) -> QuerySet[Observation]:
    """The values that hold in a round, of these partners."""
    return _newest(
        Observation.objects.filter(
            series__definition__in=Expectation.objects.filter(submission__round=round).values("definition_id"),
            series__organisation__in=[submission.organisation_id for submission in submissions],
            batch__round=round,
        ),
        None,
    )


def _newest(rows: QuerySet[Observation], up_to: int | None) -> QuerySet[Observation]:
    taken = rows.filter(batch__taken_order__isnull=False)
    if up_to is not None:
        taken = taken.filter(batch__taken_order__lte=up_to)
    latest_first = Window(
        RowNumber(), partition_by=[F("series_id"), F("period")], order_by=F("batch__taken_order").desc()
    )
    return taken.annotate(nth=latest_first).filter(nth=1)


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
    newest = newest_of_round(round, by_id.values())
    rows = newest.values_list(
        "series__organisation_id",
        "series__definition_id",
        "period",
        "series__place_id",
        "batch__taken_order",
        "review__verdict",
    )
    for organisation_id, definition_id, period, place_id, order, verdict in rows.iterator(chunk_size=5000):
        submission = by_organisation[organisation_id]
        if verdict == Review.Verdict.RETURNED:
            state = FilledAs.RETURNED
        elif verdict == Review.Verdict.ACCEPTED:
            state = FilledAs.ACCEPTED
        else:
            state = FilledAs.HANDED_IN if (order or 0) <= submission.submitted_mark else FilledAs.BEGUN
        states[submission.pk, definition_id, period, place_id].add(state)
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


def _slowest(states: set[str]) -> str:
    """A figure is as far as the slowest of its groups."""
    for state in (FilledAs.RETURNED, FilledAs.BEGUN, FilledAs.HANDED_IN, FilledAs.ACCEPTED):
        if state in states:
            return state
    return FilledAs.MISSING


def open_submissions_of(organisation_ids: Iterable[int]) -> QuerySet[Submission]:
    """Reports that these organisations still owe or are working on, the most urgent first."""
    return (
        Submission.objects.filter(organisation__in=list(organisation_ids), round__state=Round.State.OPEN)
        .exclude(state=Submission.State.ACCEPTED)
        .select_related("round", "organisation")
        .annotate(asked=Count("expectations", filter=Q(expectations__isnull=False)))
        .order_by("due_on", "pk")
    )
