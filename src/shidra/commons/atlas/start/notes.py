"""What the start data often says beside a source, so that it is read in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext

from shidra.kernel.errors import gettext_noop

_KNOWN = frozenset(
    {
        gettext_noop("The type of the backbone was noted from memory; it has not been checked against this source."),
        gettext_noop("The point is an approximate one noted from memory; it has not been checked."),
        gettext_noop("This source was not checked for the address of the website."),
        gettext_noop("The place was noted from memory; it has not been checked against this source."),
        gettext_noop("The backbone was noted from memory; it has not been checked against this source."),
        gettext_noop("The year was noted from memory; it has not been checked against this source."),
        gettext_noop("The field was noted from memory; it has not been checked against this source."),
        gettext_noop("The country is that of the initiative; where the body has its seat was not checked."),
    }
)


def note_words(note: str) -> str:
    """A note beside a source: one of the start data's own in the reader's language, whatever else as it was written."""
    return gettext(note) if note in _KNOWN else note
