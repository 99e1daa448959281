"""Logs are JSON, a line a record, and hold no secret."""

from __future__ import annotations

import json
import logging
import sys

import pytest
from django.test import RequestFactory

from shidra.config.logs import JsonFormatter, hide_secrets


def _line(message: str, *arguments: object, **extra: object) -> dict[str, object]:
    record = logging.getLogger("test").makeRecord("test", logging.INFO, "f", 1, message, arguments, None, extra=extra)
    said = JsonFormatter().format(record)
    assert "\n" not in said
    found: dict[str, object] = json.loads(said)
    return found


def test_a_record_is_one_line_with_what_was_added_to_it() -> None:
    line = _line("read %s\nrows", 5, rows=5, partner="עמותה")
    assert line["message"] == "read 5\nrows"
    assert (line["level"], line["logger"], line["rows"], line["partner"]) == ("info", "test", 5, "עמותה")
    assert str(line["at"]).endswith("+00:00")


@pytest.mark.parametrize(
    "text",
    [
        "connect postgres://shidra:S3CRET@db/shidra failed",
        "password=S3CRET for noa",
        'body {"new_password": "S3CRET", "name": "noa"}',
        "csrfmiddlewaretoken: S3CRET; path=/",
        "Cookie: sessionid=S3CRET",
        "Authorization: Bearer S3CRETS3CRET",
        "api_key='S3CRET'",
        "GET /he/account/invitation/S3CRETabcdefghijklmnopqrst/ 200",
        "SHIDRA_SECRET_KEY=S3CRET",
    ],
)
def test_secrets_are_hidden(text: str) -> None:
    assert "S3CRET" not in hide_secrets(text)
    assert "S3CRET" not in json.dumps(_line("%s", text))
    assert "S3CRET" not in json.dumps(_line("failed", detail=text))


def test_secrets_are_hidden_by_the_name_of_what_was_added() -> None:
    assert _line("mail", smtp_password="S3CRET")["smtp_password"] == "[hidden]"


@pytest.mark.parametrize(
    "text",
    [
        "GET /he/initiatives/north-5x2/indicators/1-1-1/ 200",
        "indicator share-of-pupils-who-passed-in-2024 has 5 rows",
        "released 12 figures at 2026-11-23T10:00:00",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert hide_secrets(text) == text


def test_a_request_is_logged_without_what_was_asked(rf: RequestFactory) -> None:
    line = _line("denied", request=rf.get("/he/work/?token=S3CRET&email=noa@example.org"))
    assert line["request"] == "GET /he/work/"


def test_secrets_in_tracebacks_are_hidden() -> None:
    try:
        raise ValueError("password=S3CRET")
    except ValueError:
        record = logging.LogRecord("t", logging.ERROR, "f", 1, "failed", (), sys.exc_info())
    assert "S3CRET" not in JsonFormatter().format(record)
    assert "ValueError" in JsonFormatter().format(record)
