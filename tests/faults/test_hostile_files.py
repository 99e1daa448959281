"""Files that would take a service down, or deceive it: each is built here, and must end in a clear word to the partner.

No file may cost the process that asks for it anything: the reading process is refused, stopped or killed in its stead.
"""

from __future__ import annotations

import io
import re
import resource
import struct
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import xlsxwriter

from shidra.foundation.spreadsheets import CellError, FileRefused, Limits, Workbook, read_table_file

pytestmark = pytest.mark.faults

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OPEN_DOCUMENT = "urn:oasis:names:tc:opendocument:xmlns"

TYPES = (
    f'<Types xmlns="{PACKAGE}/content-types">'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml"/>'
    "</Types>"
)
TOP = (
    f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">'
    '<sheets><sheet name="Report" sheetId="1" r:id="r1"/></sheets></workbook>'
)
BOOK_PARTS = (
    f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>{{more}}</Relationships>'
)


def sheet_xml(rows: str, before: str = "", after: str = "") -> str:
    return f'{before}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'


def write_workbook(path: Path, sheet: str, *, strings: str = "", more: str = "", **parts: str) -> Path:
    """A workbook made of raw XML; `parts` replace or add parts (dots and slashes written as they are)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        everything = {
            "[Content_Types].xml": TYPES,
            "_rels/.rels": TOP,
            "xl/workbook.xml": BOOK,
            "xl/_rels/workbook.xml.rels": BOOK_PARTS.replace("{more}", more),
            "xl/worksheets/sheet1.xml": sheet,
            "xl/sharedStrings.xml": strings or f'<sst xmlns="{MAIN}"/>',
            **parts,
        }
        for name, text in everything.items():
            package.writestr(name, text)
    return path


def cell(name: str, value: object = 1, attributes: str = "") -> str:
    return f'<c r="{name}"{attributes}><v>{value}</v></c>'


def row(number: int, cells: str, attributes: str = "") -> str:
    return f'<row r="{number}"{attributes}>{cells}</row>'


SMALL = row(1, cell("A1", 1))


def stream_part(path: Path, part: str, start: str, middle: bytes, times: int, end: str) -> Path:
    """A workbook with one part that is `middle` repeated, however large it unpacks."""
    write_workbook(path, sheet_xml(SMALL))
    with zipfile.ZipFile(path) as package:
        kept = {name: package.read(name) for name in package.namelist() if name != part}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, data in kept.items():
            package.writestr(name, data)
        with package.open(part, "w", force_zip64=True) as target:
            target.write(start.encode())
            for _ in range(times):
                target.write(middle)
            target.write(end.encode())
    return path


def read(path: Path, **more: object) -> Workbook:
    return read_table_file(path, name=path.name, **more)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def costs_us_nothing() -> Iterator[None]:
    """Every file here ends within ten seconds, its process below 512 MB, and this process grows hardly at all.

    A process starts as a copy of this one and the system counts that as its own: where earlier tests made this one
    large, or a child of theirs was, that is the least that can be seen.
    """
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    largest_before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    yield
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    grown = (after - before) // 1024
    assert grown < 200, f"grew by {grown} MB"
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    assert child < max(512, largest_before + 1, after // 1024 + 1), f"a reading process had {child} MB"


def refusal(path: Path, **more: object) -> FileRefused:
    started = time.monotonic()
    with pytest.raises(FileRefused) as refused:
        read(path, **more)
    assert time.monotonic() - started < 10
    message = str(refused.value)
    assert f"“{path.name}”" in message
    assert "%(" not in message
    assert refused.value.params["file"] == path.name
    return refused.value


def lone_cell(path: Path, name: str = "XFD1048576") -> Path:
    return write_workbook(path, sheet_xml(row(1048576, cell(name))))


@pytest.mark.parametrize(
    ("name", "code", "says"),
    [("XFD1048576", "file_too_many_columns", "XFD1048576"), ("A1048576", "file_too_many_rows", "1048576")],
)
def test_a_lone_cell_far_away_is_refused_by_its_place(tmp_path: Path, name: str, code: str, says: str) -> None:
    refused = refusal(lone_cell(tmp_path / "corner.xlsx", name))
    assert refused.code == code
    assert says in str(refused)


def test_formatting_down_to_the_last_row_is_no_content(tmp_path: Path) -> None:
    sheet = sheet_xml(row(1, cell("A1", 7)) + row(1048576, '<c r="XFD1048576" s="0"/>'))
    assert read(write_workbook(tmp_path / "formatted.xlsx", sheet)).sheets[0].rows == [[7]]


def test_sixteen_thousand_columns_are_refused_by_the_first_cell_too_many(tmp_path: Path) -> None:
    path = tmp_path / "wide.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for column in range(16_000):
            sheet.write_number(4, column, column)
    refused = refusal(path)
    assert refused.code == "file_too_many_columns"
    assert refused.params["cell"] == "ALM5"


def huge_string(path: Path) -> Path:
    return stream_part(
        path, "xl/sharedStrings.xml", f'<sst xmlns="{MAIN}"><si><t>', b"A" * 1_000_000, 600, "</t></si></sst>"
    )


def huge_rows(path: Path) -> Path:
    middle = row(1, cell("A1")).replace(' r="1"', "").replace(' r="A1"', "").encode() * 40_000
    return stream_part(
        path,
        "xl/worksheets/sheet1.xml",
        f'<worksheet xmlns="{MAIN}"><sheetData>',
        middle,
        900,
        "</sheetData></worksheet>",
    )


@pytest.mark.slow
@pytest.mark.parametrize("build", [huge_string, huge_rows])
def test_a_bomb_is_refused_by_what_it_unpacks_to(tmp_path: Path, build: Callable[[Path], Path]) -> None:
    path = build(tmp_path / "bomb.xlsx")
    assert path.stat().st_size < 20_000_000
    assert refusal(path).code == "file_unpacks_too_large"


def test_a_bomb_that_lies_about_its_size_is_damaged(tmp_path: Path) -> None:
    path = stream_part(
        tmp_path / "liar.xlsx",
        "xl/sharedStrings.xml",
        f'<sst xmlns="{MAIN}"><si><t>',
        b"A" * 100_000,
        800,
        "</t></si></sst>",
    )
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as package:
        size = package.getinfo("xl/sharedStrings.xml").file_size
    # The directory claims a thousand bytes; zip64 fields are told apart by their place.
    data = bytearray(bytes(data).replace(struct.pack("<I", size), struct.pack("<I", 1000)))
    data = bytearray(bytes(data).replace(struct.pack("<Q", size), struct.pack("<Q", 1000)))
    path.write_bytes(data)
    assert refusal(path).code == "file_damaged"


@pytest.mark.slow
def test_a_long_string_repeated_everywhere_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    strings = f'<sst xmlns="{MAIN}"><si><t>{"A" * 32_000}</t></si></sst>'
    letters = "ABCDEFGHIJ"
    rows = "".join(row(n, "".join(cell(f"{c}{n}", 0, ' t="s"') for c in letters)) for n in range(1, 50_001))
    path = write_workbook(tmp_path / "echo.xlsx", sheet_xml(rows), strings=strings)
    assert refusal(path).code in ("file_too_much_text", "file_too_heavy")


def test_a_text_longer_than_excel_allows_is_refused_by_its_cell(tmp_path: Path) -> None:
    inline = f'<c r="B2" t="inlineStr"><is><t>{"A" * 40_000}</t></is></c>'
    refused = refusal(write_workbook(tmp_path / "long.xlsx", sheet_xml(row(2, inline))))
    assert (refused.code, refused.params["cell"]) == ("file_too_much_text", "B2")


LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)
SECRET = '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
INLINE = row(1, '<c r="A1" t="inlineStr"><is><t>&{entity};</t></is></c>')


@pytest.mark.parametrize(
    ("tricks", "entity"), [(LAUGHS, "j"), (SECRET, "a")], ids=["billion laughs", "external entity"]
)
@pytest.mark.parametrize("where", ["sheet", "strings", "workbook"])
def test_entities_are_refused_wherever_they_stand(tmp_path: Path, tricks: str, entity: str, where: str) -> None:
    path = tmp_path / "entities.xlsx"
    match where:
        case "sheet":
            write_workbook(path, sheet_xml(INLINE.format(entity=entity), before=tricks))
        case "strings":
            strings = f'{tricks}<sst xmlns="{MAIN}"><si><t>&{entity};</t></si></sst>'
            write_workbook(path, sheet_xml(SMALL), strings=strings)
        case "workbook":
            write_workbook(
                path, sheet_xml(SMALL), **{"xl/workbook.xml": tricks + BOOK.replace("Report", f"&{entity};")}
            )
    assert refusal(path).code == "file_unsafe"


def test_a_document_type_behind_a_long_comment_or_in_utf_16_does_not_hide(tmp_path: Path) -> None:
    hidden = f"<!--{' ' * 65_520}-->{SECRET}"
    path = write_workbook(tmp_path / "late.xlsx", sheet_xml(INLINE.format(entity="a"), before=hidden))
    assert refusal(path).code == "file_unsafe"
    wide = ('<?xml version="1.0" encoding="utf-16"?>' + sheet_xml(INLINE.format(entity="a"), before=SECRET)).encode(
        "utf-16"
    )
    write_workbook(path, "")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet2.xml", wide)
        package.writestr("ignored", "")
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts["xl/worksheets/sheet1.xml"] = wide
    write_workbook(path, "", **parts)  # type: ignore[arg-type]
    assert refusal(path).code == "file_unsafe"


@pytest.mark.slow
def test_elements_nested_a_million_deep_are_refused(tmp_path: Path) -> None:
    path = stream_part(
        tmp_path / "deep.xlsx",
        "xl/worksheets/sheet1.xml",
        f'<worksheet xmlns="{MAIN}"><sheetData><row>',
        b"<c>" * 100_000,
        90,
        "",
    )
    assert refusal(path).code in ("file_too_heavy", "file_damaged")


@pytest.mark.slow
def test_a_zip_of_a_hundred_thousand_parts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "parts.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        for number in range(100_000):
            package.writestr(f"xl/part{number}.xml", b"")
    assert refusal(path).code == "file_unsafe"


def test_two_parts_of_one_name_are_refused(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "twice.xlsx", sheet_xml(SMALL))
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("XL/worksheets/Sheet1.xml", sheet_xml(row(1, cell("A1", 2))))
    assert refusal(path).code == "file_unsafe"


def test_a_zip_cut_short_is_damaged(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "cut.xlsx", sheet_xml(SMALL))
    path.write_bytes(path.read_bytes()[:-200])
    assert refusal(path).code == "file_damaged"


def test_parts_cut_short_or_flipped_are_damaged(tmp_path: Path) -> None:
    rows = "".join(row(n, cell(f"A{n}", n)) for n in range(1, 200))
    path = write_workbook(tmp_path / "half.xlsx", sheet_xml(rows).replace("</worksheet>", ""))
    assert refusal(path).code == "file_damaged"
    write_workbook(path, sheet_xml(rows))
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as package:
        at = package.getinfo("xl/worksheets/sheet1.xml").header_offset
    data[at + 120] ^= 0xFF
    path.write_bytes(data)
    assert refusal(path).code == "file_damaged"


@pytest.mark.parametrize(
    "rows",
    [
        row(1, cell("A2")),
        row(2, cell("A2")) + row(1, cell("A1")),
        row(1, cell("B1") + cell("A1")),
        row(1, cell("A1", 99, ' t="s"')),
        row(1, cell("A1", -1, ' t="s"')),
        row(1, cell("ZZZZ1")),
        row("one", cell("A1")),  # type: ignore[arg-type]
    ],
)
def test_cells_that_contradict_their_place_are_damaged(tmp_path: Path, rows: str) -> None:
    strings = f'<sst xmlns="{MAIN}"><si><t>first</t></si></sst>'
    assert refusal(write_workbook(tmp_path / "places.xlsx", sheet_xml(rows), strings=strings)).code == "file_damaged"


@pytest.mark.parametrize("number", ["NaN", "INF", "1e400", "1_000", "12x"])
def test_what_is_no_number_becomes_an_error_with_its_cell(tmp_path: Path, number: str) -> None:
    book = read(write_workbook(tmp_path / "numbers.xlsx", sheet_xml(row(3, cell("C3", number)))))
    assert isinstance(book.sheets[0].rows[2][2], CellError)
    assert [(f.code, f.cell) for f in book.findings] == [("error_cell", "C3")]


def test_macros_links_and_connections_are_named_and_the_saved_values_read(tmp_path: Path) -> None:
    link = f'<Relationship Id="r9" Type="{RELATIONS}/externalLink" Target="externalLinks/externalLink1.xml"/>'
    far = (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" TargetMode="External" '
        f'Type="{RELATIONS}/externalLinkPath" Target="file:///C:/secret/other.xlsx"/></Relationships>'
    )
    path = write_workbook(
        tmp_path / "linked.xlsm",
        sheet_xml(row(1, '<c r="A1"><f>[1]Sheet1!A1</f><v>5</v></c>')),
        more=link,
        **{
            "xl/vbaProject.bin": "macro",
            "xl/externalLinks/externalLink1.xml": f'<externalLink xmlns="{MAIN}"/>',
            "xl/externalLinks/_rels/externalLink1.xml.rels": far,
            "xl/connections.xml": f'<connections xmlns="{MAIN}"/>',
        },
    )
    book = read(path)
    assert {f.code for f in book.findings} == {"macros", "external_links", "data_connections"}
    targets = next(f for f in book.findings if f.code == "external_links").params["targets"]
    assert any("other.xlsx" in one for one in targets)
    assert book.sheets[0].rows == [[5]]


def test_hidden_sheets_rows_and_columns_are_named_and_flagged(tmp_path: Path) -> None:
    path = tmp_path / "hidden.xlsx"
    with xlsxwriter.Workbook(path) as book:
        shown, hidden, very = (book.add_worksheet(name) for name in ("Shown", "Hidden", "Very"))
        for r in range(5):
            shown.write_row(r, 0, [r, r * 2, r * 3])
        shown.set_row(2, options={"hidden": True})
        shown.set_column(1, 1, options={"hidden": True})
        shown.set_column(9, 900, options={"hidden": True})
        hidden.write(0, 0, "x")
        hidden.hide()
        very.write(0, 0, "y")
        very.very_hidden()
    book = read(path)
    assert [sheet.hidden for sheet in book.sheets] == [False, True, True]
    assert (book.sheets[0].hidden_rows, book.sheets[0].hidden_columns) == ({2}, {1})
    assert [(f.code, f.sheet) for f in book.findings] == [
        ("hidden_rows", "Shown"), ("hidden_columns", "Shown"), ("hidden_sheet", "Hidden"), ("hidden_sheet", "Very"),
    ]  # fmt: skip
    assert "3" in book.findings[0].message % book.findings[0].params


def test_a_formula_without_a_saved_value_is_an_error_in_its_cell_never_an_empty_one(tmp_path: Path) -> None:
    rows = row(1, cell("A1", 1) + '<c r="B1"><f>A1*2</f></c><c r="C1"><f>A1*3</f><v></v></c>'
               '<c r="D1" t="str"><f>""</f><v></v></c><c r="E1"><f>A1</f><v>1</v></c>')  # fmt: skip
    book = read(write_workbook(tmp_path / "formulas.xlsx", sheet_xml(rows)))
    assert book.sheets[0].rows == [[1, "=A1*2", "=A1*3", None, 1]]
    assert isinstance(book.sheets[0].rows[0][1], CellError)
    assert [(f.code, f.cell) for f in book.findings] == [
        ("formula_without_value", "B1"),
        ("formula_without_value", "C1"),
    ]


def test_many_errors_are_counted_after_the_first_hundred(tmp_path: Path) -> None:
    rows = "".join(row(n, cell(f"A{n}", "#REF!", ' t="e"')) for n in range(1, 151))
    book = read(write_workbook(tmp_path / "errors.xlsx", sheet_xml(rows)))
    assert [f.code for f in book.findings] == ["error_cell"] * 100 + ["error_cells_more"]
    assert book.findings[-1].params["number"] == 50
    assert book.findings[0].message % book.findings[0].params == "Cell A1 of “Report” shows the error #REF!."


def compound_file(*streams: str) -> bytes:
    """An OLE file of empty streams with these names."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<8I", header, 44, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *[0xFFFFFFFF] * 126)
    directory = b""
    for name, kind in [("Root Entry", 5), *((name, 2) for name in streams)]:
        entry = bytearray(128)
        coded = name.encode("utf-16-le") + b"\0\0"
        entry[: len(coded)] = coded
        struct.pack_into("<HB", entry, 64, len(coded), kind)
        struct.pack_into("<II", entry, 116, 0xFFFFFFFE, 0)
        directory += entry
    return bytes(header) + table + directory.ljust(512, b"\0")


