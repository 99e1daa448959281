"""An initiative that works here is in the atlas by its own choice, and says there what it says of itself here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django_scopes import scope

from shidra.commons.atlas import rules
from shidra.commons.atlas.content import ListingContent, PartContent, read_content
from shidra.commons.atlas.hosting import hosted_listing, told_by
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
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop

HOST = Word(Change.MadeBy.HOST)


@transaction.atomic
def list_initiative(
    *, by: Person | None, initiative: Initiative, backbone_kind: str = "", backbone_type: str = ""
) -> Listing:
    """Put the initiative into the atlas, or bring it back, or say anew of what kind its backbone is; `by` a steward.

    Raises NotAllowed, RuleBroken (what the atlas has no room for, as `read_content`).
    """
    rules.demand(by is None or rules.can_list_initiative(by, initiative))
    content = told_by(initiative, backbone_kind=backbone_kind, backbone_type=backbone_type)
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
def refresh_hosted(*, by: Person | None = None, initiative: Initiative) -> bool:
    """Let the listing follow what the initiative says of itself here; whether anything was different."""
    listing = hosted_listing(initiative)
    if listing is None or listing.state != State.PUBLIC:
        return False
    content = _kept(listing, told_by(initiative))
    changed = bool(change_listing(by=None, listing=listing, content=content, word=HOST))
    if changed:
        _link_bodies(listing, initiative)
    return changed


@transaction.atomic
def tell_headlines(
    *, by: Person | None = None, initiative: Initiative, indicators: Sequence[Mapping[str, Any]]
) -> bool:
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
