"""What is known of a person."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from shidra.foundation.audit.models import AuditEntry
from shidra.foundation.mail.models import Letter
from shidra.foundation.people.models import Person
from shidra.foundation.people.signals import collecting_my_data


def person_by_email(email: str) -> Person | None:
    """The account of that address, whatever the case of its letters."""
    return Person.objects.filter(email=email.strip().lower()).first()


def my_data(person: Person) -> dict[str, Any]:
    """Everything kept of the person, JSON-able, under headings; each app that keeps something adds its own."""
    known: dict[str, Any] = {
        "account": {
            "email": person.email,
            "name": person.name,
            "language": person.language,
            "time_zone": person.time_zone,
            "joined_at": person.joined_at.isoformat(),
            "last_sign_in_at": person.last_login.isoformat() if person.last_login else None,
            "is_site_administrator": person.is_staff,
        },
        "addresses": list(EmailAddress.objects.filter(user=person).values("email", "verified", "primary")),
        "second_factors": [
            {"type": factor.type, "since": factor.created_at.isoformat()}
            for factor in Authenticator.objects.filter(user=person)
        ],
        "letters": [
            {"subject": letter.subject, "text": letter.text, "written_at": letter.written_at.isoformat()}
            for letter in Letter.objects.filter(person=person).order_by("pk")
        ],
        "done": [
            {"at": entry.at.isoformat(), "what": entry.verb, "on": entry.subject}
            for entry in AuditEntry.objects.filter(person=person).order_by("pk")
        ],
    }
    answers: list[tuple[Any, Any]] = collecting_my_data.send(sender=Person, person=person)
    for _receiver, more in answers:
        known |= more
    return known
