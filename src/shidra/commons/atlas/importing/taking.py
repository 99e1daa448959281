"""Rows of a file of listings as they become listings: planned as things are now, written in sets, counted, told.

The steps that use cases share. They ask no rule and write no audit: the use cases do.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count

from shidra.commons.atlas.content import ListingContent, SourceContent
from shidra.commons.atlas.importing.planning import Planned, Planner
from shidra.commons.atlas.importing.reading import Row
from shidra.commons.atlas.models import Change, Listing, ListingFile, ListingRow, Origin, State
from shidra.commons.atlas.writing import (
    Word,
    history_of,
    next_edition,
    note_change,
    write_listings,
    write_new_listings,
)

A_SET = 500
_OUTCOME = ListingRow.Outcome


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file. `asked`, `errors` and, of rows that are in, `noted` by row: row, column, text, code, message
    (English, with `params`)."""

    file: str
    rows: int
    new: int
    merged: int
    asked: list[dict[str, Any]]
    errors: list[dict[str, Any]]
    noted: list[dict[str, Any]]
    left_out: int
    unknown_columns: list[str]
    other_sheets: list[str]
    number: int


def write_rows(file: ListingFile, rows: Any, progress: Callable[[int, int], None] | None = None) -> None:
    """Plan these rows as things are now, and write those that nothing stops."""
    planner = planner_of(file, list(file.rows.values_list("number", "cells__name")))
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
    planner = planner_of(file, list(file.rows.values_list("number", "cells__name")))
    waiting = list(rows.order_by("number").values_list("pk", flat=True))
    for start in range(0, len(waiting), A_SET):
        some = list(ListingRow.objects.filter(pk__in=waiting[start : start + A_SET]).order_by("number"))
        for row, one in zip(some, planner.plan([(_row_of(row), row.answers) for row in some]), strict=True):
            row.outcome, row.questions, row.content = one.outcome, one.told, _json(one)
            row.listing_id = one.listing
        _keep(some)


def report_of(file: ListingFile) -> ImportReport:
    """What became of the file's rows, with everything that is asked, in error or noted."""
    counts = counted(file)
    told: dict[str, list[dict[str, Any]]] = defaultdict(list)
    rows = file.rows.exclude(questions=[]).values_list("number", "outcome", "questions")
    for number, outcome, questions in rows.iterator(1_000):
        told[outcome] += [{"row": number, **one} for one in questions]
    return ImportReport(
        file=file.name, rows=counts["rows"], new=counts["new"], merged=counts["merged"], asked=told[_OUTCOME.ASKED],
        errors=told[_OUTCOME.ERROR], noted=told[_OUTCOME.NEW] + told[_OUTCOME.MERGED], left_out=counts["left_out"],
        unknown_columns=file.columns.get("unknown", []), other_sheets=file.columns.get("sheets", []), number=file.pk,
    )  # fmt: skip


def staged(file: ListingFile, row: Row, answers: dict[str, str], one: Planned | None) -> ListingRow:
    """A row as it was read, not written yet; with what becomes of it, where that is planned."""
    made = ListingRow(
        file=file, number=row.number, cells={**row.cells, **row.unusable}, answers=answers, outcome=_OUTCOME.NEW
    )
    if one is not None:
        made.outcome, made.questions, made.content = one.outcome, one.told, _json(one)
        made.listing_id = one.listing
    return made


# --- Steps ----------------------------------------------------------------------------------------------------------


def planner_of(file: ListingFile, names: Sequence[tuple[int, str | None]]) -> Planner:
    """A planner for the file. `names`: number and name of each of its rows."""
    day = file.read_at.date().isoformat()
    source = SourceContent(title=f"{file.name}, {day}"[:300], found_on=day, is_verified=False)
    return Planner(file.columns["known"], source, [(number, name or "") for number, name in names])


def _write_set(file: ListingFile, planner: Planner, rows: Sequence[ListingRow]) -> list[int]:
    """Write a set of rows; the keys of those that must wait for the row of their network."""
    planned = planner.plan([(_row_of(row), row.answers) for row in rows])
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
        row.listing_id = one.listing
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
    write_new_listings([(listing, content) for _row, listing, content in made], edition, word)
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
    write_listings([(listings[number], content) for number, (_before, content) in changed.items()], edition, word)
    Change.objects.bulk_create(
        [
            note_change(listings[number], Change.Kind.CHANGED, word, history_of(before, content))
            for number, (before, content) in changed.items()
        ],
        batch_size=A_SET,
    )


_GOOD = (_OUTCOME.NEW, _OUTCOME.MERGED)


def _row_of(row: ListingRow) -> Row:
    """The row as it was read."""
    return Row(row.number, row.cells)


def _json(one: Planned) -> dict[str, Any]:
    """What a row says, for whoever must answer for it; of the others their cells tell enough."""
    return one.said.content.to_json() if one.said.content is not None and one.outcome == _OUTCOME.ASKED else {}


def counted(file: ListingFile) -> dict[str, int]:
    """How many rows of each kind there are."""
    found = Counter(dict(file.rows.order_by().values_list("outcome").annotate(count=Count("pk"))))
    return {
        "rows": sum(found.values()), "new": found[_OUTCOME.NEW], "merged": found[_OUTCOME.MERGED],
        "asked": found[_OUTCOME.ASKED], "errors": found[_OUTCOME.ERROR], "left_out": found[_OUTCOME.LEFT_OUT],
    }  # fmt: skip


def recount(file: ListingFile) -> None:
    """Write down how many rows of each kind there are, after answers."""
    file.counts = counted(file)
    file.save(update_fields=["counts"])
