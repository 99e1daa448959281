"""What people typed, made ready for a sheet; and a sheet that sees nothing but its data."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

from shidra.foundation.look.sentences import Sentence
from shidra.foundation.look.typesetting import isolated, plain, typeset

AT = datetime(2026, 3, 14, tzinfo=UTC)


def test_plain_is_one_line_without_characters_that_turn_others_round() -> None:
    assert plain("  one\n two\t\x00three ") == "one two three"
    assert plain("a\u202eb\u2069c\ue000d") == "a b c d"
    assert plain("שלום \u200fעולם") == "שלום \u200fעולם"  # a mark of direction turns nothing else


def test_plain_cuts_between_words_and_says_so() -> None:
    assert plain("one two three four", 12) == "one two…"
    assert plain("one two", 7) == "one two"
    assert plain("x" * 50, 10) == "x" * 10 + "…"


@given(st.text(), st.integers(min_value=1, max_value=80))
def test_plain_never_gets_longer_than_asked(text: str, most: int) -> None:
    made = plain(text, most)
    assert len(made.replace("\u200b", "")) <= most + 1
    assert not any(len(word) > 34 for word in made.replace("\u200b", " ").split())


def test_runs_of_a_sentence_keep_its_words_apart() -> None:
    sentence = Sentence("From %(before)s to %(group)s, 100%%", {"before": "−12\ue000%", "group": "a\u2069b"})
    assert sentence.runs == [("From ", False), ("\u2068−12 %\u2069", True), (" to \u2068a b\u2069, 100%", False)]
    assert Sentence("100%").runs == [("100%", False)]
    assert isolated("") == ""


@pytest.mark.parametrize(
    "source", ['#read("/etc/passwd")', '#read("../secret")', '#include "other.typ"', '#import "@preview/cetz:0.2.0": *']
)
def test_a_sheet_reads_no_file_and_fetches_nothing(source: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    sheet = tmp_path / "sheet.typ"
    sheet.write_text(source)
    with pytest.raises(typst.TypstError):
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
    with pytest.raises(ValueError, match="more than one page"):
        typeset(sheet, {}, "png", AT)
