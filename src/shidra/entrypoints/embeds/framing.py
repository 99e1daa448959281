"""The one door through which a page of ours may stand in a page of others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

from csp.decorators import csp_replace
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from shidra.entrypoints.embeds.options import options_of

View = Callable[..., HttpResponseBase]


def frame_page(directives: Mapping[str, Sequence[str]] | None = None) -> Callable[[View], View]:
    """Let a view be framed by anybody. Without `directives` of the content security policy it runs no script and
    sends nothing anywhere. What is not public says so in the frame, instead of a browser's page of refusal."""
    policy = {"script-src": ["'none'"], "connect-src": ["'none'"], "form-action": ["'none'"], **(directives or {})}

    def decorate(view: View) -> View:
        @wraps(view)
        def framed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                return view(request, *args, **kwargs)
            except Http404:
                context = {"options": options_of(request.GET)}
                return render(request, "embeds/gone.html", context, status=404)

        inner = csp_replace({**{name: list(value) for name, value in policy.items()}, "frame-ancestors": ["*"]})(framed)
        made: View = require_safe(xframe_options_exempt(inner))
        made.is_frame = True  # type: ignore[attr-defined]  # a test asks every url for it
        return made

    return decorate
