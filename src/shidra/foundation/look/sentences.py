"""A sentence with words in it: whole for each language, safe to show, its figures kept apart from the text around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from shidra.foundation.look.formats import isolated_words, plain_words


@dataclass(frozen=True)
class Sentence:
    """A translated template and the words that fill it."""

    template: str
    words: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template % self.words if self.words else self.template

    @property
    def html(self) -> SafeString:
        """The sentence with its figures set strong, each kept apart from the direction around it."""
        if not self.words:
            return conditional_escape(self.template)
        words = {
            name: format_html("<b><bdi>{}</bdi></b>" if name in _STRONG else "<bdi>{}</bdi>", word)
            for name, word in self.words.items()
        }
        return mark_safe(conditional_escape(self.template) % words)  # noqa: S308  (template and words are escaped)

    @property
    def runs(self) -> list[tuple[str, bool]]:
        """The sentence in pieces, each with whether it is set strong; characters that cannot be seen keep its figures
        apart from the direction around them. For paper."""
        if not self.words:
            return [(self.template, False)]
        words = {
            name: f"{_OPEN}{isolated_words(plain_words(word))}{_CLOSE}"
            if name in _STRONG
            else isolated_words(plain_words(word))
            for name, word in self.words.items()
        }
        pieces = (self.template % words).replace(_CLOSE, _OPEN).split(_OPEN)
        return [(piece, bool(at % 2)) for at, piece in enumerate(pieces) if piece]


_OPEN, _CLOSE = "\ue000", "\ue001"  # `plain_words` leaves none of them in a word
_STRONG = frozenset({"value", "before"})


def joined(sentences: Sequence[Sentence]) -> str:
    """Sentences one after another, as plain text."""
    return " ".join(str(one) for one in sentences)
