"""What is said of an initiative, whoever says it: a form, a file, a feed, a proposal and the initiative itself all build
the same `ListingContent`. Its JSON form is the form of the feed (docs/feed.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from shidra.commons.atlas.identifiers import read_identifier, spelt
from shidra.commons.atlas.models import BackboneKind, BackboneType, Fact, Listing, ListingPlace, Part
from shidra.foundation.initiatives.models import FieldOfAction
from shidra.foundation.places.countries import country as country_called
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.writing import excerpt, without_invisibles

LONGEST_NAME, LONGEST_TEXT, MOST_OF_A_KIND = 200, 4_000, 200
_DAY = re.compile(r"(?P<year>[12]\d{3})(-(?P<month>0[1-9]|1[0-2])(-(?P<day>0[1-9]|[12]\d|3[01]))?)?")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_AHEAD, _AHEAD_OF_START = 20, 2  # years from now: what lies beyond was typed wrongly
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
# Decimal places of a point that is told no finer than this: about 1 km for a city, 11 km for a region.
_PLACES = {"exact": 5, "neighbourhood": 3, "city": 2, "region": 1, "country": 0}
# The choices' codes, looked up once: Django works them out at every asking, and files have many thousand rows.
_FIELDS, _STATUSES, _FACT_CODES = map(frozenset, (FieldOfAction.values, Listing.Status.values, Fact.values))
_PLACE_KINDS, _PART_KINDS = frozenset(ListingPlace.Kind.values), frozenset(Part.Kind.values)
_BACKBONE_KINDS, _BACKBONE_TYPES = frozenset(["", *BackboneKind.values]), frozenset(["", *BackboneType.values])

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SourceContent:
    """Where a fact is known from. `found_on`: the day somebody looked, ISO; what was not checked is not verified."""

    address: str = ""
    title: str = ""
    note: str = ""
    found_on: str = ""
    is_verified: bool = True


@dataclass(frozen=True, slots=True)
class PlaceContent:
    """Somewhere it works; degrees as decimal text, already as coarse as `precision` says."""

    kind: str = "point"
    country: str = ""
    region: str = ""
    names: Texts = field(default_factory=dict)
    gazetteer_id: int | None = None
    precision: str = "city"
    latitude: str = ""
    longitude: str = ""


@dataclass(frozen=True, slots=True)
class PartContent:
    """A body and its part. The body is found by its number here, by an identifier (scheme, value), by website or name."""

    names: Texts = field(default_factory=dict)
    part: str = "partner"
    backbone_kind: str = ""
    backbone_type: str = ""
    since: str = ""
    until: str = ""
    body: int | None = None
    identifiers: tuple[tuple[str, str], ...] = ()
    country: str = ""
    website: str = ""
    lands: tuple[str, ...] = ()  # never said: where the initiative works, to tell bodies of one name apart


@dataclass(frozen=True, slots=True)
class ListingContent:
    """Everything that a listing tells; its sources by the fact (`Fact`) they are for.

    Texts are by language; `started` and `ended` a year, a month or a day. `network` is the number of the listing of the
    network that it is part of.
    """

    names: Texts = field(default_factory=dict)
    original_language: str = ""
    past_names: tuple[Mapping[str, Any], ...] = ()
    summary: Texts = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    status: str = "unknown"
    started: str = ""
    ended: str = ""
    end_reason: Texts = field(default_factory=dict)
    legacy: Texts = field(default_factory=dict)
    places: tuple[PlaceContent, ...] = ()
    parts: tuple[PartContent, ...] = ()
    partner_count: int | None = None
    indicators: tuple[Mapping[str, Any], ...] = ()
    network: int | None = None
    languages: tuple[str, ...] = ()
    website: str = ""
    links: tuple[Mapping[str, str], ...] = ()
    is_fictional: bool = False
    sources: Mapping[str, tuple[SourceContent, ...]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As the feed has it; what is empty is left out."""
        return {name: value for name, value in asdict(self).items() if value not in ("", None, (), {}, [], False)}

    def fact(self, fact: str) -> Any:
        """What it says of one fact, comparable and fit for JSON: empty where it says nothing."""
        return _plain(_FACTS[Fact(fact)](self))

    def facts(self) -> dict[str, Any]:
        """All facts that it says something of."""
        said = {fact.value: self.fact(fact) for fact in _FACTS}
        return {fact: value for fact, value in said.items() if value}


