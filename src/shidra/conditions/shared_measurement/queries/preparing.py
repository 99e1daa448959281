"""The making of a release's preview in the background."""

from __future__ import annotations

from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.jobs.models import Job

WORK = "shared_measurement.build_release"
UNDER_WAY = (Job.State.WAITING, Job.State.RUNNING)


def newest_work(initiative: Initiative) -> Job | None:
    """The preview that was asked for last, if one ever was."""
    return Job.objects.filter(name=WORK, tenant=initiative.pk).order_by("-pk").first()
