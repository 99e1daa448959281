"""May this person do this in this initiative, now? Predicates, without effects."""

from __future__ import annotations

from shidra.foundation.initiatives.models import Initiative, Role
from shidra.foundation.initiatives.queries import roles_of, takes_part_elsewhere
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person
from shidra.foundation.people.rules import demand, is_administrator

__all__ = [
    "approves_for",
    "can_change_organisation",
    "can_edit_initiative",
    "can_invite",
    "can_manage_partners",
    "can_see_workspace",
    "demand",
    "is_administrator",
    "is_backbone",
    "is_member",
    "is_steward",
    "reports_for",
]


def _holds(person: Person, initiative: Initiative, *roles: Role) -> bool:
    return any(role in roles for role, _organisation in roles_of(person, initiative))


def is_steward(person: Person, initiative: Initiative) -> bool:
    return _holds(person, initiative, Role.STEWARD)


def is_backbone(person: Person, initiative: Initiative) -> bool:
    """Steward or analyst: sees all partners' rows."""
    return _holds(person, initiative, Role.STEWARD, Role.ANALYST)


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
can_manage_partners = is_steward


def can_invite(person: Person, initiative: Initiative) -> bool:
    """A steward; and the administrator, so that a new initiative gets its first steward."""
    return is_steward(person, initiative) or is_administrator(person)


def can_change_organisation(person: Person, subject: tuple[Initiative, Organisation]) -> bool:
    """A steward, as long as no other initiative has a part in the organisation; else the administrator."""
    initiative, organisation = subject
    if is_administrator(person):
        return True
    return is_steward(person, initiative) and not takes_part_elsewhere(organisation, initiative)
