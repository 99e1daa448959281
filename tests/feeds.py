"""Feeds for tests: a server on this machine that answers what a test says, well-behaved or not."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = Callable[[BaseHTTPRequestHandler], None]
SOURCE = {"address": "https://example.org/report"}


def told(id_: str, name: str, **said: Any) -> dict[str, Any]:
    """An entry of a feed, with a source for its name."""
    content = {"names": {"en": name}, "sources": {"names": [SOURCE]}, **said.pop("content", {})}
    return {"id": id_, "page": f"https://example.org/{name.replace(' ', '-')}/", "content": content, **said}


def page(*listings: Any, **more: Any) -> dict[str, Any]:
    """A page of a feed."""
    return {
        "format": "collective-impact-feed/1",
        "publisher": {"name": "The other atlas", "address": "https://other.example"},
        "license": "CC-BY-4.0",
        "listings": list(listings),
        "removed": [],
        **more,
    }


def send(request: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    request.send_response(status)
    named = {"Content_Type": "application/json", "Content_Length": str(len(body)), **headers}
    for name, value in named.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(body)


class FeedServer:
    """What it answers at each address: JSON, bytes, or a function that does what it likes with the request."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                answer = outer.answers.get(self.path, outer.answers.get("*"))
                with contextlib.suppress(OSError):
                    if callable(answer):
                        answer(self)
                    elif answer is None:
                        send(self, b"{}", 404)
                    else:
                        send(self, answer if isinstance(answer, bytes) else json.dumps(answer).encode())

            def log_message(self, *_about: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.place = f"127.0.0.1:{self.server.server_address[1]}"
        self.site = f"http://{self.place}/"
        self.url = f"{self.site}feed.json"

    def says(self, *listings: Any, **more: Any) -> None:
        """From now on the feed is this one page."""
        self.answers["/feed.json"] = page(*listings, **more)


@contextmanager
def feed_server() -> Iterator[FeedServer]:
    """Serve until the block ends."""
    server = FeedServer()
    thread = threading.Thread(target=server.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.server.shutdown()
        server.server.server_close()
        thread.join(timeout=10)
