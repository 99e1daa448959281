"""Partners are reminded before, on and after their date, by the clock."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.db import transaction
from django_scopes import scope, scopes_disabled

from shidra.conditions.shared_measurement.letters import remind
from shidra.conditions.shared_measurement.models import Round, Submission, Upload
from shidra.conditions.shared_measurement.queries.reports import OWED
from shidra.conditions.shared_measurement.queries.rounds import reminder_days
from shidra.foundation.audit.chain import record
from shidra.foundation.people.models import Person
from shidra.kernel import clock

MORNING = 8  # nobody is reminded before this hour of the initiative's day


def remind_partners(*, by: Person | None) -> int:
    """Write the reminders that have fallen due, in the morning of each initiative's own day; how many letters.

    A partner is reminded of a day once: what has fallen on or before the last day on which it was written to about this
    report is past. After a pause of days only the latest of several missed reminders is written. `by` is None for the
    clock and the command line.
    """
    with scopes_disabled():
        waiting = list(
            Submission.objects.filter(round__state=Round.State.OPEN, state__in=OWED)
            .select_related("round__initiative")
            .order_by("pk")
        )
    return sum(_remind(by, submission) for submission in waiting if _due_reminder(submission))


def _due_reminder(submission: Submission) -> str:
    """What the reminder that has fallen due is about; empty if none has."""
    now = clock.now().astimezone(ZoneInfo(submission.round.initiative.time_zone))
    if now.hour < MORNING:
        return ""
    told = submission.told_on
    due = [about for about, day in reminder_days(submission) if day <= now.date() and (told is None or day > told)]
    return due[-1] if due else ""


@transaction.atomic
def _remind(by: Person | None, submission: Submission) -> int:
    initiative = submission.round.initiative
    with scope(initiative=initiative):
        locked = (
            Submission.objects.select_for_update(of=("self",))
            .select_related("round__initiative", "organisation")
            .filter(pk=submission.pk, round__state=Round.State.OPEN, state__in=OWED)
            .first()
        )
        about = _due_reminder(locked) if locked is not None else ""  # another worker may have been quicker
        if locked is None or not about or _waits_for_backbone(locked):
            return 0
        written = remind(submission=locked, about=about)
        if written:
            locked.reminded_on = locked.told_on
            locked.save(update_fields=["reminded_on"])
            after = {"about": about, "due_on": locked.due_on, "letters": written}
            record(by=by, verb="remind_partner", subject=locked, initiative=initiative, after=after)
        return written


def _waits_for_backbone(submission: Submission) -> bool:
    """A file of the report waits for the backbone team's answer: it is not the partner's move."""
    return Upload.objects.filter(
        round=submission.round, organisation=submission.organisation, state=Upload.State.REFERRED
    ).exists()
