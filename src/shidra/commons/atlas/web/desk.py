"""What waits for the editors of the atlas."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shidra.commons.atlas.web.gate import for_editors


@for_editors
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    return render(request, "atlas/desk.html")
