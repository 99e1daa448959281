"""Finished answers kept in memory, the same for everybody, until something in the atlas changes."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

from shidra.commons.atlas.queries.listings import edition_words
from shidra.kernel import clock

View = Callable[[HttpRequest], HttpResponse]
Key = tuple[str, str, str]  # edition, day, address
MOST_BYTES = 32 * 1024 * 1024  # in one web process
LARGEST = 512 * 1024

_kept: OrderedDict[Key, tuple[bytes, str, str]] = OrderedDict()
_lock = Lock()


def kept(*, alike_for_all: bool) -> Callable[[View], View]:
    """Keep what a view answers under edition, day and address, and tell who has it already that nothing is new.

    alike_for_all   it says nothing about who asks; else only strangers are answered from memory
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest) -> HttpResponse:
            if not alike_for_all and settings.SESSION_COOKIE_NAME in request.COOKIES:
                response = view(request)
                patch_cache_control(response, private=True, no_cache=True)
                return response
            key = (edition_words(), clock.today().isoformat(), request.get_full_path())
            found = _kept.get(key)
            if found is None:
                response = view(request)
                if response.status_code != 200 or len(response.content) > LARGEST or "Content-Disposition" in response:
                    return response
                etag = f'W/"{hashlib.sha256(response.content).hexdigest()[:32]}"'
                found = (response.content, response["Content-Type"], etag)
                _keep(key, found)
            body, kind, etag = found
            response = HttpResponse(body, content_type=kind, headers={"ETag": etag})
            patch_cache_control(response, public=True, no_cache=True)
            if not alike_for_all:
                patch_vary_headers(response, ["Cookie"])
            shorter = get_conditional_response(request, etag=etag, response=response)
            return shorter if isinstance(shorter, HttpResponse) else response

        checked: View = require_safe(answer)
        return checked

    return decorate


def _keep(key: Key, answer: tuple[bytes, str, str]) -> None:
    with _lock:
        for old in [one for one in _kept if one[:2] != key[:2]]:  # nobody will ask for them again
            del _kept[old]
        _kept[key] = answer
        while sum(len(body) for body, _kind, _etag in _kept.values()) > MOST_BYTES:
            _kept.popitem(last=False)
