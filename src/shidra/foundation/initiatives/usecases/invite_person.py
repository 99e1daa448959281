"""Invitations: by e-mail, in the invited person's language, for one address, once, for a fortnight."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django_scopes import scope, scopes_disabled

from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.invitations import LASTS, hash_of, is_open, void
from shidra.foundation.initiatives.models import Initiative, Invitation, Membership, Role
from shidra.foundation.initiatives.queries import current
from shidra.foundation.initiatives.roles import check_organisation, open_role
from shidra.foundation.initiatives.rules import can_invite, demand
from shidra.foundation.mail.writing import write_letter
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person
from shidra.foundation.people.usecases import register_person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop

AN_HOUR = 60  # invitations that one person can write within an hour


@transaction.atomic
def invite_person(
    *,
    by: Person,
    initiative: Initiative,
    email: str,
    role: str,
    organisation: Organisation | None = None,
    language: str,
    name: str = "",
) -> Invitation:
    """Ask a person, by a letter in `language`, to take a role. An open invitation to the same role is withdrawn.

    Whether the address has an account shows nowhere. Raises RuleBroken (`email_invalid`, `role_held`,
    `organisation_missing`, `organisation_not_partner`, `too_many_invitations`).
    """
    demand(can_invite(by, initiative))
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise RuleBroken("email_invalid", gettext_noop("This is not an e-mail address."), field="email") from None
    check_organisation(initiative, role, organisation)
    now = clock.now()
    with scopes_disabled():
        lately = Invitation.objects.filter(invited_by=by, invited_at__gt=now - timedelta(hours=1)).count()
    if lately >= AN_HOUR:
        raise RuleBroken("too_many_invitations", gettext_noop("That is a great many invitations. Go on in an hour."))
    held = Membership.objects.filter(current(), initiative=initiative, role=role, organisation=organisation)
    if held.filter(person__email=email).exists():
        raise RuleBroken("role_held", gettext_noop("This person has this role already."), field="email")
    same = Invitation.objects.filter(initiative=initiative, email=email, role=role, organisation=organisation)
    same.filter(accepted_at=None, withdrawn_at=None).update(withdrawn_at=now)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        initiative=initiative,
        email=email,
        name=name.strip()[:150],
        language=language,
        role=role,
        organisation=organisation,
        token_hash=hash_of(token),
        invited_by=by,
        invited_at=now,
        expires_at=now + LASTS,
    )
    write_letter(
        to=email,
        template="initiatives/mail/invitation",
        language=language,
        context={"invitation": invitation, "initiative": initiative, "token": token, "by": by},
        initiative=initiative,
        key=f"invitation:{invitation.pk}",
        is_secret=True,
    )
    # The address is not written into the chain, for the chain never forgets.
    after = {"role": role, "organisation": organisation, "language": language}
    record(by=by, verb="invite_person", subject=invitation, initiative=initiative, after=after)
    return invitation


@transaction.atomic
def withdraw_invitation(*, by: Person, invitation: Invitation) -> Invitation:
    """Make an invitation worthless. Raises RuleBroken(`invitation_over`) when it was accepted or withdrawn before."""
    held = Invitation.objects.select_for_update().select_related("initiative").get(pk=invitation.pk)
    demand(can_invite(by, held.initiative))
    if held.accepted_at is not None or held.withdrawn_at is not None:
        raise RuleBroken("invitation_over", gettext_noop("This invitation was accepted or withdrawn before."))
    held.withdrawn_at = clock.now()
    held.save(update_fields=["withdrawn_at"])
    record(by=by, verb="withdraw_invitation", subject=held, initiative=held.initiative)
    return held


@transaction.atomic
def accept_invitation(
    *, by: Person | None, token: str, name: str = "", password: str = "", language: str = "", time_zone: str = ""
) -> Membership:
    """Take the role that the token offers, and return it.

    by          who is signed in; must have the invited address. None: an account is made, with `name`, `password`
                (checked by the caller's form) and the language of the page; holding the token proves the address.

    Raises RuleBroken: `invitation_void` (unknown, used, expired, withdrawn, or its writer may not invite any more),
    `invitation_of_another` (signed in with another address), `sign_in_first` (the address has an account).
    """
    with scopes_disabled():
        held = (
            Invitation.objects.select_for_update(of=("self",))
            .select_related("initiative", "organisation", "invited_by")
            .filter(token_hash=hash_of(token))
            .first()
        )
    if held is None or not is_open(held):
        raise void()
    with scope(initiative=held.initiative):
        if by is not None:
            if by.email.lower() != held.email:
                raise RuleBroken(
                    "invitation_of_another",
                    gettext_noop("This invitation is for another address. Sign out, then open it again."),
                )
            person = by
        elif Person.objects.filter(email=held.email).exists():
            raise RuleBroken("sign_in_first", gettext_noop("Sign in first, then accept the invitation."))
        else:
            person = register_person(
                by=None,
                email=held.email,
                name=name or held.name,
                language=language or held.language,
                time_zone=time_zone,
                password=password or None,
            )
        membership = open_role(held.initiative, person, Role(held.role), held.organisation)
        held.accepted_at, held.accepted_by = clock.now(), person
        held.save(update_fields=["accepted_at", "accepted_by"])
        after = {"role": held.role, "organisation": held.organisation_id, "membership": membership}
        record(by=person, verb="accept_invitation", subject=held, initiative=held.initiative, after=after)
    return membership
