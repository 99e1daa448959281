"""Filling an atlas with what is known from publications."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from shidra.commons.atlas import rules, start
from shidra.commons.atlas.content import ListingContent, read_content
from shidra.commons.atlas.models import Body, BodyRole, Change, Fact, Listing, Origin, Part, Source
from shidra.commons.atlas.usecases.keep_listing import enter_listings
from shidra.commons.atlas.writing import Word
from shidra.foundation.people.models import Person

_DATA = Path(start.__file__).with_name("initiatives.json")
START = Word(Change.MadeBy.START)
_ROLES = {
    Part.Kind.BACKBONE: BodyRole.OPERATING,
    Part.Kind.FUNDER: BodyRole.FUNDING,
    Part.Kind.CONVENER: BodyRole.CONVENING,
    Part.Kind.CONSULTANT: BodyRole.CONSULTING,
    Part.Kind.KNOWLEDGE: BodyRole.KNOWLEDGE,
}


@transaction.atomic
def lay_start_data(*, by: Person | None) -> int:
    """Enter the initiatives of `atlas/start` that are not in the atlas, public, and the bodies that they name; how many.

    One that is there, whatever has become of it (changed, withdrawn), is left as it is. Raises NotAllowed.
    """
    rules.demand(rules.can_edit_atlas(by))
    told: list[dict[str, Any]] = json.loads(_DATA.read_text(encoding="utf-8"))
    numbers = {str(uid): number for uid, number in Listing.objects.values_list("uid", "pk")}
    known = set(Body.objects.values_list("pk", flat=True))
    new = [one for one in told if one["uid"] not in numbers]
    # Networks first, so that their parts can name them.
    for part in ([one for one in new if "network" not in one], [one for one in new if "network" in one]):
        contents = [read_content(one | {"network": numbers.get(one.get("network", ""))}) for one in part]
        about = [{"uid": UUID(one["uid"])} for one in part]
        entered = (
            enter_listings(by=by, contents=contents, word=START, origin=Origin.PUBLISHED, about=about) if part else []
        )
        numbers |= {str(listing.uid): listing.pk for listing in entered}
        _tell_bodies(entered, contents, known)
    return len(new)


def _tell_bodies(listings: Sequence[Listing], contents: Sequence[ListingContent], known: set[int]) -> None:
    """What the listings just entered tell of the bodies that are new with them."""
    of = {listing.pk: content for listing, content in zip(listings, contents, strict=True)}
    parts = Part.objects.filter(listing__in=of).exclude(body__in=known).select_related("body").order_by("pk")
    bodies: dict[int, Body] = {}
    sources: dict[tuple[int, str, str], Source] = {}
    for part in parts:
        body = bodies.setdefault(part.body_id, part.body)
        body.origin = Origin.PUBLISHED
        told = of[part.listing_id].sources[Fact.BACKBONE if part.part == Part.Kind.BACKBONE else Fact.PARTNERS][0]
        doubt = "" if told.is_verified else told.note
        said: dict[str, str] = {Fact.NAMES: doubt}
        if part.part in _ROLES:
            body.roles = list(dict.fromkeys([*body.roles, _ROLES[Part.Kind(part.part)].value]))
            said |= {Fact.ROLES: doubt}
        if body.country:
            said |= {Fact.PLACES: "The country is that of the initiative; where the body has its seat was not checked."}
        for fact, note in said.items():
            sources.setdefault(
                (body.pk, fact, told.address),
                Source(
                    body=body, fact=fact, address=told.address, title=told.title, note=note,
                    is_verified=told.is_verified and not note,
                ),
            )  # fmt: skip
    Body.objects.bulk_update(bodies.values(), ["origin", "roles"])
    # In place of those that it has from its part: these say what was not checked, too.
    Source.objects.filter(body__in=list(bodies), fact__in=(Fact.NAMES, Fact.ROLES, Fact.PLACES)).delete()
    Source.objects.bulk_create(sources.values(), batch_size=500)
    known |= set(bodies)
