"""The atlas's page and what its map fetches: the same answer in three views, for strangers, in three languages."""

from __future__ import annotations

import json
import math
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from shidra.commons.atlas.models import Edition, Listing
from shidra.commons.atlas.queries.filters import Filter
from shidra.commons.atlas.queries.index import index
from shidra.commons.atlas.usecases.keep_listing import change_listing, enter_listings, withdraw_listing
from shidra.commons.atlas.web.atlas_picture import MAP_HEIGHT, WIDTH, picture_data
from shidra.commons.atlas.web.map import A_DEGREE
from shidra.foundation.places.countries import country
from shidra.foundation.places.drawn_map import Projection
from shidra.kernel import clock
from tests.atlas import HAIFA, content, listing
from tests.world import World, signed_in

pytestmark = pytest.mark.django_db
CINCINNATI = {
    "kind": "point",
    "country": "US",
    "names": {"en": "Cincinnati"},
    "latitude": "39.10",
    "longitude": "-84.51",
}
NAIROBI = {"kind": "point", "country": "KE", "names": {"en": "Nairobi"}, "latitude": "-1.29", "longitude": "36.82"}
KENYA, WORLD = {"kind": "national", "country": "KE"}, {"kind": "global"}


def atlas(client: Client, query: str = "", language: str = "en") -> str:
    answer = client.get(f"/{language}/atlas/{query}")
    assert answer.status_code == 200
    return answer.text


def names(page: str) -> list[str]:
    """What the list shows, in its order."""
    shown = page.split('id="atlas-list"')[1].split("</section>")[0]
    return [re.sub(r"<small.*?</small>|<[^>]+>", "", one).strip() for one in re.findall(r"<h3>(.*?)</h3>", shown)]


def marks(client: Client, query: str = "zoom=2", language: str = "en") -> dict[str, Any]:
    answer = client.get(f"/{language}/atlas/map.json?{query}")
    assert answer.status_code == 200
    told: dict[str, Any] = json.loads(answer.content)
    return told


@pytest.fixture
def five() -> dict[str, Listing]:
    today = clock.today()
    fresh = {"verified_on": today - timedelta(days=30), "verified_by": "keeper"}
    old = {"verified_on": date(2024, 3, 4), "verified_by": "editor"}
    backbone = {"names": {"en": "KnowledgeWorks"}, "part": "backbone", "backbone_kind": "dedicated"}
    return {
        "strive": listing("StrivePartnership", places=[CINCINNATI], fields=["education"], status="active", started="2006",
                          parts=[backbone], languages=["en"], columns=fresh),
        "agenda": listing("Agenda 360", places=[CINCINNATI], fields=["economic_development"], status="closed",
                          started="2009", ended="2019-05", columns=old),
        "haifa": listing("Haifa together", names={"en": "Haifa together", "he": "חיפה ביחד", "ar": "حيفا معًا"},
                         places=[HAIFA], fields=["education", "inclusion"], languages=["he", "ar"],
                         columns={"origin": "published"}),
        "kenya": listing("Tusome", places=[KENYA, NAIROBI], fields=["education"], status="active"),
        "world": listing("GAIN", places=[WORLD], fields=["nutrition"]),
    }  # fmt: skip


# --- The page ---------------------------------------------------------------------------------------------------


def test_it_says_so_what(client: Client, five: dict[str, Listing]) -> None:
    page = atlas(client)
    assert "The atlas knows 5 initiatives of collective impact. They work in 3 countries." in page
    assert "1 of them was confirmed in the last year." in page
    assert "3 of 5 initiatives match." in atlas(client, "?field=education")


