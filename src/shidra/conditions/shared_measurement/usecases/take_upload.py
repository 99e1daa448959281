"""The values of a previewed file are taken in, all or none."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.models import Batch, Upload
from shidra.conditions.shared_measurement.uploading import ask_for
from shidra.conditions.shared_measurement.usecases.report_values import take_batch
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop


@transaction.atomic
def take_upload(*, by: Person | None, upload: Upload, work: bool = True) -> Upload:
    """Ask for the values to be taken in (unless the `work` is left to the caller, who calls `finish_taking`).

    Raises NotAllowed, and RuleBroken while something in the preview is open or there is no preview.
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
    if locked.preview.get("open"):
        raise RuleBroken(
            "upload_has_open_issues",
            gettext_noop("Something in this file still waits for your decision, so nothing of it was taken in."),
        )
    locked.state = Upload.State.TAKING
    locked.save(update_fields=["state"])
    record(
        by=by,
        verb="take_upload",
        subject=locked,
        initiative=locked.initiative,
        after={"counts": locked.preview["counts"]},
    )
    if work:
        ask_for(locked, "shared_measurement.take_upload", by)
    upload.refresh_from_db()
    return upload


def finish_taking(*, by: Person | None, upload: Upload, progress: Callable[[int], None] | None = None) -> Upload:
    """Take the staged values in, by one quick step. May be begun again: what is taken is not taken twice.

    Where the staged values are gone (nobody came back for weeks), the preview is made anew instead.
    """
    if upload.state != Upload.State.TAKING:
        return upload
    batch = Batch.objects.filter(upload=upload, unchanged_of=None).first()
    if batch is None:
        with transaction.atomic():
            upload.state = Upload.State.READING
            upload.save(update_fields=["state"])
            ask_for(upload, "shared_measurement.prepare_upload", by)
        return upload
    counts = upload.preview["counts"]
    if batch.taken_order is None:
        taking = take_batch(by=by, batch=batch)
        # Others may have been taken since the preview: what is told afterwards is what really happened.
        compared = taking.comparison
        counts = {**counts, "new": compared.new, "correction": compared.corrected, "unchanged": compared.unchanged}
    with transaction.atomic():
        upload.preview = {**upload.preview, "counts": counts}
        upload.state = Upload.State.TAKEN
        upload.ended_at = clock.now()
        upload.save(update_fields=["state", "ended_at", "preview"])
        record(by=by, verb="finish_taking", subject=upload, initiative=upload.initiative, after={"counts": counts})
    return upload
