"""Long work that a person left to itself and that has ended since: told at home."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext

from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.next_steps import NextStep
from shidra.foundation.jobs.models import Job
from shidra.foundation.jobs.queries import over_and_unseen
from shidra.foundation.jobs.web.views import progress_of
from shidra.foundation.people.models import Person


def finished_work(person: Person, initiative: Initiative) -> list[NextStep]:
    """What has ended, with the way to what came of it; it is told until it has been looked at."""
    steps = []
    for job in over_and_unseen(person, initiative.pk):
        label = progress_of(job).label
        title = gettext("%(work)s: finished") if job.state == Job.State.DONE else gettext("%(work)s: not finished")
        steps.append(
            NextStep(
                title % {"work": label}, reverse("jobs:job", args=[job.pk]), "", note=job.problem, verb=gettext("Look")
            )
        )
    return steps
