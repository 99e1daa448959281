"""What anyone may ask of the atlas: a new listing, a correction, to keep a listing, to have one taken out.

It reaches the editors once the person has shown that the e-mail address is theirs: by a link in a letter.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from shidra.commons.atlas.body_content import BodyContent
from shidra.commons.atlas.content import ListingContent
from shidra.commons.atlas.models import Body, Listing, Proposal, State
from shidra.commons.atlas.proposals import CONFIRM_WITHIN, hash_of, proposal_of
from shidra.foundation.audit.chain import record
from shidra.foundation.mail.writing import write_letter
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.languages import base_language

FORGET_AFTER = timedelta(days=365)
LONGEST_MESSAGE = 4_000
_FORGOTTEN = "forgotten@closed.invalid"


@transaction.atomic
def propose(
    *,
    by: Person | None = None,
    kind: str,
    email: str,
    language: str,
    listing: Listing | None = None,
    body: Body | None = None,
    content: ListingContent | BodyContent | None = None,
    facts: Sequence[str] = (),
    source: str = "",
    message: str = "",
) -> Proposal:
    """Write down what somebody asks for, and a letter to their address with the link that confirms it.

    by       None: whoever it is says so by the address alone
    listing  what it is about, or a `body` that is to be corrected; None for a new one alone
    content  what is proposed; of a correction, `facts` are those that it changes (of a new one, all that it tells)
    source   where it is known from: a web address, or a publication by its title

    Raises RuleBroken: `email_invalid`, `nothing_proposed`, `source_missing`, `message_missing` (a claim says who asks, a
    removal why), `message_too_long`, `listing_gone`.
    """
    email = _address(email)
    source, message = " ".join(source.split())[:500], message.strip()
    if len(message) > LONGEST_MESSAGE:
        raise RuleBroken(
            "text_too_long", gettext_noop("A text here may have %(most)s signs."), field="message", most=LONGEST_MESSAGE
        )
    if kind == Proposal.Kind.NEW:
        listing = body = None
    elif (about := listing or body) is None or about.state != State.PUBLIC:
        raise RuleBroken("listing_gone", gettext_noop("This listing is not in the atlas any more."))
    told: dict[str, object] = {}
    if kind in (Proposal.Kind.NEW, Proposal.Kind.CORRECTION):
        facts = list(content.facts() if isinstance(content, ListingContent) and kind == Proposal.Kind.NEW else facts)
        if content is None or (not facts and not message):
            raise RuleBroken(
                "nothing_proposed",
                gettext_noop("Nothing here differs from what the atlas says. Change what is not right."),
            )
        if facts and not source:
            raise RuleBroken(
                "source_missing",
                gettext_noop("Name a source: a web address, or a publication by its title."),
                field="source",
            )
        said = asdict(content) if isinstance(content, BodyContent) else content.to_json()
        told = {**said, "facts": list(facts)}
        told.pop("sources", None)
    elif not message:
        words = (
            gettext_noop("Say who you are in the initiative, so that the editors can check it.")
            if kind == Proposal.Kind.CLAIM
            else gettext_noop("Say why it should be taken out.")
        )
        raise RuleBroken("message_missing", words, field="message")
    token = secrets.token_urlsafe(32)
    proposal = Proposal.objects.create(
        kind=kind, listing=listing, body=body, content=told, source=source, message=message, email=email,
        language=base_language(language), token_hash=hash_of(token), made_at=clock.now(),
    )  # fmt: skip
    write_letter(
        to=email,
        template="atlas/mail/confirm_address",
        language=proposal.language,
        context={
            "proposal": proposal,
            "about": proposal.about,
            "token": token,
            "until": proposal.made_at + CONFIRM_WITHIN,
        },
        key=f"atlas_proposal:{proposal.pk}:confirm",
        is_secret=True,
    )
    # Neither address nor message is written into the chain, for the chain never forgets.
    record(
        by=by,
        verb="propose",
        subject=proposal,
        after={"kind": kind, "listing": listing, "body": body, "facts": list(facts)},
    )
    return proposal


@transaction.atomic
def confirm_address(*, by: Person | None = None, token: str) -> Proposal:
    """The person who proposed has shown that the address is theirs: from now on the proposal waits for an editor.

    A second time changes nothing. Raises RuleBroken(`link_void`).
    """
    proposal = proposal_of(token)
    unconfirmed = Proposal.objects.filter(pk=proposal.pk, state=Proposal.State.UNCONFIRMED)
    if unconfirmed.update(state=Proposal.State.WAITING, confirmed_at=clock.now()):
        proposal.refresh_from_db()
        record(by=by, verb="propose", subject=proposal, after={"state": proposal.state})
    return proposal


@transaction.atomic
def sweep_proposals(*, by: Person | None = None) -> int:
    """By the clock: drop what was never confirmed, forget who proposed what was decided a year ago; how many rows."""
    now = clock.now()
    unconfirmed = Proposal.objects.filter(state=Proposal.State.UNCONFIRMED, made_at__lt=now - CONFIRM_WITHIN)
    dropped, _rows = unconfirmed.delete()
    decided = Proposal.objects.filter(decided_at__lt=now - FORGET_AFTER).exclude(email=_FORGOTTEN)
    return dropped + decided.update(email=_FORGOTTEN, message="")


def _address(email: str) -> str:
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        email = ""
    if not email or len(email) > 254:
        raise RuleBroken("email_invalid", gettext_noop("This is not an e-mail address."), field="email")
    return email
