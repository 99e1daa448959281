"""Logs: a JSON object a line, on standard error, with nothing secret in it."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any

SECRET_NAMES = re.compile(
    r"pass(word|wd)?|secret|token|api_?key|authorization|cookie|session|csrf|credential|otp", re.I
)
HIDDEN = "[hidden]"
_HIDE = [
    # A password in an address: postgres://name:password@host
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s@/]+@", re.I), rf"\1{HIDDEN}@"),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.I), rf"\1 {HIDDEN}"),
    # name=value, "name": "value"
    (
        re.compile(
            rf"""(?P<name>\b[\w-]*(?:{SECRET_NAMES.pattern})[\w-]*["']?\s*[=:]\s*)"""
            r"""(?:"[^"]*"|'[^']*'|[^\s,;&)\]}]+)""",
            re.I,
        ),
        rf"\g<name>{HIDDEN}",
    ),
    # A key in the path of a link that was mailed: a long segment with digits and letters, as tokens are
    (re.compile(r"(?<=/)(?=[\w:-]*\d)(?=[\w:-]*[A-Za-z])[\w:-]{24,}(?=[/\s\"'?]|$)"), HIDDEN),
]
# What every record has; everything else was added by who logged.
_USUAL = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def hide_secrets(text: str) -> str:
    """The text without passwords, keys and tokens."""
    for pattern, replacement in _HIDE:
        text = pattern.sub(replacement, text)
    return text


class JsonFormatter(logging.Formatter):
    """One line a record: at, level, logger, message, what was added to it, and the traceback if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": hide_secrets(record.getMessage()),
        }
        for name, value in vars(record).items():
            if name not in _USUAL and not name.startswith("_"):
                line[name] = HIDDEN if SECRET_NAMES.search(name) else _plain(value)
        if record.exc_info:
            line["traceback"] = hide_secrets(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if hasattr(value, "get_full_path") and hasattr(value, "method"):
        return f"{value.method} {hide_secrets(value.path)}"  # a request: without what was asked or sent
    return hide_secrets(str(value))


class AccessLog:
    """Middleware: a line for each answer: method, path without its query, status, milliseconds, person by number.

    Static files and the questions of a watchman are left out.
    """

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        self.logger = logging.getLogger("shidra.access")

    def __call__(self, request: Any) -> Any:
        began = datetime.now(UTC)
        response = self.get_response(request)
        if not request.path.startswith(("/static/", "/healthz", "/readyz")):
            person = getattr(request, "user", None)
            self.logger.info(
                "%s %s %s",
                request.method,
                request.path,
                response.status_code,
                extra={
                    "status": response.status_code,
                    "ms": round((datetime.now(UTC) - began).total_seconds() * 1000, 1),
                    "person": getattr(person, "pk", None),
                },
            )
        return response


def logging_settings(*, level: str, as_json: bool) -> dict[str, Any]:
    """Django's LOGGING: all loggers to standard error; JSON for a log collector, plain text for a terminal."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": "shidra.config.logs.JsonFormatter"},
            "text": {
                "()": "shidra.config.logs.TextFormatter",
                "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
            },
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "stream": sys.stderr,
                "formatter": "json" if as_json else "text",
            }
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            # Refused hosts come from scanners all day; they are answered with 400.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
        },
    }


class TextFormatter(logging.Formatter):
    """For a terminal; as careful with secrets."""

    def format(self, record: logging.LogRecord) -> str:
        return hide_secrets(super().format(record))
