"""Sending letters, each once."""

from __future__ import annotations

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import F, QuerySet

from shidra.foundation.jobs.asking import ask_job
from shidra.foundation.mail.models import Letter
from shidra.kernel import clock


def send(letter_id: int) -> bool:
    """Hand a letter to the mail server, unless that was done, or may have been done, before; whether it was done now.

    Raises what the mail server's refusal raises (OSError, smtplib.SMTPException), after noting it on the letter.
    """
    taken = Letter.objects.filter(pk=letter_id, sending_at=None).update(
        sending_at=clock.now(), attempts=F("attempts") + 1
    )
    if not taken:
        return False
    letter = Letter.objects.get(pk=letter_id)
    message = EmailMultiAlternatives(
        letter.subject,
        letter.text,
        to=[letter.to],
        headers={"Content-Language": letter.language, "Auto-Submitted": "auto-generated"},
        connection=get_connection(),
    )
    message.attach_alternative(letter.html, "text/html")
    try:
        message.send()
    except Exception as problem:
        said = f"{type(problem).__name__}: {problem}"
        Letter.objects.filter(pk=letter_id).update(sending_at=None, problem=said[:300])
        raise
    sent = {"sent_at": clock.now(), "problem": ""}
    Letter.objects.filter(pk=letter_id).update(**sent, **({"text": "", "html": ""} if letter.is_secret else {}))
    return True


def letters_not_sent() -> QuerySet[Letter]:
    """Letters that met a problem, and those whose worker died while it spoke with the mail server; the newest first."""
    return Letter.objects.filter(sent_at=None, attempts__gt=0).order_by("-pk")


def send_again(letter: Letter) -> None:
    """Let a letter that was not sent, or only perhaps, be sent now."""
    if Letter.objects.filter(pk=letter.pk, sent_at=None).update(sending_at=None):
        ask_job("mail.send_letter", letter_id=letter.pk)
