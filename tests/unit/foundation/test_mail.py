"""Letters: in the reader's language, inert, sent once."""

from __future__ import annotations

import smtplib
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.utils import translation

from shidra.foundation.jobs.asking import run_waiting_jobs
from shidra.foundation.mail.models import Letter
from shidra.foundation.mail.sending import letters_not_sent, send, send_again
from shidra.foundation.mail.writing import write_letter
from tests.world import World


@pytest.fixture(autouse=True)
def _templates(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "test").mkdir()
    (tmp_path / "test" / "hello.subject.txt").write_text("{% load i18n plain %}Hello {{ name|isolated_plain }}")
    (tmp_path / "test" / "hello.txt").write_text(
        "{% load i18n plain %}{{ name }} writes, {% get_current_language as L %}{{ L }}.\n\n\n\n"
        "- one\n- two <b>\n\n{% address 'account_login' %}\n"
    )
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]


def sent() -> Any:
    """The one letter that went out, as a mail program reads it."""
    run_waiting_jobs()
    assert len(mail.outbox) == 1
    return message_from_bytes(mail.outbox[0].message().as_bytes(), policy=default)


@pytest.mark.parametrize(("language", "direction"), [("he", "rtl"), ("ar", "rtl"), ("en", "ltr")])
def test_a_letter_is_in_its_readers_language(world: World, language: str, direction: str) -> None:
    world.steward.language = language
    with translation.override("en" if language == "he" else "he"):
        write_letter(to=world.steward, template="test/hello", context={"name": "Dana"})
    letter = sent()
    assert letter["Content-Language"] == language
    text = letter.get_body(("plain",)).get_content()
    html = letter.get_body(("html",)).get_content()
    assert f", {language}." in text
    assert f"http://127.0.0.1:8000/{language}/account/login/" in text
    assert f'lang="{language}" dir="{direction}"' in html
    assert '<body dir="' + direction in html


def test_what_people_typed_is_inert_in_html_and_plain_in_text(world: World) -> None:
    write_letter(to=world.steward, template="test/hello", context={"name": "<img src=x onerror=alert(1)> & Söhne"})
    letter = sent()
    assert "<img src=x onerror=alert(1)> & Söhne writes" in letter.get_body(("plain",)).get_content()
    html = letter.get_body(("html",)).get_content()
    assert "<img" not in html
    assert "&lt;img src=x" in html
    assert "<li" in html


def test_no_name_begins_a_header_of_its_own(world: World) -> None:
    name = "Dana\r\nBcc: all@example.org\r\n\r\nbody\x00\u2028x"
    write_letter(
        to="dana@example.org\nBcc: b@example.org", template="test/hello", language="en", context={"name": name}
    )
    letter = Letter.objects.get()
    assert "\n" not in letter.subject + letter.to
    write_letter(to=world.steward, template="test/hello", context={"name": name})
    Letter.objects.filter(pk=letter.pk).delete()
    run_waiting_jobs()
    message = message_from_bytes(mail.outbox[0].message().as_bytes(), policy=default)
    assert message["Bcc"] is None
    assert message["To"] == world.steward.email


def test_the_same_thing_is_written_once(world: World) -> None:
    for name in ("Dana", "Dina"):
        write_letter(to=world.steward, template="test/hello", context={"name": name}, key="round 7, due, person 3")
    assert write_letter(to=world.steward, template="test/hello", context={}, key="round 7, due, person 3") is None
    assert "Dana" in str(sent()["Subject"])


def test_a_letter_is_sent_once_even_if_asked_twice(world: World) -> None:
    letter = write_letter(to=world.steward, template="test/hello", context={"name": "Dana"})
    assert letter is not None
    assert send(letter.pk)
    assert not send(letter.pk)
    run_waiting_jobs()
    assert len(mail.outbox) == 1


def test_a_refused_letter_waits_and_is_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = write_letter(to=world.steward, template="test/hello", context={"name": "Dana"})
    assert letter is not None
    refusals = [smtplib.SMTPServerDisconnected("gone"), ConnectionRefusedError("no server")]
    original = mail.EmailMultiAlternatives.send

    def refuse(self: mail.EmailMultiAlternatives, fail_silently: bool = False) -> int:
        if refusals:
            raise refusals.pop()
        return original(self, fail_silently)

    monkeypatch.setattr(mail.EmailMultiAlternatives, "send", refuse)
    run_waiting_jobs()
    letter.refresh_from_db()
    assert letter.sent_at is not None
    assert (letter.attempts, letter.problem) == (3, "")


def test_a_letter_that_perhaps_went_out_is_not_sent_by_itself(world: World) -> None:
    letter = write_letter(to=world.steward, template="test/hello", context={"name": "Dana"})
    assert letter is not None
    Letter.objects.filter(pk=letter.pk).update(sending_at="2026-01-01T00:00Z", attempts=1)  # the worker died here
    run_waiting_jobs()
    assert not mail.outbox
    assert list(letters_not_sent()) == [letter]
    send_again(letter)
    run_waiting_jobs()
    assert len(mail.outbox) == 1


def test_a_secret_letter_is_forgotten_once_sent(world: World) -> None:
    write_letter(to=world.steward, template="test/hello", context={"name": "token-123"}, is_secret=True)
    assert "token-123" in sent().get_body(("plain",)).get_content()
    assert "token-123" not in Letter.objects.get().text + Letter.objects.get().html
