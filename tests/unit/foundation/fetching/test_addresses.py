"""Which addresses are asked, and which are not."""

from __future__ import annotations

import logging

import pytest

from shidra.foundation.fetching.addresses import is_public, machines_at, read_address, resolve_name
from shidra.foundation.fetching.refusals import FetchRefused

PUBLIC = "93.184.215.14"


def _refusal(url: str, *answers: str, allowed: tuple[str, ...] = (), plain_http: bool = False) -> FetchRefused:
    with pytest.raises(FetchRefused) as caught:
        machines_at(
            read_address(url),
            allowed=allowed,
            plain_http=plain_http,
            resolve=lambda _host, _port: list(answers or (PUBLIC,)),
            seconds=2,
        )
    return caught.value


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("https://Example.ORG", "https://example.org/"),
        ("HTTPS://example.org:443/a?b=c#d", "https://example.org/a?b=c"),
        ("https://example.org:80/a", "https://example.org:80/a"),
        ("https://example.org/מפה?q=א", "https://example.org/%D7%9E%D7%A4%D7%94?q=%D7%90"),
        ("https://בית.example/", "https://xn--5dbq5c.example/"),
        ("https://example。org/", "https://example.org/"),
        ("https://[2606:4700:0:0::1111]/", "https://[2606:4700::1111]/"),
        ("https://93.184.215.14/%20", "https://93.184.215.14/%20"),
    ],
)
def test_an_address_has_one_spelling(typed: str, url: str) -> None:
    assert read_address(typed).url == url


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "fetch_address"),
        ("example.org/feed.json", "fetch_address"),
        ("//example.org/feed.json", "fetch_address"),
        ("https://", "fetch_address"),
        ("https:///feed.json", "fetch_address"),
        ("https://exa mple.org/", "fetch_address"),
        (" https://example.org/", "fetch_address"),
        ("https://example.org/\r\nX-Evil: 1", "fetch_address"),
        ("https://example.org/\t", "fetch_address"),
        ("https://example.org/\u202egnp.exe", "fetch_address"),
        ("https://example.org\\@127.0.0.1/", "fetch_address"),
        ("https://example.org:65536/", "fetch_address"),
        ("https://example.org:0/", "fetch_address"),
        ("https://example.org:x/", "fetch_address"),
        ("https://example.org./", "fetch_address"),
        ("https://localhost./", "fetch_address"),
        ("https://127.0.0.1./", "fetch_address"),
        ("https://example..org/", "fetch_address"),
        ("https://%6cocalhost/", "fetch_address"),
        ("https://example.org%2f@evil.example/", "fetch_password"),
        ("https://faß.example/", "fetch_address"),
        ("https://" + "a" * 64 + ".example/", "fetch_address"),
        ("https://" + "a." * 130 + "example/", "fetch_address"),
        ("https://example.org/" + "a" * 3000, "fetch_address"),
        ("https://[::1/", "fetch_address"),
        ("https://[fe80::1%25eth0]/", "fetch_address"),
        ("https://[v1.abc]/", "fetch_address"),
        ("ftp://example.org/", "fetch_scheme"),
        ("file:///etc/passwd", "fetch_scheme"),
        ("gopher://example.org/", "fetch_scheme"),
        ("javascript:alert(1)", "fetch_scheme"),
        ("http://example.org/", "fetch_scheme"),
        ("https://name:secret@example.org/", "fetch_password"),
        ("https://name@example.org/", "fetch_password"),
        ("https://@example.org/", "fetch_password"),
        ("https://example.org:22/", "fetch_port"),
        ("https://example.org:6379/", "fetch_port"),
        ("https://example.org:8443/", "fetch_port"),
    ],
)
def test_what_is_no_address_to_ask_is_refused(url: str, code: str) -> None:
    assert _refusal(url).code == code


@pytest.mark.parametrize(
    "host",
    # Decimal, octal, hexadecimal, short, full-width and circled spellings of 127.0.0.1 and of 10.0.0.1
    ["2130706433", "017700000001", "0x7f000001", "0x7f.1", "127.1", "127.0.1", "0177.0.0.1", "127.0.0.01", "0x7f.0.0.0x1",
     "１２７.0.0.1.", "①②⑦.1", "10.1", "167772161", "256.0.0.1", "1.2.3.4.5", "0x", "example.0x7f", "example.12"],
)  # fmt: skip
def test_numbers_are_asked_in_their_plain_form_only(host: str) -> None:
    assert _refusal(f"https://{host}/").code == "fetch_address"


INSIDE = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.0.9", "169.254.169.254",
    "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.9", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "168.63.129.16", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255",
    "::", "::1", "::7f00:1", "::10.0.0.1", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::ffff:93.184.215.14",
    "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::10.0.0.1", "64:ff9b:1::5db8:d70e",
    "2002:7f00:1::", "2002:a00:1::1", "2002:5db8:d70e::1", "2001:0:4136:e378:8000:63bf:80ff:fffe",
    "2001:db8::1", "3fff::1", "100::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "ff0e::1", "4000::1",
]  # fmt: skip


