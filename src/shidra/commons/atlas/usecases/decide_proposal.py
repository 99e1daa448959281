"""Editors decide on what was proposed; whoever proposed it hears what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction

from shidra.commons.atlas import rules
from shidra.commons.atlas.content import ListingContent, read_content
from shidra.commons.atlas.models import Body, Change, Listing, Proposal
from shidra.commons.atlas.proposals import proposed_body, source_content, sourced
from shidra.commons.atlas.usecases.keep_body import change_body
from shidra.commons.atlas.usecases.keep_keepers import add_keeper
from shidra.commons.atlas.usecases.keep_listing import change_listing, enter_listing, withdraw_listing
from shidra.commons.atlas.writing import Word, content_of, history_of
from shidra.foundation.audit.chain import record
from shidra.foundation.mail.writing import write_letter
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop

LONGEST_ANSWER = 4_000


@transaction.atomic
def accept_proposal(
    *,
    by: Person,
    proposal: Proposal,
    facts: Sequence[str] = (),
    content: ListingContent | None = None,
    seen_version: int | None = None,
    reason: Mapping[str, str] | None = None,
    answer: str = "",
    is_source_checked: bool = False,
) -> Listing | Body:
    """Take over what was proposed, and tell whoever proposed it; return the listing or body.

    facts    those of a new listing or a correction that are taken over; the others are left
    content  the whole listing as the editor has mended it, instead of what was proposed
    reason   of a removal: what the listing's address tells from now on
    is_source_checked   the editor has looked at the source: the facts that are taken over are verified, as of today

    Raises NotAllowed, RuleBroken: `proposal_decided` (another editor was first), `nothing_taken`, `changed_meanwhile`, and
    what entering, changing and withdrawing a listing and changing a body raise.
    """
    rules.demand(rules.can_edit_atlas(by))
    held = _decide(by, proposal, Proposal.State.ACCEPTED, answer)
    if held.body is not None:
        source = source_content(held.source, is_checked=is_source_checked)
        if not change_body(
            by=by, body=held.body, content=proposed_body(held, facts), source=source, seen_version=seen_version,
            made_by=Change.MadeBy.PROPOSAL,
        ):  # fmt: skip
            raise _nothing_taken()
        return _accepted(by, held, held.body)
    listing = held.listing
    word = Word(Change.MadeBy.PROPOSAL, source=held.source)
    if held.kind == Proposal.Kind.CLAIM:
        assert listing is not None  # by the table's own rule
        add_keeper(by=by, listing=listing, email=held.email, language=held.language)
    elif held.kind == Proposal.Kind.REMOVAL:
        assert listing is not None
        withdraw_listing(by=by, listing=listing, reason=reason or {}, word=word)
    else:
        if content is None:
            said = read_content({"names": {}, **held.content, "sources": {}})
            offered = set(held.content.get("facts", ()))
            content = sourced(held, said, [fact for fact in facts if fact in offered], is_checked=is_source_checked)
            if not offered & set(facts):
                content = None
        if content is None or (listing is not None and not history_of(content_of(listing), content)):
            raise _nothing_taken()
        if listing is None:
            listing = enter_listing(by=by, content=content, word=word)
            held.listing = listing
            held.save(update_fields=["listing"])
        else:
            change_listing(by=by, listing=listing, content=content, seen_version=seen_version, word=word)
    assert listing is not None
    return _accepted(by, held, listing)


@transaction.atomic
def decline_proposal(*, by: Person, proposal: Proposal, answer: str) -> Proposal:
    """Leave the atlas as it is, and tell whoever proposed it why. Raises NotAllowed, RuleBroken (`answer_missing`,
    `proposal_decided`)."""
    rules.demand(rules.can_edit_atlas(by))
    if not answer.strip():
        raise RuleBroken("answer_missing", gettext_noop("Say why, for whoever proposed it."), field="answer")
    held = _decide(by, proposal, Proposal.State.DECLINED, answer)
    _answer(held, held.about)
    record(by=by, verb="decide_proposal", subject=held, after={"state": held.state})
    return held


def _accepted(by: Person, held: Proposal, about: Listing | Body) -> Listing | Body:
    _answer(held, about)
    record(
        by=by,
        verb="decide_proposal",
        subject=held,
        after={"state": held.state, "listing": held.listing, "body": held.body},
    )
    return about


def _nothing_taken() -> RuleBroken:
    return RuleBroken(
        "nothing_taken", gettext_noop("Choose what is taken over. If it is nothing, decline the proposal.")
    )


def _decide(by: Person, proposal: Proposal, state: str, answer: str) -> Proposal:
    """Write the decision down, if nobody was first: the database answers that, for one of two."""
    waiting = Proposal.objects.filter(pk=proposal.pk, state=Proposal.State.WAITING)
    if not waiting.update(state=state, decided_at=clock.now(), decided_by=by, answer=answer.strip()[:LONGEST_ANSWER]):
        raise RuleBroken("proposal_decided", gettext_noop("Another editor has decided on this meanwhile."))
    return Proposal.objects.select_related("listing", "body").get(pk=proposal.pk)


def _answer(proposal: Proposal, about: Listing | Body | None) -> None:
    write_letter(
        to=proposal.email,
        template="atlas/mail/decided",
        language=proposal.language,
        context={
            "proposal": proposal,
            "about": about,
            "is_public": about is not None and about.state == "public",
        },
        key=f"atlas_proposal:{proposal.pk}:decided",
    )
