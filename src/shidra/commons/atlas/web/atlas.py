"""The map, and beside it the list and the table, of what is asked for."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shidra.commons.atlas.models import Listing
from shidra.commons.atlas.queries.filters import Filter
from shidra.commons.atlas.queries.index import index


@require_safe
def atlas(request: HttpRequest) -> HttpResponse:
    asked = Filter.read(request.GET)
    found = index()
    numbers = found.page(found.matching(asked), "name", 0, 20)
    listings = Listing.objects.in_bulk(numbers)
    return render(request, "atlas/atlas.html", {"listings": [listings[number] for number in numbers]})
