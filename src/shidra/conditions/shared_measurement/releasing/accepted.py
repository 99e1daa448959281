"""Accepted values of one indicator, as a stream: of each series and period the newest taking that was accepted.

Rows come ordered by definition, partner and period, so that a roll-up holds one partner's answer for one period at
a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import Max

from shidra.conditions.shared_measurement.models import Batch, Indicator, Observation, Release, Review
from shidra.foundation.initiatives.models import Initiative

IMPORTED = Batch.Source.IMPORT.value


class Mark(NamedTuple):
    """How far a release reads: takings up to `taken`, reviews up to `review`."""

    taken: int
    review: int

    @classmethod
    def now(cls, initiative: Initiative) -> Mark:
        newest = Batch.objects.filter(initiative=initiative).aggregate(newest=Max("taken_order"))["newest"] or 0
        return cls(newest, Review.objects.filter(initiative=initiative).aggregate(newest=Max("pk"))["newest"] or 0)

    @classmethod
    def of(cls, release: Release) -> Mark:
        return cls(release.mark, release.review_mark)


class Accepted(NamedTuple):
    """One accepted value that holds. `since`: the mark at which the first value of its series and period was in."""

    definition: int
    organisation: int
    period: str
    place: int
    group: int
    state: int
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None
    text: str
    observation: int
    since: Mark
    is_public: bool


_REPORTED = Observation.State.REPORTED.value


def accepted_values(indicator: Indicator, upto: Mark) -> Iterator[Accepted]:
    """The accepted values of an indicator up to a mark. One query, read as it comes."""
    rows: Any = (
        Observation.objects.filter(
            series__definition__indicator=indicator,
            batch__taken_order__lte=upto.taken,
            review__verdict=Review.Verdict.ACCEPTED,
            review__lte=upto.review,
        )
        .order_by(
            "series__definition_id", "series__organisation_id", "period", "series__place_id", "series__group_id",
            "batch__taken_order",
        )
        .values_list(
            "series__definition_id", "series__organisation_id", "period", "series__place_id", "series__group_id",
            "state", "numerator", "denominator", "value", "text", "pk", "batch__taken_order", "review_id",
            "batch__source",
        )
    )  # fmt: skip
    stream: Iterator[tuple[Any, ...]] = rows.iterator(chunk_size=5000)
    for _key, versions in groupby(stream, key=lambda row: row[:5]):
        since: Mark | None = None
        last: tuple[Any, ...] = ()
        for row in versions:
            last = row
            if since is None and row[5] == _REPORTED:
                since = Mark(row[11], row[12])
        values: tuple[Any, ...] = (*last[:11], since or Mark(last[11], last[12]), last[13] == IMPORTED)
        yield Accepted(*values)
