"""What an initiative releases to the public stands beside its listing in the atlas."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation
from django_scopes import scope

from shidra.commons.atlas.models import Listing
from shidra.commons.atlas.usecases.list_initiative import list_initiative
from shidra.commons.atlas.web.listing_words import figure_of
from shidra.commons.atlas.writing import content_of
from shidra.conditions.shared_measurement.usecases.publish_release import publish_release
from shidra.foundation.initiatives.usecases import change_initiative
from tests.pages.public import documents
from tests.world import World

pytestmark = pytest.mark.django_db


def _told() -> list[tuple[str, str, str, str]]:
    return [(one["names"]["en"], one["value"], one["unit"], one["period"]) for one in Listing.objects.get().indicators]


def test_headlines_of_the_latest_public_release(world: World, django_capture_on_commit_callbacks: Any) -> None:
    first = documents.document("ready", world.city, [documents.figure("2024", "61.44")])
    side = documents.document("beside", world.city, [documents.figure("2024", "7")], is_headline=False)
    hidden = documents.document("hidden", world.city, [documents.figure("2024", None, "suppressed")])
    documents.release(world.initiative, [first, side, hidden])
    list_initiative(by=world.steward, initiative=world.initiative)
    assert _told() == [("Indicator ready", "61.4", "%", "2024")]
    assert Listing.objects.get().indicators[0]["address"].endswith("/en/i/first-steps/indicators/ready/")

    again = documents.document("ready-too", world.city, [documents.figure("2025", "65")])
    draft = documents.release(world.initiative, [again], number=2, published=False)
    assert _told() == [("Indicator ready", "61.4", "%", "2024")]
    with scope(initiative=world.initiative), django_capture_on_commit_callbacks(execute=True):
        publish_release(by=world.steward, release=draft)
    assert _told() == [("Indicator ready-too", "65.0", "%", "2025")]

    with scope(initiative=world.initiative):
        change_initiative(by=world.steward, initiative=world.initiative, version=None, fields={"is_public": False})
    assert _told() == []


def test_a_unit_is_named_in_the_language_of_the_reader(world: World) -> None:
    unit = {"kind": "count", "rate_base": None, "currency": "", "decimals": 0, "grades": []}
    made = documents.document(
        "places", world.city, [documents.figure("2024", "109")], unit={**unit, "names": {"en": "places", "he": "מקומות"}}
    )  # fmt: skip
    documents.release(world.initiative, [made])
    list_initiative(by=world.steward, initiative=world.initiative)
    assert _told() == [("Indicator places", "109", "places", "2024")]
    told = content_of(Listing.objects.get()).indicators[0]
    for language, words in (("en", "places"), ("he", "מקומות")):
        with translation.override(language):
            assert words in figure_of(told)
