"""Time zones are found by part of the world and city, in the reader's language, with today's distance from UTC."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django import forms
from django.utils import translation

from shidra.foundation.look.time_zones import TimeZoneField, time_zone_choices
from shidra.kernel import clock

SUMMER, WINTER = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)


class ZoneForm(forms.Form):
    zone = TimeZoneField()


def words_of(zone: str) -> tuple[str, str]:
    """The group and the words of a zone."""
    return next((part, words) for part, choices in time_zone_choices() for code, words in choices if code == zone)


@pytest.mark.parametrize(
    ("language", "part", "place"),
    [("en", "Asia", "Jerusalem, Israel"), ("he", "אסיה", "ירושלים, ישראל"), ("ar", "آسيا", "القدس، إسرائيل")],
)
def test_a_zone_is_named_in_the_readers_language(language: str, part: str, place: str) -> None:
    with translation.override(language), clock.frozen_at(WINTER):
        found_part, words = words_of("Asia/Jerusalem")
        assert found_part == part
        assert words.startswith(place.split(",")[0].split("،")[0])
        assert "UTC+02:00" in words


def test_the_distance_is_that_of_today() -> None:
    with translation.override("en"):
        with clock.frozen_at(SUMMER):
            assert "UTC+03:00" in words_of("Asia/Jerusalem")[1]
        with clock.frozen_at(WINTER):
            assert "UTC-03:30" in words_of("America/St_Johns")[1]
            assert "UTC+05:45" in words_of("Asia/Kathmandu")[1]


def test_every_zone_stands_once_and_old_names_still_count() -> None:
    with translation.override("en"):
        codes = [code for _part, choices in time_zone_choices() for code, _words in choices]
        assert len(codes) == len(set(codes)) > 300
        assert "Asia/Calcutta" not in codes
        assert ZoneForm({"zone": "Asia/Calcutta"}).is_valid()
        assert not ZoneForm({"zone": "Mars/Base"}).is_valid()
        assert not ZoneForm({"zone": ""}).is_valid()
        shown = str(ZoneForm(initial={"zone": "Asia/Calcutta"})["zone"])
        assert '<option value="Asia/Kolkata" selected>' in shown
        assert '<optgroup label="Europe">' in shown
