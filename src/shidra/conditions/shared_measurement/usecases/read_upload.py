"""Read an upload: what is in it, what has to be asked, or at once what it would change."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from shidra.conditions.shared_measurement.intake.evidence import look_at
from shidra.conditions.shared_measurement.intake.recipes import propose_all, recipes_for
from shidra.conditions.shared_measurement.intake.samples import sample_of
from shidra.conditions.shared_measurement.intake.template import is_template, template_mappings
from shidra.conditions.shared_measurement.models import Upload
from shidra.conditions.shared_measurement.uploading import Told, open_upload, vocabulary_of_upload
from shidra.conditions.shared_measurement.usecases.prepare_upload import prepare
from shidra.foundation.audit.chain import record
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop

NOTHING_TO_READ = gettext_noop("There is no table of figures in “%(file)s”. Check that it is the file you meant.")


def read_upload(*, by: Person | None, upload: Upload, progress: Told | None = None) -> Upload:
    """Read the file and propose what is what. Layouts that are known go straight to the preview.

    A file that cannot be read is refused, with the reason; it is kept. May be begun again from the start.
    """
    if upload.state not in (Upload.State.RECEIVED, Upload.State.READING):
        return upload
    _into(upload, Upload.State.READING)
    try:
        workbook = open_upload(upload, progress)
        tables = look_at(workbook)
        if not tables:
            raise RuleBroken("file_without_table", NOTHING_TO_READ, file=upload.name)
        mappings = template_mappings(workbook, upload) if is_template(workbook) else None
    except RuleBroken as broken:
        return refuse(by=by, upload=upload, broken=broken)
    vocabulary = vocabulary_of_upload(upload)
    kept = recipes_for(tables, upload.initiative, upload.organisation)
    proposals = propose_all(tables, kept, vocabulary, upload.mapping.get("answers", {}))
    upload.encoding, upload.delimiter = workbook.encoding, workbook.delimiter
    upload.reading = {
        "kind": workbook.kind,
        "encoding_sure": workbook.encoding_sure,
        "template": mappings is not None,
        "sheets": [
            sample_of(sheet, [each for each in tables if each.sheet_index == sheet.index]) for sheet in workbook.sheets
        ],
        "findings": [
            {
                "code": each.code,
                "message": each.message,
                "params": dict(each.params),
                "sheet": each.sheet,
                "cell": each.cell,
            }
            for each in workbook.findings
            if not (mappings is not None and each.code in ("hidden_columns", "hidden_sheet", "merged_cells"))
        ][:500],
        "tables": [table.to_json() for table in tables],
        "changed": [_changed(each.difference) for each in kept],
    }
    if mappings is None:
        mappings = [proposal.mapping for proposal in proposals]
        known = all(each.mapping is not None for each in kept)
        if not known or any(proposal.questions for proposal in proposals):
            with transaction.atomic():
                upload.state = Upload.State.ASKING
                upload.recipe = next((each.recipe for each in kept if each.recipe), None)
                upload.save()
                record(
                    by=by,
                    verb="read_upload",
                    subject=upload,
                    initiative=upload.initiative,
                    after={"state": upload.state},
                )
            return upload
    upload.recipe = next((each.recipe for each in kept if each.recipe), None)
    upload.mapping = {**upload.mapping, "tables": [mapping.to_json() for mapping in mappings]}
    upload.save()
    return prepare(by=by, upload=upload, workbook=workbook, vocabulary=vocabulary, progress=progress)


def prepare_upload(*, by: Person | None, upload: Upload, progress: Told | None = None) -> Upload:
    """Make the preview of an upload whose mapping was confirmed, or whose rows were decided on. Takes nothing in."""
    if upload.state != Upload.State.READING:
        return upload
    try:
        workbook = open_upload(upload, progress)
    except RuleBroken as broken:
        return refuse(by=by, upload=upload, broken=broken)
    vocabulary = vocabulary_of_upload(upload)
    return prepare(by=by, upload=upload, workbook=workbook, vocabulary=vocabulary, progress=progress)


@transaction.atomic
def refuse(*, by: Person | None, upload: Upload, broken: RuleBroken) -> Upload:
    """The file cannot be used: say why, and keep it."""
    upload.state = Upload.State.REFUSED
    upload.ended_at = clock.now()
    upload.problems = [{"code": broken.code, "message": broken.message, "params": broken.params}]
    upload.save()
    record(
        by=by,
        verb="refuse_upload",
        subject=upload,
        initiative=upload.initiative,
        after={"state": upload.state, "code": broken.code},
    )
    return upload


def _into(upload: Upload, state: str) -> None:
    upload.state = state
    upload.save(update_fields=["state"])


def _changed(difference: Any) -> dict[str, Any]:
    if not difference:
        return {}
    return {
        "added": [header for _place, header in difference.added],
        "removed": [header for _place, header in difference.removed],
        "renamed": [list(pair) for pair in difference.renamed],
        "moved": [header for header, _old, _new in difference.moved],
    }
