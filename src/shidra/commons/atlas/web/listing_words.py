"""What the page of a listing says, in sentences: one whole sentence a case, so that each language can say it in its own
way."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from shidra.commons.atlas.models import (
    BackboneKind,
    Fact,
    Listing,
    ListingPlace,
    Origin,
    Part,
    Precision,
    Source,
)
from shidra.commons.atlas.queries.feeds import provenance_of
from shidra.commons.atlas.queries.filters import Bounds
from shidra.commons.atlas.start.notes import note_words
from shidra.commons.atlas.web.briefs import country_words, fresh_since, places_words
from shidra.foundation.initiatives.models import FieldOfAction
from shidra.foundation.look.formats import (
    day_words,
    isolated_words,
    list_words,
    number_words,
    period_words,
    picked,
    quantity_words,
    reader_language,
)
from shidra.foundation.look.sentences import Sentence
from shidra.kernel.errors import RuleBroken
from shidra.kernel.languages import direction

# Half the side of the window that a place is shown in, in degrees.
_AROUND = {"exact": 0.01, "neighbourhood": 0.03, "city": 0.15, "region": 1.0, "country": 4.0}
# Kinds of period that nobody writes so but us; a year is a year, and 2019-20 may be several things.
_OUR_PERIOD = re.compile(r"(SY|FY)\d{4}|\d{4}-[QH]\d")
_EXACTNESS = {
    Precision.EXACT: gettext_lazy("The point on the map is exact."),
    Precision.NEIGHBOURHOOD: gettext_lazy("The point on the map stands for the neighbourhood."),
    Precision.CITY: gettext_lazy("The point on the map stands for the town."),
    Precision.REGION: gettext_lazy("The point on the map stands for the region."),
    Precision.COUNTRY: gettext_lazy("The point on the map stands for the country."),
}
_UNKNOWN = {
    Fact.SUMMARY: gettext_lazy("what it does, in a few sentences"),
    Fact.FIELDS: gettext_lazy("its fields of action"),
    Fact.STATUS: gettext_lazy("whether it goes on"),
    Fact.START: gettext_lazy("when it began"),
    Fact.END: gettext_lazy("when it ended"),
    Fact.PLACES: gettext_lazy("where it works"),
    Fact.BACKBONE: gettext_lazy("its backbone organisation"),
    Fact.PARTNERS: gettext_lazy("its partners"),
    Fact.INDICATORS: gettext_lazy("its headline indicators"),
    Fact.LANGUAGES: gettext_lazy("its languages"),
    Fact.LINKS: gettext_lazy("its website"),
}


# --- In a sentence ------------------------------------------------------------------------------------------------


def in_short(listing: Listing) -> list[Sentence]:
    """What it is and where, since when, and by whom: as far as it is known."""
    return [one for one in (_what_and_where(listing), _since_when(listing), _by_whom(listing)) if one is not None]


def _what_and_where(listing: Listing) -> Sentence:
    fields = list_words(field_words(code) for code in listing.fields)
    places = list(listing.places.all())
    kinds = {place.kind for place in places}
    words = {"fields": fields, "places": places_words(places)}
    if not places:
        return Sentence(_("A collective impact initiative. Fields: %(fields)s."), words) if fields else Sentence(
            _("A collective impact initiative.")
        )  # fmt: skip
    if kinds == {ListingPlace.Kind.GLOBAL}:
        if fields:
            return Sentence(_("A collective impact initiative that works worldwide. Fields: %(fields)s."), words)
        return Sentence(_("A collective impact initiative that works worldwide."))
    if kinds == {ListingPlace.Kind.NATIONAL}:
        if fields:
            return Sentence(_("A nationwide collective impact initiative: %(places)s. Fields: %(fields)s."), words)
        return Sentence(_("A nationwide collective impact initiative: %(places)s."), words)
    if fields:
        return Sentence(_("A collective impact initiative in %(places)s. Fields: %(fields)s."), words)
    return Sentence(_("A collective impact initiative in %(places)s."), words)


def _since_when(listing: Listing) -> Sentence | None:
    words = {"start": day_of(listing.started), "end": day_of(listing.ended)}
    is_on = listing.status in (Listing.Status.ACTIVE, Listing.Status.EMERGING)
    if listing.started and listing.ended:
        return Sentence(_("It worked from %(start)s to %(end)s."), words)
    if listing.ended:
        return Sentence(_("It ended on %(end)s.") if _is_day(listing.ended) else _("It ended in %(end)s."), words)
    if listing.started and is_on:
        return Sentence(_("It has been at work since %(start)s."), words)
    if listing.started:
        return Sentence(_("It began on %(start)s.") if _is_day(listing.started) else _("It began in %(start)s."), words)
    return None


def _is_day(text: str) -> bool:
    return len(text) == 10


def _by_whom(listing: Listing) -> Sentence | None:
    backbones = [part for part in listing.parts.all() if part.part == Part.Kind.BACKBONE]
    if not backbones:
        return None
    words = {"names": list_words(body_name(part) for part in backbones)}
    kinds = {part.backbone_kind for part in backbones}
    if len(backbones) == 1 and kinds == {BackboneKind.DEDICATED}:
        if words["names"] in listing.names.values():
            return Sentence(_("It is its own backbone organisation, set up for this."))
        return Sentence(_("Its backbone, set up for this initiative, is %(names)s."), words)
    if len(backbones) == 1 and kinds == {BackboneKind.PART_OF_WORK}:
        return Sentence(_("Its backbone is %(names)s, as part of a larger body's work."), words)
    return Sentence(
        ngettext("Its backbone is %(names)s.", "Its backbone organisations are %(names)s.", len(backbones)), words
    )


# --- How true it is known to be -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """Who says so, and since when. `address`: where the one who says so does, with `link` as its words."""

    sentence: Sentence
    tone: str
    icon: str
    is_stale: bool = False
    address: str = ""
    link: str = ""


def standing(listing: Listing) -> Standing:
    """How true it is known to be. A confirmation of over a year ago is stale."""
    initiative = listing.initiative
    if listing.origin == Origin.HOSTED and initiative is not None:
        address = reverse("public_site:initiative", args=[initiative.slug]) if initiative.is_public else ""
        return Standing(
            Sentence(_("Told by the initiative itself, which works on this installation.")), "on", "s-on", False,
            address, _("Its own page, with its figures") if address else "",
        )  # fmt: skip
    provenance = provenance_of(listing)
    if provenance is not None:
        words = {"atlas": provenance.name, "day": day_words(provenance.seen_at)}
        is_stale = listing.verified_on is not None and listing.verified_on < fresh_since()
        return Standing(
            Sentence(_("Taken over from another atlas, %(atlas)s, last on %(day)s."), words), "wait", "s-same", is_stale,
            provenance.page or provenance.site, _("Its page there") if provenance.page else _("To that atlas"),
        )  # fmt: skip
    if listing.verified_on is None:
        return Standing(Sentence(_unconfirmed(listing.origin)), "none", "s-none")
    said = {"day": day_words(listing.verified_on)}
    template = {
        Listing.VerifiedBy.KEEPER: _("Confirmed by the initiative itself on %(day)s."),
        Listing.VerifiedBy.EDITOR: _("Confirmed by the editors of the atlas on %(day)s."),
        Listing.VerifiedBy.FEED: _("Confirmed on %(day)s by the installation that it comes from."),
    }[Listing.VerifiedBy(listing.verified_by)]
    if listing.verified_on < fresh_since():
        return Standing(Sentence(template, said), "watch", "s-late", True)
    return Standing(Sentence(template, said), "on", "s-on")


def _unconfirmed(origin: str) -> str:
    if origin == Origin.PUBLISHED:
        return _("Compiled from publications; the initiative has not confirmed it.")
    if origin == Origin.IMPORTED:
        return _("Taken from a list by the editors of the atlas; the initiative has not confirmed it.")
    return _("Entered by the editors of the atlas; the initiative has not confirmed it.")


# --- Sources ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class NumberedSource:
    """A source as the list at the end has it. `notes`: the facts that it is for, what is said of it there, and whether
    the fact was checked against it."""

    number: int
    address: str
    title: str
    found_on: date | None
    notes: list[tuple[str, str, bool]] = field(default_factory=list)

    @property
    def host(self) -> str:
        return (urlsplit(self.address).hostname or self.address).removeprefix("www.")


@dataclass(slots=True)
class Known:
    """Where a fact is known from: numbers of sources; `doubts`: what is said of those it was not checked against."""

    numbers: list[int] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    is_unverified: bool = False


def numbered(sources: Sequence[Source]) -> tuple[list[NumberedSource], dict[str, Known]]:
    """The sources, each once, in the order in which the facts name them; and by fact where it is known from."""
    order = {fact: at for at, fact in enumerate(Fact.values)}
    listed: dict[tuple[str, str], NumberedSource] = {}
    known: dict[str, Known] = {}
    labels: dict[tuple[int, str, bool], list[str]] = {}
    for source in sorted(sources, key=lambda one: (order[one.fact], one.pk)):
        key = (source.address, source.title)
        if key not in listed:
            listed[key] = NumberedSource(len(listed) + 1, source.address, source.title, source.found_on)
        number = listed[key].number
        told = known.setdefault(source.fact, Known())
        if number not in told.numbers:
            told.numbers.append(number)
        if not source.is_verified:
            told.is_unverified = True
            if source.note:
                told.doubts.append(note_words(source.note))
        labels.setdefault((number, note_words(source.note), source.is_verified), []).append(
            str(Fact(source.fact).label)
        )
    by_number = {one.number: one for one in listed.values()}
    for (number, note, is_verified), facts in labels.items():
        by_number[number].notes.append((list_words(dict.fromkeys(facts)), note, is_verified))
    return list(listed.values()), known


# --- Facts --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A place: its words, what kind of place and how exact its point is, and where the map shows it."""

    words: str
    about: str
    country: str
    country_name: str
    map_query: str


