"""Older Excel workbooks (xls): values by calamine; what calamine does not tell, from the records of the file.

Records after the published [MS-XLS] specification; only those that say how a value is shown, or hide it.
"""

from __future__ import annotations

import datetime as dt
import io
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

import python_calamine

from shidra.foundation.spreadsheets.compound_file import CompoundFile
from shidra.foundation.spreadsheets.delivery import Packed, Sender, error, moment, number, percent
from shidra.foundation.spreadsheets.number_formats import as_shown, meaning
from shidra.foundation.spreadsheets.workbook import FileRefused

_BOF, _EOF, _FILEPASS, _SHEET, _FORMAT, _XF, _DATES_1904 = 0x809, 0x0A, 0x2F, 0x85, 0x41E, 0xE0, 0x22
_ROW, _COLUMNS, _WINDOW, _SUPBOOK, _MERGED = 0x208, 0x7D, 0x23E, 0x1AE, 0xE5
_NUMBER, _RK, _MANY_RK, _FORMULA, _ERROR = 0x203, 0x27E, 0xBD, 0x06, 0x205
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


@dataclass
class _Facts:
    """What the records of one sheet say beside values; `shown` has the meaning of the formats of its numbers."""

    right_to_left: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    shown: dict[tuple[int, int], str] = field(default_factory=dict)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


def read_xls(file: BinaryIO, sender: Sender) -> None:
    """Hand every sheet of the workbook to `sender`. Raises FileRefused."""
    data = file.read()
    container = CompoundFile(data)
    try:
        records = _Workbook(container.stream("workbook"))
    except (struct.error, IndexError):
        raise FileRefused("file_damaged") from None
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except python_calamine.PasswordError:
        raise FileRefused("file_password") from None
    except (python_calamine.CalamineError, OSError, ValueError):
        raise FileRefused("file_damaged") from None
    sender.workbook("xls")
    if "_vba_project_cur" in container.names or records.macro_sheets:
        sender.finding("macros")
    if records.outside:
        sender.finding("external_links", targets=records.outside[:10])
    if any(name.startswith("mbd") for name in container.names):
        sender.finding("embedded_objects")
    for index, about in enumerate(book.sheets_metadata):
        if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        sender.sheet(about.name, index, about.visible != python_calamine.SheetVisibleEnum.Visible)
        rows = book.get_sheet_by_index(index).to_python(skip_empty_area=False)
        _send_sheet(rows, records.facts.get(index, _Facts()), records.from_1904, sender)


def _send_sheet(rows: Sequence[Sequence[object]], facts: _Facts, from_1904: bool, sender: Sender) -> None:
    dates_shown = []
    used_rows = set()
    for row, values in enumerate(rows):
        cells: list[Packed] = []
        for column, value in enumerate(values):
            place = (row, column)
            shown = facts.shown.get(place, "")
            packed = _packed(value, shown, from_1904)
            if place in facts.errors:
                packed = error(facts.errors[place])
            if isinstance(packed, dict) and "e" in packed:
                sender.finding("error_cell", place, error=packed["e"])
            elif shown in ("month", "year") and packed is not None:
                dates_shown.append((row, column, shown))
            cells.append(packed)
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            used_rows.add(row)
            sender.row(row, cells)
    width = sender.used_columns
    sender.end_sheet(
        right_to_left=facts.right_to_left,
        merged=facts.merged,
        hidden_rows=facts.hidden_rows & used_rows,
        hidden_columns={c for first, last in facts.hidden_columns for c in range(first, min(last + 1, width))},
        dates_shown=dates_shown,
    )