def test_views_are_of_the_same_answer(client: Client, five: dict[str, Listing]) -> None:
    wanted = ["Haifa together", "StrivePartnership", "Tusome"]
    assert names(atlas(client, "?field=education")) == wanted
    assert names(atlas(client, "?field=education&view=list")) == wanted
    table = atlas(client, "?field=education&view=table")
    assert re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', table) == wanted
    assert "KnowledgeWorks" in table
    assert 'id="atlas-map"' in atlas(client)
    assert 'id="atlas-map"' not in table


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("?country=US", ["Agenda 360", "StrivePartnership"]),
        ("?country=US&country=IL", ["Agenda 360", "Haifa together", "StrivePartnership"]),
        ("?country=US&status=closed", ["Agenda 360"]),
        ("?backbone=dedicated", ["StrivePartnership"]),
        ("?language=ar", ["Haifa together"]),
        ("?where=national&where=global", ["GAIN", "Tusome"]),
        ("?q=חיפה", ["Haifa together"]),
        ("?q=knowledgeworks", ["StrivePartnership"]),
        ("?in=34,32,36,34", ["Haifa together"]),
        ("?field=no_such_field&country=xx", ["Agenda 360", "GAIN", "Haifa together", "StrivePartnership", "Tusome"]),
        ("?order=start&status=active&status=closed", ["Agenda 360", "StrivePartnership", "Tusome"]),
        ("?q=nothing+like+this", []),
    ],
)
def test_filters(client: Client, five: dict[str, Listing], query: str, wanted: list[str]) -> None:
    page = atlas(client, query)
    assert names(page) == wanted
    assert f'data-matching="{len(wanted)} initiative' in page


def choices(page: str, name: str) -> dict[str, tuple[str, bool]]:
    found = re.findall(
        rf'name="{name}" value="([^"]+)"( checked)?><span>[^<]*</span> <bdi class="figure">(\d+)</bdi>', page
    )
    return {value: (count, bool(checked)) for value, checked, count in found}


def test_counts_beside_values_tell_what_choosing_would_find(client: Client, five: dict[str, Listing]) -> None:
    fields = choices(atlas(client), "field")
    assert fields["education"] == ("3", False)
    assert fields["nutrition"] == ("1", False)
    assert "health" not in fields
    page = atlas(client, "?field=nutrition")
    assert choices(page, "field")["education"] == ("3", False)  # of the same filter: another value adds
    assert choices(page, "field")["nutrition"] == ("1", True)
    assert choices(page, "country") == {}
    page = atlas(client, "?country=US")
    assert choices(page, "field") == {"education": ("1", False), "economic_development": ("1", False)}
    assert choices(page, "country") == {"US": ("2", True), "IL": ("1", False), "KE": ("1", False)}


def test_each_chosen_value_can_be_taken_away(client: Client, five: dict[str, Listing]) -> None:
    page = atlas(client, "?q=a&field=education&field=inclusion&country=IL&in=34,32,36,34&view=list&order=newest")
    chips = re.findall(r'<li><a href="([^"]+)"><span class="vh">Take away:', page)
    assert len(chips) == 5
    for chip in chips:
        assert "view=list" in chip
        assert "order=newest" in chip
    left = [Filter.read(Client().get(f"/en/atlas/{chip.replace('&amp;', '&')}").wsgi_request.GET) for chip in chips]
    whole = Filter.read(
        Client().get("/en/atlas/?q=a&field=education&field=inclusion&country=IL&in=34,32,36,34").wsgi_request.GET
    )
    assert {len(one.pairs()) for one in left} == {len(whole.pairs()) - 1}
    assert len(set(left)) == 5


def test_countries_and_what_has_no_point(client: Client, five: dict[str, Listing]) -> None:
    page = atlas(client)
    summaries = page.split('id="atlas-countries"')[1]
    assert summaries.index("United States") < summaries.index("Israel") < summaries.index("Kenya")
    assert 'href="?country=KE"' in summaries
    assert "in the whole country" in summaries
    assert "1 initiative works worldwide" in page
    assert 'href="?where=global"' in page
    assert "works worldwide" not in atlas(client, "?where=local")


