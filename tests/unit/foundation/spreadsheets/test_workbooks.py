"""Workbooks arrive as they were saved: every value of its kind, every cell in its place, what is hidden said."""

# ruff: noqa: DTZ001  spreadsheets know no time zones

from __future__ import annotations

import datetime as dt
import re
import zipfile
from pathlib import Path
from string import Formatter

import openpyxl
import pytest
import xlsxwriter

from shidra.foundation.spreadsheets import (
    CellError,
    FileRefused,
    PercentFloat,
    Sheet,
    Workbook,
    cell_name,
    cell_position,
    read_table_file,
)
from shidra.foundation.spreadsheets.messages import FINDINGS, REFUSALS
from shidra.foundation.spreadsheets.number_formats import meaning
from shidra.foundation.spreadsheets.workbook import Finding
from shidra.kernel.errors import in_english

OLDER = Path(__file__).parent / "files" / "older.xls"


def read(path: Path) -> Workbook:
    return read_table_file(path, name=path.name)


def texts(book: Workbook) -> list[str]:
    return [in_english(finding.message, finding.params) for finding in book.findings]


def test_cells_are_named_as_the_partner_sees_them() -> None:
    assert [cell_name(0, 0), cell_name(6, 1), cell_name(0, 26), cell_name(1048575, 16383)] == [
        "A1", "B7", "AA1", "XFD1048576",
    ]  # fmt: skip
    for place in ((0, 0), (6, 1), (99, 701), (99, 702)):
        assert cell_position(cell_name(*place)) == place
    for wrong in ("", "A", "7", "A0", "a1", "א1", "AAAA1", "A-1", "ZZZ1"):
        with pytest.raises(ValueError, match="not the name"):
            cell_position(wrong)


def test_values_of_an_excel_workbook_keep_their_kind(tmp_path: Path) -> None:
    path = tmp_path / "kinds.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("דיווח")
        sheet.right_to_left()
        form = lambda code: book.add_format({"num_format": code})  # noqa: E731
        sheet.write_row("A1", ["חיפה", "عكا", 5, 1 / 3, 1e16, True, ""])
        sheet.write_number("A3", 0.12, form("0%"))
        sheet.write_number("B3", 0.125, form('0.0"x"%'))
        sheet.write_number("C3", 12, form("0.0"))
        sheet.write_datetime("D3", dt.datetime(2021, 3, 1), form("dd/mm/yyyy"))
        sheet.write_datetime("E3", dt.datetime(2021, 3, 1, 13, 30), form("dd/mm/yyyy hh:mm"))
        sheet.write_datetime("F3", dt.datetime(2021, 3, 1), form("mmm-yy"))
        sheet.write_datetime("G3", dt.datetime(2021, 1, 1), form("yyyy"))
        sheet.write_number("H3", 0.5, form("hh:mm"))
        sheet.write_number("I3", 1.5, form("[h]:mm"))
        sheet.write_rich_string("J3", "half ", book.add_format({"bold": True}), "bold")
        sheet.write_string("K3", "line\nbreak & <tag>")
        sheet.write_formula("L3", "=1+1", None, 2)
        sheet.write_string("M3", "_x0041_")
    book_read = read(path)
    assert (book_read.kind, book_read.encoding) == ("xlsx", "")
    (sheet_read,) = book_read.sheets
    assert (sheet_read.name, sheet_read.index, sheet_read.right_to_left) == ("דיווח", 0, True)
    first, blank, third = sheet_read.rows
    assert first == ["חיפה", "عكا", 5, 0.3333333333333333, 1e16, True]
    assert type(first[2]) is int
    assert first[5] is True
    assert blank == []
    assert third == [
        0.12, 0.125, 12, dt.date(2021, 3, 1), dt.datetime(2021, 3, 1, 13, 30), dt.date(2021, 3, 1), dt.date(2021, 1, 1),
        dt.time(12, 0), dt.timedelta(hours=36), "half bold", "line\nbreak & <tag>", 2, "_x0041_",
    ]  # fmt: skip
    assert [isinstance(value, PercentFloat) for value in third[:3]] == [True, True, False]
    assert sheet_read.dates_shown == {(2, 5): "month", (2, 6): "year"}
    assert sheet_read.value(2, 5) == dt.date(2021, 3, 1)
    assert sheet_read.value(99, 99) is None


