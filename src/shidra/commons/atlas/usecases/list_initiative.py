"""An initiative that works here is in the atlas by its own choice, and says there what it says of itself here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django_scopes import scope

from shidra.commons.atlas import rules
from shidra.commons.atlas.content import ListingContent, PartContent, read_content
from shidra.commons.atlas.models import Body, Change, Fact, Listing, Origin, State
from shidra.commons.atlas.signals import initiative_listed
from shidra.commons.atlas.usecases.keep_listing import (
    change_listing,
    confirm_listing,
    enter_listing,
    publish_listing,
    withdraw_listing,
)
from shidra.commons.atlas.writing import Word, content_of, sort_name_of
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person
from shidra.foundation.places.models import Place
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop

HOST = Word(Change.MadeBy.HOST)
_PRECISION = {
    Place.Kind.CITY: "city", Place.Kind.NEIGHBOURHOOD: "neighbourhood", Place.Kind.SITE: "neighbourhood",
    Place.Kind.DISTRICT: "region", Place.Kind.REGION: "region",
}  # fmt: skip


def hosted_listing(initiative: Initiative) -> Listing | None:
    """The initiative's listing, public or taken out; None if it was never in the atlas."""
    return Listing.objects.filter(initiative=initiative).first()


def preview_initiative(initiative: Initiative) -> ListingContent:
    """What the atlas would say of the initiative. Raises RuleBroken, as `read_content`."""
    return _content(initiative)


@transaction.atomic
def list_initiative(
    *, by: Person | None, initiative: Initiative, backbone_kind: str = "", backbone_type: str = ""
) -> Listing:
    """Put the initiative into the atlas, or bring it back, or say anew of what kind its backbone is; `by` a steward.

    Raises NotAllowed, RuleBroken (what the atlas has no room for, as `read_content`).
    """
    rules.demand(by is None or rules.can_list_initiative(by, initiative))
    content = _content(initiative, backbone_kind=backbone_kind, backbone_type=backbone_type)
    listing = hosted_listing(initiative)
    if listing is None:
        about = {
            "initiative": initiative, "verified_on": clock.today(), "verified_by": Listing.VerifiedBy.KEEPER,
        }  # fmt: skip
        listing = enter_listing(by=None, content=content, word=HOST, origin=Origin.HOSTED, about=about)
    else:
        change_listing(by=None, listing=listing, content=_kept(listing, content), word=HOST)
        if listing.state != State.PUBLIC:
            publish_listing(by=None, listing=listing, word=HOST)
        confirm_listing(by=None, listing=listing, verified_by=Listing.VerifiedBy.KEEPER, word=HOST)
    _link_bodies(listing, initiative)
    record(by=by, verb="list_initiative", subject=listing, initiative=initiative)
    initiative_listed.send(sender=None, initiative=initiative)
    return Listing.objects.get(pk=listing.pk)


@transaction.atomic
def unlist_initiative(*, by: Person | None, initiative: Initiative) -> None:
    """Take the initiative out of the atlas: its address there tells so. Raises NotAllowed, RuleBroken(`not_listed`)."""
    rules.demand(by is None or rules.can_list_initiative(by, initiative))
    listing = hosted_listing(initiative)
    if listing is None or listing.state != State.PUBLIC:
        raise RuleBroken("not_listed", gettext_noop("The initiative is not in the atlas."))
    reason = {
        "en": "The initiative has taken itself out of the atlas.",
        "he": "היוזמה בחרה לצאת מן האטלס.",
        "ar": "اختارت المبادرة الخروج من الأطلس.",
    }
    withdraw_listing(by=by, listing=listing, reason=reason, word=HOST)
    record(by=by, verb="unlist_initiative", subject=listing, initiative=initiative)


@transaction.atomic
def confirm_initiative(*, by: Person, initiative: Initiative) -> None:
    """A steward says that all of the listing is still true. Raises NotAllowed, RuleBroken(`not_listed`)."""
    rules.demand(rules.can_list_initiative(by, initiative))
    listing = hosted_listing(initiative)
    if listing is None or listing.state != State.PUBLIC:
        raise RuleBroken("not_listed", gettext_noop("The initiative is not in the atlas."))
    confirm_listing(by=None, listing=listing, verified_by=Listing.VerifiedBy.KEEPER, word=HOST)


@transaction.atomic
def refresh_hosted(*, initiative: Initiative) -> bool:
    """Let the listing follow what the initiative says of itself here; whether anything was different."""
    listing = hosted_listing(initiative)
    if listing is None or listing.state != State.PUBLIC:
        return False
    content = _kept(listing, _content(initiative))
    changed = bool(change_listing(by=None, listing=listing, content=content, word=HOST))
    if changed:
        _link_bodies(listing, initiative)
    return changed


@transaction.atomic
def tell_headlines(*, initiative: Initiative, indicators: Sequence[Mapping[str, Any]]) -> bool:
    """Put the initiative's headline figures beside its listing, if it has one; whether anything was different.

    indicators  as content has them: {"names", "value", "unit", "period", "address"}; value and period are plain text
    """
    listing = hosted_listing(initiative)
    if listing is None or listing.state != State.PUBLIC:
        return False
    present = content_of(listing)
    said = read_content({"names": dict(present.names), "indicators": [dict(one) for one in indicators]})
    sources = {fact: of for fact, of in present.sources.items() if fact != Fact.INDICATORS}
    if said.indicators:
        sources[str(Fact.INDICATORS.value)] = present.sources[Fact.NAMES]
    content = replace(present, indicators=said.indicators, sources=sources)
    return bool(change_listing(by=None, listing=listing, content=content, word=HOST))


def _kept(listing: Listing, content: ListingContent) -> ListingContent:
    """What the initiative's own data does not tell stays: the kind of its backbone, headline figures, its network, and
    what the atlas knows of the bodies."""
    present = content_of(listing)
    parts = []
    for part in content.parts:
        known = next((one for one in present.parts if _is_same(one, part)), None)
        if known is not None:
            part = replace(
                known, since=part.since, until=part.until,
                backbone_kind=part.backbone_kind or known.backbone_kind,
                backbone_type=part.backbone_type or known.backbone_type,
            )  # fmt: skip
        parts.append(part)
    sources = dict(content.sources)
    for fact in (str(Fact.INDICATORS.value), str(Fact.NETWORK.value)):
        if fact in present.sources:
            sources[fact] = present.sources[fact]
    return replace(content, parts=tuple(parts), indicators=present.indicators, network=present.network, sources=sources)


def _is_same(known: PartContent, part: PartContent) -> bool:
    """Whether this is the same body in the same part: by its number, a register's identifier, its name."""
    if known.part != part.part:
        return False
    if part.body is not None:
        return known.body == part.body
    return bool(set(known.identifiers) & set(part.identifiers)) or sort_name_of(known.names) == sort_name_of(part.names)


def _link_bodies(listing: Listing, initiative: Initiative) -> None:
    """Remember which organisation each body of the listing is, so that it stays the same when it is renamed."""
    with scope(initiative=initiative):
        organisations = {
            sort_name_of(one.organisation.names): one.organisation
            for one in initiative.partnerships.select_related("organisation")
            .filter(organisation__body=None)
            .order_by("pk")
        }
    for part in listing.parts.select_related("body").filter(body__organisation=None):
        found = organisations.pop(part.body.sort_name, None)
        if found is not None:
            Body.objects.filter(pk=part.body_id).update(organisation=found)


def _content(initiative: Initiative, *, backbone_kind: str = "", backbone_type: str = "") -> ListingContent:
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
