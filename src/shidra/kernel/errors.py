"""What went wrong, said so that a person can mend it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def gettext_noop(message: str) -> str:
    """Mark a message for translation; it is translated at the edge, in the reader's language."""
    return message


def in_english(message: str, params: Mapping[str, Any]) -> str:
    """The message as it was written, with what fills it: for logs and for programmers."""
    said = {name: ", ".join(map(str, one)) if isinstance(one, list) else one for name, one in params.items()}
    return message % said if said else message


class RuleBroken(Exception):
    """A rule of the product was broken by what somebody asked for or handed in.

    `code` is stable (tests, APIs and reports rely on it), `message` an English sentence with named
    placeholders that is translated where it is shown, `params` what fills the placeholders (several names as a list:
    each language has a comma of its own), `field` the form field or column it belongs to, if any.
    """

    def __init__(self, code: str, message: str, *, field: str = "", **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.field = field
        self.params = params

    def __str__(self) -> str:
        return in_english(self.message, self.params)


class NotAllowed(RuleBroken):
    """The person may know of the thing, but may not do this to it now."""


class NotFound(RuleBroken):
    """There is no such thing, or the person may not know of it: both look the same."""
