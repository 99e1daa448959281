"""Texts in several languages, and which way they run."""

from __future__ import annotations

import pytest

from shidra.kernel.languages import LANGUAGES, Picked, Text, direction, language_of_script, languages_left_behind


def test_direction() -> None:
    assert [direction(language) for language in LANGUAGES] == ["rtl", "rtl", "ltr"]
    assert direction("he-IL") == direction("ar_EG") == "rtl"
    assert direction("") == "ltr"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("שלום", "he"),
        ("سلام", "ar"),
        ("Hello", "en"),
        ("עמותת ABC לנוער", "he"),
        ("2021 - 5", ""),
        ("", ""),
        ("привет", ""),
    ],
)
def test_language_of_script(text: str, language: str) -> None:
    assert language_of_script(text) == language


def test_the_readers_own_language_comes_first() -> None:
    name = Text({"he": "נוער", "ar": "شباب", "en": "Youth"})
    assert name.pick("ar", original="he") == Picked("شباب", "ar", "rtl", is_original=False)
    assert name.pick("he", original="he") == Picked("נוער", "he", "rtl", is_original=True)
    assert name.pick("en-gb").text == "Youth"


def test_without_it_the_original_then_what_the_reader_most_likely_reads() -> None:
    name = Text({"he": "נוער", "en": "Youth"})
    assert name.pick("ar", original="en") == Picked("Youth", "en", "ltr", is_original=True)
    assert name.pick("ar").language == "he"
    assert Text({"ar": "شباب", "en": "Youth"}).pick("he").language == "en"
    assert Text({"fr": "Jeunes"}).pick("he") == Picked("Jeunes", "fr", "ltr", is_original=True)


def test_blank_texts_are_no_texts() -> None:
    name = Text({"he": "  ", "en": "", "ar": "شباب"})
    assert name.languages == ("ar",)
    assert name.pick("he").text == "شباب"
    assert not Text({"he": " "})
    assert Text().pick("he") == Picked("", "he", "rtl", is_original=False)
    assert Text({"en": "a", "he": ""}) == Text({"en": "a"})
    assert len({Text({"en": "a"}), Text({"en": "a"})}) == 1


@pytest.mark.parametrize(
    ("versions", "behind"),
    [
        ([], ()),
        ([{"en": "A", "he": "א"}], ()),
        ([{"en": "A", "he": "א"}, {"en": "A", "he": "א"}], ()),
        ([{"en": "A", "he": "א", "ar": "ا"}, {"en": "B", "he": "א", "ar": "ا"}], ("ar", "he")),
        ([{"en": "A", "he": "א"}, {"en": "B", "he": "ב"}], ()),
        ([{"en": "A", "he": "א"}, {"en": "B", "he": "א"}, {"en": "B", "he": "א"}], ("he",)),  # and stays behind
        ([{"en": "A", "he": "א"}, {"en": "B", "he": "א"}, {"en": "B", "he": "ב"}], ()),  # until it catches up
        ([{"en": "A"}, {"en": "A", "he": "א"}], ()),  # a translation is added
        ([{"en": "A", "he": "א"}, {"en": "B", "he": ""}], ()),  # nothing is there that could be older
        ([{"en": "A", "he": "א"}, {"en": "B", "he": "א"}, {"en": "C", "he": "ב"}, {"en": "C", "he": "ג"}], ("en",)),
    ],
)
def test_languages_left_behind(versions: list[dict[str, str]], behind: tuple[str, ...]) -> None:
    assert languages_left_behind(versions) == behind
