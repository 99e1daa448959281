"""Whole answers kept in memory. A release never changes, so neither does a page that tells of it."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control

from shidra.conditions.shared_measurement.queries.editions import Edition, edition_of

MOST_BYTES = 64 * 1024 * 1024  # in one web process, of unpacked and packed bodies together
LARGEST = 4 * 1024 * 1024
_ADDRESS = re.compile(r"/(?:(?:he|ar|en)/(?:embed/)?)?i/([-\w]{1,60})/(.*)", re.ASCII)
# These tell of a release alone. The others also of what partners and the backbone do meanwhile.
_FROZEN = re.compile(r"releases/|indicators/")


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was given, plain and packed."""

    body: bytes
    packed: bytes
    headers: tuple[tuple[str, str], ...]
    etag: str

    @property
    def size(self) -> int:
        return len(self.body) + len(self.packed)


class ReleasedPages:
    """Middleware before all others: answers strangers from memory after one small question to the database.

    Kept under (edition, address): a new release, a changed name, for living pages anything that was done in the
    initiative, make other keys; the oldest are dropped. Whoever has a session passes by, for they may see more. What
    is kept is the finished answer with its security headers, without cookies; a restart (a new version of the
    program, other translations) begins with nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.kept: OrderedDict[tuple[Edition, str], Kept] = OrderedDict()
        self.size = 0
        self.lock = Lock()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        found = _ADDRESS.fullmatch(request.path_info)
        if found is None or found[2].endswith(
            (".csv", ".xlsx", ".pdf", ".png", ".svg")
        ):  # files are sent in parts and not kept
            return self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.META.get("HTTP_COOKIE", ""):
            response = self.get_response(request)
            patch_cache_control(response, private=True, no_cache=True, public=False)
            return response
        if (
            request.method != "GET"
            or request.META.get("QUERY_STRING")
            or (settings.SECURE_SSL_REDIRECT and not request.is_secure())
        ):
            return self.get_response(request)
        edition = edition_of(found[1])
        if edition is None:
            return self.get_response(request)
        if _FROZEN.match(found[2]):
            edition = edition._replace(newest_entry=0)
        key = (edition, request.path_info)
        kept = self.kept.get(key)
        if kept is None:
            # Packed here, once and always alike, so that every process gives the same page the same ETag.
            accepted = request.META.pop("HTTP_ACCEPT_ENCODING", "")
            response = self.get_response(request)
            request.META["HTTP_ACCEPT_ENCODING"] = accepted
            kept = _worth_keeping(response)
            if kept is None:
                return response
            self._keep(key, kept)
        return _answer(request, kept)

    def _keep(self, key: tuple[Edition, str], kept: Kept) -> None:
        with self.lock:
            if key in self.kept:
                return
            self.kept[key] = kept
            self.size += kept.size
            while self.size > MOST_BYTES:
                _oldest, dropped = self.kept.popitem(last=False)
                self.size -= dropped.size


def _worth_keeping(response: HttpResponseBase) -> Kept | None:
    if response.status_code != 200 or not isinstance(response, HttpResponse) or response.cookies:
        return None
    if len(response.content) > LARGEST:
        return None
    if "Cache-Control" not in response:
        response["Cache-Control"] = "public, no-cache"
    body = response.content
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    # What is written for everybody varies with nothing but the packing.
    left_out = {"vary", "etag", "content-length", "content-encoding"}
    headers = tuple((name, value) for name, value in response.items() if name.lower() not in left_out)
    return Kept(body, gzip.compress(body, 9, mtime=0), (*headers, ("Vary", "Accept-Encoding"), ("ETag", etag)), etag)


def _answer(request: HttpRequest, kept: Kept) -> HttpResponse:
    asked = request.META.get("HTTP_IF_NONE_MATCH", "")
    if asked and kept.etag.removeprefix("W/") in asked:
        response = HttpResponse(status=304)
        del response["Content-Type"]
        wanted = {"cache-control", "vary", "etag", "access-control-allow-origin", "content-security-policy"}
        for name, value in kept.headers:
            if name.lower() in wanted:
                response[name] = value
        return response
    is_packed = "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", "")
    body = kept.packed if is_packed else kept.body
    response = HttpResponse(body)
    for name, value in kept.headers:
        response[name] = value
    if is_packed:
        response["Content-Encoding"] = "gzip"
    response["Content-Length"] = str(len(body))
    return response
