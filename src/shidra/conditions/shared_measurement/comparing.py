"""A staged batch held against what holds now: what is new, what says nothing new, what corrects."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection, transaction

from shidra.conditions.shared_measurement.models import Batch, Observation, Remark, Review
from shidra.conditions.shared_measurement.queries.observations import newest, newest_taking
from shidra.conditions.shared_measurement.values import ValueKey
from shidra.kernel.errors import RuleBroken, gettext_noop

KEPT = 1000  # corrections that a comparison brings along; `corrections_of` has them all
_PAGE = 4000  # values that are moved or deleted under one short lock


class Figure(NamedTuple):
    """What a value says."""

    state: int
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None
    text: str


@dataclass(frozen=True, slots=True)
class Correction:
    """A value that says something else than the one that holds; or the same again, after that was returned."""

    key: ValueKey
    before: Figure
    now: Figure
    before_id: int
    verdict_before: str  # of the value that holds: "accepted", "returned", or ""
    sheet: int | None
    row: int | None
    column: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many values of a batch are new, say nothing new, correct; the first of the corrections with both values."""

    new: int
    unchanged: int
    corrected: int
    corrections: tuple[Correction, ...] = ()

    @property
    def changed(self) -> int:
        return self.new + self.corrected


# The value that holds now, beside each of a page of the batch's values.
_BESIDE = """
FROM (
  SELECT one.*, (
    SELECT held.id FROM shared_measurement_observation AS held
    JOIN shared_measurement_batch AS batch ON batch.id = held.batch_id
    WHERE held.series_id = one.series_id AND held.period = one.period AND batch.taken_order IS NOT NULL
    ORDER BY batch.taken_order DESC LIMIT 1) AS held_id
  FROM shared_measurement_observation AS one WHERE {chosen}
) AS now
LEFT JOIN shared_measurement_observation AS held ON held.id = now.held_id
LEFT JOIN shared_measurement_review AS verdict ON verdict.id = held.review_id
LEFT JOIN shared_measurement_review AS verdict_now ON verdict_now.id = now.review_id
"""
# A ratio that follows from the parts may be left out. A returned value that comes again is an answer, not silence.
_SAYS_THE_SAME = """
  now.state = held.state AND now."text" = held."text"
  AND now.numerator IS NOT DISTINCT FROM held.numerator AND now.denominator IS NOT DISTINCT FROM held.denominator
  AND (now."value" IS NOT DISTINCT FROM held."value"
    OR (now.numerator IS NOT NULL AND now.denominator IS NOT NULL AND (now."value" IS NULL OR held."value" IS NULL)))
  AND CASE WHEN verdict_now.verdict IS NULL THEN coalesce(verdict.verdict, '') <> 'returned'
    ELSE coalesce(verdict.verdict, '') = verdict_now.verdict END
"""
_NEW, _SAME, _CORRECTED = 0, 1, 2
_PAGE_OF = f"one.batch_id = %s AND one.id > %s ORDER BY one.id LIMIT {_PAGE}"


def compare_batch(batch: Batch) -> Comparison:
    """Count what is new, unchanged and corrected, and set the unchanged aside. What was set aside before is looked at
    again, because another batch may have been taken meanwhile. Locks are short, whatever the size.

    Raises RuleBroken(`batch_over`) for a batch that was taken or dropped."""
    demand_waiting(batch)
    seen = newest_taking(batch.initiative)
    aside = Batch.objects.filter(unchanged_of=batch).first()
    counts = [0, 0, 0]
    corrected: list[int] = []
    if aside is not None:
        for kinds in _kinds(aside):
            differs = [pk for pk, kind in kinds if kind != _SAME]
            counts[_SAME] += len(kinds) - len(differs)
            _move(batch, differs, batch)
    if seen == 0:
        counts[_NEW] = _count(batch)
    else:
        for kinds in _kinds(batch):
            same = [pk for pk, kind in kinds if kind == _SAME]
            for _pk, kind in kinds:
                counts[kind] += 1
            if same:
                aside = aside or _aside_of(batch)
                _move(batch, same, aside)
            if len(corrected) < KEPT:
                corrected += [pk for pk, kind in kinds if kind == _CORRECTED]
    batch.seen_order, batch.size = seen, counts[_NEW] + counts[_CORRECTED]
    batch.save(update_fields=["seen_order", "size"])
    return Comparison(counts[_NEW], counts[_SAME], counts[_CORRECTED], tuple(_corrections(corrected[:KEPT])))