def test_how_true_it_is_known_to_be(client: Client, five: dict[str, Listing]) -> None:
    page = atlas(client)
    assert "Last confirmed March 2024" in page
    assert "Compiled from publications, not yet confirmed" in page
    strive = page.split("StrivePartnership")[1].split("</li>")[0]
    assert f"Confirmed {clock.today() - timedelta(days=30):%B %Y}" in strive
    stale = re.findall(r'<li class="stale"><h3><a[^>]+>([^<]+)', page)
    assert "StrivePartnership" not in stale
    assert "Agenda 360" in stale


def test_in_the_readers_language(client: Client, five: dict[str, Listing]) -> None:
    assert "חיפה ביחד" in names(atlas(client, language="he"))
    arabic = atlas(client, "?country=IL", language="ar")
    assert 'dir="rtl"' in arabic
    assert "حيفا معًا" in arabic
    assert "إسرائيل" in arabic
    english = atlas(client, "?country=US", language="he")
    assert '<span class="original" lang="en" dir="ltr">Agenda 360</span>' in english


def test_what_people_typed_does_no_harm(client: Client) -> None:
    listing("<script>alert(1)</script> & 'so'", places=[HAIFA])
    page = atlas(client, "?q=%22><script>alert(2)</script>")
    assert "<script>alert" not in page
    assert "<script>alert" not in atlas(client)
    [mark] = marks(client)["marks"]
    assert "alert(1)" in mark[3]  # JSON, and set as an attribute
    here = client.get("/en/atlas/here/", {"initiative": mark[5]})
    assert "<script>alert" not in here.text


def test_pages_of_the_list(client: Client) -> None:
    enter_listings(by=None, contents=[content(f"Number {at:03}", places=[HAIFA]) for at in range(30)])
    first, last = atlas(client, "?view=list"), atlas(client, "?view=list&page=2")
    assert names(first)[0] == "Number 000"
    assert names(last) == [f"Number {at:03}" for at in range(24, 30)]
    assert "page=2" in first
    assert names(atlas(client, "?view=list&page=99")) == names(last)


def test_the_table_as_a_file_has_all_that_is_asked_for(client: Client, five: dict[str, Listing]) -> None:
    answer = client.get("/en/atlas/?country=US&view=table&format=csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Initiative,Place,Field of action,Status")
    assert [line.split(",")[0] for line in lines[1:]] == ["Agenda 360", "StrivePartnership"]
    assert '"Cincinnati, United States"' in lines[1]
    assert "\u2068" not in answer.content.decode()
    assert client.get("/en/atlas/?format=xlsx").content[:2] == b"PK"
    assert client.get("/en/atlas/?format=exe").status_code == 404


@pytest.mark.parametrize("view", ["map", "list", "table"])
def test_what_is_asked_for_is_taken_along_from_every_view(client: Client, five: dict[str, Listing], view: str) -> None:
    page = atlas(client, f"?field=education&country=US&view={view}")
    line = page.split('id="atlas-files"')[1].split("</div>")[0]
    assert "Take this 1 initiative along:" in re.sub(r"<[^>]+>", "", line)
    addresses = [address.replace("&amp;", "&") for address in re.findall(r'href="([^"]+)"', line)]
    assert addresses == [
        "/atlas/initiatives.csv?field=education&country=US",
        "?field=education&country=US&view=table&format=xlsx",
        "/atlas/initiatives.geojson?field=education&country=US",
        "/atlas/initiatives.jsonld?field=education&country=US",
    ]
    for address in addresses:
        answer = client.get(address if address.startswith("/") else f"/en/atlas/{address}")
        assert answer.status_code == 200
        if address.startswith("/"):
            assert "StrivePartnership" in answer.text
            assert "Tusome" not in answer.text


