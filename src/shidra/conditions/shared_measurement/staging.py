"""How many values get into the tables quickly: sorted by key, in chunks, each chunk with one short lock.

A chunk goes first into a table of this connection alone (COPY on PostgreSQL, executemany on SQLite), where nobody
waits; then two statements move it: the series it needs, and its observations. Sorted, so that neighbours in the
indexes are written together: at five million rows a random order halves the speed.
"""

from __future__ import annotations

import gc
import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from itertools import chain, cycle, islice, repeat
from marshal import dumps, loads
from tempfile import TemporaryFile
from typing import IO, Any

from django.db import IntegrityError, connection, transaction

from shidra.conditions.shared_measurement.models import Remark
from shidra.conditions.shared_measurement.values import ReportedValue, ValueColumns
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.quantities import canonical

# Others' writes wait for one chunk at most. PostgreSQL locks rows only, so there it is a matter of round trips.
CHUNK = {"sqlite": 4_000, "postgresql": 20_000}
# SQLite has one writer at a time. PostgreSQL writes chunks beside each other: no two are about the same series, and all
# ask for theirs in the order of keys, so that nobody waits in a circle.
LANES = {"sqlite": 1, "postgresql": 2}
IN_MEMORY = 50_000  # more values than these are sorted in runs
_PIECE = 500  # rows of a run that are read at once: of each run one piece is in memory


# A value as it is staged: definition, organisation, place, group, period, the number in which it came; then state,
# numerator, denominator, value, text, sheet, row, column, verdict, remarks. Only integers and texts, absent ones -1 or
# "": SQLite's module takes these as they are, and looks up how to adapt everything else, which takes five times longer.
Row = tuple[Any, ...]
_NONE = -1


