"""What makes an invitation good, and finding it by its token."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django_scopes import scopes_disabled

from shidra.foundation.initiatives.models import Invitation
from shidra.foundation.initiatives.rules import can_invite
from shidra.kernel import clock
from shidra.kernel.errors import NotFound, gettext_noop

LASTS = timedelta(days=14)


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_open(invitation: Invitation) -> bool:
    """Whether it can be accepted now: unused, not withdrawn, not expired, and its writer may still invite."""
    return (
        invitation.accepted_at is None
        and invitation.withdrawn_at is None
        and clock.now() < invitation.expires_at
        and can_invite(invitation.invited_by, invitation.initiative)
    )


def invitation_by_token(token: str) -> Invitation | None:
    """The invitation, if it can be accepted now; whatever else is wrong with a token looks the same."""
    with scopes_disabled():
        invitation = (
            Invitation.objects.select_related("initiative", "organisation", "invited_by")
            .filter(token_hash=hash_of(token))
            .first()
        )
    return invitation if invitation is not None and is_open(invitation) else None


def void() -> NotFound:
    """Said of every invitation that cannot be accepted."""
    return NotFound(
        "invitation_void",
        gettext_noop("This invitation cannot be used any more. Ask whoever invited you for a new one."),
    )
