"""May this person do this in this initiative, now? Predicates of (person, initiative) or (person, (initiative, organisation))."""

from __future__ import annotations

import rules

from shidra.foundation.initiatives.models import Initiative, Role
from shidra.foundation.initiatives.queries import roles_of
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person
from shidra.kernel.errors import NotAllowed, gettext_noop


def _holds(person: Person, initiative: Initiative, *roles: Role) -> bool:
    return any(role in roles for role, _organisation in roles_of(person, initiative))


@rules.predicate
def is_steward(person: Person, initiative: Initiative) -> bool:
    return _holds(person, initiative, Role.STEWARD)


@rules.predicate
def is_backbone(person: Person, initiative: Initiative) -> bool:
    """Steward or analyst: sees all partners' rows."""
    return _holds(person, initiative, Role.STEWARD, Role.ANALYST)


@rules.predicate
def is_member(person: Person, initiative: Initiative) -> bool:
    """Has any role today."""
    return bool(roles_of(person, initiative))


def reports_for(person: Person, initiative: Initiative, organisation: Organisation) -> bool:
    """A reporter or approver of this very organisation."""
    held = roles_of(person, initiative)
    return (Role.REPORTER, organisation.pk) in held or (Role.APPROVER, organisation.pk) in held


def approves_for(person: Person, initiative: Initiative, organisation: Organisation) -> bool:
    """An approver of this very organisation."""
    return (Role.APPROVER, organisation.pk) in roles_of(person, initiative)


can_see_workspace = is_member
can_edit_initiative = is_steward
can_invite = is_steward
can_manage_partners = is_steward


def demand(allowed: bool) -> None:
    """Raise NotAllowed unless allowed; the last word of every use case before it writes."""
    if not allowed:
        raise NotAllowed(
            "not_allowed", gettext_noop("Your role does not allow this. Ask the backbone team if it should.")
        )
