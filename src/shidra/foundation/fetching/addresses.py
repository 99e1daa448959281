"""Which addresses are asked: what is typed, what it names, and which machines that is."""

from __future__ import annotations

import queue
import re
import socket
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urljoin, urlsplit

from django.utils.encoding import iri_to_uri

from shidra.foundation.fetching.refusals import refused

Resolver = Callable[[str, int], Sequence[str]]

LONGEST = 2048  # characters of an address; many servers and proxies take no longer one
USUAL_PORTS = {"https": 443, "http": 80}

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
# Read as a number by most resolvers, in every base: 127.1, 0x7f.1, 2130706433. Only the plain form of four is asked.
_ENDS_IN_A_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
# The standard library's codec is of IDNA 2003 and would lead these letters to another name than browsers do.
_READ_IN_TWO_WAYS = frozenset("ßς")

# Ends of names that belong to no public server (RFC 6761, RFC 6762, RFC 8375, ICANN's .internal and what networks use).
_INSIDE = frozenset({
    "localhost", "local", "internal", "localdomain", "lan", "home", "corp", "intranet", "private", "arpa", "onion", "test",
    "invalid",
})  # fmt: skip
_NEVER = [
    ip_network("192.0.0.0/24"),  # protocol assignments; some of it counts as global, a cloud's metadata lies here
    ip_network("192.88.99.0/24"),  # relays of 6to4, given up
    ip_network("168.63.129.16/32"),  # public by its number, the inside of a cloud (Azure) in truth
    ip_network("2002::/16"),  # 6to4: holds an IPv4 address
    ip_network("2001::/32"),  # Teredo: holds two
    ip_network("3fff::/20"),  # documentation; newer than the tables of Python 3.11
]
_GLOBAL_UNICAST = IPv6Network("2000::/3")  # all else of IPv6 is inside, for many, or another form of IPv4
_NAT64 = IPv6Network("64:ff9b::/96")  # how a network of IPv6 alone reaches the IPv4 address in the last 32 bits


@dataclass(frozen=True)
class Address:
    """An address of the web in its one spelling; `target` is path and query. An IPv6 `host` has no brackets."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def host_and_port(self) -> str:
        """`example.org:443`, `[::1]:8000`: how the operator's list names it."""
        return f"{self.written_host}:{self.port}"

    @property
    def written_host(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def authority(self) -> str:
        """Host, and port where it is not the usual one."""
        return self.written_host if self.port == USUAL_PORTS[self.scheme] else self.host_and_port

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


def read_address(typed: str, *, base: str = "") -> Address:
    """The address that was typed, or (with `base`) that a server sends us on to.

    Raises FetchRefused: fetch_address, fetch_scheme, fetch_password.
    """
    # urlsplit drops tabs and line ends silently, and a backslash is a slash for some readers and none for others.
    if len(typed) > LONGEST or "\\" in typed or any(char.isspace() or not char.isprintable() for char in typed):
        raise refused("fetch_address", "too long, or with white space, a backslash or what cannot be seen")
    try:
        parts = urlsplit(urljoin(base, typed))
        port = parts.port
        if parts.scheme and parts.scheme not in USUAL_PORTS:
            raise refused("fetch_scheme", parts.scheme)
        if "@" in parts.netloc:
            raise refused("fetch_password")
        host = _host(parts)
    except ValueError:  # its text may quote the address with what is secret in it
        raise refused("fetch_address", "no host that is a name or a plain number, or no port") from None
    if not parts.scheme or port == 0:
        raise refused("fetch_address", "no scheme, or port 0")
    target = iri_to_uri((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
    return Address(parts.scheme, host, port or USUAL_PORTS[parts.scheme], target)


def _host(parts: SplitResult) -> str:
    """The host in ASCII and in lower case. ValueError if it is neither a name nor a number in its plain form."""
    written = parts.hostname or ""
    if ":" in written or "[" in parts.netloc:
        if "%" in written:
            raise ValueError("an IPv6 address with a zone")
        return IPv6Address(written).compressed
    if _READ_IN_TWO_WAYS & set(written):
        raise ValueError("a name that is read in two ways")
    host = written.encode("idna").decode("ascii").lower()
    if not _NAME.fullmatch(host):
        raise ValueError("not a name")
    if _ENDS_IN_A_NUMBER.fullmatch(host):
        return str(IPv4Address(host))
    return host


def machines_at(
    address: Address, *, allowed: Collection[str], plain_http: bool, resolve: Resolver, seconds: float
) -> Sequence[str]:
    """The IP addresses to connect to, each of them checked: names are resolved here, once, and never again.

    allowed     hosts with port that the operator allows, wherever they are
    plain_http  whether public servers may be asked by http as well
    resolve     answers a name and port with IP addresses; OSError if there are none
    seconds     how long it may take
    Raises FetchRefused: fetch_scheme, fetch_port, fetch_not_public.
    """
    is_allowed = address.host_and_port in {one.lower() for one in allowed}
    is_number = ":" in address.host or _ENDS_IN_A_NUMBER.fullmatch(address.host) is not None
    if not is_allowed:
        if address.scheme == "http" and not plain_http:
            raise refused("fetch_scheme", address.host_and_port)
        if address.port not in USUAL_PORTS.values():
            raise refused("fetch_port", address.host_and_port, port=address.port)
        if not is_number and ("." not in address.host or address.host.rpartition(".")[2] in _INSIDE):
            raise refused("fetch_not_public", "a name of the inside", host=address.written_host)
    try:
        machines = [address.host] if is_number else _resolved_within(seconds, resolve, address)
    except (OSError, UnicodeError, queue.Empty) as problem:
        raise refused("fetch_not_public", repr(problem), host=address.written_host) from None
    # One answer that lies inside is enough to refuse: whoever mixes them wants us to take it sooner or later.
    if not machines or not (is_allowed or all(is_public(machine) for machine in machines)):
        raise refused("fetch_not_public", machines, host=address.written_host)
    return machines


def is_public(machine: str) -> bool:
    """Whether an IP address belongs to the public internet, in itself and in what is packed into it."""
    try:
        number = ip_address(machine)
    except ValueError:
        return False  # with a zone, or nonsense
    if isinstance(number, IPv6Address):
        if number in _NAT64:
            return is_public(str(IPv4Address(int(number) & 0xFFFFFFFF)))
        if number not in _GLOBAL_UNICAST or number.scope_id:
            return False
    return (
        number.is_global
        and not number.is_multicast
        and not number.is_reserved
        and not any(number in network for network in _NEVER)
    )


def resolve_name(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver. Raises OSError (socket.gaierror) if the name leads nowhere."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


def _resolved_within(seconds: float, resolve: Resolver, address: Address) -> Sequence[str]:
    """Resolve in a thread that is left behind when it takes too long: the system's resolver knows no time limit."""
    answers: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve(address.host, address.port))
        except (OSError, UnicodeError) as problem:
            answers.put(problem)

    threading.Thread(target=ask, daemon=True, name="resolving a name").start()
    answer = answers.get(timeout=seconds)
    if isinstance(answer, Exception):
        raise answer
    return answer
