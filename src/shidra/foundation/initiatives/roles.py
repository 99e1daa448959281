"""The step that giving a role and accepting an invitation share."""

from __future__ import annotations

from datetime import date

from shidra.foundation.initiatives.models import Initiative, Membership, Role
from shidra.foundation.initiatives.queries import current, participants, today_in
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person
from shidra.kernel.errors import RuleBroken, gettext_noop

OF_A_PARTNER = (Role.REPORTER, Role.APPROVER)


def open_role(
    initiative: Initiative, person: Person, role: str, organisation: Organisation | None, starts_on: date | None = None
) -> Membership:
    """Write the role down from a day (default: today), inside a use case that has asked its rule and writes the audit.

    Raises RuleBroken (`role_held`, `organisation_missing`, `organisation_not_partner`, `person_closed`).
    """
    check_organisation(initiative, role, organisation)
    if not person.is_active:
        raise RuleBroken("person_closed", gettext_noop("This account is closed."))
    held = Membership.objects.filter(initiative=initiative, person=person, role=role, organisation=organisation)
    if held.filter(ends_on=None).exists() or held.filter(current()).exists():
        raise RuleBroken("role_held", gettext_noop("This person has this role already."), field="role")
    person.__dict__.pop("_roles_by_initiative", None)
    return Membership.objects.create(
        initiative=initiative,
        person=person,
        role=role,
        organisation=organisation,
        starts_on=starts_on or today_in(initiative),
    )


def check_organisation(initiative: Initiative, role: str, organisation: Organisation | None) -> None:
    """Raise RuleBroken unless the role can be held for this organisation (or for none) in the initiative today."""
    if organisation is None:
        if role in OF_A_PARTNER:
            raise RuleBroken(
                "organisation_missing",
                gettext_noop("Reporters and approvers belong to an organisation. Choose it."),
                field="organisation",
            )
    elif not participants(initiative).filter(pk=organisation.pk).exists():
        raise RuleBroken(
            "organisation_not_partner",
            gettext_noop("This organisation has no part in the initiative today."),
            field="organisation",
        )