def in_order(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows in the order of their keys, in flat memory: many are sorted in runs that wait in a file for merging."""
    rows = iter(rows)
    with _seldom_collecting():
        yield from _in_order(rows)


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Let Python look for garbage in circles less often: rows make none, and looking takes a sixth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _in_order(rows: Iterator[Row]) -> Iterator[Row]:
    run = list(islice(rows, IN_MEMORY))
    run.sort()  # numbers are different, so nothing behind them is ever compared
    if len(run) < IN_MEMORY:
        yield from run
        return
    with TemporaryFile() as file:
        starts: list[list[tuple[int, int]]] = []
        while run:
            starts.append([_kept(file, run[start : start + _PIECE]) for start in range(0, len(run), _PIECE)])
            run = list(islice(rows, IN_MEMORY))
            run.sort()
        yield from chain.from_iterable(_merged([_pieces(file, pieces) for pieces in starts]))


def _kept(file: IO[bytes], rows: list[Row]) -> tuple[int, int]:
    start = file.tell()
    return start, file.write(dumps(rows, 2))  # version 2: without looking for objects that are shared


def _pieces(file: IO[bytes], pieces: list[tuple[int, int]]) -> Iterator[list[Row]]:
    for start, size in pieces:
        file.seek(start)
        yield loads(file.read(size))  # noqa: S302  # our own, written a moment ago


def _merged(runs: list[Iterator[list[Row]]]) -> Iterator[list[Row]]:
    """Sorted pieces of sorted runs as sorted pieces of the whole: sorting what is mostly sorted takes a third of the
    time of merging row by row."""
    ahead = [(next(run), run) for run in runs]  # of each run the piece that comes next
    while ahead:
        bound = min(piece[-1] for piece, _run in ahead)  # up to here no other piece can hold anything
        ready: list[Row] = []
        still_ahead = []
        for piece, run in ahead:
            end = bisect_right(piece, bound)
            ready += piece[:end]
            rest = piece[end:] or next(run, [])
            if rest:
                still_ahead.append((rest, run))
        ready.sort()
        yield ready
        ahead = still_ahead


_TABLE = """
CREATE TEMPORARY TABLE IF NOT EXISTS staged_values (
  definition_id bigint, organisation_id bigint, place_id bigint, group_id bigint, period text, number integer,
  state smallint, numerator text, denominator text, "value" text, "text" text,
  sheet smallint, "row" integer, "column" smallint, verdict text, remarks text)
"""
_OPEN = """
INSERT INTO shared_measurement_series (definition_id, organisation_id, place_id, group_id)
SELECT DISTINCT definition_id, organisation_id, place_id, group_id FROM staged_values AS staged WHERE NOT EXISTS (
  SELECT 1 FROM shared_measurement_series AS series
  WHERE series.definition_id = staged.definition_id AND series.organisation_id = staged.organisation_id
    AND series.place_id = staged.place_id AND series.group_id = staged.group_id)
ORDER BY definition_id, organisation_id, place_id, group_id
"""
# To be ready for another who opens the same series takes PostgreSQL half as long again: only asked for when it happened.
_OPEN_BESIDE_OTHERS = f"{_OPEN} ON CONFLICT DO NOTHING"
_AT = """staged_values AS staged CROSS JOIN shared_measurement_series AS series
WHERE series.definition_id = staged.definition_id AND series.organisation_id = staged.organisation_id
  AND series.place_id = staged.place_id AND series.group_id = staged.group_id"""
_OBSERVATIONS = f"""
INSERT INTO shared_measurement_observation (batch_id, series_id, period, state, numerator, denominator, "value", "text",
  sheet, "row", "column", review_id)
SELECT %s, series.id, staged.period, staged.state, NULLIF(staged.numerator, ''), NULLIF(staged.denominator, ''),
  NULLIF(staged."value", ''), staged."text", NULLIF(staged.sheet, -1), NULLIF(staged."row", -1),
  NULLIF(staged."column", -1),
  CASE staged.verdict WHEN 'accepted' THEN CAST(%s AS bigint) WHEN 'returned' THEN CAST(%s AS bigint) END
FROM {_AT}
"""  # noqa: S608
_REMARKED = f"""
SELECT one.id, staged.remarks FROM (SELECT series.id AS series_id, staged.period, staged.remarks
  FROM {_AT} AND staged.remarks <> '') AS staged
CROSS JOIN shared_measurement_observation AS one
WHERE one.series_id = staged.series_id AND one.period = staged.period AND one.batch_id = %s
"""  # noqa: S608


# PostgreSQL knows nothing of a table a moment old; left to itself the planner reads all series for each chunk. What is
# switched off counts as so dear that it would compile each statement, which takes half as long as the work itself.
_BY_INDEX = "; ".join(
    f"SET LOCAL {way} = off" for way in ("enable_hashjoin", "enable_mergejoin", "enable_seqscan", "jit")
)
_AS_BEFORE = "RESET enable_hashjoin; RESET enable_mergejoin; RESET enable_seqscan; RESET jit"


_LINE = "\t".join(["%s"] * 16) + "\n"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Staging:
    """Moves sorted rows of one batch into the tables, chunk by chunk; its own table stays, empty."""

    def __init__(self, batch_id: int, reviews: dict[str, int], by: Person | None) -> None:
        self.batch_id = batch_id
        self.reviews = reviews
        self.by = by

    def __enter__(self) -> Staging:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite" and not connection.in_atomic_block:
                cursor.execute("PRAGMA mmap_size = 0")  # what is written is not read again: memory stays flat
            cursor.execute(_TABLE)
            cursor.execute("DELETE FROM staged_values")
        return self

    def __exit__(self, kind: type[BaseException] | None, *_exception: object) -> None:
        if kind is None:
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM staged_values")

    def move(self, rows: list[Row]) -> None:
        """Write a chunk: sorted rows, one a key."""
        remarked = any(row[15] for row in rows)
        with connection.cursor() as cursor:
            self._fill(cursor, rows)
            try:
                self._move(cursor, _OPEN, remarked)
            except IntegrityError:
                self._move(cursor, _OPEN_BESIDE_OTHERS, remarked)

    def _move(self, cursor: Any, open_series: str, remarked: bool) -> None:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                cursor.execute(_BY_INDEX)
            cursor.execute(open_series)
            cursor.execute(_OBSERVATIONS, [self.batch_id, self.reviews.get("accepted"), self.reviews.get("returned")])
            if remarked:
                cursor.execute(_REMARKED, [self.batch_id])
                self._remark(cursor.fetchall())
            if connection.vendor == "postgresql":
                cursor.execute(_AS_BEFORE)

    def _fill(self, cursor: Any, rows: list[Row]) -> None:
        if connection.vendor == "postgresql":
            cursor.execute("TRUNCATE staged_values")
            with cursor.copy("COPY staged_values FROM STDIN") as copy:
                copy.write("".join([_LINE % (_escaped(row) if row[10] or row[15] else row) for row in rows]))
        else:
            with _without_lock(cursor):
                cursor.execute("DELETE FROM staged_values")
                cursor.executemany(f"INSERT INTO staged_values VALUES ({', '.join(['%s'] * 16)})", rows)  # noqa: S608

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


def _escaped(row: Row) -> Row:
    return (*row[:10], row[10].translate(_ESCAPES), *row[11:15], row[15].translate(_ESCAPES))


@contextmanager
def moving(staging: Staging) -> Iterator[Callable[[list[Row]], None]]:
    """Hand chunks over to be moved: while the database writes some, the next is made ready.

    Inside a transaction everything happens on its own connection, in turn. Else threads with a connection of their own
    move one chunk each at a time; what goes wrong there is raised when the thread's turn comes again, or at the end.
    """
    if connection.in_atomic_block:
        with staging:
            yield staging.move
        return
    with ExitStack() as stack:
        lanes = [stack.enter_context(_Lane(staging)) for _lane in range(LANES[connection.vendor])]
        turns = cycle(lanes)
        yield lambda rows: next(turns).move(rows)
        for lane in lanes:
            lane.wait()


class _Lane:
    """A thread with a connection of its own, which moves one chunk at a time."""

    def __init__(self, staging: Staging) -> None:
        self.staging = staging
        self.thread = ThreadPoolExecutor(1, "staging")

    def __enter__(self) -> _Lane:
        self.before: Future[Any] = self.thread.submit(self.staging.__enter__)
        return self

    def move(self, rows: list[Row]) -> None:
        self.wait()
        self.before = self.thread.submit(self.staging.move, rows)

    def wait(self) -> None:
        """Until the chunk before is moved; raises what went wrong."""
        self.before.result()

    def __exit__(self, *_exception: object) -> None:
        self.thread.submit(lambda: connection.close()).result()  # the one of that thread
        self.thread.shutdown()


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
    numerator, denominator, amount = value.numerator, value.denominator, value.value
    return (
        value.definition_id, value.organisation_id, value.place_id, value.group_id, value.period, number, value.state,
        "" if numerator is None else plain(numerator),
        "" if denominator is None else plain(denominator),
        "" if amount is None else plain(amount),
        value.text,
        _NONE if value.sheet is None else value.sheet,
        _NONE if value.row is None else value.row,
        _NONE if value.column is None else value.column,
        value.verdict,
        json.dumps(value.remarks, ensure_ascii=False) if value.remarks else "",
    )  # fmt: skip


def rows_of(block: ValueColumns, number: int) -> Iterator[Row]:
    """The values of a block as they are staged; `number` is the place of the first of them."""
    return zip(
        block.definition_ids, block.organisation_ids, block.place_ids, block.group_ids, block.periods,
        range(number, number + len(block)), block.states, block.numerators, block.denominators, block.values,
        repeat(""), repeat(block.sheet), block.rows, repeat(block.column), block.verdicts, repeat(""),
    )  # fmt: skip


def value_of(row: Row) -> ReportedValue:
    """The reported value again."""
    definition_id, organisation_id, place_id, group_id, period, _number, state = row[:7]
    numerator, denominator, amount = (Decimal(number) if number else None for number in row[7:10])
    sheet, at, column = (None if number == _NONE else number for number in row[11:14])
    remarks = tuple((about, text) for about, text in json.loads(row[15])) if row[15] else ()
    return ReportedValue(
        definition_id, organisation_id, place_id, group_id, period, state, numerator, denominator, amount,
        row[10], sheet, at, column, remarks, row[14],
    )  # fmt: skip
