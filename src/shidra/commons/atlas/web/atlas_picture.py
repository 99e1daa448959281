"""The map as a picture, for messages and for pages in which no frame may stand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from math import floor
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shidra import __version__
from shidra.commons.atlas.models import Listing
from shidra.commons.atlas.queries.filters import Bounds, Filter
from shidra.commons.atlas.queries.index import FINEST, Index, Mask, index
from shidra.commons.atlas.web.atlas import chosen_words, sentences, window_of
from shidra.commons.atlas.web.briefs import fresh_since, truth_words
from shidra.commons.atlas.web.listing_picture import MOST_BYTES
from shidra.foundation.files.made_once import made_once
from shidra.foundation.look.chart_pictures import colour
from shidra.foundation.look.formats import list_words, number_words, plain_words, reader_language
from shidra.foundation.places.base_map import country_shapes
from shidra.foundation.places.countries import country
from shidra.foundation.places.drawn_map import Projection, drawn_countries
from shidra.foundation.typesetting.setting import typeset
from shidra.kernel import clock
from shidra.kernel.languages import direction

WIDTH, HEIGHT, MAP_HEIGHT = 1200, 630, 460
_SHEET = Path(__file__).parents[1] / "sheets" / "atlas.typ"
_COLOURS = ("ink", "ink-soft", "line", "surface", "press", "measurement", "backbone")
_SEA, _LAND, _SHORE = "#eaf0f3", "#fffdf8", "#b9c0c2"  # as the page's map, atlas.css
_MARGIN = 40  # px between the outermost marks and the edge
_NEAREST = 6  # zoom: nearer, the shapes of countries say nothing any more
_SQUARE = 24  # px that marks keep from each other
# Where a country's square may stand, by its label point: never farther than its own size, or it would be the neighbour's.
_BESIDE = ((0, 0), *(
    (right * far, down * far)
    for far in (6, 12, 18, 24)
    for right, down in ((1, 0), (-1, 0), (0, 1), (0, -1), (0.7, 0.7), (-0.7, -0.7), (0.7, -0.7), (-0.7, 0.7))
))  # fmt: skip


@require_safe
def map_picture(request: HttpRequest) -> HttpResponseBase:
    """The map of what is asked for, as a PNG of 1200 by 630."""
    asked = Filter.read(request.GET)
    data = picture_data(asked)
    shapes = country_shapes()
    told = json.dumps([data, shapes.sha256 if shapes else "", __version__], sort_keys=True)
    name = f"{hashlib.sha256(told.encode()).hexdigest()[:32]}.png"
    response: HttpResponseBase | None = get_conditional_response(request, etag=f'"{name}"')
    if response is None:
        picture = made_once("atlas", name, MOST_BYTES, lambda file: _write(data, file))
        response = FileResponse(picture, content_type="image/png")
    response["ETag"] = f'"{name}"'
    response["Cache-Control"] = "public, max-age=3600"
    response["Access-Control-Allow-Origin"] = "*"
    return response


def picture_data(asked: Filter) -> dict[str, Any]:
    """All that the sheet sets but the shapes of countries, in the reader's language; `window` is where they lie.

    What somebody typed is not told: a picture for each word that could be asked for would be made for nobody.
    """
    found = index()
    mask = found.matching(asked)
    window = window_of(found, mask)
    at = Projection.fitting(
        window.west, window.south, window.east, window.north, WIDTH, MAP_HEIGHT, margin=_MARGIN, finest=_NEAREST
    )
    language, shapes = reader_language(), country_shapes()
    chosen, name = list_words(chosen_words(replace(asked, text=""))), _("Atlas of collective impact")
    said = sentences(found, asked, mask, int(mask.sum())) or [_("Nothing in the atlas matches this.")]
    address = (settings.SITE_URL + reverse("atlas:atlas")).partition("://")[2]
    return {
        "language": language,
        "direction": direction(language),
        "colours": {**{one: colour(one) for one in _COLOURS}, "sea": _SEA},
        "height": MAP_HEIGHT,
        "window": [at.left, at.top, at.side],
        "marks": [*_marks(found, mask, at)],
        "kind": name if chosen else "",
        "title": plain_words(chosen or name, 90),
        "said": " ".join(plain_words(one) for one in said),
        "borders": plain_words(shapes.view(language), 140) if shapes else "",
        "address": plain_words(address if len(address) <= 48 else settings.SITE_URL.partition("://")[2]),
    }


def _marks(found: Index, mask: Mask, at: Projection) -> Iterator[dict[str, Any]]:
    """Where marks lie (pixels), and their figures; none for a single initiative, "stale" if nobody confirmed it lately."""
    taken = []
    clusters = found.clusters(mask, min(max(floor(at.zoom), 0), FINEST), Bounds(*at.window))
    stale = _stale([one.listing for one in clusters if one.count == 1])
    for one in clusters:
        x, y = at.point(one.latitude, one.longitude)
        taken.append((x, y))
        kind = "several" if one.count > 1 else "stale" if one.listing in stale else "one"
        yield {"kind": kind, "x": x, "y": y, "words": _figure(one.count)}
    for code, count in sorted(found.nationals(mask).items(), key=lambda pair: -pair[1]):
        land = country(code)
        if land is None:
            continue
        x, y = at.point(*land.point)
        place = min(
            ((x + right, y + down) for right, down in _BESIDE),
            key=lambda spot: sum(_shared(spot, other) for other in taken),
        )
        taken.append(place)
        yield {"kind": "national", "x": place[0], "y": place[1], "words": number_words(count)}


def _stale(numbers: list[int]) -> set[int]:
    since = fresh_since()
    rows = Listing.objects.filter(pk__in=numbers).only("verified_on", "origin")
    return {row.pk for row in rows if truth_words(row, since)[1]}


def _shared(spot: tuple[float, float], other: tuple[float, float]) -> float:
    """How much of two marks lies on each other, in square pixels."""
    across, down = (max(0.0, _SQUARE - abs(one - two)) for one, two in zip(spot, other, strict=True))
    return across * down


def _figure(count: int) -> str:
    return number_words(count) if count > 1 else ""


def _write(data: dict[str, Any], file: IO[bytes]) -> None:
    left, top, side = data["window"]
    lands = drawn_countries(Projection(left, top, side, WIDTH, MAP_HEIGHT), land=_LAND, shore=_SHORE)
    file.write(typeset(_SHEET, {**data, "lands": lands}, "png", clock.now()))
