"""Frames know nobody: what stands in other people's pages is sent the same to all, and leaves nothing behind."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

# All under embed/ but the page that makes snippets, which is a page of our own like others.
_ADDRESS = re.compile(r"/(?:(?:he|ar|en)/embed/(?!make/).*|embed/.*|oembed)", re.ASCII)


class WithoutCookies:
    """Middleware before all others that read or write a cookie: at these addresses there is none, so that a frame
    shows nothing that its reader alone may see, and nothing is ever set."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if _ADDRESS.fullmatch(request.path_info):
            request.META.pop("HTTP_COOKIE", None)
        return self.get_response(request)
