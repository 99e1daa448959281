"""How many values get into the tables quickly: sorted by key, in chunks, each chunk with one short lock.

A chunk goes first into a table of this connection alone (COPY on PostgreSQL, executemany on SQLite), where nobody
waits; then two statements move it: the series it needs, and its observations. Sorted, so that neighbours in the
indexes are written together: at five million rows a random order halves the speed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import chain, islice
from marshal import dumps, loads
from typing import Any, NamedTuple

from django.db import connection, transaction

from shidra.conditions.shared_measurement.models import Remark
from shidra.conditions.shared_measurement.values import ReportedValue
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.quantities import canonical

# Others' writes wait for one chunk at most. PostgreSQL locks rows only, so there it is a matter of round trips.
CHUNK = {"sqlite": 4_000, "postgresql": 20_000}
IN_MEMORY = 50_000  # more values than these are sorted on disk


class Row(NamedTuple):
    """A value as it is staged: the key, the order in which it came, and all else as the tables hold it."""

    definition_id: int
    organisation_id: int
    place_id: int
    group_id: int
    period: str
    number: int
    state: int
    numerator: str | None
    denominator: str | None
    value: str | None
    text: str
    sheet: int | None
    row: int | None
    column: int | None
    verdict: str
    remarks: str | None


def in_order(rows: Iterable[Row]) -> Iterator[tuple[Any, ...]]:
    """The rows in the order of their keys. Many are sorted in a file that vanishes with its connection."""
    rows = iter(rows)
    first: list[tuple[Any, ...]] = list(islice(rows, IN_MEMORY))
    if len(first) < IN_MEMORY:
        first.sort()  # `number` is different in each, so nothing behind it is ever compared
        yield from first
        return
    scratch = sqlite3.connect("", isolation_level=None)
    try:
        scratch.execute("PRAGMA cache_size=-16000")
        scratch.execute("PRAGMA journal_mode=OFF")
        scratch.execute("PRAGMA synchronous=OFF")
        scratch.execute("CREATE TABLE unsorted (a, b, c, d, period, number, rest)")
        scratch.execute("BEGIN")
        # What is not sorted by travels in one piece.
        packed = ((*row[:6], dumps(row[6:])) for row in chain(first, rows))
        scratch.executemany("INSERT INTO unsorted VALUES (?, ?, ?, ?, ?, ?, ?)", packed)
        first.clear()
        scratch.execute("COMMIT")
        for a, b, c, d, period, number, rest in scratch.execute(
            "SELECT * FROM unsorted ORDER BY a, b, c, d, period, number"
        ):
            yield (a, b, c, d, period, number, *loads(rest))  # noqa: S302  # our own, of a moment ago
    finally:
        scratch.close()


_TABLE = """
CREATE TEMPORARY TABLE IF NOT EXISTS staged_values (
  definition_id bigint, organisation_id bigint, place_id bigint, group_id bigint, period varchar(24), opens_series bool,
  state smallint, numerator varchar(40), denominator varchar(40), "value" varchar(40), "text" varchar(20),
  sheet smallint, "row" integer, "column" smallint, review_id bigint, remarks text)
"""
_SERIES = """
INSERT INTO shared_measurement_series (definition_id, organisation_id, place_id, group_id)
SELECT definition_id, organisation_id, place_id, group_id FROM staged_values WHERE opens_series ON CONFLICT DO NOTHING
"""
_AT = """staged_values AS staged CROSS JOIN shared_measurement_series AS series
WHERE series.definition_id = staged.definition_id AND series.organisation_id = staged.organisation_id
  AND series.place_id = staged.place_id AND series.group_id = staged.group_id"""
_OBSERVATIONS = f"""
INSERT INTO shared_measurement_observation (batch_id, series_id, period, state, numerator, denominator, "value", "text",
  sheet, "row", "column", review_id)
SELECT %s, series.id, staged.period, staged.state, staged.numerator, staged.denominator, staged."value", staged."text",
  staged.sheet, staged."row", staged."column", staged.review_id
FROM {_AT}
"""  # noqa: S608
_REMARKED = f"""
SELECT one.id, staged.remarks FROM (SELECT series.id AS series_id, staged.period, staged.remarks
  FROM {_AT} AND staged.remarks IS NOT NULL) AS staged
