"""The tables of an initiative's settings as they go into files (foundation/look/tables.py)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shidra.foundation.audit.models import AuditEntry
from shidra.foundation.initiatives.models import Membership, Partnership
from shidra.foundation.look.formats import picked
from shidra.foundation.places.models import Place
from shidra.foundation.spreadsheets.writing import Cell, Table


def partners_table(parts: QuerySet[Partnership]) -> list[Table]:
    """Every part of an organisation in the initiative, also those that ended."""
    columns = [
        _("Organisation"), pgettext("what an organisation is in an initiative", "Part"), _("Sector"), _("Since"),
        _("Until"),
    ]  # fmt: skip
    rows: Iterator[list[Cell]] = (
        [
            picked(one.organisation.names).text, one.get_part_display(), one.organisation.get_sector_display(),
            one.starts_on, one.ends_on,
        ]
        for one in parts
    )  # fmt: skip
    return [Table(_("Partners"), columns, rows)]


def people_table(held: QuerySet[Membership]) -> list[Table]:
    """Roles that are held, and those that ended."""
    columns = [_("Name"), _("Role"), _("Organisation"), _("Since"), _("Until")]
    rows: Iterator[list[Cell]] = (
        [
            str(one.person), one.get_role_display(), picked(one.organisation.names).text if one.organisation else "",
            one.starts_on, one.ends_on,
        ]
        for one in held
    )  # fmt: skip
    return [Table(_("People"), columns, rows)]


def places_table(places: QuerySet[Place]) -> list[Table]:
    columns = [_("Place"), _("Code"), _("Kind"), _("Within")]
    rows: Iterator[list[Cell]] = (
        [
            picked(one.names).text, one.code, one.get_kind_display(), picked(one.parent.names).text if one.parent else "",
        ]
        for one in places
    )  # fmt: skip
    return [Table(_("Places"), columns, rows)]


def changes_table(entries: QuerySet[AuditEntry]) -> list[Table]:
    """The record of who did what, all of it; persons who left have no name here either."""
    columns = [
        _("When"), _("Who"), pgettext("what was done", "What"), _("About"), _("Before"), _("After"),
    ]  # fmt: skip

    def who(one: AuditEntry) -> str:
        if one.person is None:
            return _("the system")
        return _("a person who has left") if one.person.closed_at else str(one.person)

    rows: Iterator[list[Cell]] = (
        [
            localtime(one.at), who(one), one.words, one.about,
            json.dumps(one.before, ensure_ascii=False) if one.before else "",
            json.dumps(one.after, ensure_ascii=False) if one.after else "",
        ]
        for one in entries.iterator(chunk_size=2000)
    )  # fmt: skip
    return [Table(_("Changes"), columns, rows)]
