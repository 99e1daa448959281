"""The gallery: every component on one page, for those who build pages and those who check them."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from shidra.foundation.look.parts import STATUSES


def gallery(request: HttpRequest) -> HttpResponse:
    """Shown in debug mode, and to staff."""
    if not (settings.DEBUG or getattr(getattr(request, "user", None), "is_staff", False)):
        raise Http404
    return render(request, "look/gallery.html", {"statuses": list(STATUSES)})