def test_dates_of_both_calendars_of_excel(tmp_path: Path) -> None:
    for from_1904 in (False, True):
        path = tmp_path / "calendar.xlsx"
        with xlsxwriter.Workbook(path, {"date_1904": from_1904}) as book:
            form = book.add_format({"num_format": "yyyy-mm-dd"})
            sheet = book.add_worksheet()
            for row, day in enumerate((dt.datetime(1905, 1, 2), dt.datetime(2024, 2, 29), dt.datetime(9999, 12, 31))):
                sheet.write_datetime(row, 0, day, form)
        assert [row[0] for row in read(path).sheets[0].rows] == [
            dt.date(1905, 1, 2), dt.date(2024, 2, 29), dt.date(9999, 12, 31),
        ]  # fmt: skip


def test_days_that_the_calendar_does_not_have_are_errors(tmp_path: Path) -> None:
    path = tmp_path / "days.xlsx"
    with xlsxwriter.Workbook(path) as book:
        form = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet()
        for row, serial in enumerate((1, 59, 60, 61, -1, 2_958_466)):
            sheet.write_number(row, 0, serial, form)
    book_read = read(path)
    values = [row[0] for row in book_read.sheets[0].rows]
    assert values[:2] == [dt.date(1900, 1, 1), dt.date(1900, 2, 28)]
    assert values[3] == dt.date(1900, 3, 1)
    assert [isinstance(value, CellError) for value in values] == [False, False, True, False, True, True]
    assert [finding.cell for finding in book_read.findings] == ["A3", "A5", "A6"]


@pytest.mark.parametrize(
    ("code", "means"),
    [
        ("0%", "percent"), ("0.00%;[Red]-0.00%", "percent"), ('0"%"', ""), ("General", ""), ("#,##0.00", ""),
        ("0.00E+00", ""), ('#,##0 "days"', ""), ("[$₪-40D] #,##0", ""),
        ("dd/mm/yyyy", "day"), ("[$-40D]d mmmm yyyy", "day"),
        ("mmm-yy", "month"), ("[$-F800]mmmm\\ yyyy", "month"), ("yyyy", "year"),
        ("hh:mm", "time"), ("h:mm AM/PM", "time"),
        ("[h]:mm:ss", "duration"), ("yyyy-mm-dd hh:mm", "day"), ("[Red]0.0", ""), ("d-mmm", "day"), ("mm:ss.0", "time"),
    ],
)  # fmt: skip
def test_number_formats_mean_what_excel_shows(code: str, means: str) -> None:
    assert meaning(200, code) == means


def test_workbooks_of_other_programs_with_prefixed_names_read_the_same(tmp_path: Path) -> None:
    """Microsoft's own library for developers writes every element as x:row, x:c, x:v."""
    path = tmp_path / "plain.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": False}) as book:
        sheet = book.add_worksheet("A")
        sheet.write_row("B2", ["text", 1.5])
        sheet.merge_range("B4:C4", "both")
        sheet.set_row(1, options={"hidden": True})
    other = tmp_path / "prefixed.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(other, "w") as target:
        for name in source.namelist():
            text = source.read(name).decode()
            if "worksheets/sheet" in name or name.endswith(("sharedStrings.xml", "workbook.xml", "styles.xml")):
                text = re.sub(r"<(/?)([A-Za-z])", r"<\1x:\2", text).replace(" xmlns=", " xmlns:x=")
            target.writestr(name, text)
    one, two = read(path), read(other)
    assert one.sheets == two.sheets
    assert one.findings == two.findings
    assert one.sheets[0].rows[1] == [None, "text", 1.5]
    assert one.sheets[0].merged == [(3, 1, 3, 2)]


