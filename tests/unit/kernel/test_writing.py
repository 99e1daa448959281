from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shidra.kernel.writing import folded

SAME = {
    "case": ("Cincinnati", "CINCINNATI"),
    "accents": ("São Tomé", "sao tome"),
    "letters that no accent makes": ("Łódź Ærø Đakovo", "lodz aero dakovo"),
    "sharp s": ("Straße", "STRASSE"),
    "ligature": ("ﬁeld", "field"),
    "dotted capital": ("İstanbul", "istanbul"),
    "dotless letter": ("Diyarbakır", "Diyarbakir"),
    "width": ("Ｔｏｋｙｏ", "tokyo"),
    "Hebrew points": ("יְרוּשָׁלַיִם", "ירושלים"),
    "Hebrew presentation forms": ("שׁלום", "שלום"),
    "maqaf": ("תל־אביב", "תל אביב"),
    "hyphen": ("תל-אביב", "תל אביב"),
    "dash": ("2019–2020", "2019 2020"),
    "gershayim": ("ארה״ב", "ארהב"),
    "quote for gershayim": ('ארה"ב', "ארהב"),
    "geresh": ("ג׳ת", "ג'ת"),
    "apostrophe": ("O’Brien", "O'Brien"),
    "vowel signs": ("القُدْس", "القدس"),
    "tatweel": ("القـــدس", "القدس"),
    "alef": ("أُمّ الفحم", "ام الفحم"),
    "alef below": ("إعبلين", "اعبلين"),
    "alef with madda": ("آسيا", "اسيا"),
    "alef wasla": ("ٱلناصرة", "الناصرة"),
    "ya": ("مصطفى", "مصطفي"),
    "ta marbuta": ("الناصرة", "الناصره"),
    "hamza on ya": ("بئر السبع", "بير السبع"),
    "hamza on waw": ("مؤتمر", "موتمر"),
    "hamza alone": ("سماء", "سما"),
    "Persian letters": ("کی", "كي"),
    "Arabic forms": ("ﻻ", "لا"),
    "Arabic digits": ("١٢٣", "123"),
    "Persian digits": ("۱۲۳", "123"),
    "no-break space": ("New\u00a0York", "new york"),
    "marks of direction": ("\u200fחיפה\u200e", "חיפה"),
    "comma": ("Cincinnati, OH", "cincinnati oh"),
    "Arabic comma": ("حيفا، إسرائيل", "حيفا اسراييل"),
}
OTHER = {
    "another letter": ("חיפה", "יפה"),
    "ha and het": ("هيفا", "حيفا"),
    "ayin is no hamza": ("عرب", "ارب"),
    "one word is not two": ("Newport", "New port"),
    "Hindi vowels tell": ("कि", "कु"),
    "Japanese voicing tells": ("ガ", "カ"),
    "Thai vowels tell": ("กุ", "กู"),
    "digits": ("2020", "2021"),
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_the_same_word_however_it_is_typed(one: str, other: str) -> None:
    assert folded(one) == folded(other)
    assert folded(one)


@pytest.mark.parametrize(("one", "other"), OTHER.values(), ids=OTHER)
def test_other_words_stay_apart(one: str, other: str) -> None:
    assert folded(one) != folded(other)


def test_words_stand_one_space_apart() -> None:
    assert folded("  (Greater)  Cincinnati—Dayton;\tOhio. ") == "greater cincinnati dayton ohio"
    assert folded(" – ") == ""


@given(st.text())
@example("ΐ ŉ ǰ Σς")
@example("ℌ ½ ﷺ")
def test_folding_twice_changes_nothing(text: str) -> None:
    once = folded(text)
    assert folded(once) == once
    assert once == " ".join(once.split())