_NOTHING_SAID: tuple[Any, ...] = ("", None, (), {}, "unknown")
_OF_PLACE, _OF_PART = ([one.name for one in fields(kind)] for kind in (PlaceContent, PartContent))


def _of(*names: str) -> Any:
    if len(names) == 1:
        return lambda content: "" if (value := getattr(content, names[0])) in _NOTHING_SAID else value

    def read(content: ListingContent) -> Any:
        said = {name: getattr(content, name) for name in names}
        return {name: value for name, value in said.items() if value not in _NOTHING_SAID}

    return read


def _parts(is_backbone: bool) -> Any:
    def read(content: ListingContent) -> Any:
        told = [
            {
                name: value
                for name in _OF_PART
                if name != "body" and (value := getattr(part, name)) not in ("", None, (), {})
            }
            for part in sorted(content.parts, key=lambda one: one.part)  # as tables give them back: that is no change
            if (part.part == Part.Kind.BACKBONE) == is_backbone
        ]
        if is_backbone or content.partner_count is None:
            return told
        return [*told, {"count": content.partner_count}]

    return read


# What belongs to which fact.
_FACTS: dict[Fact, Any] = {
    Fact.NAMES: _of("names"),
    Fact.PAST_NAMES: _of("past_names"),
    Fact.SUMMARY: _of("summary"),
    Fact.FIELDS: _of("fields"),
    Fact.BACKBONE: _parts(is_backbone=True),
    Fact.PLACES: _of("places"),
    Fact.STATUS: _of("status"),
    Fact.START: _of("started"),
    Fact.END: _of("ended", "end_reason", "legacy"),
    Fact.PARTNERS: _parts(is_backbone=False),
    Fact.INDICATORS: _of("indicators"),
    Fact.NETWORK: _of("network"),
    Fact.LANGUAGES: _of("languages"),
    Fact.LINKS: _of("website", "links"),
}


# The fields of a content that belong to a fact; those of the bodies' parts are told apart by the part.
_FIELDS_OF: dict[Fact, tuple[str, ...]] = {
    Fact.NAMES: ("names", "original_language"),
    Fact.PAST_NAMES: ("past_names",),
    Fact.SUMMARY: ("summary",),
    Fact.FIELDS: ("fields",),
    Fact.PLACES: ("places",),
    Fact.STATUS: ("status",),
    Fact.START: ("started",),
    Fact.END: ("ended", "end_reason", "legacy"),
    Fact.PARTNERS: ("partner_count",),
    Fact.INDICATORS: ("indicators",),
    Fact.NETWORK: ("network",),
    Fact.LANGUAGES: ("languages",),
    Fact.LINKS: ("website", "links"),
}


def with_facts_of(present: ListingContent, said: ListingContent, facts: Iterable[str]) -> ListingContent:
    """What stands now, but these facts as `said` has them, with the sources that it names for them.

    Raises RuleBroken(`ends_before_start`), for two facts that are right each may contradict each other.
    """
    taken = [Fact(fact) for fact in facts]
    changed: dict[str, Any] = {name: getattr(said, name) for fact in taken for name in _FIELDS_OF.get(fact, ())}
    if {Fact.BACKBONE, Fact.PARTNERS} & set(taken):
        changed["parts"] = tuple(
            part
            for is_backbone, fact in ((True, Fact.BACKBONE), (False, Fact.PARTNERS))
            for part in (said if fact in taken else present).parts
            if (part.part == Part.Kind.BACKBONE) == is_backbone
        )
    sources = dict(present.sources)
    for fact in taken:
        named = said.sources.get(fact, ())
        if named and said.fact(fact):
            sources[str(fact.value)] = named
        elif not said.fact(fact):
            sources.pop(str(fact.value), None)
    return read_content(_plain(asdict(replace(present, **changed, sources=sources))))


