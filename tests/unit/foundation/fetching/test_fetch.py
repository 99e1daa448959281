"""Fetching from a server that means no good, over real sockets."""

from __future__ import annotations

import gzip
import json
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import shidra
from shidra.foundation.fetching.fetch import Fetched, Limits, fetch
from shidra.foundation.fetching.refusals import FetchRefused

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.unit.foundation.fetching.conftest import Behaviour, Internet, Serve

LIMITS = Limits(max_bytes=100_000, total_seconds=3, connect_seconds=1)
JSON = ("application/json",)
_JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
PUBLIC, OTHER_PUBLIC = "93.184.215.14", "93.184.215.15"


def _answer(body: bytes = b"{}", *headers: str, status: str = "200 OK") -> Behaviour:
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    return _says("\r\n".join([*lines, *headers]).encode() + b"\r\n\r\n" + body)


def _says(text: bytes) -> Behaviour:
    return lambda connection: connection.sendall(text)


def _redirect(to: str, status: str = "302 Found") -> Behaviour:
    return _says(f"HTTP/1.1 {status}\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode())


def _endless(start: bytes, piece: bytes, pause: float = 0) -> Behaviour:
    def go_on(connection: socket.socket) -> None:
        connection.sendall(start)
        until = time.monotonic() + 5  # to fail, not to hang, where no limit stops it
        while time.monotonic() < until:
            connection.sendall(piece)
            time.sleep(pause)

    return go_on


def _get(url: str, limits: Limits = LIMITS, resolve: Callable[[str, int], list[str]] | None = None) -> Fetched:
    return fetch(url, limits=limits, accept=JSON, **({"resolve": resolve} if resolve else {}))


def _code(url: str, limits: Limits = LIMITS, resolve: Callable[[str, int], list[str]] | None = None) -> str:
    with pytest.raises(FetchRefused) as caught:
        _get(url, limits, resolve)
    assert str(caught.value), "every refusal is a sentence"
    return caught.value.code


# --- What works -----------------------------------------------------------------------------------------------


def test_it_gets_what_is_there(serve: Serve, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SITE_URL = "https://shidra.example.org"
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy"]:
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server = serve(
        _answer(
            b'{"a": 1}', 'ETag: "v1"', "Last-Modified: Tue, 24 Nov 2026 00:00:00 GMT", "Set-Cookie: a=b", "Link: <x>"
        )
    )
    got = _get(f"http://{server.place}/feed?page=1")
    assert got == Fetched(
        status=200,
        url=f"http://{server.place}/feed?page=1",
        body=b'{"a": 1}',
        headers={"content-type": "application/json", "link": "<x>"},
        etag='"v1"',
        modified="Tue, 24 Nov 2026 00:00:00 GMT",
    )
    first, *headers = server.requests[0].strip().split("\r\n")
    assert first == "GET /feed?page=1 HTTP/1.1"
    assert dict(line.split(": ", 1) for line in headers) == {
        "Host": server.place,
        "User-Agent": f"Shidra/{shidra.__version__} (+https://shidra.example.org)",
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }


def test_it_asks_only_for_what_is_new(serve: Serve) -> None:
    server = serve(_says(b"HTTP/1.1 304 Not Modified\r\n\r\n"))
    got = fetch(server.url, limits=LIMITS, accept=JSON, etag='"v1"', modified="Tue, 24 Nov 2026 00:00:00 GMT")
    assert (got.status, got.body, got.etag, got.modified) == (304, b"", '"v1"', "Tue, 24 Nov 2026 00:00:00 GMT")
    assert 'If-None-Match: "v1"\r\n' in server.requests[0]
    assert "If-Modified-Since: Tue, 24 Nov 2026 00:00:00 GMT\r\n" in server.requests[0]


def test_a_stored_etag_cannot_write_headers(serve: Serve) -> None:
    server = serve(_answer())
    fetch(server.url, limits=LIMITS, accept=JSON, etag='"a"\r\nX-Evil: 1')
    assert "Evil" not in server.requests[0]


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone", "500 Oops", "429 Slow down"])
def test_other_answers_are_told_by_their_status_and_not_read(serve: Serve, status: str) -> None:
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nRetry-After: 60\r\n\r\n".encode()
    got = _get(serve(_endless(head, b"x" * 1000)).url)
    assert (got.status, got.body, got.headers["retry-after"]) == (int(status[:3]), b"", "60")


def test_packed_and_chunked_answers_are_read(serve: Serve) -> None:
    body = json.dumps(list(range(2000))).encode()
    packed = gzip.compress(body, mtime=0)
    assert _get(serve(_answer(packed, "Content-Encoding: gzip")).url).body == body
    assert _get(serve(_says(_JSON_HEAD + b"\r\n" + body)).url).body == body, "without a length, until it hangs up"
    chunks = b"".join(
        b"%x\r\n%s\r\n" % (len(body[at : at + 700]), body[at : at + 700]) for at in range(0, len(body), 700)
    )
    chunked = _JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
    assert _get(serve(_says(chunked)).url).body == body


def test_a_body_may_be_as_large_as_the_limit(serve: Serve) -> None:
    for size, packed in [(100_000, False), (100_000, True)]:
        body = (b"0123456789abcdef" * 6250)[:size]
        answer = _answer(gzip.compress(body, mtime=0), "Content-Encoding: gzip") if packed else _answer(body)
        assert len(_get(serve(answer).url, Limits(100_000, 3, max_ratio=2000)).body) == size


# --- Too much, too slow, nonsense -----------------------------------------------------------------------------


def test_a_huge_body_is_refused_by_its_announcement_and_by_its_bytes(serve: Serve) -> None:
    assert _code(serve(_says(_JSON_HEAD + b"Content-Length: 100001\r\n\r\n")).url) == "fetch_too_large"
    assert _code(serve(_endless(_JSON_HEAD + b"\r\n", b"x" * 10_000)).url) == "fetch_too_large"
    chunk = b"2710\r\n" + b"x" * 10_000 + b"\r\n"
    assert _code(serve(_endless(_JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\n", chunk)).url) == "fetch_too_large"


def test_a_lie_about_the_length_is_refused(serve: Serve) -> None:
    assert _code(serve(_says(_JSON_HEAD + b"Content-Length: 500\r\n\r\n{}")).url) == "fetch_garbled"
    assert _get(serve(_endless(_JSON_HEAD + b"Content-Length: 2\r\n\r\n{}", b"more")).url).body == b"{}"
    for length in [b"-1", b"1e3", b"2, 3", b"2\r\nContent-Length: 3", b"9" * 30]:
        assert _code(serve(_says(_JSON_HEAD + b"Content-Length: " + length + b"\r\n\r\n{}")).url) == "fetch_garbled"


def test_a_gzip_bomb_is_refused_by_size_and_by_ratio(serve: Serve) -> None:
    bomb = gzip.compress(b"0" * 20_000_000, mtime=0)
    server = serve(_answer(bomb, "Content-Encoding: gzip"))
    assert _code(server.url) == "fetch_too_large"
    began = time.monotonic()
    assert _code(server.url, Limits(max_bytes=100_000_000, total_seconds=3)) == "fetch_too_large", "by its ratio"
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(b"{}", mtime=0)[:-4], "gzip"),
        (gzip.compress(b"{}", mtime=0) + b"tail", "gzip"),
        (b"{}", "gzip"),
        (gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0), "gzip, gzip"),
        (b"{}", "br"),
        (b"{}", "zstd"),
    ],
)
def test_bad_packing_is_refused(serve: Serve, body: bytes, encoding: str) -> None:
    assert _code(serve(_answer(body, f"Content-Encoding: {encoding}")).url) == "fetch_garbled"


@pytest.mark.parametrize(
    "drip",
    [
        pytest.param(_endless(_JSON_HEAD + b"\r\n", b"x", 0.05), id="body"),
        pytest.param(_endless(_JSON_HEAD, b"X", 0.05), id="a header line that never ends"),
        pytest.param(_endless(b"", b"H", 0.05), id="status line"),
        pytest.param(_endless(_JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", 0.05), id="chunks"),
        pytest.param(_endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.05), id="to be continued"),
        pytest.param(lambda _connection: time.sleep(1), id="silence"),
    ],
)
def test_slow_drips_end_with_the_whole_time(serve: Serve, drip: Behaviour) -> None:
    began = time.monotonic()
    assert _code(serve(drip).url, Limits(max_bytes=1000, total_seconds=0.5, connect_seconds=0.4)) == "fetch_too_slow"
    assert time.monotonic() - began < 1


def test_redirects_get_no_time_of_their_own(serve: Serve) -> None:
    def wait_and_send_on(connection: socket.socket) -> None:
        time.sleep(0.3)
        _redirect("/again")(connection)

    began = time.monotonic()
    assert _code(serve(wait_and_send_on).url, Limits(1000, total_seconds=0.7)) == "fetch_too_slow"
    assert time.monotonic() - began < 1.2


def test_a_resolver_that_hangs_is_left_behind() -> None:
    def hanging(_host: str, _port: int) -> list[str]:
        time.sleep(1)
        return [PUBLIC]

    for limits in [Limits(1000, 2, connect_seconds=0.2), Limits(1000, 0.2, connect_seconds=2)]:
        began = time.monotonic()
        assert _code("https://example.org/", limits, hanging) == "fetch_not_public"
        assert time.monotonic() - began < 0.8


@pytest.mark.parametrize(
    "piece", [b"X-Flood: 1\r\n", b"X: " + b"x" * 60_000 + b"\r\n", b"x" * 60_000, b"HTTP/1.1 100 Continue\r\n\r\n"]
)
def test_endless_headers_are_refused(serve: Serve, piece: bytes) -> None:
    start = piece if piece.startswith(b"HTTP") else b"HTTP/1.1 200 OK\r\n"
    assert _code(serve(_endless(start, piece)).url) == "fetch_garbled"


@pytest.mark.parametrize(
    "text",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n", b"{}", b"HTTP/1.1 ok\r\n\r\n", b"HTTP/1.1 999999 OK\r\n\r\n", b"\x00\xff" * 100 + b"\r\n",
        b"HTTP/1.1 302 Found\r\n\r\n", b"HTTP/1.1 302 Found\r\nLocation: \xff\xfe\r\n\r\n",
    ],
)  # fmt: skip
def test_what_is_not_http_is_refused(serve: Serve, text: bytes) -> None:
    assert _code(serve(_says(text)).url) == "fetch_garbled"


@pytest.mark.parametrize(
    "chunks",
    [
        b"zz\r\n{}\r\n0\r\n\r\n", b"-5\r\n{}\r\n", b"-1\r\n{}\r\n", b"\r\n\r\n", b"5\r\n{}", b"ffffffffffffffff\r\n{}",
        b"2;" + b"x" * 70_000 + b"\r\n{}\r\n0\r\n\r\n",
    ],
)  # fmt: skip
def test_chunked_nonsense_is_refused(serve: Serve, chunks: bytes) -> None:
    head = _JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    assert _code(serve(_says(head + chunks)).url) == "fetch_garbled"


def test_endless_trailers_are_refused(serve: Serve) -> None:
    head = _JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
    assert _code(serve(_endless(head, b"X-Trailer: 1\r\n" * 100)).url) == "fetch_too_large"


def test_another_way_of_sending_is_refused(serve: Serve) -> None:
    head = _JSON_HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n{}"
    assert _code(serve(_says(head)).url) == "fetch_garbled"


@pytest.mark.parametrize("kind", ["text/html", "application/json-evil", "", "<script>alert(1)</script>", "a/b\x1b[31m"])
def test_another_type_is_refused_and_its_name_is_harmless(serve: Serve, kind: str) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: 2\r\n\r\n{{}}".encode()
    with pytest.raises(FetchRefused) as caught:
        _get(serve(_says(head)).url)
    assert caught.value.code == "fetch_type"
    assert "<" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_what_strangers_send_begins_no_line_of_the_log(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert _code(serve(_says(b"HTTP/1.1 evil\x0b\x1b[2J\x85forged\r\n\r\n")).url) == "fetch_garbled"
    assert all(record.getMessage().isprintable() for record in caplog.records)


def test_nobody_answers(serve: Serve, settings: Settings) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # bound, so that nobody else takes it, and not listening
        place = f"127.0.0.1:{bound.getsockname()[1]}"
        settings.FETCH_ALLOWED = [place]
        assert _code(f"http://{place}/") == "fetch_no_answer"
    assert _code(serve(lambda _connection: None).url) == "fetch_no_answer", "it hangs up without a word"


# --- Where it leads -------------------------------------------------------------------------------------------


def test_what_is_inside_and_not_listed_is_never_connected_to(serve: Serve) -> None:
    server = serve(_answer(), allowed=False)
    for host in ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]", "[::1]"]:
        for scheme in ["http", "https"]:
            assert _code(f"{scheme}://{host}:{server.port}/") in {
                "fetch_scheme", "fetch_port", "fetch_not_public", "fetch_address",
            }  # fmt: skip
    assert server.requests == []


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_redirects_are_followed_where_they_may_lead(serve: Serve, status: str) -> None:
    there = serve(_answer(b'{"there": true}'))
    got = _get(serve(_redirect(f"http://{there.place}/מפה", status)).url)
    assert (got.body, got.url) == (b'{"there": true}', f"http://{there.place}/%D7%9E%D7%A4%D7%94")


def test_redirects_lead_to_nothing_private(serve: Serve) -> None:
    inside = serve(_answer(), allowed=False)
    for target, code in [
        (f"http://{inside.place}/", "fetch_scheme"),
        (f"https://{inside.place}/", "fetch_port"),
        (f"//localhost:{inside.port}/", "fetch_scheme"),
        ("https://127.0.0.1/", "fetch_not_public"),
        ("https://169.254.169.254/latest/meta-data/", "fetch_not_public"),
        ("https://2852039166/", "fetch_address"),
        ("https://[::ffff:169.254.169.254]/", "fetch_not_public"),
        ("file:///etc/passwd", "fetch_scheme"),
        ("https://a:b@example.org/", "fetch_password"),
    ]:
        assert _code(serve(_redirect(target)).url) == code, target
    assert inside.requests == []


def test_redirects_in_a_circle_end(serve: Serve) -> None:
    server = serve(_redirect("/again"))
    assert _code(server.url) == "fetch_redirects"
    assert len(server.requests) == 1 + LIMITS.max_redirects


def test_three_redirects_are_followed(serve: Serve) -> None:
    at = serve(_answer(b"[3]"))
    for _ in range(3):
        at = serve(_redirect(at.url))
    assert _get(at.url).body == b"[3]"


# --- Names and certificates -----------------------------------------------------------------------------------

Certify = Callable[..., ssl.SSLContext]


@pytest.fixture
def certify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Certify:
    """What a server needs to prove a name, by an authority that this machine trusts while the test runs."""
    key = ec.generate_private_key(ec.SECP256R1())
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of a test")])
    now = datetime.now(UTC)

    def signed(
        subject: x509.Name, public: ec.EllipticCurvePublicKey, until: datetime, *more: x509.ExtensionType
    ) -> bytes:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(authority)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=9))
            .not_valid_after(until)
        )
        for extension in more:
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    trusted = tmp_path / "authority.pem"
    own = signed(authority, key.public_key(), now + timedelta(days=9), x509.BasicConstraints(ca=True, path_length=0))
    trusted.write_bytes(own)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))

    def certify(name: str, *, expired: bool = False) -> ssl.SSLContext:
        server_key = ec.generate_private_key(ec.SECP256R1())
        try:
            proved: x509.GeneralName = x509.IPAddress(ip_address(name))
        except ValueError:
            proved = x509.DNSName(name)
        certificate = signed(
            x509.Name([]),
            server_key.public_key(),
            now + timedelta(days=-1 if expired else 1),
            x509.SubjectAlternativeName([proved]),
        )
        both = tmp_path / f"{name}.pem"
        both.write_bytes(
            certificate
            + server_key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(both)
        return context

    return certify


def test_a_public_server_proves_its_name(serve: Serve, certify: Certify, internet: Internet) -> None:
    server = serve(_answer(b"[1]"), tls=certify("feed.example"), allowed=False)
    internet.machines = {PUBLIC: server.port}
    got = _get("https://Feed.example/all", resolve=lambda _host, _port: [PUBLIC])
    assert (got.body, got.url) == (b"[1]", "https://feed.example/all")
    assert "Host: feed.example\r\n" in server.requests[0]


def test_a_machine_that_is_away_is_followed_by_the_next(serve: Serve, certify: Certify, internet: Internet) -> None:
    server = serve(_answer(b"[1]"), tls=certify("feed.example"), allowed=False)
    internet.machines = {OTHER_PUBLIC: server.port}
    assert _get("https://feed.example/", resolve=lambda _host, _port: [PUBLIC, OTHER_PUBLIC]).body == b"[1]"
    assert internet.asked == [(PUBLIC, 443), (OTHER_PUBLIC, 443)]


def test_the_wrong_name_an_old_and_an_unknown_certificate_are_refused(
    serve: Serve, certify: Certify, internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(tls: ssl.SSLContext | None) -> str:
        server = serve(_answer(), tls=tls, allowed=False)
        internet.machines = {PUBLIC: server.port}
        code = _code("https://feed.example/", resolve=lambda _host, _port: [PUBLIC])
        assert server.requests == [], "nothing is asked before the name is proved"
        return code

    assert asked(certify("other.example")) == "fetch_not_secure"
    assert asked(certify(PUBLIC)) == "fetch_not_secure", "the number is not the name"
    assert asked(certify("feed.example", expired=True)) == "fetch_not_secure"
    good = certify("feed.example")
    monkeypatch.delenv("SSL_CERT_FILE")
    assert asked(good) == "fetch_not_secure", "by an authority that nobody knows"


def test_a_server_without_encryption_is_refused(internet: Internet) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        internet.machines = {PUBLIC: listener.getsockname()[1]}

        def answer_in_the_open() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(_JSON_HEAD + b"\r\n{}")

        server = threading.Thread(target=answer_in_the_open)
        server.start()
        assert _code("https://feed.example/", resolve=lambda _host, _port: [PUBLIC]) == "fetch_not_secure"
        server.join()


def test_an_agreement_on_encryption_that_never_comes_is_ended(internet: Internet) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        internet.machines = {PUBLIC: silent.getsockname()[1]}
        began = time.monotonic()
        limits = Limits(1000, total_seconds=3, connect_seconds=0.3)
        assert _code("https://feed.example/", limits, lambda _host, _port: [PUBLIC]) == "fetch_too_slow"
        assert time.monotonic() - began < 1


def test_a_name_that_turns_private_is_asked_where_it_was_checked(
    serve: Serve, certify: Certify, internet: Internet
) -> None:
    """DNS rebinding: the name is resolved once, and the machine that was checked is the one that is connected to."""
    server = serve(_answer(b'"public"'), tls=certify("two-faced.example"), allowed=False)
    internet.machines = {PUBLIC: server.port}
    answers = [[PUBLIC], ["127.0.0.1"]]
    resolved: list[str] = []

    def two_faced(host: str, _port: int) -> list[str]:
        resolved.append(host)
        return answers[len(resolved) - 1]

    assert _get("https://two-faced.example/", resolve=two_faced).body == b'"public"'
    assert resolved == ["two-faced.example"]
    assert internet.asked == [(PUBLIC, 443)]


def test_a_name_that_turns_private_between_redirects_is_refused(
    serve: Serve, certify: Certify, internet: Internet
) -> None:
    server = serve(_redirect("/again"), tls=certify("two-faced.example"), allowed=False)
    internet.machines = {PUBLIC: server.port, "127.0.0.1": server.port}
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    assert _code("https://two-faced.example/", resolve=lambda _host, _port: next(answers)) == "fetch_not_public"
    assert internet.asked == [(PUBLIC, 443)]


def test_https_never_goes_down_to_http(serve: Serve, certify: Certify, internet: Internet) -> None:
    server = serve(_redirect("http://feed.example/"), tls=certify("feed.example"), allowed=False)
    internet.machines = {PUBLIC: server.port}
    limits = Limits(1000, 3, plain_http=True)
    assert _code("https://feed.example/", limits, lambda _host, _port: [PUBLIC]) == "fetch_downgrade"
    assert internet.asked == [(PUBLIC, 443)]


def test_http_may_go_up_to_https(serve: Serve, certify: Certify, internet: Internet) -> None:
    secure = serve(_answer(b'"up"'), tls=certify("feed.example"), allowed=False)
    plain = serve(_redirect("https://feed.example/"), allowed=False)
    internet.machines = {PUBLIC: plain.port, OTHER_PUBLIC: secure.port}
    limits = Limits(1000, 3, plain_http=True)
    got = _get("http://feed.example/", limits, lambda _host, port: [PUBLIC if port == 80 else OTHER_PUBLIC])
    assert got.body == b'"up"'