def test_a_password_is_named_in_new_and_old_workbooks(tmp_path: Path) -> None:
    path = tmp_path / "locked.xlsx"
    path.write_bytes(compound_file("EncryptedPackage", "EncryptionInfo"))
    assert refusal(path).code == "file_password"
    # In an old workbook the record FILEPASS follows the first record, here put in the place of INTERFACEHDR.
    data = OLDER.read_bytes()
    first = data.index(b"\x09\x08\x10\x00")
    second = first + 4 + 16
    path = tmp_path / "locked.xls"
    path.write_bytes(data[:second] + b"\x2f\x00" + data[second + 2 :])
    assert refusal(path).code == "file_password"


OLDER = Path(__file__).parents[1] / "unit/foundation/spreadsheets/files/older.xls"
WEB_PAGE = b"\r\n<!DOCTYPE html><html><body><table><tr><td>1</td></tr></table></body></html>"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("report.csv", WEB_PAGE, "file_is_web_page"),
        ("report.xls", WEB_PAGE, "file_is_web_page"),
        ("report.xls", WEB_PAGE.decode().encode("utf-16"), "file_is_web_page"),
        ("report.xls", b"<table><tr><td>1</td></tr></table>", "file_is_web_page"),
        ("report.xls", b'<?xml version="1.0"?><Workbook></Workbook>', "file_unknown_type"),
        ("report.xlsx", OLDER.read_bytes(), "file_wrong_extension"),
        ("report.xls", b"a,b\n1,2\n", "file_wrong_extension"),
        ("report.exe", b"a,b\n1,2\n", "file_unknown_type"),
        ("report.csv", b"%PDF-1.7\n1 0 obj", "file_unknown_type"),
        ("report.csv", b"\x89PNG\r\n\x1a\n", "file_unknown_type"),
        ("report.csv", b"a,b\n1,\x00\x002\n", "file_unknown_type"),
        ("report.csv", b"\x00" * 5000, "file_unknown_type"),
        ("report.csv", bytes(range(1, 32)) * 50, "file_unknown_type"),
        ("report.csv", b"", "file_empty"),
        ("report.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 3000, "file_damaged"),
        ("report.xls", compound_file("WordDocument"), "file_unknown_type"),
        ("report.xls", OLDER.read_bytes()[:3000], "file_damaged"),
        ("report.xlsx", b"PK\x03\x04 and nothing more", "file_damaged"),
    ],
)
def test_content_that_is_not_what_its_name_says_is_refused(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert refusal(path).code == code


def test_a_zip_of_something_else_is_refused_even_as_csv(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("data.csv", "a,b\n1,2\n")
    (tmp_path / "data.csv").write_bytes(packed.getvalue())
    assert refusal(tmp_path / "data.csv").code == "file_unknown_type"
    workbook = write_workbook(tmp_path / "book.xlsx", sheet_xml(SMALL))
    workbook.rename(tmp_path / "book.csv")
    assert refusal(tmp_path / "book.csv").code == "file_wrong_extension"


@pytest.mark.parametrize("quoted", [b"", b'"'])
def test_a_line_of_forty_megabytes_is_refused(tmp_path: Path, quoted: bytes) -> None:
    path = tmp_path / "line.csv"
    path.write_bytes(b"a,b\n" + quoted + b"x" * 40_000_000 + quoted + b",1\n")
    assert refusal(path).code == "file_line_too_long"


def test_a_file_over_the_limit_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_bytes(b"a,b\n" + b"x" * 60_000_000)
    refused = refusal(path)
    assert (refused.code, refused.params["megabytes"], refused.params["limit"]) == ("file_too_large", 58, 50)


def test_an_open_quotation_mark_swallows_nothing_silently(tmp_path: Path) -> None:
    path = tmp_path / "quote.csv"
    path.write_text('place,value\nHaifa,1\n"Acre,2\nArad,3\nEilat,4\n')
    refused = refusal(path)
    assert (refused.code, refused.params["line"]) == ("file_open_quote", 3)


def test_too_many_rows_cells_and_sheets_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n" + "1,2\n" * 2_000)
    assert refusal(path, limits=Limits(max_rows=1_000)).code == "file_too_many_rows"
    assert refusal(path, limits=Limits(max_cells=1_000)).code == "file_too_many_cells"
    book_path = tmp_path / "sheets.xlsx"
    with xlsxwriter.Workbook(book_path) as book:
        for _ in range(10):
            book.add_worksheet().write(0, 0, 1)
    assert refusal(book_path, limits=Limits(max_sheets=5)).code == "file_too_many_sheets"


def many_rows(path: Path) -> Path:
    rows = "".join(row(n, cell(f"A{n}", n) + cell(f"B{n}", n)) for n in range(1, 60_001))
    return write_workbook(path, sheet_xml(rows))


def test_a_file_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    refused = refusal(many_rows(tmp_path / "slow.xlsx"), limits=Limits(seconds=0))
    assert refused.code == "file_too_slow"


def test_a_file_that_needs_too_much_memory_is_stopped(tmp_path: Path) -> None:
    strings = f'<sst xmlns="{MAIN}">' + f"<si><t>{'long text ' * 100}</t></si>" * 60_000 + "</sst>"
    path = write_workbook(tmp_path / "fat.xlsx", sheet_xml(SMALL), strings=strings)
    assert refusal(path, limits=Limits(memory_bytes=60 * 1024 * 1024)).code == "file_too_heavy"
    assert read(path).sheets[0].rows == [[1]]


def write_ods(path: Path, body: str, **parts: str) -> Path:
    spaces = " ".join(f'xmlns:{name}="{OPEN_DOCUMENT}:{name}:1.0"' for name in ("office", "table", "text", "style"))
    content = (
        f"<office:document-content {spaces}><office:automatic-styles/><office:body><office:spreadsheet>{body}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        for name, text in {"content.xml": content, **parts}.items():
            package.writestr(name, text)
    return path


def test_an_ods_that_repeats_its_content_endlessly_is_refused(tmp_path: Path) -> None:
    filled = '<table:table-cell office:value-type="float" office:value="1"{0}/>'
    rows = '<table:table-row table:number-rows-repeated="1048576">' + filled.format("") + "</table:table-row>"
    path = write_ods(tmp_path / "down.ods", f'<table:table table:name="A">{rows}</table:table>')
    assert refusal(path).code == "file_too_many_rows"
    wide = filled.format(' table:number-columns-repeated="16384"')
    body = f'<table:table table:name="A"><table:table-row>{wide}</table:table-row></table:table>'
    assert refusal(write_ods(tmp_path / "across.ods", body)).code == "file_too_many_columns"


def test_an_ods_with_macros_a_password_or_another_file_inside_says_so(tmp_path: Path) -> None:
    source = (
        '<table:table table:name="\'file:///x.ods\'#$A"><table:table-source xmlns:xlink="http://www.w3.org/1999/xlink" '
        'xlink:href="file:///x.ods"/><table:table-row><table:table-cell><text:p>far</text:p></table:table-cell>'
        "</table:table-row></table:table>"
    )
    own = (
        '<table:table table:name="Own"><table:table-row><table:table-cell><text:p>near</text:p></table:table-cell>'
        "</table:table-row></table:table>"
    )
    book = read(write_ods(tmp_path / "macros.ods", own + source, **{"Basic/script.xml": "x"}))
    assert [sheet.rows for sheet in book.sheets] == [[["near"]]]
    assert [f.code for f in book.findings] == ["macros", "external_links"]
    locked = write_ods(tmp_path / "locked.ods", own, **{"META-INF/manifest.xml": "<m><encryption-data/></m>"})
    assert refusal(locked).code == "file_password"


def test_the_reading_process_sees_neither_our_environment_nor_our_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever takes over the reading process finds no secret in it and cannot write a byte to a file."""
    import shidra.foundation.spreadsheets.reading_apart as reading

    seen: dict[str, object] = {}
    start = reading.subprocess.Popen

    def watched(command: list[str], **options: object) -> object:
        seen.update(options, command=command)
        return start(command, **options)  # type: ignore[call-overload]

    monkeypatch.setenv("SECRET_KEY", "very secret")
    monkeypatch.setattr(reading.subprocess, "Popen", watched)
    path = tmp_path / "small.csv"
    path.write_text("a,b\n1,2\n")
    read(path)
    assert seen["env"] == {"LC_ALL": "C.UTF-8"}
    assert "very secret" not in str(seen["command"])
    assert str(path) not in str(seen["command"])


def test_others_are_served_after_every_kind_of_end(tmp_path: Path) -> None:
    lone_cell(tmp_path / "corner.xlsx")
    good = many_rows(tmp_path / "good.xlsx")
    for _ in range(3):
        refusal(tmp_path / "corner.xlsx")
        with pytest.raises(FileRefused):
            read(good, limits=Limits(seconds=0))
    book = read(good)
    assert len(book.sheets[0].rows) == 60_000
    assert re.fullmatch(r"xlsx", book.kind)
