"""A person hands a file in."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db import transaction

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.models import Round, Submission, Upload
from shidra.conditions.shared_measurement.uploading import ask_for
from shidra.foundation.audit.chain import record
from shidra.foundation.files.storing import store
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.writing import without_invisibles


def receive_upload(
    *,
    by: Person | None,
    initiative: Initiative,
    organisation: Organisation,
    round: Round | None,
    name: str,
    chunks: Iterable[bytes],
    reading: bool = True,
) -> Upload:
    """Keep the file as it is and ask for it to be read in the background (unless `reading` is left to the caller).

    `by` is None for the command line. Raises NotAllowed, and RuleBroken for a round that is not open or does not ask
    this partner, an empty file, and one that is too large.
    """
    if by is not None:
        demand(rules.can_report(by, initiative, organisation))
    if round is not None:
        _demand_open(round, organisation)
    stored = store(chunks)
    with transaction.atomic():
        upload = Upload.objects.create(
            initiative=initiative,
            organisation=organisation,
            round=round,
            file=stored,
            name=_plain_name(name),
            uploaded_by=by,
            uploaded_at=clock.now(),
        )
        record(
            by=by,
            verb="receive_upload",
            subject=upload,
            initiative=initiative,
            after={
                "name": upload.name, "sha256": stored.sha256, "organisation": organisation,
                "round": round.number if round else None,
            },
        )  # fmt: skip
        if reading:
            ask_for(upload, "shared_measurement.read_upload", by)
    return upload


def _plain_name(name: str) -> str:
    """What the person calls the file, without folders, invisible marks and control characters."""
    last = re.split(r"[/\\]", without_invisibles(name))[-1]
    kept = "".join(character for character in last if character.isprintable()).strip()
    if len(kept) > 200:
        kept = kept[:180] + kept[-20:]
    return kept or "file"


def _demand_open(round: Round, organisation: Organisation) -> None:
    if round.state != Round.State.OPEN:
        raise RuleBroken(
            "round_not_open",
            gettext_noop("This round is not open. Ask the backbone team if the report is still wanted."),
            field="round",
        )
    if not Submission.objects.filter(round=round, organisation=organisation).exists():
        raise RuleBroken(
            "round_does_not_ask",
            gettext_noop("This round does not ask your organisation for a report. Choose another round."),
            field="round",
        )
