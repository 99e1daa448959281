"""Letters of a round: opened, reminders before, on and after the date, handed in, accepted, returned."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django_scopes import scope, scopes_disabled

from shidra.conditions.shared_measurement.models import Round, Submission
from shidra.conditions.shared_measurement.queries.reports import returned_values
from shidra.conditions.shared_measurement.queries.rounds import reminder_days
from shidra.foundation.initiatives.models import Initiative, Role
from shidra.foundation.initiatives.queries import people_in_role
from shidra.foundation.mail.writing import write_letter
from shidra.foundation.people.models import Person


@transaction.atomic
def remind_partners(*, on: date) -> int:
    """Write the reminders that fall on a day (or fell before it and were never written); how many were written.

    Each reminder has a key of partner, date and occasion, and the outbox takes no key twice: whoever calls this twice,
    or after a pause of days, sends nobody the same reminder again. Of several missed ones only the latest is written.
    """
    written = 0
    with scopes_disabled():
        waiting = list(
            Submission.objects.filter(
                round__state=Round.State.OPEN,
                state__in=[Submission.State.EXPECTED, Submission.State.REPORTED, Submission.State.RETURNED],
            ).select_related("round__initiative", "organisation")
        )
    for submission in waiting:
        past = [(about, day) for about, day in reminder_days(submission) if submission.round.opens_on <= day <= on]
        if not past:
            continue
        about, day = past[-1]
        with scope(initiative=submission.round.initiative):
            written += _to_partner(
                submission,
                "reminder",
                {"about": about, "days": (on - submission.due_on).days},
                f"reminder:{submission.pk}:{day}:{about}",
            )
    return written


def tell_round_opened(*, round: Round) -> int:
    """Tell every partner that is asked: what, until when, where."""
    initiative = round.initiative
    with scope(initiative=initiative):
        submissions = round.submissions.select_related("organisation", "round__initiative")
        return sum(_to_partner(one, "round_opened", {}, f"round_opened:{one.pk}") for one in submissions)


def tell_submitted(*, submission: Submission) -> int:
    """Tell the backbone that a report waits for it."""
    initiative = submission.round.initiative
    with scope(initiative=initiative):
        people = {p.pk: p for role in (Role.STEWARD, Role.ANALYST) for p in people_in_role(initiative, role)}
        key = f"submitted:{submission.pk}:{submission.submitted_mark}"
        return sum(_write(person, submission, "report_submitted", {}, key) for person in people.values())


def tell_decided(*, submission: Submission) -> int:
    """Tell the partner that its report was accepted, or which values came back and why."""
    with scope(initiative=submission.round.initiative):
        if submission.state == Submission.State.ACCEPTED:
            return _to_partner(
                submission, "report_accepted", {}, f"accepted:{submission.pk}:{submission.accepted_mark}"
            )
        returned = list(returned_values(submission).select_related("series__definition", "series__place", "review"))
        newest = max((value.review_id or 0 for value in returned), default=0)
        return _to_partner(submission, "values_returned", {"returned": returned}, f"returned:{submission.pk}:{newest}")


def _to_partner(submission: Submission, template: str, more: dict[str, Any], key: str) -> int:
    initiative = submission.round.initiative
    people = {
        person.pk: person
        for role in (Role.REPORTER, Role.APPROVER)
        for person in people_in_role(initiative, role, submission.organisation)
    }
    return sum(_write(person, submission, template, more, key) for person in people.values())


def _write(person: Person, submission: Submission, template: str, more: dict[str, Any], key: str) -> int:
    initiative: Initiative = submission.round.initiative
    with translation.override(person.language):
        path = reverse(
            "shared_measurement:report", args=[initiative.slug, submission.round.number, submission.organisation_id]
        )
    letter = write_letter(
        to=person,
        template=f"shared_measurement/mail/{template}",
        language=person.language,
        initiative=initiative,
        key=f"{key}:{person.pk}",
        context={
            "submission": submission,
            "round": submission.round,
            "organisation": submission.organisation,
            "initiative": initiative,
            "person": person,
            "url": f"{settings.SITE_URL}{path}",
            **more,
        },
    )
    return letter is not None