def _plain(value: Any) -> Any:
    if isinstance(value, PlaceContent):
        told = {name: getattr(value, name) for name in _OF_PLACE}
        return {name: _plain(one) for name, one in told.items() if one not in ("", None, {})}
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def read_content(said: Mapping[str, Any]) -> ListingContent:
    """The content that JSON of unknown origin says: what it may not say is refused, unknown keys are passed over.

    Raises RuleBroken with the key in `field`: `name_missing`, `text_too_long`, `too_many`, `day_unreadable`,
    `ends_before_start`, `value_unknown`, `address_unreadable`, `point_unreadable`, `form_wrong`.
    """
    content = ListingContent(
        names=texts_of(said.get("names"), "names", LONGEST_NAME),
        original_language=_language(said.get("original_language"), "original_language"),
        past_names=tuple(
            {
                "names": texts_of(one.get("names"), "past_names", LONGEST_NAME),
                "until": _day(one.get("until"), "past_names"),
            }
            for one in _mappings(said.get("past_names"), "past_names")
        ),
        summary=texts_of(said.get("summary"), "summary"),
        fields=tuple(dict.fromkeys(_one_of(one, _FIELDS, "fields") for one in _list(said.get("fields"), "fields"))),
        status=_one_of(said.get("status") or "unknown", _STATUSES, "status"),
        started=_day(said.get("started"), "started"),
        ended=_day(said.get("ended"), "ended"),
        end_reason=texts_of(said.get("end_reason"), "end_reason"),
        legacy=texts_of(said.get("legacy"), "legacy"),
        places=tuple(_place(one) for one in _mappings(said.get("places"), "places")),
        parts=tuple(_part(one) for one in _mappings(said.get("parts"), "parts")),
        partner_count=_count(said.get("partner_count"), "partner_count"),
        indicators=tuple(_indicator(one) for one in _mappings(said.get("indicators"), "indicators")),
        network=_count(said.get("network"), "network"),
        languages=tuple(
            dict.fromkeys(_language(one, "languages") for one in _list(said.get("languages"), "languages"))
        ),
        website=address_of(said.get("website"), "website", 300),
        links=tuple(
            {
                "title": _text(one.get("title"), "links", LONGEST_NAME),
                "address": address_of(one.get("address"), "links"),
            }
            for one in _mappings(said.get("links"), "links")
        ),
        is_fictional=said.get("is_fictional") is True,
        sources={
            _one_of(fact, _FACT_CODES, "sources"): tuple(_source(one) for one in _mappings(of, "sources"))
            for fact, of in _mapping(said.get("sources"), "sources").items()
        },
    )
    if not content.names:
        raise RuleBroken(
            "name_missing", gettext_noop("Give the initiative's name in one language at least."), field="names"
        )
    _demand_order(content.started, content.ended, "ended")
    if content.started and int(content.started[:4]) > clock.today().year + _AHEAD_OF_START:
        raise RuleBroken("day_to_come", gettext_noop("That is too far ahead for a beginning."), field="started")
    return content


def texts_of(value: Any, where: str, most: int = LONGEST_TEXT) -> dict[str, str]:
    """A text by language; languages without one are left out. Raises RuleBroken as `read_content`."""
    said = _mapping(value, where)
    if len(said) > 40:
        raise _too_many(where)
    texts = {_language(code, where): _text(text, where, most) for code, text in said.items()}
    return {code: text for code, text in texts.items() if text}


def rounded(degrees: Decimal, precision: str) -> Decimal:
    """A degree of latitude or longitude, no finer than the public is told where something is."""
    return degrees.quantize(Decimal(1).scaleb(-_PLACES[precision]), ROUND_HALF_EVEN)


