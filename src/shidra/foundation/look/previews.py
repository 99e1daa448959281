"""A page in short, for search engines, messages and other people's pages; `look/_preview.html` writes it into its head."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings

from shidra.foundation.look.formats import reader_language
from shidra.foundation.look.shell import languages_of

# Of what programs know each of our languages by; they take a country, although a language is meant.
_LOCALES = {"en": "en_GB", "he": "he_IL", "ar": "ar_AR"}


@dataclass(frozen=True)
class Preview:
    """A page in short, in the language it was made in. `path` and `picture` are addresses without the host.

    title        what it is about; `of`: whose it is, empty for an initiative itself
    description  what it says, in a sentence or two
    picture      of `width` by `height` pixels, with `picture_words` for those who do not see it; empty: there is none
    original     the language for a reader whose own we do not have
    newest_picture  the address at which the picture follows the newest release, where `picture` stays as it is
    has_frame    whether other people's pages can show it within theirs
    """

    title: str
    of: str
    description: str
    path: str
    picture: str = ""
    width: int = 1200
    height: int = 630
    picture_words: str = ""
    original: str = "en"
    kind: str = "website"
    newest_picture: str = ""
    has_frame: bool = True

    @property
    def full_title(self) -> str:
        return " · ".join(filter(None, (self.title, self.of)))

    @property
    def address(self) -> str:
        return f"{settings.SITE_URL}{self.path}"

    @property
    def picture_address(self) -> str:
        return f"{settings.SITE_URL}{self.picture}"

    @property
    def alternates(self) -> list[tuple[str, str]]:
        """The page in each language, with the one for everybody else."""
        found = [(one.code, f"{settings.SITE_URL}{one.url}") for one in languages_of(self.path)]
        return [*found, *(("x-default", address) for code, address in found if code == self.original)]

    @property
    def locale(self) -> str:
        return _LOCALES[reader_language()]

    @property
    def other_locales(self) -> list[str]:
        return [name for code, name in _LOCALES.items() if code != reader_language()]

    @property
    def oembed(self) -> str:
        """Where programs ask how to show this page within another (docs: oembed.com)."""
        return f"{settings.SITE_URL}/oembed?url={quote(self.address, safe='')}"

    @property
    def maker(self) -> str:
        """The page that makes lines to put this page into others, without the host."""
        return f"/{reader_language()}/embed/make/?url={quote(self.address, safe='')}"
