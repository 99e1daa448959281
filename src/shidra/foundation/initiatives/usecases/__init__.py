"""Every write to initiatives, partnerships, roles and invitations."""

from shidra.foundation.initiatives.usecases.add_place import add_place, change_place
from shidra.foundation.initiatives.usecases.change_initiative import (
    add_past_name,
    change_initiative,
    change_status,
    remove_past_name,
)
from shidra.foundation.initiatives.usecases.found_initiative import found_initiative
from shidra.foundation.initiatives.usecases.give_role import end_role, give_role
from shidra.foundation.initiatives.usecases.invite_person import accept_invitation, invite_person, withdraw_invitation
from shidra.foundation.initiatives.usecases.join_partner import add_partner, change_partner, end_partnership

__all__ = [
    "accept_invitation",
    "add_partner",
    "add_past_name",
    "add_place",
    "change_initiative",
    "change_partner",
    "change_place",
    "change_status",
    "end_partnership",
    "end_role",
    "found_initiative",
    "give_role",
    "invite_person",
    "remove_past_name",
    "withdraw_invitation",
]
