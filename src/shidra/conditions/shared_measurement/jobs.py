"""Work in the background: each takes ids and calls one use case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django_scopes import scope

from shidra.conditions.shared_measurement.models import Round, Submission, Upload
from shidra.conditions.shared_measurement.usecases import ask_partners, keep_adoption
from shidra.conditions.shared_measurement.usecases.build_release import build_release as build
from shidra.conditions.shared_measurement.usecases.read_upload import prepare_upload as prepare
from shidra.conditions.shared_measurement.usecases.read_upload import read_upload as read
from shidra.conditions.shared_measurement.usecases.remind_partners import remind_partners as remind
from shidra.conditions.shared_measurement.usecases.report_values import drop_abandoned_batches
from shidra.conditions.shared_measurement.usecases.take_upload import finish_taking
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.jobs.registry import clockwork, job
from shidra.foundation.jobs.running import Progress
from shidra.kernel.errors import gettext_noop


@job("shared_measurement.read_upload", label=gettext_noop("Reading your file"))
def read_upload(progress: Progress, *, upload_id: int) -> dict[str, Any]:
    return _state(read(by=progress.job.asked_by, upload=_upload(upload_id), progress=progress))


@job("shared_measurement.prepare_upload", label=gettext_noop("Making the preview"))
def prepare_upload(progress: Progress, *, upload_id: int) -> dict[str, Any]:
    return _state(prepare(by=progress.job.asked_by, upload=_upload(upload_id), progress=progress))


@job("shared_measurement.take_upload", label=gettext_noop("Taking the values in"))
def take_upload(progress: Progress, *, upload_id: int) -> dict[str, Any]:
    return _state(finish_taking(by=progress.job.asked_by, upload=_upload(upload_id), progress=progress))


@clockwork(
    "shared_measurement.remind_partners",
    every=timedelta(hours=1),
    label=gettext_noop("Reminding partners whose reports are due"),
)
def remind_partners(progress: Progress) -> dict[str, Any]:
    return {"letters": remind(by=progress.job.asked_by)}


@clockwork(
    "shared_measurement.remind_adoptions",
    every=timedelta(hours=6),
    label=gettext_noop("Reminding partners that have not adopted a new version"),
)
def remind_adoptions(progress: Progress) -> dict[str, Any]:
    return {"letters": keep_adoption.remind_adoptions(by=progress.job.asked_by)}


@clockwork(
    "shared_measurement.drop_abandoned_batches",
    every=timedelta(days=1),
    label=gettext_noop("Sweeping away values that were never taken in"),
)
def drop_abandoned(progress: Progress) -> dict[str, Any]:
    """What killed processes left half staged, in all initiatives."""
    dropped = 0
    for initiative in Initiative.objects.order_by("pk"):
        with scope(initiative=initiative):
            dropped += drop_abandoned_batches(by=None, initiative=initiative)
    return {"batches": dropped}


@job("shared_measurement.build_release", label=gettext_noop("Making the preview of the release"))
def build_release(progress: Progress, *, initiative_id: int) -> dict[str, Any]:
    draft = build(by=progress.job.asked_by, initiative=Initiative.objects.get(pk=initiative_id), progress=progress)
    return {"number": draft.number}


@job("shared_measurement.check_report", label=gettext_noop("Looking through a report that was handed in"))
def check_report(progress: Progress, *, submission_id: int) -> dict[str, Any]:
    return {"asked": ask_partners.check_report(by=None, submission=Submission.objects.get(pk=submission_id))}


@job("shared_measurement.check_round", label=gettext_noop("Looking through the reports of a round"))
def check_round(progress: Progress, *, round_id: int) -> dict[str, Any]:
    """Each report in a transaction of its own: what was found stays, should a later one break off."""
    handed_in = Round.objects.get(pk=round_id).submissions.exclude(submitted_at=None).order_by("pk")
    asked = 0
    for done, submission in enumerate(handed_in, start=1):
        asked += ask_partners.check_report(by=None, submission=submission)
        progress(done, len(handed_in))
    return {"asked": asked}


def _upload(upload_id: int) -> Upload:
    return Upload.objects.select_related("initiative", "organisation", "round", "file").get(pk=upload_id)


def _state(upload: Upload) -> dict[str, Any]:
    return {"state": upload.state}