def test_more_than_fits_a_file_is_fetched_in_pages(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shidra.commons.atlas.web.atlas.MOST_IN_A_FILE", 1)
    for name in ("One", "Other"):
        listing(name, fields=["health"])
    answer = client.get("/en/atlas/?field=health&format=xlsx")
    assert (answer.status_code, answer["Location"]) == (302, "/atlas/initiatives.csv?field=health")


def test_empty_and_nothing_found(client: Client) -> None:
    assert "The atlas is empty." in atlas(client)
    listing()
    assert "Nothing in the atlas matches all of this." in atlas(client, "?country=KE")


# --- What the map fetches ---------------------------------------------------------------------------------------


def test_marks_of_one_and_of_several(client: Client, five: dict[str, Listing]) -> None:
    told = marks(client)
    by_count = {mark[2]: mark for mark in told["marks"] if mark[2] > 1}
    cluster = by_count[2]
    assert cluster[3] == "2 initiatives near \u2068Cincinnati\u2069, United States"
    assert cluster[4] == [round(edge * A_DEGREE) for edge in (-84.51, 39.1, -84.51, 39.1)]
    singles = {mark[5]: mark for mark in told["marks"] if mark[2] == 1}
    assert set(singles) == {five["haifa"].slug, five["kenya"].slug}
    haifa = singles[five["haifa"].slug]
    assert abs(haifa[0] / A_DEGREE - 32.8184) < 13
    assert haifa[4] == "stale"
    assert "Haifa together" in haifa[3]
    assert "Compiled from publications" in haifa[3]
    assert told["national"] == [["KE", 40000, 3790000, 1, "Kenya: 1 initiative works in the whole country"]] or (
        told["national"][0][0] == "KE" and told["national"][0][3] == 1
    )


def test_marks_look_as_they_stand(client: Client, five: dict[str, Listing]) -> None:
    assert [mark[4] for mark in marks(client, "zoom=9&status=closed")["marks"]] == ["closed stale"]
    assert [mark[4] for mark in marks(client, "zoom=9&q=strive")["marks"]] == [""]


def test_the_picture_draws_what_nobody_confirmed_as_the_map_does(five: dict[str, Listing]) -> None:
    """Hollow; and a country's square by the point of the country, at most its own size away."""
    assert [mark["kind"] for mark in picture_data(Filter(text="strive"))["marks"]] == ["one"]
    assert [mark["kind"] for mark in picture_data(Filter(text="agenda"))["marks"]] == ["stale"]
    data = picture_data(Filter(countries=("KE",)))
    point, square = (next(mark for mark in data["marks"] if mark["kind"] == kind) for kind in ("stale", "national"))
    land = country("KE")
    assert land is not None
    left, top, side = data["window"]
    x, y = Projection(left, top, side, WIDTH, MAP_HEIGHT).point(*land.point)
    assert math.hypot(square["x"] - x, square["y"] - y) <= 24
    assert (point["x"], point["y"]) != (square["x"], square["y"])


def test_marks_of_a_window_and_of_a_filter(client: Client, five: dict[str, Listing]) -> None:
    window = marks(client, "zoom=8&window=34,32,36,34")
    assert [mark[5] for mark in window["marks"]] == [five["haifa"].slug]
    assert [mark[2] for mark in marks(client, "zoom=8&country=US")["marks"]] == [2]
    assert marks(client, "zoom=8&country=US")["national"] == []


def test_marks_do_not_lie_on_each_other(client: Client) -> None:
    """Points on both sides of the border of a cell would be drawn on each other."""
    places = [
        {"kind": "point", "country": "KE", "latitude": str(north), "longitude": str(east), "precision": "exact"}
        for north in (-0.01, 0.01) for east in (44.99, 45.01)
    ]  # fmt: skip
    enter_listings(by=None, contents=[content(f"One {at} {again}", places=[place])
                                      for at, place in enumerate(places) for again in range(2)])  # fmt: skip
    drawn = marks(client, "zoom=6")["marks"]
    assert [mark[2] for mark in drawn] == [2, 2, 2, 2]
    pixels = 256 * 2**6 / 360 / A_DEGREE
    assert min(abs(one[1] - other[1]) * pixels for one in drawn for other in drawn if one[1] != other[1]) >= 30


def test_marks_are_in_the_readers_language(client: Client, five: dict[str, Listing]) -> None:
    [mark] = marks(client, "zoom=5&country=IL", "he")["marks"]
    assert "חיפה ביחד" in mark[3]
    assert "ישראל" in mark[3]


@pytest.mark.parametrize("query", ["zoom=19", "zoom=-1", "zoom=two", "zoom=111"])
def test_odd_zooms_are_not_there(client: Client, query: str) -> None:
    assert client.get(f"/en/atlas/map.json?{query}").status_code == 404


def test_towns_are_named_from_near(client: Client, five: dict[str, Listing], settings: Any) -> None:
    """In the reader's language, the largest first; not from afar."""
    window = "window=34.5,31.9,35.5,33.1"
    for language, wanted in (("en", "Tel Aviv"), ("he", "תל אביב"), ("ar", "تل أبيب")):
        towns = marks(client, f"zoom=8&{window}", language)["towns"]
        assert 12 < len(towns) <= 40
        assert any(name.startswith(wanted) for name, *_at in towns[:4]), towns[:4]
        assert all(3190000 <= north <= 3310000 and 3450000 <= east <= 3550000 for _name, north, east in towns)
    assert marks(client, f"zoom=6&{window}")["towns"] == []


def test_odd_windows_are_the_whole_world(client: Client, five: dict[str, Listing]) -> None:
    assert marks(client, "zoom=2&window=nan,1,2")["marks"] == marks(client)["marks"]


def test_what_lies_at_a_mark(client: Client, five: dict[str, Listing]) -> None:
    one = client.get("/en/atlas/here/", {"initiative": "strivepartnership"}).text
    assert "StrivePartnership" in one
    assert reverse("atlas:listing", args=["strivepartnership"]) in one
    several = client.get("/en/atlas/here/", {"in": "-84.52,39.09,-84.50,39.11"}).text
    assert "2 initiatives" in several
    assert several.index("Agenda 360") < several.index("StrivePartnership")
    national = client.get("/en/atlas/here/", {"country": "KE", "where": "national"}).text
    assert "Tusome" in national
    assert "Agenda" not in client.get("/en/atlas/here/", {"in": "-84.52,39.09,-84.50,39.11", "field": "education"}).text


def test_many_at_one_spot_lead_to_the_list(client: Client) -> None:
    enter_listings(by=None, contents=[content(f"Number {at:03}", places=[HAIFA]) for at in range(25)])
    told = client.get("/en/atlas/here/", {"in": "34.9,32.7,35.1,32.9"}).text
    assert len(re.findall("<li", told)) == 20
    assert "All of them in the list" in told
    assert "view=list" in told


def test_names_of_countries(client: Client) -> None:
    for language, wanted in (("en", "Kenya"), ("he", "קניה"), ("ar", "كينيا")):
        told = json.loads(client.get(f"/{language}/atlas/countries.json").content)
        assert wanted in [name for name, *_rest in told]
        assert len(told) > 150


# --- What it costs ----------------------------------------------------------------------------------------------


ADDRESSES = (
    "/en/atlas/", "/en/atlas/?view=list", "/en/atlas/?view=table", "/en/atlas/?field=education&q=number",
    "/en/atlas/map.json?zoom=4", "/en/atlas/here/?country=IL",
)  # fmt: skip


def test_as_many_queries_for_three_thousand_as_for_one(client: Client) -> None:
    def count(address: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    told = []
    made = 0
    for target in (1, 30, 3000):
        places = [
            {
                "kind": "point",
                "country": "IL",
                "latitude": str(29.5 + at % 40 / 10),
                "longitude": str(34 + at % 17 / 10),
            }
            for at in range(target)
        ]
        enter_listings(by=None, contents=[
            content(f"Number {at}", places=[places[at]], fields=["education"],
                    parts=[{"names": {"en": f"Body {at % 7}"}, "part": "backbone"}])
            for at in range(made, target)
        ])  # fmt: skip
        made = target
        index()  # what has changed is read once, not by each who asks
        told.append({address: count(address) for address in ADDRESSES})
    assert told[1] == told[2]
    assert all(count <= 7 for counts in told for count in counts.values())


def test_strangers_are_answered_from_memory(
    client: Client, five: dict[str, Listing], django_assert_num_queries: Any
) -> None:
    for address in ADDRESSES:
        first = client.get(address)
        with django_assert_num_queries(1):
            second = client.get(address)
        assert second.content == first.content
        assert "no-cache" in second["Cache-Control"]
        assert "public" in second["Cache-Control"]
        assert not second.cookies
        again = client.get(address, headers={"if-none-match": second["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_a_change_shows_at_once(client: Client, five: dict[str, Listing]) -> None:
    before = client.get("/en/atlas/map.json?zoom=2")
    assert "Haifa together" in atlas(client)
    change_listing(by=None, listing=five["haifa"], content=content("Haifa forward", places=[HAIFA]))
    assert "Haifa forward" in atlas(client)
    after = client.get("/en/atlas/map.json?zoom=2", headers={"if-none-match": before["ETag"]})
    assert after.status_code == 200
    assert "Haifa forward" in after.content.decode()
    withdraw_listing(by=None, listing=five["haifa"], reason={"en": "Asked for"})
    assert "Haifa" not in atlas(client, "?country=IL")


def test_a_person_is_not_given_a_strangers_page(world: World, five: dict[str, Listing]) -> None:
    stranger = Client().get("/en/atlas/")
    person = signed_in(world.steward).get("/en/atlas/")
    assert "Sign in" in stranger.text
    assert "Sign in" not in person.text
    assert "private" in person["Cache-Control"]
    assert "Sign in" in Client().get("/en/atlas/").text


def test_nothing_of_drafts(client: Client, five: dict[str, Listing]) -> None:
    draft = listing("Secret draft", places=[HAIFA], columns={"state": "draft"})
    assert "Secret" not in atlas(client, "?q=secret&view=list").replace("“\u2068secret\u2069”", "")
    assert "Secret" not in json.dumps(marks(client))
    assert "Secret" not in client.get("/en/atlas/here/", {"initiative": draft.slug}).text


# --- The base map -----------------------------------------------------------------------------------------------


def test_whose_borders_are_shown(client: Client) -> None:
    assert "Borders as Natural Earth has them" in atlas(client)


def test_an_operators_tiles(client: Client, settings: Any) -> None:
    plain = client.get("/en/atlas/")["Content-Security-Policy"]
    settings.TILE_URL, settings.TILE_ATTRIBUTION = "https://tiles.example.org/{z}/{x}/{y}.png", "© Somebody"
    Edition.objects.update_or_create(pk=1, defaults={"number": 77})  # as after a restart: nothing is kept
    answer = client.get("/en/atlas/")
    assert "https://tiles.example.org" in answer["Content-Security-Policy"]
    assert "https://tiles.example.org" not in plain
    assert 'data-tiles="https://tiles.example.org/{z}/{x}/{y}.png"' in answer.text
    assert "© Somebody" in answer.text
    assert "tiles.example.org" not in client.get("/en/atlas/map.json?zoom=1")["Content-Security-Policy"]


def test_no_style_and_no_script_in_the_page(client: Client, five: dict[str, Listing]) -> None:
    for query in ("", "?view=list", "?view=table"):
        page = atlas(client, query)
        assert " style=" not in page
        assert not re.search(r"<script(?![^>]*\ssrc=)", page)
        assert not re.search(r"\son[a-z]+=", page)


def test_in_each_language_it_can_be_made(client: Client, five: dict[str, Listing]) -> None:
    for language in ("he", "ar", "en"):
        with translation.override(language):
            for query in ("", "?view=list", "?view=table", "?where=none"):
                assert client.get(reverse("atlas:atlas") + query).status_code == 200
