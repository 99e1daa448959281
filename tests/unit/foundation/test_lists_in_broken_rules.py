"""Several names in a message of a broken rule stand by the comma of the reader's language."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from shidra.conditions.shared_measurement.codebook import WordAmbiguous, WordUnknown
from shidra.foundation.look.broken_rules import words_of
from shidra.foundation.look.formats import comma
from shidra.foundation.spreadsheets.delivery import column_spans, row_spans
from shidra.kernel.errors import RuleBroken


@pytest.mark.parametrize("language", ["en", "he", "ar"])
def test_names_by_the_comma_of_the_reader(language: str) -> None:
    broken = WordAmbiguous("indicator", "ready", iter(["ready-again", "third"]))
    with override(language):
        assert f"ready-again{comma()}third" in words_of(broken)
        assert (comma() == ", ") is (language != "ar")
        inner = RuleBroken("outer", "Line 3: %(problem)s", problem=WordUnknown("indicator", "x", ["a", "b", "c"]))
        assert comma().join("abc") in words_of(inner)


def test_a_log_reads_them_in_english() -> None:
    assert "ready-again, third" in str(WordAmbiguous("indicator", "ready", ["ready-again", "third"]))
    assert str(RuleBroken("one", "100 % of it")) == "100 % of it"


def test_spans_are_names_in_a_list() -> None:
    assert row_spans({2, 6, 7, 8}) == ["3", "7-9"]
    assert column_spans({0, 2, 3}) == ["A", "C-D"]
    assert column_spans(range(0, 60, 2))[-1] == "…"
