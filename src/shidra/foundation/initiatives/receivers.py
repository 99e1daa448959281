"""What initiatives do when an account closes, and what they know of a person."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django_scopes import scopes_disabled

from shidra.foundation.initiatives.models import Invitation, Membership, Role
from shidra.foundation.initiatives.queries import people_in_role, today_in
from shidra.foundation.people.models import Person
from shidra.foundation.people.signals import account_closing, collecting_my_data
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.languages import Text


@receiver(account_closing)
def end_all_roles(sender: Any, person: Person, **kwargs: Any) -> None:
    """End the person's roles; refuse when an initiative would be left without a steward."""
    with scopes_disabled():
        for membership in Membership.objects.filter(person=person, ends_on=None).select_related("initiative"):
            initiative = membership.initiative
            others = people_in_role(initiative, Role.STEWARD).exclude(pk=person.pk)
            if membership.role == Role.STEWARD and not others.exists():
                raise RuleBroken(
                    "last_steward",
                    gettext_noop("You are the last steward of %(initiative)s. Let somebody else lead it first."),
                    initiative=Text(initiative.names).pick(person.language, initiative.original_language).text,
                )
            membership.ends_on = max(today_in(initiative), membership.starts_on)
            membership.save(update_fields=["ends_on"])
        Invitation.objects.filter(email=person.email).update(email=f"closed-{person.pk}@closed.invalid", name="")


@receiver(collecting_my_data)
def tell_roles(sender: Any, person: Person, **kwargs: Any) -> dict[str, Any]:
    """The person's roles and invitations, past ones too."""
    with scopes_disabled():
        memberships = Membership.objects.filter(person=person).select_related("initiative", "organisation")
        return {
            "roles": [
                {
                    "initiative": membership.initiative.slug,
                    "role": membership.role,
                    "organisation": membership.organisation.names if membership.organisation else None,
                    "starts_on": membership.starts_on.isoformat(),
                    "ends_on": membership.ends_on.isoformat() if membership.ends_on else None,
                }
                for membership in memberships.order_by("pk")
            ],
            "invitations": [
                {
                    "initiative": invitation.initiative.slug,
                    "role": invitation.role,
                    "at": invitation.invited_at.isoformat(),
                }
                for invitation in Invitation.objects.filter(email=person.email)
                .select_related("initiative")
                .order_by("pk")
            ],
        }
