"""Somebody of the backbone team writes to a partner about its report."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.db import transaction

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.letters import people_written_to, written_to_partner
from shidra.conditions.shared_measurement.models import Submission
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.mail.models import Letter
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop

_OCCASION = re.compile(r"[0-9a-f]{32}")


@transaction.atomic
def write_to_partner(
    *, by: Person, submission: Submission, words: Mapping[str, tuple[str, str]], occasion: str, again: bool = False
) -> int:
    """Write a letter to all who report for the partner, each in their language; how many letters.

    words     subject and text, by language; those who read none of them get the first
    occasion  32 hexadecimal digits that name this letter: sent twice (a button pressed twice), it is written once
    again     write although the partner was written to about this report today

    Raises NotAllowed, and RuleBroken: nobody to write to, nothing written, or written to today already.
    """
    initiative = submission.round.initiative
    demand(rules.can_run_rounds(by, initiative))
    locked = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("round__initiative", "organisation")
        .get(pk=submission.pk)
    )
    told = {language: (subject.strip(), text.strip()) for language, (subject, text) in words.items()}
    if not told or not all(subject and text for subject, text in told.values()) or not _OCCASION.fullmatch(occasion):
        raise RuleBroken("letter_empty", gettext_noop("Write a subject and a text."))
    if Letter.objects.filter(key__startswith=f"written:{locked.pk}:{occasion}:").exists():
        return 0
    people = people_written_to(submission=locked)
    if not people:
        raise RuleBroken(
            "nobody_to_write_to", gettext_noop("Nobody can report for this partner yet. Invite somebody first.")
        )
    if locked.told_on == clock.today(initiative.time_zone) and not again:
        raise RuleBroken(
            "told_today",
            gettext_noop("They were written to about this report today already. Tick the box to write all the same."),
            field="again",
        )
    first = next(iter(told.values()))
    told |= {person.language: first for person in people if person.language not in told}
    written = written_to_partner(submission=locked, words=told, occasion=occasion)
    locked.reminded_on = locked.told_on
    locked.save(update_fields=["reminded_on"])
    record(
        by=by, verb="write_to_partner", subject=locked, initiative=initiative,
        after={
            "letters": written, "to": [person.pk for person in people],
            "words": {language: list(said) for language, said in told.items()},
        },
    )  # fmt: skip
    submission.refresh_from_db()
    return written
