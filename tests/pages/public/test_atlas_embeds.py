"""The atlas inside other people's pages: its map and list, a listing's card, their pictures, snippets and oEmbed."""

from __future__ import annotations

import html
import json
import re
from datetime import date
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.test import Client
from PIL import Image

from shidra.commons.atlas.models import Listing
from shidra.commons.atlas.usecases.keep_listing import change_listing, withdraw_listing
from tests.atlas import HAIFA, content, editor, listing
from tests.world import World, signed_in

pytestmark = pytest.mark.django_db
SITE = "https://shidra.example"
CINCINNATI = {
    "kind": "point",
    "country": "US",
    "names": {"en": "Cincinnati"},
    "latitude": "39.10",
    "longitude": "-84.51",
}
KENYA, WORLD = {"kind": "national", "country": "KE"}, {"kind": "global"}
MAP = "/en/embed/atlas/"


@pytest.fixture
def told(settings: Any, tmp_path: Any) -> dict[str, Listing]:
    settings.SITE_URL, settings.HOME = SITE, tmp_path
    backbone = {"names": {"en": "KnowledgeWorks"}, "part": "backbone", "backbone_kind": "dedicated"}
    old = {"verified_on": date(2024, 3, 4), "verified_by": "editor"}
    return {
        "strive": listing("StrivePartnership", places=[CINCINNATI], fields=["education"], status="active", started="2006",
                          parts=[backbone], columns=old),
        "haifa": listing("Haifa together", names={"en": "Haifa together", "he": "חיפה ביחד", "ar": "حيفا معًا"},
                         places=[HAIFA], fields=["education", "inclusion"], columns={"origin": "published"}),
        "kenya": listing("Tusome", places=[KENYA], fields=["health"], status="active"),
        "world": listing("GAIN", places=[WORLD], fields=["nutrition"]),
    }  # fmt: skip


def plain(body: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", body)))


def names(page: str) -> list[str]:
    return [plain(one).strip() for one in re.findall(r"<h3>(.*?)</h3>", page)]


# --- The frame of the map -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_the_frame_runs_our_script_alone_and_knows_nobody(
    told: dict[str, Listing], world: World, language: str
) -> None:
    path = f"/{language}/embed/atlas/"
    answer = Client().get(path)
    assert answer.status_code == 200
    assert f'<html lang="{language}" dir="{"ltr" if language == "en" else "rtl"}">' in answer.text
    policy = dict(one.strip().partition(" ")[::2] for one in answer["Content-Security-Policy"].split(";"))
    assert policy["frame-ancestors"] == "*"
    assert policy["script-src"] == policy["connect-src"] == policy["style-src"] == "'self'"
    assert policy["form-action"] == "'none'"
    assert "X-Frame-Options" not in answer
    assert "<form" not in answer.text
    assert re.findall(r"<script[^>]*>(.*?)</script>", answer.text) == [""], "one script, a file of ours"
    assert '<base target="_blank">' in answer.text
    for link in re.findall(r'<a [^>]*target="([^"]*)"', answer.text):
        assert link == "_self", "what stays in the frame says so; all else opens a tab"
    assert not re.findall(r'(?:src|href)="(?!/|#|https://shidra\.example/)[^"]*"', answer.text), (
        "nothing from elsewhere"
    )
    for fetched in ("", "map.json?zoom=0", "here/?initiative=gain", "countries.json"):
        stranger = Client().get(path + fetched)
        for client in (signed_in(world.steward), Client(HTTP_COOKIE="session=nonsense; csrftoken=x")):
            seen = client.get(path + fetched)
            assert seen.content == stranger.content
            assert not seen.cookies
            assert "private" not in seen["Cache-Control"]


