"""A person decides about single rows and cells of a preview."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Words

from django.db import transaction

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.intake.collecting import Cell, Decisions
from shidra.conditions.shared_measurement.models import Upload
from shidra.conditions.shared_measurement.uploading import ask_for
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.people.models import Person
from shidra.kernel.errors import RuleBroken, gettext_noop

_LONGEST_REASON = 1_000
_MOST_DECISIONS = 20_000


@transaction.atomic
def decide_cells(
    *,
    by: Person | None,
    upload: Upload,
    left_out: Words[str, str] | None = None,
    typed: Words[str, str] | None = None,
    explanations: Words[str, str] | None = None,
) -> Upload:
    """Keep decisions and ask for the preview to be made again; an empty text takes a decision back.

    left_out      cells `sheet.row.column` and rows `sheet.row` that stay out, each with the reason
    typed         cells written anew; the original file stays as it is, and the value says what stood there
    explanations  a word about a warning, by cell and code of the check: `0.8.5 denominator_jumps`

    Raises NotAllowed, and RuleBroken for what is no cell, a reason that is missing, and an upload without preview.
    """
    locked = (
        Upload.objects.select_for_update(of=("self",)).select_related("initiative", "organisation").get(pk=upload.pk)
    )
    assert locked.organisation is not None
    if by is not None:
        demand(rules.can_report(by, locked.initiative, locked.organisation))
    if locked.state != Upload.State.PREVIEWED:
        raise RuleBroken(
            "upload_not_previewed", gettext_noop("There is no preview of this file now. Look at where it stands.")
        )
    before = Decisions.from_json(locked.mapping.get("decisions") or {})
    after = Decisions(
        _changed(before.left_out, left_out or {}),
        _changed(before.typed, typed or {}),
        _changed(before.explanations, explanations or {}),
    )
    if after == before:
        return locked
    locked.mapping = {**locked.mapping, "decisions": after.to_json()}
    locked.left_out = [
        {"cell": code, "reason": reason, "by": by.pk if by is not None else None}
        for code, reason in after.left_out.items()
    ]
    locked.state = Upload.State.READING
    locked.save()
    record(
        by=by,
        verb="decide_cells",
        subject=locked,
        initiative=locked.initiative,
        before=before.to_json(),
        after=after.to_json(),
    )
    ask_for(locked, "shared_measurement.prepare_upload", by)
    upload.refresh_from_db()
    return upload


def leave_out_rows(*, by: Person | None, upload: Upload, rows: Iterable[str], reason: str) -> Upload:
    """Leave out rows (`sheet.row`) or cells (`sheet.row.column`), all for one reason. Raises as `decide_cells`."""
    if not reason.strip():
        raise RuleBroken(
            "reason_missing", gettext_noop("Say why these rows stay out. One sentence is enough."), field="reason"
        )
    return decide_cells(by=by, upload=upload, left_out=dict.fromkeys(rows, reason))


def _changed(before: dict[str, str], changes: Words[str, str]) -> dict[str, str]:
    kept = dict(before)
    for code, text in changes.items():
        _check(code)
        words = text.strip()[:_LONGEST_REASON]
        if words:
            kept[code] = words
        else:
            kept.pop(code, None)
    if len(kept) > _MOST_DECISIONS:
        raise RuleBroken(
            "too_many_decisions",
            gettext_noop("More than %(limit)s rows were decided one by one. Correct the file and upload it again."),
            limit=_MOST_DECISIONS,
        )
    return kept


def _check(code: str) -> None:
    cell = code.partition(" ")[0]
    try:
        Cell.from_code(cell if cell.count(".") == 2 else f"{cell}.0")
    except ValueError:
        raise RuleBroken(
            "no_such_cell", gettext_noop("“%(cell)s” names no cell of this file."), cell=code[:60]
        ) from None