def address_of(value: Any, where: str, most: int = 500) -> str:
    """A web address, http or https, without a name and password. Raises RuleBroken(`address_unreadable`)."""
    text = _text(value, where, most)
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        good = False
    if not good or any(sign.isspace() for sign in text):
        raise RuleBroken(
            "address_unreadable", gettext_noop("“%(text)s” is no web address. It begins with https://."),
            field=where, text=excerpt(text),
        )  # fmt: skip
    return text


def _place(one: Mapping[str, Any]) -> PlaceContent:
    kind = _one_of(one.get("kind") or "point", _PLACE_KINDS, "places")
    precision = _one_of(one.get("precision") or "city", _PLACES, "places")
    country = _text(one.get("country"), "places", 2).upper()
    if (kind == "global") != (not country) or (country and country_called(country) is None):
        raise RuleBroken("country_missing", gettext_noop("Say in which country each place is."), field="places")
    latitude = longitude = ""
    if kind in ("point", "area"):
        north, east = (_degrees(one.get("latitude"), 90), _degrees(one.get("longitude"), 180))
        if (north is None) != (east is None):
            raise RuleBroken(
                "point_unreadable", gettext_noop("A point has a latitude and a longitude."), field="places"
            )
        if north is not None and east is not None:
            latitude, longitude = (format(rounded(one, precision), "f") for one in (north, east))
    return PlaceContent(
        kind=kind,
        country=country,
        region=_text(one.get("region"), "places", 120),
        names=texts_of(one.get("names"), "places", LONGEST_NAME),
        gazetteer_id=_count(one.get("gazetteer_id"), "places"),
        precision=precision,
        latitude=latitude,
        longitude=longitude,
    )


def _part(one: Mapping[str, Any]) -> PartContent:
    part = _one_of(one.get("part") or "partner", _PART_KINDS, "parts")
    is_backbone = part == Part.Kind.BACKBONE
    body = _count(one.get("body"), "parts")
    content = PartContent(
        names=texts_of(one.get("names"), "parts", LONGEST_NAME),
        part=part,
        backbone_kind=_one_of(one.get("backbone_kind") or "", _BACKBONE_KINDS, "parts") if is_backbone else "",
        backbone_type=_one_of(one.get("backbone_type") or "", _BACKBONE_TYPES, "parts") if is_backbone else "",
        since=_day(one.get("since"), "parts"),
        until=_day(one.get("until"), "parts"),
        body=body,
        identifiers=_identifiers(one.get("identifiers"), is_kept=body is not None),
        country=_text(one.get("country"), "parts", 2).upper(),
        website=address_of(one.get("website"), "parts", 300),
    )
    if content.body is None and not content.names:
        raise RuleBroken("name_missing", gettext_noop("Give the name of each body."), field="parts")
    _demand_order(content.since, content.until, "parts")
    if content.country and country_called(content.country) is None:
        raise _unknown(content.country, "parts")
    return content


def _identifiers(value: Any, is_kept: bool) -> tuple[tuple[str, str], ...]:
    """`is_kept`: of a body that is here already, where what it has is not refused any more."""
    pairs = [
        (_text(pair[0], "parts", 200), _text(pair[1], "parts", 200))
        for pair in _list(value, "parts")
        if isinstance(pair, list | tuple) and len(pair) == 2 and all(pair)
    ]
    told = [spelt(*pair) if is_kept else read_identifier(*pair, where="parts") for pair in pairs]
    return tuple(dict.fromkeys(told))


def _demand_order(start: str, end: str, where: str) -> None:
    if start and end and end < start[: len(end)]:
        raise RuleBroken("ends_before_start", gettext_noop("It cannot end before it has begun."), field=where)


