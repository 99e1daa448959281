"""The way to the editors' desk: for editors; for all others it is not there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from shidra.commons.atlas.rules import is_editor


def for_editors(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let editors of the atlas pass; others who are signed in find nothing here."""

    @wraps(view)
    def gate(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_editor(request.user):  # type: ignore[arg-type]  # signed in: a Person
            raise Http404
        return view(request, *args, **kwargs)

    gate.for_editors = True  # type: ignore[attr-defined]  # a test asks for it
    return login_required(gate)
