"""Writing letters: in the reader's language, as text and as HTML with its direction set."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.template import Context, Template, loader
from django.utils import translation

from shidra.foundation.jobs.asking import ask_job
from shidra.foundation.mail.models import Letter
from shidra.kernel import clock
from shidra.kernel.languages import base_language, direction

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # but for tab and line feed
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")


def write_letter(
    *,
    to: Any,
    template: str,
    context: Mapping[str, Any],
    language: str | None = None,
    key: str | None = None,
    initiative: Any = None,
    is_secret: bool = False,
) -> Letter | None:
    """Write a letter and ask for it to be sent once the transaction is over; None if `key` has been used before.

    to        the person, or the address of somebody who is not one yet
    template  `<template>.subject.txt` and `<template>.txt`; paragraphs of the text become the HTML version, an address
              that stands alone on its line becomes a button. Both are rendered in `language` without escaping: HTML is
              escaped here.
    language  of the reader (default: the person's own), whatever the language of the request that causes the letter
    key       what the letter is about; a letter is written only once for each key
    is_secret the letter holds a link that opens something: its words are not kept once it is sent
    """
    address: str = to if isinstance(to, str) else to.email
    language = base_language(language or to.language)
    subject, text = words_of_letter(template=template, context=context, language=language)
    with translation.override(language):
        html = loader.render_to_string(
            "mail/letter.html",
            {
                "subject": subject,
                "blocks": _blocks(text),
                "language": language,
                "direction": direction(language),
                "site_url": settings.SITE_URL,
            },
        )
    letter = Letter(
        key=key,
        to=_line(address),
        person=None if isinstance(to, str) else to,
        tenant=initiative.pk if initiative is not None else None,
        language=language,
        subject=subject[:300],
        is_secret=is_secret,
        text=text,
        html=html,
        written_at=clock.now(),
    )
    try:
        with transaction.atomic():
            letter.save(force_insert=True)
    except IntegrityError:
        if key is not None and Letter.objects.filter(key=key).exists():
            return None
        raise
    ask_job("mail.send_letter", letter_id=letter.pk)
    return letter


def words_of_letter(*, template: str, context: Mapping[str, Any], language: str) -> tuple[str, str]:
    """Subject and text of a letter in `language`, as `write_letter` would write it; nothing is written."""
    language = base_language(language)
    with translation.override(language):
        told = {"site_url": settings.SITE_URL, "language": language, **context}
        subject = _line(_render(f"{template}.subject.txt", told))
        text = _CONTROLS.sub("", _render(f"{template}.txt", told))
    return subject, re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _render(name: str, context: Mapping[str, Any]) -> str:
    found = loader.get_template(name)
    template: Template = found.template  # type: ignore[attr-defined]
    return template.render(Context(dict(context), autoescape=False))


def _line(text: str) -> str:
    """One line without control characters: nothing that people typed can begin a header of its own."""
    return _UNWRITABLE.sub(" ", text).strip()


def _blocks(text: str) -> list[dict[str, Any]]:
    """The paragraphs of a text: {"url"} for an address alone, {"points"} for a list with hyphens, else {"lines"}."""
    blocks: list[dict[str, Any]] = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in paragraph.splitlines() if line.strip()]
        if len(lines) == 1 and re.fullmatch(r"https?://\S+", lines[0]):
            blocks.append({"url": lines[0]})
        elif lines and all(line.startswith("- ") for line in lines):
            blocks.append({"points": [line[2:] for line in lines]})
        elif lines:
            blocks.append({"lines": lines})
    return blocks
