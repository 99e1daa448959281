"""The atlas for programs."""

from __future__ import annotations

import csv
import json
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from shidra.commons.atlas.models import Listing
from shidra.commons.atlas.usecases.import_listings import import_listings
from shidra.commons.atlas.usecases.keep_listing import withdraw_listing
from shidra.commons.atlas.web import downloads
from shidra.commons.atlas.writing import content_of
from tests.atlas import HAIFA, listing

pytestmark = pytest.mark.django_db


def _json(client: Client, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200
    assert address.startswith("/.well-known") or f'{address}>; rel="first"' in answer["Link"]
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert not answer.cookies
    return json.loads(answer.content)


def test_all_public_listings_as_features(client: Client) -> None:
    backbone = {"names": {"en": "Carmel Trust"}, "part": "backbone", "backbone_kind": "dedicated"}
    listing("Haifa children", places=[HAIFA], fields=["education", "youth"], started="2013-09", parts=[backbone])
    listing("Whole country", places=[{"kind": "national", "country": "US"}])
    listing("Not seen", columns={"state": "draft"})
    told = _json(client, "/atlas/initiatives.geojson")
    assert told["type"] == "FeatureCollection"
    one, other = told["features"]
    assert one["geometry"] == {"type": "Point", "coordinates": [34.99, 32.82]}
    assert one["properties"] | {
        "name": "Haifa children", "field": ["education", "youth"], "start_year": "2013", "country_code": ["IL"],
        "backbone_organisation": ["Carmel Trust"], "backbone_class": "dedicated", "source": ["https://example.org/report"],
    } == one["properties"]  # fmt: skip
    assert other["geometry"] is None
    for asked in ("field=youth", "country=IL"):
        found = _json(client, f"/atlas/initiatives.geojson?{asked}")["features"]
        assert [feature["properties"]["name"] for feature in found] == ["Haifa children"]
    assert client.get("/atlas/initiatives.geojson?country=il")["X-Total-Count"] == "1"


def test_long_answers_come_in_pages(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "A_PAGE", 2)
    for number in range(5):
        listing(f"Number {number}")
    address, names = "/atlas/initiatives.csv?q=number", []
    while address:
        answer = client.get(address)
        assert answer["X-Total-Count"] == "5"
        names += [row["name"] for row in csv.DictReader(StringIO(answer.content.decode("utf-8-sig")))]
        following = [link for link in answer["Link"].split(", ") if 'rel="next"' in link]
        address = following[0].split(">")[0].removeprefix("<http://127.0.0.1:8000") if following else ""
    assert names == [f"Number {number}" for number in range(5)]


def test_the_table_says_no_other_than_the_listing_and_comes_in_again(client: Client) -> None:
    here = {"kind": "point", "country": "US", "precision": "region"}
    made = listing(
        "Three places; one name",
        places=[
            {**here, "names": {"en": "Alpha"}, "latitude": "40.1", "longitude": "-80.5"},
            {**here, "names": {"en": "Beta"}, "country": "CA", "latitude": "40.1", "longitude": "-80.6"},
            {**here, "names": {"en": "Gamma"}, "latitude": "40.2", "longitude": "-80.5", "region": "Ohio"},
        ],
        parts=[
            {"names": {"en": "Uno"}, "part": "backbone", "backbone_kind": "dedicated", "backbone_type": "funder"},
            {"names": {"en": "Dos"}, "part": "backbone"},
            {"names": {"en": "Purse"}, "part": "funder"},
        ],
    )
    listing("Southern", places=[{**here, "country": "ZA", "latitude": "-33.9", "longitude": "18.4"}])
    content = client.get("/atlas/initiatives.csv").content
    first, second = csv.DictReader(StringIO(content.decode("utf-8-sig")))
    assert float(second["latitude"]) == -33.9
    assert (first["latitude"], first["country_code"]) == ("40.1; 40.1; 40.2", "US; CA; US")
    assert (first["longitude"].lstrip("'"), first["region"]) == ("-80.5; -80.6; -80.5", "–; –; Ohio")
    assert (first["backbone_class"], first["funders"]) == ("dedicated; –", "Purse")
    told = content_of(made)
    Listing.objects.all().delete()
    report = import_listings(by=None, name="initiatives.csv", chunks=[content])
    assert (report.new, report.asked, report.errors) == (2, [], [])
    again = content_of(Listing.objects.get(sort_name__startswith="three"))
    assert [(one.country, one.latitude, one.longitude) for one in again.places] == [
        (one.country, one.latitude, one.longitude) for one in told.places
    ]
    assert [(one.part, one.backbone_kind, dict(one.names)) for one in again.parts] == [
        (one.part, one.backbone_kind, dict(one.names)) for one in told.parts
    ]


def test_what_a_spreadsheet_would_take_for_a_formula_is_text(client: Client) -> None:
    listing('=HYPERLINK("https://example.org")')
    assert "'=HYPERLINK" in client.get("/atlas/initiatives.csv").content.decode()


def test_the_same_number_of_queries_for_one_and_for_thirty(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for address in ("/atlas/initiatives.geojson", "/atlas/initiatives.jsonld", "/.well-known/collective-impact.json"):
        listing(f"First of {address}", places=[HAIFA], parts=[{"names": {"en": "A body"}}])
        client.get(address)
        with django_assert_max_num_queries(12) as few:
            client.get(address)
        asked = len(few)
        for number in range(30):
            listing(f"{number} of {address}", places=[HAIFA], parts=[{"names": {"en": f"Body {number}"}}])
        client.get(address)
        with django_assert_max_num_queries(asked):
            client.get(address)


def test_unchanged_says_so(client: Client) -> None:
    made = listing()
    first = client.get("/atlas/initiatives.geojson")
    assert client.get("/atlas/initiatives.geojson", headers={"if-none-match": first["ETag"]}).status_code == 304
    withdraw_listing(by=None, listing=made, reason={"en": "It ended."})
    assert client.get("/atlas/initiatives.geojson", headers={"if-none-match": first["ETag"]}).status_code == 200


def test_the_feed_tells_what_is_listed_here_and_what_no_longer_is(client: Client) -> None:
    stays = listing("Stays", places=[HAIFA], started="2013")
    listing("From elsewhere", columns={"origin": "harvested"})
    gone = listing("Goes")
    withdraw_listing(by=None, listing=gone, reason={"en": "It never was one."})
    told = _json(client, "/.well-known/collective-impact.json")
    assert [entry["id"] for entry in told["listings"]] == [str(stays.uid)]
    assert told["listings"][0]["content"]["started"] == "2013"
    assert [(one["id"], one["reason"]) for one in told["removed"]] == [(str(gone.uid), "It never was one.")]


def test_linked_data_are_of_schema_org(client: Client) -> None:
    listing("Haifa children", places=[HAIFA], started="2013", website="https://example.org/")
    graph = _json(client, "/atlas/initiatives.jsonld")["@graph"]
    assert graph[0]["@type"] == "Project"
    assert graph[0]["location"][0]["geo"]["latitude"] == 32.82
