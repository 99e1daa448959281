"""What a table shows of itself: kept with the upload, so that questions are asked without reading the file again."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field
from typing import Any

from shidra.conditions.shared_measurement.intake.mapping import SECTION
from shidra.foundation.spreadsheets import CellError, CellValue, Sheet, Workbook
from shidra.foundation.spreadsheets.layout import TableRegion, filled_rows, find_tables, layout_fingerprint
from shidra.kernel.periods import infer_day_first
from shidra.kernel.quantities import (
    NumberAmbiguous,
    NumberUnreadable,
    ValueState,
    infer_decimal_mark,
    parse_quantity,
)

MOST_WORDS = 3_000  # different words of one column; one with more names no groups or places
MOST_CELLS_TRIED = 5_000  # for telling figures from words; all rows are read when the mapping is applied

MOST_MARKS, LONGEST_MARK = 40, 40


@dataclass(frozen=True, slots=True)
class ColumnEvidence:
    """One column: its headers from the top row of headers down, and what its cells are.

    `words` tells for each different text the first row and the number of rows; whole numbers count as words too, for a
    year and a code are written so; `marks` the same of what stands in place of a number ("–", "*"). `figures`, `texts`
    and `blanks` count cells among the first MOST_CELLS_TRIED rows; `gaps` are blanks below a word that no merged cell
    explains.
    """

    at: int
    headers: tuple[str, ...]
    figures: int = 0
    texts: int = 0
    blanks: int = 0
    gaps: int = 0
    words: dict[str, tuple[int, int]] = field(default_factory=dict)
    many_words: bool = False
    decimal_mark: str = ""
    ambiguous: str = ""  # a number that can be read in two ways, if there is one
    day_first: bool | None = None
    total: bool = False  # its header says that it is a total
    marks: dict[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TableEvidence:
    """One table of a sheet. Rows count from zero; `titles` are the texts above it, with the sheet's name first."""

    sheet: str
    sheet_index: int
    hidden: bool
    header_rows: tuple[int, ...]
    data_rows: tuple[int, int]
    left: int
    right: int
    columns: tuple[ColumnEvidence, ...]
    titles: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    total_rows: tuple[int, ...] = ()
    note_rows: tuple[int, ...] = ()
    section_rows: tuple[int, ...] = ()
    fingerprint: str = ""
    headers: tuple[str, ...] = ()  # one a column, to say what changed in a layout

    def to_json(self) -> dict[str, Any]:
        """Plain lists, dicts, texts and numbers. Words go as a list: databases do not keep the order of a dict."""
        kept = asdict(self)
        for column in kept["columns"]:
            for texts in ("words", "marks"):
                column[texts] = [[word, first, rows] for word, (first, rows) in column[texts].items()]
        return kept

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> TableEvidence:
        """The evidence that `to_json` wrote."""
        columns = tuple(
            ColumnEvidence(
                **{
                    **column,
                    "headers": tuple(column["headers"]),
                    "words": {word: (first, rows) for word, first, rows in column["words"]},
                    "marks": {mark: (first, rows) for mark, first, rows in column.get("marks", ())},
                }
            )
            for column in kept["columns"]
        )
        lists = ("header_rows", "data_rows", "titles", "notes", "total_rows", "note_rows", "section_rows", "headers")
        return cls(**{**kept, **{name: tuple(kept[name]) for name in lists}, "columns": columns})


def word_of(cell: CellValue, shown: str | None = None) -> str:
    """A cell as a word: dates in ISO form (only year or month where the sheet shows no more), whole numbers without a
    point; "" where there is none."""
    if cell is None or isinstance(cell, bool):
        return ""
    if isinstance(cell, CellError):
        return ""
    if isinstance(cell, str):
        return " ".join(cell.split())
    if isinstance(cell, dt.date):  # a datetime is a date too
        day = cell.date() if isinstance(cell, dt.datetime) else cell
        return {"month": f"{day:%Y-%m}", "year": f"{day:%Y}"}.get(shown or "", day.isoformat())
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
    return str(cell)


def mark_of(cell: CellValue) -> str:
    """What stands in place of a number, spelled alike wherever it is meant ("N.A." is "n.a."); "" for a number, a word
    or nothing."""
    if not isinstance(cell, str) or isinstance(cell, CellError):
        return ""
    try:
        quantity = parse_quantity(cell)
    except (NumberAmbiguous, NumberUnreadable):
        return ""
    return "" if quantity.state is ValueState.REPORTED else spelled_mark(quantity.note)


def spelled_mark(note: str) -> str:
    """A mark as mappings and answers know it."""
    return " ".join(note.casefold().split())


