"""What can be put into other people's pages. The one list: frames, the page of snippets and oEmbed read it.

To add a kind: write its frame (a view under `frame_page`), name its address, and add a `Kind` below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import Http404, QueryDict
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import get_language_from_path, override
from django_scopes import scope

from shidra.conditions.shared_measurement.queries import releases
from shidra.entrypoints.embeds.options import Options
from shidra.entrypoints.public_site.previews import (
    indicator_preview,
    initiative_preview,
    release_preview,
)
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.look.previews import Preview
from shidra.kernel.errors import NotFound
from shidra.kernel.languages import LANGUAGES

# No script runs in a frame; links open in a new tab, which is free of the sandbox again. Its own origin it keeps for
# its typeface and icons: without script it can do nothing with it.
SANDBOX = "allow-same-origin allow-popups allow-popups-to-escape-sandbox"


@dataclass(frozen=True)
class Kind:
    """A kind of page that has a frame.

    page     the name of its url; `frame`: of the frame's, which takes the same arguments
    about    the preview of the page for those arguments; raises Http404 for what the public may not know of
    width    of the frame as first offered, in pixels; `height` likewise
    keeps    what of the page's query the frame takes as well (the view of a map)
    fits     whether it can be fitted into a height
    sandbox  what the frame may do in a page of others
    """

    page: str
    frame: str
    about: Callable[..., Preview]
    width: int
    height: int
    keeps: tuple[str, ...] = ()
    fits: bool = False
    sandbox: str = SANDBOX


@dataclass(frozen=True)
class Embeddable:
    """A public page of this installation that can be put elsewhere, in a language."""

    kind: Kind
    language: str
    arguments: Mapping[str, Any]
    query: Mapping[str, str]
    preview: Preview

    def frame_path(self, options: Options) -> str:
        """The address of the frame without the host."""
        with override(self.language):
            path = reverse(self.kind.frame, kwargs=dict(self.arguments))
        asked = urlencode({**self.query, **options.query()})
        return f"{path}?{asked}" if asked else path


def find_page(address: str, language: str = "") -> Embeddable | None:
    """The page of an address (of this installation, or without a host), in its own language or another.

    None for an address elsewhere, for a page without a frame, and for one that the public may not know of.
    """
    try:
        asked = urlsplit(address.strip())
    except ValueError:
        return None
    if (asked.scheme or asked.netloc) and (
        asked.scheme not in ("http", "https") or asked.netloc != urlsplit(settings.SITE_URL).netloc
    ):
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
            preview = kind.about(**match.kwargs)
        except Http404:
            return None
    given = QueryDict(asked.query)
    kept = {name: given[name] for name in kind.keeps if name in given}
    return Embeddable(kind, language or spoken, match.kwargs, kept, preview)


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
)
