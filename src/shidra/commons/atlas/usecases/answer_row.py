"""Answering what rows of a file of listings ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction

from shidra.commons.atlas import rules
from shidra.commons.atlas.importing.planning import LEAVE_OUT
from shidra.commons.atlas.importing.said import NONE
from shidra.commons.atlas.importing.taking import plan_again, recount, write_rows
from shidra.commons.atlas.models import ListingFile, ListingRow
from shidra.foundation.audit.chain import record
from shidra.foundation.people.models import Person
from shidra.foundation.places.countries import country
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.writing import excerpt


@transaction.atomic
def answer_rows(
    *,
    by: Person | None,
    file: ListingFile,
    answers: Mapping[str, str],
    leave_out: Sequence[int] = (),
    only: int | None = None,
) -> int:
    """Answer questions by their key, in every row of the file that asks them; how many rows are settled by it.

    leave_out  numbers of rows that are not to be taken in at all
    only       the number of the row that is answered alone, whatever others ask the same

    In a file that was taken in, what is settled is written at once; else the preview changes. An answer may bring up a
    further question. Raises NotAllowed, RuleBroken(`answer_unknown`, `file_not_ready`).
    """
    rules.demand(rules.can_edit_atlas(by))
    locked = ListingFile.objects.select_for_update().get(pk=file.pk)
    if locked.state not in (ListingFile.State.PREVIEWED, ListingFile.State.TAKEN):
        raise RuleBroken("file_not_ready", gettext_noop("This file cannot be answered now: it is being worked on."))
    asked = []
    waiting = locked.rows.filter(outcome=ListingRow.Outcome.ASKED)
    for row in (waiting if only is None else waiting.filter(number=only)).iterator(1_000):
        _demand_known(row, answers)
        keys = {question["key"] for question in row.questions} & set(answers)
        if row.number in leave_out:
            row.answers = {**row.answers, LEAVE_OUT: LEAVE_OUT}
        elif keys:
            given = {key: answers[key] for key in keys}
            row.answers = {**row.answers, **given}
            if LEAVE_OUT in given.values():
                row.answers[LEAVE_OUT] = LEAVE_OUT
        else:
            continue
        asked.append(row)
    if not asked:
        return 0
    ListingRow.objects.bulk_update(asked, ["answers"], batch_size=100)
    numbers = [row.pk for row in asked]
    rows = ListingRow.objects.filter(file=locked, pk__in=numbers)
    if locked.state == ListingFile.State.TAKEN:
        write_rows(locked, rows)
    else:
        plan_again(locked, rows)
    recount(locked)
    file.counts = locked.counts
    settled = rows.exclude(outcome=ListingRow.Outcome.ASKED).count()
    record(
        by=by, verb="answer_row", subject=locked,
        after={"name": locked.name, "answers": dict(answers), "rows": len(asked), "settled": settled},
    )  # fmt: skip
    return settled


def _demand_known(row: ListingRow, answers: Mapping[str, str]) -> None:
    for question in row.questions:
        given = answers.get(question["key"])
        if (
            given is None
            or given in (NONE, LEAVE_OUT)
            or given in {str(one["answer"]) for one in question["candidates"]}
        ):
            continue
        if not (question["code"] in ("country_missing", "country_unknown") and country(given)):
            raise RuleBroken(
                "answer_unknown", gettext_noop("“%(text)s” is no answer to this question."), text=excerpt(given)
            )
