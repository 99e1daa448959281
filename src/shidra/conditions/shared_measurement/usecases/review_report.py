"""The backbone's word on a report: accept it, or return single values with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from django.db import transaction

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.letters import tell_decided
from shidra.conditions.shared_measurement.models import Observation, Release, Review, Submission
from shidra.conditions.shared_measurement.queries.reports import last_taking_accepted, newest_values, returned_values
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop

_CHUNK = 5000
TIME_TO_ANSWER = timedelta(days=7)


@transaction.atomic
def accept_reports(*, by: Person, initiative: Initiative, submissions: Iterable[Submission]) -> list[Submission]:
    """Accept whole reports, all of them or none: every newest value that was handed in and not yet judged.

    Raises RuleBroken when one of them was not handed in, or has a returned value that was not answered.
    """
    demand(rules.can_review(by, initiative))
    wanted = {submission.pk for submission in submissions}
    locked = list(
        Submission.objects.select_for_update()
        .filter(pk__in=wanted, round__initiative=initiative)
        .select_related("round", "organisation")
        .order_by("pk")
    )
    if len(locked) != len(wanted):
        raise RuleBroken(
            "report_unknown", gettext_noop("One of the chosen reports no longer exists. Load the page again.")
        )
    for submission in locked:
        _accept(by, initiative, submission)
    return locked


def _accept(by: Person, initiative: Initiative, submission: Submission) -> None:
    if submission.state != Submission.State.SUBMITTED:
        raise RuleBroken(
            "report_not_submitted",
            gettext_noop("The report of %(partner)s has not been handed in, so it cannot be accepted yet."),
            partner=str(submission.organisation),
        )
    if unanswered := returned_values(submission).count():
        raise RuleBroken(
            "returned_values_unanswered",
            gettext_noop("Returned values of %(partner)s still wait for an answer: %(count)s."),
            partner=str(submission.organisation),
            count=unanswered,
        )
    review = Review.objects.create(
        initiative=initiative, submission=submission, verdict=Review.Verdict.ACCEPTED, at=clock.now(), by=by
    )
    pending = newest_values(submission, up_to=submission.submitted_mark).filter(review=None)
    count = _judge(review, list(pending.values_list("pk", flat=True)))
    submission.state = Submission.State.ACCEPTED
    submission.decided_at, submission.decided_by = review.at, by
    submission.accepted_mark = submission.submitted_mark
    submission.save(update_fields=["state", "decided_at", "decided_by", "accepted_mark"])
    record(
        by=by,
        verb="accept_report",
        subject=submission,
        initiative=initiative,
        after={"values": count, "mark": submission.accepted_mark, "review": review.pk},
    )
    tell_decided(submission=submission, review=review)


@transaction.atomic
def return_values(
    *, by: Person, submission: Submission, reasons: Mapping[int, str], answer_by: date | None = None
) -> Submission:
    """Return single values (by observation id) of a handed-in report, each with its reason; the rest stay as they are.

    The partner answers until `answer_by`; by default until its own date, or a week from now where that is later.
    Raises RuleBroken when a reason is empty, a value is not one of the report's newest, or the date is past.
    """
    locked = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("round__initiative", "organisation")
        .get(pk=submission.pk)
    )
    initiative = locked.round.initiative
    demand(rules.can_review(by, initiative))
    if locked.state not in (Submission.State.SUBMITTED, Submission.State.RETURNED):
        raise RuleBroken(
            "report_not_submitted",
            gettext_noop("The report of %(partner)s is not waiting for review, so nothing can be returned."),
            partner=str(locked.organisation),
        )
    today = clock.today(initiative.time_zone)
    if answer_by is not None and answer_by < today:
        raise RuleBroken("answer_date_past", gettext_noop("Choose a day from today on."), field="answer_by")
    if not reasons:
        raise RuleBroken("nothing_to_return", gettext_noop("Choose the values to return and say why."))
    known = set(
        newest_values(locked, up_to=locked.submitted_mark).filter(pk__in=list(reasons)).values_list("pk", flat=True)
    )
    for observation_id, reason in reasons.items():
        if observation_id not in known:
            raise RuleBroken(
                "value_superseded", gettext_noop("One of these values was replaced meanwhile. Load the page again.")
            )
        if not reason.strip():
            raise RuleBroken(
                "reason_missing",
                gettext_noop("Say why you return the value, so that the partner knows how to mend it."),
                field="reason",
            )
        review = Review.objects.create(
            initiative=initiative,
            submission=locked,
            verdict=Review.Verdict.RETURNED,
            reason=reason.strip(),
            at=clock.now(),
            by=by,
        )
        _judge(review, [observation_id])
    locked.state = Submission.State.RETURNED
    locked.decided_at, locked.decided_by = clock.now(), by
    due_before = locked.due_on
    locked.due_on = answer_by or max(locked.due_on, today + TIME_TO_ANSWER)
    locked.save(update_fields=["state", "decided_at", "decided_by", "due_on"])
    record(
        by=by,
        verb="return_values",
        subject=locked,
        initiative=initiative,
        before={"due_on": due_before},
        after={"values": {str(key): reason for key, reason in reasons.items()}, "due_on": locked.due_on},
    )
    tell_decided(submission=locked, review=review)
    return locked


@transaction.atomic
def undo_acceptance(*, by: Person, submission: Submission) -> Submission:
    """Take an acceptance back while no release has been published since: the report waits for review again."""
    locked = (
        Submission.objects.select_for_update(of=("self",)).select_related("round__initiative").get(pk=submission.pk)
    )
    initiative = locked.round.initiative
    demand(rules.can_review(by, initiative))
    last = locked.reviews.filter(verdict=Review.Verdict.ACCEPTED).order_by("-id").first()
    if locked.state != Submission.State.ACCEPTED or last is None:
        raise RuleBroken(
            "report_not_accepted", gettext_noop("This report is not accepted, so there is nothing to take back.")
        )
    # A release has the values whose acceptance was known when it was made.
    if Release.objects.filter(initiative=initiative, state=Release.State.PUBLISHED, review_mark__gte=last.pk).exists():
        raise RuleBroken(
            "already_released",
            gettext_noop(
                "These values are in a published release. A correction makes a new version, marked as restated."
            ),
        )
    accepted = list(newest_values(locked).filter(review=last).values_list("pk", flat=True))
    for start in range(0, len(accepted), _CHUNK):
        Observation.objects.filter(pk__in=accepted[start : start + _CHUNK]).update(review=None)
    locked.state, locked.decided_at, locked.decided_by = Submission.State.SUBMITTED, None, None
    locked.accepted_mark = last_taking_accepted(locked)
    locked.save(update_fields=["state", "decided_at", "decided_by", "accepted_mark"])
    record(
        by=by,
        verb="undo_acceptance",
        subject=locked,
        initiative=initiative,
        before={"review": last.pk},
        after={"state": locked.state},
    )
    return locked


def _judge(review: Review, observation_ids: list[int]) -> int:
    for start in range(0, len(observation_ids), _CHUNK):
        Observation.objects.filter(pk__in=observation_ids[start : start + _CHUNK]).update(review=review)
    return len(observation_ids)
