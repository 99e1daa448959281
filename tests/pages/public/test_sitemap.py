"""What search engines are told: all that is public, in each language, and nothing else."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from django_scopes import scope

from shidra.conditions.common_agenda.models import CommonAgenda
from shidra.entrypoints.public_site import sitemap
from shidra.kernel import clock
from tests.pages.public.documents import document, figure, release
from tests.world import World

SITE = "https://shidra.example"
NS = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


@pytest.fixture
def told(world: World, settings: Any) -> World:
    settings.SITE_URL = SITE
    for number in (1, 2):
        documents = [document(f"{code}-{number}", world.district, [figure("2024", "5")]) for code in ("a", "b")]
        release(world.initiative, documents, number=number)
    release(world.initiative, [document("draft", world.district, [figure("2024", "5")])], number=3, published=False)
    with scope(initiative=world.initiative):
        CommonAgenda.objects.create(
            initiative=world.initiative, number=1, state="published", published_at=clock.now(), problem={"en": "x"}
        )
    return world


def _locations(path: str) -> list[str]:
    answer = Client().get(path)
    assert answer.status_code == 200, path
    assert not answer.cookies
    root = ElementTree.fromstring(answer.content)
    return [one.text or "" for one in root.findall(".//s:loc", NS)]


def _all() -> set[str]:
    return {
        address.removeprefix(SITE)
        for page in _locations("/sitemap.xml")
        for address in _locations(page.removeprefix(SITE))
    }


def test_all_public_pages_in_each_language_and_no_others(told: World) -> None:
    told.other.is_public = False
    told.other.save()
    paths = ("", "i/first-steps/", "i/first-steps/agenda/", "i/first-steps/indicators/a-2/",
             "i/first-steps/indicators/b-2/", "i/first-steps/releases/1/", "i/first-steps/releases/2/")  # fmt: skip
    found = _all()
    atlas = ("atlas/", "atlas/bodies/", "atlas/countries/", "atlas/fields/", "atlas/figures/")
    assert found == {f"/{language}/{path}" for language in ("he", "ar", "en") for path in (*paths, *atlas)}
    for path in found:
        assert Client().get(path).status_code == 200, path
    told.initiative.is_public = False
    told.initiative.save()
    assert _all() == {f"/{language}/{path}" for language in ("he", "ar", "en") for path in ("", *atlas)}


def test_each_names_its_languages_and_when_it_changed(told: World) -> None:
    root = ElementTree.fromstring(Client().get("/sitemap-releases-1.xml").content)
    for url in root.findall("s:url", NS):
        links = {one.get("hreflang"): one.get("href") for one in url.findall("x:link", NS)}
        location = url.findtext("s:loc", "", NS)
        assert set(links) == {"he", "ar", "en"}
        assert location in links.values()
        assert url.findtext("s:lastmod", "", NS).startswith("2026-03-1")


def test_long_lists_are_cut_into_pages(told: World, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _all()
    monkeypatch.setattr(sitemap, "ADDRESSES_A_PAGE", 3)
    assert [one for one in _locations("/sitemap.xml") if "releases" in one] == [
        f"{SITE}/sitemap-releases-1.xml", f"{SITE}/sitemap-releases-2.xml",
    ]  # fmt: skip
    assert _all() == whole
    for missing in ("sitemap-releases-3.xml", "sitemap-releases-0.xml", "sitemap-secrets-1.xml"):
        assert Client().get(f"/{missing}").status_code == 404


def test_robots_are_shown_the_way(told: World) -> None:
    answer = Client().get("/robots.txt")
    assert answer["Content-Type"].startswith("text/plain")
    lines = answer.text.splitlines()
    assert lines[0] == "User-agent: *"
    assert f"Sitemap: {SITE}/sitemap.xml" in lines
    closed = [line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow: ")]
    assert {f"/{language}/work/" for language in ("he", "ar", "en")} <= set(closed)
    assert not [path for path in _all() if path.startswith(tuple(closed))]
