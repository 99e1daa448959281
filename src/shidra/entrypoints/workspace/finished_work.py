"""Long work that a person left to itself and that has ended since: told at home."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext

from shidra.conditions.shared_measurement.queries.uploads import names_of_files
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.next_steps import NextStep
from shidra.foundation.jobs.models import Job
from shidra.foundation.jobs.queries import over_and_unseen
from shidra.foundation.jobs.web.views import progress_of
from shidra.foundation.look.formats import isolated_words
from shidra.foundation.people.models import Person


def finished_work(person: Person, initiative: Initiative) -> list[NextStep]:
    """What has ended, with the way to what came of it; it is told until it has been looked at."""
    steps = []
    jobs = list(over_and_unseen(person, initiative.pk))
    files = names_of_files(initiative, jobs)
    for job in jobs:
        words = {"work": progress_of(job).label, "file": isolated_words(files.get(job.pk, ""))}
        if job.pk in files:
            done, failed = gettext("%(work)s %(file)s: finished"), gettext("%(work)s %(file)s: not finished")
        else:
            done, failed = gettext("%(work)s: finished"), gettext("%(work)s: not finished")
        title = (done if job.state == Job.State.DONE else failed) % words
        steps.append(NextStep(title, reverse("jobs:job", args=[job.pk]), "", note=job.problem, verb=gettext("Look")))
    return steps
