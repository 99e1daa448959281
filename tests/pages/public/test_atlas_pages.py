"""Public pages of the atlas beside the map: an initiative, its history, countries, fields, figures."""

from __future__ import annotations

import html
import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shidra.commons.atlas.models import Arrival, Change, Feed, Listing, Part
from shidra.commons.atlas.usecases.keep_listing import (
    change_listing,
    confirm_listing,
    publish_listing,
    withdraw_listing,
)
from shidra.commons.atlas.web import listing_picture
from shidra.commons.atlas.writing import Word
from shidra.kernel import clock
from tests.atlas import HAIFA, SOURCE, content, listing
from tests.world import World

pytestmark = pytest.mark.django_db
NATIONAL = {"kind": "national", "country": "IL"}
EVIL = "</script><script>alert(1)</script><!-- \u202eevil\u2066"


def plain(answer: Any) -> str:
    """The words of a page without its markup."""
    body = re.sub(r"<(script|style|svg)[^>]*>.*?</\1>", " ", answer.content.decode(), flags=re.S)
    body = re.sub(r"</?(bdi|b|span|a|time|strong)( [^>]*)?>", "", body)
    words = re.sub("[\u2068\u2069]", "", html.unescape(re.sub(r"<[^>]+>", " ", body)))
    return " ".join(words.split())


def page(client: Client, path: str, language: str = "en", status: int = 200) -> Any:
    answer = client.get(f"/{language}/atlas/{path}")
    assert answer.status_code == status, answer.content[:500]
    return answer


def of(one: Listing) -> str:
    return f"initiatives/{one.slug}/"


def rich(**more: Any) -> Listing:
    """A listing that tells nearly everything."""
    said: dict[str, Any] = {
        "names": {"en": "Haifa Bay children", "he": "ילדי מפרץ חיפה", "fr": "Les enfants de la baie"},
        "original_language": "he",
        "past_names": [{"names": {"en": "Bay Kids"}, "until": "2019-06"}],
        "summary": {"en": "Everybody works together."},
        "fields": ["education", "youth"],
        "status": "closed", "started": "2013-09", "ended": "2024-06-30",
        "end_reason": {"en": "The money ended."}, "legacy": {"en": "A shared register."},
        "places": [HAIFA, {"kind": "national", "country": "JO"}],
        "parts": [
            {"names": {"en": "Carmel Trust"}, "part": "backbone", "backbone_kind": "dedicated",
             "backbone_type": "community_foundation", "since": "2013"},
            {"names": {"en": "Haifa University"}, "part": "knowledge"},
        ],
        "partner_count": 14,
        "indicators": [{"names": {"en": "Ready for school"}, "value": "68.1", "unit": "%", "period": "2023/24"}],
        "languages": ["he", "ru"], "website": "https://bay.example.org",
        "links": [{"title": "Report", "address": "https://bay.example.org/report"}],
    }  # fmt: skip
    return listing("Haifa Bay children", **{**said, **more})


# --- An initiative ----------------------------------------------------------------------------------------------------


def test_everything_that_is_known_is_told(client: Client) -> None:
    words = plain(page(client, of(rich())))
    for said in (
        "Haifa Bay children", "Les enfants de la baie French", "Until June 2019: Bay Kids", "Everybody works together.",
        "in Haifa, Israel and Jordan", "It worked from September 2013 to 30 June 2024.",
        "Its backbone, set up for this initiative, is Carmel Trust", "The point on the map stands for the town.",
        "In the whole country.", "Community foundation", "since 2013", "Haifa University", "Research and evaluation",
        "14 partners in all", "68.1%", "2023/24", "Hebrew, Russian", "The money ended.", "A shared register.",
        "https://bay.example.org", "Report", "https://example.org/report",
    ):  # fmt: skip
        assert said in words, said
    assert "Not known:" not in words