def test_map_and_list_are_of_what_is_asked(told: dict[str, Listing]) -> None:
    client = Client()
    assert names(client.get(MAP).text) == ["GAIN", "Haifa together", "StrivePartnership", "Tusome"]
    for query, expected in (
        ("country=IL", ["Haifa together"]), ("field=education", ["Haifa together", "StrivePartnership"]),
        ("status=active&field=education", ["StrivePartnership"]), ("where=global", ["GAIN"]),
        ("backbone=dedicated", ["StrivePartnership"]), ("q=knowledgeworks", ["StrivePartnership"]),
        ("in=34,32,36,33", ["Haifa together"]), ("country=FR", []),
    ):  # fmt: skip
        page = client.get(f"{MAP}?{query}").text
        assert names(page) == expected, query
        told_map = re.search(r'data-query="([^"]*)"', page)
        assert told_map is not None
        assert parse_qs(html.unescape(told_map[1])) == parse_qs(query)
        assert f'href="{SITE}/en/atlas/?{html.escape(html.unescape(told_map[1]))}"' in page, "the whole atlas, as asked"
        marks = json.loads(client.get(f"{MAP}map.json?zoom=3&{query}").content)["marks"]
        assert marks == json.loads(client.get(f"/en/atlas/map.json?zoom=3&{query}").content)["marks"]
    assert "Nothing in the atlas matches this." in client.get(f"{MAP}?country=FR").text
    assert "Israel" in plain(client.get(f"{MAP}?country=IL").text.split("chosen-words")[1].split("</ul>")[0])


def test_what_is_shown_can_be_chosen(told: dict[str, Listing]) -> None:
    both, map_alone, list_alone = (Client().get(f"{MAP}{query}").text for query in ("", "?show=map", "?show=list"))
    assert 'id="atlas-map"' in both
    assert 'id="atlas-map"' in map_alone
    assert names(map_alone.split("<noscript>")[1].split("</noscript>")[0]) == names(both), (
        "without script the list says it"
    )
    assert "<h3>" not in map_alone.split("<noscript>")[0]
    assert 'id="atlas-map"' not in list_alone
    assert "<script" not in list_alone
    assert names(list_alone) == names(both)
    assert "The atlas knows 4 initiatives" in both
    assert "The atlas knows 4 initiatives" not in plain(Client().get(f"{MAP}?compact=1").text.split("<body")[1])
    assert Client().get(f"{MAP}?show=all&mode=x").text == both
    assert "/embed/theme/1f4fa3-dark.css" in Client().get(f"{MAP}?accent=1f4fa3&mode=dark").text


def test_the_map_says_whose_borders_it_shows_and_whose_tiles(told: dict[str, Listing], settings: Any) -> None:
    assert "Borders as Natural Earth has them" in Client().get(MAP).text
    settings.TILE_URL, settings.TILE_ATTRIBUTION = "https://tiles.example.org/{z}/{x}/{y}.png", "© Tiles"
    answer = Client().get(MAP)
    assert "https://tiles.example.org" in answer["Content-Security-Policy"]
    assert "© Tiles" in answer.text
    assert "frame-ancestors *" in answer["Content-Security-Policy"]


def test_a_long_list_has_pages_within_the_frame(told: dict[str, Listing]) -> None:
    for at in range(25):
        listing(f"Many {at:02}", places=[KENYA])
    first = Client().get(f"{MAP}?country=KE&show=list&mode=dark")
    assert len(names(first.text)) == 20
    found = re.search(r'<a href="([^"]+)" rel="next" target="_self">', first.text)
    assert found is not None
    second = Client().get(MAP + html.unescape(found[1])).text
    assert names(second) == [*(f"Many {at}" for at in range(20, 25)), "Tusome"]
    assert "/embed/theme/plain-dark.css" in second, "as it looked before"


# --- A listing's card ---------------------------------------------------------------------------------------------


