"""What looks odd is asked, answered and decided: flags on reported values. Nothing here changes a number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from django.db import transaction

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.consistency import doubts_about
from shidra.conditions.shared_measurement.letters import tell_questions_asked
from shidra.conditions.shared_measurement.models import Flag, Remark, Round, Submission
from shidra.conditions.shared_measurement.queries.quality import flags_of, flags_of_submission
from shidra.conditions.shared_measurement.queries.reports import newest_values
from shidra.conditions.shared_measurement.usecases.review_report import return_values
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.jobs.asking import ask_job
from shidra.foundation.jobs.models import Job
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop

LONGEST = 2000


@transaction.atomic
def check_report(*, by: Person | None, submission: Submission) -> int:
    """Look a report through and raise a flag for each value that a check finds odd; how many new ones wait for the
    partner. `by` None: the background work after a report is handed in.

    A value whose partner explained the same check when it came in has its answer already. Questions that nobody
    answered and that no longer arise are taken back. A returned value that the partner stands by waits for a decision
    again, with that word as its answer. Of a report that is accepted by now nothing is asked. Raises NotAllowed.
    """
    locked = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("round__initiative", "organisation")
        .get(pk=submission.pk)
    )
    initiative = locked.round.initiative
    if by is not None:
        demand(rules.can_review(by, initiative))
    if locked.state == Submission.State.ACCEPTED:
        return 0
    doubts = doubts_about(locked)
    answers = {
        (one.observation_id, one.about): one
        for one in Remark.objects.filter(
            observation__in=newest_values(locked).values("pk"), about__in={one.code for one in doubts}
        )
    }
    known = {(one.observation_id, one.check_code): one for one in flags_of_submission(locked)}
    now = clock.now()
    new = [
        Flag(
            round=locked.round, observation_id=one.observation_id, check_code=one.code, found=dict(one.found),
            answer=answer, state=Flag.State.ANSWERED if answer is not None else Flag.State.OPEN, raised_at=now,
        )
        for one in doubts
        if (one.observation_id, one.code) not in known
        for answer in [answers.get((one.observation_id, one.code))]
    ]  # fmt: skip
    Flag.objects.bulk_create(new, batch_size=1000, ignore_conflicts=True)
    still = {(one.observation_id, one.code) for one in doubts}
    gone = [flag.pk for key, flag in known.items() if flag.state == Flag.State.OPEN and key not in still]
    Flag.objects.filter(pk__in=gone, state=Flag.State.OPEN).delete()
    stood_by = _stood_by(list(known.values()))
    Flag.objects.bulk_update(stood_by, ["state", "answer", "decision", "decided_at", "decided_by"], batch_size=500)
    asked = sum(flag.state == Flag.State.OPEN for flag in new)
    record(
        by=by, verb="check_report", subject=locked, initiative=initiative,
        after={"asked": asked, "explained": len(new) - asked, "taken_back": len(gone), "stood_by": len(stood_by)},
    )  # fmt: skip
    if asked:
        tell_questions_asked(submission=locked, count=asked)
    return asked


def _stood_by(flags: list[Flag]) -> list[Flag]:
    """Flags whose value was sent back for them, and which the partner answered by words instead of another value."""
    back = {
        flag.observation_id: flag
        for flag in flags
        if flag.state == Flag.State.TO_CORRECT and flag.observation.review_id is None
    }
    words = Remark.objects.filter(observation__in=back, about__startswith="answer:").order_by("pk")
    last = {one.observation_id: one for one in words}
    found = []
    for observation_id, flag in back.items():
        if observation_id in last:
            flag.state, flag.answer = Flag.State.ANSWERED, last[observation_id]
            flag.decision, flag.decided_at, flag.decided_by = "", None, None
            found.append(flag)
    return found


@transaction.atomic
def ask_for_checks(*, by: Person, round: Round) -> Job:
    """Have all reports of a round that were handed in looked through, in the background. Raises NotAllowed."""
    demand(rules.can_review(by, round.initiative))
    return ask_job("shared_measurement.check_round", by=by, initiative=round.initiative, round_id=round.pk)


@transaction.atomic
def answer_flags(*, by: Person, submission: Submission, answers: Mapping[int, str]) -> int:
    """The partner says why values (flag id -> words) are right; how many it answered. Empty words answer nothing.

    An answer can be worded anew until the backbone has decided. Raises NotAllowed, RuleBroken(`nothing_answered`,
    `question_not_open`).
    """
    initiative = submission.round.initiative
    demand(rules.can_report(by, initiative, submission.organisation))
    said = {pk: words.strip()[:LONGEST] for pk, words in answers.items() if words.strip()}
    if not said:
        raise RuleBroken("nothing_answered", gettext_noop("Write an answer beside at least one value."))
    open_ones = flags_of_submission(submission).filter(state__in=[Flag.State.OPEN, Flag.State.ANSWERED])
    flags = list(open_ones.filter(pk__in=list(said)).select_for_update(of=("self",)))
    if len(flags) < len(said):
        raise RuleBroken(
            "question_not_open",
            gettext_noop("One of these questions is decided, or its value was replaced. Load the page again."),
        )
    now = clock.now()
    words = [
        Remark(observation_id=flag.observation_id, about=flag.check_code, text=said[flag.pk], at=now, by=by)
        for flag in flags
        if flag.answer is None
    ]
    Remark.objects.bulk_create(words)
    made = {(one.observation_id, one.about): one for one in words}
    for flag in flags:
        if flag.answer is None:
            flag.answer = made[flag.observation_id, flag.check_code]
        else:
            flag.answer.text, flag.answer.at, flag.answer.by = said[flag.pk], now, by
        flag.state = Flag.State.ANSWERED
    Remark.objects.bulk_update([flag.answer for flag in flags if flag.answer is not None], ["text", "at", "by"])
    Flag.objects.bulk_update(flags, ["state", "answer"])
    record(
        by=by, verb="answer_flags", subject=submission, initiative=initiative,
        after={"answers": {str(flag.observation_id): said[flag.pk] for flag in flags}},
    )  # fmt: skip
    return len(flags)


@transaction.atomic
def decide_flags(
    *, by: Person, round: Round, flag_ids: Iterable[int], verdict: str, words: str = "", answer_by: date | None = None
) -> int:
    """The backbone decides about flags, one or many: `confirmed`, or `to_correct`, which sends the values back to their
    partners with the words as the reason. How many were decided; all or none.

    Raises NotAllowed, RuleBroken(`nothing_chosen`, `reason_missing`, `question_not_open`), and what `return_values`
    does.
    """
    initiative = round.initiative
    demand(rules.can_review(by, initiative))
    state, words, wanted = Flag.State(verdict), words.strip()[:LONGEST], set(flag_ids)
    if not wanted:
        raise RuleBroken("nothing_chosen", gettext_noop("Choose at least one value."))
    if state == Flag.State.TO_CORRECT and not words:
        raise RuleBroken(
            "reason_missing",
            gettext_noop("Say why you return the value, so that the partner knows how to mend it."),
            field="reason",
        )
    undecided = flags_of(round).filter(state__in=[Flag.State.OPEN, Flag.State.ANSWERED], pk__in=wanted)
    flags = list(undecided.select_related("observation__series").select_for_update(of=("self",)))
    if len(flags) < len(wanted):
        raise RuleBroken(
            "question_not_open",
            gettext_noop("One of these questions is decided, or its value was replaced. Load the page again."),
        )
    now = clock.now()
    Flag.objects.filter(pk__in=wanted).update(state=state, decision=words, decided_at=now, decided_by=by)
    record(
        by=by, verb="decide_flags", subject=round, initiative=initiative,
        after={"verdict": state.value, "words": words, "values": [flag.observation_id for flag in flags]},
    )  # fmt: skip
    if state == Flag.State.TO_CORRECT:
        by_partner: dict[int, dict[int, str]] = defaultdict(dict)
        for flag in flags:
            by_partner[flag.observation.series.organisation_id][flag.observation_id] = words
        for submission in round.submissions.filter(organisation__in=by_partner):
            return_values(
                by=by, submission=submission, reasons=by_partner[submission.organisation_id], answer_by=answer_by
            )
    return len(flags)
