"""How the reading process hands over what it reads: lines of JSON, never pickles.

The process reads files of strangers; JSON cannot make the receiver run anything, whatever happened to the sender.
A line is a list whose first word says what it is. Cells that JSON has no form for are small objects:
{"p": percent}, {"d": date}, {"m": moment}, {"t": time}, {"s": seconds of a duration}, {"e": error}.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable
from typing import IO, Any, BinaryIO

from shidra.foundation.spreadsheets.encodings import garbled
from shidra.foundation.spreadsheets.workbook import (
    CellError,
    FileRefused,
    Finding,
    Limits,
    PercentFloat,
    Sheet,
    Workbook,
    cell_name,
    column_letters,
)

ROWS_A_LINE = 1_000
CELLS_A_LINE = 20_000
LONGEST_LINE = 64 * 1024 * 1024
LONGEST_TEXT = 32_767  # what Excel itself allows in a cell
NAMED_CELLS = 100  # cells of a sheet named one by one for a code; the rest are counted
EXAMINED_CHARACTERS = 2_000_000  # of a sheet, for letters that came out wrong
MOST_MERGED = 100_000

Packed = None | str | int | float | bool | dict[str, Any]


class IncompleteDelivery(Exception):
    """The reading process stopped before it had handed over everything."""


class ReaderFailed(Exception):
    """The reading process met something in the file that the reader did not foresee."""


def percent(value: float) -> Packed:
    """A number that the sheet shows as a percentage."""
    return {"p": value}


def error(text: str) -> Packed:
    """A cell without a usable value."""
    return {"e": text}


def moment(value: dt.date | dt.datetime | dt.time | dt.timedelta) -> Packed:
    """A date, a date with time, a time of day or a duration."""
    if isinstance(value, dt.datetime):
        return {"m": value.isoformat()}
    if isinstance(value, dt.date):
        return {"d": value.isoformat()}
    if isinstance(value, dt.time):
        return {"t": value.isoformat()}
    return {"s": value.total_seconds()}


def number(value: float) -> Packed:
    """A number as the cell holds it; whole numbers become int, what is not finite an error."""
    if value - value != 0:
        return error(str(value))
    return int(value) if value == int(value) and abs(value) < 1e15 else value


def row_spans(numbers: Iterable[int]) -> list[str]:
    """Rows counted from zero as people name them: {2, 6, 7, 8} is 3 and 7-9."""
    return _spans(sorted(numbers), lambda row: str(row + 1))


def column_spans(numbers: Iterable[int]) -> list[str]:
    """Columns counted from zero as people name them: {0, 2, 3} is A and C-D."""
    return _spans(sorted(numbers), column_letters)


def _spans(numbers: list[int], name: Callable[[int], str]) -> list[str]:
    spans: list[list[int]] = []
    for place in numbers:
        if spans and place == spans[-1][1] + 1:
            spans[-1][1] = place
        else:
            spans.append([place, place])
    texts = [name(first) if first == last else f"{name(first)}-{name(last)}" for first, last in spans[:20]]
    return [*texts, *(["…"] if len(spans) > 20 else [])]


class Sender:
    """In the reading process: takes sheets and rows, keeps the limits, writes lines."""

    def __init__(self, output: BinaryIO, limits: Limits) -> None:
        self.output = output
        self.limits = limits
        self.cells = 0
        self.characters = 0
        self.sheets = 0
        self.sheet_name = ""
        self.start = 0
        self.pending: list[list[Packed]] = []
        self.pending_cells = 0
        self.named: dict[str, int] = {}  # findings of this sheet that name a cell, by code
        self.examined = 0
        self.used_columns = 0

    def send(self, *line: Any) -> str:
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        self.output.write(text.encode("utf-8", "replace") + b"\n")
        return text

    def workbook(self, kind: str, encoding: str = "", encoding_sure: bool = True, delimiter: str = "") -> None:
        self.send("workbook", kind, encoding, encoding_sure, delimiter)

    def sheet(self, name: str, index: int, hidden: bool = False) -> None:
        self.sheets += 1
        if self.sheets > self.limits.max_sheets:
            raise FileRefused("file_too_many_sheets", limit=self.limits.max_sheets)
        self.sheet_name = name
        self.start = 0
        self.used_columns = 0
        self.named = {}
        self.examined = 0
        self.send("sheet", name, index, hidden)
        if hidden:
            self.finding("hidden_sheet")

    def row(self, index: int, cells: list[Packed]) -> None:
        """Hand over one row, already cut after its last value; rows come in ascending order, empty ones not at all."""
        limits = self.limits
        if index >= limits.last_row:
            raise FileRefused("file_too_many_rows", row=index + 1, sheet=self.sheet_name, limit=limits.max_rows)
        width = len(cells)
        if width > self.used_columns:
            self.used_columns = width
            if width > limits.max_columns:
                raise self.too_many_columns(index, width - 1)
        gap = index - self.start - len(self.pending)
        if gap > ROWS_A_LINE:
            self.flush()
            self.start = index
        elif gap:
            self.pending.extend([] for _ in range(gap))
        self.pending.append(cells)
        self.pending_cells += width
        if len(self.pending) >= ROWS_A_LINE or self.pending_cells >= CELLS_A_LINE:
            self.flush()

    def too_many_columns(self, row: int, column: int) -> FileRefused:
        return FileRefused(
            "file_too_many_columns",
            cell=cell_name(row, column),
            sheet=self.sheet_name,
            limit=self.limits.max_columns,
        )

    def text_too_long(self, row: int, column: int) -> FileRefused:
        return FileRefused("file_too_much_text", cell=cell_name(row, column), sheet=self.sheet_name)

    def flush(self) -> None:
        if not self.pending:
            return
        self.cells += self.pending_cells
        if self.cells > self.limits.max_cells:
            raise FileRefused("file_too_many_cells", limit=self.limits.max_cells)
        text = self.send("rows", self.start, self.pending)
        if self.examined < EXAMINED_CHARACTERS and not self.named.get("garbled_text"):
            self.examined += len(text)
            if garbled(text):
                self._name_garbled()
        self.characters += len(text)
        if self.characters > self.limits.max_characters:
            raise self.text_too_long(self.start, 0)
        self.start += len(self.pending)
        self.pending = []
        self.pending_cells = 0

    def _name_garbled(self) -> None:
        for row, cells in enumerate(self.pending, self.start):
            for column, value in enumerate(cells):
                if isinstance(value, str) and (sample := garbled(value)):
                    self.finding("garbled_text", (row, column), sample=sample)
                    return

    def end_sheet(
        self,
        *,
        right_to_left: bool | None = None,
        merged: list[tuple[int, int, int, int]] | None = None,
        hidden_rows: Iterable[int] = (),
        hidden_columns: Iterable[int] = (),
        dates_shown: Iterable[tuple[int, int, str]] = (),
    ) -> None:
        """Close the sheet; hidden rows and columns are those with content."""
        self.flush()
        merged = merged or []
        hidden_rows, hidden_columns = sorted(hidden_rows), sorted(hidden_columns)
        if len(merged) > MOST_MERGED:
            raise FileRefused("file_unsafe")
        if hidden_rows:
            self.finding("hidden_rows", rows=row_spans(hidden_rows))
        if hidden_columns:
            self.finding("hidden_columns", columns=column_spans(hidden_columns))
        if merged:
            names = [f"{cell_name(top, left)}:{cell_name(bottom, right)}" for top, left, bottom, right in merged[:10]]
            self.finding("merged_cells", ranges=[*names, *(["…"] if len(merged) > 10 else [])])
        for code, more in (
            ("error_cell", "error_cells_more"),
            ("formula_without_value", "formulas_without_value_more"),
        ):
            if self.named.get(code, 0) > NAMED_CELLS:
                self.finding(more, number=self.named[code] - NAMED_CELLS)
        self.send("facts", right_to_left, merged, hidden_rows, hidden_columns, list(dates_shown))

    def finding(self, code: str, cell: tuple[int, int] | None = None, **params: Any) -> None:
        if cell:
            self.named[code] = self.named.get(code, 0) + 1
            if self.named[code] > NAMED_CELLS:
                return
        self.send("finding", code, list(params.items()), self.sheet_name, cell_name(*cell) if cell else "")

    def failed(self, problem: str) -> None:
        """A fault of the reader: for the log, not for the person."""
        self.send("failed", problem)
        self.output.flush()

    def refused(self, refusal: FileRefused) -> None:
        self.send("refused", refusal.code, list(refusal.params.items()))
        self.output.flush()

    def end(self) -> None:
        self.send("end")
        self.output.flush()


def _special(packed: dict[str, Any]) -> Any:
    ((kind, value),) = packed.items()
    match kind:
        case "p":
            return PercentFloat(value)
        case "d":
            return dt.date.fromisoformat(value)
        case "m":
            return dt.datetime.fromisoformat(value)
        case "e":
            return CellError(value)
        case "t":
            return dt.time.fromisoformat(value)
        case "s":
            return dt.timedelta(seconds=value)
    raise ValueError(f"unknown kind of cell: {kind!r}")


def receive(source: IO[bytes], limits: Limits, name: str, progress: Callable[[int], None] | None) -> Workbook:
    """Build the workbook from what the reading process sends.

    Raises FileRefused if the process refuses the file, IncompleteDelivery if it stops or sends anything unexpected.
    """
    workbook: Workbook | None = None
    rows = 0
    try:
        while line := source.readline(LONGEST_LINE):
            what, *rest = json.loads(line, object_hook=_special)
            match what:
                case "rows":
                    start, block = rest
                    assert workbook is not None
                    target = workbook.sheets[-1].rows
                    if start + len(block) > limits.last_row:
                        raise IncompleteDelivery("more rows than allowed")
                    target.extend([] for _ in range(start - len(target)))
                    target.extend(block)
                    rows += len(block)
                    if progress:
                        progress(rows)
                case "workbook":
                    workbook = Workbook(*rest)
                case "sheet":
                    assert workbook is not None
                    workbook.sheets.append(Sheet(*rest))
                case "facts":
                    assert workbook is not None
                    sheet = workbook.sheets[-1]
                    sheet.right_to_left = rest[0]
                    sheet.merged = [tuple(corners) for corners in rest[1]]
                    sheet.hidden_rows, sheet.hidden_columns = set(rest[2]), set(rest[3])
                    sheet.dates_shown = {(row, column): shown for row, column, shown in rest[4]}
                case "finding":
                    assert workbook is not None
                    code, params, sheet_name, cell = rest
                    workbook.findings.append(Finding.of(code, dict(params), sheet_name, cell))
                case "refused":
                    code, params = rest
                    raise FileRefused(code, **{**dict(params), "file": name})
                case "failed":
                    raise ReaderFailed(str(rest[0]))
                case "end":
                    assert workbook is not None
                    return workbook
    except (ValueError, TypeError, KeyError, IndexError, AssertionError) as problem:
        raise IncompleteDelivery(repr(problem)) from problem
    raise IncompleteDelivery("no end")
