"""Bodies: the directory, a body's parts, and which may be one body entered twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import QueryDict

from shidra.commons.atlas.models import Body, BodyRole, Listing, Part, State
from shidra.foundation.organisations.models import Sector
from shidra.kernel.writing import folded

# Who plays this part in an initiative does this in the field.
_ROLE_OF_PART = {
    Part.Kind.BACKBONE: BodyRole.OPERATING,
    Part.Kind.FUNDER: BodyRole.FUNDING,
    Part.Kind.CONVENER: BodyRole.CONVENING,
    Part.Kind.CONSULTANT: BodyRole.CONSULTING,
    Part.Kind.KNOWLEDGE: BodyRole.KNOWLEDGE,
}
_PUBLIC_PART = Q(listing__state=State.PUBLIC)


@dataclass(frozen=True, slots=True)
class BodyFilter:
    """What is asked of the directory: one of the values of each kind, all words of the text."""

    roles: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    text: str = ""

    @classmethod
    def read(cls, asked: QueryDict) -> BodyFilter:
        """From an address; what is not known here is passed over."""
        return cls(
            roles=tuple(role for role in BodyRole.values if role in asked.getlist("role")),
            sectors=tuple(sector for sector in Sector.values if sector in asked.getlist("sector")),
            countries=tuple(dict.fromkeys(code for code in asked.getlist("country")[:50] if len(code) == 2)),
            text=" ".join(asked.get("q", "")[:100].split()),
        )


def public_bodies() -> QuerySet[Body]:
    """All bodies of the directory, with the number of initiatives in which each plays a part, in the order of names."""
    counted = Count("parts__listing", filter=Q(parts__listing__state=State.PUBLIC), distinct=True)
    return Body.objects.filter(state=State.PUBLIC).annotate(initiatives=counted).order_by("sort_name", "pk")


def matching_bodies(asked: BodyFilter) -> QuerySet[Body]:
    """The bodies asked for. A body has the roles it is said to have, and those that follow from its parts."""
    found = public_bodies()
    if asked.roles:
        played = [part for part, role in _ROLE_OF_PART.items() if role in asked.roles]
        found = found.annotate(roles_said=Cast("roles", TextField()))
        wanted = Q(Exists(Part.objects.filter(_PUBLIC_PART, body=OuterRef("pk"), part__in=played)))
        for role in asked.roles:
            wanted |= Q(roles_said__contains=f'"{role}"')
        found = found.filter(wanted)
    if asked.sectors:
        found = found.filter(sector__in=asked.sectors)
    if asked.countries:
        found = found.filter(country__in=asked.countries)
    for word in folded(asked.text).split():
        found = found.filter(search_text__contains=word)
    return found


def with_roles(bodies: Sequence[Body]) -> list[tuple[Body, list[str]]]:
    """Each body with all its roles, in their order. One query."""
    played: dict[int, set[str]] = {}
    parts = Part.objects.filter(_PUBLIC_PART, body__in=[body.pk for body in bodies]).values_list("body_id", "part")
    for body, part in parts.distinct():
        role = _ROLE_OF_PART.get(Part.Kind(part))
        if role is not None:
            played.setdefault(body, set()).add(role)
    return [
        (one, [role for role in BodyRole.values if role in {*one.roles, *played.get(one.pk, ())}]) for one in bodies
    ]


def initiatives_of_bodies(bodies: Sequence[Body], most: int = 2) -> dict[int, list[Listing]]:
    """The first public initiatives in which each body plays a part, in the order of names. One query."""
    found: dict[int, list[Listing]] = {}
    parts = Part.objects.filter(_PUBLIC_PART, body__in=[body.pk for body in bodies]).select_related("listing")
    for part in parts.order_by("listing__sort_name", "listing_id"):
        known = found.setdefault(part.body_id, [])
        if len(known) < most and part.listing not in known:
            known.append(part.listing)
    return found


def counts_by_role() -> dict[str, int]:
    """How many bodies of the directory have each role."""
    return {role: matching_bodies(BodyFilter(roles=(role,))).count() for role in BodyRole.values}


def countries_of_bodies() -> dict[str, int]:
    """How many bodies of the directory are at home in each country."""
    rows = Body.objects.filter(state=State.PUBLIC).exclude(country="").values_list("country").annotate(Count("pk"))
    return dict(rows.order_by("country"))


def public_body(slug: str) -> Body | None:
    """A body, or the double of one (`merged_into` is set), with identifiers, sources and its parts in public listings."""
    parts = Part.objects.filter(_PUBLIC_PART).select_related("listing").order_by("listing__sort_name", "pk")
    found = Body.objects.filter(Q(state=State.PUBLIC) | Q(merged_into__isnull=False), slug=slug)
    return (
        found.select_related("merged_into", "organisation")
        .prefetch_related("identifiers", "sources", Prefetch("parts", queryset=parts))
        .first()
    )


def possible_doubles(most: int = 50) -> list[tuple[Body, Body, str]]:
    """Pairs that may be one body, and why: the same `name` in different countries or none, `almost` the same name, the
    same `website`. Three queries."""
    bodies = Body.objects.filter(state=State.PUBLIC)
    rows = list(bodies.order_by("pk").values_list("pk", "sort_name", "website"))
    named = {number: name for number, name, _site in rows}
    pairs: dict[tuple[int, int], str] = {}
    for why, keys in (
        ("name", [(_words(name), number) for number, name, _site in rows]),
        ("website", [(_host(site), number) for number, _name, site in rows]),
    ):
        same: dict[str, list[int]] = {}
        for key, number in keys:
            if key:
                same.setdefault(key, []).append(number)
        for numbers in same.values():
            for other in numbers[1:]:
                pairs.setdefault(
                    (numbers[0], other), "almost" if why == "name" and named[numbers[0]] != named[other] else why
                )
    wanted = list(pairs.items())[:most]
    found = public_bodies().in_bulk({number for pair, _why in wanted for number in pair})
    return [(found[one], found[other], why) for (one, other), why in wanted]


def bodies_named(text: str, most: int = 20) -> list[Body]:
    """Bodies whose name holds all these words: to choose one from."""
    return list(matching_bodies(BodyFilter(text=text))[:most]) if text.strip() else []


# Words that say what sort of body it is, which one entry has and another leaves out.
_SORTS = frozenset(
    {"the", "of", "and", "for", "inc", "ltd", "llc", "trust", "foundation", "association", "ngo", "organisation", "organization"}
)  # fmt: skip


def _words(name: str) -> str:
    """The words of a name that tell it from others, in the order of letters."""
    kept = sorted(set(name.split()) - _SORTS)
    return " ".join(kept) if kept else name


def _host(address: str) -> str:
    """The host of a web site, where the whole host is the body's: an address of its front page."""
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.")
    return host if parts.path in ("", "/") else ""


def rows_of_bodies(bodies: QuerySet[Body]) -> list[list[Any]]:
    """The directory as rows of a table, for a file."""
    listed = with_roles(list(bodies.prefetch_related("identifiers")))
    return [
        [
            str(one.uid), str(one), one.names.get("he", ""), one.names.get("ar", ""), one.names.get("en", ""),
            "; ".join(roles), one.sector, one.country, one.website, one.initiatives,  # type: ignore[attr-defined]
            "; ".join(f"{each.scheme}:{each.value}" for each in one.identifiers.all()),
        ]
        for one, roles in listed
    ]  # fmt: skip
