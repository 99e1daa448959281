"""How people and their software really type: digits of several scripts, invisible marks, look-alike dashes."""

from __future__ import annotations

import re

DIGITS = {ord(digit): str(value) for script in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹") for value, digit in enumerate(script)}

# Invisible: soft hyphen, zero-width characters, directional marks, embeddings and isolates, byte-order mark.
_INVISIBLE = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
_INVISIBLES = re.compile(f"[{_INVISIBLE}]")

# An override shows characters in another order than they are stored in, and a mark inside a number may: what the
# person saw is not what we would read.
_DECEPTIVE = re.compile(f"[\u202d\u202e]|(?<=[\\d.,])[{_INVISIBLE}]+(?=[\\d.,])")

# No-break, narrow, figure, thin and other spaces count as a space.
SPACES = dict.fromkeys((0x00A0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, 0x09), " ")


def excerpt(raw: object) -> str:
    """The beginning of what somebody handed in, fit to be shown in a message."""
    if isinstance(raw, int) and raw.bit_length() > 200:  # Python refuses to write out very long integers
        return "…"
    text = without_invisibles(raw if isinstance(raw, str) else str(raw)).strip()
    return text if len(text) <= 60 else f"{text[:59]}…"


def is_deceptive(text: str) -> bool:
    """Whether invisible characters may show the digits of `text` in another order than they are stored."""
    return _DECEPTIVE.search(text) is not None


def without_invisibles(text: str) -> str:
    """The text without directional marks and other characters that cannot be seen."""
    return _INVISIBLES.sub("", text)
