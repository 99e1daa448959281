"""oEmbed (https://oembed.com, version 1.0): programs ask with the address of a page how to show it within theirs."""

from __future__ import annotations

import json
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from shidra.entrypoints.embeds.kinds import Embeddable, find_page
from shidra.entrypoints.embeds.options import Options
from shidra.entrypoints.embeds.snippets import frame_snippet

CACHE_SECONDS = 3600
_LARGEST = 10_000  # what is asked beyond is as good as no limit


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """The answer for `url`, at most `maxwidth` by `maxheight`, as `format` json or xml.

    404 for an address that is not ours, has no frame or is not public; 501 for another format.
    """
    form = request.GET.get("format", "json")
    address = request.GET.get("url", "").strip()
    page = find_page(address) if address[:4].lower() == "http" else None
    if form not in ("json", "xml"):
        response = HttpResponse("json, xml", status=501, content_type="text/plain; charset=utf-8")
    elif page is None:
        response = HttpResponse("", status=404, content_type="text/plain; charset=utf-8")
    else:
        told = oembed_of(page, _most(request, "maxwidth"), _most(request, "maxheight"))
        response = HttpResponse(_xml(told), content_type="text/xml; charset=utf-8") if form == "xml" else _json(told)
        response["Cache-Control"] = f"public, max-age={CACHE_SECONDS}"
    response["Access-Control-Allow-Origin"] = "*"
    return response


def oembed_of(page: Embeddable, most_width: int, most_height: int) -> dict[str, Any]:
    """What is told of a page, within so many pixels."""
    shown = page.preview
    width, height = min(page.kind.width, most_width), min(page.kind.height, most_height)
    with override(page.language):
        provider = _("Shidra")
    told: dict[str, Any] = {
        "version": "1.0",
        "type": "rich",
        "title": shown.full_title,
        "provider_name": provider,
        "provider_url": f"{settings.SITE_URL}/{page.language}/",
        "cache_age": CACHE_SECONDS,
        "html": frame_snippet(page, Options(), width, height),
        "width": width,
        "height": height,
    }
    # The standard wants a picture within the same limits, or none.
    if shown.width <= most_width and shown.height <= most_height:
        told |= {
            "thumbnail_url": shown.picture_address,
            "thumbnail_width": shown.width,
            "thumbnail_height": shown.height,
        }
    return told


def _most(request: HttpRequest, name: str) -> int:
    """A limit in pixels; what is no number, or nought, is none."""
    asked = request.GET.get(name, "")
    return min(int(asked), _LARGEST) or _LARGEST if asked.isascii() and asked.isdecimal() else _LARGEST


def _json(told: dict[str, Any]) -> HttpResponse:
    return HttpResponse(json.dumps(told, ensure_ascii=False), content_type="application/json")


def _xml(told: dict[str, Any]) -> bytes:
    root = Element("oembed")
    for name, value in told.items():
        SubElement(root, name).text = str(value)
    body: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n' + body