def _count(batch: Batch) -> int:
    """How many values a batch has, by one index: a manager in scope would look up the series of each."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM shared_measurement_observation WHERE batch_id = %s", [batch.pk])
        return int(cursor.fetchone()[0])


def corrections_of(batch: Batch) -> Iterator[Correction]:
    """All corrections of a staged batch, read as they are asked for."""
    for kinds in _kinds(batch):
        yield from _corrections([pk for pk, kind in kinds if kind == _CORRECTED])


def _kinds(batch: Batch) -> Iterator[list[tuple[int, int]]]:
    """Pages of (observation, kind), in order of id."""
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT now.id, CASE WHEN held.id IS NULL THEN 0 WHEN {_SAYS_THE_SAME} THEN 1 ELSE 2 END "
                f"{_BESIDE.format(chosen=_PAGE_OF)} ORDER BY now.id",
                [batch.pk, last],
            )
            page = cursor.fetchall()
        if not page:
            return
        yield page
        last = page[-1][0]


def _corrections(ids: list[int]) -> Iterator[Correction]:
    for start in range(0, len(ids), _PAGE):
        chosen, params = _among("one.id", ids[start : start + _PAGE])
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT series.definition_id, series.organisation_id, series.place_id, series.group_id, now.period, "
                'held.state, held.numerator, held.denominator, held."value", held."text", '
                'now.state, now.numerator, now.denominator, now."value", now."text", '
                'held.id, verdict.verdict, now.sheet, now."row", now."column" '
                f"{_BESIDE.format(chosen=chosen)} "
                "JOIN shared_measurement_series AS series ON series.id = now.series_id "
                "WHERE held.id IS NOT NULL ORDER BY now.id",
                params,
            )
            rows = cursor.fetchall()
        for row in rows:
            yield Correction(
                ValueKey(*row[:5]), _figure(row[5:10]), _figure(row[10:15]), row[15], row[16] or "", *row[17:]
            )


def _figure(row: tuple[Any, ...]) -> Figure:
    numerator, denominator, value = (None if number is None else Decimal(number) for number in row[1:4])
    return Figure(row[0], numerator, denominator, value, row[4])


def _among(column: str, ids: list[int]) -> tuple[str, list[Any]]:
    """A condition that a number is one of many, in one parameter."""
    if connection.vendor == "sqlite":
        return f"{column} IN (SELECT value FROM json_each(%s))", [json.dumps(ids)]  # noqa: S608
    return f"{column} = ANY(%s)", [ids]


def _aside_of(batch: Batch) -> Batch:
    return Batch.objects.create(
        initiative=batch.initiative,
        organisation=batch.organisation,
        source=batch.source,
        created_at=batch.created_at,
        created_by=batch.created_by,
        unchanged_of=batch,
    )


def demand_waiting(batch: Batch) -> Batch:
    """The batch as it is now; locked, inside a transaction. Raises RuleBroken if it is not waiting to be taken."""
    waiting = Batch.objects.filter(pk=batch.pk, taken_order__isnull=True, unchanged_of=None)
    locked = (waiting.select_for_update() if connection.in_atomic_block else waiting).first()
    if locked is None:
        raise RuleBroken(
            "batch_over", gettext_noop("These values were taken in or dropped meanwhile. Load the page again.")
        )
    return locked


def _move(batch: Batch, ids: list[int], to: Batch) -> None:
    """Give values of a waiting batch, or set aside from it, another place."""
    for start in range(0, len(ids), _PAGE):
        chosen, params = _among("id", ids[start : start + _PAGE])
        with transaction.atomic(), connection.cursor() as cursor:
            demand_waiting(batch)  # whoever takes it has locked it too: what is taken is never moved
            cursor.execute(
                f"UPDATE shared_measurement_observation SET batch_id = %s WHERE {chosen}",  # noqa: S608
                [to.pk, *params],
            )


def ids_of(batch: Batch, keys: Iterable[ValueKey]) -> dict[ValueKey, int]:
    """The observations of a batch, or set aside from it, that are about these keys."""
    wanted = set(keys)
    if not wanted:
        return {}
    batches = [batch.pk, *Batch.objects.filter(unchanged_of=batch).values_list("pk", flat=True)]
    found = Observation.objects.filter(
        batch__in=batches,
        series__definition__in={key.definition_id for key in wanted},
        series__organisation__in={key.organisation_id for key in wanted},
        period__in={key.period for key in wanted},
    ).values_list(
        "series__definition_id", "series__organisation_id", "series__place_id", "series__group_id", "period", "pk"
    )
    return {key: row[5] for row in found if (key := ValueKey(*row[:5])) in wanted}


def discard_unchanged(batch: Batch) -> None:
    """Remove what was set aside from a batch. Words that it brought go to the values that hold."""
    aside = Batch.objects.filter(unchanged_of=batch).first()
    if aside is None:
        return
    words = list(Remark.objects.filter(observation__batch=aside).select_related("observation"))
    for start in range(0, len(words), _PAGE):
        _hand_over(words[start : start + _PAGE])
    _delete(aside)


def _hand_over(words: list[Remark]) -> None:
    series = {word.observation.series_id for word in words}
    held = {(one.series_id, one.period): one.pk for one in newest(Observation.objects.filter(series__in=series))}
    taken = set(Remark.objects.filter(observation__in=held.values()).values_list("observation_id", "about"))
    for word in words:
        observation_id = held.get((word.observation.series_id, word.observation.period))
        if observation_id is not None and (observation_id, word.about) not in taken:
            word.observation_id = observation_id
            word.save(update_fields=["observation"])


def discard(batch: Batch) -> None:
    """Remove a batch that was not taken, with all its values and verdicts; in short transactions."""
    if not Batch.objects.filter(pk=batch.pk, taken_order__isnull=True).exists():
        return
    batches = [batch.pk, *Batch.objects.filter(unchanged_of=batch).values_list("pk", flat=True)]
    reviews = Observation.objects.filter(batch__in=batches, review__isnull=False).values_list("review_id", flat=True)
    reviewed = list(reviews.order_by().distinct())
    discard_unchanged(batch)
    _delete(batch)
    if not Batch.objects.filter(pk=batch.pk).exists():
        Review.objects.filter(pk__in=reviewed, submission=None, initiative=batch.initiative).delete()


def _delete(batch: Batch) -> None:
    """Delete a batch that is not taken, and never one that is."""
    while ids := list(Observation.objects.filter(batch=batch).order_by("id").values_list("pk", flat=True)[:_PAGE]):
        chosen, params = _among("observation_id", ids)
        itself, _same = _among("id", ids)
        with transaction.atomic(), connection.cursor() as cursor:
            if not Batch.objects.select_for_update().filter(pk=batch.pk, taken_order__isnull=True).exists():
                return
            cursor.execute(f"DELETE FROM shared_measurement_remark WHERE {chosen}", params)  # noqa: S608
            cursor.execute(f"DELETE FROM shared_measurement_observation WHERE {itself}", params)  # noqa: S608
    Batch.objects.filter(pk=batch.pk, taken_order__isnull=True).delete()