def look_at(workbook: Workbook) -> list[TableEvidence]:
    """The tables of all sheets, in the order of the sheets."""
    found: list[TableEvidence] = []
    for sheet in workbook.sheets:
        rows = filled_rows(sheet)
        found += [_table(sheet, rows, region) for region in find_tables(sheet) if region.columns and region.data_rows]
    return found


def _table(sheet: Sheet, rows: list[list[CellValue]], region: TableRegion) -> TableEvidence:
    anchored = {
        (row, column)
        for top, left, bottom, right in sheet.merged
        if top >= region.data_rows[0]
        for row in range(top, min(bottom, region.data_rows[-1]) + 1)
        for column in range(left, min(right, region.right) + 1)
    }
    columns = [
        _column(sheet, rows, column.index, column.headers, region.data_rows, anchored, column.total)
        for column in region.columns
    ]
    if region.section_rows:
        columns.insert(0, _section(rows, region))
    return TableEvidence(
        sheet=sheet.name,
        sheet_index=sheet.index,
        hidden=sheet.hidden,
        header_rows=tuple(region.header_rows),
        data_rows=(region.data_rows[0], region.data_rows[-1]),
        left=region.left,
        right=region.right,
        columns=tuple(columns),
        titles=(sheet.name, *_lines(rows, region.title_rows)),
        notes=_lines(rows, region.footnote_rows),
        total_rows=tuple(region.totals_rows),
        note_rows=tuple(region.footnote_rows),
        section_rows=tuple(region.section_rows),
        fingerprint=layout_fingerprint(region),
        headers=tuple(column.header for column in region.columns),
    )


def _lines(rows: list[list[CellValue]], numbers: list[int]) -> tuple[str, ...]:
    """The texts of some rows, a line each, merged cells once; long and many ones are cut."""
    lines = []
    for number in numbers[:40]:
        texts = dict.fromkeys(word_of(cell) for cell in rows[number])
        lines.append(" ".join(text for text in texts if text)[:500])
    return tuple(line for line in lines if line)


def _section(rows: list[list[CellValue]], region: TableRegion) -> ColumnEvidence:
    words: dict[str, tuple[int, int]] = {}
    for row in region.section_rows:
        word = next((word_of(cell) for cell in rows[row] if word_of(cell)), "")
        if word and len(words) < MOST_WORDS:
            words[word] = (words.get(word, (row, 0))[0], words.get(word, (row, 0))[1] + 1)
    return ColumnEvidence(at=SECTION, headers=(), texts=len(region.section_rows), words=words)


def _column(
    sheet: Sheet,
    rows: list[list[CellValue]],
    at: int,
    headers: tuple[str, ...],
    numbers: list[int],
    anchored: set[tuple[int, int]],
    total: bool,
) -> ColumnEvidence:
    words: dict[str, tuple[int, int]] = {}
    marks: dict[str, tuple[int, int]] = {}
    spelled: dict[str, str] = {}  # what each text is as a mark, "" for what is none
    figures = texts = blanks = gaps = 0
    ambiguous = ""
    raws: list[str] = []
    many = False
    for number, row in enumerate(numbers):
        cells = rows[row]
        cell = cells[at] if at < len(cells) else None
        word = word_of(cell, sheet.dates_shown.get((row, at))) if cell is not None else ""
        if not word:
            blanks += 1
            gaps += bool(words) and (row, at) not in anchored
            continue
        if isinstance(cell, str):
            mark = spelled.get(word)
            if mark is None and word not in words and len(word) <= LONGEST_MARK:
                mark = spelled[word] = mark_of(cell)
            if mark and (mark in marks or len(marks) < MOST_MARKS):
                first, count = marks.get(mark, (row, 0))
                marks[mark] = (first, count + 1)
        if not isinstance(cell, float) or cell.is_integer():
            if word in words:
                first, count = words[word]
                words[word] = (first, count + 1)
            elif len(words) < MOST_WORDS:
                words[word] = (row, 1)
            else:
                many = True
        if number >= MOST_CELLS_TRIED:
            continue
        if isinstance(cell, str):
            raws.append(cell)
            try:
                parse_quantity(cell)
                figures += 1
            except NumberAmbiguous:
                figures += 1
                ambiguous = ambiguous or cell.strip()
            except NumberUnreadable:
                texts += 1
        elif isinstance(cell, int | float):
            figures += 1
        else:
            texts += 1
    return ColumnEvidence(
        at=at,
        headers=tuple(" ".join(text.split()) for text in headers),
        figures=figures,
        texts=texts,
        blanks=blanks,
        gaps=gaps,
        words={} if many else words,
        many_words=many,
        decimal_mark=infer_decimal_mark(raws) or "",
        ambiguous=ambiguous,
        day_first=infer_day_first(raws),
        total=total,
        marks=marks,
    )