def place_line(place: ListingPlace) -> PlaceLine:
    """A place of the listing for its page."""
    name = picked(place.names).text or place.region
    land = country_words(place.country) if place.country else ""
    if place.kind == ListingPlace.Kind.GLOBAL:
        return PlaceLine(_("Worldwide"), "", "", "", "where=global")
    if place.kind == ListingPlace.Kind.NATIONAL:
        return PlaceLine("", _("In the whole country."), place.country, land, f"country={place.country}")
    words = list_words([name, place.region]) if name and place.region and place.region != name else name
    if place.latitude is None or place.longitude is None:
        return PlaceLine(
            words, _("Its point on the map is not known."), place.country, land, f"country={place.country}"
        )
    about = str(_EXACTNESS[Precision(place.precision)])
    if place.kind == ListingPlace.Kind.AREA and place.precision != Precision.COUNTRY:
        about = _("It is an area; the point on the map lies about its middle.")
    around, north, east = _AROUND[place.precision], float(place.latitude), float(place.longitude)
    window = Bounds(
        max(east - around, -180), max(north - around, -90), min(east + around, 180), min(north + around, 90)
    )
    return PlaceLine(words, about, place.country, land, f"in={window}")


def unknown_words(listing: Listing, told: Sequence[str]) -> str:
    """What the atlas does not know of it, as names in a list; empty if it knows all. `told`: the facts that it knows."""
    is_over = listing.status == Listing.Status.CLOSED
    words = [str(_UNKNOWN[fact]) for fact in _UNKNOWN if fact.value not in told and (fact != Fact.END or is_over)]
    if is_over and not listing.end_reason:
        words.append(_("why it ended"))
    if is_over and not listing.legacy:
        words.append(_("what it left behind"))
    return list_words(words)


