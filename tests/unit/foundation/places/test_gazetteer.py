from __future__ import annotations

import gzip
import subprocess
import sys

import pytest

from shidra.foundation.places import gazetteer
from shidra.foundation.places.countries import country
from shidra.foundation.places.gazetteer import Ambiguous, Candidate, How, candidates, distance, match, place

# What is written, the country, and the point of the place that is certainly meant (from other sources than ours).
SURE = [
    ("Cincinnati, Ohio", "US", (39.10, -84.51)),
    ("cincinnati, oh", "US", (39.10, -84.51)),
    ("Portland, Maine", "US", (43.66, -70.26)),
    ("Portland, OR", None, (45.52, -122.68)),
    ("Washington, DC", "US", (38.91, -77.04)),
    ("St. Paul, MN", "US", (44.95, -93.09)),
    ("Greater Houston, Texas", "US", (29.76, -95.37)),
    ("National City, California", "US", (32.68, -117.10)),
    ("Atlanta, Georgia", None, (33.75, -84.39)),
    ("Tbilisi, Georgia", None, (41.72, 44.79)),
    ("Waterloo (Ontario)", "CA", (43.47, -80.52)),
    ("Sydney, Nova Scotia", "CA", (46.14, -60.19)),
    ("Sydney", "AU", (-33.87, 151.21)),
    ("Mount Druitt, Sydney", "AU", (-33.77, 150.82)),
    ("Birkenhead, Liverpool City Region", "GB", (53.39, -3.02)),
    ("Bogota", "CO", (4.61, -74.08)),
    ("eThekwini (Durban)", "ZA", (-29.86, 31.02)),
    ("Geneva", "CH", (46.20, 6.15)),
    ("Genève", "CH", (46.20, 6.15)),
    ("Haifa, Israel", None, (32.81, 34.99)),
    ("חיפה", "IL", (32.81, 34.99)),
    ("تل أبيب", "IL", (32.08, 34.78)),
    ("תל־אביב", "IL", (32.08, 34.78)),
    ("אום אל פחם", "IL", (32.52, 35.15)),
    ("ام الفحم", "IL", (32.52, 35.15)),
    ("الناصره", "IL", (32.70, 35.30)),
    ("יְרוּשָׁלַיִם", "IL", (31.77, 35.22)),
    ("באר שבע והסביבה", "IL", (31.25, 34.79)),
    ("نابلس", "PS", (32.22, 35.26)),
]
ASKED = {
    ("Portland", "US"), ("Springfield", "US"), ("Saint Louis", "US"), ("Washington", "US"), ("London", None),
    ("Dallas County, Texas", "US"), ("West London", "GB"), ("Minneapolis and Saint Paul, Minnesota", "US"),
    ("Cincinnati and Northern Kentucky", "US"), ("Essen, Ruhr region", "DE"), ("Indiana", "US"),
}  # fmt: skip
UNKNOWN = {
    ("", None), ("national", "IL"), ("national (over 180 local authorities)", "IL"), ("national network", "US"),
    ("Vermont (statewide)", "US"), ("Waterloo, Ontario (national network)", "CA"), ("global, no single place", None),
    ("ארצי", "IL"), ("قطري", "IL"), ("New York State", "US"), ("Missouri", "US"), ("Northeast Indiana", "US"),
    ("Northern Kentucky", "US"), ("Georgia", "US"), ("Haifa", "US"), ("Haifa, Canada", "IL"), ("Cincinnati, Texas", "US"),
    ("Bunkyo, Tokyo", "JP"), ("Nowhere at all", None), ("x" * 100_000, None), ("(((", None), ("\t\n,", "US"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "within", "point"), SURE, ids=[f"{text} {within}" for text, within, _ in SURE])
def test_a_place_is_found_where_it_lies(text: str, within: str | None, point: tuple[float, float]) -> None:
    found = match(text, within)
    assert isinstance(found, Candidate), found
    assert distance(found.point, point) < 10


@pytest.mark.parametrize(("text", "within"), sorted(ASKED, key=str))
def test_what_could_mean_another_is_asked(text: str, within: str | None) -> None:
    found = match(text, within)
    assert isinstance(found, Ambiguous), found
    assert list(found.candidates) == candidates(text, within)


@pytest.mark.parametrize(("text", "within"), sorted(UNKNOWN, key=str))
def test_what_tells_of_no_town_is_none(text: str, within: str | None) -> None:
    assert match(text, within) is None
    assert candidates(text, within) == []


def test_the_region_can_be_told_apart_from_the_text() -> None:
    told = match("Portland", "US", "Oregon")
    assert isinstance(told, Candidate)
    assert told == match("Portland", "US", "OR") == match("Portland, Oregon", "US")
    assert (told.region, told.region_name, told.told_region) == ("OR", "Oregon", True)
    assert match("Portland", "US", "Nevada") is None


def test_the_largest_comes_first_and_a_part_of_it_not_at_all() -> None:
    found = candidates("London")
    assert [one.country for one in found][:2] == ["GB", "CA"]
    assert len([one for one in found if one.country == "GB"]) == 1, "the City of London is in London"
    assert [one.population for one in found] == sorted((one.population for one in found), reverse=True)


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("Netanya", How.NAME),
        ("נתניה", How.NAME),
        ("City of Netanya", How.NAME),
        ("Natanya", How.OTHER_NAME),
        ("Greater Netanya", How.AREA),
        ("North Netanya", How.PART),
        ("Netanya district", How.COUNTY),
    ],
)
def test_it_says_how_the_text_tells_of_the_place(text: str, how: How) -> None:
    (found,) = candidates(text, "IL")
    assert found.names["he"] == "נתניה"
    assert found.how is how
    assert isinstance(match(text, "IL"), Ambiguous) is (how in (How.PART, How.COUNTY))