@pytest.mark.parametrize("machine", INSIDE)
def test_machines_inside_are_refused_with_one_sentence(machine: str, caplog: pytest.LogCaptureFixture) -> None:
    assert not is_public(machine)
    with caplog.at_level(logging.WARNING):
        by_name = _refusal("https://example.org/", machine)
    assert (by_name.code, str(by_name)) == ("fetch_not_public", "There is no public web server at example.org.")
    assert machine in caplog.text, "the operator is told what the person is not"
    written = f"[{machine}]" if ":" in machine else machine
    assert _refusal(f"https://{written}/").code == "fetch_not_public"


@pytest.mark.parametrize("machine", [PUBLIC, "1.1.1.1", "2606:4700::1111", "64:ff9b::5db8:d70e", "100.128.0.1"])
def test_public_machines_are_asked(machine: str) -> None:
    assert is_public(machine)
    found = machines_at(
        read_address("https://example.org/"),
        allowed=(),
        plain_http=False,
        resolve=lambda _host, _port: [machine],
        seconds=2,
    )
    assert found == [machine]


@pytest.mark.parametrize("nonsense", ["", "example.org", "fe80::1%eth0", "127.1", "2606:4700::1111%1"])
def test_what_is_no_plain_number_is_not_public(nonsense: str) -> None:
    assert not is_public(nonsense)


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST", "a.localhost", "printer.local", "metadata.google.internal", "nas.lan", "intranet", "db",
     "router.home.arpa", "1.0.0.127.in-addr.arpa", "hidden.onion", "localhost.localdomain", "LocaLhost", "ⓛocalhost"],
)  # fmt: skip
def test_names_of_the_inside_are_not_even_resolved(host: str) -> None:
    def never(_host: str, _port: int) -> list[str]:
        raise AssertionError("resolved")

    with pytest.raises(FetchRefused) as caught:
        machines_at(read_address(f"https://{host}/"), allowed=(), plain_http=False, resolve=never, seconds=2)
    assert caught.value.code == "fetch_not_public"


def test_one_private_answer_among_public_ones_is_enough_to_refuse() -> None:
    assert _refusal("https://example.org/", PUBLIC, "2606:4700::1111", "10.0.0.1").code == "fetch_not_public"


def test_a_name_that_leads_nowhere_looks_like_one_that_leads_inside() -> None:
    def nowhere(_host: str, _port: int) -> list[str]:
        raise OSError("Name or service not known")

    with pytest.raises(FetchRefused) as caught:
        machines_at(read_address("https://example.org/"), allowed=(), plain_http=False, resolve=nowhere, seconds=2)
    inside = _refusal("https://example.org/", "10.0.0.1")
    assert (caught.value.code, str(caught.value)) == (inside.code, str(inside))


def test_http_is_asked_where_the_caller_allows_it() -> None:
    found = machines_at(
        read_address("http://example.org/"),
        allowed=(),
        plain_http=True,
        resolve=lambda _host, _port: [PUBLIC],
        seconds=2,
    )
    assert found == [PUBLIC]
    assert _refusal("http://example.org/", "10.0.0.1", plain_http=True).code == "fetch_not_public"


@pytest.mark.parametrize(
    ("url", "entry"),
    [
        ("http://127.0.0.1:8001/feed", "127.0.0.1:8001"),
        ("http://Atlas.lan:8001/feed", "Atlas.LAN:8001"),
        ("http://atlas/feed", "atlas:80"),
        ("https://[::1]/feed", "[::1]:443"),
    ],
)
def test_what_the_operator_lists_may_be_inside(url: str, entry: str) -> None:
    found = machines_at(
        read_address(url), allowed=[entry], plain_http=False, resolve=lambda _host, _port: ["127.0.0.1"], seconds=2
    )
    assert found in (["127.0.0.1"], ["::1"])


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8002/", "http://127.0.0.2:8001/", "http://localhost:8001/", "https://127.0.0.1/"]
)
def test_the_list_means_exactly_what_it_says(url: str) -> None:
    assert _refusal(url, "127.0.0.1", allowed=("127.0.0.1:8001",)).code in {
        "fetch_scheme", "fetch_port", "fetch_not_public",
    }  # fmt: skip


def test_the_password_of_an_address_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    for url in [
        "https://name:hunter2@example.org/",
        "https://name:hunter2@exa℀mple.org/",
        "https://hunter2 @a.example",
    ]:
        with caplog.at_level(logging.WARNING):
            _refusal(url)
    assert len(caplog.records) == 3
    assert "hunter2" not in caplog.text


def test_the_system_resolves_names() -> None:
    assert "127.0.0.1" in resolve_name("localhost", 80)
