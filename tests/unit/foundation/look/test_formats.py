"""Figures, dates and texts as a reader of each language gets them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import engines
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from shidra.foundation.look.formats import change_words, isolated_words, list_words, plain_words
from shidra.foundation.look.sentences import Sentence
from shidra.kernel.languages import Text
from shidra.kernel.quantities import Quantity, ValueState


def shown(source: str, language: str, **context: object) -> str:
    with translation.override(language):
        return engines["django"].from_string(source).render(context)


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_figures_are_grouped_and_isolated_in_western_digits(language: str) -> None:
    out = shown("{{ n|number }}", language, n=Decimal("1234567.5"))
    assert out == '<bdi class="figure">1,234,567.5</bdi>'


def test_zero_is_a_figure_and_silence_is_words() -> None:
    assert "0</bdi>" in shown("{{ n|number }}", "en", n=0)
    assert shown("{{ n|number }}", "en", n=None) == ""
    assert "not reported" in shown("{{ q|quantity }}", "en", q=None)
    assert "suppressed" in shown("{{ q|quantity }}", "en", q=Quantity(ValueState.SUPPRESSED, None))
    assert "not applicable" in shown("{{ q|quantity }}", "en", q=Quantity(ValueState.NOT_APPLICABLE, None))
    assert shown("{{ q|quantity }}", "en", q=Quantity(ValueState.REPORTED, Decimal(0))) == '<bdi class="figure">0</bdi>'


def test_a_percentage_keeps_its_sign() -> None:
    assert "12.5%" in shown("{{ q|quantity }}", "en", q=Quantity(ValueState.REPORTED, Decimal("12.5"), is_percent=True))
    assert "12.5%" in shown('{{ q|quantity:"%" }}', "en", q=Decimal("12.5"))
    assert "12.5%" in shown("{{ q|percent:1 }}", "en", q=12.5)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "14 March 2026"), ("he", "14 במרץ 2026"), ("ar", "14 آذار 2026")]
)
def test_a_day_has_its_month_in_words(language: str, words: str) -> None:
    assert shown("{{ d|day }}", language, d=date(2026, 3, 14)) == f'<time datetime="2026-03-14">{words}</time>'


def test_a_moment_is_told_in_the_time_zone_of_the_page() -> None:
    out = shown("{{ d|moment }}", "en", d=datetime(2026, 1, 14, 23, 30, tzinfo=UTC))
    assert "15 January 2026, 01:30" in out  # Jerusalem is two hours ahead, on the next day


def test_a_period_is_taken_as_a_value_or_as_its_code() -> None:
    assert "2021" in shown("{{ p|period }}", "en", p="2021")
    with pytest.raises(Exception):  # noqa: B017  a code of nothing is a mistake, not an empty place
        shown("{{ p|period }}", "en", p="never")


def test_a_text_in_another_language_carries_its_direction_and_a_note() -> None:
    text = Text({"he": "שלום"})
    assert shown("{{ t|pick }}", "he", t=text) == "שלום"
    out = shown("{{ t|pick }}", "en", t=text)
    assert 'lang="he" dir="rtl">שלום</span>' in out
    assert "(in Hebrew)" in out
    assert shown("{{ t|pick_plain }}", "en", t=text) == "שלום"


def test_what_people_typed_is_escaped_and_isolated() -> None:
    for source in ("{{ t|pick }}", "{{ t|isolated }}", "{% words_between ts %}"):
        out = shown(source, "en", t="<script>", ts=["<script>"])
        assert out == "<bdi>&lt;script&gt;</bdi>"
    assert "<script>" not in shown("{{ t|pick }}", "en", t=Text({"he": "<script>", "ar": "x"}))


@pytest.mark.parametrize(("language", "words"), [("en", "a, b"), ("he", "a, b"), ("ar", "a، b")])
def test_names_in_a_list_stand_between_commas_of_the_language(language: str, words: str) -> None:
    with translation.override(language):
        assert list_words(["a", "b"]) == words
    assert shown("a{% comma %}b", language) == words
    assert shown("{% words_between n %}", language, n=["a", "b"]).replace("<bdi>", "").replace("</bdi>", "") == words


def test_a_change_has_its_sign_unless_it_rounds_to_nothing() -> None:
    with translation.override("en"):
        assert change_words(Decimal("3.24"), 1) == "+3.2"
        assert change_words(Decimal("-0.4"), 0) == "0"
        assert change_words(Decimal(-1200)) == "-1,200"
    with translation.override("he"):
        assert change_words(Decimal(5)).lstrip("\u200e") == "+5"


def test_plain_is_one_line_without_characters_that_turn_others_round() -> None:
    assert plain_words("  one\n two\t\x00three ") == "one two three"
    assert plain_words("a\u202eb\u2069c\ue000d") == "a b c d"
    assert plain_words("\u2068بالتيمور\u2069، الولايات") == "بالتيمور، الولايات"  # no blank before the comma
    assert plain_words("שלום \u200fעולם") == "שלום \u200fעולם"  # a mark of direction turns nothing else


def test_plain_cuts_between_words_and_says_so() -> None:
    assert plain_words("one two three four", 12) == "one two…"
    assert plain_words("one two", 7) == "one two"
    assert plain_words("x" * 50, 10) == "x" * 10 + "…"


@given(st.text(), st.integers(min_value=1, max_value=80))
def test_plain_never_gets_longer_than_asked(text: str, most: int) -> None:
    made = plain_words(text, most)
    assert len(made.replace("\u200b", "")) <= most + 1
    assert not any(len(word) > 34 for word in made.replace("\u200b", " ").split())


def test_runs_of_a_sentence_keep_its_words_apart() -> None:
    sentence = Sentence("From %(before)s to %(group)s, 100%%", {"before": "−12\ue000%", "group": "a\u2069b"})
    assert sentence.runs == [("From ", False), ("\u2068−12 %\u2069", True), (" to \u2068a b\u2069, 100%", False)]
    assert Sentence("100%").runs == [("100%", False)]
    assert isolated_words("") == ""
