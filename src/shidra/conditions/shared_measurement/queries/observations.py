"""Reported values: which one holds, every version of it, what changed since acceptance.

Of one series and period the value taken last holds. Every query begins at an index of series, so that its cost follows
what it returns, not what the installation has.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from shidra.conditions.shared_measurement.models import (
    Batch,
    Definition,
    Expectation,
    Indicator,
    Observation,
    Remark,
    Review,
    Submission,
)
from shidra.conditions.shared_measurement.values import ValueKey
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.organisations.models import Organisation

_PAGE = 5000


@dataclass(frozen=True, slots=True)
class HeldValue:
    """A value that was taken in, with where it came from. `verdict` is "accepted", "returned", or "" while it waits."""

    id: int
    definition_id: int
    organisation_id: int
    place_id: int
    group_id: int
    period: str
    state: int
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None
    text: str
    sheet: int | None
    row: int | None
    column: int | None
    batch_id: int
    taken_order: int
    taken_at: datetime
    review_id: int | None
    verdict: str

    @property
    def key(self) -> ValueKey:
        return ValueKey(self.definition_id, self.organisation_id, self.place_id, self.group_id, self.period)


_COLUMNS = (
    "id", "series__definition_id", "series__organisation_id", "series__place_id", "series__group_id", "period", "state",
    "numerator", "denominator", "value", "text", "sheet", "row", "column", "batch_id", "batch__taken_order",
    "batch__taken_at", "review_id", "review__verdict",
)  # fmt: skip


def newest(observations: QuerySet[Observation]) -> QuerySet[Observation]:
    """Of each series and period among these, the one that was taken last."""
    nth = Window(RowNumber(), partition_by=[F("series_id"), F("period")], order_by=F("batch__taken_order").desc())
    return observations.filter(batch__taken_order__isnull=False).annotate(nth=nth).filter(nth=1)


def current_values(
    initiative: Initiative,
    *,
    submission: Submission | None = None,
    indicator: Indicator | None = None,
    definition: Definition | None = None,
    organisation: Organisation | None = None,
    periods: Collection[str] | None = None,
) -> Iterator[HeldValue]:
    """The values that hold, in order of series and period; of a submission, an indicator, a definition or a partner.

    Of a submission: those of the figures that it is asked for, in whichever round they were reported.
    """
    return _held(newest(_chosen(initiative, submission, indicator, definition, organisation, periods)))


def _chosen(
    initiative: Initiative,
    submission: Submission | None,
    indicator: Indicator | None,
    definition: Definition | None,
    organisation: Organisation | None,
    periods: Collection[str] | None,
) -> QuerySet[Observation]:
    definitions = Definition.objects.filter(indicator__initiative=initiative)
    if indicator is not None:
        definitions = definitions.filter(indicator=indicator)
    if definition is not None:
        definitions = definitions.filter(pk=definition.pk)
    if submission is not None:
        definitions = definitions.filter(pk__in=submission.expectations.values("definition_id"))
        organisation = submission.organisation
    # By number: the index of series begins with the definition, and both databases then start there.
    chosen = Observation.objects.filter(series__definition__in=list(definitions.values_list("pk", flat=True)))
    if organisation is not None:
        chosen = chosen.filter(series__organisation=organisation)
    if periods is not None:
        chosen = chosen.filter(period__in=list(periods))
    if submission is not None:
        asked = Expectation.objects.filter(
            submission=submission,
            definition=OuterRef("series__definition"),
            place=OuterRef("series__place"),
            period=OuterRef("period"),
        )
        chosen = chosen.filter(Exists(asked))
    return chosen


def _held(observations: QuerySet[Observation]) -> Iterator[HeldValue]:
    rows = observations.order_by("series_id", "period").values_list(*_COLUMNS)
    for row in rows.iterator(chunk_size=_PAGE):
        yield _held_value(row)


def _held_value(row: tuple[Any, ...]) -> HeldValue:
    return HeldValue(*(*row[:-1], row[-1] or ""))


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a value: by whom, when, from which cell of which file, what the backbone said of it."""

    held: HeldValue
    taken_by_id: int | None
    source: str
    upload_id: int | None
    file_name: str
    reason: str
    remarks: tuple[tuple[str, str], ...]


def history_of(initiative: Initiative, key: ValueKey) -> list[Version]:
    """Every version of one value, the newest first. Two queries."""
    versions = Observation.objects.filter(
        batch__initiative=initiative,
        batch__taken_order__isnull=False,
        series__definition=key.definition_id,
        series__organisation=key.organisation_id,
        series__place=key.place_id,
        series__group=key.group_id,
        period=key.period,
    ).order_by("-batch__taken_order")
    rows = list(
        versions.values_list(
            *_COLUMNS,
            "batch__created_by_id",
            "batch__source",
            "batch__upload_id",
            "batch__upload__name",
            "review__reason",
        )
    )
    width = len(_COLUMNS)
    remarks = remarks_on(row[0] for row in rows)
    return [
        Version(
            _held_value(row[:width]),
            taken_by_id=row[width],
            source=row[width + 1],
            upload_id=row[width + 2],
            file_name=row[width + 3] or "",
            reason=row[width + 4] or "",
            remarks=remarks.get(row[0], ()),
        )
        for row in rows
    ]


def remarks_on(observation_ids: Iterable[int]) -> dict[int, tuple[tuple[str, str], ...]]:
    """The words that stay with these values, as (about, text) in the order they were written. One query."""
    found: dict[int, tuple[tuple[str, str], ...]] = {}
    rows = Remark.objects.filter(observation__in=list(observation_ids)).order_by("id")
    for observation_id, about, text in rows.values_list("observation_id", "about", "text"):
        found[observation_id] = (*found.get(observation_id, ()), (about, text))
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """A value that holds and was not accepted yet, beside the one that was accepted last (None: it is new)."""

    accepted: HeldValue | None
    now: HeldValue


def changed_since_acceptance(
    initiative: Initiative,
    *,
    submission: Submission | None = None,
    indicator: Indicator | None = None,
    organisation: Organisation | None = None,
) -> list[Change]:
    """What is not as it was accepted. Two queries."""
    chosen = _chosen(initiative, submission, indicator, None, organisation, None)
    not_accepted = Q(review=None) | ~Q(review__verdict=Review.Verdict.ACCEPTED)
    # By their keys: a filter on the window's own query would be applied before it, and bring older values back.
    holding = Observation.objects.filter(pk__in=newest(chosen).values("pk"))
    waiting = list(_held(holding.filter(not_accepted)))
    if not waiting:
        return []
    accepted = {one.key: one for one in _held(newest(chosen.filter(review__verdict=Review.Verdict.ACCEPTED)))}
    return [Change(accepted.get(one.key), one) for one in waiting]


def newest_taking(initiative: Initiative) -> int:
    """The place of the initiative's newest taking in the order of takings; 0 before the first."""
    taken = Batch.objects.filter(initiative=initiative, taken_order__isnull=False)
    return taken.order_by("-taken_order").values_list("taken_order", flat=True).first() or 0