def test_a_card_says_what_where_since_by_whom_and_how_true(told: dict[str, Listing]) -> None:
    answer = Client().get("/en/embed/atlas/initiatives/strivepartnership/")
    said = plain(answer.text)
    for words in ("StrivePartnership", "in Cincinnati, United States", "education", "since 2006", "KnowledgeWorks",
                  "Confirmed by the editors of the atlas on 4 March 2024.", "That was over a year ago"):  # fmt: skip
        assert words in said.replace("\u2068", "").replace("\u2069", "")
    assert "script-src 'none'" in answer["Content-Security-Policy"]
    assert f'href="{SITE}/en/atlas/initiatives/strivepartnership/" target="_blank" rel="noopener"' in answer.text
    assert 'lang="he"' in Client().get("/he/embed/atlas/initiatives/haifa-together/").text
    assert "חיפה ביחד" in Client().get("/he/embed/atlas/initiatives/haifa-together/").text


def test_a_card_of_what_was_taken_back_says_nothing_of_it(told: dict[str, Listing]) -> None:
    withdraw_listing(by=editor(), listing=told["haifa"], reason={"en": "asked for"})
    for slug in ("haifa-together", "nowhere"):
        answer = Client().get(f"/en/embed/atlas/initiatives/{slug}/")
        assert answer.status_code == 404
        assert "is not public" in answer.text
        assert "Haifa" not in answer.text
        assert "frame-ancestors *" in answer["Content-Security-Policy"]
        assert ask(f"{SITE}/en/atlas/initiatives/{slug}/").status_code == 404
    assert "Haifa together" not in Client().get(MAP).text


# --- Pictures -----------------------------------------------------------------------------------------------------


