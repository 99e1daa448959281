"""Files of tables: nothing acts as a formula, nothing loses a digit, every name is one that Excel takes."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from shidra.foundation.spreadsheets import writing
from shidra.foundation.spreadsheets.writing import Table, csv_of, harmless, xlsx_of


def test_numbers_days_and_nothing() -> None:
    table = Table(
        "t", ["n", "d", "m", "x"], [[Decimal("-1.50"), date(2026, 1, 2), datetime(2026, 1, 2, 3, 4, tzinfo=UTC), None]]
    )
    assert csv_of(table) == b"\xef\xbb\xbfn,d,m,x\r\n-1.5,2026-01-02,2026-01-02 03:04,\r\n"
    sheet = load_workbook(BytesIO(xlsx_of([table], "en"))).active
    plain = (datetime.fromisoformat("2026-01-02"), datetime.fromisoformat("2026-01-02T03:04"))  # cells have no zones
    assert [cell.value for cell in sheet[2]] == [-1.5, *plain, None]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**18), max_value=10**18))
def test_no_digit_is_lost(amount: Decimal) -> None:
    table = Table("t", ["n"], [[amount]])
    (_header, (text,)) = csv.reader(csv_of(table).decode("utf-8-sig").splitlines())
    assert Decimal(text) == amount
    cell = load_workbook(BytesIO(xlsx_of([table], "en"))).active["A2"]
    assert Decimal(str(cell.value)) == amount


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "＝1", " =1", "\u200f=1", "|cmd", "%0"])
def test_a_text_never_acts(text: str) -> None:
    assert harmless(text) == f"'{text}"
    cell = load_workbook(BytesIO(xlsx_of([Table("t", [text], [[text]])], "he"))).active["A2"]
    assert (cell.data_type, cell.value) == ("s", text)


def test_names_of_sheets() -> None:
    titles = ["a/b:c*?[d]\\'e", "x" * 40, "X" * 40, "", "History"]
    book = load_workbook(BytesIO(xlsx_of([Table(title, ["n"], []) for title in titles], "ar")))
    assert book.sheetnames == ["a b c d e", "x" * 31, "X" * 29 + " 2", "1", "History 1"]
    assert all(sheet.sheet_view.rightToLeft for sheet in book)


def test_what_is_too_long_for_a_sheet_goes_on_in_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MOST_ROWS", 2)
    book = load_workbook(BytesIO(xlsx_of([Table("t", ["n"], [[1], [2], [3], [4], [5]])], "en")))
    told = {sheet.title: [row[0].value for row in sheet.iter_rows()] for sheet in book}
    assert told == {"t": ["n", 1, 2], "t 2": ["n", 3, 4], "t 3": ["n", 5]}
