"""Public pages of countries and fields of action: what the atlas knows there."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from shidra.commons.atlas.models import Listing
from shidra.commons.atlas.queries.filters import Filter
from shidra.commons.atlas.queries.index import Counts, index
from shidra.commons.atlas.queries.pages import bodies_at_home
from shidra.commons.atlas.telling import listed_linked_data_of
from shidra.commons.atlas.web.briefs import briefs, fresh_since
from shidra.commons.atlas.web.field_figures import by_country, by_field, by_start, confirmed_words
from shidra.commons.atlas.web.linked_data import data_block
from shidra.commons.atlas.web.listing_words import field_words
from shidra.foundation.initiatives.models import FieldOfAction
from shidra.foundation.look.formats import number_words, reader_language
from shidra.foundation.look.previews import Preview
from shidra.foundation.look.sentences import Sentence, joined
from shidra.foundation.places import countries as lands
from shidra.kernel.writing import folded

A_PAGE = 20
MOST_BODIES = 12


@require_safe
def country(request: HttpRequest, code: str) -> HttpResponseBase:
    """What the atlas knows of a country: its initiatives, their fields and beginnings, bodies at home there."""
    land = lands.country(code.upper())
    if land is None:
        raise Http404
    if code != land.code:
        return redirect("atlas:country", code=land.code, permanent=True)
    name = land.name(reader_language())
    asked = Filter(countries=(land.code,))
    told = _told(request, asked)
    homes = bodies_at_home(land.code)
    at_home = list(homes[: MOST_BODIES + 1])
    national = index().nationals(index().matching(asked)).get(land.code, 0)
    lead = _of_country(told["counts"], national, told["confirmed"])
    preview = _preview(name, lead, reverse("atlas:country", args=[land.code]), asked)
    region = land.sub_region or land.region
    context = {
        **told,
        "code": land.code,
        "name": name,
        "region": lands.region_name(region, reader_language()) if region else "",
        "lead": lead,
        "other": by_field(told["counts"]),
        "bodies": at_home[:MOST_BODIES],
        "body_count": len(at_home) if len(at_home) <= MOST_BODIES else homes.count(),
        "preview": preview,
        "linked_data": _linked(preview, told),
        "crumbs": [*_way(), (_("Countries"), reverse("atlas:countries")), (name, "")],
    }
    return render(request, "atlas/country.html", context)


@require_safe
def field(request: HttpRequest, code: str) -> HttpResponse:
    """What the atlas knows of a field of action: its initiatives, their countries and beginnings."""
    if code not in FieldOfAction.values:
        raise Http404
    name = field_words(code)
    asked = Filter(fields=(code,))
    told = _told(request, asked)
    lead = _of_field(told["counts"], name, told["confirmed"])
    preview = _preview(name, lead, reverse("atlas:field", args=[code]), asked)
    context = {
        **told,
        "code": code,
        "name": name,
        "lead": lead,
        "other": by_country(told["counts"]),
        "preview": preview,
        "linked_data": _linked(preview, told),
        "crumbs": [*_way(), (_("Fields of action"), reverse("atlas:fields")), (name, "")],
    }
    return render(request, "atlas/field.html", context)


@require_safe
def all_countries(request: HttpRequest) -> HttpResponse:
    """All countries by region: those that the atlas knows initiatives of, and the others."""
    found = index()
    counts = found.counts(found.matching(Filter())).countries
    language = reader_language()
    regions: dict[str, list[tuple[str, str, int]]] = {}
    others = []
    for land in lands.countries():
        row = (land.code, land.name(language), counts.get(land.code, 0))
        if row[2]:
            regions.setdefault(land.region, []).append(row)
        else:
            others.append(row)
    by_name = sorted(
        ((lands.region_name(code, language) if code else "", rows) for code, rows in regions.items()),
        key=lambda one: folded(one[0]),
    )
    known = sum(len(rows) for rows in regions.values())
    lead = Sentence(
        ngettext(
            "The atlas knows initiatives in %(value)s country.",
            "The atlas knows initiatives in %(value)s countries.",
            known,
        ),
        {"value": number_words(known)},
    )
    context = {
        "regions": [(name, sorted(rows, key=_by_name)) for name, rows in by_name],
        "others": sorted(others, key=_by_name),
        "known": known,
        "lead": lead,
        "preview": _preview(_("Countries"), [lead], reverse("atlas:countries")),
        "crumbs": [*_way(), (_("Countries"), "")],
    }
    return render(request, "atlas/country_list.html", context)


@require_safe
def all_fields(request: HttpRequest) -> HttpResponse:
    """All fields of action, with the number of initiatives in each."""
    found = index()
    counts = found.counts(found.matching(Filter()))
    rows = sorted(
        ((code, field_words(code), counts.fields.get(code, 0)) for code in FieldOfAction.values), key=_by_name
    )
    known = sum(1 for row in rows if row[2])
    lead = Sentence(
        ngettext(
            "The atlas knows initiatives in %(value)s field of action.",
            "The atlas knows initiatives in %(value)s fields of action.",
            known,
        ),
        {"value": number_words(known)},
    )
    context = {
        "rows": rows,
        "lead": lead,
        "preview": _preview(_("Fields of action"), [lead], reverse("atlas:fields")),
        "crumbs": [*_way(), (_("Fields of action"), "")],
    }
    return render(request, "atlas/field_list.html", context)


def _told(request: HttpRequest, asked: Filter) -> dict[str, Any]:
    """What both pages tell of the initiatives asked for. Two queries, one for the edition."""
    found = index()
    mask = found.matching(asked)
    counts = found.counts(mask)
    page = Paginator(range(counts.total), A_PAGE).get_page(request.GET.get("page"))
    numbers = found.page(mask, "name", max(page.start_index() - 1, 0), page.end_index())
    return {
        "asked": asked,
        "query": asked.query(),
        "counts": counts,
        "confirmed": found.confirmed(mask, fresh_since()),
        "page": page,
        "briefs": briefs(numbers),
        "start": by_start(counts),
        "statuses": [
            (code, number_words(count))
            for code, count in counts.statuses.items()
            if count and code != Listing.Status.UNKNOWN
        ],
    }


def _of_country(counts: Counts, national: int, confirmed: int) -> list[Sentence]:
    if not counts.total:
        return [Sentence(_("The atlas knows no initiative of collective impact here yet."))]
    words = {"value": number_words(counts.total)}
    said = [
        Sentence(
            ngettext(
                "The atlas knows %(value)s initiative of collective impact here.",
                "The atlas knows %(value)s initiatives of collective impact here.",
                counts.total,
            ),
            words,
        )
    ]
    if national:
        said.append(
            Sentence(
                ngettext(
                    "%(value)s of them works throughout the country.",
                    "%(value)s of them work throughout the country.",
                    national,
                ),
                {"value": number_words(national)},
            )
        )
    return [*said, confirmed_words(confirmed)]


def _of_field(counts: Counts, name: str, confirmed: int) -> list[Sentence]:
    if not counts.total:
        return [Sentence(_("The atlas knows no initiative in the field of action “%(field)s” yet."), {"field": name})]
    words = {"field": name, "value": number_words(counts.total)}
    said = [
        Sentence(
            ngettext(
                "The atlas knows %(value)s initiative in the field of action “%(field)s”.",
                "The atlas knows %(value)s initiatives in the field of action “%(field)s”.",
                counts.total,
            ),
            words,
        )
    ]
    return [*said, confirmed_words(confirmed)]


def _preview(name: str, lead: list[Sentence], path: str, asked: Filter | None = None) -> Preview:
    """`asked`: what the map shows of it, in its picture and its frame; None where it has none."""
    title, said = name[:1].upper() + name[1:], joined(lead)
    return Preview(
        title=title, of=_("Atlas of collective impact"), description=said, path=path, has_frame=asked is not None,
        picture=f"{reverse('atlas:png')}?{asked.query()}" if asked is not None else "", picture_words=f"{title}. {said}",
    )  # fmt: skip


def _linked(preview: Preview, told: dict[str, Any]) -> SafeString:
    """The initiatives shown, for programs."""
    first = told["page"].start_index()
    shown = [(first + at, brief.listing) for at, brief in enumerate(told["briefs"])]
    return data_block(listed_linked_data_of(preview.title, preview.address, told["counts"].total, shown))


def _way() -> list[tuple[str, str]]:
    return [(_("Atlas"), reverse("atlas:atlas"))]


def _by_name(row: tuple[str, str, int]) -> str:
    return folded(row[1])