def test_what_is_not_known_is_said_in_one_sentence_and_has_no_row(client: Client) -> None:
    answer = page(client, of(listing("Road Map", started="2010")))
    words = plain(answer)
    assert "It began in 2010." in words
    known = answer.content.decode().partition('<dl class="known">')[2].partition("</dl>")[0]
    assert re.findall(r"<dt>([^<]+)", known) == ["Name", "Began"]
    assert (
        "Not known: what it does, in a few sentences, its fields of action, whether it goes on, where it works, "
        "its backbone organisation, its partners, its headline indicators, its languages, its website." in words
    )
    assert "/correct/" in answer.content.decode()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "A collective impact initiative."),
        ({"fields": ["health"]}, "A collective impact initiative. Fields: health."),
        ({"places": [{"kind": "global"}]}, "A collective impact initiative that works worldwide."),
        ({"places": [NATIONAL]}, "A nationwide collective impact initiative: Israel."),
        ({"places": [HAIFA], "fields": ["health"]}, "A collective impact initiative in Haifa, Israel. Fields: health."),
        ({"ended": "2020"}, "It ended in 2020."),
        ({"ended": "2020-03-01"}, "It ended on 1 March 2020."),
        ({"started": "2020-03-01"}, "It began on 1 March 2020."),
        ({"started": "2020-03", "status": "active"}, "It has been at work since March 2020."),
    ],
)
def test_the_sentence_says_what_where_and_since_when(client: Client, said: dict[str, Any], words: str) -> None:
    assert words in plain(page(client, of(listing("Road Map", **said))))


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (["part_of_work"], "Its backbone is B0, as part of a larger body's work."),
        ([""], "Its backbone is B0."),
        (["dedicated", ""], "Its backbone organisations are B0, B1."),
    ],
)
def test_by_whom(client: Client, kinds: list[str], words: str) -> None:
    parts = [
        {"names": {"en": f"B{at}"}, "part": "backbone", "backbone_kind": kind} for at, kind in enumerate(kinds)
    ]  # fmt: skip
    assert words in plain(page(client, of(listing("Road Map", parts=parts))))


def test_sources_are_numbered_and_what_was_not_checked_says_so_beside_the_fact(client: Client) -> None:
    other = {
        "title": "Annual report 2014",
        "note": "Noted from memory.",
        "is_verified": False,
        "found_on": "2026-03-01",
    }
    made = content("Road Map", started="2010", fields=["health"])
    from shidra.commons.atlas.content import read_content

    told = read_content(
        {**made.to_json(), "sources": {"names": [SOURCE], "fields": [SOURCE], "start": [other, SOURCE]}}
    )
    one = listing("Another")
    change_listing(by=None, listing=one, content=told)
    body = page(client, of(one)).content.decode()
    began = body.partition("<dt>Began")[2].partition("</div>")[0]
    assert list(re.findall(r'href="#source-(\d+)"', began)) == ["2", "1"]
    assert "Not verified." in began
    assert "Noted from memory." in began
    fields = body.partition("<dt>Fields of action")[2].partition("</div>")[0]
    assert "Not verified" not in fields
    assert 'href="#source-1"' in fields
    listed = body.partition('<ol class="sources">')[2].partition("</ol>")[0]
    assert re.findall(r'id="source-(\d+)"', listed) == ["1", "2"]
    assert "looked at on" in listed
    assert "For: name, fields of action, start." in plain(page(client, of(one)))


def test_who_said_so_and_when(client: Client) -> None:
    today = clock.today()
    fresh = {"verified_on": today - timedelta(days=30), "verified_by": "keeper"}
    old = {"verified_on": date(2020, 3, 3), "verified_by": "editor"}
    for columns, words, is_stale in (
        ({}, "Entered by the editors of the atlas; the initiative has not confirmed it.", False),
        ({"origin": "published"}, "Compiled from publications; the initiative has not confirmed it.", False),
        (fresh, "Confirmed by the initiative itself on", False),
        (old, "Confirmed by the editors of the atlas on 3 March 2020.", True),
    ):
        said = plain(page(client, of(listing(f"Road {words[:30]}", columns=columns))))
        assert words in said
        assert ("That was over a year ago" in said) == is_stale


def test_from_another_installation(client: Client) -> None:
    feed = Feed.objects.create(
        address="https://atlas.example.net/.well-known/collective-impact.json", added_at=clock.now()
    )
    one = listing("Over there", columns={"origin": "harvested", "feed": feed})
    Arrival.objects.create(
        feed=feed, uid="1", address="https://atlas.example.net/en/atlas/initiatives/over-there/", digest="", listing=one,
        state="accepted", first_seen_at=clock.now(), seen_at=clock.now() - timedelta(days=3),
    )  # fmt: skip
    answer = page(client, of(one))
    assert "Taken over from another atlas, atlas.example.net, last on" in plain(answer)
    assert 'href="https://atlas.example.net/en/atlas/initiatives/over-there/"' in answer.content.decode()


def test_one_that_works_here_leads_to_its_own_page_only_if_that_is_public(client: Client, world: World) -> None:
    for is_public in (True, False):
        world.initiative.is_public = is_public
        world.initiative.save()
        Listing.objects.all().delete()
        one = listing("Hosted", columns={"origin": "hosted", "initiative": world.initiative})
        answer = page(client, of(one))
        assert "Told by the initiative itself, which works on this installation." in plain(answer)
        assert (f"/en/i/{world.initiative.slug}/" in answer.content.decode()) == is_public


def test_a_network_and_its_parts_but_no_drafts(client: Client) -> None:
    network = listing("Whole Network")
    for number in range(3):
        listing(f"Part {number}", network=network.pk, columns={"state": "draft"} if number == 2 else {})
    words = plain(page(client, of(network)))
    assert "2 initiatives of the atlas are part of it." in words
    assert "Part 2" not in words
    part = Listing.objects.get(slug="part-0")
    assert "Part of the network Source 1 Whole Network" in plain(page(client, of(part)))
    withdraw_listing(by=None, listing=network, reason={"en": "Gone"})
    assert not {one for one in ("Whole Network", network.slug) if one in page(client, of(part)).content.decode()}
    for address in ("initiatives.geojson", "initiatives.csv", "initiatives.jsonld", f"initiatives/{part.uid}.json"):
        told = client.get(f"/atlas/{address}").content.decode()
        assert part.slug in told, address
        assert not {one for one in ("Whole Network", network.slug, str(network.uid)) if one in told}, address


def test_a_body_that_the_public_may_not_see_has_no_link(client: Client) -> None:
    one = rich()
    shown = Part.objects.get(listing=one, part="backbone").body
    assert f"/en/atlas/bodies/{shown.slug}/" in page(client, of(one)).content.decode()
    shown.state = "withdrawn"
    shown.save()
    answer = page(client, of(one))
    assert f"/bodies/{shown.slug}/" not in answer.content.decode()
    assert "Carmel Trust" in plain(answer)


def test_of_what_was_taken_out_only_that_and_why(client: Client) -> None:
    one = rich()
    withdraw_listing(by=None, listing=one, reason={"en": "They asked us to.", "he": "הם ביקשו."})
    for path in (of(one), f"{of(one)}history/"):
        answer = page(client, path, status=410)
        assert "They asked us to." in plain(answer)
        assert "Haifa Bay" not in answer.content.decode()
    assert "הם ביקשו." in plain(page(client, of(one), "he", 410))
    page(client, f"{of(one)}preview.png", status=404)
    gone = client.get(f"/atlas/initiatives/{one.uid}.json")
    assert (gone.status_code, gone.json()["reason"]) == (410, "They asked us to.")
    publish_listing(by=None, listing=one)
    page(client, of(one))


def test_drafts_and_what_is_not_there_are_the_same(client: Client) -> None:
    draft = listing("Draft", columns={"state": "draft"})
    answers = []
    for slug, uid in ((draft.slug, draft.uid), ("draft-nowhere", uuid4())):
        for path in (
            f"/en/atlas/initiatives/{slug}/", f"/en/atlas/initiatives/{slug}/history/",
            f"/en/atlas/initiatives/{slug}/preview.png", f"/atlas/initiatives/{uid}.json",
        ):  # fmt: skip
            answer = client.get(path)
            assert answer.status_code == 404, path
            assert b"Draft" not in answer.content
            answers.append(answer)
    assert client.post(f"/en/atlas/initiatives/{draft.slug}/").status_code == 405


def test_the_entry_is_what_the_feed_says(client: Client) -> None:
    one = rich()
    entry = client.get(f"/atlas/initiatives/{one.uid}.json").json()
    feed = client.get("/.well-known/collective-impact.json").json()
    assert entry in feed["listings"]


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_hostile_names_are_words_and_nothing_else(client: Client, language: str) -> None:
    one = listing(
        EVIL + "x" * 120, names={"fr": EVIL, "en": EVIL + "x" * 120}, summary={"en": EVIL * 5}, fields=["health"],
        places=[HAIFA | {"names": {"en": EVIL}}], started="2011", indicators=[{"names": {"en": EVIL}, "value": EVIL[:30]}],
        parts=[{"names": {"en": EVIL}, "part": "backbone"}], links=[{"title": EVIL, "address": "https://a.example.org"}],
        past_names=[{"names": {"en": EVIL}, "until": ""}],
    )  # fmt: skip
    change_listing(by=None, listing=one, content=content(EVIL), word=Word("feed", source=EVIL, note=EVIL))
    change_listing(by=None, listing=one, content=content(EVIL, started="2012", fields=["health"], places=[HAIFA]))
    for path in (of(one), f"{of(one)}history/", "countries/IL/", "fields/health/", "figures/"):
        body = page(client, path, language).content.decode()
        assert not {one for one in ("<script>alert", "<!--", "\u202e", "evil\u2066") if one in body}, path
        # Nothing closes what was opened: as many scripts end as begin.
        assert len(re.findall(r"<script[\s>]", body)) == body.count("</script>"), path
    linked = re.search(
        r'<script type="application/ld\+json">(.*?)</script>', page(client, of(one)).content.decode(), re.S
    )
    assert linked is not None
    told = json.loads(linked[1])
    assert told["@context"] == "https://schema.org/"
    assert told["@type"] == "Project"
    assert told["name"][0]["@value"].startswith("</script><script>alert(1)")


@pytest.mark.parametrize(("language", "way"), [("he", "rtl"), ("ar", "rtl"), ("en", "ltr")])
def test_each_text_carries_its_language(client: Client, language: str, way: str) -> None:
    body = page(client, of(rich()), language).content.decode()
    assert f'<html lang="{language}" dir="{way}">' in body
    assert name_of(language) in plain(page(client, of(rich()), language))
    if language == "he":
        assert re.search(r"<h1>\s*ילדי מפרץ חיפה\s*</h1>", body)
    else:
        assert '<span lang="he" dir="rtl">ילדי מפרץ חיפה</span>' in body or 'lang="he" dir="rtl">ילדי' in body
    assert '<span lang="fr" dir="ltr">Les enfants de la baie</span>' in body


def test_programs_are_told_of_the_page(client: Client, settings: Any) -> None:
    settings.SITE_URL = "https://shidra.example.org"
    one = rich()
    body = page(client, of(one), "he").content.decode()
    address = f"https://shidra.example.org/he/atlas/initiatives/{one.slug}/"
    assert f'<link rel="canonical" href="{address}">' in body
    for code in ("he", "ar", "en"):
        assert f'hreflang="{code}" href="{address.replace("/he/", f"/{code}/")}"' in body
    assert f'<link rel="alternate" hreflang="x-default" href="{address}">' in body, "its own language is Hebrew"
    assert f'<meta property="og:image" content="{address}preview.png">' in body
    assert f'href="/atlas/initiatives/{one.uid}.json"' in body


