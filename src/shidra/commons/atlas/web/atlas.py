"""The map, and beside it the list and the table, of what is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from babel import Locale
from csp.decorators import csp_update
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext

from shidra.commons.atlas.models import BackboneKind, Listing
from shidra.commons.atlas.queries.filters import ORDERS, Bounds, Filter
from shidra.commons.atlas.queries.index import Index, Mask, index
from shidra.commons.atlas.web.briefs import Brief, briefs, country_words, fresh_since
from shidra.commons.atlas.web.downloads import A_PAGE
from shidra.commons.atlas.web.kept import kept
from shidra.foundation.initiatives.models import FieldOfAction
from shidra.foundation.look.formats import (
    isolated_words,
    list_words,
    number_words,
    picked,
    plain_words,
    reader_language,
)
from shidra.foundation.look.parts import FilterChoice
from shidra.foundation.look.previews import Preview
from shidra.foundation.look.shell import Link
from shidra.foundation.look.tables import PARAMETER, wanted_as_file
from shidra.foundation.places.base_map import country_shapes, tile_source
from shidra.foundation.places.countries import country
from shidra.foundation.spreadsheets.writing import Table
from shidra.kernel.writing import without_invisibles

VIEWS = ("map", "list", "table")
_A_PAGE = {"map": 12, "list": 24, "table": 50}
_AT_ONCE = 1_000  # listings read for a file at a time
MOST_IN_A_FILE = 20_000  # more of them are fetched in pages
_FIRST_COUNTRIES = 12
_LONGEST_TITLE = 120  # letters
_WORLD = Bounds(-170, -50, 180, 70)


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a filter, and how many there are of it."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class FilterKind:
    """One filter: what it is called, the parameter of the address, its values."""

    label: str
    name: str
    choices: tuple[Choice, ...]

    @property
    def chosen(self) -> int:
        """How many of its values are chosen."""
        return sum(choice.chosen for choice in self.choices)


# Column of the filter -> parameter of the address.
_PARAMETERS = {
    "fields": "field", "countries": "country", "statuses": "status", "backbones": "backbone", "languages": "language",
    "where": "where",
}  # fmt: skip


def atlas(request: HttpRequest) -> HttpResponseBase:
    """The page, in one of its views; as a file, the table of all that is asked for."""
    tiles = tile_source()
    answer: Callable[[HttpRequest], HttpResponseBase] = (
        csp_update({"img-src": [tiles.origin]})(_atlas) if tiles else _atlas
    )
    return answer(request)


@kept(alike_for_all=False)
def _atlas(request: HttpRequest) -> HttpResponse:
    asked = Filter.read(request.GET)
    found = index()
    mask = found.matching(asked)
    order = request.GET.get("order", "")
    order = order if order in ORDERS else "name"
    if request.GET.get(PARAMETER):
        if int(mask.sum()) > MOST_IN_A_FILE:
            return redirect(f"{reverse('open_atlas:csv')}?{asked.query()}")
        rows = _rows(found, mask, order)
        if file := wanted_as_file(
            request, gettext("initiatives"), lambda: [Table(gettext("Initiatives"), _columns(), rows)]
        ):
            return file
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "map"
    total = int(mask.sum())
    page = Paginator(range(total), _A_PAGE[view]).get_page(request.GET.get("page"))
    shown = briefs(found.page(mask, order, page.start_index() - 1, page.end_index()), with_backbones=view == "table")
    kinds = _kinds(found, asked)
    said, chosen = sentences(found, asked, mask, total), list(_chosen(asked, kinds))
    context = {
        "asked": asked, "view": view, "order": order, "page": page, "briefs": shown, "kinds": kinds,
        "sentences": said, "preview": _preview(asked, said, [words for words, _left in chosen]),
        "matching": matching_words(total),
        "chosen": [{"words": words, "url": _address(left, view, order)} for words, left in chosen],
        "cleared": _address(Filter(), view, order),
        "hidden": [(name, value) for name, value in asked.pairs() if name in ("in", "network")],
        "views": _views(asked, view, order),
        "orders": [
            FilterChoice("", gettext("Name")),
            FilterChoice("newest", gettext("Changed last")),
            FilterChoice("start", gettext("Youngest first")),
        ],
        "files": _files(asked, order), "a_page_of_files": A_PAGE if total > A_PAGE else 0,
        "unplaced": unplaced(found, asked, view, order),
        "countries": list(_summaries(found, asked, mask, view, order)),
        "first_countries": f":{_FIRST_COUNTRIES}", "more_countries": f"{_FIRST_COUNTRIES}:",
    }  # fmt: skip
    if view == "map":
        shapes = country_shapes()
        context |= {
            "shapes": shapes, "borders": shapes.view(reader_language()) if shapes else "", "tiles": tile_source(),
            "extent": window_of(found, mask), "query": asked.query(),
        }  # fmt: skip
    return render(request, "atlas/atlas.html", context)


def window_of(found: Index, mask: Mask) -> Bounds:
    """The window that shows all that is asked for: all points; without any, the countries; without these, the world."""
    boxes = [land.box for code in found.nationals(mask) if (land := country(code)) and land.box]
    boxes = [box for box in boxes if box[0] <= box[2]]  # none across the edge of the map
    window = found.extent(mask)
    if window is None and boxes:
        west, south, east, north = zip(*boxes, strict=True)
        window = Bounds(min(west), min(south), max(east), max(north))
    return window or _WORLD


def _address(asked: Filter, view: str, order: str, **more: str) -> str:
    query = asked.query(view="" if view == "map" else view, order="" if order == "name" else order, **more)
    return f"?{query}" if query else reverse("atlas:atlas")


def _views(asked: Filter, view: str, order: str) -> list[Link]:
    labels = {
        "map": (pgettext("view of the atlas", "Map"), "atlas"),
        "list": (pgettext("view of the atlas", "List"), "rows"),
        "table": (pgettext("view of the atlas", "Table"), "table"),
    }
    return [
        Link(label, f"?{asked.query(view=name, order='' if order == 'name' else order)}", icon, current=name == view)
        for name, (label, icon) in labels.items()
    ]


def _files(asked: Filter, order: str) -> list[Link]:
    """All that is asked for as files: by its records, with sources and points, or as the table that people read."""

    def whole(name: str) -> str:
        return f"{reverse(f'open_atlas:{name}')}{'?' if asked else ''}{asked.query()}"

    return [
        Link(gettext("CSV with sources and points"), whole("csv")),
        Link(gettext("the table as XLSX"), _address(asked, "table", order, format="xlsx")),
        Link("GeoJSON", whole("geojson")),
        Link("JSON-LD", whole("linked_data")),
    ]


# --- What it says -------------------------------------------------------------------------------------------------


def sentences(found: Index, asked: Filter, mask: Mask, total: int) -> list[str]:
    """So what: how many, in how many countries, how many of them confirmed lately."""
    if not total:
        return []
    words = [_all_words(total) if not asked else _of_all_words(total, len(found.ids))]
    if lands := len(found.counts(mask).countries):
        words.append(
            ngettext("They work in %(count)s country.", "They work in %(count)s countries.", lands)
            % {"count": number_words(lands)}
        )
    confirmed = found.confirmed(mask, fresh_since())
    if confirmed:
        words.append(
            ngettext(
                "%(count)s of them was confirmed in the last year.",
                "%(count)s of them were confirmed in the last year.",
                confirmed,
            )
            % {"count": number_words(confirmed)}
        )
    else:
        words.append(gettext("None of them has been confirmed in the last year."))
    return words


def _all_words(total: int) -> str:
    return ngettext(
        "The atlas knows %(count)s initiative of collective impact.",
        "The atlas knows %(count)s initiatives of collective impact.",
        total,
    ) % {"count": number_words(total)}


def _of_all_words(total: int, of: int) -> str:
    return ngettext("%(count)s of %(all)s initiatives matches.", "%(count)s of %(all)s initiatives match.", total) % {
        "count": number_words(total),
        "all": number_words(of),
    }


def matching_words(total: int) -> str:
    """As it is announced after a filter has changed."""
    return ngettext("%(count)s initiative matches", "%(count)s initiatives match", total) % {
        "count": number_words(total)
    }


def preview(asked: Filter) -> Preview:
    """What the page says of itself elsewhere, for what is asked of it."""
    found = index()
    mask = found.matching(asked)
    return _preview(asked, sentences(found, asked, mask, int(mask.sum())), chosen_words(asked))


def _preview(asked: Filter, said: list[str], chosen: list[str]) -> Preview:
    name, query = gettext("Atlas of collective impact"), f"?{asked.query()}" if asked else ""
    title = plain_words(list_words(chosen), _LONGEST_TITLE)
    description = " ".join(said) or gettext("Nothing in the atlas matches this.")
    return Preview(
        title=title or name,
        of=name if title else "",
        description=description,
        path=f"{reverse('atlas:atlas')}{query}",
        picture=f"{reverse('atlas:png')}{query}",
        picture_words=f"{title}. {description}" if title else description,
    )


# --- Filters ------------------------------------------------------------------------------------------------------


def _kinds(found: Index, asked: Filter) -> list[FilterKind]:
    """The filters with their values: those that would find something, and those that are chosen."""
    counts = found.choices(asked)
    told = []
    for column, (label, labels) in _labels(counts, asked).items():
        chosen: tuple[str, ...] = getattr(asked, column)
        choices = [
            Choice(value, words, count, value in chosen)
            for value, words in labels.items()
            if (count := counts[column].get(value, 0)) or value in chosen
        ]
        if column in ("countries", "languages", "fields"):
            choices.sort(key=lambda one: (-one.count, one.label))
        if choices:
            told.append(FilterKind(label, _PARAMETERS[column], tuple(choices)))
    return told


def _labels(counts: Mapping[str, Mapping[str, int]], asked: Filter) -> dict[str, tuple[str, dict[str, str]]]:
    languages = Locale.parse(reader_language()).languages
    return {
        "fields": (gettext("Field of action"), {one.value: str(one.label) for one in FieldOfAction}),
        "countries": (
            gettext("Country"), {code: country_words(code) for code in (*counts["countries"], *asked.countries)},
        ),
        "statuses": (gettext("Status"), {one.value: str(one.label) for one in Listing.Status}),
        "backbones": (gettext("Backbone"), {one.value: str(one.label) for one in BackboneKind}),
        "languages": (
            gettext("Language"),
            {code: str(languages.get(code, code)) for code in (*counts["languages"], *asked.languages)},
        ),
        "where": (gettext("Where"), where_labels()),
    }  # fmt: skip


def where_labels() -> dict[str, str]:
    """How far an initiative reaches, by the value of the filter."""
    return {
        "local": pgettext("reach of an initiative", "in a place or area"),
        "national": pgettext("reach of an initiative", "in a whole country"),
        "global": pgettext("reach of an initiative", "worldwide"),
        "none": pgettext("reach of an initiative", "no place named"),
    }


def chosen_words(asked: Filter) -> list[str]:
    """What narrows the answer, in words."""
    return [words for words, _left in _chosen(asked, _kinds(index(), asked))] if asked else []


def _chosen(asked: Filter, kinds: list[FilterKind]) -> Iterator[tuple[str, Filter]]:
    """What narrows the answer, in words, and the question without it."""
    if asked.text:
        yield gettext("“%(text)s”") % {"text": isolated_words(asked.text)}, asked.without("text")
    columns = {parameter: column for column, parameter in _PARAMETERS.items()}
    for kind in kinds:
        for choice in kind.choices:
            if choice.chosen:
                yield choice.label, asked.without(columns[kind.name], choice.value)
    if asked.network is not None:
        name = Listing.objects.filter(pk=asked.network).values_list("names", "original_language").first()
        if name is not None:
            words = gettext("Part of %(network)s") % {"network": isolated_words(picked(*name).text)}
        else:
            words = gettext("Part of a network")
        yield words, asked.without("network")
    if asked.bounds is not None:
        yield gettext("In a window of the map"), asked.without("bounds")


def unplaced(found: Index, asked: Filter, view: str, order: str) -> list[Link]:
    """What the map cannot show at a point: worldwide and without a place; each a link to these alone."""
    told = []
    for value in ("global", "none"):
        narrowed = replace(asked, where=(value,))
        count = int(found.matching(narrowed).sum()) if not asked.where or value in asked.where else 0
        if count and narrowed != asked:
            words = (
                ngettext("%(count)s initiative works worldwide", "%(count)s initiatives work worldwide", count)
                if value == "global"
                else ngettext("%(count)s initiative names no place", "%(count)s initiatives name no place", count)
            )
            told.append(Link(words % {"count": number_words(count)}, _address(narrowed, view, order)))
    return told


def _summaries(found: Index, asked: Filter, mask: Mask, view: str, order: str) -> Iterator[dict[str, Any]]:
    """Countries with how many, the most first; each a link to that country alone."""
    counts = found.counts(mask).countries
    national = found.nationals(mask)
    most = max(counts.values(), default=1)
    for count, name, code in sorted(
        ((count, country_words(code), code) for code, count in counts.items()), key=lambda one: (-one[0], one[1])
    ):
        yield {
            "name": name, "count": count, "national": national.get(code, 0), "per_cent": round(100 * count / most),
            "url": _address(replace(asked, countries=(code,)), view, order), "code": code,
        }  # fmt: skip


# --- The table ----------------------------------------------------------------------------------------------------


def _columns() -> list[str]:
    return [
        gettext("Initiative"), gettext("Place"), gettext("Field of action"), gettext("Status"), gettext("From when to when"),
        gettext("Backbone"), pgettext("listing", "Confirmed"), gettext("Website"),
    ]  # fmt: skip


def _rows(found: Index, mask: Mask, order: str) -> Iterator[list[str]]:
    numbers = found.page(mask, order, 0, len(found.ids))
    for start in range(0, len(numbers), _AT_ONCE):
        for brief in briefs(numbers[start : start + _AT_ONCE], with_backbones=True):
            yield _row(brief)


def _row(brief: Brief) -> list[str]:
    cells = (
        brief.name.text, brief.place, brief.fields, brief.status, brief.years, brief.backbones, brief.state,
        brief.listing.website,
    )  # fmt: skip
    return [without_invisibles(cell) for cell in cells]
