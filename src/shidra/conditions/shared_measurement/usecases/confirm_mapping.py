"""A person says what is what in the file."""

from __future__ import annotations

import re
from collections.abc import Collection
from collections.abc import Mapping as Answers

from django.db import transaction

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.intake.proposing import Proposal
from shidra.conditions.shared_measurement.intake.recipes import keep_recipes
from shidra.conditions.shared_measurement.models import Upload
from shidra.conditions.shared_measurement.uploading import ask_for, proposals_of, tables_of
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop

_ANSWERABLE = re.compile(r"(word|mark|column|table|gaps|indicator|period|place|decimal_mark)\.")
_MOST_ANSWERS = 5_000
MAPPABLE = (Upload.State.ASKING, Upload.State.REFERRED, Upload.State.PREVIEWED)


@transaction.atomic
def answer_questions(
    *, by: Person | None, upload: Upload, answers: Answers[str, str], unsure: Collection[str] = ()
) -> list[Proposal]:
    """Keep answers, an empty one takes an answer back; return what is proposed and asked now.

    Keys are those of the questions; others are passed over. Those in `unsure` are for the backbone team to answer, once
    it is asked (`ask_backbone`). After a changed answer a preview is confirmed again.
    """
    locked = locked_for_answers(by=by, upload=upload)
    changes = {key: answer[:300] for key, answer in answers.items() if _is_key(key)}
    kept = {key: answer for key, answer in {**locked.mapping.get("answers", {}), **changes}.items() if answer}
    if len(kept) > _MOST_ANSWERS:
        raise RuleBroken(
            "too_many_answers",
            gettext_noop(
                "More than %(limit)s answers are too many for one file. Correct the words in the file itself."
            ),
            limit=_MOST_ANSWERS,
        )
    answered = {key for key, answer in changes.items() if answer}
    left = [key for key in unsure if _is_key(key)]
    left += [key for key in locked.mapping.get("unsure", []) if key not in answered and key not in left]
    is_changed = kept != locked.mapping.get("answers", {})
    if is_changed and locked.state != Upload.State.REFERRED:
        locked.state = Upload.State.ASKING
    if is_changed or left != locked.mapping.get("unsure", []):
        locked.mapping = {**locked.mapping, "answers": kept, "unsure": left[:_MOST_ANSWERS]}
        locked.save(update_fields=["mapping", "state"])
    upload.refresh_from_db()
    return proposals_of(upload)


@transaction.atomic
def confirm_mapping(*, by: Person | None, upload: Upload, work: bool = True) -> Upload:
    """Everything is answered: remember the layouts and the words for this partner, and ask for the preview (unless the
    `work` is left to the caller, who calls `prepare_upload`).

    Raises RuleBroken(`questions_open`) while something is open.
    """
    locked = locked_for_answers(by=by, upload=upload)
    proposals = proposals_of(locked)
    if any(proposal.questions for proposal in proposals):
        raise RuleBroken(
            "questions_open", gettext_noop("Some questions are still open. Answer them, and the preview will be made.")
        )
    mappings = [proposal.mapping for proposal in proposals]
    if all(mapping.skipped for mapping in mappings):
        raise RuleBroken(
            "nothing_to_take",
            gettext_noop(
                "You left out every table of this file, so there is nothing to take in. Change an answer, or "
                "withdraw the file."
            ),
        )
    assert locked.organisation is not None
    recipes = keep_recipes(
        by=by,
        at=clock.now(),
        initiative=locked.initiative,
        organisation=locked.organisation,
        tables=tables_of(locked),
        mappings=mappings,
        answers=locked.mapping.get("answers", {}),
    )
    locked.recipe = recipes[0] if recipes else None
    locked.mapping = {**locked.mapping, "tables": [mapping.to_json() for mapping in mappings]}
    locked.state = Upload.State.READING
    locked.save()
    record(
        by=by,
        verb="confirm_mapping",
        subject=locked,
        initiative=locked.initiative,
        after={"answers": locked.mapping.get("answers", {}), "recipes": [recipe.pk for recipe in recipes]},
    )
    if work:
        ask_for(locked, "shared_measurement.prepare_upload", by)
    upload.refresh_from_db()
    return upload


def _is_key(key: str) -> bool:
    return bool(_ANSWERABLE.match(key)) and len(key) <= 300


def locked_for_answers(*, by: Person | None, upload: Upload) -> Upload:
    """The upload, locked, if this person may answer now. Raises NotAllowed, RuleBroken(`upload_not_asking`)."""
    locked = (
        Upload.objects.select_for_update(of=("self",))
        .select_related("initiative", "organisation", "round")
        .get(pk=upload.pk)
    )
    assert locked.organisation is not None
    if by is not None:
        demand(rules.can_report(by, locked.initiative, locked.organisation))
    if locked.state not in MAPPABLE or locked.reading.get("template"):
        raise RuleBroken(
            "upload_not_asking",
            gettext_noop("This file does not wait for answers any more. Look at where it stands now."),
        )
    return locked
