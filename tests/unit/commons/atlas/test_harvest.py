"""Harvesting: what a feed brings, changes, takes back; what is refused; what waits for an editor."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import connection

from shidra.commons.atlas.models import Arrival, Change, Feed, Listing, State
from shidra.commons.atlas.queries.feeds import contents_of, due_feeds, look_alikes, provenance_of, would_change
from shidra.commons.atlas.usecases.decide_arrival import accept_arrivals, decline_arrivals, join_arrival
from shidra.commons.atlas.usecases.harvest_feed import HarvestReport, harvest_feed, obey_loss
from shidra.commons.atlas.usecases.keep_feed import add_feed, ask_harvest, change_feed, remove_feed, try_feed
from shidra.commons.atlas.usecases.keep_listing import change_listing, withdraw_listing
from shidra.commons.atlas.writing import content_of
from shidra.foundation.jobs.asking import run_waiting_jobs
from shidra.foundation.jobs.models import Job
from shidra.foundation.jobs.registry import task_named
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import NotAllowed, RuleBroken
from tests.atlas import content, editor, listing
from tests.feeds import FeedServer, feed_server, page, send, told
from tests.world import signed_in

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db
ONE, TWO, THREE, FOUR = (str(uuid4()) for _ in range(4))


@pytest.fixture
def other(settings: Settings) -> Iterator[FeedServer]:
    with feed_server() as server:
        settings.FETCH_ALLOWED = [server.place]
        yield server


@pytest.fixture
def feed(other: FeedServer) -> Feed:
    return add_feed(by=None, address=other.url)


def harvest(feed: Feed) -> HarvestReport:
    report = harvest_feed(by=None, feed=Feed.objects.get(pk=feed.pk))
    assert report.problem is None
    assert report.seen == report.new + report.changed + report.unchanged + report.ours + len(report.refused)
    return report


def accept_all() -> None:
    assert not accept_arrivals(by=None, seen=waiting())


def waiting() -> dict[int, str]:
    return dict(Arrival.objects.filter(state="waiting").values_list("pk", "digest"))


def states() -> dict[str, str]:
    return dict(Arrival.objects.values_list("uid", "state"))


def test_what_is_new_waits_and_enters_with_its_provenance(other: FeedServer, feed: Feed) -> None:
    other.says(
        told(ONE, "Road Map", verified_on="2026-01-05", content={"started": "2012", "places": [
            {"country": "KE", "latitude": -1.29, "longitude": 36.82, "gazetteer_id": 184745}]}),
        told("urn:x:7", "Blue Net", page=""),
    )  # fmt: skip
    report = harvest(feed)
    assert (report.new, report.pages, report.name) == (2, 1, "The other atlas")
    assert not Listing.objects.exists()
    who = editor()
    assert not accept_arrivals(by=who, seen=waiting())
    first, second = Listing.objects.order_by("pk")
    assert (str(first.uid), first.origin, first.state, first.feed) == (ONE, "harvested", "public", feed)
    assert (str(first.verified_on), first.verified_by) == ("2026-01-05", "feed")
    said = content_of(first)
    assert said.sources["names"][0].address == "https://example.org/report"
    assert said.sources["start"][0].address == "https://example.org/Road-Map/"
    assert not said.sources["start"][0].is_verified
    assert content_of(second).sources["names"][0].address == "https://example.org/report"
    change = first.changes.get()
    assert (change.made_by, change.feed, change.source) == ("feed", feed, other.url)
    provenance = provenance_of(Listing.objects.select_related("feed").get(pk=first.pk))
    assert provenance is not None
    assert (provenance.name, provenance.site) == ("The other atlas", other.site)
    assert provenance.page == "https://example.org/Road-Map/"
    assert Arrival.objects.filter(state="accepted", decided_by=who).count() == 2
    assert provenance_of(listing("Ours")) is None


def test_numbers_that_mean_something_here_only_are_not_taken(other: FeedServer, feed: Feed) -> None:
    ours = listing("Ours", parts=[{"names": {"en": "Our backbone"}, "part": "backbone"}])
    body = ours.parts.get().body
    part = {"names": {"en": "Their backbone"}, "part": "backbone", "body": body.pk}
    other.says(
        told(ONE, "A", content={"parts": [part], "network": ours.pk}),
        told(TWO, "B", content={"parts": [{"part": "backbone", "body": body.pk}]}),
        told(THREE, "C", content={"places": [{"country": "KE", "names": {"en": "X"}, "gazetteer_id": 294801}]}),
    )
    report = harvest(feed)
    assert [(one.id, one.code) for one in report.refused] == [(TWO, "name_missing")]
    accept_all()
    taken = Listing.objects.get(uid=ONE)
    assert taken.network is None
    assert str(taken.parts.get().body) == "Their backbone"
    assert Listing.objects.get(uid=THREE).places.get().gazetteer_id is None  # Haifa is not in Kenya


def test_a_change_shows_what_differs_and_waits(other: FeedServer, feed: Feed) -> None:
    other.says(told(ONE, "Road Map", content={"started": "2012"}))
    harvest(feed)
    accept_all()
    assert (harvest(feed).unchanged, waiting()) == (1, {})
    other.says(told(ONE, "Road Map", content={"started": "2013"}))
    assert harvest(feed).changed == 1
    arrival = Arrival.objects.select_related("feed").get()
    assert would_change(arrival, contents_of([arrival])[0]) == {"start": {"before": "2012", "after": "2013"}}
    assert Listing.objects.get().started == "2012"
    accept_all()
    assert Listing.objects.get().started == "2013"
    assert Listing.objects.get().changes.first().made_by == "feed"  # type: ignore[union-attr]


def test_what_was_declined_stays_so_until_it_changes(other: FeedServer, feed: Feed) -> None:
    other.says(told(ONE, "Road Map"))
    harvest(feed)
    assert not decline_arrivals(by=editor(), seen=waiting())
    harvest(feed)
    assert states() == {ONE: "declined"}
    other.says(told(ONE, "Road Map Project"))
    harvest(feed)
    assert states() == {ONE: "waiting"}


def test_an_editor_accepts_what_was_seen_and_nothing_else(other: FeedServer, feed: Feed) -> None:
    other.says(told(ONE, "Road Map"))
    harvest(feed)
    seen = waiting()
    other.says(told(ONE, "Something quite else"))
    harvest(feed)
    assert [broken.code for _arrival, broken in accept_arrivals(by=None, seen=seen)] == ["changed_meanwhile"]
    assert not Listing.objects.exists()
    accept_all()
    assert [broken.code for _arrival, broken in accept_arrivals(by=None, seen=seen)] == ["arrival_decided"]


def test_only_editors_decide(other: FeedServer, feed: Feed) -> None:
    other.says(told(ONE, "Road Map"))
    harvest(feed)
    stranger = Person.objects.create_user("stranger@example.org", "a long password")
    for attempt in (
        lambda: accept_arrivals(by=stranger, seen=waiting()),
        lambda: decline_arrivals(by=stranger, seen=waiting()),
        lambda: join_arrival(by=stranger, arrival=Arrival.objects.get(), listing=listing()),
        lambda: add_feed(by=stranger, address="https://example.org/"),
        lambda: change_feed(by=stranger, feed=feed, is_trusted=True),
        lambda: remove_feed(by=stranger, feed=feed),
        lambda: harvest_feed(by=stranger, feed=feed),
        lambda: obey_loss(by=stranger, feed=feed),
        lambda: ask_harvest(by=stranger, feed=feed),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert states() == {ONE: "waiting"}


def test_a_trusted_feed_is_published_at_once_but_not_over_an_editors_word(other: FeedServer, feed: Feed) -> None:
    change_feed(by=None, feed=feed, is_trusted=True)
    other.says(told(ONE, "Road Map"), told(TWO, "Blue Net"))
    assert harvest(feed).published == 2
    other.says(told(ONE, "Road Map Project"), told(TWO, "Blue Net"))
    assert harvest(feed).published == 1
    first, second = (Listing.objects.get(uid=uid) for uid in (ONE, TWO))
    assert str(first) == "Road Map Project"
    change_listing(by=editor(), listing=second, content=content("Green Net"))
    withdraw_listing(by=editor("b@example.org"), listing=first, reason={"en": "Not one."})
    other.says(told(ONE, "Road Map 2"), told(TWO, "Blue Net 2"))
    assert harvest(feed).published == 0
    assert states() == {ONE: "waiting", TWO: "waiting"}
    accept_all()
    assert {str(one) for one in Listing.objects.filter(state="public")} == {"Road Map 2", "Blue Net 2"}


def test_what_looks_like_a_listing_that_is_here_waits_and_can_be_joined(other: FeedServer, feed: Feed) -> None:
    change_feed(by=None, feed=feed, is_trusted=True)
    ours = listing("Road  MAP", places=[{"kind": "national", "country": "KE"}])
    site = listing("Quite another name", website="https://www.blue.example/")
    other.says(
        told(ONE, "road map", content={"places": [{"kind": "national", "country": "KE"}]}),
        told(TWO, "Blue Net", content={"website": "http://blue.example"}),
        told(THREE, "Road map", content={"places": [{"kind": "national", "country": "US"}]}),
    )
    assert harvest(feed).published == 1
    assert states() == {ONE: "waiting", TWO: "waiting", THREE: "accepted"}
    found = list(Arrival.objects.filter(state="waiting").select_related("feed"))
    alike = look_alikes({one.uid: said for one, said in zip(found, contents_of(found), strict=True)}, feed)
    assert alike == {ONE: [ours], TWO: [site]}
    join_arrival(by=editor(), arrival=found[0], listing=ours)
    other.says(told(ONE, "road map, renewed"), told(TWO, "Blue Net"), told(THREE, "Road map"))
    assert harvest(feed).ours == 1
    ours.refresh_from_db()
    assert (str(ours), states()[ONE], ours.origin) == ("Road  MAP", "ours", "entered")
    other.says(told(TWO, "Blue Net"), told(THREE, "Road map"), removed=[{"id": ONE}])
    assert harvest(feed).removed == 1
    ours.refresh_from_db()
    assert ours.state == "public"  # it is not theirs to take out


def test_what_is_ours_or_another_feeds_is_not_doubled(other: FeedServer, feed: Feed) -> None:
    ours = listing("Ours")
    theirs = listing("Theirs", columns={"origin": "harvested", "feed": Feed.objects.create(
        address="https://third.example/feed.json", added_at=clock.now())})  # fmt: skip
    change_feed(by=None, feed=feed, is_trusted=True)
    other.says(told(str(ours.uid).upper(), "Hijacked"), told(str(theirs.uid), "Hijacked too"))
    report = harvest(feed)
    assert (report.ours, report.new, report.published) == (2, 0, 0)
    other.says(removed=[{"id": str(ours.uid)}, {"id": str(theirs.uid)}])
    harvest(feed)
    assert sorted(Listing.objects.values_list("sort_name", "state")) == [("ours", "public"), ("theirs", "public")]
    assert set(states().values()) == {"gone"}


def test_two_feeds_bring_the_same_and_the_second_is_told(other: FeedServer, feed: Feed) -> None:
    second = add_feed(by=None, address=f"{other.site}second.json")
    other.says(told(ONE, "Road Map"))
    other.answers["/second.json"] = page(told(ONE, "Road Map, by others"))
    harvest(feed)
    harvest(second)
    problems = accept_arrivals(by=None, seen=waiting())
    assert [(arrival.feed, broken.code) for arrival, broken in problems] == [(second, "listed_already")]
    assert Listing.objects.get().feed == feed
    assert Arrival.objects.get(feed=second).state == "ours"


def test_what_was_taken_back_goes_and_returns_only_by_an_editor(other: FeedServer, feed: Feed) -> None:
    change_feed(by=None, feed=feed, is_trusted=True)
    other.says(*(told(uid, f"Listing {uid[:4]}") for uid in (ONE, TWO, THREE)))
    harvest(feed)
    other.says(told(ONE, f"Listing {ONE[:4]}"), removed=[{"id": TWO, "reason": "It <b>ended</b>."}])
    assert harvest(feed).removed == 2
    second, third = (Listing.objects.get(uid=uid) for uid in (TWO, THREE))
    assert (second.state, third.state) == (State.WITHDRAWN, State.WITHDRAWN)
    assert second.withdrawn_reason["en"] == "The other atlas, where it came from, no longer lists it: It <b>ended</b>."
    assert third.withdrawn_reason["en"] == "The other atlas, where it came from, no longer lists it."
    assert (second.changes.first().kind, second.changes.first().feed) == ("withdrawn", feed)  # type: ignore[union-attr]
    other.says(*(told(uid, f"Listing {uid[:4]}") for uid in (ONE, TWO, THREE)))
    report = harvest(feed)
    assert (report.changed, report.published) == (2, 0)
    assert states() == {ONE: "accepted", TWO: "waiting", THREE: "waiting"}
    accept_all()
    second.refresh_from_db()
    assert (second.state, second.withdrawn_at) == (State.PUBLIC, None)


@pytest.mark.parametrize("left", [0, 1])
def test_a_feed_that_lost_more_than_half_is_not_obeyed_without_an_editors_word(
    other: FeedServer, feed: Feed, left: int
) -> None:
    entries = [told(uid, f"Listing {uid[:4]}") for uid in (ONE, TWO, THREE)]
    other.says(*entries)
    harvest(feed)
    accept_all()
    other.says(*entries[:left])
    for _time in (1, 2):
        report = harvest(feed)
        assert (report.removed, report.held_back) == (0, 3 - left)
    assert Feed.objects.get().told["held_back"] == 3 - left
    assert Listing.objects.filter(state="public").count() == 3
    other.says(*entries)
    assert harvest(feed).held_back == 0
    other.says(*entries[:left])
    harvest(feed)
    assert obey_loss(by=editor(), feed=feed) == 3 - left
    assert Listing.objects.filter(state="public").count() == left
    assert Feed.objects.get().told["held_back"] == 0


def test_what_is_refused_today_has_not_vanished(other: FeedServer, feed: Feed) -> None:
    other.says(told(ONE, "A"), told(TWO, "B"), told(THREE, "C"))
    harvest(feed)
    accept_all()
    other.says(told(ONE, "A"), told(TWO, "B", content={"fields": ["astrology"]}), told(THREE, "C"))
    report = harvest(feed)
    assert [(one.id, one.code) for one in report.refused] == [(TWO, "value_unknown")]
    assert report.removed == 0
    assert Listing.objects.filter(state="public").count() == 3


def test_only_what_is_new_is_asked_for(other: FeedServer, feed: Feed) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        if request.headers.get("If-None-Match") == '"7"':
            send(request, b"", 304, ETag='"7"')
        else:
            send(request, json.dumps(page(told(ONE, "A"))).encode(), ETag='"7"')

    other.answers["/feed.json"] = answer
    assert harvest(feed).new == 1
    report = harvest(feed)
    assert (report.is_new, report.unchanged, report.removed) == (False, 1, 0)
    assert harvest_feed(by=None, feed=Feed.objects.get(), is_whole=True).is_new
    assert Feed.objects.get().due_at > clock.now() + timedelta(hours=22)  # type: ignore[operator]


def test_a_network_is_joined_whichever_comes_first(other: FeedServer, feed: Feed) -> None:
    child = told(ONE, "Child", network_id=TWO)
    other.says(child)
    harvest(feed)
    accept_all()
    assert Listing.objects.get().network is None
    other.says(child, told(TWO, "Network"), told(THREE, "Second child", network_id=TWO))
    harvest(feed)
    accept_all()
    network = Listing.objects.get(uid=TWO)
    assert set(network.children.values_list("sort_name", flat=True)) == {"child", "second child"}
    other.says(told(ONE, "Child", network_id=TWO), told(TWO, "Network", network_id=ONE), told(THREE, "Second child"))
    harvest(feed)
    problems = accept_arrivals(by=None, seen=waiting())
    assert [broken.code for _arrival, broken in problems] == ["network_circle"]


def test_confirmed_there_is_confirmed_here_without_a_review(other: FeedServer, feed: Feed) -> None:
    other.says(told(ONE, "A", verified_on="2025-01-01"))
    harvest(feed)
    accept_all()
    other.says(told(ONE, "A", verified_on="2026-02-03T10:00:00+00:00"))
    assert harvest(feed).unchanged == 1
    assert str(Listing.objects.get().verified_on) == "2026-02-03"
    other.says(told(ONE, "A", verified_on="2999-01-01"))
    harvest(feed)
    assert str(Listing.objects.get().verified_on) == "2026-02-03"


def test_our_own_feed_is_refused(settings: Settings, other: FeedServer, feed: Feed) -> None:
    settings.SITE_URL = "https://us.example"
    with pytest.raises(RuleBroken) as refused:
        add_feed(by=None, address="https://us.example/")
    assert refused.value.code == "feed_is_ours"
    other.says(told(ONE, "A"), publisher={"address": "https://us.example/"})
    report = harvest_feed(by=None, feed=feed)
    assert report.problem is not None
    assert report.problem.code == "feed_is_ours"
    assert not Arrival.objects.exists()


def test_a_feed_is_here_once_and_can_go_while_nothing_came_of_it(other: FeedServer, feed: Feed) -> None:
    with pytest.raises(RuleBroken) as refused:
        add_feed(by=None, address=other.url)
    assert refused.value.code == "feed_known"
    site = add_feed(by=None, address=other.site)
    assert site.address == f"{other.site}.well-known/collective-impact.json"
    remove_feed(by=None, feed=site)
    other.says(told(ONE, "A"))
    harvest(feed)
    accept_all()
    with pytest.raises(RuleBroken) as refused:
        remove_feed(by=None, feed=feed)
    assert refused.value.code == "feed_in_use"
    change_feed(by=None, feed=feed, state="paused")
    with pytest.raises(RuleBroken) as refused:
        harvest_feed(by=None, feed=feed)
    assert refused.value.code == "feed_paused"
    assert not due_feeds().exists()


def test_a_feed_that_fails_changes_nothing_and_is_asked_later_and_later(other: FeedServer, feed: Feed) -> None:
    other.says(told(ONE, "A"))
    harvest(feed)
    accept_all()
    other.answers["/feed.json"] = b"<html>"
    pauses = []
    for _time in range(10):
        report = harvest_feed(by=None, feed=Feed.objects.get())
        assert report.problem is not None
        row = Feed.objects.get()
        assert row.due_at is not None
        pauses.append(round((row.due_at - clock.now()).total_seconds() / 3600))
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 168, 168]
    assert (row.problem, row.failures) == ("feed_unreadable", 10)
    assert row.told["problem"]["code"] == "feed_unreadable"
    assert Listing.objects.get().state == "public"
    assert not due_feeds().exists()
    other.says(told(ONE, "A"))
    harvest(feed)
    row.refresh_from_db()
    assert (row.problem, row.failures, row.told["problem"]) == ("", 0, None)


def test_the_clock_asks_each_feed_that_is_due(other: FeedServer, feed: Feed) -> None:
    broken = add_feed(by=None, address=f"{other.site}broken.json")
    other.says(told(ONE, "A"))
    job = Job.objects.create(name="atlas.harvest_feeds")
    assert task_named("atlas.harvest_feeds").every == timedelta(hours=1)
    run_waiting_jobs()
    job.refresh_from_db()
    assert job.state == "done"
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
    assert states() == {ONE: "waiting"}
    broken.refresh_from_db()
    assert broken.problem == "feed_status"
    assert not due_feeds().exists()


@pytest.mark.django_db(transaction=True)
def test_who_began_later_goes_on_alone(other: FeedServer, feed: Feed) -> None:
    def meanwhile(request: BaseHTTPRequestHandler) -> None:
        Feed.objects.update(harvested_at=clock.now() + timedelta(seconds=1))
        connection.close()
        send(request, json.dumps(page(told(ONE, "A"))).encode())

    other.answers["/feed.json"] = meanwhile
    with pytest.raises(RuleBroken) as refused:
        harvest_feed(by=None, feed=feed)
    assert refused.value.code == "harvest_overtaken"
    assert not Arrival.objects.exists()


def test_harvested_listings_are_in_the_public_history_only_as_the_feeds_word(other: FeedServer, feed: Feed) -> None:
    other.says(told(ONE, "A"))
    harvest(feed)
    accept_all()
    assert set(Change.objects.values_list("made_by", flat=True)) == {"feed"}


def test_what_was_mistyped_is_not_kept(other: FeedServer) -> None:
    desk, at = signed_in(editor()), "/en/work/atlas/feeds/"
    for broken, words in ((None, "404"), (page() | {"format": "another/1"}, "collective-impact"), (b"<html>", "")):
        other.answers["/feed.json"] = broken
        refused = desk.post(at, {"address": other.url})
        assert refused.status_code == 422
        assert words in refused.text
        assert 'id="id_address_error"' in refused.text
        with pytest.raises(RuleBroken):
            try_feed(by=None, address=other.url)
    assert not Feed.objects.exists()
    other.says(told(ONE, "A"))
    assert desk.post(at, {"address": other.url}).status_code == 302
    assert Feed.objects.get().address == other.url
    with pytest.raises(RuleBroken) as twice:
        try_feed(by=None, address=other.url)
    assert twice.value.code == "feed_known"
