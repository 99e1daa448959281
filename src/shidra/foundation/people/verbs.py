"""What is written into the record, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

VERBS = {
    "register_person": _("Account made"),
    "deactivate_person": _("Account suspended"),
    "reactivate_person": _("Account opened again"),
    "change_profile": _("Profile changed"),
    "close_account": _("Account closed by its owner"),
}

THINGS = {
    "person": _("Person"),
}
