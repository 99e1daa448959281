"""OpenDocument spreadsheets (ods), read from their XML: values as they were saved, and all that a sheet may hide."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element

from shidra.foundation.spreadsheets.delivery import LONGEST_TEXT, Packed, Sender, error, moment, number, percent
from shidra.foundation.spreadsheets.number_formats import time_of_day
from shidra.foundation.spreadsheets.packages import Package, attribute, children, local
from shidra.foundation.spreadsheets.workbook import FileRefused

MOST_ROWS = 1_048_576
MOST_PARTS = 100_000  # of a file, and of a sheet beside its rows
_ROW_GROUPS = ("table-row-group", "table-header-rows", "table-rows")
_COLUMN_GROUPS = ("table-column-group", "table-header-columns", "table-columns")
_LASTS = re.compile(r"-?PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?")


def read_ods(file: BinaryIO, sender: Sender) -> None:
    """Hand every sheet of the workbook to `sender`. Raises FileRefused."""
    package = Package(file, sender.limits)
    if package.has("META-INF/manifest.xml") and b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise FileRefused("file_password")
    sender.workbook("ods")
    if package.names("basic/") or package.names("scripts/"):
        sender.finding("macros")
    if package.names("object "):
        sender.finding("embedded_objects")
    reader = _Reader(sender)
    root = None
    for root in package.growing_tree("content.xml"):
        reader.advance(root, complete=False)
    if root is None:
        raise FileRefused("file_damaged")
    reader.advance(root, complete=True)
    if reader.outside:
        sender.finding("external_links", targets=reader.outside[:10])


class _Reader:
    """Takes complete sheets and rows away from a tree that is still growing."""

    def __init__(self, sender: Sender) -> None:
        self.sender = sender
        self.sheets = -1
        self.children = 0
        self.table: Element | None = None
        self.outside: list[str] = []

    def advance(self, root: Element, *, complete: bool) -> None:
        """Read what has become complete since the last time; everything, at the end."""
        sheets = next(iter(children(root, "body", "spreadsheet")), None)
        if sheets is None:
            if complete:
                raise FileRefused("file_damaged")
            return
        if self.sheets < 0:
            self.styles = _Styles([style for styles in children(root, "automatic-styles") for style in styles])
            self.sheets = 0
        ready = list(sheets) if complete else sheets[:-1]
        del sheets[: len(ready)]
        self.children += len(ready)
        if self.children > MOST_PARTS:
            raise FileRefused("file_unsafe")
        for table in ready:
            self._table(table, complete=True)
        if len(sheets):
            self._table(sheets[0], complete=False)

    def _table(self, table: Element, *, complete: bool) -> None:
        if local(table.tag) == "dde-links" and complete:
            self.outside.append("DDE")
        if local(table.tag) != "table":
            return
        if table is not self.table:
            self.table = table
            self.external = False
            self.begun = False
            self.parts = 0
        ready = list(table) if complete else table[:-1]
        del table[: len(ready)]
        for element in ready:
            self._part(table, element)
        if complete:
            self._begin(table)
            if not self.external:
                self._end(table)
            self.table = None

    def _begin(self, table: Element) -> None:
        if self.begun:
            return
        self.begun = True
        self.row = 0
        self.column_styles: list[tuple[int, str]] = []  # end of a run of columns, their style
        self.hidden_columns: list[tuple[int, int]] = []
        self.hidden_rows: list[int] = []
        self.merged: list[tuple[int, int, int, int]] = []
        self.dates_shown: list[tuple[int, int, str]] = []
        if not self.external:
            hidden = self.styles.hides_table(attribute(table, "style-name"))
            self.sender.sheet(attribute(table, "name"), self.sheets, hidden)
            self.sheets += 1

    def _end(self, table: Element) -> None:
        width = self.sender.used_columns
        self.sender.end_sheet(
            right_to_left=self.styles.right_to_left(attribute(table, "style-name")),
            merged=self.merged,
            hidden_rows=self.hidden_rows,
            hidden_columns={c for first, last in self.hidden_columns for c in range(first, min(last, width))},
            dates_shown=self.dates_shown,
        )

    def _part(self, table: Element, element: Element) -> None:
        name = local(element.tag)
        if name != "table-row":
            self.parts += 1
            if self.parts > MOST_PARTS:
                raise FileRefused("file_unsafe")
        if name == "table-source":
            # A copy of another file's cells, kept for formulas: not a sheet that the partner sees.
            self.outside.append(attribute(element, "href") or "?")
            self.external = True
            return
        self._begin(table)
        if self.external:
            return
        if name == "table-column":
            first = self.column_styles[-1][0] if self.column_styles else 0
            last = first + _repeated(element, "number-columns-repeated")
            self.column_styles.append((last, attribute(element, "default-cell-style-name")))
            if attribute(element, "visibility") in ("collapse", "filter"):
                self.hidden_columns.append((first, last))
        elif name == "table-row":
            self._row(element)
        elif name in _ROW_GROUPS or name in _COLUMN_GROUPS:
            for child in element:
                self._part(table, child)

    def _row(self, row: Element) -> None:
        repeated = _repeated(row, "number-rows-repeated")
        cells: list[Packed] = []
        column = 0
        for cell in row:
            name = local(cell.tag)
            if name not in ("table-cell", "covered-table-cell"):
                continue
            times = _repeated(cell, "number-columns-repeated")
            value = self._value(cell, column) if name == "table-cell" else None
            if value is not None and value != "":
                if column + times > self.sender.limits.max_columns:
                    raise self.sender.too_many_columns(self.row, column + times - 1)
                cells.extend([None] * (column - len(cells)))
                cells.extend([value] * times)
            column += times
        if cells:
            hidden = attribute(row, "visibility") in ("collapse", "filter")
            for index in range(self.row, self.row + repeated):
                self.sender.row(index, cells)
                if hidden:
                    self.hidden_rows.append(index)
        self.row += repeated
        if self.row > MOST_ROWS:
            raise FileRefused("file_damaged")

    def _value(self, cell: Element, column: int) -> Packed:
        attributes = {local(key): value for key, value in cell.attrib.items() if not key.endswith("}value-type")}
        kinds = [value for key, value in cell.attrib.items() if key.endswith("}value-type")]
        across, down = attributes.get("number-columns-spanned", "1"), attributes.get("number-rows-spanned", "1")
        if across != "1" or down != "1":
            right, bottom = column + _whole(across) - 1, self.row + _whole(down) - 1
            self.merged.append((self.row, column, bottom, right))
        if not kinds:
            if "formula" not in attributes:
                return _text(cell)
            self.sender.finding("formula_without_value", (self.row, column))
            return error(attributes["formula"].partition(":")[2][:200])
        kind = kinds[0]
        text = _text(cell)
        if "error" in kinds or (kind == "string" and "formula" in attributes and text.startswith("Err:")):
            return self._error(text, column)
        if kind == "string":
            text = attributes.get("string-value", text)
            if len(text) > LONGEST_TEXT:
                raise self.sender.text_too_long(self.row, column)
            return text
        if kind == "boolean":
            return attributes.get("boolean-value") == "true"
        try:
            if kind == "date":
                return self._date(attributes, column)
            if kind == "time":
                return _time(attributes.get("time-value", ""))
            said = attributes.get("value", "")
            if "_" in said:
                raise ValueError
            value = float(said)
        except (ValueError, OverflowError):
            return self._error(text, column)
        packed = percent(value) if kind == "percentage" and value - value == 0 else number(value)
        return self._error(text, column) if isinstance(packed, dict) and "e" in packed else packed

    def _date(self, attributes: dict[str, str], column: int) -> Packed:
        said = attributes.get("date-value", "").removesuffix("Z")
        shown = self.styles.date_shown(attributes.get("style-name") or self._column_style(column))
        if shown:
            self.dates_shown.append((self.row, column, shown))
        if "T" not in said:
            return moment(dt.date.fromisoformat(said))
        whole = dt.datetime.fromisoformat(said)
        return moment(whole if whole.time() != dt.time() else whole.date())

    def _column_style(self, column: int) -> str:
        return next((style for last, style in self.column_styles if column < last), "")

    def _error(self, text: str, column: int) -> Packed:
        self.sender.finding("error_cell", (self.row, column), error=text[:40])
        return error(text[:40])


class _Styles:
    """What the styles of the file say about sheets and dates."""

    def __init__(self, elements: list[Element]) -> None:
        self.of_name = {attribute(e, "name"): e for e in elements if local(e.tag) == "style"}
        self.dates = {attribute(e, "name"): {local(p.tag) for p in e} for e in elements if local(e.tag) == "date-style"}

    def _table_property(self, style: str, name: str) -> str:
        found = children(self.of_name[style], "table-properties") if style in self.of_name else []
        return next((attribute(element, name) for element in found), "")

    def hides_table(self, style: str) -> bool:
        return self._table_property(style, "display") == "false"

    def right_to_left(self, style: str) -> bool | None:
        mode = self._table_property(style, "writing-mode")
        return mode.startswith("rl") if mode else None

    def date_shown(self, style: str) -> str:
        """ "month" or "year" where a date's style shows no more, else ""."""
        if style not in self.of_name:
            return ""
        parts = self.dates.get(attribute(self.of_name[style], "data-style-name"), set())
        if "year" not in parts or "day" in parts or "hours" in parts:
            return ""
        return "month" if "month" in parts else "year"