def told_facts(listing: Listing) -> list[str]:
    """The facts of which the listing says something."""
    parts = [part.part == Part.Kind.BACKBONE for part in listing.parts.all()]
    said = {
        Fact.SUMMARY: listing.summary, Fact.FIELDS: listing.fields, Fact.START: listing.started, Fact.END: listing.ended,
        Fact.STATUS: listing.status != Listing.Status.UNKNOWN, Fact.PLACES: list(listing.places.all()),
        Fact.BACKBONE: any(parts), Fact.PARTNERS: not all(parts) or listing.partner_count is not None,
        Fact.INDICATORS: listing.indicators, Fact.LANGUAGES: listing.languages,
        Fact.LINKS: listing.website or listing.links,
    }  # fmt: skip
    return [fact.value for fact, value in said.items() if value]


# --- Words --------------------------------------------------------------------------------------------------------


def field_words(code: str) -> str:
    """A field of action in the reader's language."""
    return str(FieldOfAction(code).label) if code in FieldOfAction.values else code


def day_of(text: str) -> str:
    """A year, month or day in words: 2013, September 2013, 1 September 2013."""
    if len(text) == 10:
        return day_words(date.fromisoformat(text))
    return period_words(text) if text else ""


def period_of(one: Mapping[str, Any]) -> str:
    """The period of a headline figure: in words where it is a code of ours (SY2024, 2024-Q1), else as it stands."""
    text = str(one.get("period", ""))
    try:
        return period_words(text, "short") if _OUR_PERIOD.match(text) else text
    except RuleBroken:
        return text


def unit_of(indicator: Mapping[str, Any]) -> str:
    """The unit of a headline figure, in the reader's language where it has a name there."""
    return picked(indicator.get("units") or {}).text or str(indicator.get("unit", ""))


def figure_of(indicator: Mapping[str, Any]) -> str:
    """A headline figure with its unit: as the reader writes numbers where it is one, else as it stands."""
    value, unit = str(indicator.get("value", "")), unit_of(indicator)
    try:
        amount = Decimal(value)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        return " ".join(filter(None, (value, unit)))
    if unit == "%":
        return quantity_words(amount, "%")
    return " ".join(filter(None, (number_words(amount), isolated_words(unit))))


def body_name(part: Part) -> str:
    """The name of the body that plays a part."""
    return picked(part.body.names, part.body.original_language).text


def since_until(part: Part) -> str:
    """From when to when a body plays its part: whole phrases."""
    words = {"start": day_of(part.since), "end": day_of(part.until)}
    if part.since and part.until:
        return pgettext("a body's part", "from %(start)s to %(end)s") % words
    if part.until:
        return pgettext("a body's part", "until %(end)s") % words
    return pgettext("a body's part", "since %(start)s") % words if part.since else ""


def name_of_language(code: str) -> str:
    """The name of a language, of the product or not, in the reader's."""
    return _language_names(reader_language()).get(code, code)


@lru_cache(maxsize=8)
def _language_names(language: str) -> dict[str, str]:
    try:
        return dict(Locale.parse(language).languages)
    except (UnknownLocaleError, ValueError):
        return {}


def other_names(listing: Listing) -> list[tuple[str, str, str, str]]:
    """Its names in other languages than the one shown on top: text, code, direction, name of the language."""
    shown = picked(listing.names, listing.original_language).language
    return [
        (text, code, direction(code), name_of_language(code)) for code, text in listing.names.items() if code != shown
    ]
