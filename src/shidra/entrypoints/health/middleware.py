"""When the disk is full: reading goes on, writing is refused before it begins, and a person is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from shidra.foundation.files.room import has_room, says_disk_full

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Writes a few bytes, and lets people in who only want to read: the reserve is there for it.
_STILL_ALLOWED = frozenset({"account_login", "account_logout", "mfa_authenticate", "set_language"})


class FullDisk:
    """Answer 507 to what would write while only the reserve is left, and where a write failed for want of room."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        name = request.resolver_match.url_name if request.resolver_match else ""
        if request.method in _SAFE or name in _STILL_ALLOWED or has_room():
            return None
        return render(request, "507.html", status=507)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        return render(request, "507.html", status=507) if says_disk_full(exception) else None
