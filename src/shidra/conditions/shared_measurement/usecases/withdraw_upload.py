"""A person takes a file back before it is taken in, and may bring it back."""

from __future__ import annotations

from django.db import transaction

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.models import Upload
from shidra.conditions.shared_measurement.uploading import ask_for
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


@transaction.atomic
def bring_back(*, by: Person, upload: Upload) -> Upload:
    """A withdrawn file is read again, with the answers that were given; as long as its round is open.

    Raises NotAllowed, and RuleBroken for a file that is not withdrawn or comes too late.
    """
    locked = (
        Upload.objects.select_for_update(of=("self",))
        .select_related("initiative", "organisation", "round")
        .get(pk=upload.pk)
    )
    assert locked.organisation is not None
    demand(rules.can_report(by, locked.initiative, locked.organisation))
    if not rules.can_bring_back(by, locked):
        raise RuleBroken(
            "upload_stays_withdrawn",
            gettext_noop("This file cannot be brought back any more. Upload it again if it is still wanted."),
        )
    locked.state, locked.ended_at = Upload.State.RECEIVED, None
    locked.save(update_fields=["state", "ended_at"])
    record(
        by=by, verb="bring_back_upload", subject=locked, initiative=locked.initiative,
        before={"state": Upload.State.WITHDRAWN}, after={"state": locked.state},
    )  # fmt: skip
    ask_for(locked, "shared_measurement.read_upload", by)
    upload.refresh_from_db()
    return upload