def _indicator(one: Mapping[str, Any]) -> dict[str, Any]:
    told = {
        "names": texts_of(one.get("names"), "indicators", LONGEST_NAME),
        "value": _text(one.get("value"), "indicators", 40),
        "unit": _text(one.get("unit"), "indicators", 40),
        "period": _text(one.get("period"), "indicators", 40),
        "address": address_of(one.get("address"), "indicators"),
    }
    if not told["names"]:
        raise RuleBroken("name_missing", gettext_noop("Give each indicator a name."), field="indicators")
    units = texts_of(one.get("units"), "indicators", 40)  # the unit's name, where it has one in several languages
    return told | {"units": units} if units else told


def _source(one: Mapping[str, Any]) -> SourceContent:
    source = SourceContent(
        address=address_of(one.get("address"), "sources"),
        title=_text(one.get("title"), "sources", 300),
        note=_text(one.get("note"), "sources", 500),
        found_on=_day(one.get("found_on"), "sources"),
        is_verified=one.get("is_verified") is not False,
    )
    if not source.address and not source.title:
        raise RuleBroken(
            "source_missing",
            gettext_noop("Name a source: a web address, or a publication by its title."),
            field="sources",
        )
    return source


def _text(value: Any, where: str, most: int) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _form(where)
    text = _CONTROLS.sub("", without_invisibles(value)).strip()
    if len(text) > most:
        raise RuleBroken("text_too_long", gettext_noop("A text here may have %(most)s signs."), field=where, most=most)
    return text


def _language(value: Any, where: str) -> str:
    text = _text(value, where, 20).lower().replace("_", "-").split("-", 1)[0]
    if text and not _LANGUAGE.fullmatch(text):
        raise _unknown(text, where)
    return text


def _day(value: Any, where: str) -> str:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(value, where, 40)
    if not text:
        return ""
    found = _DAY.fullmatch(text)
    if found and int(found["year"]) > clock.today().year + _AHEAD:
        found = None
    if found and found["day"]:
        try:
            date.fromisoformat(text)
        except ValueError:
            found = None
    if not found:
        raise RuleBroken(
            "day_unreadable", gettext_noop("“%(text)s” is no date. Write a year, 2013, a month, 2013-09, or a day, 2013-09-01."),
            field=where, text=excerpt(text),
        )  # fmt: skip
    return text


def _degrees(value: Any, most: int) -> Decimal | None:
    if value in (None, ""):
        return None
    try:
        degrees = Decimal(str(value).strip())
    except InvalidOperation:
        degrees = Decimal("NaN")
    if isinstance(value, bool) or not degrees.is_finite() or abs(degrees) > most:
        raise RuleBroken(
            "point_unreadable", gettext_noop("“%(text)s” is no latitude or longitude, such as 32.79."),
            field="places", text=excerpt(value),
        )  # fmt: skip
    return degrees


def _count(value: Any, where: str) -> int | None:
    if value in (None, ""):
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 2_000_000_000:
        raise _unknown(str(value), where)
    return value


def _one_of(value: Any, known: Iterable[str], where: str) -> str:
    if not isinstance(value, str) or value not in known:
        raise _unknown(str(value), where)
    return value


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _form(where)
    return value


def _list(value: Any, where: str) -> list[Any] | tuple[Any, ...]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise _form(where)
    if len(value) > MOST_OF_A_KIND:
        raise _too_many(where)
    return value


def _mappings(value: Any, where: str) -> list[Mapping[str, Any]]:
    return [_mapping(one, where) for one in _list(value, where)]


def _unknown(value: str, where: str) -> RuleBroken:
    return RuleBroken("value_unknown", gettext_noop("“%(text)s” is not known here."), field=where, text=excerpt(value))


def _form(where: str) -> RuleBroken:
    return RuleBroken(
        "form_wrong", gettext_noop("“%(field_name)s” has another form here."), field=where, field_name=where
    )


def _too_many(where: str) -> RuleBroken:
    return RuleBroken(
        "too_many", gettext_noop("There are more than %(most)s of these."), field=where, most=MOST_OF_A_KIND
    )
