"""A sheet that sees nothing but its data, within limits."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from shidra.foundation.typesetting.setting import SettingFailed, typeset

AT = datetime(2026, 3, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    "source", ['#read("/etc/passwd")', '#read("../secret")', '#include "other.typ"', '#import "@preview/cetz:0.2.0": *']
)
def test_a_sheet_reads_no_file_and_fetches_nothing(source: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    sheet = tmp_path / "sheet.typ"
    sheet.write_text(source)
    with pytest.raises(SettingFailed):
        typeset(sheet, {}, "svg", AT)


def test_data_are_words_never_markup(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.typ"
    sheet.write_text('#set document(title: "t")\n#let d = json(bytes(sys.inputs.data))\n#d.words')
    made = typeset(sheet, {"words": '#panic("out") #read("/etc/passwd") $ [ *'}, "pdf", AT)
    assert made.startswith(b"%PDF")
    assert made == typeset(sheet, {"words": '#panic("out") #read("/etc/passwd") $ [ *'}, "pdf", AT)


def test_more_than_one_page_is_a_fault(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.typ"
    sheet.write_text("a #pagebreak() b")
    with pytest.raises(SettingFailed, match="more than one page"):
        typeset(sheet, {}, "png", AT)


def test_a_sheet_that_takes_too_much_is_stopped(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.typ"
    sheet.write_text('#let a = "xxxxxxxx"\n#for i in range(40) { a = a + a }\n#a.len()')
    with pytest.raises(SettingFailed):
        typeset(sheet, {}, "svg", AT)
    sheet.write_text("#let n = 0\n#for i in range(40000000) { n = n + calc.rem(i, 7) }\n#n")
    with pytest.raises(SettingFailed):
        typeset(sheet, {}, "svg", AT, seconds=1)