def picture(query: str = "", language: str = "en") -> tuple[Any, bytes]:
    answer = Client().get(f"/{language}/atlas/picture.png{query}")
    assert answer.status_code == 200
    return answer, b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_the_map_as_a_picture_made_once(told: dict[str, Listing]) -> None:
    answer, first = picture()
    image = Image.open(BytesIO(first))
    assert (image.format, image.size) == ("PNG", (1200, 630))
    assert answer["Content-Type"] == "image/png"
    colours = {colour for _count, colour in image.convert("RGB").getcolors(1 << 24) or []}
    assert {(0xEA, 0xF0, 0xF3), (0xFF, 0xFD, 0xF8)} <= colours, "sea and land"
    again, second = picture()
    assert (again["ETag"], second) == (answer["ETag"], first)
    assert Client().get("/en/atlas/picture.png", HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 304
    tags = {answer["ETag"], *(picture(query)[0]["ETag"] for query in ("?country=IL", "?field=health", "?country=FR"))}
    tags.add(picture(language="ar")[0]["ETag"])
    assert len(tags) == 5
    assert picture("?q=no-such-thing")[0]["ETag"] == picture("?q=nor-this")[0]["ETag"], "not one for every word"
    change_listing(by=editor(), listing=told["haifa"], content=content("Haifa together", places=[CINCINNATI]))
    assert picture()[0]["ETag"] != answer["ETag"]


# --- Snippets and oEmbed ------------------------------------------------------------------------------------------


def snippets(**asked: str) -> tuple[str, list[str]]:
    body = Client().get("/en/embed/make/", asked).text
    return body, [html.unescape(one) for one in re.findall(r"<textarea[^>]*>(.*?)</textarea>", body, re.DOTALL)]


def test_the_page_of_snippets_keeps_what_is_shown(told: dict[str, Listing]) -> None:
    page = f"{SITE}/en/atlas/?country=IL&country=US&field=education&view=list&at=4/31.5/35&utm_source=x"
    body, (frame, image, oembed) = snippets(url=page, language="ar", show="map", mode="dark", width="600", height="500")
    source = re.search(r'src="([^"]+)"', frame)
    assert source is not None
    shown = urlsplit(html.unescape(source[1]))
    assert shown.path == "/ar/embed/atlas/"
    assert parse_qs(shown.query) == {
        "country": ["IL", "US"], "field": ["education"], "at": ["4/31.5/35"], "mode": ["dark"], "show": ["map"],
    }  # fmt: skip
    assert 'sandbox="allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox"' in frame
    assert 'width="600" height="500"' in frame
    assert "script>" not in frame
    chips = plain(body.split('class="plain chips"')[1].split("</ul>")[0])
    assert "Israel" in chips
    assert "education" in chips
    assert 'href="/ar/atlas/?field=education&amp;country=IL&amp;country=US"' in body, "back to the atlas, to change it"
    assert f'src="{SITE}/ar/atlas/picture.png?field=education&amp;country=IL&amp;country=US"' in image
    asked = parse_qs(urlsplit(oembed).query)["url"][0]
    assert asked == f"{SITE}/ar/atlas/?field=education&country=IL&country=US"


def test_countries_fields_and_listings_have_snippets(told: dict[str, Listing]) -> None:
    for path, frame in (
        ("atlas/countries/IL/", "atlas/?country=IL"), ("atlas/fields/education/", "atlas/?field=education"),
        ("atlas/initiatives/gain/", "atlas/initiatives/gain/"), ("atlas/", "atlas/"),
    ):  # fmt: skip
        body, lines = snippets(url=f"{SITE}/he/{path}")
        assert f'src="{SITE}/he/embed/{frame}"' in lines[0], path
        assert ("allow-scripts" in lines[0]) == ("initiatives" not in path)
        assert ('name="show"' in body) == ("initiatives" not in path)
    for path in ("atlas/countries/ZZ/", "atlas/fields/nothing/", "atlas/initiatives/nowhere/", "atlas/figures/",
                 "atlas/countries/il/x/"):  # fmt: skip
        body, lines = snippets(url=f"{SITE}/he/{path}")
        assert not lines
        assert "There is nothing at this address that can be put into other pages." in body


def ask(address: str, **more: str) -> Any:
    return Client().get("/oembed", {"url": address, **more})


@pytest.mark.parametrize("language", ["he", "ar", "en"])
@pytest.mark.parametrize("path", ["atlas/", "atlas/?field=education&country=IL", "atlas/countries/US/",
                                  "atlas/fields/health/", "atlas/initiatives/haifa-together/"])  # fmt: skip
def test_pages_lead_to_snippets_and_programs_to_oembed(told: dict[str, Listing], language: str, path: str) -> None:
    body = Client().get(f"/{language}/{path}").text
    assert f'href="/{language}/embed/make/?url={quote(f"{SITE}/{language}/{path}", safe="")}"' in body
    head = body[: body.index("</head>")]
    assert len(re.findall(r'<meta property="og:image" content="[^"]+">', head)) == 1
    found = re.search(r'type="application/json\+oembed" href="([^"]+)"', head)
    assert found is not None
    answer = Client().get(html.unescape(found[1]).removeprefix(SITE))
    assert answer.status_code == 200
    told_of = answer.json()
    assert f'src="{SITE}/{language}/embed/atlas/' in told_of["html"]
    assert (told_of["thumbnail_width"], told_of["thumbnail_height"]) == (1200, 630)
    shown = Client().get(told_of["thumbnail_url"].removeprefix(SITE))
    assert b"".join(shown.streaming_content).startswith(b"\x89PNG")  # type: ignore[attr-defined]
    small = ask(f"{SITE}/{language}/{path}", maxwidth="300", maxheight="300").json()
    assert (small["width"], small["height"]) == (300, 300)
    assert "thumbnail_url" not in small


def test_hostile_questions_stay_words(told: dict[str, Listing]) -> None:
    evil = '"><script>alert(1)</script>'
    body, lines = snippets(url=f"{SITE}/en/atlas/?q={quote(evil)}&at={quote(evil)}")
    assert "<script>alert" not in body
    assert "<script" not in lines[0]
    frame = Client().get(MAP, {"q": evil, "show": evil, "page": evil}).text
    assert "<script>alert" not in frame
    assert ask(f"{SITE}/en/atlas/?q={quote(evil)}").status_code == 200
