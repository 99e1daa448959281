"""Text files: the right letters or a question, never mojibake; every row, or a refusal."""

from __future__ import annotations

import itertools
import tracemalloc
from pathlib import Path

import pytest

from shidra.foundation.spreadsheets import FileRefused, Workbook, open_tidy_rows, read_table_file
from shidra.foundation.spreadsheets.encodings import find_encoding, garbled

HEBREW = 'יישוב,מספר תלמידים,שיעור הזכאות לבגרות\nחיפה,1200,"78.4"\nבאר שבע,950,71\nסה"כ,2150,75\n'
ARABIC = "المدينة,عدد الطلاب,نسبة الاستحقاق\nحيفا,1200,78\nالناصرة,950,71\nالمجموع,2150,75\n"
FRENCH = "Ville,Élèves inscrits,Taux de réussite\nBesançon,1200,78\nNîmes,950,71\nLyon (année précédente),3,4\n"
GERMAN = "Straße;Schüler\nGrößere Stadt;5\nMünchen;7\nKöln-Süd;8\n"


def read(path: Path, content: bytes, **more: str) -> Workbook:
    path.write_bytes(content)
    return read_table_file(path, name=path.name, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("encoding", "found", "text"),
    [
        ("utf-8", "utf-8", HEBREW + ARABIC + FRENCH),
        ("utf-8-sig", "utf-8-sig", HEBREW),
        ("utf-16", "utf-16", HEBREW + ARABIC),
        ("windows-1255", "windows-1255", HEBREW),
        ("windows-1256", "windows-1256", ARABIC),
        ("windows-1252", "windows-1252", FRENCH),
        ("ascii", "utf-8", "a,b\n1,2\n"),
    ],
)
def test_encodings_are_found(tmp_path: Path, encoding: str, found: str, text: str) -> None:
    book = read(tmp_path / "report.csv", text.encode(encoding))
    assert (book.encoding, book.encoding_sure, book.delimiter) == (found, True, ",")
    assert book.sheets[0].rows[0] == text.split("\n", 1)[0].split(",")
    assert [finding.code for finding in book.findings] == (["encoding_guessed"] if found.startswith("windows") else [])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_found_and_shown(tmp_path: Path, encoding: str) -> None:
    book = read(tmp_path / "report.csv", HEBREW.encode(encoding))
    assert book.encoding == encoding
    assert book.findings[0].code == "encoding_guessed"
    assert book.sheets[0].rows[1] == ["חיפה", "1200", "78.4"]


def test_a_mark_in_big_endian_is_obeyed(tmp_path: Path) -> None:
    book = read(tmp_path / "report.csv", b"\xfe\xff" + HEBREW.encode("utf-16-be"))
    assert book.sheets[0].rows[2][0] == "באר שבע"


def test_the_guess_shows_a_line_to_check(tmp_path: Path) -> None:
    finding = read(tmp_path / "a.csv", ("id,n\n1,2\n" + HEBREW).encode("windows-1255")).findings[0]
    assert "יישוב" in finding.message % finding.params


def test_too_few_letters_are_a_question_not_an_answer(tmp_path: Path) -> None:
    """הוד and نهم are the same bytes: whoever knows must say."""
    content = "n,name\n1,הוד\n".encode("windows-1255")
    book = read(tmp_path / "short.csv", content)
    assert not book.encoding_sure
    for encoding, name in (("windows-1255", "הוד"), ("windows-1256", "نهم")):
        book = read(tmp_path / "short.csv", content, encoding=encoding)
        assert (book.encoding_sure, book.sheets[0].rows[1][1]) == (True, name)


def test_each_code_page_is_told_from_the_others_down_to_a_few_words() -> None:
    words = {
        "windows-1255": HEBREW.replace("\n", ",").replace('"', "").split(","),
        "windows-1256": ARABIC.replace("\n", ",").split(","),
        "windows-1252": (FRENCH + GERMAN).replace("\n", ",").replace(";", ",").split(","),
    }
    for encoding, several in words.items():
        telling = [word for word in several if not word.isascii()]
        for pair in itertools.combinations(telling, 2):
            found = find_encoding("\n".join(pair).encode(encoding))
            assert found.name == encoding or not found.sure, (pair, found)


def test_other_code_pages_are_never_read_with_certainty() -> None:
    for text, encoding in (
        ("Город,Число учеников\nМосква,5\nСанкт-Петербург,7\n", "windows-1251"),
        (HEBREW, "cp862"),
        ("Πόλη,Μαθητές\nΑθήνα,5\nΘεσσαλονίκη,6\n", "windows-1253"),
    ):
        assert not _surely_read(text.encode(encoding)), encoding
        assert find_encoding("Москва,5\n".encode("windows-1251"), "windows-1251").sure


def _surely_read(content: bytes) -> bool:
    try:
        return find_encoding(content).sure
    except FileRefused:
        return False


def test_dashes_and_quotation_marks_alone_are_no_reason_to_ask() -> None:
    found = find_encoding("name,years\n“Acre”,2019–2020\n".encode("windows-1252"))
    assert (found.name, found.sure) == ("windows-1252", True)


