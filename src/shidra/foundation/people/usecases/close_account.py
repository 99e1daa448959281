"""Closing one's account."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction

from shidra.foundation.audit.chain import record
from shidra.foundation.mail.models import Letter
from shidra.foundation.people.models import Person
from shidra.foundation.people.signals import account_closing
from shidra.kernel import clock


@transaction.atomic
def close_account(*, by: Person) -> Person:
    """Close one's own account for good: no name and no address are kept, roles end, sessions die.

    What the person did stays as "a person who has left": values that were accepted keep their history.
    Receivers of `account_closing` may forbid it with a RuleBroken (the last steward of an initiative stays).
    """
    person = Person.objects.select_for_update().get(pk=by.pk)
    account_closing.send(sender=Person, person=person)
    EmailAddress.objects.filter(user=person).delete()
    Authenticator.objects.filter(user=person).delete()
    letters = Letter.objects.filter(person=person) | Letter.objects.filter(to=person.email)
    letters.update(to="", text="", html="", subject="", person=None)
    person.email = f"closed-{person.pk}@closed.invalid"
    person.name = ""
    person.is_active = person.is_staff = person.is_superuser = False
    person.closed_at = clock.now()
    person.set_unusable_password()
    person.save()
    record(by=person, verb="close_account", subject=person)
    return person
