"""The tables of the site administrator's pages as they go into files (foundation/look/tables.py)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.jobs.models import Job
from shidra.foundation.look.formats import picked
from shidra.foundation.mail.models import Letter
from shidra.foundation.spreadsheets.writing import Cell, Table


def jobs_table(found: Iterable[Job]) -> list[Table]:
    """Background work, without what went wrong inside: that is on the page of each job."""
    columns = [
        _("Number"), pgettext("background work", "What"), _("Name"), _("State"), _("For"),
        pgettext("background work", "Asked"), _("Tries"),
    ]  # fmt: skip
    rows: Iterator[list[Cell]] = (
        [
            one.pk, str(one.label), one.name, one.get_state_display(), str(one.asked_by) if one.asked_by else "",
            localtime(one.asked_at), one.attempts,
        ]
        for one in found
    )  # fmt: skip
    return [Table(_("Background work"), columns, rows)]


def letters_table(found: Iterable[Letter]) -> list[Table]:
    """Letters that did not go out, without their text."""
    columns = [_("To"), _("Subject"), _("Written"), _("What happened")]
    perhaps = _("Perhaps it went out: the worker stopped while it was being sent.")
    rows: Iterator[list[Cell]] = (
        [one.to, one.subject, localtime(one.written_at), perhaps if one.sending_at else one.problem] for one in found
    )
    return [Table(_("Letters that did not go out"), columns, rows)]


def initiatives_table(found: Iterable[Initiative]) -> list[Table]:
    columns = [_("Name"), _("In addresses"), _("Status")]
    rows: Iterator[list[Cell]] = (
        [picked(one.names, one.original_language).text, one.slug, one.get_status_display()] for one in found
    )
    return [Table(_("Initiatives"), columns, rows)]
