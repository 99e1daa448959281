"""What the frame round every page needs to know. An entrypoint's context processor fills it; its absence is stood."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import get_language


@dataclass(frozen=True, slots=True)
class Link:
    """A place to go. `icon` is a name in icons.svg; `condition` one of agenda, measurement, activities, communication,
    backbone, or empty; `note` a second, smaller line; `short` a word for the narrow rail."""

    label: str
    url: str
    icon: str = ""
    condition: str = ""
    current: bool = False
    note: str = ""
    short: str = ""


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """The same page in another language; `name` in that language itself."""

    code: str
    name: str
    url: str
    current: bool = False


def languages_of(address: str) -> tuple[LanguageLink, ...]:
    """The page of an address (path and question) in each language; the first page where the address has none."""
    first, _slash, rest = address.removeprefix("/").partition("/")
    if first not in dict(settings.LANGUAGES):
        rest = ""
    return tuple(
        LanguageLink(code, name, f"/{code}/{rest}", code == get_language()) for code, name in settings.LANGUAGES
    )


@dataclass(frozen=True, slots=True)
class PersonHere:
    """Who is signed in, and the links of their menu (account, my data, ...)."""

    name: str
    organisation: str = ""
    links: tuple[Link, ...] = ()
    sign_out_url: str = ""


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame of a page.

    nav            rail (signed in) or header (public): home first, then conditions, then the rest
    initiative     where one is; its `label` is the name, `note` its standing ("closed in 2023")
    initiatives    others one may go to
    languages      the same page in each language of the interface
    person         None for a stranger
    public_url     the initiative's page for the public; empty: it has none
    search_url     where the search form is sent (GET, `q`); empty: no search is shown
    sign_in_url    shown to a stranger on public pages; empty: not shown
    footer         links of the public footer (accessibility, contact)
    release, licence   words about what is shown, for the public footer
    fictional      true: every page says that this is a made-up example
    read_only      true: every page says that nothing can be saved now
    """

    nav: tuple[Link, ...] = ()
    initiative: Link | None = None
    initiatives: tuple[Link, ...] = ()
    languages: tuple[LanguageLink, ...] = ()
    person: PersonHere | None = None
    home_url: str = "/"
    public_url: str = ""
    search_url: str = ""
    sign_in_url: str = ""
    footer: tuple[Link, ...] = ()
    release: str = ""
    licence: str = ""
    fictional: bool = False
    read_only: bool = False
