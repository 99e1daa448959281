"""The atlas for programs: GeoJSON, CSV, JSON-LD and the feed. Long answers come in pages; a header leads to the next."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from shidra.commons.atlas.models import Listing, State
from shidra.commons.atlas.queries.filters import Filter
from shidra.commons.atlas.queries.index import index
from shidra.commons.atlas.queries.listings import edition_words, in_order, newest_change, own_listings
from shidra.commons.atlas.telling import (
    COLUMNS,
    FORMAT,
    LICENCE,
    cells_of,
    entry_of,
    feature_of,
    linked_data_of,
    removed_of,
)
from shidra.foundation.spreadsheets.writing import Table, csv_of

A_PAGE = 2_000
FEED_PAGE = 500


@require_safe
def geojson(request: HttpRequest) -> HttpResponseBase:
    """All public listings, or those of a filter, as a FeatureCollection."""

    def told(listings: list[Listing]) -> dict[str, Any]:
        return {
            "type": "FeatureCollection", "license": LICENCE, "attribution": settings.SITE_URL,
            "features": [feature_of(listing) for listing in listings],
        }  # fmt: skip

    return _page(request, "open_atlas:geojson", "application/geo+json", lambda listings: _json(told(listings)))


@require_safe
def csv(request: HttpRequest) -> HttpResponseBase:
    """The same as a table; `shidra atlas import` reads it again."""

    def told(listings: list[Listing]) -> bytes:
        return csv_of(Table("initiatives", list(COLUMNS), cells_of(listings)))

    response = _page(request, "open_atlas:csv", "text/csv; charset=utf-8", told)
    response["Content-Disposition"] = 'attachment; filename="initiatives.csv"'
    return response


@require_safe
def linked_data(request: HttpRequest) -> HttpResponseBase:
    """The same as JSON-LD of schema.org."""

    def told(listings: list[Listing]) -> bytes:
        return _json({"@context": "https://schema.org/", "@graph": [linked_data_of(listing) for listing in listings]})

    return _page(request, "open_atlas:linked_data", "application/ld+json", told)


@require_safe
def feed(request: HttpRequest) -> HttpResponseBase:
    """What this installation itself lists, for others to harvest (docs/feed.md).

    One cursor walks over public and withdrawn listings alike, so that a harvester that has read all pages has read all
    of both.
    """
    after = _number(request, "after")
    mark = f'"{edition_words()}-{after}"'
    response = get_conditional_response(request, etag=mark)
    if response is None:
        rows = own_listings(after, FEED_PAGE + 1)
        here = rows[:FEED_PAGE]
        newest: Any = newest_change()
        told: dict[str, Any] = {
            "format": FORMAT,
            "publisher": {"name": settings.SITE_NAME, "address": settings.SITE_URL},
            "license": LICENCE,
            "updated_at": newest.isoformat(timespec="seconds") if newest else None,
            "listings": [entry_of(listing) for listing in here if listing.state == State.PUBLIC],
            "removed": [removed_of(listing) for listing in here if listing.state == State.WITHDRAWN],
        }
        if len(rows) > FEED_PAGE:
            told["next"] = f"{settings.SITE_URL}{reverse('open_atlas:feed')}?after={here[-1].pk}"
        response = HttpResponse(_json(told), content_type="application/json")
    return _open(response, mark)


def _page(
    request: HttpRequest, name: str, content_type: str, told: Callable[[list[Listing]], bytes]
) -> HttpResponseBase:
    """One page of the listings asked for, by number; `after` is the number of the last one of the page before."""
    asked, after = Filter.read(request.GET), _number(request, "after")
    mark = f'"{edition_words()}-{after}-{asked.query()}"'
    response = get_conditional_response(request, etag=mark)
    found = index()
    matching = found.ids[found.matching(asked)]
    numbers = matching[matching > after]
    if response is None:
        response = HttpResponse(told(in_order([int(number) for number in numbers[:A_PAGE]])), content_type=content_type)
    address = f"{settings.SITE_URL}{reverse(name)}"
    links = [f'<{address}{"?" if asked else ""}{asked.query()}>; rel="first"']
    if len(numbers) > A_PAGE:
        links.append(f'<{address}?{asked.query(after=int(numbers[A_PAGE - 1]))}>; rel="next"')
    response["Link"] = ", ".join(links)
    response["X-Total-Count"] = str(len(matching))
    return _open(response, mark)


def _open(response: HttpResponseBase, mark: str) -> HttpResponseBase:
    response["ETag"] = mark
    response["Cache-Control"] = "public, no-cache"  # ask each time; the answer is short while nothing has changed
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = "Link, X-Total-Count, ETag"
    return response


def _number(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 16 else 0


def _json(told: Any) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