def test_the_picture_is_made_once_an_edition(
    client: Client, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HOME = tmp_path
    made: list[str] = []
    typeset = listing_picture.typeset

    def counted(*given: Any) -> bytes:
        made.append(given[1]["name"]["text"])
        return typeset(*given)

    monkeypatch.setattr(listing_picture, "typeset", counted)
    one = listing(EVIL + "שלום", names={"he": EVIL + " שלום", "en": "Road Map"}, summary={"en": "Words. " * 200})
    for _time in range(2):
        answer = client.get(f"/he/atlas/{of(one)}preview.png")
        body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        assert answer["Content-Type"] == "image/png"
        assert body[:8] == b"\x89PNG\r\n\x1a\n"
        assert int.from_bytes(body[16:20]) == 1200
        assert int.from_bytes(body[20:24]) == 630
    assert len(made) == 1
    same = client.get(f"/he/atlas/{of(one)}preview.png", HTTP_IF_NONE_MATCH=answer["ETag"])
    assert same.status_code == 304
    confirm_listing(by=None, listing=one, verified_by="editor")
    b"".join(client.get(f"/he/atlas/{of(one)}preview.png").streaming_content)  # type: ignore[attr-defined]
    assert len(made) == 2, "a new edition is a new picture"


def name_of(language: str) -> str:
    """Russian, in the language."""
    return {"he": "רוסית", "ar": "الروسية", "en": "Russian"}[language]


# --- History ----------------------------------------------------------------------------------------------------------


def test_history_tells_fact_by_fact_in_words(client: Client) -> None:
    one = listing("Road Map", started="2012", fields=["health"])
    new = content("Road Map", started="2013-09", places=[HAIFA], fields=["health", "youth"], status="active")
    change_listing(by=None, listing=one, content=new, word=Word("keeper", source="https://example.org/about"))
    confirm_listing(by=None, listing=one, verified_by="keeper", word=Word("keeper"))
    words = plain(page(client, f"{of(one)}history/"))
    assert "3 changes of what the atlas says of it are on record" in words
    assert "Start 2012 September 2013" in words
    assert "Status nothing was said active" in words
    assert "Haifa, Israel" in words
    assert "32.82°, 34.99°" in words
    assert "Fields of action health health young people" in words
    assert "On the word of: the initiative itself" in words
    assert "Source: https://example.org/about" in words
    assert "All that stood here then was confirmed" in words
    assert "{" not in words
    assert "latitude" not in words


def test_history_shows_what_was_added_and_folds_what_is_long(client: Client) -> None:
    one = listing("Road Map")
    change_listing(by=None, listing=one, content=content("Road Map", started="2013-09", places=[{
        **HAIFA, "latitude": "-32.81", "longitude": "-34.98"}]))  # fmt: skip
    told = page(client, f"{of(one)}history/")
    assert "\u2066-32.81°, -34.98°\u2069" in told.text
    words, folds = plain(told), "<details><summary>"
    assert "Start September 2013" in words  # what a change adds stands there
    assert "1 fact was entered" in words
    assert "name 1 fact was entered" in words.lower()  # and of the first, which facts those are
    assert "facts were entered" not in words
    assert told.text.count(folds) == 1  # the first entry
    change_listing(by=None, listing=one, content=content("Road Map", started="2013-09", places=[HAIFA], summary={
        "en": "It is long. " * 80}))  # fmt: skip
    told = page(client, f"{of(one)}history/")
    assert told.text.count(folds) == 2
    assert "summary, where" in plain(told).lower()


def test_history_names_networks_only_if_they_are_public(client: Client) -> None:
    network, one = listing("Secret Network"), listing("Road Map")
    change_listing(by=None, listing=one, content=content("Road Map", network=network.pk))
    assert "Secret Network" in plain(page(client, f"{of(one)}history/"))
    withdraw_listing(by=None, listing=network, reason={"en": "Gone"})
    words = plain(page(client, f"{of(one)}history/"))
    assert "Secret Network" not in words
    assert "a network that is not in the atlas any more" in words


def test_history_never_names_a_person(client: Client, world: World) -> None:
    from shidra.commons.atlas.models import Editor

    Editor.objects.create(person=world.administrator, starts_on=clock.today())
    one = listing("Road Map")
    change_listing(by=world.administrator, listing=one, content=content("Road Map", started="2013"))
    body = page(client, f"{of(one)}history/").content.decode()
    assert world.administrator.email not in body
    assert str(world.administrator) not in body


def test_history_is_paged(client: Client) -> None:
    one = listing("Road Map")
    Change.objects.bulk_create(
        Change(listing=one, at=clock.now(), kind="confirmed", made_by="keeper") for _number in range(30)
    )
    answer = page(client, f"{of(one)}history/")
    assert answer.content.decode().count("<h2>") == 20
    assert "?page=2" in answer.content.decode()
    assert page(client, f"{of(one)}history/?page=2").content.decode().count("<h2>") == 11


# --- Countries, fields, figures -------------------------------------------------------------------------------------------


def test_a_country(client: Client) -> None:
    rich()
    listing("Everywhere in Israel", places=[NATIONAL], fields=["education"])
    listing("Elsewhere", places=[{"kind": "national", "country": "US"}])
    answer = page(client, "countries/IL/")
    words = plain(answer)
    assert "Israel" in words
    assert "Western Asia" in words
    assert "The atlas knows 2 initiatives of collective impact here." in words
    assert "1 of them works throughout the country." in words
    assert "The most frequent field of action is education: 2 of 2" in words
    assert "Elsewhere" not in words
    assert 'href="/en/atlas/?country=IL"' in answer.content.decode()
    assert "ישראל" in plain(page(client, "countries/IL/", "he"))
    assert "إسرائيل" in plain(page(client, "countries/IL/", "ar"))


def test_a_country_without_an_initiative_asks_for_one(client: Client) -> None:
    words = plain(page(client, "countries/FJ/"))
    assert "The atlas knows no initiative of collective impact here yet." in words
    assert "Propose an initiative" in words


@pytest.mark.parametrize("path", ["countries/ZZ/", "countries/Israel/", "countries/<b>/", "fields/nothing/"])
def test_what_is_no_country_and_no_field_is_not_there(client: Client, path: str) -> None:
    page(client, path, status=404)


def test_a_country_in_small_letters_leads_to_its_address(client: Client) -> None:
    answer = client.get("/en/atlas/countries/il/")
    assert (answer.status_code, answer["Location"]) == (301, "/en/atlas/countries/IL/")


def test_a_field(client: Client) -> None:
    rich()
    listing("Other", fields=["health"], places=[NATIONAL])
    answer = page(client, "fields/education/")
    words = plain(answer)
    assert "The atlas knows 1 initiative in the field of action “education”." in words
    assert "Haifa Bay children" in words
    assert "Other" not in words
    assert 'href="/en/atlas/?field=education"' in answer.content.decode()
    assert "The atlas knows no initiative in the field of action" in plain(page(client, "fields/ageing/"))


def test_lists_of_countries_and_fields(client: Client) -> None:
    rich()
    words = plain(page(client, "countries/"))
    assert "The atlas knows initiatives in 2 countries." in words
    assert "Asia Israel 1 Jordan 1" in words
    assert "The atlas knows initiatives in 2 fields of action." in plain(page(client, "fields/"))


def _lives() -> None:
    """Twenty beginnings, six of them with an end, and three without a beginning."""
    for number in range(20):
        ended = {"ended": str(2005 + number), "status": "closed"} if number < 6 else {}
        listing(f"Life {number}", started=str(2000 + number), fields=["health"], places=[NATIONAL], **ended)
    for number in range(3):
        listing(f"No start {number}")


def test_the_field_in_figures(client: Client) -> None:
    _lives()
    words = plain(page(client, "figures/"))
    assert "The atlas knows 23 initiatives of collective impact." in words
    assert "None of them has been confirmed within the last year." in words
    assert "Israel: 20 of 23 known initiatives, more than in any other country" in words
    assert "Of 3 more it is not known when they began." in words
    assert "Whether it goes on is known of 6 of 23" in words
    assert "Counted are 20 initiatives whose beginning is known." in words
    assert "3 without a known beginning are left out." in words
    assert "no fair sample" in words


def test_of_equals_none_is_said_to_have_more(client: Client) -> None:
    listing("One", started="2011", fields=["health"], places=[NATIONAL])
    listing("Two", started="2001", fields=["youth"], places=[{"kind": "national", "country": "US"}])
    words = plain(page(client, "figures/"))
    assert "Israel: 1 of 2 known initiatives, no fewer than in any other country" in words
    assert "No field of action is more frequent than health: 1 of 2" in words
    assert "In no other five years did more begin than in 2000–2004: 1 of 2" in words
    listing("Three", started="2012", fields=["health"], places=[NATIONAL])
    words = plain(page(client, "figures/"))
    assert "Israel: 2 of 3 known initiatives, more than in any other country" in words
    assert "The most frequent field of action is health: 2 of 3" in words
    assert "More began in 2010–2014 than in any other five years: 2 of 3" in words


def test_survival_is_that_of_the_method(client: Client) -> None:
    from shidra.methods.survival import kaplan_meier

    _lives()
    year = clock.today().year
    durations = [5.0] * 6 + [float(year - start) for start in range(2006, 2020)]
    made = kaplan_meier(durations, [True] * 6 + [False] * 14)
    rows = client.get("/en/atlas/figures/?format=csv").content.decode("utf-8-sig").splitlines()
    ends = [row.split(",") for row in rows if row.startswith("survival_years,5,")]
    assert len(ends) == 1
    assert ends[0][3] == "20"
    step = made.steps[0]
    assert step.lower is not None
    assert step.upper is not None
    assert [float(cell) for cell in ends[0][4:]] == pytest.approx(
        [100 * step.share, 100 * step.lower, 100 * step.upper], abs=0.01
    )


def test_few_beginnings_make_no_survival(client: Client) -> None:
    for number in range(9):
        listing(f"Life {number}", started="2010")
    assert "no end was known" not in plain(page(client, "figures/"))


def test_figures_as_files(client: Client) -> None:
    _lives()
    rows = client.get("/en/atlas/figures/?format=csv").content.decode("utf-8-sig").splitlines()
    assert rows[0] == "figure,code,name,count,share,lower,upper"
    assert "country,IL,Israel,20,,," in rows
    assert "status,closed,closed,6,,," in rows
    assert client.get("/en/atlas/figures/?format=xlsx").content[:2] == b"PK"
    assert client.get("/en/atlas/figures/?format=exe").status_code == 404


def test_pages_that_have_a_frame_say_how_to_get_it(client: Client) -> None:
    one = rich()
    for path in (of(one), "countries/IL/", "fields/education/"):
        body = html.unescape(page(client, path).content.decode())
        found = re.search(r'type="application/json\+oembed" href="[^"]*(/oembed\?[^"]+)"', body)
        assert found is not None, path
        assert client.get(found[1]).json()["type"] == "rich", path
    for path in ("countries/", "fields/", "figures/", f"{of(one)}history/"):
        assert "oembed" not in page(client, path).content.decode(), path


def test_an_empty_atlas_asks_for_its_first(client: Client) -> None:
    for path in ("figures/", "fields/education/", "countries/IL/", "countries/", "fields/"):
        words = plain(page(client, path))
        assert "None" not in words, path
    assert "Propose an initiative" in plain(page(client, "figures/"))


# --- Costs -----------------------------------------------------------------------------------------------------------------


def test_pages_ask_the_same_number_of_questions_however_much_they_tell(client: Client) -> None:
    network = listing("Network")
    one = rich(network=network.pk, names={"en": "Much"})
    paths = (
        of(one), of(network), f"{of(one)}history/", "countries/IL/", "countries/", "fields/education/", "fields/", "figures/",
    )  # fmt: skip

    def costs() -> dict[str, int]:
        found = {}
        for path in paths:
            page(client, path)  # what is kept in memory is filled
            with CaptureQueriesContext(connection) as asked:
                page(client, path)
            found[path] = len(asked)
        return found

    rich(network=network.pk, names={"en": "Part"})
    parts = [{"names": {"en": "Body"}, "part": "partner"}]
    change_listing(by=None, listing=one, content=content("Much", network=network.pk, parts=parts, places=[HAIFA]))
    little = costs()
    for number in range(30):
        rich(network=network.pk, names={"en": f"Part {number}"})
    parts = [{"names": {"en": f"Body {number}"}, "part": "partner"} for number in range(30)]
    places = [HAIFA | {"names": {"en": f"Place {number}"}} for number in range(30)]
    for number in range(15):
        change_listing(by=None, listing=one, content=content("Much", network=network.pk, started=str(1951 + number)))
    more = {"parts": parts, "places": places, "languages": ["he", "ar", "en"], "started": "1999"}
    change_listing(by=None, listing=one, content=content("Much", network=network.pk, **more))
    much = costs()
    assert max(much.values()) <= 10
    assert much == little


def test_every_address_of_these_pages_is_in_the_sitemap(client: Client, settings: Any) -> None:
    settings.SITE_URL = "https://shidra.example.org"
    one = rich()
    draft, gone = listing("Draft", columns={"state": "draft"}), listing("Gone")
    withdraw_listing(by=None, listing=gone, reason={"en": "Gone"})
    body = Part.objects.get(listing=one, part="backbone").body
    index = client.get("/sitemap.xml").content.decode()
    told = ""
    for section in ("atlas", "listings", "bodies"):
        address = re.search(rf"https://shidra\.example\.org(/[^<]*{section}[^<]*)</loc>", index)
        assert address is not None, section
        told += client.get(address[1]).content.decode()
    for path in (
        "atlas/", "atlas/figures/", "atlas/countries/", "atlas/countries/IL/", "atlas/countries/JO/", "atlas/fields/youth/",
        f"atlas/initiatives/{one.slug}/", f"atlas/bodies/{body.slug}/",
    ):  # fmt: skip
        for language in ("he", "ar", "en"):
            assert f"<loc>https://shidra.example.org/{language}/{path}</loc>" in told, path
    assert draft.slug not in told
    assert gone.slug not in told
    assert "countries/US" not in told
