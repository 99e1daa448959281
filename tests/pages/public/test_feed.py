"""The feed that this installation publishes: in its own form, whole over its pages, without what others list."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from shidra.commons.atlas.harvesting import WELL_KNOWN, content_from
from shidra.commons.atlas.models import Feed, Listing
from shidra.commons.atlas.usecases.keep_listing import withdraw_listing
from shidra.commons.atlas.web import downloads
from shidra.commons.atlas.writing import content_of
from shidra.kernel import clock
from tests.atlas import HAIFA, SOURCE, listing

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db
FULL: dict[str, Any] = {
    "names": {"en": "Road Map", "he": "מפת דרכים", "fr": "Feuille de route"}, "original_language": "he",
    "past_names": [{"names": {"en": "The Road"}, "until": "2015-02"}], "summary": {"en": "What it is."},
    "fields": ["education", "youth"], "status": "closed", "started": "2010-03-01", "ended": "2019",
    "end_reason": {"en": "Done."}, "legacy": {"en": "A school."},
    "places": [HAIFA, {"kind": "area", "country": "IL", "region": "North", "precision": "region"},
               {"kind": "national", "country": "KE"}, {"kind": "global"}],
    "parts": [{"names": {"en": "Sheatufim"}, "part": "backbone", "backbone_kind": "part_of_work",
               "backbone_type": "existing_nonprofit", "since": "2012", "country": "IL", "website": "https://s.example",
               "identifiers": [["IL-RA", "580"]]}, {"names": {"en": "A partner"}}],
    "partner_count": 12, "languages": ["he", "ar"], "website": "https://road.example",
    "indicators": [{"names": {"en": "Readers"}, "value": "61.4", "unit": "%", "period": "2018",
                    "address": "https://road.example/i"}],
    "links": [{"title": "Report", "address": "https://road.example/r"}], "is_fictional": True,
}  # fmt: skip


def pages(path: str = WELL_KNOWN) -> list[dict[str, Any]]:
    """All pages, each in the form of the schema that is shipped."""
    found: list[dict[str, Any]] = []
    while path:
        answer = Client().get(path)
        assert answer["Content-Type"] == "application/json"
        found.append(answer.json())
        schema().validate(found[-1])
        path = found[-1].get("next", "").partition("8000")[2]
    return found


def schema() -> Any:
    path = finders.find("atlas/feed.schema.json")
    assert isinstance(path, str)
    said = json.loads(Path(path).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(said)
    return jsonschema.Draft202012Validator(said)


def test_what_is_listed_is_told_whole_and_understood_again(settings: Settings) -> None:
    settings.SITE_NAME = "Atlas of the Valley"
    network = listing("Network")
    made = listing("Road Map", columns={"verified_on": clock.today(), "verified_by": "keeper"}, **FULL)
    Listing.objects.filter(pk=made.pk).update(network=network)
    told = pages()[0]
    assert told["publisher"] == {"name": "Atlas of the Valley", "address": settings.SITE_URL}
    entry = told["listings"][1]
    assert (entry["id"], entry["network_id"]) == (str(made.uid), str(network.uid))
    assert entry["page"].startswith(f"{settings.SITE_URL}/en/atlas/initiatives/")
    assert "body" not in json.dumps(entry["content"]["parts"])
    again, here = content_from(entry["content"]), content_of(Listing.objects.get(pk=made.pk))
    assert again.facts() == {fact: said for fact, said in here.facts().items() if fact != "network"}
    assert again.sources == here.sources
    assert again.is_fictional


def test_what_was_taken_out_is_told_over_all_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "FEED_PAGE", 3)
    made = [listing(f"Listing {number}") for number in range(8)]
    for number in (0, 3, 4, 7):
        withdraw_listing(by=None, listing=made[number], reason={"en": f"Reason {number}", "he": "סיבה"})
    listing("A draft", columns={"state": "draft"})
    found = pages()
    assert len(found) == 3
    assert [entry["id"] for page in found for entry in page["listings"]] == [str(made[n].uid) for n in (1, 2, 5, 6)]
    gone = {one["id"]: one["reason"] for page in found for one in page["removed"]}
    assert gone == {str(made[n].uid): f"Reason {n}" for n in (0, 3, 4, 7)}


def test_what_came_from_another_feed_is_not_passed_on() -> None:
    feed = Feed.objects.create(address="https://other.example/feed.json", added_at=clock.now())
    theirs = [listing(f"Theirs {n}", columns={"origin": "harvested", "feed": feed}) for n in range(2)]
    withdraw_listing(by=None, listing=theirs[0], reason={"en": "Gone there."})
    mine = listing("Mine")
    told = pages()[0]
    assert [entry["id"] for entry in told["listings"]] == [str(mine.uid)]
    assert told["removed"] == []


def test_its_mark_changes_with_what_it_says_and_only_then() -> None:
    first = listing("First")
    answer = Client().get(WELL_KNOWN)
    assert Client().get(WELL_KNOWN, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    withdraw_listing(by=None, listing=first, reason={"en": "Gone."})
    again = Client().get(WELL_KNOWN, headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 200
    assert [one["id"] for one in again.json()["removed"]] == [str(first.uid)]


def test_the_example_that_is_documented_is_in_the_form(pytestconfig: pytest.Config) -> None:
    words = pytestconfig.rootpath / "docs" / "feed.md"
    example = json.loads(words.read_text(encoding="utf-8").partition("```json")[2].partition("```")[0])
    schema().validate(example)
    for entry in example["listings"]:
        assert content_from(entry["content"]).facts()


@pytest.mark.parametrize(
    "said",
    [
        {"listings": []}, {"format": "collective-impact-feed/2", "listings": []},
        {"format": "collective-impact-feed/1", "listings": [{"content": {"names": {"en": "A"}}}]},
        {"format": "collective-impact-feed/1", "listings": [{"id": "x", "content": {"names": {}}}]},
        {"format": "collective-impact-feed/1", "listings": [{"id": "x", "content": {"names": {"en": "A"},
         "sources": {"start": [{"note": "nowhere"}]}}}]},
    ],
)  # fmt: skip
def test_the_schema_refuses_what_a_harvester_would(said: dict[str, Any]) -> None:
    assert not schema().is_valid(said)


def test_sources_are_told_as_they_stand() -> None:
    listing("Road Map")
    assert pages()[0]["listings"][0]["content"]["sources"]["names"] == [{**SOURCE, "is_verified": True}]
