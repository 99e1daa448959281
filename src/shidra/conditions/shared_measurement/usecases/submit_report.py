"""A partner's approver hands the report in."""

from __future__ import annotations

from django.db import transaction

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.models import Batch, Observation, Remark, Submission
from shidra.conditions.shared_measurement.queries.reports import newest_values, returned_values
from shidra.conditions.shared_measurement.usecases.tell_people import tell_submitted
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop


@transaction.atomic
def submit_report(*, by: Person, submission: Submission, note: str = "") -> Submission:
    """Hand in everything the partner has reported in this round so far.

    Raises NotAllowed for anybody but the partner's approver; RuleBroken when nothing was reported, or when values
    that the backbone returned have not been answered by a newer value.
    """
    locked = (
        Submission.objects.select_for_update().select_related("round__initiative", "organisation").get(pk=submission.pk)
    )
    initiative = locked.round.initiative
    demand(rules.can_submit(by, locked))
    if not newest_values(locked).exists():
        raise RuleBroken(
            "report_empty", gettext_noop("There is nothing to hand in yet. Upload a file or fill in the form first.")
        )
    unanswered = returned_values(locked).count()
    if unanswered:
        raise RuleBroken(
            "returned_values_unanswered",
            gettext_noop(
                "%(count)s returned values have not been answered yet. Correct each, or report it again with a word why it is right."
            ),
            count=unanswered,
        )
    newest = Batch.objects.filter(initiative=initiative).order_by("-taken_order").exclude(taken_order=None).first()
    before = locked.state
    locked.state = Submission.State.SUBMITTED
    locked.submitted_at, locked.submitted_by, locked.note = clock.now(), by, note.strip()
    locked.submitted_mark = newest.taken_order or 0 if newest else 0
    locked.save(update_fields=["state", "submitted_at", "submitted_by", "submitted_mark", "note"])
    record(
        by=by,
        verb="submit_report",
        subject=locked,
        initiative=initiative,
        before={"state": before},
        after={"state": locked.state, "mark": locked.submitted_mark, "note": locked.note},
    )
    tell_submitted(submission=locked)
    return locked


@transaction.atomic
def answer_returned_value(*, by: Person, submission: Submission, observation: Observation, answer: str) -> None:
    """Stand by a returned value, with a word why it is right; it then waits for review again when the report is handed in.

    Raises RuleBroken when the answer is empty or the value is not among the report's returned ones.
    """
    initiative = submission.round.initiative
    demand(rules.can_report(by, initiative, submission.organisation))
    if not answer.strip():
        raise RuleBroken("answer_missing", gettext_noop("Say why the value is right, or correct it."), field="answer")
    if not returned_values(submission).filter(pk=observation.pk).exists():
        raise RuleBroken(
            "value_not_returned", gettext_noop("This value is not waiting for an answer. Load the page again.")
        )
    Remark.objects.create(
        observation=observation, about=f"answer:{observation.review_id}", text=answer.strip(), at=clock.now(), by=by
    )
    before = observation.review_id
    Observation.objects.filter(pk=observation.pk).update(review=None)
    record(
        by=by,
        verb="answer_returned_value",
        subject=observation,
        initiative=initiative,
        before={"review": before},
        after={"answer": answer.strip()},
    )
