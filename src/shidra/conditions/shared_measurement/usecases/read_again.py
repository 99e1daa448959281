"""A person asks for a file to be read once more."""

from __future__ import annotations

from django.db import transaction

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.models import Upload
from shidra.conditions.shared_measurement.uploading import ask_for
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.jobs.models import Job
from shidra.foundation.people.models import Person
from shidra.kernel.errors import RuleBroken, gettext_noop

ENCODINGS = ("utf-8", "utf-16", "windows-1255", "windows-1256", "windows-1252")
DELIMITERS = (",", ";", "\t", "|")
_UNDER_WAY = (Upload.State.RECEIVED, Upload.State.READING, Upload.State.TAKING)


@transaction.atomic
def read_again(*, by: Person, upload: Upload, encoding: str = "", delimiter: str = "") -> Upload:
    """Read the file once more: with letters or columns told apart as the person says, or after a fault of ours.

    With another encoding the answers about words go, for they were read wrongly. What was being taken in when the
    fault came is taken in. Raises NotAllowed, and RuleBroken while work is under way or the upload is over.
    """
    locked = (
        Upload.objects.select_for_update(of=("self",)).select_related("initiative", "organisation").get(pk=upload.pk)
    )
    assert locked.organisation is not None
    demand(rules.can_report(by, locked.initiative, locked.organisation))
    if locked.state in (Upload.State.TAKEN, Upload.State.WITHDRAWN):
        raise RuleBroken("upload_over", gettext_noop("This file is not waiting for anything any more."))
    if locked.state in _UNDER_WAY and not _has_stopped(locked):
        raise RuleBroken("upload_being_read", gettext_noop("This file is being read. Wait until it is done."))
    said = {}
    if encoding in ENCODINGS:
        said["encoding"] = encoding
    if delimiter in DELIMITERS:
        said["delimiter"] = delimiter
    if said:
        locked.mapping = {"answers": said}
    if locked.state == Upload.State.TAKING:
        ask_for(locked, "shared_measurement.take_upload", by)
    else:
        locked.state, locked.problems, locked.ended_at = Upload.State.RECEIVED, [], None
        locked.save()
        ask_for(locked, "shared_measurement.read_upload", by)
    record(by=by, verb="read_again", subject=locked, initiative=locked.initiative, after=said)
    upload.refresh_from_db()
    return upload


def _has_stopped(upload: Upload) -> bool:
    return upload.job is None or upload.job.state in (Job.State.FAILED, Job.State.DONE)
