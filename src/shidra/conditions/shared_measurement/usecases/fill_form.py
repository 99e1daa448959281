"""A form is filled in, row by row or as a whole: what is sound is taken in, the rest is kept as it was typed."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.filling import READY, SAVED, Answer, look_at, ready_values
from shidra.conditions.shared_measurement.models import Batch, Draft, Group, Round, Submission
from shidra.conditions.shared_measurement.queries.form_sheet import Row, Sheet, Typed, form_sheet
from shidra.conditions.shared_measurement.usecases.report_values import report_values
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop

_LONGEST = 2000  # of what is kept of one field


@transaction.atomic
def fill_form(*, by: Person, submission: Submission, typed: Iterable[Typed]) -> list[Answer]:
    """Take in the rows that are sound; keep what was typed in the others, with what is asked about each.

    Rows that this person left waiting in the same figures are looked at again beside the new ones: a total and its
    groups may only be right together. They are in the answer where they were taken in. Raises NotAllowed, and
    RuleBroken for a round that is not open or a row that is no longer asked for.
    """
    locked = _locked(by, submission)
    initiative = locked.round.initiative
    wanted = {one.row: one for one in typed}
    sheet = form_sheet(locked, by, _figures(wanted))
    rows = {row.id: row for row in sheet.rows}
    if wanted.keys() - rows.keys():
        raise RuleBroken("row_not_asked", gettext_noop("What is asked for changed meanwhile. Load the page again."))
    waiting = {row.id: row.draft for row in sheet.rows if row.draft is not None and row.id not in wanted}
    _give_groups(sheet, [rows[row_id] for row_id, one in wanted.items() if not one.is_blank])
    answers = look_at(initiative, [(rows[row_id], one) for row_id, one in (wanted | waiting).items()])
    values = ready_values(answers)
    if values:
        report_values(
            by=by,
            initiative=initiative,
            source=Batch.Source.FORM,
            values=values,
            organisation=locked.organisation,
            round=locked.round,
            explanations={
                (answer.row.key, code): text
                for answer in answers
                if answer.status == READY
                for code, text in answer.explanations.items()
            },
        )
    for answer in answers:
        if answer.status == READY:
            answer.status = SAVED
        if answer.waits:
            if answer.row.id in wanted:
                _keep(locked, by, answer.row, answer.typed)
        elif answer.row.group_id is not None:
            _forget(locked, by, answer.row)
    return [answer for answer in answers if answer.row.id in wanted or answer.status == SAVED]


@transaction.atomic
def keep_typed(*, by: Person, submission: Submission, typed: Typed) -> None:
    """Keep what was typed so far, in case the browser closes; nothing is taken in."""
    locked = _locked(by, submission)
    sheet = form_sheet(locked, by, _figures([typed.row]))
    row = sheet.row(typed.row)
    if row is None or typed.is_blank:
        return
    _give_groups(sheet, [row])
    _keep(locked, by, row, typed)


@transaction.atomic
def drop_typed(*, by: Person, submission: Submission, row_id: str) -> None:
    """Let go of what was typed in a row: the value that holds stays."""
    locked = _locked(by, submission)
    row = form_sheet(locked, by, _figures([row_id])).row(row_id)
    if row is not None and row.group_id is not None:
        _forget(locked, by, row)


def _locked(by: Person, submission: Submission) -> Submission:
    """The report, locked: of two people in one row, the second meets what the first one saved."""
    locked = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("round__initiative", "organisation")
        .get(pk=submission.pk)
    )
    demand(rules.can_report(by, locked.round.initiative, locked.organisation))
    if locked.round.state != Round.State.OPEN:
        raise RuleBroken("round_not_open", gettext_noop("This round is not open, so nothing can be reported in it."))
    return locked


def _figures(row_ids: Iterable[str]) -> set[int]:
    """The expectations that rows belong to; a row that is none of ours is found missing later."""
    heads = (row_id.partition("-")[0] for row_id in row_ids)
    return {int(head) for head in heads if head.isascii() and head.isdigit() and len(head) < 19}


def _give_groups(sheet: Sheet, rows: list[Row]) -> None:
    """Rows about to be written get their group."""
    initiative = sheet.submission.round.initiative
    for key in {row.group_key for row in rows if row.group_id is None}:
        group, _created = Group.objects.get_or_create(initiative=initiative, key=key)
        for row in sheet.rows:
            if row.group_key == key:
                row.group_id = group.pk


def _keep(submission: Submission, by: Person, row: Row, typed: Typed) -> None:
    texts = {name: getattr(typed, name)[:_LONGEST] for name in ("numerator", "denominator", "value", "state", "why")}
    Draft.objects.update_or_create(
        submission=submission,
        definition=row.block.definition,
        period=row.block.period,
        place=row.block.place,
        group_id=row.key.group_id,
        by=by,
        defaults={"typed": texts | {"seen": typed.seen, "asked": list(typed.asked)}, "at": clock.now()},
    )


def _forget(submission: Submission, by: Person, row: Row) -> None:
    Draft.objects.filter(
        submission=submission,
        definition=row.block.definition,
        period=row.block.period,
        place=row.block.place,
        group_id=row.key.group_id,
        by=by,
    ).delete()
