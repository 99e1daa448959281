"""Entering, changing and finding listings."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from shidra.commons.atlas.content import read_content
from shidra.commons.atlas.models import Body, Change, Listing
from shidra.commons.atlas.queries.filters import Bounds, Filter
from shidra.commons.atlas.queries.index import index
from shidra.commons.atlas.usecases.keep_listing import (
    change_listing,
    confirm_listing,
    enter_listings,
    publish_listing,
    withdraw_listing,
)
from shidra.commons.atlas.writing import content_of
from shidra.foundation.people.models import Person
from shidra.kernel.errors import NotAllowed, RuleBroken
from tests.atlas import HAIFA, SOURCE, content, editor, listing

pytestmark = pytest.mark.django_db


def _names(asked: str = "") -> list[str]:
    found = index()
    numbers = found.page(found.matching(Filter.read(QueryDict(asked))), "name", 0, 100)
    by_number = Listing.objects.in_bulk(numbers)
    return [str(by_number[number]) for number in numbers]


def test_what_is_entered_is_told_again_as_it_was_said() -> None:
    said = content(
        "רשת הצפון", names={"he": "רשת הצפון", "fr": "Réseau du Nord"}, started="2013-09", fields=["education", "youth"],
        places=[HAIFA], parts=[{"names": {"en": "Sheatufim"}, "part": "backbone", "backbone_kind": "part_of_work"}],
        past_names=[{"names": {"he": "צפון"}, "until": "2015"}], partner_count=12, languages=["he", "ar"],
    )  # fmt: skip
    made = enter_listings(by=None, contents=[said])[0]
    told = content_of(Listing.objects.get(pk=made.pk))
    assert told.facts() == said.facts() | {"backbone": [said.fact("backbone")[0]]}
    assert told.sources == said.sources
    assert made.changes.get().kind == Change.Kind.ENTERED


def test_a_fact_without_a_source_is_refused() -> None:
    bare = read_content({"names": {"en": "No source"}, "started": "2012", "sources": {"names": [SOURCE]}})
    with pytest.raises(RuleBroken) as refused:
        enter_listings(by=None, contents=[bare])
    assert (refused.value.code, refused.value.field) == ("source_missing", "start")
    assert not Listing.objects.exists()


def test_only_editors_write_and_a_point_is_no_finer_than_it_may_be() -> None:
    stranger = Person.objects.create_user("stranger@example.org", "a long password")
    with pytest.raises(NotAllowed):
        enter_listings(by=stranger, contents=[content()])
    made = enter_listings(by=editor(), contents=[content(places=[HAIFA])])[0]
    place = made.places.get()
    assert (str(place.latitude), str(place.longitude)) == ("32.82000", "34.99000")


def test_a_change_keeps_its_history_and_its_reader_is_not_overwritten() -> None:
    made = listing(started="2012")
    who = editor()
    facts = change_listing(by=who, listing=made, content=content(started="2013"), seen_version=1)
    assert facts == {"start": {"before": "2012", "after": "2013"}}
    assert Change.objects.filter(listing=made).first().facts == facts  # type: ignore[union-attr]
    with pytest.raises(RuleBroken) as refused:
        change_listing(by=who, listing=made, content=content(started="2014"), seen_version=1)
    assert refused.value.code == "changed_meanwhile"
    assert Listing.objects.get().started == "2013"


def test_the_same_parts_in_another_order_are_no_change() -> None:
    parts = [{"names": {"en": "Carmel"}, "part": "partner"}, {"names": {"en": "Purse"}, "part": "funder"}]
    made = listing(parts=parts)
    assert change_listing(by=None, listing=made, content=content(parts=parts[::-1])) == {}
    assert change_listing(by=None, listing=made, content=content(parts=parts)) == {}


def test_the_same_body_is_in_the_atlas_once() -> None:
    backbone = {"names": {"en": "Sheatufim"}, "part": "backbone", "country": "IL"}
    listing("TOP15", parts=[backbone])
    listing("Red Lines", parts=[{**backbone, "names": {"en": " SHEATUFIM "}}])
    listing("Elsewhere", parts=[{**backbone, "country": "US"}])
    listing("By its number", parts=[{"names": {"en": "A"}, "part": "funder", "identifiers": [["IL-RA", "580"]]}])
    listing("Again", parts=[{"names": {"en": "Another name"}, "identifiers": [["IL-RA", "580"]]}])
    assert sorted(Body.objects.values_list("sort_name", "country")) == [
        ("a", ""),
        ("sheatufim", "IL"),
        ("sheatufim", "US"),
    ]


def test_bodies_of_one_name_in_different_lands_stay_two() -> None:
    ministry = {"names": {"en": "Ministry of Education"}, "part": "funder"}
    for name, land in (("Nairobi", "KE"), ("Paris", "FR"), ("Mombasa", "KE")):
        listing(name, places=[{"kind": "national", "country": land}], parts=[ministry])
    listing(
        "Sydney",
        places=[{"kind": "national", "country": "AU"}],
        parts=[{"names": {"en": "Sheatufim"}, "country": "IL"}],
    )
    listing("Perth", places=[{"kind": "national", "country": "AU"}], parts=[{"names": {"en": "Sheatufim"}}])
    assert Body.objects.filter(sort_name="ministry of education").count() == 2
    assert Body.objects.filter(sort_name="sheatufim").count() == 2


def test_what_is_asked_for_is_found_at_once_after_each_change() -> None:
    assert _names() == []
    haifa = listing("Haifa children", places=[HAIFA], fields=["education"], started="2010", languages=["he"])
    listing("Young people", places=[{"kind": "national", "country": "US"}], fields=["youth"], status="closed")
    listing("Everywhere", places=[{"kind": "global"}])
    assert _names() == ["Everywhere", "Haifa children", "Young people"]
    assert _names("field=youth&field=education") == ["Haifa children", "Young people"]
    assert _names("country=IL") == ["Haifa children"]
    assert _names("country=XX") == []
    assert _names("q=حيفا") == ["Haifa children"]
    assert _names("status=closed&where=national") == ["Young people"]
    assert _names("language=he") == ["Haifa children"]
    assert _names("language=fr") == []
    assert _names("where=none") == []
    assert _names("in=34,32,36,34") == ["Haifa children"]
    counts = index().counts(index().matching(Filter()))
    assert (counts.total, counts.countries, counts.started) == (3, {"IL": 1, "US": 1}, {2010: 1})
    change_listing(by=None, listing=haifa, content=content("Carmel children", fields=["health"]))
    assert _names("field=education") == []
    assert _names("q=carmel") == ["Carmel children"]
    withdraw_listing(by=None, listing=haifa, reason={"en": "It never was one."})
    assert _names() == ["Everywhere", "Young people"]
    publish_listing(by=None, listing=haifa)
    assert _names("field=health") == ["Carmel children"]


def test_marks_on_the_map() -> None:
    for number in range(3):
        listing(f"Haifa {number}", places=[HAIFA])
    far = listing("Nairobi", places=[{"kind": "point", "country": "KE", "latitude": "-1.29", "longitude": "36.82"}])
    listing("Kenya", places=[{"kind": "national", "country": "KE"}])
    found = index()
    everything = found.matching(Filter())
    marks = found.clusters(everything, 2)
    assert sorted((mark.count, mark.listing == far.pk) for mark in marks) == [(1, True), (3, False)]
    assert abs(next(mark for mark in marks if mark.count == 3).latitude - 32.82) < 0.001
    assert [mark.count for mark in found.clusters(everything, 0)] in ([4], [1, 3], [3, 1])
    assert [mark.count for mark in found.clusters(everything, 12, Bounds.read("34,32,36,34"))] == [3]
    assert found.nationals(everything) == {"KE": 1}


def test_confirmed_today_by_whom() -> None:
    made = listing()
    confirm_listing(by=editor(), listing=made, verified_by=Listing.VerifiedBy.EDITOR)
    made.refresh_from_db()
    assert made.verified_by == "editor"
    assert made.verified_on is not None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, "name_missing"),
        ({"names": {"en": "x" * 201}}, "text_too_long"),
        ({"names": {"en": "A"}, "started": "2014", "ended": "2013-05"}, "ends_before_start"),
        ({"names": {"en": "A"}, "started": "13/5/2014"}, "day_unreadable"),
        ({"names": {"en": "A"}, "started": "2014-02-30"}, "day_unreadable"),
        ({"names": {"en": "A"}, "started": "2999"}, "day_unreadable"),
        ({"names": {"en": "A"}, "started": "2040"}, "day_to_come"),
        ({"names": {"en": "A"}, "indicators": [{"value": "3"}]}, "name_missing"),
        ({"names": {"en": "A"}, "places": [{"country": "ZZ"}]}, "country_missing"),
        ({"names": {"en": "A"}, "parts": [{"names": {"en": "B"}, "since": "2014", "until": "2012"}]}, "ends_before_start"),
        ({"names": {"en": "A"}, "website": "javascript:alert(1)"}, "address_unreadable"),
        ({"names": {"en": "A"}, "website": "https://a:b@example.org/"}, "address_unreadable"),
        ({"names": {"en": "A"}, "places": [{"country": "IL", "latitude": "91", "longitude": "3"}]}, "point_unreadable"),
        ({"names": {"en": "A"}, "places": [{"country": "IL", "latitude": True, "longitude": 3}]}, "point_unreadable"),
        ({"names": {"en": "A"}, "places": [{"kind": "point"}]}, "country_missing"),
        ({"names": {"en": "A"}, "fields": ["astrology"]}, "value_unknown"),
        ({"names": {"en": "A"}, "links": [{"address": "https://x.org"}] * 201}, "too_many"),
        ({"names": ["A"]}, "form_wrong"),
        ({"names": {"en": 7}}, "form_wrong"),
    ],
)  # fmt: skip
def test_what_may_not_be_said_is_refused(said: dict[str, object], code: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        read_content(said)
    assert refused.value.code == code
