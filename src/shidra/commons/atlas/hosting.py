"""What an initiative that works here says of itself, as the atlas has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django_scopes import scope

from shidra.commons.atlas.content import ListingContent, read_content
from shidra.commons.atlas.models import Listing
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.places.models import Place

_PRECISION = {
    Place.Kind.CITY: "city", Place.Kind.NEIGHBOURHOOD: "neighbourhood", Place.Kind.SITE: "neighbourhood",
    Place.Kind.DISTRICT: "region", Place.Kind.REGION: "region",
}  # fmt: skip


def hosted_listing(initiative: Initiative) -> Listing | None:
    """The initiative's listing, public or taken out; None if it was never in the atlas."""
    return Listing.objects.filter(initiative=initiative).first()


def told_by(initiative: Initiative, *, backbone_kind: str = "", backbone_type: str = "") -> ListingContent:
    """What the atlas says of the initiative, from its own data; of what kind its backbone is, it has to say beside.

    Raises RuleBroken, as `read_content`: what the atlas has no room for.
    """
    initiative = Initiative.objects.get(pk=initiative.pk)  # as it is now, whatever the caller holds
    with scope(initiative=initiative):
        past = list(initiative.past_names.all())
        changes = list(initiative.status_changes.order_by("on", "pk"))
        partnerships = list(
            initiative.partnerships.select_related("organisation__body")
            .prefetch_related("organisation__identifiers")
            .order_by("part", "starts_on", "pk")
        )
        places = list(initiative.places.order_by("path"))
    closed = changes[-1] if changes and changes[-1].status == Initiative.Status.CLOSED else None
    begun = next((one for one in changes if one.status != Initiative.Status.CLOSED), None)
    told: dict[str, Any] = {
        "names": initiative.names,
        "original_language": initiative.original_language,
        "past_names": [{"names": one.names, "until": one.until.isoformat() if one.until else ""} for one in past],
        "summary": initiative.summary,
        "fields": initiative.fields_of_action,
        "status": initiative.status,
        "started": begun.on.isoformat() if begun else "",
        "ended": closed.on.isoformat() if closed else "",
        "end_reason": closed.reason if closed else {},
        "legacy": closed.legacy if closed else {},
        "places": _places(places),
        "parts": [
            {
                "names": one.organisation.names, "part": one.part, "since": one.starts_on.isoformat(),
                "until": one.ends_on.isoformat() if one.ends_on else "", "website": one.organisation.website,
                "identifiers": [(known.scheme, known.value) for known in one.organisation.identifiers.all()],
                "backbone_kind": backbone_kind, "backbone_type": backbone_type, "body": _body(one.organisation),
            }
            for one in partnerships
        ],
        "languages": initiative.languages,
        "website": initiative.website,
        "is_fictional": initiative.is_fictional,
    }  # fmt: skip
    source = {"title": str(initiative)[:300], "address": initiative.website}
    facts = read_content(told).facts()
    return read_content({**told, "sources": {fact: [source] for fact in facts}})


def _body(organisation: Organisation) -> int | None:
    body = getattr(organisation, "body", None)
    return None if body is None else body.merged_into_id or body.pk


def _places(places: Sequence[Place]) -> list[dict[str, Any]]:
    """The places as the atlas has them: each in its country, no finer than a neighbourhood."""
    above = {int(number) for place in places for number in place.path.split("/") if number.isdigit()}
    countries = {
        place.pk: place.code
        for place in Place.objects.filter(pk__in=above, kind=Place.Kind.COUNTRY)
        if len(place.code) == 2
    }
    told: list[dict[str, Any]] = []
    for place in places:
        if place.kind == Place.Kind.WORLD:
            told.append({"kind": "global"})
            continue
        chain = [int(number) for number in place.path.split("/") if number.isdigit()]
        country = next((countries[number] for number in chain if number in countries), "")
        if not country:  # a list of places that names no country: the atlas cannot say where it is
            continue
        if place.kind == Place.Kind.COUNTRY:
            told.append({"kind": "national", "country": country, "precision": "country"})
            continue
        precision = _PRECISION[Place.Kind(place.kind)]
        told.append({
            "kind": "area" if precision == "region" else "point", "country": country, "names": place.names,
            "precision": precision,
            "latitude": "" if place.latitude is None else str(place.latitude),
            "longitude": "" if place.longitude is None else str(place.longitude),
        })  # fmt: skip
    return told
