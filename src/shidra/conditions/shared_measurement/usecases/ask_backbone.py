"""A partner that is not sure what is what in its file asks the backbone team, and is told its answers."""

from __future__ import annotations

from django.db import transaction

from shidra.conditions.shared_measurement import letters, rules
from shidra.conditions.shared_measurement.models import Upload
from shidra.conditions.shared_measurement.uploading import proposals_of
from shidra.conditions.shared_measurement.usecases.confirm_mapping import locked_for_answers
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop

_LONGEST_WORDS = 2_000


@transaction.atomic
def ask_backbone(*, by: Person, upload: Upload, words: str = "") -> Upload:
    """The file waits until the backbone team has answered; its people are written to, each in their language.

    Asked are the open questions that were left to the backbone team (`answer_questions`), with `words` beside them.
    Raises NotAllowed, and RuleBroken while another question is open or none was left to it.
    """
    locked = locked_for_answers(by=by, upload=upload)
    demand(rules.can_ask_backbone(by, locked))
    if locked.state == Upload.State.REFERRED:
        return upload
    open_keys = [question.key for proposal in proposals_of(locked) for question in proposal.questions]
    unsure = [key for key in open_keys if key in set(locked.mapping.get("unsure", []))]
    if not unsure:
        raise RuleBroken("nothing_to_ask", gettext_noop("No question is left to the backbone team."))
    if len(unsure) < len(open_keys):
        raise RuleBroken(
            "questions_open",
            gettext_noop("Answer the other questions too, or leave them to the backbone team: it is asked once."),
        )
    now = clock.now()
    locked.mapping = {
        **locked.mapping,
        "unsure": unsure,
        "referral": {
            "keys": unsure, "words": words.strip()[:_LONGEST_WORDS], "asked_by": by.pk, "asked_at": now.isoformat(),
        },
    }  # fmt: skip
    locked.state = Upload.State.REFERRED
    locked.save(update_fields=["mapping", "state"])
    record(
        by=by, verb="ask_backbone", subject=locked, initiative=locked.initiative,
        after={"state": locked.state, "questions": unsure, "words": locked.mapping["referral"]["words"]},
    )  # fmt: skip
    upload.refresh_from_db()
    letters.tell_backbone_asked(upload=upload)
    return upload


@transaction.atomic
def answer_partner(*, by: Person, upload: Upload, words: str = "") -> Upload:
    """Everything that the partner left to the backbone team is answered: the partner is told and goes on.

    Raises NotAllowed, and RuleBroken while one of the questions is open.
    """
    locked = locked_for_answers(by=by, upload=upload)
    demand(rules.can_answer_partner(by, locked))
    open_keys = {question.key for proposal in proposals_of(locked) for question in proposal.questions}
    referral = locked.mapping.get("referral", {})
    if open_keys & set(referral.get("keys", [])):
        raise RuleBroken(
            "questions_open", gettext_noop("Some of the partner’s questions are still open. Answer all of them.")
        )
    answered = {
        "reply": words.strip()[:_LONGEST_WORDS], "answered_by": by.pk, "answered_at": clock.now().isoformat(),
    }  # fmt: skip
    locked.mapping = {**locked.mapping, "unsure": [], "referral": {**referral, **answered}}
    locked.state = Upload.State.ASKING
    locked.save(update_fields=["mapping", "state"])
    answers = {key: locked.mapping["answers"].get(key, "") for key in referral.get("keys", [])}
    record(
        by=by, verb="answer_partner", subject=locked, initiative=locked.initiative,
        before={"state": Upload.State.REFERRED}, after={"state": locked.state, "answers": answers, **answered},
    )  # fmt: skip
    upload.refresh_from_db()
    letters.tell_partner_answered(upload=upload)
    return upload
