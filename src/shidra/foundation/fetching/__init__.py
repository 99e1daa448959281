"""Fetching: the one way by which Shidra gets something from an address that somebody typed.

`fetch.fetch` answers with what it got, or raises a `FetchRefused` (a `RuleBroken`). Whoever types an address must not
make the server ask machines that only it can reach, wait for ever, or fill its memory:

    addresses.py   which addresses are asked at all: form, port, name, and what the name resolves to, once
    wire.py        one connection to an address that was checked, with a clock and a count of bytes
    fetch.py       the question and the answer; redirects, each by the same rules

It stands on http.client, socket and ssl of the standard library. The address that is connected to has to be the one
that was checked, and the clock has to run through every byte; requests, urllib3 and httpx resolve names themselves,
measure time between two bytes, read proxies, passwords and redirects from elsewhere, and would have to be talked out of
each of these. Here the socket is ours, and the library does the part that is hard to write: reading an answer of HTTP.
"""
