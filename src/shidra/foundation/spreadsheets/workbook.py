"""A partner's file as it was read: sheets, rows, cells, and what a person should know about them.

Rows and columns are counted from zero, exactly as they lie in the file, so that every observation can name its cell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shidra.foundation.spreadsheets.messages import FINDINGS, REFUSALS
from shidra.kernel.errors import RuleBroken


class PercentFloat(float):
    """A number that the workbook shows as a percentage: `PercentFloat(0.12)` is shown as 12 %."""


class CellError(str):
    """A cell without a value that can be used: its text is what Excel shows (`#REF!`) or the formula (`=A1+B1`)."""


CellValue = None | str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | PercentFloat | CellError


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost: bytes on disk, size of its sheets, and time and memory of the reading process.

    `max_rows` counts the rows of data; some hundreds more are allowed for titles, headers and notes.
    """

    max_bytes: int = 50 * 1024 * 1024
    max_rows: int = 100_000
    max_columns: int = 1_000
    max_cells: int = 3_000_000
    max_characters: int = 100_000_000
    max_sheets: int = 200
    max_unpacked_bytes: int = 250 * 1024 * 1024
    seconds: int = 30
    memory_bytes: int = 512 * 1024 * 1024

    @property
    def last_row(self) -> int:
        """Number of sheet rows that may be used, titles, headers and notes included."""
        return self.max_rows + 500


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the file that must not be passed over in silence.

    `message` is English with named placeholders, translated where it is shown; `sheet` and `cell` say where, or are "".
    """

    code: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)
    sheet: str = ""
    cell: str = ""

    @classmethod
    def of(cls, code: str, params: Mapping[str, Any], sheet: str = "", cell: str = "") -> Finding:
        """The finding with the message that belongs to its code; `sheet` and `cell` also fill placeholders."""
        return cls(code, FINDINGS[code], {**params, "sheet": sheet, "cell": cell}, sheet, cell)


@dataclass(slots=True)
class Sheet:
    """One sheet. `rows` are cut after the last value, so rows differ in length; `merged` are inclusive corners.

    `right_to_left` is None where the format does not say. `dates_shown` names the dates that the sheet shows only
    as a "month" or a "year": the first of March 2021 shown as Mar-21 means the month.
    """

    name: str
    index: int
    hidden: bool = False
    right_to_left: bool | None = None
    rows: list[list[CellValue]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    dates_shown: dict[tuple[int, int], str] = field(default_factory=dict)

    def value(self, row: int, column: int) -> CellValue:
        """The value of a cell, None where there is none."""
        if row < len(self.rows) and column < len(self.rows[row]):
            return self.rows[row][column]
        return None


@dataclass(slots=True)
class Workbook:
    """What was read. `kind` is xlsx, xls, ods or csv; encoding and delimiter are those of a text file, else ""."""

    kind: str
    encoding: str = ""
    encoding_sure: bool = True
    delimiter: str = ""
    sheets: list[Sheet] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


class FileRefused(RuleBroken):
    """The file cannot be read, or may not be: the message names the file, why, and what the person can do."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, REFUSALS[code], **params)


def column_letters(column: int) -> str:
    """The name of a column counted from zero: 0 is A, 27 is AB."""
    letters = ""
    column += 1
    while column:
        column, place = divmod(column - 1, 26)
        letters = chr(65 + place) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """The name of a cell as the partner's spreadsheet shows it: (6, 1) is "B7"."""
    return f"{column_letters(column)}{row + 1}"


def cell_position(name: str) -> tuple[int, int]:
    """Row and column, from zero, of a cell's name: "B7" is (6, 1). Raises ValueError for anything else."""
    letters = name.rstrip("0123456789")
    digits = name[len(letters) :]
    if not digits or not letters.isascii() or not letters.isalpha() or not letters.isupper() or len(letters) > 3:
        raise ValueError(f"not the name of a cell: {name!r}")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    if not int(digits) or column > 16_384:
        raise ValueError(f"not the name of a cell: {name!r}")
    return int(digits) - 1, column - 1
