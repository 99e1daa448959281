"""`fetch`: get what is at an address that somebody typed, within limits."""

from __future__ import annotations

import re
import socket
import ssl
import zlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from typing import cast

from django.conf import settings
from django.utils.encoding import iri_to_uri

import shidra
from shidra.foundation.fetching.addresses import Address, Resolver, machines_at, read_address, resolve_name
from shidra.foundation.fetching.refusals import refused
from shidra.foundation.fetching.wire import Deadline, TooMuch, Wire, connect

_HEAD_BYTES = 64 * 1024
_PIECE = 64 * 1024
_KEPT_HEADERS = ("content-type", "content-language", "cache-control", "expires", "retry-after", "link")
_LONGEST_HEADER = 2000
_REDIRECTS = {301, 302, 303, 307, 308}
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,63}/[a-z0-9!#$&^_.+-]{1,63}")


@dataclass(frozen=True)
class Limits:
    """How much one fetch may cost.

    max_bytes        of the body, after unpacking
    total_seconds    for all of it: name, connection, redirects, the last byte
    connect_seconds  for the name to resolve, for each machine to answer, and for the agreement on encryption
    max_redirects    each is checked like the first address
    max_ratio        how many times larger than what was sent the body may become by unpacking
    plain_http       whether public servers may be asked by http as well
    """

    max_bytes: int
    total_seconds: float
    connect_seconds: float = 5.0
    max_redirects: int = 3
    max_ratio: int = 100
    plain_http: bool = False


@dataclass(frozen=True)
class Fetched:
    """What a server answered.

    status    any but those of a redirect; the caller judges it (304: nothing new since `etag` and `modified`)
    headers   some of them, by their name in lower case; texts of a stranger
    body      unpacked; empty unless the status is 200
    url       where it was found, after redirects
    etag      to send next time, and `modified` likewise; "" if the server gave none
    """

    status: int
    url: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str = ""
    modified: str = ""


@dataclass(frozen=True)
class _SentOn:
    location: str


def fetch(
    url: str,
    *,
    limits: Limits,
    accept: Sequence[str],
    etag: str = "",
    modified: str = "",
    resolve: Resolver = resolve_name,
) -> Fetched:
    """Get what is at `url`, which may come from anybody.

    accept    media types that are wanted, `application/json`; an answer of another one is refused
    etag      and `modified` of the last time, so that the server may answer 304
    resolve   how names become IP addresses

    Asked are public servers by https (and hosts of the setting FETCH_ALLOWED), without cookies, without proxies.
    Takes at most `limits.total_seconds`.
    Raises FetchRefused; the codes are in refusals.py.
    """
    deadline = Deadline(limits.total_seconds)
    address = read_address(url)
    for _time in range(limits.max_redirects + 1):
        answer = _ask(address, limits, accept, etag, modified, resolve, deadline)
        if isinstance(answer, Fetched):
            return answer
        came_from, address = address, read_address(answer.location, base=address.url)
        if came_from.scheme == "https" and address.scheme == "http":
            raise refused("fetch_downgrade", came_from.host_and_port, host=address.written_host)
    raise refused("fetch_redirects", address.host_and_port, host=read_address(url).written_host)


def _ask(
    address: Address,
    limits: Limits,
    accept: Sequence[str],
    etag: str,
    modified: str,
    resolve: Resolver,
    deadline: Deadline,
) -> Fetched | _SentOn:
    """One question to one server."""
    host = address.written_host
    try:
        machines = machines_at(
            address,
            allowed=settings.FETCH_ALLOWED,
            plain_http=limits.plain_http,
            resolve=resolve,
            seconds=deadline.left(limits.connect_seconds),
        )
        with closing(connect(address, machines, deadline, limits.connect_seconds)) as connection:
            connection.settimeout(deadline.left())
            connection.sendall(_request(address, accept, etag, modified))
            wire = Wire(connection, deadline, may_send=_HEAD_BYTES)
            response = HTTPResponse(cast(socket.socket, wire), method="GET")
            with closing(response):
                try:
                    response.begin()
                except TooMuch:
                    raise HTTPException("endless headers") from None
                if response.status in _REDIRECTS:
                    return _SentOn(_location(response))
                # Chunks cost a few bytes each; who needs as much for them as for the body is not serious.
                wire.may_send = 2 * limits.max_bytes + _HEAD_BYTES
                body = _body(response, address, limits, accept) if response.status == 200 else b""
                is_known = response.status == 304
                return Fetched(
                    status=response.status,
                    url=address.url,
                    body=body,
                    headers={name: value for name in _KEPT_HEADERS if (value := _header(response, name))},
                    etag=_validator(_header(response, "etag")) or (etag if is_known else ""),
                    modified=_validator(_header(response, "last-modified")) or (modified if is_known else ""),
                )
    except TooMuch as problem:
        raise refused("fetch_too_large", problem, host=host, bytes=limits.max_bytes) from None
    except TimeoutError as problem:
        raise refused("fetch_too_slow", problem, host=host) from None
    except ssl.SSLError as problem:
        raise refused("fetch_not_secure", problem, host=host) from None
    except OSError as problem:
        raise refused("fetch_no_answer", repr(problem), host=host) from None
    except (HTTPException, ValueError, zlib.error) as problem:
        raise refused("fetch_garbled", repr(problem), host=host) from None


def _request(address: Address, accept: Sequence[str], etag: str, modified: str) -> bytes:
    headers = {
        "Host": address.authority,
        "User-Agent": f"Shidra/{shidra.__version__} (+{iri_to_uri(settings.SITE_URL)})",
        "Accept": ", ".join(accept),
        "Accept-Encoding": "gzip",
        "If-None-Match": _validator(etag),
        "If-Modified-Since": _validator(modified),
        "Connection": "close",
    }
    lines = [f"GET {address.target} HTTP/1.1"] + [f"{name}: {value}" for name, value in headers.items() if value]
    return "\r\n".join([*lines, "", ""]).encode("ascii")


def _validator(text: str) -> str:
    """An ETag or a date as it can be sent back, or "": a line end in it would begin a header of its own."""
    return text if len(text) <= 200 and text.isascii() and text.isprintable() else ""


def _header(response: HTTPResponse, name: str) -> str:
    return " ".join((response.headers.get(name) or "").split())[:_LONGEST_HEADER]


def _location(response: HTTPResponse) -> str:
    """Where a redirect leads. Some servers send its letters bare, as UTF-8. ValueError if it is nothing."""
    location = response.headers.get("location", "").strip()
    if not location:
        raise ValueError("a redirect to nowhere")
    return location.encode("latin-1").decode("utf-8")


def _body(response: HTTPResponse, address: Address, limits: Limits, accept: Sequence[str]) -> bytes:
    """The body, whole and unpacked. Raises TooMuch, FetchRefused (fetch_type), ValueError, HTTPException, zlib.error."""
    media_type = _header(response, "content-type").partition(";")[0].strip().lower()
    if media_type not in accept:
        shown = media_type if _MEDIA_TYPE.fullmatch(media_type) else "?"
        raise refused("fetch_type", media_type, host=address.written_host, type=shown, asked=", ".join(accept))
    encoding = _header(response, "content-encoding").lower()
    if encoding not in {"", "identity", "gzip", "x-gzip"}:
        raise ValueError(f"packed by {encoding}")
    if _header(response, "transfer-encoding").lower() not in {"", "chunked"}:
        raise ValueError("sent in an unknown way")
    lengths = set(response.headers.get_all("content-length", []))
    if len(lengths) > 1 or not all(re.fullmatch(r"\s*[0-9]{1,18}\s*", one) for one in lengths):
        raise ValueError("a length that is none")
    if (response.length or 0) > limits.max_bytes:
        raise TooMuch(f"{response.length} bytes announced")

    unpacking = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS) if "gzip" in encoding else None
    body = bytearray()
    sent = 0
    while piece := response.read(_PIECE):
        sent += len(piece)
        may_be = min(limits.max_bytes, sent * limits.max_ratio + _PIECE)
        # One byte more than may be shows that it is too much; what would come after it is never unpacked.
        body += unpacking.decompress(piece, may_be + 1 - len(body)) if unpacking else piece
        if len(body) > may_be:
            raise TooMuch(f"more than {may_be} bytes from {sent}")
    if response.length:
        raise ValueError(f"{response.length} bytes are missing")
    if unpacking and (not unpacking.eof or unpacking.unused_data):
        raise ValueError("packed badly")
    return bytes(body)
