"""A file of listings: received, read and previewed, taken in.

Nothing is in the atlas before `take_listing_file`. Rows are written in sets, each in a transaction of its own and wholly or
not at all: a process that dies leaves what is written, marked so, and the next begins behind it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count

from shidra.commons.atlas import rules
from shidra.commons.atlas.content import ListingContent, SourceContent
from shidra.commons.atlas.importing.planning import Planned, Planner
from shidra.commons.atlas.importing.reading import Row, read_listings_file
from shidra.commons.atlas.models import (
    Change,
    Listing,
    ListingFile,
    ListingRow,
    Origin,
    State,
)
from shidra.commons.atlas.writing import (
    Word,
    history_of,
    next_edition,
    note_change,
    write_listings,
    write_new_listings,
)
from shidra.foundation.audit.chain import record
from shidra.foundation.files.storing import path_of, store
from shidra.foundation.jobs.asking import ask_job
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.writing import without_invisibles

A_SET = 500
_STATE = ListingFile.State
_OUTCOME = ListingRow.Outcome


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file. `asked` and `errors` by row: row, column, text, code, message (English, with `params`)."""

    file: str
    rows: int
    new: int
    merged: int
    asked: list[dict[str, Any]]
    errors: list[dict[str, Any]]
    left_out: int
    unknown_columns: list[str]
    number: int


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
    file.columns = {"known": found.columns, "unknown": list(found.unknown), "kind": found.kind}
    planner = _planner(file, [(row.number, row.cells.get("name", "")) for row in found.rows])
    given = dict(answers or {})
    for start in range(0, len(found.rows), A_SET):
        some = found.rows[start : start + A_SET]
        # A cell without a value is known from the file alone: such rows are in error once and for all.
        planned = planner.plan([(row, given) for row in some if planning or row.unusable])
        became = {one.said.row.number: one for one in planned}
        ListingRow.objects.bulk_create(
            [_staged(file, row, given, became.get(row.number)) for row in some], batch_size=A_SET
        )
        if progress:
            progress(start + len(some), len(found.rows))
    file.state = _STATE.PREVIEWED
    file.counts = _counted(file) if planning else {"rows": len(found.rows)}
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
        locked = ListingFile.objects.select_for_update().select_related("stored").get(pk=file.pk)
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
    locked.counts = _counted(locked)
    locked.save(update_fields=["state", "counts"])
    file.state, file.counts = locked.state, locked.counts
    return locked


def write_rows(file: ListingFile, rows: Any, progress: Callable[[int, int], None] | None = None) -> None:
    """Plan these rows as things are now, and write those that nothing stops."""
    planner = _planner(file, list(file.rows.values_list("number", "cells__name")))
    planner.is_writing = True
    planner.written = dict(file.rows.filter(is_written=True, listing__isnull=False).values_list("number", "listing_id"))
    numbers, done = list(rows.order_by("number").values_list("pk", flat=True)), 0
    waiting = numbers
    while waiting:
        following: list[int] = []
        for start in range(0, len(waiting), A_SET):
            some = list(ListingRow.objects.filter(pk__in=waiting[start : start + A_SET]).order_by("number"))
            with transaction.atomic():
                late = _write_set(file, planner, some)
            following += late
            done += len(some) - len(late)
            if progress:
                progress(done, len(numbers))
        # Rows whose network is a later row of the file come again; a circle, or a network that stays out, is asked.
        if len(following) == len(waiting):
            planner.rows_named.clear()
        waiting = following


def plan_again(file: ListingFile, rows: Any) -> None:
    """What becomes of these rows with the answers that they have now; nothing is written in the atlas."""
    planner = _planner(file, list(file.rows.values_list("number", "cells__name")))
    waiting = list(rows.order_by("number").values_list("pk", flat=True))
    for start in range(0, len(waiting), A_SET):
        some = list(ListingRow.objects.filter(pk__in=waiting[start : start + A_SET]).order_by("number"))
        for row, one in zip(some, planner.plan([(row_of(row), row.answers) for row in some]), strict=True):
            row.outcome, row.questions, row.content = one.outcome, one.told, _json(one)
        _keep(some)


def report_of(file: ListingFile) -> ImportReport:
    """What became of the file's rows, with everything that is asked or in error."""
    counts = _counted(file)
    told: dict[str, list[dict[str, Any]]] = {_OUTCOME.ASKED.value: [], _OUTCOME.ERROR.value: []}
    open_rows = file.rows.filter(outcome__in=list(told)).values_list("number", "outcome", "questions")
    for number, outcome, questions in open_rows.iterator(1_000):
        told[outcome] += [{"row": number, **one} for one in questions]
    return ImportReport(
        file=file.name, rows=counts["rows"], new=counts["new"], merged=counts["merged"], asked=told["asked"],
        errors=told["error"], left_out=counts["left_out"], unknown_columns=file.columns.get("unknown", []), number=file.pk,
    )  # fmt: skip


# --- Steps ----------------------------------------------------------------------------------------------------------


def _planner(file: ListingFile, names: Sequence[tuple[int, str | None]]) -> Planner:
    day = file.read_at.date().isoformat()
    source = SourceContent(title=f"{file.name}, {day}"[:300], found_on=day, is_verified=False)
    return Planner(file.columns["known"], source, [(number, name or "") for number, name in names])


