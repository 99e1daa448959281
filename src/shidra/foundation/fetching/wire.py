"""One connection to a machine that was checked, with a clock and a count of bytes."""

from __future__ import annotations

import io
import math
import socket
import ssl
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from shidra.foundation.fetching.addresses import Address

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_MACHINES_TRIED = 4  # a name may have hundreds


class Deadline:
    """A moment by which all has to be over."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def left(self, at_most: float = math.inf) -> float:
        """Seconds until then, more than zero. Raises TimeoutError when there are none."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time is over")
        return min(left, at_most)


class TooMuch(Exception):
    """The other side sent more bytes than it may."""


class Wire(io.RawIOBase):
    """What comes in from a socket, until the deadline and `may_send` bytes.

    Each reading waits no longer than what is left of the whole time: who sends a byte a second gains nothing by it.
    """

    def __init__(self, connection: socket.socket, deadline: Deadline, may_send: int) -> None:
        self.connection = connection
        self.deadline = deadline
        self.may_send = may_send

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        if self.may_send <= 0:
            raise TooMuch
        self.connection.settimeout(self.deadline.left())
        count = self.connection.recv_into(memoryview(buffer)[: self.may_send])
        self.may_send -= count
        return count

    def makefile(self, *_mode: Any) -> io.BufferedReader:
        """What http.client asks of a socket."""
        return io.BufferedReader(self)


def connect(address: Address, machines: Sequence[str], deadline: Deadline, seconds: float) -> socket.socket:
    """A connection to the first of the machines that answers; by https it has proved the name of the address.

    seconds  how long each machine may take to answer, and the agreement on encryption after it
    Raises OSError: nobody answers; ssl.SSLError: not the server that it should be; TimeoutError.
    """
    connection = _first_answering(machines[:_MACHINES_TRIED], address.port, deadline, seconds)
    try:
        connection.settimeout(deadline.left(seconds))
        if address.scheme == "https":
            return ssl.create_default_context().wrap_socket(connection, server_hostname=address.host)
    except BaseException:
        connection.close()
        raise
    return connection


def _first_answering(machines: Sequence[str], port: int, deadline: Deadline, seconds: float) -> socket.socket:
    problem: OSError = ConnectionError("no machine")
    for machine in machines:
        left = deadline.left(seconds)
        try:
            return socket.create_connection((machine, port), timeout=left)
        except TimeoutError:
            problem = ConnectionError(f"{machine} does not answer")
        except OSError as failed:
            problem = failed
    raise problem