def _whole(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise FileRefused("file_damaged")
    return int(text)


def _repeated(element: Element, name: str) -> int:
    return _whole(attribute(element, name) or "1")


def _time(text: str) -> Packed:
    """A time of day below 24 hours, else a duration, from ISO 8601."""
    match = _LASTS.fullmatch(text)
    if not match:
        raise ValueError(text)
    hours, minutes, seconds = (int(part or 0) for part in match.groups()[:3])
    lasts = dt.timedelta(
        hours=hours, minutes=minutes, seconds=seconds, milliseconds=int((match[4] or "0")[:3].ljust(3, "0"))
    )
    if text.startswith("-"):
        return moment(-lasts)
    return moment(time_of_day(lasts) if lasts < dt.timedelta(days=1) else lasts)


def _text(cell: Element) -> str:
    """The paragraphs of a cell, a line each; comments are no part of it."""
    return "\n".join("".join(_pieces(part)) for part in cell if local(part.tag) == "p")


def _pieces(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        name = local(child.tag)
        if name == "s":
            yield " " * min(_repeated(child, "c"), LONGEST_TEXT)
        elif name == "tab":
            yield "\t"
        elif name == "line-break":
            yield "\n"
        elif name != "annotation":
            yield from _pieces(child)
        yield child.tail or ""
