"""Public pages of initiatives that are listed."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shidra.commons.atlas.models import State
from shidra.commons.atlas.queries.listings import public_listing


@require_safe
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """What the atlas tells of an initiative; of one that was withdrawn, that it was, and why."""
    found = public_listing(slug)
    if found is None:
        raise Http404
    gone = found.state == State.WITHDRAWN
    return render(request, "atlas/listing.html", {"listing": found}, status=410 if gone else 200)
