"""An upload on its way: its file and words, the tables in it, what is proposed for them, the work asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.urls import reverse
from django.utils import translation

from shidra.conditions.shared_measurement.intake.evidence import TableEvidence
from shidra.conditions.shared_measurement.intake.proposing import Proposal
from shidra.conditions.shared_measurement.intake.recipes import learn_answers, propose_all, recipes_for
from shidra.conditions.shared_measurement.intake.words import Vocabulary, vocabulary_of
from shidra.conditions.shared_measurement.models import Upload
from shidra.foundation.files.storing import path_of
from shidra.foundation.jobs.asking import ask_job
from shidra.foundation.people.models import Person
from shidra.foundation.spreadsheets import FileRefused, Workbook, read_table_file

Told = Callable[..., None]  # how far: rows done, and of how many where that is known


def open_upload(upload: Upload, progress: Told | None = None) -> Workbook:
    """The workbook, read in a process of its own. Raises FileRefused."""
    path = path_of(upload.file)
    if not path.exists():
        raise FileRefused("file_damaged", file=upload.name)
    answers = upload.mapping.get("answers", {})
    return read_table_file(
        path,
        name=upload.name,
        encoding=answers.get("encoding") or None,
        delimiter=answers.get("delimiter") or None,
        progress=progress,
    )


def vocabulary_of_upload(upload: Upload, without: Collection[str] = ()) -> Vocabulary:
    """The words that this upload may use, with what the person answered (`without` the answers of these keys)."""
    vocabulary = vocabulary_of(upload.initiative, upload.organisation, upload.round)
    learn_answers(vocabulary, _answers(upload, without))
    return vocabulary


def tables_of(upload: Upload) -> list[TableEvidence]:
    """The tables that were found when the upload was read."""
    return [TableEvidence.from_json(table) for table in upload.reading.get("tables", [])]


def proposals_of(upload: Upload, without: Collection[str] = ()) -> list[Proposal]:
    """What is proposed for each table of the upload, with the answers so far (`without` those of these keys)."""
    tables = tables_of(upload)
    kept = recipes_for(tables, upload.initiative, upload.organisation)
    return propose_all(tables, kept, vocabulary_of_upload(upload, without), _answers(upload, without))


def _answers(upload: Upload, without: Collection[str]) -> dict[str, str]:
    return {key: answer for key, answer in upload.mapping.get("answers", {}).items() if key not in without}


def ask_for(upload: Upload, work: str, by: Person | None) -> None:
    """Ask for background work on an upload, in the transaction of the use case, and remember which it is."""
    with translation.override(by.language if by is not None else None):
        then = reverse("shared_measurement:upload_state", args=[upload.initiative.slug, upload.pk])
    upload.job = ask_job(work, by=by, initiative=upload.initiative, then=then, upload_id=upload.pk)
    upload.save(update_fields=["job"])
