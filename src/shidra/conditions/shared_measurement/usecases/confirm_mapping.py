"""A person says what is what in the file."""

from __future__ import annotations

from collections.abc import Mapping as Answers

from django.db import transaction

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.intake.proposing import Proposal
from shidra.conditions.shared_measurement.intake.recipes import keep_recipes, propose_all, recipes_for
from shidra.conditions.shared_measurement.models import Upload
from shidra.conditions.shared_measurement.usecases.read_upload import tables_of, vocabulary_of_upload
from shidra.conditions.shared_measurement.usecases.receive_upload import ask_for
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.jobs.models import Job
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop

MAPPABLE = (Upload.State.ASKING, Upload.State.PREVIEWED)


@transaction.atomic
def answer_questions(*, by: Person | None, upload: Upload, answers: Answers[str, str]) -> list[Proposal]:
    """Keep answers, an empty one takes an answer back; return what is proposed and asked now.

    Keys are those of the questions; others are passed over. After a changed answer a preview is confirmed again.
    """
    locked = _locked(by, upload)
    kept = {
        **locked.mapping.get("answers", {}),
        **{str(key)[:300]: str(answer)[:300] for key, answer in answers.items()},
    }
    kept = {key: answer for key, answer in kept.items() if answer}
    if kept != locked.mapping.get("answers", {}):
        locked.mapping = {**locked.mapping, "answers": kept}
        locked.state = Upload.State.ASKING
        locked.save(update_fields=["mapping", "state"])
    upload.refresh_from_db()
    return proposals_of(upload)


@transaction.atomic
def confirm_mapping(*, by: Person | None, upload: Upload, work: bool = True) -> Upload:
    """Everything is answered: remember the layouts and the words for this partner, and ask for the preview (unless the
    `work` is left to the caller, who calls `prepare_upload`).

    Raises RuleBroken(`questions_open`) while something is open.
    """
    locked = _locked(by, upload)
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


@transaction.atomic
def read_again(*, by: Person | None, upload: Upload, encoding: str = "", delimiter: str = "") -> Upload:
    """Read the file once more: with letters or columns told apart as the person says, or after a fault of ours.

    Answers about words go: they may have been read wrongly.
    """
    locked = _locked(by, upload, states=(*MAPPABLE, Upload.State.REFUSED, Upload.State.RECEIVED, Upload.State.READING))
    if locked.state in (Upload.State.RECEIVED, Upload.State.READING) and not _has_stopped(locked):
        raise RuleBroken("upload_being_read", gettext_noop("This file is being read. Wait until it is done."))
    changed = {"encoding": encoding, "delimiter": delimiter}
    kept = {name: value for name, value in changed.items() if value in _READING_ANSWERS[name]}
    locked.mapping = {"answers": kept} if kept else locked.mapping
    locked.state, locked.problems, locked.ended_at = Upload.State.RECEIVED, [], None
    locked.save()
    record(by=by, verb="read_again", subject=locked, initiative=locked.initiative, after=kept)
    ask_for(locked, "shared_measurement.read_upload", by)
    upload.refresh_from_db()
    return upload


_READING_ANSWERS = {
    "encoding": ("utf-8", "utf-16", "windows-1255", "windows-1256", "windows-1252"),
    "delimiter": (",", ";", "\t", "|"),
}


def _has_stopped(upload: Upload) -> bool:
    return upload.job is None or upload.job.state in (Job.State.FAILED, Job.State.DONE)


def proposals_of(upload: Upload) -> list[Proposal]:
    """What is proposed for each table of the upload, with the answers so far."""
    tables = tables_of(upload)
    kept = recipes_for(tables, upload.initiative, upload.organisation)
    return propose_all(tables, kept, vocabulary_of_upload(upload), upload.mapping.get("answers", {}))


def _locked(by: Person | None, upload: Upload, states: tuple[str, ...] = MAPPABLE) -> Upload:
    locked = (
        Upload.objects.select_for_update(of=("self",))
        .select_related("initiative", "organisation", "round")
        .get(pk=upload.pk)
    )
    assert locked.organisation is not None
    if by is not None:
        demand(rules.can_report(by, locked.initiative, locked.organisation))
    if locked.state not in states or (states == MAPPABLE and locked.reading.get("template")):
        raise RuleBroken(
            "upload_not_asking",
            gettext_noop("This file does not wait for answers any more. Look at where it stands now."),
        )
    return locked
