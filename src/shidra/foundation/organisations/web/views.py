"""Logos, for everybody: they are addressed by their content."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from shidra.foundation.files.storing import path_of
from shidra.foundation.organisations.models import Organisation


@require_safe
def logo(request: HttpRequest, sha256: str) -> FileResponse:
    """The picture, if it is an organisation's logo now."""
    organisation = Organisation.objects.filter(logo__sha256=sha256).select_related("logo").first()
    if organisation is None or organisation.logo is None:
        raise Http404
    try:
        content = path_of(organisation.logo).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        content,
        content_type="image/png",
        headers={
            "Cache-Control": "public, max-age=31536000, immutable",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )
