"""What the atlas begins with: every fact with its source, nothing verified that was not, nothing overwritten."""

from __future__ import annotations

import pytest
from django.db.models import Count, Q

from shidra.commons.atlas.models import Body, Change, Fact, Listing, ListingPlace, Part, Source
from shidra.commons.atlas.usecases.keep_listing import change_listing, withdraw_listing
from shidra.commons.atlas.usecases.lay_start_data import lay_start_data
from shidra.commons.atlas.writing import content_of
from shidra.foundation.places.countries import country
from shidra.foundation.places.gazetteer import place
from tests.atlas import SOURCE, editor

pytestmark = pytest.mark.django_db


def _listing(name: str) -> Listing:
    return Listing.objects.get(names__en=name)


def test_all_are_there_and_each_fact_has_a_source() -> None:
    assert lay_start_data(by=None) == 112

    assert Listing.objects.filter(state="public", origin="published", verified_on=None).count() == 112
    for listing in Listing.objects.prefetch_related("places", "parts__body__identifiers", "sources"):
        content = content_of(listing)
        assert set(content.facts()) == set(content.sources), listing
        assert all(source.address for of in content.sources.values() for source in of)
        assert listing.status == ("closed" if listing.ended else "unknown")
    assert Listing.objects.filter(status="closed").count() == 4
    assert set(Change.objects.values_list("made_by", "kind")) == {("start", "entered")}
    assert not Body.objects.annotate(told=Count("sources", filter=Q(sources__fact="names"))).exclude(told__gt=0)
    assert not Body.objects.annotate(lines=Count("changes")).exclude(lines=1)


def test_past_names_several_backbones_and_networks_are_told_apart() -> None:
    lay_start_data(by=None)

    top15 = _listing("TOP15")
    assert [(one["names"], one["until"]) for one in top15.past_names] == [
        ({"en": "5x2"}, "2021"),
        ({"en": "5P2"}, "2021"),
    ]
    coalition = _listing("Communities That Care Coalition of Franklin County and the North Quabbin")
    assert {part.body.names["en"] for part in coalition.parts.all()} == {
        "Franklin Regional Council of Governments", "Community Action Pioneer Valley",
    }  # fmt: skip
    assert {part.backbone_type for part in coalition.parts.all()} == {"shared"}
    assert _listing("GOYN Pune").network == _listing("Global Opportunity Youth Network (GOYN)")
    assert Part.objects.filter(body__names__en="Sheatufim").count() == 3
    assert Body.objects.filter(names__en="Sheatufim").count() == 1
    shakti = {part.body.names["en"]: (part.since, part.until) for part in _listing("Saamuhika Shakti").parts.all()}
    assert shakti == {
        "Sattva Consulting": ("2024", ""),
        "The/Nudge Institute": ("", "2024"),
        "H&M Foundation": ("", ""),
    }


def test_what_was_noted_from_memory_says_so() -> None:
    lay_start_data(by=None)

    doubtful = Source.objects.filter(is_verified=False)
    assert not doubtful.filter(note="")
    somerville = _listing("Shape Up Somerville").sources
    assert [one.is_verified for one in somerville.filter(fact=Fact.START)] == [False]
    assert [one.is_verified for one in somerville.filter(fact=Fact.BACKBONE)] == [True]
    kconnect = _listing("KConnect").sources
    assert [one.is_verified for one in kconnect.filter(fact=Fact.PLACES)] == [True, False]
    for name in ("unverified", "memory,", "placeholder"):
        assert not Body.objects.filter(sort_name__contains=name.casefold())
        assert not Listing.objects.filter(sort_name__contains=name.casefold())


def test_places_are_national_or_of_the_gazetteer_or_say_that_they_are_approximate() -> None:
    lay_start_data(by=None)

    assert not _listing("TOP15").places.exclude(kind="national")
    for one in ListingPlace.objects.select_related("listing"):
        assert one.kind == "global" or country(one.country)
        of = one.listing.sources.filter(fact=Fact.PLACES)
        if one.gazetteer_id:
            known = place(one.gazetteer_id)
            assert known is not None
            assert known.country == one.country
            assert one.latitude is not None
            assert float(one.latitude) == pytest.approx(known.point[0], abs=0.01)
            assert of.filter(address__endswith=f"/{one.gazetteer_id}")
        elif one.latitude is not None:
            assert of.filter(Q(title="GeoNames") | Q(is_verified=False))


def test_again_changes_nothing_and_leaves_what_editors_did() -> None:
    lay_start_data(by=None)
    person = editor()
    top15, maranguka = _listing("TOP15"), _listing("Maranguka")
    from dataclasses import replace

    from shidra.commons.atlas.content import SourceContent

    said = content_of(top15)
    change_listing(
        by=person, listing=top15,
        content=replace(said, started="2014", sources={**said.sources, "start": (SourceContent(**SOURCE),)}),
    )  # fmt: skip
    withdraw_listing(by=person, listing=maranguka, reason={"en": "They asked for it."})
    counted = [model.objects.count() for model in (Listing, Body, Part, Source, Change)]

    assert lay_start_data(by=None) == 0
    assert [model.objects.count() for model in (Listing, Body, Part, Source, Change)] == counted
    assert _listing("TOP15").started == "2014"
    assert _listing("Maranguka").state == "withdrawn"