def test_a_mixture_of_encodings_is_refused_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refused:
        read(tmp_path / "mixed.csv", HEBREW.encode() + "חיפה,5\n".encode("windows-1255"))
    assert (refused.value.code, refused.value.params["line"]) == ("file_mixed_encodings", 5)


def test_a_wrong_answer_about_the_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refused:
        read(tmp_path / "wrong.csv", HEBREW.encode("windows-1255"), encoding="utf-8")
    assert (refused.value.code, refused.value.params["line"]) == ("file_wrong_encoding", 1)
    with pytest.raises(FileRefused):
        read(tmp_path / "wrong.csv", b"a,b\n", encoding="zlib")


@pytest.mark.parametrize(
    "text",
    [
        HEBREW.encode().decode("latin-1"),
        ARABIC.encode().decode("latin-1"),
        "élève".encode().decode("latin-1"),
        HEBREW.encode("windows-1255").decode("latin-1"),
        ARABIC.encode("windows-1256").decode("latin-1"),
        HEBREW.encode("windows-1255").decode("windows-1256"),
        "???? ?????",
        "caf\ufffd",
    ],
)
def test_text_that_was_garbled_before_it_came_is_named(tmp_path: Path, text: str) -> None:
    assert garbled(text)
    book = read(tmp_path / "garbled.csv", ("a,b\n,2\n" + text.replace(",", ";") + "\n").encode(), delimiter=",")
    assert [finding.code for finding in book.findings] == ["garbled_text"]


@pytest.mark.parametrize(
    "text", [HEBREW, ARABIC, FRENCH, GERMAN, "Really??", "naïve café, 25 m² × 3, ½ – “yes”", "créées"]
)
def test_good_text_is_not_called_garbled(text: str) -> None:
    assert garbled(text) == ""


@pytest.mark.parametrize(
    ("content", "delimiter", "rows"),
    [
        ("a;b\n1,5;2,25\n", ";", [["a", "b"], ["1,5", "2,25"]]),
        ("a\tb c, d\n1\t2\n", "\t", [["a", "b c, d"], ["1", "2"]]),
        ("name,n\n\"Acre, North\",5\n", ",", [["name", "n"], ["Acre, North", "5"]]),
        ("one\ntwo\n", ",", [["one"], ["two"]]),
        ("sep=;\na;b\n1;2\n", ";", [[], ["a", "b"], ["1", "2"]]),
        ("title; only\n\na,b,c\n1,2,3\n", ",", [["title; only"], [], ["a", "b", "c"], ["1", "2", "3"]]),
    ],
)  # fmt: skip
def test_delimiters_are_found_by_what_cuts_the_rows_evenly(
    tmp_path: Path, content: str, delimiter: str, rows: list[list[str]]
) -> None:
    book = read(tmp_path / "cut.csv", content.encode())
    assert book.delimiter == delimiter
    assert book.sheets[0].rows == rows


def test_line_ends_of_all_kinds_and_quoted_ones(tmp_path: Path) -> None:
    content = b'a,b\r1,"two\r\nlines"\r\n3,4\n\n5,6'
    rows = read(tmp_path / "ends.csv", content).sheets[0].rows
    assert rows == [["a", "b"], ["1", "two\nlines"], ["3", "4"], [], ["5", "6"]]


def test_values_of_text_files_stay_as_they_were_typed(tmp_path: Path) -> None:
    typed = ["1_000", "٣٫٥", "−5", "12%", "=1+1", "007", " padded ", "NaN"]
    rows = read(tmp_path / "typed.tsv", ("\t".join(typed) + "\n").encode()).sheets[0].rows
    assert rows == [typed]


def test_tidy_rows_stream_with_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "tidy.csv"
    path.write_bytes('\ufeffplace,value\nחיפה,5\r\n\n"a\nb",6\n'.encode())
    assert list(open_tidy_rows(path)) == [(0, ["place", "value"]), (1, ["חיפה", "5"]), (2, []), (3, ["a\nb", "6"])]


def test_tidy_rows_cost_the_same_memory_at_any_length(tmp_path: Path) -> None:
    path = tmp_path / "tidy.csv"
    path.write_text("place,value,unit,status\n" + "Haifa,123,percent,approved\n" * 100_000)
    tracemalloc.start()
    try:
        assert sum(1 for _ in open_tidy_rows(path)) == 100_001
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a,b\n" * 400_000 + b"\xe4\xe9\xe3,1\n", "file_wrong_encoding"),
        (b"a,b\n" + b"x" * 2_000_000 + b"\n", "file_line_too_long"),
        (b"a,b\n\x00\x00\x00\n", "file_unknown_type"),
        ("n,name\n1,הוד\n".encode("windows-1255"), "file_unknown_encoding"),
    ],
)
def test_tidy_rows_refuse_what_they_cannot_read(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "tidy.csv"
    path.write_bytes(content)
    with pytest.raises(FileRefused) as refused:
        for _ in open_tidy_rows(path):
            pass
    assert refused.value.code == code
    assert "“tidy.csv”" in str(refused.value)
