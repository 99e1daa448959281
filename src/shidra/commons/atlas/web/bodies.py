"""The directory of bodies, and a body's page."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shidra.commons.atlas.identifiers import register_address
from shidra.commons.atlas.models import BodyRole, Fact, Part
from shidra.commons.atlas.queries.bodies import (
    BodyFilter,
    countries_of_bodies,
    counts_by_role,
    initiatives_of_bodies,
    matching_bodies,
    public_body,
    rows_of_bodies,
    with_roles,
)
from shidra.commons.atlas.telling import body_linked_data_of
from shidra.commons.atlas.web.body_picture import body_preview, kept_picture, picture_name
from shidra.commons.atlas.web.briefs import country_words
from shidra.commons.atlas.web.change_words import tell_changes
from shidra.commons.atlas.web.linked_data import data_block
from shidra.commons.atlas.web.listing_words import numbered
from shidra.foundation.look.formats import reader_language
from shidra.foundation.look.parts import FilterChoice
from shidra.foundation.look.tables import wanted_as_file
from shidra.foundation.organisations.models import Sector
from shidra.foundation.places.countries import country
from shidra.foundation.spreadsheets.writing import Table

A_PAGE = 30
_COLUMNS = (
    "id", "name", "name_he", "name_ar", "name_en", "roles", "sector", "country_code", "website", "initiatives", "identifiers",
)  # fmt: skip


@require_safe
def bodies(request: HttpRequest) -> HttpResponseBase:
    """The bodies that work in the field, by role, sector, country and words."""
    asked = BodyFilter.read(request.GET)
    found = matching_bodies(asked)
    file = wanted_as_file(request, "bodies", lambda: [Table(_("Bodies"), list(_COLUMNS), rows_of_bodies(found))])
    if file is not None:
        return file
    counts, homes = counts_by_role(), countries_of_bodies()
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    language = reader_language()
    shown = list(page)
    named = initiatives_of_bodies(shown)
    context = {
        "page": page,
        "rows": [
            (body, [BodyRole(role).label for role in roles], country_words(body.country), named.get(body.pk, ()))
            for body, roles in with_roles(shown)
        ],
        "asked": asked,
        "roles": [FilterChoice(role.value, str(role.label), counts[role.value]) for role in BodyRole],
        "sectors": Sector.choices,
        "countries": sorted(
            ((code, known.name(language), count) for code, count in homes.items() if (known := country(code))),
            key=lambda one: one[1],
        ),
        "chips": _chips(request.GET, asked),
    }
    return render(request, "atlas/bodies.html", context)


@require_safe
def body(request: HttpRequest, slug: str) -> HttpResponse:
    """What the atlas tells of a body, and its part in each initiative. The address of a double leads to the one kept."""
    found = public_body(slug)
    if found is None:
        raise Http404
    if found.merged_into is not None:
        return redirect("atlas:body", slug=found.merged_into.slug, permanent=True)
    roles = with_roles([found])[0][1]
    sources, known = numbered(list(found.sources.all()))
    context = {
        "body": found,
        "preview": body_preview(found),
        "linked_data": data_block(body_linked_data_of(found)),
        "roles": [BodyRole(role).label for role in roles],
        "home": country_words(found.country),
        "groups": _by_part(list(found.parts.all())),
        "identifiers": [
            (one.scheme, one.value, register_address(one.scheme, one.value)) for one in found.identifiers.all()
        ],
        "sources": sources,
        "notes": {fact: known[fact].numbers for fact in Fact.values if fact in known},
        "changes": tell_changes(list(found.changes.all()[:20])),
    }
    return render(request, "atlas/body.html", context)


@require_safe
def picture(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The body in short as a picture, for messages and other people's pages."""
    found = public_body(slug)
    if found is None or found.merged_into is not None:
        raise Http404
    roles = [str(BodyRole(role).label) for role in with_roles([found])[0][1]]
    etag = f'"{picture_name(found)}"'
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response is None:
        response = FileResponse(kept_picture(found, roles), content_type="image/png")
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=3600"
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _by_part(parts: list[Part]) -> list[tuple[str, list[Part]]]:
    """Parts in initiatives, by what the body is there, in the order of kinds."""
    return [
        (str(kind.label), [part for part in parts if part.part == kind])
        for kind in Part.Kind
        if any(part.part == kind for part in parts)
    ]


def _chips(asked: QueryDict, read: BodyFilter) -> list[tuple[str, str]]:
    """What narrows the list: words, and the address without it."""
    language = reader_language()
    told: list[tuple[str, str, str]] = [("role", role, str(BodyRole(role).label)) for role in read.roles]
    told += [("sector", sector, str(Sector(sector).label)) for sector in read.sectors]
    told += [("country", code, known.name(language)) for code in read.countries if (known := country(code))]
    if read.text:
        told.append(("q", asked.get("q", ""), read.text))
    chips = []
    for name, value, words in told:
        left = asked.copy()
        left.setlist(name, [one for one in asked.getlist(name) if one != value])
        left.pop("page", None)
        chips.append((words, f"?{left.urlencode()}"))
    return chips
