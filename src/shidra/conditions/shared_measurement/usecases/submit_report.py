"""A partner's approver hands the report in."""

from __future__ import annotations

from django.db import transaction

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.letters import tell_submitted
from shidra.conditions.shared_measurement.models import Observation, Remark, Round, Submission
from shidra.conditions.shared_measurement.queries.observations import newest_taking
from shidra.conditions.shared_measurement.queries.reports import newest_values, returned_values
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.jobs.asking import ask_job
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop


@transaction.atomic
def submit_report(*, by: Person, submission: Submission, note: str = "") -> Submission:
    """Hand in everything the partner has reported in this round so far.

    Raises NotAllowed for anybody but the partner's approver; RuleBroken when nothing was reported, or when values
    that the backbone returned have not been answered by a newer value or by words.
    """
    locked = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("round__initiative", "organisation")
        .get(pk=submission.pk)
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
            gettext_noop("Returned values still wait for an answer: %(count)s. Correct each, or say why it is right."),
            count=unanswered,
        )
    before = locked.state
    locked.state = Submission.State.SUBMITTED
    locked.submitted_at, locked.submitted_by, locked.note = clock.now(), by, note.strip()
    locked.submitted_mark = newest_taking(initiative)
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
    ask_job("shared_measurement.check_report", initiative=initiative, submission_id=locked.pk)
    return locked


@transaction.atomic
def answer_returned_value(*, by: Person, submission: Submission, observation: Observation, answer: str) -> None:
    """Stand by a returned value, with a word why it is right; it waits for review again once the report is handed in.

    Raises RuleBroken when the answer is empty or the value is not among the report's returned ones.
    """
    locked = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("round__initiative", "organisation")
        .get(pk=submission.pk)
    )
    initiative = locked.round.initiative
    demand(rules.can_report(by, initiative, locked.organisation))
    if locked.round.state != Round.State.OPEN:
        raise RuleBroken(
            "round_closed", gettext_noop("This round is closed. Open a new one for what is still missing.")
        )
    if not answer.strip():
        raise RuleBroken("answer_missing", gettext_noop("Say why the value is right, or correct it."), field="answer")
    returned = returned_values(locked).filter(pk=observation.pk).first()
    if returned is None:
        raise RuleBroken(
            "value_not_returned", gettext_noop("This value is not waiting for an answer. Load the page again.")
        )
    before = returned.review_id
    Remark.objects.create(observation=returned, about=f"answer:{before}", text=answer.strip(), at=clock.now(), by=by)
    Observation.objects.filter(pk=observation.pk).update(review=None)
    record(
        by=by,
        verb="answer_returned_value",
        subject=observation,
        initiative=initiative,
        before={"review": before},
        after={"answer": answer.strip()},
    )