def _packed(value: object, shown: str, from_1904: bool) -> Packed:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        if shown == "percent":
            return percent(float(value))
        return as_shown(float(value), shown, from_1904) if shown else number(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return moment(value.date())
    if isinstance(value, (dt.date, dt.time, dt.timedelta)):
        return moment(value)
    return str(value)


class _Workbook:
    """The records of a workbook stream, walked once."""

    def __init__(self, stream: bytes) -> None:
        self.stream = stream
        self.from_1904 = False
        self.macro_sheets = False
        self.outside: list[str] = []
        self.facts: dict[int, _Facts] = {}
        codes: dict[int, str] = {}
        formats: list[int] = []
        starts: list[tuple[int, int]] = []
        for kind, start, size in self._records(0):
            if kind == _FILEPASS:
                raise FileRefused("file_password")
            if kind == _DATES_1904:
                self.from_1904 = stream[start] == 1
            elif kind == _FORMAT:
                codes[self._short(start)] = self._string(start + 2)
            elif kind == _XF:
                formats.append(self._short(start + 2))
            elif kind == _SUPBOOK and size > 4:
                self.outside.append(self._string(start + 2).lstrip("\x00\x01\x02\x03") or "?")
            elif kind == _SHEET:
                (position,) = struct.unpack_from("<I", stream, start)
                starts.append((position, stream[start + 5]))
        self.meanings = [meaning(format_id, codes.get(format_id)) for format_id in formats]
        for index, (position, type_of_sheet) in enumerate(starts):
            if type_of_sheet == 0:
                self.facts[index] = self._sheet(position)
            elif type_of_sheet == 1:
                self.macro_sheets = True

    def _records(self, position: int) -> Iterator[tuple[int, int, int]]:
        """Kind, start and size of the records from a position to the end of its part of the stream."""
        stream, depth = self.stream, 0
        while position + 4 <= len(stream):
            kind, size = struct.unpack_from("<HH", stream, position)
            yield kind, position + 4, size
            if kind == _BOF:
                depth += 1  # charts stand within sheets
            elif kind == _EOF:
                depth -= 1
                if depth <= 0:
                    return
            position += 4 + size

    def _short(self, position: int) -> int:
        return self.stream[position] | self.stream[position + 1] << 8

    def _string(self, position: int) -> str:
        length, flags = self._short(position), self.stream[position + 2]
        wide = flags & 1
        text = self.stream[position + 3 : position + 3 + length * (2 if wide else 1)]
        return text.decode("utf-16-le" if wide else "latin-1", "replace")

    def _sheet(self, position: int) -> _Facts:
        facts = _Facts()
        stream, short, meanings = self.stream, self._short, self.meanings

        def note(row: int, column: int, style: int) -> None:
            if style < len(meanings) and meanings[style]:
                facts.shown[row, column] = meanings[style]

        for kind, start, size in self._records(position):
            if kind in (_NUMBER, _RK):
                note(short(start), short(start + 2), short(start + 4))
            elif kind == _MANY_RK:
                row, first = short(start), short(start + 2)
                for place in range((size - 6) // 6):
                    note(row, first + place, short(start + 4 + place * 6))
            elif kind == _FORMULA:
                row, column = short(start), short(start + 2)
                note(row, column, short(start + 4))
                if stream[start + 12 : start + 14] == b"\xff\xff" and stream[start + 6] == 2:
                    facts.errors[row, column] = _ERRORS.get(stream[start + 8], "#?")
            elif kind == _ERROR:
                if stream[start + 7]:
                    facts.errors[short(start), short(start + 2)] = _ERRORS.get(stream[start + 6], "#?")
            elif kind == _ROW:
                height, options = short(start + 6), short(start + 12)
                if options & 0x20 or height == 0:
                    facts.hidden_rows.add(short(start))
            elif kind == _COLUMNS:
                if short(start + 8) & 1 or short(start + 4) == 0:
                    facts.hidden_columns.append((short(start), short(start + 2)))
            elif kind == _WINDOW:
                facts.right_to_left = bool(short(start) & 0x40)
            elif kind == _MERGED:
                for place in range(short(start)):
                    top, bottom, left, right = struct.unpack_from("<4H", stream, start + 2 + place * 8)
                    facts.merged.append((top, left, bottom, right))
        return facts