def _write_set(file: ListingFile, planner: Planner, rows: Sequence[ListingRow]) -> list[int]:
    """Write a set of rows; the keys of those that must wait for the row of their network."""
    planned = planner.plan([(row_of(row), row.answers) for row in rows])
    late = [
        row.pk for row, one in zip(rows, planned, strict=True) if one.outcome in _GOOD and one.parent_row is not None
    ]
    pairs = [(row, one) for row, one in zip(rows, planned, strict=True) if row.pk not in late]
    edition = next_edition()
    word = Word(Change.MadeBy.FILE, source=file.name)
    # Rows that name one initiative of the file twice: what the later ones add is in the content of the first.
    new: dict[int, tuple[ListingRow, Planned, ListingContent]] = {}
    changed: dict[int, tuple[ListingContent, ListingContent]] = {}
    for row, one in pairs:
        row.outcome, row.questions, row.content = one.outcome, one.told, _json(one)
        if one.outcome == _OUTCOME.NEW and one.content is not None:
            new[-row.number] = (row, one, one.content)
        elif one.outcome == _OUTCOME.MERGED and one.number is not None and one.content is not None:
            if one.number in new:
                first, its, _content = new[one.number]
                new[one.number] = (first, its, one.content)
            elif one.number > 0 and one.before is not None and one.changes:
                changed[one.number] = (changed.get(one.number, (one.before, one.before))[0], one.content)
    _enter(planner, new, word, edition)
    _change(changed, word, edition)
    for row, one in pairs:
        if one.outcome == _OUTCOME.MERGED and one.number is not None:
            row.listing_id = one.number if one.number > 0 else planner.written.get(-one.number)
        row.is_written = one.outcome in _GOOD
    _keep([row for row, _one in pairs])
    return late


def _staged(file: ListingFile, row: Row, answers: dict[str, str], one: Planned | None) -> ListingRow:
    staged = ListingRow(
        file=file, number=row.number, cells={**row.cells, **row.unusable}, answers=answers, outcome=_OUTCOME.NEW
    )
    if one is not None:
        staged.outcome, staged.questions, staged.content = one.outcome, one.told, _json(one)
    return staged


def _keep(rows: Sequence[ListingRow]) -> None:
    """Write down what became of rows; as one insert that gives way, which takes a tenth of a large update's time."""
    columns = ["outcome", "questions", "content", "listing", "is_written"]
    ListingRow.objects.bulk_create(
        rows, batch_size=A_SET, update_conflicts=True, unique_fields=["id"], update_fields=columns
    )


def _enter(
    planner: Planner,
    new: Mapping[int, tuple[ListingRow, Planned, ListingContent]],
    word: Word,
    edition: int,
) -> None:
    made = []
    for row, one, content in new.values():
        listing = Listing(origin=Origin.IMPORTED, state=State.PUBLIC)
        if one.said.uid is not None:
            listing.uid = one.said.uid
        made.append((row, listing, content))
    write_new_listings([(listing, content) for _row, listing, content in made], edition)
    Change.objects.bulk_create(
        [note_change(listing, Change.Kind.ENTERED, word, history_of(None, content)) for _row, listing, content in made],
        batch_size=A_SET,
    )
    for row, listing, _content in made:
        row.listing = listing
        planner.note_written(row.number, listing)


def _change(changed: Mapping[int, tuple[ListingContent, ListingContent]], word: Word, edition: int) -> None:
    """Make listings say what they say with the file's additions: in sets, each with a line in its history."""
    listings = Listing.objects.select_for_update().in_bulk(list(changed))
    write_listings([(listings[number], content) for number, (_before, content) in changed.items()], edition)
    Change.objects.bulk_create(
        [
            note_change(listings[number], Change.Kind.CHANGED, word, history_of(before, content))
            for number, (before, content) in changed.items()
        ],
        batch_size=A_SET,
    )


_GOOD = (_OUTCOME.NEW, _OUTCOME.MERGED)


def row_of(row: ListingRow) -> Row:
    """The row as it was read."""
    return Row(row.number, row.cells)


def _json(one: Planned) -> dict[str, Any]:
    """What a row says, for whoever must answer for it; of the others their cells tell enough."""
    return one.said.content.to_json() if one.said.content is not None and one.outcome == _OUTCOME.ASKED else {}


def _counted(file: ListingFile) -> dict[str, int]:
    found = Counter(dict(file.rows.order_by().values_list("outcome").annotate(count=Count("pk"))))
    return {
        "rows": sum(found.values()), "new": found[_OUTCOME.NEW], "merged": found[_OUTCOME.MERGED],
        "asked": found[_OUTCOME.ASKED], "errors": found[_OUTCOME.ERROR], "left_out": found[_OUTCOME.LEFT_OUT],
    }  # fmt: skip


def recount(file: ListingFile) -> None:
    """Write down how many rows of each kind there are, after answers."""
    file.counts = _counted(file)
    file.save(update_fields=["counts"])


def _not_ready() -> RuleBroken:
    return RuleBroken("file_not_ready", gettext_noop("This file is not waiting to be taken in."))


def _plain_name(name: str) -> str:
    last = re.split(r"[/\\]", without_invisibles(name))[-1]
    kept = "".join(sign for sign in last if sign.isprintable()).strip()
    return kept[:180] + kept[-20:] if len(kept) > 200 else kept or "file"
