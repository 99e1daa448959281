"""A file of listings: received, read and previewed, taken in.

Nothing is in the atlas before `take_listing_file`. Rows are written in sets, each in a transaction of its own and wholly or
not at all: a process that dies leaves what is written, marked so, and the next begins behind it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from django.db import transaction

from shidra.commons.atlas import rules
from shidra.commons.atlas.importing.reading import read_listings_file
from shidra.commons.atlas.importing.taking import (
    A_SET,
    ImportReport,
    counted,
    planner_of,
    report_of,
    staged,
    write_rows,
)
from shidra.commons.atlas.models import ListingFile, ListingRow
from shidra.foundation.audit.chain import record
from shidra.foundation.files.storing import path_of, store
from shidra.foundation.jobs.asking import ask_job
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.writing import without_invisibles

_STATE = ListingFile.State
_OUTCOME = ListingRow.Outcome


def import_listings(
    *, by: Person | None, name: str, chunks: Iterable[bytes], answers: Mapping[str, str] | None = None
) -> ImportReport:
    """All in one go, for the command line: receive, read, take in. `answers` by the keys of an earlier report.

    Raises NotAllowed, RuleBroken (FileRefused) for a file that cannot be read; then nothing of it is in.
    """
    file = receive_listing_file(by=by, name=name, chunks=chunks, reading=False)
    read_listing_file(by=by, file=file, answers=answers, planning=False)
    take_listing_file(by=by, file=file)
    return report_of(file)


def receive_listing_file(*, by: Person | None, name: str, chunks: Iterable[bytes], reading: bool = True) -> ListingFile:
    """Keep a file as it is and ask for it to be read in the background (unless `reading` is left to the caller).

    Raises NotAllowed, RuleBroken (`file_empty`, `file_too_large`).
    """
    rules.demand(rules.can_edit_atlas(by))
    stored = store(chunks)
    with transaction.atomic():
        file = ListingFile.objects.create(name=_plain_name(name), stored=stored, read_by=by, read_at=clock.now())
        if reading:
            ask_job("atlas.read_listing_file", by=by, file_id=file.pk)
    return file


def read_listing_file(
    *,
    by: Person | None,
    file: ListingFile,
    answers: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
    planning: bool = True,
) -> ListingFile:
    """Read the file and plan what becomes of each row; nothing is written in the atlas. Begun again, it starts afresh.
    Without `planning`, who takes the file in at once sees what became of the rows then.

    Raises NotAllowed, RuleBroken (FileRefused): then the file is refused, and says why.
    """
    rules.demand(rules.can_edit_atlas(by))
    if file.state not in (_STATE.READING, _STATE.REFUSED):
        return file
    assert file.stored is not None
    try:
        found = read_listings_file(path_of(file.stored), name=file.name)
    except RuleBroken as broken:
        params = {name: value for name, value in broken.params.items() if isinstance(value, str | int)}
        ListingFile.objects.filter(pk=file.pk).update(
            state=_STATE.REFUSED, problem={"code": broken.code, "message": broken.message, "params": params}
        )
        raise
    file.rows.all().delete()
    file.columns = {
        "known": found.columns, "unknown": list(found.unknown), "sheets": list(found.other_sheets), "kind": found.kind,
    }  # fmt: skip
    planner = planner_of(file, [(row.number, row.cells.get("name", "")) for row in found.rows])
    given = dict(answers or {})
    for start in range(0, len(found.rows), A_SET):
        some = found.rows[start : start + A_SET]
        # A cell without a value is known from the file alone: such rows are in error once and for all.
        planned = planner.plan([(row, given) for row in some if planning or row.unusable])
        became = {one.said.row.number: one for one in planned}
        ListingRow.objects.bulk_create(
            [staged(file, row, given, became.get(row.number)) for row in some], batch_size=A_SET
        )
        if progress:
            progress(start + len(some), len(found.rows))
    file.state = _STATE.PREVIEWED
    file.counts = counted(file) if planning else {"rows": len(found.rows)}
    file.save()
    return file


def ask_taking(*, by: Person | None, file: ListingFile) -> None:
    """Take the file in, in the background. Raises NotAllowed, RuleBroken(`file_not_ready`)."""
    rules.demand(rules.can_edit_atlas(by))
    with transaction.atomic():
        locked = ListingFile.objects.select_for_update().get(pk=file.pk)
        if locked.state != _STATE.PREVIEWED:
            raise _not_ready()
        ask_job("atlas.take_listing_file", by=by, key=f"take-listing-file-{file.pk}", file_id=file.pk)


def take_listing_file(
    *, by: Person | None, file: ListingFile, progress: Callable[[int, int], None] | None = None
) -> ListingFile:
    """Write what is new and what is added; what is asked or in error stays out. Taken up again where it ended.

    Raises NotAllowed, RuleBroken(`file_not_ready`).
    """
    rules.demand(rules.can_edit_atlas(by))
    with transaction.atomic():
        locked = ListingFile.objects.select_for_update(of=("self",)).select_related("stored").get(pk=file.pk)
        if locked.state == _STATE.PREVIEWED:
            ListingFile.objects.filter(pk=file.pk).update(state=_STATE.TAKING)
            record(
                by=by, verb="import_listings", subject=locked,
                after={"name": locked.name, "sha256": locked.stored.sha256 if locked.stored else "", **locked.counts},
            )  # fmt: skip
        elif locked.state != _STATE.TAKING:
            raise _not_ready()
    ready = file.rows.filter(outcome__in=[_OUTCOME.NEW, _OUTCOME.MERGED], is_written=False)
    write_rows(locked, ready, progress)
    locked.state = _STATE.TAKEN
    locked.counts = counted(locked)
    locked.save(update_fields=["state", "counts"])
    file.state, file.counts = locked.state, locked.counts
    return locked


def _not_ready() -> RuleBroken:
    return RuleBroken("file_not_ready", gettext_noop("This file is not waiting to be taken in."))


def _plain_name(name: str) -> str:
    last = re.split(r"[/\\]", without_invisibles(name))[-1]
    kept = "".join(sign for sign in last if sign.isprintable()).strip()
    return kept[:180] + kept[-20:] if len(kept) > 200 else kept or "file"
