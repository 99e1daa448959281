"""Time zones as people look for them: by part of the world and city, in their language, with today's distance from UTC."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location
from django import forms
from django.utils.translation import gettext, pgettext

from shidra.foundation.look.formats import reader_language
from shidra.kernel import clock

_UTC = "Etc/UTC"
# What zones are filed under, by the codes of the parts of the world (UN M49) that CLDR has names for.
_PARTS = {
    "Africa": "002", "America": "019", "Asia": "142", "Europe": "150", "Arctic": "150", "Australia": "009",
    "Pacific": "009", "Antarctica": "AQ",
}  # fmt: skip

Choice = tuple[str, str]


class TimeZoneField(forms.ChoiceField):
    """A time zone by its name in the tz database. Old names of zones are understood as well."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(choices=time_zone_choices, **kwargs)  # type: ignore[arg-type]

    def prepare_value(self, value: object) -> object:
        return _aliases().get(value, value) if isinstance(value, str) else value

    def valid_value(self, value: object) -> bool:
        return value in available_timezones()


def time_zone_choices() -> list[tuple[str, list[Choice]]]:
    """Groups of (zone, words) for a select, in the reader's language, each group in the order of its words."""
    language = reader_language()
    locale = Locale.parse("en_GB" if language == "en" else language)
    now = clock.now()
    groups: dict[str, list[Choice]] = defaultdict(list)
    for zone, territory in _zones().items():
        place = _place(zone, territory, locale)
        minutes = int((now.astimezone(ZoneInfo(zone)).utcoffset() or now - now).total_seconds()) // 60
        sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
        distance = f"\u2066UTC{sign}{hours:02}:{rest:02}\u2069"  # runs from left to right in every language
        words = pgettext("a time zone: its place and its distance from UTC", "%(place)s (%(distance)s)")
        groups[_part(zone, locale)].append((zone, words % {"place": place, "distance": distance}))
    shown = [(part, sorted(choices, key=lambda choice: choice[1])) for part, choices in sorted(groups.items())]
    return [*shown, (gettext("No place"), [(_UTC, gettext("Universal time (UTC)"))])]


def _place(zone: str, territory: str, locale: Locale) -> str:
    city = get_timezone_location(zone, locale=locale, return_city=True)
    country = locale.territories.get(territory, "")
    return pgettext("between names in a list", ", ").join(dict.fromkeys(word for word in (city, country) if word))


def _part(zone: str, locale: Locale) -> str:
    area = zone.partition("/")[0]
    if area in _PARTS:
        return str(locale.territories[_PARTS[area]])
    return gettext("Indian Ocean") if area == "Indian" else gettext("Atlantic Ocean")


@cache
def _zones() -> dict[str, str]:
    """Zones of places, without old names, with the code of their country."""
    known = available_timezones()
    territories: Mapping[str, str] = get_global("zone_territories")
    return {
        zone: territory
        for zone, territory in territories.items()
        if zone in known and "/" in zone and not zone.startswith("Etc/")
    }


@cache
def _aliases() -> Mapping[str, str]:
    aliases: Mapping[str, str] = get_global("zone_aliases")
    return aliases
