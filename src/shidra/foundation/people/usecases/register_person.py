"""Accounts made and suspended."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction

from shidra.foundation.audit.chain import record
from shidra.foundation.people.models import Person
from shidra.foundation.people.rules import demand, is_administrator
from shidra.kernel.errors import RuleBroken, gettext_noop


@transaction.atomic
def register_person(
    *,
    by: Person | None,
    email: str,
    name: str = "",
    language: str = "he",
    time_zone: str = "",
    password: str | None = None,
    is_staff: bool = False,
) -> Person:
    """Make an account whose address has been proved (by an invitation, or by whoever runs the installation).

    Without a password it is set by "forgotten password". `by` None: the command line, or an invitation that was
    accepted. Raises RuleBroken(`email_taken`).
    """
    demand(by is None or is_administrator(by))
    try:
        with transaction.atomic():
            person = Person.objects.create_user(
                email,
                password,
                name=name.strip()[:150],
                language=language,
                time_zone=time_zone or settings.TIME_ZONE,
                is_staff=is_staff,
            )
            EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    except IntegrityError:
        raise RuleBroken(
            "email_taken", gettext_noop("There is an account with this address already."), field="email"
        ) from None
    record(by=by, verb="register_person", subject=person, after={"language": language, "is_staff": is_staff})
    return person


@transaction.atomic
def deactivate_person(*, by: Person | None, person: Person) -> Person:
    """Suspend an account: its sessions are dead at their next request; its roles stay for when it comes back."""
    demand(by is None or is_administrator(by))
    held = Person.objects.select_for_update().get(pk=person.pk)
    held.is_active = False
    held.save(update_fields=["is_active"])
    record(by=by, verb="deactivate_person", subject=held)
    return held


@transaction.atomic
def reactivate_person(*, by: Person | None, person: Person) -> Person:
    """Let a suspended account in again. Raises RuleBroken(`account_closed`) when its owner closed it for good."""
    demand(by is None or is_administrator(by))
    held = Person.objects.select_for_update().get(pk=person.pk)
    if held.closed_at is not None:
        raise RuleBroken("account_closed", gettext_noop("This account was closed by its owner, for good."))
    held.is_active = True
    held.save(update_fields=["is_active"])
    record(by=by, verb="reactivate_person", subject=held)
    return held
