"""What is written into the record, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

VERBS = {
    "begin_draft": _("Draft of the agenda begun"),
    "word_agenda": _("Words of the agenda changed"),
    "put_outcome": _("Outcome worded or moved"),
    "drop_outcome": _("Outcome left out"),
    "publish_agenda": _("Agenda published"),
}

THINGS = {
    "commonagenda": _("Common agenda"),
    "outcome": _("Outcome"),
    "outcomestatement": _("Outcome"),
}
