"""Sending letters in the background."""

from __future__ import annotations

from shidra.foundation.jobs.registry import job
from shidra.foundation.jobs.running import Progress
from shidra.foundation.mail.sending import send
from shidra.kernel.errors import gettext_noop


@job("mail.send_letter", label=gettext_noop("Sending a letter"), tries=5)
def send_letter(progress: Progress, *, letter_id: int) -> None:
    send(letter_id)
