"""What is written into the record, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

VERBS = {
    "found_initiative": _("Initiative made"),
    "change_initiative": _("Initiative changed"),
    "change_status": _("Status changed"),
    "add_past_name": _("Past name added"),
    "remove_past_name": _("Past name removed"),
    "add_place": _("Place added"),
    "change_place": _("Place changed"),
    "add_partner": _("Partner added"),
    "change_partner": _("Partner changed"),
    "end_partnership": _("Part of a partner ended"),
    "give_role": _("Role given"),
    "end_role": _("Role ended"),
    "invite_person": _("Person invited"),
    "withdraw_invitation": _("Invitation withdrawn"),
    "accept_invitation": _("Invitation accepted"),
}

THINGS = {
    "initiative": _("Initiative"),
    "invitation": _("Invitation"),
    "membership": _("Role"),
    "partnership": _("Part of an organisation"),
    "pastname": _("Past name"),
    "organisations.organisation": _("Organisation"),
}