def test_cells_without_references_follow_one_another(tmp_path: Path) -> None:
    path = tmp_path / "bare.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_row("A1", [1, 2, 3])
    bare = tmp_path / "without.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(bare, "w") as target:
        for name in source.namelist():
            text = source.read(name).decode()
            target.writestr(name, re.sub(r' r="[A-Z]*1"', "", text) if "sheet1" in name else text)
    assert read(bare).sheets[0].rows == [[1, 2, 3]]


def test_formulas_left_to_be_calculated_are_named_even_if_they_hold_a_number(tmp_path: Path) -> None:
    path = tmp_path / "stale.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Sums")
        sheet.write_formula("B2", "=1+1")
        sheet.write_formula("B3", "=1+2")
    findings = read(path).findings
    assert [(finding.code, finding.cell) for finding in findings] == [("formulas_not_calculated", "B2")]
    untouched = openpyxl.Workbook()
    untouched.active["A1"] = "=1+1"  # type: ignore[index]
    untouched.save(path)
    assert "formula_without_value" in {finding.code for finding in read(path).findings}


def test_charts_and_empty_sheets_are_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "charts.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Empty")
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Data!$A$1:$A$2"})
        book.add_chartsheet("Chart").set_chart(chart)
        book.add_worksheet("Data").write_column("A1", [1, 2])
    assert [(sheet.name, sheet.index, sheet.rows) for sheet in read(path).sheets] == [
        ("Empty", 0, []),
        ("Data", 2, [[1], [2]]),
    ]


