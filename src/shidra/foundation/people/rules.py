"""May this person do this to accounts? Predicates."""

from __future__ import annotations

from shidra.foundation.people.models import Person
from shidra.kernel.errors import NotAllowed, gettext_noop


def is_administrator(person: Person) -> bool:
    """Looks after the installation; what happens inside an initiative is no business of theirs without a role there."""
    return person.is_active and person.is_staff


def demand(allowed: bool) -> None:
    """Raise NotAllowed unless allowed; the last word of every use case before it writes."""
    if not allowed:
        raise NotAllowed(
            "not_allowed", gettext_noop("Your role does not allow this. Ask the backbone team if it should.")
        )
