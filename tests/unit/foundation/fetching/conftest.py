"""A server that does to its guests whatever a test says, and an internet that ends in this machine."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from pytest_django import Settings

Behaviour = Callable[[socket.socket], object]


@dataclass
class Server:
    """Where it listens, and the head of each request that it got."""

    port: int
    requests: list[str] = field(default_factory=list)
    behaviours: dict[str, Behaviour] = field(default_factory=dict)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.place}/"


class Serve(Protocol):
    def __call__(
        self,
        behaviour: Behaviour,
        *,
        tls: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        allowed: bool = True,
    ) -> Server: ...


def _talk(server: Server, connection: socket.socket, behaviour: Behaviour, tls: ssl.SSLContext | None) -> None:
    # A guest that hangs up in the middle is what these tests want to see.
    with contextlib.suppress(OSError), connection:
        connection.settimeout(5)
        with tls.wrap_socket(connection, server_side=True) if tls else connection as spoken:
            head = b""
            while b"\r\n\r\n" not in head:
                if not (piece := spoken.recv(4096)):
                    return
                head += piece
            server.requests.append(head.decode())
            behaviour(spoken)


@pytest.fixture
def serve(settings: Settings) -> Iterator[Serve]:
    """Start a server on this machine; it is on the operator's list unless the test says otherwise."""
    listeners: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def start(
        behaviour: Behaviour,
        *,
        tls: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        allowed: bool = True,
    ) -> Server:
        listener = socket.create_server((host, port))
        listeners.append(listener)
        server = Server(listener.getsockname()[1])
        if allowed:
            settings.FETCH_ALLOWED = [*settings.FETCH_ALLOWED, server.place]

        def listen() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                guest = threading.Thread(target=_talk, args=(server, connection, behaviour, tls))
                threads.append(guest)
                guest.start()

        thread = threading.Thread(target=listen)
        threads.append(thread)
        thread.start()
        return server

    yield start
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    for thread in threads:
        thread.join(timeout=10)


@dataclass
class Internet:
    """Public machines, by number: each is a port of this machine. `asked` says who was connected to."""

    machines: dict[str, int] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch) -> Internet:
    """Connections to public machines end in this one, so that public names can be tried without a network."""
    net = Internet()
    connect = socket.create_connection

    def rerouted(address: tuple[str, int], timeout: float | None = None) -> socket.socket:
        net.asked.append(address)
        if address[0] not in net.machines:
            raise ConnectionRefusedError(f"{address} is not of this internet")
        return connect(("127.0.0.1", net.machines[address[0]]), timeout=timeout)

    monkeypatch.setattr(socket, "create_connection", rerouted)
    return net
