"""How people and their software really type: digits of several scripts, invisible marks, look-alike dashes."""

from __future__ import annotations

import re
import unicodedata

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


class _Folding(dict[int, str]):
    """What each character becomes, worked out when it is first met."""

    def __missing__(self, point: int) -> str:
        sign = chr(point)
        kind = unicodedata.category(sign)
        told = sign
        if kind == "Nd":
            told = str(unicodedata.decimal(sign))
        elif kind[0] == "M":
            # Points, vowel signs and accents go; vowels that cannot be left out (Indic, Thai) have other classes.
            order = unicodedata.combining(sign)
            told = "" if 10 <= order <= 36 or order >= 200 else sign
        elif kind in ("Cf", "Sk"):
            told = ""
        elif not sign.isalnum():
            told = " "
        self[point] = told
        return told


_FOLDED = _Folding(
    {
        # Within a word they belong to an abbreviation or a sound: צה"ל, ג'ת, O'Brien.
        **dict.fromkeys(map(ord, "\"'`´׳״‘’‚‛“”„‟′″ʹʺʻʼʾʿـ"), ""),
        **dict.fromkeys(map(ord, "ىی"), "ي"),
        **dict.fromkeys(map(ord, "ةہھەۃ"), "ه"),
        ord("ٱ"): "ا",
        ord("ک"): "ك",
        ord("ء"): "",
        **{ord(letter): plain for letter, plain in zip("øłđðħıŧ", "olddhit", strict=True)},
        ord("æ"): "ae",
        ord("œ"): "oe",
        ord("þ"): "th",
    }
)


def folded(text: str) -> str:
    """The one form in which texts are held against each other when people search, in any language.

    Small letters without accents, Hebrew points, Arabic vowel signs and tatweel; forms of alef, hamza, ya and ta marbuta
    made one; digits of any script as 0 to 9; quote marks of any form, geresh and gershayim left out; hyphen, maqaf and
    all other punctuation as a space; words with single spaces between them. Folding twice changes nothing.
    """
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return " ".join(unicodedata.normalize("NFC", decomposed.translate(_FOLDED)).split())
