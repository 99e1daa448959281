"""Entering, changing, publishing, confirming and withdrawing listings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from shidra.commons.atlas import rules
from shidra.commons.atlas.content import ListingContent
from shidra.commons.atlas.models import Change, Listing, Origin, State
from shidra.commons.atlas.writing import (
    Word,
    content_of,
    demand_sources,
    history_of,
    is_public,
    next_edition,
    note_change,
    write_listing,
    write_new_listings,
)
from shidra.foundation.audit.chain import record
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import NotAllowed, RuleBroken, gettext_noop

EDITOR = Word(Change.MadeBy.EDITOR)


@transaction.atomic
def enter_listings(
    *,
    by: Person | None,
    contents: Sequence[ListingContent],
    word: Word = EDITOR,
    origin: str = Origin.ENTERED,
    state: str = State.PUBLIC,
    about: Sequence[Mapping[str, Any]] = (),
) -> list[Listing]:
    """Enter listings, in sets; those entered public are seen at once. `by`: an editor, or None for the system itself.

    about      further columns of each listing (`feed`, `initiative`, `verified_on`, ...), as many as contents

    Raises NotAllowed, RuleBroken(`source_missing`; what `writing` raises). All are entered, or none.
    """
    rules.demand(rules.can_edit_atlas(by))
    for content in contents:
        demand_sources(content.facts(), content)
    extra = about or [{}] * len(contents)
    edition = next_edition()
    made = [
        (Listing(origin=origin, state=state, **columns), content)
        for content, columns in zip(contents, extra, strict=True)
    ]
    listings = write_new_listings(made, edition, word)
    Change.objects.bulk_create(
        [note_change(listing, Change.Kind.ENTERED, word, history_of(None, content)) for listing, content in made],
        batch_size=500,
    )
    if len(listings) == 1:
        record(by=by, verb="enter_listing", subject=listings[0], after=_said(listings[0], word))
    elif listings:
        record(
            by=by, verb="enter_listings", subject=f"atlas.listing:{listings[0].pk}-{listings[-1].pk}",
            after={"count": len(listings), "made_by": word.made_by, "state": state},
        )  # fmt: skip
    return listings


def enter_listing(*, by: Person | None, content: ListingContent, **more: Any) -> Listing:
    """Enter one listing; see `enter_listings`. `about` is one mapping here."""
    about = more.pop("about", None)
    return enter_listings(by=by, contents=[content], about=[about] if about else (), **more)[0]


@transaction.atomic
def change_listing(
    *,
    by: Person | None,
    listing: Listing,
    content: ListingContent,
    seen_version: int | None = None,
    word: Word = EDITOR,
) -> dict[str, dict[str, Any]]:
    """Make a listing say what the content says; what differs stays in its public history, and is returned.

    Raises NotAllowed, RuleBroken(`changed_meanwhile`: it is no longer at `seen_version`; `network_circle`;
    `source_missing` for a fact that changes and has none).
    """
    if word.made_by in (Change.MadeBy.EDITOR, Change.MadeBy.PROPOSAL, Change.MadeBy.FILE):
        rules.demand(rules.can_edit_atlas(by))
    locked = Listing.objects.select_for_update().get(pk=listing.pk)
    if seen_version is not None and locked.version != seen_version:
        raise RuleBroken(
            "changed_meanwhile",
            gettext_noop(
                "Somebody else has changed this listing meanwhile. Look at it as it is now, then change it again."
            ),
        )
    _demand_no_circle(locked, content.network)
    before = content_of(locked)
    facts = history_of(before, content)
    if not facts and before.sources == content.sources:
        return {}
    demand_sources(facts, content)
    write_listing(locked, content, next_edition(), word)
    note_change(locked, Change.Kind.CHANGED, word, facts).save()
    record(
        by=by, verb="change_listing", subject=locked,
        before={fact: one["before"] for fact, one in facts.items()},
        after={fact: one["after"] for fact, one in facts.items()} | {"made_by": word.made_by},
    )  # fmt: skip
    return facts


@transaction.atomic
def publish_listing(*, by: Person | None, listing: Listing, word: Word = EDITOR) -> None:
    """Let the public see it: a draft, or one that was withdrawn. Raises NotAllowed, RuleBroken(`listing_public`)."""
    rules.demand(rules.can_edit_atlas(by))
    locked = Listing.objects.select_for_update().get(pk=listing.pk)
    if is_public(locked):
        raise RuleBroken("listing_public", gettext_noop("It is public already."))
    Listing.objects.filter(pk=locked.pk).update(
        state=State.PUBLIC, withdrawn_at=None, withdrawn_reason={}, edition=next_edition(), version=locked.version + 1
    )
    note_change(locked, Change.Kind.PUBLISHED, word).save()
    record(by=by, verb="publish_listing", subject=locked, before={"state": locked.state}, after={"state": State.PUBLIC})


@transaction.atomic
def withdraw_listing(*, by: Person | None, listing: Listing, reason: Mapping[str, str], word: Word = EDITOR) -> None:
    """Take it out of the atlas; its address tells why. Raises NotAllowed, RuleBroken(`reason_missing`)."""
    if word.made_by not in (Change.MadeBy.FEED, Change.MadeBy.HOST):
        rules.demand(rules.can_edit_atlas(by))
    if not any(reason.values()):
        raise RuleBroken("reason_missing", gettext_noop("Say why, in one language at least."), field="reason")
    locked = Listing.objects.select_for_update().get(pk=listing.pk)
    if locked.state == State.WITHDRAWN:
        return
    Listing.objects.filter(pk=locked.pk).update(
        state=State.WITHDRAWN, withdrawn_at=clock.now(), withdrawn_reason=dict(reason),
        edition=next_edition(), version=locked.version + 1,
    )  # fmt: skip
    note_change(locked, Change.Kind.WITHDRAWN, word).save()
    record(
        by=by, verb="withdraw_listing", subject=locked, before={"state": locked.state}, after={"reason": dict(reason)}
    )


@transaction.atomic
def confirm_listing(*, by: Person | None, listing: Listing, verified_by: str, word: Word = EDITOR) -> None:
    """Somebody who knows says that it is true today. `verified_by` of Listing.VerifiedBy.

    Raises NotAllowed: editors confirm as editors; keepers and feeds come through their own use cases, with `by` None.
    """
    if by is not None:
        rules.demand(rules.can_edit_atlas(by))
        if verified_by != Listing.VerifiedBy.EDITOR:
            raise NotAllowed("not_allowed", gettext_noop("Editors confirm as editors."))
    locked = Listing.objects.select_for_update().get(pk=listing.pk)
    before = locked.verified_on
    Listing.objects.filter(pk=locked.pk).update(
        verified_on=clock.today(), verified_by=verified_by, reminded_on=None, edition=next_edition()
    )
    note_change(locked, Change.Kind.CONFIRMED, word).save()
    record(
        by=by,
        verb="confirm_listing",
        subject=locked,
        before={"verified_on": before},
        after={"verified_by": verified_by},
    )


def _demand_no_circle(listing: Listing, network: int | None) -> None:
    above, seen = network, {listing.pk}
    while above is not None:
        if above in seen:
            raise RuleBroken("network_circle", gettext_noop("A network cannot be part of itself."), field="network")
        seen.add(above)
        above = Listing.objects.filter(pk=above).values_list("network_id", flat=True).first()


def _said(listing: Listing, word: Word) -> dict[str, Any]:
    return {"names": listing.names, "state": listing.state, "made_by": word.made_by}
