"""Tables written as files: CSV and workbooks in which no text can act as a formula and no number loses a digit."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO

from shidra.kernel.languages import direction
from shidra.kernel.quantities import canonical

Cell = str | int | Decimal | date | bool | None
MOST_ROWS = 1_048_575  # of a sheet, below its header
LONGEST_TEXT = 32_767
# What makes a spreadsheet take a text for a formula, and characters that it drops before it looks.
_TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠", "|", "%")
_NOT_IN_A_SHEETS_NAME = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


@dataclass(frozen=True, slots=True)
class Table:
    """A table as a file holds it: texts as a reader sees them, numbers as numbers, days as days."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def harmless(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula: an apostrophe before what could begin one."""
    if not text or text[0].isalnum():
        return text
    return f"'{text}" if text.lstrip(" \u200e\u200f\ufeff").startswith(_TRIGGERS) else text


def csv_of(table: Table) -> bytes:
    """The table as CSV (RFC 4180, UTF-8 with a mark of its encoding, for Excel). Numbers are plain decimals."""
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([harmless(str(name)) for name in table.columns])
    for row in table.rows:
        writer.writerow([_text(cell) for cell in row])
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | Decimal):
        return canonical(Decimal(cell))
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    return harmless(str(cell))


def xlsx_of(tables: Sequence[Table], language: str) -> bytes:
    """The tables as a workbook, a sheet each, which runs as `language` does. What is too long for a sheet goes on in
    another one. A number of more digits than a cell can hold is written as text."""
    import xlsxwriter  # late: most pages are never asked for as a workbook

    stream = BytesIO()
    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    }  # fmt: skip
    with xlsxwriter.Workbook(stream, options) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top"})
        names: set[str] = set()
        for table in tables:
            sheet, at = None, 0
            for row in _with_header(table):
                if sheet is None or at > MOST_ROWS:
                    sheet, at = book.add_worksheet(_sheet_name(table.title, names)), 0
                    sheet.freeze_panes(1, 0)
                    sheet.set_column(0, max(len(table.columns) - 1, 0), 18)
                    if direction(language) == "rtl":
                        sheet.right_to_left()
                    if row is not table.columns:
                        for column, name in enumerate(table.columns):
                            sheet.write_string(0, column, str(name)[:LONGEST_TEXT], bold)
                        at = 1
                for column, cell in enumerate(row):
                    if cell is None or cell == "":
                        continue
                    if at == 0:
                        sheet.write_string(at, column, str(cell)[:LONGEST_TEXT], bold)
                    elif isinstance(cell, bool):
                        sheet.write_boolean(at, column, cell)
                    elif isinstance(cell, int | Decimal) and _fits(Decimal(cell)):
                        sheet.write_number(at, column, float(cell))
                    elif isinstance(cell, datetime):
                        sheet.write_datetime(at, column, cell.replace(tzinfo=None), moment)
                    elif isinstance(cell, date):
                        sheet.write_datetime(at, column, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
                    else:
                        text = canonical(Decimal(cell)) if isinstance(cell, int | Decimal) else str(cell)
                        sheet.write_string(at, column, text[:LONGEST_TEXT], wrapped)
                at += 1
    return stream.getvalue()


def _with_header(table: Table) -> Iterable[Sequence[Cell]]:
    yield table.columns
    yield from table.rows


def _fits(amount: Decimal) -> bool:
    """Whether a cell of a workbook, which is a binary float shown with 15 digits, holds the number exactly."""
    digits = amount.normalize().as_tuple()
    return len(digits.digits) <= 15 and abs(float(amount)) < 1e15


def _sheet_name(title: str, taken: set[str]) -> str:
    """A name that Excel takes: at most 31 characters, none of those it forbids, and told apart from the others."""
    base = " ".join(title.translate(_NOT_IN_A_SHEETS_NAME).split())[:31] or "1"
    if base.casefold() == "history":  # a name that Excel keeps for itself
        base = f"{base} 1"
    name, at = base, 2
    while name.casefold() in taken:
        name, at = f"{base[: 31 - len(f' {at}')]} {at}", at + 1
    taken.add(name.casefold())
    return name
