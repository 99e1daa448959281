"""Accepted values of one indicator, as a stream: of each series and period the newest taking that was accepted.

Rows come ordered by definition, partner and period, so that a roll-up holds one partner's answer for one period at
a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Max
from django.db.models.sql import Query

from shidra.conditions.shared_measurement.models import Batch, Definition, Indicator, Observation, Release, Review
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


def holds_all(release: Release) -> bool:
    """Whether no value came in or was reviewed, and no definition was published, since this release was made."""
    initiative = release.initiative
    newer = Definition.objects.filter(indicator__initiative=initiative, published_at__gt=release.made_at)
    return Mark.of(release) == Mark.now(initiative) and not newer.exists()


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
    for _key, versions in groupby(_as_it_comes(rows.query), key=itemgetter(0, 1, 2, 3, 4)):
        since: Mark | None = None
        row: tuple[Any, ...] = ()
        for row in versions:
            if since is None and row[5] == _REPORTED:
                since = Mark(row[11], row[12])
        numerator, denominator, value = row[6:9]
        yield Accepted(
            row[0], row[1], row[2], row[3], row[4], row[5],
            None if numerator is None else Decimal(numerator),
            None if denominator is None else Decimal(denominator),
            None if value is None else Decimal(value),
            row[9], row[10], since or Mark(row[11], row[12]), row[13] == IMPORTED,
        )  # fmt: skip


def _as_it_comes(query: Query) -> Iterator[tuple[Any, ...]]:
    """The rows of a query as the database gives them: going through models or converters would cost twice as much."""
    sql, params = query.sql_with_params()
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, params)
        while some := cursor.fetchmany(5000):
            yield from some