def test_an_old_name_is_asked_about() -> None:
    found = match("Portland, Ohio", "US")
    assert isinstance(found, Ambiguous)
    assert [one.names["en"] for one in found.candidates] == ["Sandusky"]


def test_names_in_three_languages() -> None:
    for id_, names in {
        281184: {"en": "Jerusalem", "he": "ירושלים", "ar": "القدس"},
        294098: {"en": "Nazareth", "he": "נצרת", "ar": "الناصرة"},
    }.items():
        found = place(id_)
        assert found is not None
        assert found.names == names
    assert place(1) is None


# As newspapers in Israel and in the Arab world write them (GeoNames ids): the source has Yiddish, Persian or Urdu spellings
# beside these, or lost the geresh, or has none.
WRITTEN = {
    3128760: {"he": "ברצלונה", "ar": "برشلونة"},
    2886242: {"he": "קלן"},
    1273294: {"he": "דלהי", "ar": "دلهي"},
    2172517: {"he": "קנברה"},
    3094802: {"he": "קרקוב"},
    2661604: {"he": "באזל"},
    2747891: {"he": "רוטרדם"},
    3176959: {"he": "פירנצה"},
    4560349: {"he": "פילדלפיה"},
    4347778: {"he": "בולטימור"},
    2648579: {"he": "גלזגו", "ar": "غلاسكو"},
    5391959: {"he": "סן פרנסיסקו", "ar": "سان فرانسيسكو"},
    5392171: {"ar": "سان خوسيه"},
    5145215: {"he": "יונקרס"},
    2660646: {"he": "ז׳נבה"},
    4140963: {"he": "וושינגטון", "ar": "واشنطن"},
    1264527: {"he": "צ׳נאי"},
    710719: {"he": "צ׳רנוביץ"},
    105343: {"he": "ג׳דה"},
    361058: {"he": "אלכסנדריה", "ar": "الإسكندرية"},
    5368361: {"he": "לוס אנג׳לס", "ar": "لوس أنجلوس"},
    250441: {"he": "עמאן"},
    1581130: {"ar": "هانوي"},
    281184: {"he": "ירושלים", "ar": "القدس"},
}


@pytest.mark.parametrize("id_", sorted(WRITTEN))
def test_names_are_those_in_use(id_: int) -> None:
    found = place(id_)
    assert found is not None
    assert {language: found.names.get(language) for language in WRITTEN[id_]} == WRITTEN[id_]


def test_a_place_with_a_yiddish_name_only_is_shown_in_latin_and_still_found_by_it() -> None:
    (passaic,) = candidates("פאסעיק")
    assert passaic.names == {"en": "Passaic"}
    assert 3128760 in {one.id for one in candidates("בארצעלאנע")}


def test_no_hebrew_name_is_spelled_the_yiddish_way() -> None:
    for line in gazetteer._unpacked("places").decode().splitlines():
        _, code, *_, hebrew, arabic = line.split("\t")
        assert not set(hebrew) & set("װױײ'\u05b7\u05b8\u05bf"), hebrew
        assert not any(letters in hebrew for letters in ("דזש", "זש")), hebrew
        assert code in ("IL", "PS") or not hebrew.endswith("ע") or arabic.endswith("ع"), hebrew
        assert not arabic.startswith("ئ"), arabic


def test_the_gazetteer_is_whole() -> None:
    lines = gazetteer._unpacked("places").decode().splitlines()
    assert len(lines) > 60_000
    ids = [line.split("\t", 1)[0] for line in lines]
    assert ids == sorted(set(ids))
    named = 0
    for line in lines:
        _, code, _, latitude, longitude, population, name, hebrew, arabic = line.split("\t")
        assert country(code), code
        assert -90 <= float(latitude) <= 90
        assert -180 <= float(longitude) <= 180
        assert int(population) >= 0
        assert name
        assert not set(hebrew) & set("abcdefghijklmnopqrstuvwxyz")
        assert not set(arabic) & set("پچژگکیٹڈڑںہھےۇۋېەێۆ")
        named += bool(hebrew and arabic)
    assert named > 3_000
    keys = [line.split(b"\t", 1)[0] for line in gazetteer._unpacked("names").splitlines()]
    assert keys == sorted(set(keys)), "searched by halving"
    known = set(ids)
    for line in gazetteer._unpacked("names").decode().splitlines():
        assert {id_ for ids in line.split("\t")[1:] for id_ in ids.split(",") if id_} <= known


def test_it_is_small_and_loads_only_when_asked() -> None:
    packed = sum(path.stat().st_size for path in gazetteer._DATA.glob("*.gz"))
    assert packed <= 4 * 1024 * 1024
    assert len(gzip.decompress((gazetteer._DATA / "regions.tsv.gz").read_bytes())) < 100_000
    program = (
        "from shidra.foundation.places import gazetteer as g; "
        "assert not g._unpacked.cache_info().currsize; g.match('Haifa', 'IL'); assert g._unpacked.cache_info().currsize"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
