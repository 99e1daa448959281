"""Frames of the atlas: the map and its list for what is asked, and the card of an initiative that is listed."""

from __future__ import annotations

from typing import Any

from csp.decorators import csp_update
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from shidra.commons.atlas.queries import pages
from shidra.commons.atlas.queries.filters import Filter
from shidra.commons.atlas.queries.index import index
from shidra.commons.atlas.web import atlas as atlas_page
from shidra.commons.atlas.web import listing_words as words
from shidra.commons.atlas.web.briefs import briefs
from shidra.commons.atlas.web.listing_picture import listing_preview
from shidra.entrypoints.embeds.framing import frame_page
from shidra.entrypoints.embeds.options import options_of
from shidra.foundation.look.formats import reader_language
from shidra.foundation.look.shell import Link
from shidra.foundation.places.base_map import country_shapes, tile_source

FRESH = "public, max-age=300"  # many pages show a frame at once: five minutes it need not be asked for again
A_PAGE = 20


@frame_page({"script-src": ["'self'"], "connect-src": ["'self'"]})
def atlas(request: HttpRequest) -> HttpResponseBase:
    """The map and the list, or one of them, of what is asked for. Its script fetches marks from beside it."""
    tiles = tile_source()
    return (csp_update({"img-src": [tiles.origin]})(_atlas) if tiles else _atlas)(request)


def _atlas(request: HttpRequest) -> HttpResponse:
    asked, options = Filter.read(request.GET), options_of(request.GET)
    found = index()
    mask = found.matching(asked)
    total = int(mask.sum())
    page = Paginator(range(total), A_PAGE).get_page(request.GET.get("page"))
    shapes = country_shapes()
    whole = reverse("atlas:atlas")
    unplaced = atlas_page.unplaced(found, asked, "map", "name")
    context: dict[str, Any] = {
        "preview": atlas_page.preview(asked),
        "options": options,
        "in_frame": True,
        "chosen": atlas_page.chosen_words(asked),
        "matching": atlas_page.matching_words(total),
        "page": page,
        "briefs": briefs(found.page(mask, "name", max(page.start_index() - 1, 0), page.end_index())),
        "previous": _other_page(request, page.number - 1) if page.has_previous() else "",
        "next": _other_page(request, page.number + 1) if page.has_next() else "",
        "unplaced": [Link(one.label, f"{whole}{one.url}") for one in unplaced],
        "shapes": shapes,
        "borders": shapes.view(reader_language()) if shapes else "",
        "tiles": tile_source(),
        "extent": atlas_page.window_of(found, mask),
        "query": asked.query(),
    }
    response = render(request, "embeds/atlas.html", context)
    response["Cache-Control"] = FRESH
    return response


@frame_page()
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """A listing's card: what and where it is, since when, by whom, and how true that is known to be."""
    found = public_listing(slug)
    context = {
        "preview": listing_preview(found),
        "options": options_of(request.GET),
        "listing": found,
        "in_short": words.in_short(found),
        "standing": words.standing(found),
    }
    response = render(request, "embeds/listing.html", context)
    response["Cache-Control"] = FRESH
    return response


def public_listing(slug: str) -> Any:
    """A listing with all around it. Raises Http404 for one that is not public, or not any more."""
    found = pages.public_listing(slug)
    if found is None:
        raise Http404
    return found


def _other_page(request: HttpRequest, number: int) -> str:
    asked = request.GET.copy()
    asked["page"] = str(number)
    return f"?{asked.urlencode()}"
