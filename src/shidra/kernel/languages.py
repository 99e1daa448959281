"""The languages of the product, their direction, and texts that exist in several of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

LANGUAGES = ("he", "ar", "en")

Direction = Literal["rtl", "ltr"]

_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "iw", "ps", "sd", "ug", "ur", "yi"})

# What a reader of the first language most likely reads when there is nothing in it: Arabic speakers in Israel
# read Hebrew daily; a Hebrew reader rarely reads Arabic.
_NEXT_BEST = {"he": ("en", "ar"), "ar": ("he", "en"), "en": ("he", "ar")}

_SCRIPTS = (
    ("he", ((0x0590, 0x05FF), (0xFB1D, 0xFB4F))),
    ("ar", ((0x0600, 0x06FF), (0x0750, 0x077F), (0x08A0, 0x08FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFC))),
    ("en", ((0x0041, 0x024F), (0x1E00, 0x1EFF))),
)


class _Languages(dict[str, str]):
    """The language of a letter's script, "" for other signs; worked out when it is first met."""

    def __missing__(self, sign: str) -> str:
        blocks = _SCRIPTS if sign.isalpha() else ()
        found = (language for language, of in blocks if any(first <= ord(sign) <= last for first, last in of))
        self[sign] = next(found, "")
        return self[sign]


_LANGUAGE_OF = _Languages()


def base_language(language: str) -> str:
    """`he` for `he`, `he-IL` and `he_IL`."""
    return language.replace("_", "-").split("-", 1)[0].lower()


def direction(language: str) -> Direction:
    """The direction in which the language is written; left to right where nothing is known of it."""
    return "rtl" if base_language(language) in _RIGHT_TO_LEFT else "ltr"


def language_of_script(text: str) -> str:
    """The language of ours in whose script most letters of the text are written, `""` if it has none of them.

    A guess: it tells scripts apart, not languages (French counts as `en`).
    """
    counts = Counter(map(_LANGUAGE_OF.__getitem__, text))
    best = max(LANGUAGES, key=lambda language: counts[language])
    return best if counts[best] else ""


@dataclass(frozen=True, slots=True)
class Picked:
    """A text in the language in which there is one, with what a page needs to mark it up.

    `is_original`: these are the author's words, not a translation of them.
    """

    text: str
    language: str
    direction: Direction
    is_original: bool

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Text:
    """The same text in several languages; blank ones are left out."""

    by_language: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kept = {language: text for language, text in self.by_language.items() if text and text.strip()}
        object.__setattr__(self, "by_language", kept)

    def __bool__(self) -> bool:
        return bool(self.by_language)

    def __hash__(self) -> int:
        return hash(frozenset(self.by_language.items()))

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages there is a text in, ours first."""
        others = sorted(set(self.by_language) - set(LANGUAGES))
        return (*(language for language in LANGUAGES if language in self.by_language), *others)

    def pick(self, language: str, original: str = "") -> Picked:
        """The text for a reader of `language`; where there is none, the original, then what that reader most likely
        reads. With no text at all the result is empty, in the reader's language.
        """
        wanted = base_language(language)
        order = (language, wanted, original, *_NEXT_BEST.get(wanted, ()), *self.languages)
        for candidate in order:
            if candidate in self.by_language:
                only_one = not original and len(self.by_language) == 1
                is_original = only_one or candidate == original
                return Picked(self.by_language[candidate], candidate, direction(candidate), is_original)
        return Picked("", wanted, direction(wanted), False)


def languages_left_behind(versions: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    """The languages in which a text, given from its first version to its newest, still says what an earlier version
    said, because it was reworded in another language alone. A language that is added or catches up leaves none behind.
    """
    behind: set[str] = set()
    before: Mapping[str, str] | None = None
    for text in versions:
        if before is not None:
            changed = {one for one in text.keys() | before.keys() if text.get(one, "") != before.get(one, "")}
            reworded = {one for one in changed if text.get(one) and before.get(one)}
            if reworded - behind:
                behind |= text.keys() - changed
            behind -= changed
        before = text
    return tuple(sorted(one for one in behind if (before or {}).get(one)))
