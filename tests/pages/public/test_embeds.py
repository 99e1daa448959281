"""Public pages inside other people's pages: what frames show and never show, and who may frame what."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import translation

from shidra.entrypoints.embeds.colours import contrast, is_readable
from shidra.entrypoints.embeds.kinds import KINDS, find_page
from tests.atlas import listing
from tests.pages.public.documents import document, figure, release, series, texts
from tests.world import World, signed_in

CARD, RELEASE = "/en/embed/i/first-steps/", "/en/embed/i/first-steps/releases/1/"
CHART, OLD_CHART = f"{CARD}indicators/ready/", f"{RELEASE}indicators/ready/"
FRAMES = (CARD, RELEASE, CHART, OLD_CHART)
SITE = "https://shidra.example"


@pytest.fixture
def told(world: World, settings: Any) -> World:
    settings.SITE_URL = SITE
    place = world.district
    names = texts("ילדים מוכנים", "أطفال جاهزون", "Children ready for school")
    old = [figure("2022", "50"), figure("2023", "55.5")]
    new = [*old, figure("2024", None, "suppressed", reporting=1, expected=3), figure("2025", "61.5")]
    girls = series([figure("2025", "44.4")], place.code, "sex=female")
    sexes = {
        "code": "sex", "names": texts("מגדר", "النوع", "sex"),
        "categories": [{"code": "female", "names": texts("בנות", "بنات", "girls")}],
    }  # fmt: skip
    release(world.initiative, [document("ready", place, old, names=names)], note={"en": "The first one"})
    release(
        world.initiative,
        [document("ready", place, new, names=names, dimensions=[sexes], series=[series(new, place.code), girls])],
        number=2,
    )
    release(
        world.initiative, [document("ready", place, [figure("2031", "99")], names=names)], number=3, published=False
    )
    return world


def plain(body: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", body)))


@pytest.mark.parametrize("language", ["he", "ar", "en"])
@pytest.mark.parametrize("path", FRAMES)
def test_a_frame_stands_alone_and_sets_nothing(told: World, language: str, path: str) -> None:
    answer = Client().get(path.replace("/en/", f"/{language}/"))
    assert answer.status_code == 200
    assert f'<html lang="{language}" dir="{"ltr" if language == "en" else "rtl"}">' in answer.text
    assert "Set-Cookie" not in answer.headers
    assert not answer.cookies
    assert "<script" not in answer.text
    assert " style=" not in answer.text
    assert 'class="top"' not in answer.text, "no frame of the site"
    policy = answer["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "script-src 'none'" in policy
    assert "style-src 'self'" in policy
    assert "X-Frame-Options" not in answer
    for link in re.findall(r"<a [^>]+>", answer.text):
        assert 'target="_blank" rel="noopener"' in link
        assert f'href="{SITE}/{language}/i/first-steps/' in link
    assert not re.findall(r'(?:src|href)="(?!/|https://shidra\.example/)[^"]*"', answer.text), "nothing from elsewhere"


def test_a_frame_knows_nobody(told: World) -> None:
    """The same for who is signed in, and a cookie that means nothing is not even cleared away."""
    stranger = Client().get(f"{CHART}?mode=dark")
    for client in (signed_in(told.steward), Client(HTTP_COOKIE="session=nonsense; csrftoken=x")):
        answer = client.get(f"{CHART}?mode=dark")
        assert answer.content == stranger.content
        assert "Set-Cookie" not in answer.headers
        assert not answer.cookies
        assert "private" not in answer["Cache-Control"]


def test_the_chart_with_its_sentence_and_the_same_figures_in_a_table(told: World) -> None:
    body = Client().get(CHART).text
    said = plain(body)
    assert "Children ready for school" in said
    assert "61.5%" in said
    assert "Release 2, 16 March 2026" in said
    assert body.count('<svg class="chart ') == 3
    rows = re.findall(r'<tr><th scope="row">.*?</tr>', body)
    assert [plain(row).split("%")[0].strip() for row in rows][:2] == ["202250.0", "202355.5"]
    assert "suppressed" in rows[2].lower() or "not shown" in plain(rows[2]).lower()
    assert "99" not in said, "a draft is not released"
    old = plain(Client().get(OLD_CHART).text)
    assert "Release 1" in old
    assert "61.5%" not in old


def test_the_card_and_the_release_show_their_headlines(told: World) -> None:
    card, first = plain(Client().get(CARD).text), plain(Client().get(RELEASE).text)
    assert "First Steps" in card
    assert "61.5%" in card
    assert "The first one" in first
    assert "55.5%" in first
    assert "61.5%" not in first


def test_a_withheld_figure_stays_withheld(world: World, settings: Any) -> None:
    hidden = [figure("2024", None, "suppressed", reporting=1, expected=3)]
    told = document("ready", world.district, hidden, headline={"status": "suppressed", "value": None})
    release(world.initiative, [told])
    for path in (CARD, CHART, RELEASE):
        assert "so few people that they could be recognised" in plain(Client().get(path).text)


def test_what_is_not_public_says_so_in_the_frame(told: World) -> None:
    told.initiative.is_public = False
    told.initiative.save()
    for path in (*FRAMES, CARD.replace("first-steps", "nowhere")):
        answer = Client().get(path)
        assert answer.status_code == 404
        assert "is not public" in answer.text
        assert "frame-ancestors *" in answer["Content-Security-Policy"]
        assert "First Steps" not in answer.text
    missing = (f"{CARD}indicators/nope/", f"{CARD}releases/3/", f"{CARD}releases/9/indicators/ready/")
    told.initiative.is_public = True
    told.initiative.save()
    assert [Client().get(path).status_code for path in missing] == [404, 404, 404]


def _public_patterns(resolver: URLResolver, names: str = "", route: str = "") -> Iterator[tuple[str, URLPattern, str]]:
    for entry in resolver.url_patterns:
        here = route + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{names}{entry.namespace}:" if entry.namespace else names
            yield from _public_patterns(entry, inner, here)
        elif isinstance(entry, URLPattern) and not here.startswith("en/work/"):
            yield f"{names}{entry.name}", entry, here


# Something for every argument of a public address; a new argument needs one here.
ARGUMENTS: dict[str, Any] = {
    "initiative": "first-steps", "code": "ready", "number": 1, "other": 2, "accent": "1f4fa3", "mode": "dark",
    "section": "releases", "page": 1,
    "slug": "road-map",
    "uid": "00000000-0000-4000-8000-000000000000", "key": "k", "uidb36": "1", "token": "t", "pk": 1,
}  # fmt: skip


def test_nothing_else_may_be_framed(told: World, settings: Any, tmp_path: Any) -> None:
    """Every public address there is: frames may stand anywhere, all other answers nowhere."""
    settings.HOME = tmp_path
    frames, others = set(), 0
    with translation.override("en"):
        for name, entry, _route in _public_patterns(get_resolver()):
            wanted = set(entry.pattern.regex.groupindex) | set(getattr(entry.pattern, "converters", {}))
            wanted |= set(re.findall(r"<(?:\w+:)?(\w+)>", _route))
            path = reverse(name, kwargs={one: ARGUMENTS.get(one, "x") for one in wanted - set(entry.default_args)})
            answer = Client().get(path)
            policy = answer.headers.get("Content-Security-Policy", "")
            if getattr(entry.callback, "is_frame", False):
                frames.add(name)
                assert "frame-ancestors *" in policy, path
                assert "X-Frame-Options" not in answer, path
            else:
                others += 1
                assert "frame-ancestors 'none'" in policy, path
                assert answer["X-Frame-Options"] == "DENY", path
                assert ("frame-src 'self'" in policy) == (name == "embeds:make"), path
            for close in answer._resource_closers:
                close()
    assert frames == {kind.frame for kind in KINDS}
    assert others > 40


def test_options_are_of_lists_and_never_styles(told: World) -> None:
    shown = Client().get(CHART, {"accent": "#1F4FA3", "mode": "dark", "height": "fill", "compact": "1"}).text
    assert 'href="/embed/theme/1f4fa3-dark.css"' in shown
    assert '<body class="framed fill compact">' in shown
    evil = {"accent": "red;}body{background:url(//x)", "mode": "x' onload=", "height": "9999", "compact": "yes"}
    ignored = Client().get(CHART, evil).text
    assert ignored == Client().get(CHART).text
    for wrong in ("12345-dark", "1f4fa3-x", "1F4FA3-dark", "javascript-dark"):
        assert Client().get(f"/embed/theme/{wrong}.css").status_code == 404


def test_the_chosen_colour_where_it_can_be_read(told: World) -> None:
    style = Client().get("/embed/theme/ffee00-auto.css")
    assert style["Content-Type"] == "text/css"
    assert "max-age=86400" in style["Cache-Control"]
    assert not style.cookies
    assert "--press: light-dark(#1f4fa3, #ffee00)" in style.text, "yellow on white is not to be read, on black it is"
    assert "color-scheme: light dark;" in style.text
    assert "color-scheme: dark;" in Client().get("/embed/theme/plain-dark.css").text
    for accent in ("ffee00", "1f4fa3", "777777", "000000"):
        for dark in (False, True):
            found = re.search(
                r"--series-1: light-dark\((#\w+), (#\w+)\)", Client().get(f"/embed/theme/{accent}-auto.css").text
            )
            assert found is not None
            assert contrast(found[1 + dark], "#1d2125" if dark else "#ffffff") >= 4.5
    assert is_readable("1f4fa3", dark=False)
    assert not is_readable("1f4fa3", dark=True)
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48  # the example everybody knows: just not enough


# ---------- snippets ----------


def test_the_page_of_snippets_shows_what_will_be_seen(told: World) -> None:
    answer = Client().get("/en/embed/make/", {"url": f"{SITE}/en/i/first-steps/indicators/ready/", "language": "he",
                                              "mode": "dark", "own_colour": "on", "accent": "#ffee00", "width": "600",
                                              "height": "500", "fit": "on"})  # fmt: skip
    assert answer.status_code == 200
    asked = "accent=ffee00&amp;mode=dark&amp;height=fill"
    assert f'<iframe src="/he/embed/i/first-steps/indicators/ready/?{asked}"' in answer.text
    lines = [html.unescape(one) for one in re.findall(r"<textarea[^>]*>(.*?)</textarea>", answer.text, re.DOTALL)]
    frame, picture, oembed = lines
    assert f'src="{SITE}/he/embed/i/first-steps/indicators/ready/?{asked}"' in frame
    for said in ('title="ילדים מוכנים · ', 'lang="he"', 'width="600"', 'height="500"', 'loading="lazy"', "sandbox="):
        assert said in frame
    assert "script" not in frame
    assert "style" not in frame
    assert f'<img src="{SITE}/he/i/first-steps/indicators/ready/picture.png" alt="' in picture
    assert picture.endswith('style="max-width:100%;height:auto"></a>'), "no wider than its place"
    assert oembed == f"{SITE}/oembed?url={quote(SITE + '/he/i/first-steps/indicators/ready/', safe='')}"
    assert 'kind="watch"' not in answer.text
    pale = Client().get("/en/embed/make/", {"url": "/en/i/first-steps/", "own_colour": "on", "accent": "#ffee00",
                                            "mode": "light"})  # fmt: skip
    assert "too pale or too dark" in pale.text


def test_it_says_what_is_wrong_and_tells_nothing_of_what_is_not_public(told: World) -> None:
    told.other.is_public = False
    told.other.save()
    texts_told = set()
    for address in (f"{SITE}/en/i/{told.other.slug}/", f"{SITE}/en/i/nowhere/", "https://elsewhere.example/en/i/first-steps/",
                    f"{SITE}/en/i/first-steps/agenda/", "//[", "javascript:alert(1)"):  # fmt: skip
        body = Client().get("/en/embed/make/", {"url": address}).text
        assert "<iframe" not in body
        assert "There is nothing at this address that can be put into other pages." in body
        texts_told.add(plain(body))
    assert len(texts_told) == 1
    wrong = Client().get("/en/embed/make/", {"url": "/en/i/first-steps/", "width": "5", "accent": "red"}).text
    assert "<iframe" not in wrong
    assert "A colour is written like #1f4fa3." in wrong
    assert "<iframe" not in Client().get("/en/embed/make/").text


@pytest.mark.parametrize("path", ["", "indicators/ready/", "releases/1/", "releases/1/indicators/ready/"])
@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_pages_lead_there_and_say_what_they_are(told: World, language: str, path: str) -> None:
    page = f"/{language}/i/first-steps/{path}"
    body = Client().get(page).text
    assert f'href="/{language}/embed/make/?url={quote(SITE + page, safe="")}"' in body
    head = body[: body.index("</head>")]
    assert f'<link rel="canonical" href="{SITE}{page}">' in head
    for code in ("he", "ar", "en"):
        assert f'<link rel="alternate" hreflang="{code}" href="{SITE}/{code}/i/first-steps/{path}">' in head
    original = told.initiative.original_language
    assert f'hreflang="x-default" href="{SITE}/{original}/i/first-steps/{path}"' in head
    for name in ("description", "twitter:title", "twitter:description", "twitter:image", "twitter:card"):
        assert len(re.findall(rf'<meta name="{name}" content="[^"]+">', head)) == 1
    for name in ("title", "description", "url", "image", "image:alt", "locale", "type"):
        assert len(re.findall(rf'<meta property="og:{name}" content="[^"]+">', head)) == 1, name
    found = re.search(r'type="application/json\+oembed" href="([^"]+)"', head)
    assert found is not None
    answer = Client().get(html.unescape(found[1]).removeprefix(SITE))
    assert answer.status_code == 200
    assert f'src="{SITE}/{language}/embed/i/first-steps/{path}"' in answer.json()["html"]


def test_a_page_of_an_indicator_says_its_sentence(told: World) -> None:
    head = html.unescape(Client().get("/en/i/first-steps/indicators/ready/").text)
    assert '<meta property="og:description" content="For 2025 the figure is 61.5%' in head
    assert '<meta property="og:title" content="Children ready for school · First Steps">' in head


# ---------- oEmbed ----------


def ask(address: str, **more: str) -> Any:
    return Client().get("/oembed", {"url": address, **more})


@pytest.mark.parametrize("path", ["", "indicators/ready/", "releases/1/", "releases/1/indicators/ready/"])
def test_oembed_tells_how_to_show_a_page(told: World, path: str) -> None:
    answer = ask(f"{SITE}/ar/i/first-steps/{path}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert not answer.cookies
    found = answer.json()
    assert (found["version"], found["type"]) == ("1.0", "rich")
    assert found["provider_url"] == f"{SITE}/ar/"
    assert found["thumbnail_url"].startswith(f"{SITE}/ar/i/first-steps/")
    assert found["thumbnail_url"].endswith("picture.png")
    assert {found["thumbnail_width"], found["thumbnail_height"]} in ({1200, 630}, {1600, 900})
    assert found["cache_age"] > 0
    assert f'width="{found["width"]}" height="{found["height"]}"' in found["html"]
    assert f"{SITE}/ar/embed/i/first-steps/{path}" in found["html"]
    tree = ElementTree.fromstring(ask(f"{SITE}/ar/i/first-steps/{path}", format="xml").content)
    assert tree.tag == "oembed"
    assert {one.tag: one.text for one in tree} == {name: str(value) for name, value in found.items()}


def test_oembed_keeps_within_the_room_it_is_given(told: World) -> None:
    address = f"{SITE}/en/i/first-steps/indicators/ready/"
    small = ask(address, maxwidth="300", maxheight="200").json()
    assert (small["width"], small["height"]) == (300, 200)
    assert "thumbnail_url" not in small, "the picture is larger than what was asked for"
    assert 'width="300" height="200"' in small["html"]
    whole = ask(address).json()
    for same in (address.replace("https://shidra", "HTTPS://SHIDRA"), address.replace(".example/", ".example:443/")):
        assert ask(same).json() == whole
    for nothing in ("0", "-1", "x", "", "9" * 400):
        assert ask(address, maxwidth=nothing).json() == whole


def test_oembed_refuses(told: World) -> None:
    told.other.is_public = False
    told.other.save()
    for address in ("", "/en/i/first-steps/", f"{SITE}/en/i/{told.other.slug}/", f"{SITE}/en/i/nowhere/",
                    f"{SITE}/en/i/first-steps/releases/3/", f"{SITE}/en/i/first-steps/indicators/nope/",
                    f"{SITE}.evil.example/en/i/first-steps/", "https://x@shidra.example/en/i/first-steps/",
                    f"{SITE}:8000/en/i/first-steps/", "ftp://shidra.example/en/i/first-steps/",
                    f"{SITE}/i/first-steps/", f"{SITE}/en/work/first-steps/", f"{SITE}/en/", "http://[/"):  # fmt: skip
        answer = ask(address)
        assert answer.status_code == 404, address
        assert not answer.content
    assert ask(f"{SITE}/en/i/first-steps/", format="yaml").status_code == 501
    assert Client().post("/oembed").status_code == 405


def test_a_hostile_name_stays_a_name(told: World) -> None:
    told.initiative.names = {"en": '"><script>alert(1)</script>', "he": "x", "ar": "x"}
    told.initiative.save()
    found = ask(f"{SITE}/en/i/first-steps/").json()
    assert "<script" not in found["html"]
    assert json.dumps(found)
    body = Client().get("/en/embed/make/", {"url": "/en/i/first-steps/"}).text
    assert "<script>alert" not in body
    lines = [html.unescape(one) for one in re.findall(r"<textarea[^>]*>(.*?)</textarea>", body, re.DOTALL)]
    assert len(lines) == 3
    assert 'title="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in lines[0], "in what is copied it is escaped too"


def test_every_kind_is_found_by_its_page(told: World) -> None:
    listing("Road Map")
    with translation.override("en"):
        for kind in KINDS:
            code = {"atlas:country": "IL", "atlas:field": "education"}.get(kind.page, "ready")
            arguments = {"initiative": "first-steps", "code": code, "number": 1, "slug": "road-map"}
            used = {name: arguments[name] for name in arguments if name in _arguments_of(kind.page)}
            found = find_page(reverse(kind.page, kwargs=used), "he")
            assert found is not None
            assert found.kind is kind
            assert found.preview.path.startswith("/he/")


def _arguments_of(name: str) -> set[str]:
    return next(
        set(re.findall(r"<(?:\w+:)?(\w+)>", route))
        for known, _e, route in _public_patterns(get_resolver())
        if known == name
    )