CROSS JOIN shared_measurement_observation AS one
WHERE one.series_id = staged.series_id AND one.period = staged.period AND one.batch_id = %s
"""  # noqa: S608


# PostgreSQL knows nothing of a table a moment old; left to itself the planner reads all series for each chunk.
_BY_INDEX = "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_seqscan = off"
_AS_BEFORE = "RESET enable_hashjoin; RESET enable_mergejoin; RESET enable_seqscan"


class Staging:
    """Moves sorted rows of one batch into the tables, chunk by chunk; its own table stays, empty."""

    def __init__(self, batch_id: int, reviews: dict[str, int], by: Person | None) -> None:
        self.batch_id = batch_id
        self.reviews = reviews
        self.by = by

    def __enter__(self) -> Staging:
        with connection.cursor() as cursor:
            cursor.execute(_TABLE)
            cursor.execute("DELETE FROM staged_values")
        return self

    def __exit__(self, kind: type[BaseException] | None, *_exception: object) -> None:
        if kind is None:
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM staged_values")

    def move(self, rows: list[tuple[Any, ...]]) -> None:
        """Write a chunk: sorted rows, one a key."""
        remarked = any(row[15] is not None for row in rows)
        with connection.cursor() as cursor:
            self._fill(cursor, rows)
            with transaction.atomic():
                if connection.vendor == "postgresql":
                    cursor.execute(_BY_INDEX)
                cursor.execute(_SERIES)
                cursor.execute(_OBSERVATIONS, [self.batch_id])
                if remarked:
                    cursor.execute(_REMARKED, [self.batch_id])
                    self._remark(cursor.fetchall())
                if connection.vendor == "postgresql":
                    cursor.execute(_AS_BEFORE)

    def _fill(self, cursor: Any, rows: list[tuple[Any, ...]]) -> None:
        staged = self._staged(rows)
        if connection.vendor == "postgresql":
            cursor.execute("TRUNCATE staged_values")
            with cursor.copy("COPY staged_values FROM STDIN") as copy:
                for row in staged:
                    copy.write_row(row)
        else:
            with _without_lock(cursor):
                cursor.execute("DELETE FROM staged_values")
                cursor.executemany(f"INSERT INTO staged_values VALUES ({', '.join(['%s'] * 16)})", staged)  # noqa: S608

    def _staged(self, rows: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        before: tuple[Any, ...] = ()
        reviews = self.reviews
        for row in rows:
            series = row[:4]
            yield (
                *row[:5], series != before, row[6], row[7], row[8], row[9], row[10], row[11], row[12], row[13],
                reviews.get(row[14]), row[15],
            )  # fmt: skip
            before = series

    def _remark(self, found: Iterable[tuple[int, str]]) -> None:
        at = clock.now()
        Remark.objects.bulk_create(
            [
                Remark(observation_id=observation_id, about=about, text=text, at=at, by=self.by)
                for observation_id, remarks in found
                for about, text in json.loads(remarks)
            ],
            batch_size=500,
        )


@contextmanager
def _without_lock(cursor: Any) -> Iterator[None]:
    """One transaction on SQLite that touches only temporary tables: others go on writing."""
    if connection.in_atomic_block:
        yield
        return
    cursor.execute("BEGIN DEFERRED")
    try:
        yield
    except BaseException:
        cursor.execute("ROLLBACK")
        raise
    cursor.execute("COMMIT")


def plain(number: Decimal) -> str:
    """`canonical`, for a million numbers most of which are written plainly already."""
    text = str(number)
    if text.isdigit() or ("." in text and text[-1] != "0" and "E" not in text):
        return text
    return canonical(number)


def row_of(value: ReportedValue, number: int) -> Row:
    """The value as it is staged; `number` is its place in the order in which values came."""
    remarks = json.dumps(value.remarks, ensure_ascii=False) if value.remarks else None
    numerator, denominator, amount = value.numerator, value.denominator, value.value
    return Row(
        value.definition_id, value.organisation_id, value.place_id, value.group_id, value.period, number, value.state,
        None if numerator is None else plain(numerator),
        None if denominator is None else plain(denominator),
        None if amount is None else plain(amount),
        value.text, value.sheet, value.row, value.column, value.verdict, remarks,
    )  # fmt: skip


def value_of(row: tuple[Any, ...]) -> ReportedValue:
    """The reported value again."""
    numerator, denominator, amount = (None if number is None else Decimal(number) for number in row[7:10])
    remarks = tuple((about, text) for about, text in json.loads(row[15])) if row[15] else ()
    definition_id, organisation_id, place_id, group_id, period, _number, state = row[:7]
    text, sheet, at, column, verdict = row[10:15]
    return ReportedValue(
        definition_id, organisation_id, place_id, group_id, period, state, numerator, denominator, amount,
        text, sheet, at, column, remarks, verdict,
    )  # fmt: skip
