"""What can be put into other people's pages. The one list: frames, the page of snippets and oEmbed read it.

To add a kind: write its frame (a view under `frame_page`), name its address, and add a `Kind` below.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from django.conf import settings
from django.http import Http404, QueryDict
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import get_language_from_path, override
from django_scopes import scope

from shidra.commons.atlas.queries.filters import Filter
from shidra.commons.atlas.web.atlas import preview as atlas_preview
from shidra.commons.atlas.web.listing_picture import listing_preview
from shidra.conditions.shared_measurement.queries import releases
from shidra.entrypoints.embeds.atlas_frames import public_listing
from shidra.entrypoints.embeds.options import Options
from shidra.entrypoints.public_site.previews import (
    indicator_preview,
    initiative_preview,
    release_preview,
)
from shidra.foundation.initiatives.models import FieldOfAction, Initiative
from shidra.foundation.look.previews import Preview
from shidra.foundation.places.countries import country
from shidra.kernel.errors import NotFound
from shidra.kernel.languages import LANGUAGES

# No script runs in a frame; links open in a new tab, which is free of the sandbox again. Its own origin it keeps for
# its typeface and icons: without script it can do nothing with it.
SANDBOX = "allow-same-origin allow-popups allow-popups-to-escape-sandbox"
# In the frame of the map a script runs: ours, and no other (framing.py). A frame that may run scripts and has its own
# origin can do what any page of that origin can, which is all that our own pages can do anyway; of the page round it,
# which is of another origin, it sees nothing, and it cannot take its sandbox off. What the sandbox still holds back:
# leading that page elsewhere, sending forms, dialogues, downloads. Only on our own page of snippets do both have one
# origin; there the script is no stranger either.
SANDBOX_WITH_SCRIPT = f"allow-scripts {SANDBOX}"
_AT = re.compile(r"\d{1,2}(\.5)?/-?\d{1,3}(\.\d{1,8})?/-?\d{1,3}(\.\d{1,8})?", re.ASCII)  # zoom, latitude, longitude
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Kind:
    """A kind of page that has a frame.

    page     the name of its url; `frame`: of the frame's, which takes the same arguments
    about    the preview of the page for those arguments; raises Http404 for what the public may not know of
    width    of the frame as first offered, in pixels; `height` likewise
    asks     what the frame is asked in its query, by the page's query and arguments; its address then takes none of them,
             and `about` takes what it is asked
    fits     whether it can be fitted into a height
    shows    whether it is a map and a list, of which either can be left out
    sandbox  what the frame may do in a page of others
    """

    page: str
    frame: str
    about: Callable[..., Preview]
    width: int
    height: int
    asks: Callable[..., Pairs] | None = None
    fits: bool = False
    shows: bool = False
    sandbox: str = SANDBOX


@dataclass(frozen=True)
class Embeddable:
    """A public page of this installation that can be put elsewhere, in a language."""

    kind: Kind
    language: str
    arguments: Mapping[str, Any]
    query: Pairs
    preview: Preview

    def frame_path(self, options: Options) -> str:
        """The address of the frame without the host."""
        with override(self.language):
            path = reverse(self.kind.frame, kwargs=dict(self.arguments))
        asked = urlencode([*self.query, *options.query().items()])
        return f"{path}?{asked}" if asked else path


def find_page(address: str, language: str = "") -> Embeddable | None:
    """The page of an address (of this installation, or without a host), in its own language or another.

    None for an address elsewhere, for a page without a frame, and for one that the public may not know of.
    """
    try:
        asked = urlsplit(address.strip())
        if (asked.scheme or asked.netloc) and _host_of(asked) != _host_of(urlsplit(settings.SITE_URL)):
            return None
    except ValueError:
        return None
    spoken = get_language_from_path(asked.path)
    if spoken is None or (language and language not in LANGUAGES):
        return None
    with override(spoken):
        try:
            match = resolve(asked.path)
        except Resolver404:
            return None
    kind = next((one for one in KINDS if one.page == match.view_name), None)
    if kind is None:
        return None
    with override(language or spoken):
        try:
            if kind.asks is None:
                return Embeddable(kind, language or spoken, match.kwargs, (), kind.about(**match.kwargs))
            query = kind.asks(QueryDict(asked.query), **match.kwargs)
            return Embeddable(kind, language or spoken, {}, query, kind.about(query))
        except Http404:
            return None


def _host_of(address: SplitResult) -> str:
    """Host and port as they are compared; empty for what is no address of the web. Raises ValueError."""
    port = {"http": 80, "https": 443}.get(address.scheme)
    if port is None or "@" in address.netloc:
        return ""
    return f"{address.hostname}:{'' if address.port == port else address.port or ''}"


def asked_of(query: Pairs) -> Filter:
    """What is asked of the atlas by a query."""
    return Filter.read(QueryDict(urlencode(query)))


def _atlas(query: Pairs) -> Preview:
    return atlas_preview(asked_of(query))


def _as_it_is_seen(given: QueryDict) -> Pairs:
    """What an address of the atlas asks for, and where its map looks."""
    at = given.get("at", "")
    return [*Filter.read(given).pairs(), *([("at", at)] if _AT.fullmatch(at) else [])]


def _of_country(given: QueryDict, code: str) -> Pairs:
    if country(code) is None:
        raise Http404
    return [("country", code)]


def _of_field(given: QueryDict, code: str) -> Pairs:
    if code not in FieldOfAction.values:
        raise Http404
    return [("field", code)]


def _listing(slug: str) -> Preview:
    return listing_preview(public_listing(slug))


def _public(slug: str) -> Initiative:
    found = Initiative.objects.filter(slug=slug, is_public=True).first()
    if found is None:
        raise Http404
    return found


def _initiative(initiative: str) -> Preview:
    shown = _public(initiative)
    with scope(initiative=shown):
        release = releases.latest_release(shown)
        return initiative_preview(shown, releases.briefs(release) if release is not None else [])


def _release(initiative: str, number: int) -> Preview:
    shown = _public(initiative)
    with scope(initiative=shown):
        release = _released(shown, number)
        return release_preview(shown, release, releases.briefs(release))


def _indicator(initiative: str, code: str, number: int | None = None) -> Preview:
    shown = _public(initiative)
    with scope(initiative=shown):
        release = _released(shown, number)
        document = releases.document(release, code)
        if document is None:
            raise Http404
        return indicator_preview(shown, release, document, of_release=number is not None)


def _released(initiative: Initiative, number: int | None) -> Any:
    try:
        return releases.release_by_number(initiative, number or "latest")
    except NotFound:
        raise Http404 from None


KINDS: tuple[Kind, ...] = (
    Kind("public_site:initiative", "embeds:initiative", _initiative, 480, 720),
    Kind("public_site:indicator", "embeds:indicator", _indicator, 720, 760, fits=True),
    Kind("public_site:release", "embeds:release", _release, 560, 640),
    Kind("public_site:release_indicator", "embeds:release_indicator", _indicator, 720, 760, fits=True),
    Kind("atlas:listing", "embeds:listing", _listing, 480, 420),
    *(
        Kind(page, "embeds:atlas", _atlas, 960, 640, asks, shows=True, sandbox=SANDBOX_WITH_SCRIPT)
        for page, asks in (
            ("atlas:atlas", _as_it_is_seen),
            ("atlas:country", _of_country),
            ("atlas:field", _of_field),
        )
    ),
)
