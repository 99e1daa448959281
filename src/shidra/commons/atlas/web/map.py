"""What the map fetches: marks for its window, what lies at a mark, names of countries."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.db.models import FloatField
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext

from shidra.commons.atlas.models import Listing, ListingPlace
from shidra.commons.atlas.queries.filters import Bounds, Filter
from shidra.commons.atlas.queries.index import FINEST, Cluster, index
from shidra.commons.atlas.web.briefs import PLACES, Brief, briefs, country_words, place_words
from shidra.commons.atlas.web.kept import kept
from shidra.foundation.look.formats import number_words, reader_language
from shidra.foundation.places.base_map import tile_source
from shidra.foundation.places.countries import countries, country
from shidra.foundation.places.towns import largest_towns

A_DEGREE = 100_000  # places on the map are whole numbers of so many parts of a degree
_MOST_HERE = 20
_TOWNS_FROM, _MOST_TOWNS = 7, 40  # zoom; in the window that is fetched, a few times as large as what is seen


@kept(alike_for_all=True)
def marks(request: HttpRequest) -> HttpResponse:
    """Marks for a window (`window=west,south,east,north`) at a zoom, of what the filter asks for.

    {"marks": [[latitude, longitude, count, words, [west, south, east, north]], ...], of one listing
              [latitude, longitude, 1, words, looks, slug], where looks is "closed", "stale", both or nothing;
     "national": [[code, latitude, longitude, count, words], ...],
     "towns": [[name, latitude, longitude], ...], the largest of the window first; from near, where no tiles name them}
    Degrees are whole numbers, A_DEGREE to one.
    """
    asked = Filter.read(request.GET)
    zoom = request.GET.get("zoom", "0")
    if not zoom.isdecimal() or len(zoom) > 2 or int(zoom) > FINEST:
        raise Http404
    found = index()
    mask = found.matching(asked)
    window = Bounds.read(request.GET.get("window", ""))
    clusters = found.clusters(mask, int(zoom), window)
    told = {brief.listing.pk: brief for brief in briefs([one.listing for one in clusters if one.count == 1])}
    places: dict[int, list[ListingPlace]] = {}
    several = [one.listing for one in clusters if one.count > 1]
    # Degrees as floats: Decimals, a few for each mark, would take a third of the time.
    degrees = {"north": Cast("latitude", FloatField()), "east": Cast("longitude", FloatField())}
    for place in PLACES.annotate(**degrees).filter(listing_id__in=several, latitude__isnull=False):
        places.setdefault(place.listing_id, []).append(place)
    nationals = sorted(found.nationals(mask).items(), key=lambda pair: -pair[1])
    return _json(
        {
            "marks": [
                _several(one, places.get(one.listing, ())) if one.count > 1 else _one(one, told[one.listing])
                for one in clusters
                if one.count > 1 or one.listing in told  # else it is gone since
            ],
            "national": [
                [code, _whole(land.point[0]), _whole(land.point[1]), count, _national_words(code, count)]
                for code, count in nationals
                if (land := country(code))
            ],
            "towns": _towns(window)
            if window is not None and int(zoom) >= _TOWNS_FROM and tile_source() is None
            else [],
        }
    )


def _towns(window: Bounds) -> list[list[Any]]:
    towns = largest_towns(window.west, window.south, window.east, window.north, reader_language(), _MOST_TOWNS)
    return [[town.name, _whole(town.latitude), _whole(town.longitude)] for town in towns]


@kept(alike_for_all=True)
def here(request: HttpRequest) -> HttpResponse:
    """What lies at a mark: one listing (`initiative`), those in a small window (`in`), those of a whole country."""
    slug = request.GET.get("initiative", "")
    if slug:
        one = briefs(list(Listing.objects.filter(slug=slug).values_list("pk", flat=True)))
        return render(request, "atlas/here.html", {"briefs": one})
    asked = Filter.read(request.GET)
    found = index()
    mask = found.matching(asked)
    numbers = found.page(mask, "name", 0, _MOST_HERE)
    total = int(mask.sum())
    context = {
        "briefs": briefs(numbers), "total": total, "query": asked.query(view="list") if total > _MOST_HERE else "",
        "title": ngettext("%(count)s initiative", "%(count)s initiatives", total) % {"count": number_words(total)},
    }  # fmt: skip
    return render(request, "atlas/here.html", context)


@kept(alike_for_all=True)
def country_names(request: HttpRequest) -> HttpResponse:
    """Countries as the map writes them: [name, latitude, longitude, width of its body in degrees], the widest first."""
    language = reader_language()
    told = [(land.name(language), *land.point, _width(land.box)) for land in countries() if land.box is not None]
    return _json(
        [[name, round(y, 2), round(x, 2), width] for name, y, x, width in sorted(told, key=lambda one: -one[3])]
    )


def _width(box: tuple[float, float, float, float]) -> float:
    west, south, east, north = box
    return round(min((east - west) % 360, 2 * (north - south)), 2)  # of a long narrow country its height says more


def _several(cluster: Cluster, places: Iterable[ListingPlace]) -> list[Any]:
    box = cluster.box
    said = {"count": _counted(cluster.count, reader_language())}
    near = [place_words(place) for place in places if _is_in(place, box)]
    if near:
        said["place"] = near[0]
        words = ngettext("%(count)s initiative near %(place)s", "%(count)s initiatives near %(place)s", cluster.count)
    else:
        words = ngettext("%(count)s initiative", "%(count)s initiatives", cluster.count)
    window = [_whole(edge) for edge in (box.west, box.south, box.east, box.north)]
    return [_whole(cluster.latitude), _whole(cluster.longitude), cluster.count, words % said, window]


def _one(cluster: Cluster, brief: Brief) -> list[Any]:
    looks = ("closed" if brief.listing.status == Listing.Status.CLOSED else "", "stale" if brief.is_stale else "")
    return [
        _whole(cluster.latitude), _whole(cluster.longitude), 1, brief.spoken, " ".join(filter(None, looks)),
        brief.listing.slug,
    ]  # fmt: skip


def _is_in(place: Any, box: Bounds) -> bool:
    slack = 1 / A_DEGREE  # what the way through the square map may lose
    return bool(
        box.south - slack <= place.north <= box.north + slack and box.west - slack <= place.east <= box.east + slack
    )


@lru_cache(maxsize=4096)
def _counted(count: int, language: str) -> str:
    return number_words(count)


def _national_words(code: str, count: int) -> str:
    return ngettext(
        "%(country)s: %(count)s initiative works in the whole country",
        "%(country)s: %(count)s initiatives work in the whole country",
        count,
    ) % {"country": country_words(code), "count": number_words(count)}


def _whole(degrees: float) -> int:
    return round(degrees * A_DEGREE)


def _json(told: Any) -> HttpResponse:
    return HttpResponse(json.dumps(told, ensure_ascii=False, separators=(",", ":")), content_type="application/json")
