"""What is said of a body, and what would become of two that are one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shidra.commons.atlas.content import Texts
from shidra.commons.atlas.models import Body, Fact, Part

# What belongs to which fact of a body.
FACTS = {
    Fact.NAMES: ("names", "original_language"),
    Fact.SUMMARY: ("summary",),
    Fact.ROLES: ("roles", "sector"),
    Fact.PLACES: ("country", "place_names", "precision", "latitude", "longitude"),
    Fact.LINKS: ("website",),
    Fact.IDENTIFIERS: ("identifiers",),
}


@dataclass(frozen=True, slots=True)
class BodyContent:
    """What is said of a body. Degrees as decimal text or empty; identifiers as (scheme, value)."""

    names: Texts = field(default_factory=dict)
    original_language: str = ""
    summary: Texts = field(default_factory=dict)
    roles: tuple[str, ...] = ()
    sector: str = ""
    country: str = ""
    place_names: Texts = field(default_factory=dict)
    precision: str = "city"
    latitude: str = ""
    longitude: str = ""
    website: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()

    def fact(self, fact: str) -> Any:
        """What it says of one fact, in the form in which listings say theirs; empty where it says nothing."""
        if fact == Fact.ROLES:
            return [*self.roles, *filter(None, [self.sector])]
        if fact == Fact.PLACES:
            point = {"precision": self.precision, "latitude": self.latitude, "longitude": self.longitude}
            said = {"country": self.country, "names": dict(self.place_names), **(point if self.latitude else {})}
            place = {name: value for name, value in said.items() if value}
            return [place] if place else []
        if fact == Fact.LINKS:
            return {"website": self.website} if self.website else {}
        return _plain(getattr(self, FACTS[Fact(fact)][0]))

    def with_facts(self, facts: Iterable[str], said: Mapping[str, Any]) -> BodyContent:
        """It with these facts as `said` in plain data (as `asdict` makes it)."""
        told = {name: said[name] for fact in facts for name in FACTS[Fact(fact)] if name in said}
        for name in {"roles", "identifiers"} & told.keys():
            told[name] = tuple(tuple(one) if isinstance(one, list) else one for one in told[name])
        return replace(self, **told)


def body_content(body: Body) -> BodyContent:
    """What a body's page tells now."""
    return BodyContent(
        names=body.names,
        original_language=body.original_language,
        summary=body.summary,
        roles=tuple(body.roles),
        sector=body.sector,
        country=body.country,
        place_names=body.place_names,
        precision=body.precision,
        latitude="" if body.latitude is None else format(body.latitude.normalize(), "f"),
        longitude="" if body.longitude is None else format(body.longitude.normalize(), "f"),
        website=body.website,
        identifiers=tuple((one.scheme, one.value) for one in body.identifiers.all()),
    )


def differences(before: BodyContent, after: BodyContent) -> dict[str, Any]:
    """What differs, fact by fact: {"names": {"before": …, "after": …}}."""
    told = {str(fact): (before.fact(fact), after.fact(fact)) for fact in FACTS}
    return {fact: {"before": old, "after": new} for fact, (old, new) in told.items() if old != new}


@dataclass(frozen=True, slots=True)
class Merger:
    """What becomes of two bodies that are one. `filled`: facts that the kept one takes over because it has none;
    `differing`: facts in which they differ, of which the kept one's stays."""

    keep: Body
    drop: Body
    filled: dict[str, Any]
    differing: dict[str, tuple[Any, Any]]
    parts: list[Part]
    doubled: list[Part]


def preview_merger(keep: Body, drop: Body) -> Merger:
    """What `merge_bodies` would do; nothing is written."""
    stays, goes = body_content(keep), body_content(drop)
    filled, differing = {}, {}
    for fact in FACTS:
        mine, theirs = stays.fact(fact), goes.fact(fact)
        if fact in (Fact.ROLES, Fact.IDENTIFIERS) or not theirs or mine == theirs:
            continue
        if not mine:
            filled[str(fact)] = theirs
        else:
            differing[str(fact)] = (mine, theirs)
    held = set(Part.objects.filter(body=keep).values_list("listing_id", "part", "since"))
    played = list(Part.objects.filter(body=drop).select_related("listing").order_by("listing__sort_name"))
    doubled = [part for part in played if (part.listing_id, part.part, part.since) in held]
    return Merger(keep, drop, filled, differing, [part for part in played if part not in doubled], doubled)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple):
        return [list(one) if isinstance(one, tuple) else one for one in value]
    return value
