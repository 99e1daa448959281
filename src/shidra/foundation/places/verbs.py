"""What is written into the record, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

VERBS = {
    "add_shared_place": _("Shared place added"),
    "change_shared_place": _("Shared place changed"),
    "import_shared_places": _("List of shared places taken in"),
}

THINGS = {
    "place": _("Place"),
}
