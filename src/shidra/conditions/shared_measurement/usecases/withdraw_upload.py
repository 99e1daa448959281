"""A person takes a file back before it is taken in."""

from __future__ import annotations

from django.db import transaction

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.models import Upload
from shidra.conditions.shared_measurement.usecases.prepare_upload import drop_staged
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop


@transaction.atomic
def withdraw_upload(*, by: Person, upload: Upload) -> Upload:
    """Nothing of the file is taken in; the file itself is kept with its story. RuleBroken once it is taken in."""
    locked = (
        Upload.objects.select_for_update(of=("self",)).select_related("initiative", "organisation").get(pk=upload.pk)
    )
    assert locked.organisation is not None
    demand(rules.can_report(by, locked.initiative, locked.organisation))
    if locked.state in (Upload.State.TAKEN, Upload.State.TAKING):
        raise RuleBroken(
            "upload_taken",
            gettext_noop(
                "This file is taken in already. Upload a corrected file: its values will take the place of these."
            ),
        )
    if locked.state == Upload.State.WITHDRAWN:
        return locked
    before = locked.state
    drop_staged(by=None, upload=locked)
    locked.state = Upload.State.WITHDRAWN
    locked.ended_at = clock.now()
    locked.save(update_fields=["state", "ended_at"])
    record(
        by=by, verb="withdraw_upload", subject=locked, initiative=locked.initiative,
        before={"state": before}, after={"state": locked.state},
    )  # fmt: skip
    upload.refresh_from_db()
    return upload
