from __future__ import annotations

import pytest

from shidra.foundation.places.countries import countries, country, country_named, region_name
from shidra.kernel.writing import folded

SAID = {
    "USA": "US", "usa": "US", "U.S.": "US", "us": "US", "United States": "US", "united states of america": "US",
    "ארה״ב": "US", 'ארה"ב': "US", "ארצות הברית": "US", "الولايات المتحدة": "US", "الولايات المتحده": "US",
    "UK": "GB", "England": "GB", "scotland": "GB", "אנגליה": "GB", "بريطانيا": "GB",
    "Israel": "IL", "ישראל": "IL", "إسرائيل": "IL", "اسرائيل": "IL", "ISR": "IL",
    "Palestine": "PS", "فلسطين": "PS", "הרשות הפלסטינית": "PS", "State of Palestine": "PS",
    "Türkiye": "TR", "Turkey": "TR", "cote d'ivoire": "CI", "Côte d’Ivoire": "CI", "Holland": "NL",
    "Deutschland": "DE", "Czech Republic": "CZ", "Congo-Kinshasa": "CD", "Kosovo": "XK", "South Korea": "KR",
    "Georgia": "GE", "Viet Nam": "VN", "Bolivia (Plurinational State of)": "BO",
}  # fmt: skip


@pytest.mark.parametrize(("text", "code"), SAID.items(), ids=SAID)
def test_a_country_is_known_by_what_people_call_it(text: str, code: str) -> None:
    found = country_named(text)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("text", ["", " ", "Ohio", "national", "Atlantis", "ZZ", "חיפה", "global, no single place"])
def test_what_is_no_country_is_none(text: str) -> None:
    assert country_named(text) is None


def test_every_country_is_known_by_each_of_its_names_and_codes() -> None:
    for one in countries():
        for name in (*one.names.values(), *one.other_names, one.code, one.alpha3):
            assert country_named(name) == one, name


def test_names_and_regions_in_three_languages() -> None:
    israel = country("IL")
    assert israel is not None
    assert israel.names == {"he": "ישראל", "ar": "إسرائيل", "en": "Israel"}
    assert israel.name("fr") == "Israël"
    assert israel.name("pt-BR") == "Israel"
    assert israel.name("xx") == "Israel"
    assert [region_name(israel.sub_region, language) for language in ("he", "ar", "en")] == [
        "מערב אסיה", "غرب آسيا", "Western Asia",
    ]  # fmt: skip
    assert region_name(israel.region, "en") == "Asia"
    assert country("il") is None
    assert country("ZZ") is None


def test_the_table_is_whole() -> None:
    table = countries()
    assert len(table) == 250
    assert len({one.alpha3 for one in table}) == 250
    for one in table:
        assert len(one.code) == 2
        assert all(folded(name) and name != one.code for name in one.names.values()), one.code
        latitude, longitude = one.point
        assert -90 <= latitude <= 90
        assert -180 <= longitude <= 180
        if one.code != "AQ":
            assert region_name(one.region, "he") != one.region
            assert region_name(one.sub_region, "ar") != one.sub_region
        if one.code != "XK":
            assert len(one.m49) == 3
        if one.box:
            west, south, east, north = one.box
            assert south < north
            assert south <= latitude <= north
            assert (west <= longitude <= east) if west < east else (longitude >= west or longitude <= east), one.code
    assert {one.code for one in table if one.box and one.box[0] > one.box[2]} == {"FJ", "NZ", "RU", "US"}
