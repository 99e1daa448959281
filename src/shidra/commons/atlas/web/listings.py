"""Public pages of initiatives that are listed: what is told of one, and how that came about."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shidra.commons.atlas.models import Listing, Part, State
from shidra.commons.atlas.queries.pages import changes_of, listing_named, listing_of, parts_of_network, told_listing
from shidra.commons.atlas.telling import entry_of, linked_data_of, network_of, removed_of
from shidra.commons.atlas.web import listing_words as words
from shidra.commons.atlas.web.change_words import tell_changes
from shidra.commons.atlas.web.linked_data import data_block
from shidra.commons.atlas.web.listing_picture import kept_picture, listing_preview, picture_name
from shidra.foundation.look.formats import picked

MOST_CHILDREN = 50
CHANGES_A_PAGE = 20


@require_safe
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """What the atlas tells of an initiative; of one that was withdrawn, that it was, and why."""
    found = _found(slug)
    if found.state == State.WITHDRAWN:
        return _withdrawn(request, found)
    sources, known = words.numbered(list(found.sources.all()))
    parts = list(found.parts.all())
    children, child_count = parts_of_network(found, MOST_CHILDREN)
    told = words.told_facts(found)
    context = {
        "listing": found,
        "preview": listing_preview(found),
        "linked_data": data_block(linked_data_of(found)),
        "fields": [(code, words.field_words(code)) for code in found.fields],
        "other_names": words.other_names(found),
        "past_names": [
            {"names": one.get("names", {}), "until": words.day_of(one.get("until", ""))} for one in found.past_names
        ],
        "in_short": words.in_short(found),
        "standing": words.standing(found),
        "places": [words.place_line(place) for place in found.places.all()],
        "started": words.day_of(found.started),
        "ended": words.day_of(found.ended),
        "indicators": [
            one | {"figure": words.figure_of(one), "period": words.period_of(one)} for one in found.indicators
        ],
        "backbones": [_part(part) for part in parts if part.part == Part.Kind.BACKBONE],
        "partners": [_part(part) for part in parts if part.part != Part.Kind.BACKBONE],
        "network": network_of(found),
        "children": children,
        "child_count": child_count,
        "languages": [words.name_of_language(code) for code in found.languages],
        "told": told,
        "unknown": words.unknown_words(found, told),
        "known": known,
        "sources": sources,
        "crumbs": [(_("Atlas"), reverse("atlas:atlas")), (_name(found), "")],
    }
    return render(request, "atlas/listing.html", context)


@require_safe
def history(request: HttpRequest, slug: str) -> HttpResponse:
    """Every change that the public could see: when, on whose word, what was and what is."""
    found = _found(slug, listing_named)
    if found.state == State.WITHDRAWN:
        return _withdrawn(request, found)
    page = Paginator(changes_of(found), CHANGES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "listing": found,
        "page": page,
        "changes": tell_changes(list(page)),
        "crumbs": [
            (_("Atlas"), reverse("atlas:atlas")),
            (_name(found), reverse("atlas:listing", args=[found.slug])),
            (_("History"), ""),
        ],
    }
    return render(request, "atlas/listing_history.html", context)


@require_safe
def picture(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The listing in short as a picture, for messages and other people's pages."""
    found = _found(slug)
    if found.state != State.PUBLIC:
        raise Http404
    etag = f'"{picture_name(found)}"'
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response is None:
        response = FileResponse(kept_picture(found), content_type="image/png")
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=3600"
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def entry(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One listing in the form of the feed; of one that was withdrawn, that it was, and why."""
    found = listing_of(uid)
    if found is None:
        raise Http404
    gone = found.state == State.WITHDRAWN
    body = json.dumps(removed_of(found) if gone else entry_of(found), ensure_ascii=False, indent=1)
    response = HttpResponse(body, content_type="application/json", status=410 if gone else 200)
    response["Cache-Control"] = "public, no-cache"
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _found(slug: str, find: Callable[[str], Listing | None] = told_listing) -> Listing:
    found = find(slug)
    if found is None:
        raise Http404
    return found


def _withdrawn(request: HttpRequest, listing: Listing) -> HttpResponse:
    """Nothing of what it told, for whoever had it taken out meant just that."""
    return render(request, "atlas/listing_withdrawn.html", {"listing": listing}, status=410)


def _name(listing: Listing) -> str:
    return picked(listing.names, listing.original_language).text


def _part(part: Part) -> dict[str, Any]:
    body = part.body
    return {
        "part": part,
        "body": body,
        "has_page": body.state == State.PUBLIC,
        "since": words.since_until(part),
    }
