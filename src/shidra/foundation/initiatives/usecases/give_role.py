"""Roles: given from a day, ended on a day, never deleted."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.models import Initiative, Membership, Role
from shidra.foundation.initiatives.queries import people_in_role, today_in
from shidra.foundation.initiatives.roles import open_role
from shidra.foundation.initiatives.rules import can_edit_initiative, demand
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person
from shidra.kernel.errors import RuleBroken, gettext_noop


@transaction.atomic
def give_role(
    *,
    by: Person | None,
    initiative: Initiative,
    person: Person,
    role: str,
    organisation: Organisation | None = None,
    starts_on: date | None = None,
) -> Membership:
    """Give a person who has an account a role from a day (default: today); others are invited. `by` None: command line.

    Raises RuleBroken (`role_held`, `organisation_missing`, `organisation_not_partner`, `person_closed`).
    """
    demand(by is None or can_edit_initiative(by, initiative))
    held = open_role(initiative, person, role, organisation, starts_on)
    after = {"person": person, "role": role, "organisation": organisation, "starts_on": held.starts_on}
    record(by=by, verb="give_role", subject=held, initiative=initiative, after=after)
    return held


@transaction.atomic
def end_role(*, by: Person | None, membership: Membership, on: date | None = None) -> Membership:
    """End a role: from that day (default: today) the person no longer has it, at their very next request.

    Raises RuleBroken (`role_ended`, `ends_before_it_starts`, `last_steward`).
    """
    held = Membership.objects.select_for_update().select_related("initiative").get(pk=membership.pk)
    initiative = held.initiative
    demand(by is None or can_edit_initiative(by, initiative))
    day = on or today_in(initiative)
    if held.ends_on is not None:
        raise RuleBroken("role_ended", gettext_noop("This role has an end already."))
    if day < held.starts_on:
        raise RuleBroken(
            "ends_before_it_starts", gettext_noop("The end lies before the beginning (%(day)s)."), field="on",
            day=held.starts_on.isoformat(),
        )  # fmt: skip
    others = people_in_role(initiative, Role.STEWARD).exclude(pk=held.person_id)
    if held.role == Role.STEWARD and by is not None and not others.exists():
        raise RuleBroken("last_steward", gettext_noop("The last steward stays until there is another one."))
    held.ends_on = day
    held.save(update_fields=["ends_on"])
    before = {"person": held.person_id, "role": held.role, "organisation": held.organisation_id}
    record(by=by, verb="end_role", subject=held, initiative=initiative, before=before, after={"ends_on": day})
    return held
