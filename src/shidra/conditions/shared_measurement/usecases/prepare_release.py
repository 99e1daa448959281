"""Ask for the preview of the next release; it is made in the background."""

from __future__ import annotations

from django.db import transaction

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.queries.preparing import UNDER_WAY, WORK, newest_work
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.jobs.asking import ask_job
from shidra.foundation.jobs.models import Job
from shidra.foundation.people.models import Person


def prepare_release(*, by: Person, initiative: Initiative, then: str = "") -> Job:
    """Ask for a preview from what is accepted now, and return the work; one at a time for an initiative.
    `then` is the page that shows it.

    Raises NotAllowed.
    """
    demand(rules.can_preview_release(by, initiative))
    with transaction.atomic():
        Initiative.objects.select_for_update().get(pk=initiative.pk)  # two who ask at once get the same work
        known = newest_work(initiative)
        if known is not None and known.state in UNDER_WAY:
            return known
        record(by=by, verb="prepare_release", subject=initiative, initiative=initiative)
        return ask_job(WORK, by=by, initiative=initiative, then=then, initiative_id=initiative.pk)
