"""The initiative's own people keep their listing: they confirm it, mend it, let it go. They need no account."""

from __future__ import annotations

from dataclasses import replace

from django.db import IntegrityError, transaction

from shidra.commons.atlas import rules
from shidra.commons.atlas.content import ListingContent, SourceContent, with_facts_of
from shidra.commons.atlas.keeping import LASTS, token_for
from shidra.commons.atlas.models import Change, Keeper, Listing, Proposal, State
from shidra.commons.atlas.proposals import hash_of
from shidra.commons.atlas.usecases.keep_listing import change_listing, confirm_listing
from shidra.commons.atlas.writing import Word, content_of, history_of
from shidra.foundation.audit.chain import record
from shidra.foundation.mail.writing import write_letter
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import NotAllowed, RuleBroken, gettext_noop

_WORD = Word(Change.MadeBy.KEEPER)


@transaction.atomic
def add_keeper(*, by: Person | None, listing: Listing, email: str, language: str) -> Keeper:
    """Let an address speak for the initiative, and write it a letter with its link. Once is enough: a second time
    only the letter is written. Raises NotAllowed."""
    rules.demand(rules.can_edit_atlas(by))
    try:
        with transaction.atomic():
            keeper = Keeper.objects.create(listing=listing, email=email, language=language, since=clock.now())
        record(by=by, verb="add_keeper", subject=keeper, after={"listing": listing})
    except IntegrityError:
        keeper = Keeper.objects.get(listing=listing, email=email, ended_at=None)
    _write_links(email, language, [keeper])
    return keeper


@transaction.atomic
def end_keeper(*, by: Person | None, keeper: Keeper) -> None:
    """The address speaks for the initiative no more, nor do its links. `by` an editor; None: the keeper steps back."""
    rules.demand(rules.can_edit_atlas(by))
    if Keeper.objects.filter(pk=keeper.pk, ended_at=None).update(ended_at=clock.now()):
        record(by=by, verb="end_keeper", subject=keeper, after={"listing": keeper.listing_id})


@transaction.atomic
def confirm_as_keeper(*, by: Person | None = None, keeper: Keeper) -> None:
    """ "Yes, all of this is still true." Raises NotAllowed (stepped back meanwhile), RuleBroken(`listing_gone`)."""
    listing = _kept(keeper)
    confirm_listing(by=None, listing=listing, verified_by=Listing.VerifiedBy.KEEPER, word=_WORD)


@transaction.atomic
def change_as_keeper(
    *, by: Person | None = None, keeper: Keeper, content: ListingContent, seen_version: int
) -> dict[str, object]:
    """What the initiative says of itself is public at once; its source is the initiative. Return what has changed.

    Raises NotAllowed (stepped back meanwhile), RuleBroken (`listing_gone`, `changed_meanwhile`).
    """
    listing = _kept(keeper)
    present = content_of(listing)
    facts = list(history_of(present, content))
    source = SourceContent(
        title=str(listing), address=content.website, found_on=clock.today().isoformat(),
    )  # fmt: skip
    said = with_facts_of(present, replace(content, sources=dict.fromkeys(facts, (source,))), facts)
    return dict(change_listing(by=None, listing=listing, content=said, seen_version=seen_version, word=_WORD))


@transaction.atomic
def ask_for_removal(*, by: Person | None = None, keeper: Keeper, message: str) -> Proposal:
    """The initiative asks to be taken out: an editor does it. The address is known to be theirs, so it waits at once.

    Asked for again before an editor has looked, it stays one request. Raises as `confirm_as_keeper`.
    """
    listing = _kept(keeper)
    waiting = Proposal.objects.filter(
        kind=Proposal.Kind.REMOVAL, state=Proposal.State.WAITING, listing=listing, email=keeper.email
    )
    if found := waiting.first():
        return found
    now = clock.now()
    proposal = Proposal.objects.create(
        kind=Proposal.Kind.REMOVAL, state=Proposal.State.WAITING, listing=listing, message=message.strip()[:4000],
        email=keeper.email, language=keeper.language, token_hash=hash_of(f"keeper:{keeper.pk}:{now.isoformat()}"),
        made_at=now, confirmed_at=now,
    )  # fmt: skip
    record(by=by, verb="propose", subject=proposal, after={"kind": proposal.kind, "listing": listing})
    return proposal


@transaction.atomic
def send_keeper_links(*, by: Person | None = None, email: str) -> None:
    """Write an address new links to all that it keeps; nothing, where it keeps nothing. Nobody else learns which."""
    keepers = Keeper.objects.filter(email=email.strip().lower(), ended_at=None, listing__state=State.PUBLIC)
    held = list(keepers.select_related("listing").order_by("pk"))
    if held:
        _write_links(held[0].email, held[0].language, held)


def _write_links(email: str, language: str, keepers: list[Keeper]) -> None:
    links = [{"listing": keeper.listing, "token": token_for(keeper)} for keeper in keepers]
    write_letter(
        to=email,
        template="atlas/mail/keep",
        language=language,
        context={"links": links, "until": clock.now() + LASTS},
        is_secret=True,
    )


def _kept(keeper: Keeper) -> Listing:
    held = Keeper.objects.select_for_update(of=("self",)).select_related("listing").get(pk=keeper.pk)
    if held.ended_at is not None:
        raise NotAllowed("not_allowed", gettext_noop("This address does not keep the listing any more."))
    if held.listing.state != State.PUBLIC:
        raise RuleBroken("listing_gone", gettext_noop("This listing is not in the atlas any more."))
    return held.listing
