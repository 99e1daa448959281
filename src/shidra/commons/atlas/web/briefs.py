"""What map, list and table tell of a listing, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Prefetch
from django.utils.translation import gettext, ngettext

from shidra.commons.atlas.models import Listing, ListingPlace, Origin, Part, State
from shidra.foundation.initiatives.models import FieldOfAction
from shidra.foundation.look.formats import (
    isolated_words,
    list_words,
    number_words,
    period_words,
    picked,
    plain_words,
    reader_language,
)
from shidra.foundation.places.countries import country
from shidra.kernel import clock
from shidra.kernel.languages import Picked

FRESH = timedelta(days=365)  # as long as a confirmation counts
_MOST_PLACES = 2
_COLUMNS = (
    "slug", "names", "original_language", "summary", "fields", "status", "started", "ended", "website", "origin",
    "verified_on", "is_fictional",
)  # fmt: skip
PLACES = ListingPlace.objects.only("listing", "kind", "country", "region", "names")


@dataclass(frozen=True, slots=True)
class Brief:
    """A listing in a few words. `state`: how true it is known to be; `is_stale`: nobody has said so for a year."""

    listing: Listing
    name: Picked
    place: str
    years: str
    fields: str
    state: str
    is_stale: bool

    @property
    def backbones(self) -> str:
        """Who is its backbone; needs `with_backbones`."""
        return list_words(
            isolated_words(picked(part.body.names, part.body.original_language).text)
            for part in self.listing.parts.all()
        )

    @property
    def spoken(self) -> str:
        """As a plain text, for the name of a mark."""
        words = (isolated_words(plain_words(self.name.text, 120)), self.place, self.status, self.state)
        return list_words(word.rstrip(".") for word in words if word)

    @property
    def status(self) -> str:
        """The word for its status; nothing where that is not known."""
        return "" if self.listing.status == Listing.Status.UNKNOWN else str(self.listing.get_status_display())


def fresh_since() -> date:
    """The first day on which a confirmation still counts."""
    return clock.today() - FRESH


def briefs(numbers: Sequence[int], *, with_backbones: bool = False) -> list[Brief]:
    """The public listings of these numbers in their order; two queries, two more for the backbones."""
    rows = Listing.objects.filter(state=State.PUBLIC).only(*_COLUMNS).prefetch_related(Prefetch("places", PLACES))
    if with_backbones:
        parts = Part.objects.filter(part=Part.Kind.BACKBONE).select_related("body")
        rows = rows.prefetch_related(Prefetch("parts", queryset=parts))
    found = rows.in_bulk(list(numbers))
    since = fresh_since()
    return [_brief(found[number], since) for number in numbers if number in found]


def _brief(listing: Listing, since: date) -> Brief:
    state, is_stale = truth_words(listing, since)
    return Brief(
        listing,
        picked(listing.names, listing.original_language),
        places_words(listing.places.all()),
        years_words(listing),
        list_words(str(FieldOfAction(code).label) for code in listing.fields),
        state,
        is_stale,
    )


def truth_words(listing: Listing, since: date) -> tuple[str, bool]:
    """Who last said that it is true, and when; whether nobody has since that day."""
    on = listing.verified_on
    if on is None:
        if listing.origin == Origin.HOSTED:
            return gettext("Told by the initiative itself, which works here"), False
        if listing.origin in (Origin.PUBLISHED, Origin.IMPORTED):
            return gettext("Compiled from publications, not yet confirmed"), True
        return gettext("Not yet confirmed"), True
    month = {"month": period_words(f"{on:%Y-%m}")}
    if on < since:
        return gettext("Last confirmed %(month)s") % month, True
    return gettext("Confirmed %(month)s") % month, False


def places_words(places: Iterable[ListingPlace]) -> str:
    """Where it works: "Haifa, Israel"; of many places the first two, and how many more."""
    words = list(dict.fromkeys(place_words(place) for place in places))
    if len(words) <= _MOST_PLACES:
        return (
            gettext("%(place)s and %(other)s") % {"place": words[0], "other": words[1]} if words[1:] else "".join(words)
        )
    more = len(words) - 1
    return ngettext("%(place)s and %(count)s more place", "%(place)s and %(count)s more places", more) % {
        "place": words[0],
        "count": number_words(more),
    }


def place_words(place: ListingPlace) -> str:
    """One place: its name and its country."""
    if place.kind == ListingPlace.Kind.GLOBAL:
        return gettext("worldwide")
    land = country_words(place.country)
    name = picked(place.names).text or place.region
    if place.kind == ListingPlace.Kind.NATIONAL or not name:
        return land
    return list_words([isolated_words(name), land])


def country_words(code: str) -> str:
    """The name of a country; its code where it has none."""
    found = country(code)
    return found.name(reader_language()) if found else code


def years_words(listing: Listing) -> str:
    """From when to when: "since 2013", "2013–2023", "until 2023"."""
    first, last = listing.started[:4], listing.ended[:4]
    if first and last:
        return f"{first}–{last}" if first != last else first
    if last:
        return gettext("until %(year)s") % {"year": last}
    if first:
        return gettext("since %(year)s") % {"year": first}
    return ""