def test_progress_is_told_while_rows_arrive(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n" * 5_000)
    told: list[int] = []
    read_table_file(path, name="rows.csv", progress=told.append)
    assert told == [1_000, 2_000, 3_000, 4_000, 5_000]


def test_an_older_workbook_with_all_that_it_hides() -> None:
    book = read(OLDER)
    report, hidden = book.sheets
    assert (book.kind, report.name, report.right_to_left) == ("xls", "דיווח", True)
    assert report.rows[2] == ["יישוב", "שיעור", "תאריך", "חודש", "סכום"]
    assert report.rows[3] == ["חיפה", 0.125, dt.date(2021, 3, 1), dt.date(2021, 3, 1), 1234.5]
    assert isinstance(report.rows[3][1], PercentFloat)
    assert not isinstance(report.rows[3][4], PercentFloat)
    assert report.dates_shown == {(3, 3): "month", (4, 3): "month", (5, 3): "month"}
    assert (report.hidden_rows, report.hidden_columns, report.merged) == ({5}, {4}, [(0, 0, 0, 3)])
    assert hidden.hidden
    assert texts(book) == [
        "Sheet “דיווח” has hidden rows with content: 6.",
        "Sheet “דיווח” has hidden columns with content: E.",
        "Sheet “דיווח” has merged cells: A1:D1.",
        "Sheet “hidden one” is hidden.",
    ]


ODS_CONTENT = """<office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">
<office:automatic-styles>
 <number:date-style style:name="N1"><number:month number:textual="true"/><number:text>-</number:text><number:year/></number:date-style>
 <style:style style:name="month" style:family="table-cell" style:data-style-name="N1"/>
 <style:style style:name="rtl" style:family="table"><style:table-properties style:writing-mode="rl-tb"/></style:style>
 <style:style style:name="gone" style:family="table"><style:table-properties table:display="false"/></style:style>
</office:automatic-styles>
<office:body><office:spreadsheet>
<table:table table:name="דיווח" table:style-name="rtl">
 <table:table-column table:number-columns-repeated="2"/>
 <table:table-column table:visibility="collapse"/>
 <table:table-column table:number-columns-repeated="16381"/>
 <table:table-header-rows><table:table-row>
  <table:table-cell table:number-columns-spanned="2"><text:p>כותרת<office:annotation><text:p>comment</text:p></office:annotation></text:p></table:table-cell>
  <table:covered-table-cell/>
  <table:table-cell office:value-type="string"><text:p>two<text:s text:c="2"/>gaps</text:p><text:p>lines</text:p></table:table-cell>
 </table:table-row></table:table-header-rows>
 <table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
 <table:table-row>
  <table:table-cell office:value-type="float" office:value="5"><text:p>5</text:p></table:table-cell>
  <table:table-cell office:value-type="percentage" office:value="0.12"><text:p>12%</text:p></table:table-cell>
  <table:table-cell office:value-type="date" office:date-value="2021-03-01" table:style-name="month"><text:p>Mar-21</text:p></table:table-cell>
  <table:table-cell office:value-type="date" office:date-value="2021-03-01T10:30:00"><text:p>x</text:p></table:table-cell>
  <table:table-cell office:value-type="time" office:time-value="PT36H00M00S"><text:p>36:00</text:p></table:table-cell>
  <table:table-cell office:value-type="boolean" office:boolean-value="true"><text:p>TRUE</text:p></table:table-cell>
  <table:table-cell table:formula="of:=[.A4]*2"/>
  <table:table-cell table:formula="of:=1/0" office:value-type="string" calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>
  <table:table-cell office:value-type="float" office:value="7" table:number-columns-repeated="2"><text:p>7</text:p></table:table-cell>
 </table:table-row>
 <table:table-row table:visibility="filter" table:number-rows-repeated="2"><table:table-cell office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell></table:table-row>
 <table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
</table:table>
<table:table table:name="gone" table:style-name="gone"><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row></table:table>
</office:spreadsheet></office:body></office:document-content>"""  # noqa: E501


def test_an_open_document_spreadsheet_with_all_that_it_hides(tmp_path: Path) -> None:
    path = tmp_path / "report.ods"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", ODS_CONTENT)
    book = read(path)
    report, gone = book.sheets
    assert (book.kind, report.name, report.right_to_left, gone.hidden) == ("ods", "דיווח", True, True)
    assert report.rows == [
        ["כותרת", None, "two  gaps\nlines"],
        [],
        [],
        [
            5, 0.12, dt.date(2021, 3, 1), dt.datetime(2021, 3, 1, 10, 30), dt.timedelta(hours=36), True,
            "=[.A4]*2", "#DIV/0!", 7, 7,
        ],
        [1],
        [1],
    ]  # fmt: skip
    assert isinstance(report.rows[3][1], PercentFloat)
    assert [isinstance(value, CellError) for value in report.rows[3][6:9]] == [True, True, False]
    assert (report.merged, report.hidden_rows, report.hidden_columns) == ([(0, 0, 0, 1)], {4, 5}, {2})
    assert report.dates_shown == {(3, 2): "month"}
    assert [(f.code, f.cell) for f in book.findings] == [
        ("formula_without_value", "G4"),
        ("error_cell", "H4"),
        ("hidden_rows", ""),
        ("hidden_columns", ""),
        ("merged_cells", ""),
        ("hidden_sheet", ""),
    ]


def test_every_message_can_be_filled_with_what_the_reader_sends() -> None:
    """A placeholder that nobody fills would turn a clear word into an error page."""
    sent = {"file", "sheet", "cell"}
    source = "\n".join(path.read_text() for path in Path(read_table_file.__code__.co_filename).parent.glob("*.py"))
    for code, message in {**REFUSALS, **FINDINGS}.items():
        assert f'"{code}"' in source.replace("messages.py", "")
        assert list(Formatter().parse(message))  # no stray braces
        for name in set(re.findall(r"%\((\w+)\)s", message)) - sent:
            assert re.search(rf"\b{name}=", source), f"{code}: nobody sends {name}"
    finding = Finding.of("error_cell", {"error": "#REF!"}, "Sheet1", "B7")
    assert finding.message % finding.params == "Cell B7 of “Sheet1” shows the error #REF!."
    assert str(FileRefused("file_empty", file="a.csv")) == "“a.csv” is empty."


def test_a_sheet_is_a_plain_record() -> None:
    assert Sheet("A", 0) == Sheet("A", 0)
