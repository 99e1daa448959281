"""Feeds that mean no good, over real sockets: each ends soon, with a reason, and nothing of it is kept."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from shidra.commons.atlas import harvesting
from shidra.commons.atlas.models import Arrival, Feed, Listing
from shidra.commons.atlas.usecases.decide_arrival import accept_arrivals
from shidra.commons.atlas.usecases.harvest_feed import HarvestReport, harvest_feed
from shidra.commons.atlas.usecases.keep_feed import add_feed
from tests.feeds import SOURCE, FeedServer, feed_server, page, send, told

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db
ONE = str(uuid4())


@pytest.fixture
def other(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FeedServer]:
    monkeypatch.setattr(harvesting, "PAGE_SECONDS", 2.0)
    with feed_server() as server:
        settings.FETCH_ALLOWED = [server.place]
        yield server


def harvest(other: FeedServer) -> HarvestReport:
    feed = Feed.objects.first() or add_feed(by=None, address=other.url)
    began = time.monotonic()
    report = harvest_feed(by=None, feed=feed)
    assert time.monotonic() - began < 8
    return report


def problem(other: FeedServer) -> str:
    report = harvest(other)
    assert report.problem is not None
    assert str(report.problem)
    assert not Arrival.objects.exists()
    assert Feed.objects.get().problem == report.problem.code
    return report.problem.code


def refused(other: FeedServer, *entries: Any) -> list[tuple[str, str]]:
    """What becomes of bad entries beside a good one, which is taken all the same."""
    other.says(*entries, told(ONE, "Good"))
    report = harvest(other)
    assert report.problem is None
    assert report.new == 1
    assert list(Arrival.objects.values_list("uid", flat=True)) == [ONE]
    for one in report.refused:
        assert str(one.broken())
    return [(one.id, one.code) for one in report.refused]


def _forever(piece: bytes, pause: float) -> Any:
    def go_on(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "application/json")
        request.end_headers()
        until = time.monotonic() + 12
        while time.monotonic() < until:
            request.wfile.write(piece)
            request.wfile.flush()
            time.sleep(pause)

    return go_on


def test_a_body_without_end(other: FeedServer) -> None:
    other.answers["/feed.json"] = _forever(b" " * 1_000_000, 0)
    assert problem(other) == "fetch_too_large"


def test_a_body_that_drips(other: FeedServer) -> None:
    other.answers["/feed.json"] = _forever(b" ", 0.2)
    assert problem(other) == "fetch_too_slow"


def test_a_bomb(other: FeedServer) -> None:
    packed = gzip.compress(b"[" * 200_000_000)
    other.answers["/feed.json"] = lambda request: send(request, packed, Content_Encoding="gzip")
    assert problem(other) == "fetch_too_large"


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://127.0.0.1:9/feed.json", "fetch_scheme"),
        ("https://127.0.0.1/feed.json", "fetch_not_public"),
        ("https://10.0.0.1/feed.json", "fetch_not_public"),
        ("https://169.254.169.254/latest/meta-data.json", "fetch_not_public"),
        ("https://[::ffff:127.0.0.1]/feed.json", "fetch_not_public"),
        ("https://localhost/feed.json", "fetch_not_public"),
    ],
)
def test_an_address_inside(settings: Settings, address: str, code: str) -> None:
    settings.FETCH_ALLOWED = []
    report = harvest_feed(by=None, feed=add_feed(by=None, address=address))
    assert report.problem is not None
    assert report.problem.code == code


def test_sent_on_to_an_address_inside(other: FeedServer) -> None:
    other.answers["/feed.json"] = lambda request: send(request, b"", 302, Location="http://169.254.169.254/feed.json")
    assert problem(other) == "fetch_scheme"
    other.answers["/feed.json"] = lambda request: send(request, b"", 302, Location="https://192.168.1.1/feed.json")
    assert problem(other) == "fetch_not_public"


def test_a_next_page_inside_or_elsewhere(other: FeedServer) -> None:
    for following in ("http://169.254.169.254/x", "https://example.org/feed.json", "http://127.0.0.1:1/feed.json"):
        other.says(told(ONE, "A"), next=following)
        assert problem(other) == "feed_elsewhere"
    other.says(told(ONE, "A"), next="file:///etc/passwd")
    assert problem(other) == "fetch_scheme"
    other.says(told(ONE, "A"), next="/two.json")
    with feed_server() as third:
        third.says(told(str(uuid4()), "B"))
        other.answers["/two.json"] = lambda request: send(request, b"", 302, Location=third.url)
        assert problem(other) in ("fetch_scheme", "fetch_port")


def test_pages_that_go_round(other: FeedServer) -> None:
    other.says(told(ONE, "A"), next="/feed.json")
    assert problem(other) == "feed_loops"
    other.says(told(ONE, "A"), next="/two.json")
    other.answers["/two.json"] = page(told(str(uuid4()), "B"), next="/feed.json#again")
    assert problem(other) == "feed_loops"
    other.answers["/two.json"] = page(next="/three.json")
    assert problem(other) == "feed_loops"


def _page_without_end(ids: str) -> Any:
    def answer(request: BaseHTTPRequestHandler) -> None:
        number = int(request.path.partition("=")[2] or 0)
        entry = told(str(uuid4()) if ids == "new" else ONE, f"Listing {number}")
        send(request, json.dumps(page(entry, next=f"/feed.json?p={number + 1}")).encode())

    return answer


def test_pages_without_end(other: FeedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    other.answers["*"] = _page_without_end("the same")
    assert problem(other) == "feed_loops"
    assert len(other.requests) == 2
    monkeypatch.setattr(harvesting, "MOST_PAGES", 12)
    other.answers["*"] = _page_without_end("new")
    other.requests.clear()
    assert problem(other) == "feed_too_long"
    assert len(other.requests) == 12
    monkeypatch.setattr(harvesting, "ALL_SECONDS", 0.5)
    monkeypatch.setattr(harvesting, "MOST_PAGES", 100_000)
    assert problem(other) in ("feed_too_slow", "fetch_too_slow")
    monkeypatch.setattr(harvesting, "ALL_SECONDS", 60.0)
    monkeypatch.setattr(harvesting, "MOST_ENTRIES", 5)
    assert problem(other) == "feed_too_long"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", b"nonsense", b'{"format": "collective-impact-feed/1", "listings": [', b"\xff\xfe{}",
        b'{"format":"\xc3\x28"}', b"[" * 100_000, b'{"a":' * 100_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    ],
)  # fmt: skip
def test_what_is_no_json(other: FeedServer, body: bytes) -> None:
    other.answers["/feed.json"] = body
    assert problem(other) == "feed_unreadable"


@pytest.mark.parametrize(
    "said",
    [
        [], None, 7, "feed", {}, {"format": "collective-impact-feed/2", "listings": []},
        {"format": ["collective-impact-feed/1"], "listings": []}, {"format": "collective-impact-feed/1"},
        page() | {"listings": {}}, page() | {"listings": None}, page() | {"removed": "all"}, page() | {"next": 7},
        {"type": "FeatureCollection", "features": []},
    ],
)  # fmt: skip
def test_what_is_another_form(other: FeedServer, said: Any) -> None:
    other.answers["/feed.json"] = json.dumps(said).encode()
    assert problem(other) == "feed_form"


def test_the_same_key_twice_at_the_top(other: FeedServer) -> None:
    other.answers["/feed.json"] = b'{"format":"x","format":"collective-impact-feed/1","listings":[]}'
    assert problem(other) == "feed_form"


def test_another_kind_of_file_and_another_status(other: FeedServer) -> None:
    other.answers["/feed.json"] = lambda request: send(request, b"{}", Content_Type="text/html")
    assert problem(other) == "fetch_type"
    for status in (204, 304, 404, 410, 500, 503):
        other.answers["/feed.json"] = lambda request, status=status: send(request, b"", status)
        assert problem(other) == "feed_status"


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (7, "entry_form"),
        (None, "entry_form"),
        ([[]], "entry_form"),
        ({}, "id_wrong"),
        ({"id": 7}, "id_wrong"),
        ({"id": ""}, "id_wrong"),
        ({"id": "\u202e\u0000"}, "id_wrong"),
        ({"id": "x" * 301, "content": {"names": {"en": "A"}}}, "id_wrong"),
        ({"id": "x"}, "form_wrong"),
        ({"id": "x", "content": []}, "form_wrong"),
        ({"id": "x", "content": {}}, "name_missing"),
        ({"id": "x", "content": {"names": "A"}}, "form_wrong"),
        ({"id": "x", "content": {"names": {"en": ["A"]}}}, "form_wrong"),
        ({"id": "x", "content": {"names": {"en": "A" * 201}}}, "text_too_long"),
        ({"id": "x", "content": {"names": {"en": "A"}, "summary": {"en": "A" * 300_000}}}, "entry_too_long"),
        ({"id": "x", "content": {"names": {"<b>": "A"}}}, "value_unknown"),
        ({"id": "x", "content": {"names": {"en": "half a pair \ud83d"}}}, "entry_form"),
        ({"id": "x", "content": {"names": {"en": "A"}, "parts": {"a": 1}}}, "form_wrong"),
        ({"id": "x", "content": {"names": {"en": "A"}, "parts": [[1]]}}, "form_wrong"),
        ({"id": "x", "content": {"names": {"en": "A"}, "parts": [{"names": {"en": "B"}}] * 201}}, "too_many"),
        ({"id": "x", "content": {"names": {"en": "A"}, "fields": "education"}}, "form_wrong"),
        ({"id": "x", "content": {"names": {"en": "A"}, "fields": ["astrology"]}}, "value_unknown"),
        ({"id": "x", "content": {"names": {"en": "A"}, "status": {"is": "active"}}}, "value_unknown"),
        ({"id": "x", "content": {"names": {"en": "A"}, "partner_count": -1}}, "value_unknown"),
        ({"id": "x", "content": {"names": {"en": "A"}, "partner_count": 10**30}}, "entry_form"),
        ({"id": "x", "content": {"names": {"en": "A"}, "started": "1066"}}, None),
        ({"id": "x", "content": {"names": {"en": "A"}, "sources": {"astrology": [SOURCE]}}}, "value_unknown"),
        ({"id": "x", "content": {"names": {"en": "A"}, "website": "javascript:alert(1)"}}, "address_unreadable"),
        ({"id": "x", "page": "javascript:alert(1)", "content": {"names": {"en": "A"}}}, "address_unreadable"),
        ({"id": "x", "page": 7, "content": {"names": {"en": "A"}}}, "form_wrong"),
        ({"id": "x", "content": {"names": {"en": "A"}, "places": [{"country": "KE", "latitude": [1], "longitude": 1}]}},
         "point_unreadable"),
        ({"id": "x", "content": {"names": {"en": "A"}, "places": [{"country": "<b", "latitude": 1, "longitude": 1}]}},
         "country_missing"),
    ],
)  # fmt: skip
def test_a_bad_entry_is_refused_and_the_others_go_on(other: FeedServer, entry: Any, code: str | None) -> None:
    if code is None:
        other.says(entry)
        assert not harvest(other).refused
    else:
        assert [found for _id, found in refused(other, entry)] == [code]


@pytest.mark.parametrize(
    "number", ["1e400", "-1e400", "NaN", "Infinity", "-Infinity", "9" * 5_000, "1" + "0" * 400, "0." + "1" * 9 + "e999"]
)
def test_numbers_that_are_none(other: FeedServer, number: str) -> None:
    said = {"names": {"en": "A"}, "places": [{"country": "KE", "latitude": "HERE", "longitude": 1}]}
    bad = json.dumps({"id": "x", "content": said}).replace('"HERE"', number)
    good = json.dumps(told(ONE, "Good"))
    other.answers["/feed.json"] = f'{{"format":"collective-impact-feed/1","listings":[{bad},{good}]}}'.encode()
    report = harvest(other)
    assert [(one.id, one.code) for one in report.refused] == [("x", "entry_form")]
    assert list(Arrival.objects.values_list("uid", flat=True)) == [ONE]


def test_a_key_twice_and_depth_within_an_entry(other: FeedServer) -> None:
    twice = '{"id":"x","content":{"names":{"en":"A","en":"B"}}}'
    deep = json.dumps(told("y", "A", more="HERE")).replace('"HERE"', "[" * 700 + "]" * 700)
    good = json.dumps(told(ONE, "Good"))
    other.answers["/feed.json"] = f'{{"format":"collective-impact-feed/1","listings":[{twice},{deep},{good}]}}'.encode()
    report = harvest(other)
    assert report.problem is not None or ("x", "entry_form") in [(one.id, one.code) for one in report.refused]
    assert "x" not in set(Arrival.objects.values_list("uid", flat=True))


def test_an_id_twice(other: FeedServer) -> None:
    assert refused(other, told(ONE, "Good"), told(ONE.upper(), "Bad")) == [(ONE.upper(), "id_twice"), (ONE, "id_twice")]
    assert Arrival.objects.get().content["names"] == {"en": "Good"}


def test_unknown_fields_are_passed_over_and_markup_stays_text(other: FeedServer) -> None:
    markup = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    other.says(
        told(ONE, f"{markup}\u202e\u0007", colour="red", content={"shoe_size": [1, {"a": None}], "network": 1}),
        publisher={"name": f"{markup}\n\u202eme", "address": 7}, extra={"a": [1]},
    )  # fmt: skip
    report = harvest(other)
    assert report.problem is None
    assert (report.new, report.name) == (1, f"{markup} me")
    arrival = Arrival.objects.get()
    assert arrival.content == {
        "names": {"en": markup},
        "sources": {"names": [{"address": SOURCE["address"], "title": "", "note": "", "found_on": "", "is_verified": True}]},
        "status": "unknown",
    }  # fmt: skip
    assert not accept_arrivals(by=None, seen={arrival.pk: arrival.digest})
    assert Listing.objects.get().names == {"en": markup}


@pytest.mark.parametrize("removed", [[7], [None], [{}], [{"id": 7}], [{"id": ["x"]}], [{"id": "\ud83d"}], ["x"]])
def test_nonsense_among_what_was_taken_back_is_passed_over(other: FeedServer, removed: list[Any]) -> None:
    other.says(told(ONE, "A"), removed=[*removed, {"id": "y", "reason": {"en": 7}}, {"id": "z", "reason": ["x"]}])
    report = harvest(other)
    assert report.problem is None
    assert (report.new, report.removed) == (1, 0)


def test_a_feed_that_turns_bad_after_its_first_page_is_not_taken_at_all(other: FeedServer) -> None:
    other.says(told(ONE, "A"), next="/two.json")
    other.answers["/two.json"] = b"{"
    assert problem(other) == "feed_unreadable"


def test_many_listings_in_many_pages(other: FeedServer) -> None:
    for number in range(4):
        entries = [told(f"x:{number}:{one}", f"Listing {number} {one}") for one in range(300)]
        other.answers["/feed.json" if number == 0 else f"/{number}.json"] = page(
            *entries, removed=[{"id": f"gone:{number}"}], **({"next": f"/{number + 1}.json"} if number < 3 else {})
        )
    report = harvest(other)
    assert (report.problem, report.pages, report.seen, report.new) == (None, 4, 1200, 1200)
    seen = dict(Arrival.objects.values_list("pk", "digest"))
    assert not accept_arrivals(by=None, seen=seen)
    assert Listing.objects.filter(state="public").count() == 1200
    assert harvest(other).unchanged == 1200
