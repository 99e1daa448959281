"""Reading what a feed says (docs/feed.md): its pages one after the other, its entries one by one. Writes nothing.

A page that is not in the form, or that leads nowhere, ends the reading: nothing of such a feed is taken. An entry that
may not be said is refused by itself, with the reason.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from shidra.commons.atlas.content import ListingContent, address_of, read_content, texts_of
from shidra.commons.atlas.telling import FORMAT, plain
from shidra.foundation.fetching.addresses import read_address
from shidra.foundation.fetching.fetch import Fetched, Limits, fetch
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.writing import excerpt, without_invisibles

WELL_KNOWN = "/.well-known/collective-impact.json"
MEDIA_TYPES = ("application/json", "text/json", "text/plain")  # the last: files on servers that know no better
MOST_PAGES = 200
MOST_ENTRIES = 100_000  # listings, and as many taken back
MOST_BYTES = 100_000_000  # of all pages
PAGE_BYTES = 8_000_000
PAGE_SECONDS = 60.0
ALL_SECONDS = 600.0
LONGEST_ID, LONGEST_REASON = 300, 500
_ENTRY_SIGNS = 200_000  # of one entry, as JSON


@dataclass(frozen=True, slots=True)
class Refused:
    """An entry that is not taken, and why; `message` is an English msgid."""

    id: str
    code: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def broken(self) -> RuleBroken:
        """The same as a broken rule, whose words are found where it is shown."""
        return RuleBroken(self.code, self.message, **self.params)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that may be taken. `content` is JSON text in one spelling, so that equal contents are equal texts."""

    uid: str
    address: str
    content: str
    network_uid: str
    verified_on: date | None

    @property
    def digest(self) -> str:
        """Tells whether it says something else than before; that it was looked at again is no change."""
        return hashlib.sha256(f"{self.address}\n{self.network_uid}\n{self.content}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Harvest:
    """All that a feed says. `is_new` False: it answered that nothing has changed since `etag` and `modified`.

    seen      how many entries it has, the refused ones among them
    present   the ids of all of them
    removed   why each that was taken back was, by its id
    """

    is_new: bool
    name: str = ""
    etag: str = ""
    modified: str = ""
    pages: int = 0
    seen: int = 0
    entries: tuple[Entry, ...] = ()
    refused: tuple[Refused, ...] = ()
    present: frozenset[str] = frozenset()
    removed: Mapping[str, str] = field(default_factory=dict)


def feed_address(typed: str, *, own: str) -> str:
    """The address of the feed at what somebody typed: that of a site (it ends with a slash or has no path), or the
    feed's own. Raises FetchRefused, RuleBroken (`feed_is_ours`)."""
    address = read_address(typed.strip())
    if address.target.endswith("/"):
        address = replace(address, target=WELL_KNOWN)
    if _origin(address.url) == _origin(own):
        raise _problem("feed_is_ours")
    return address.url


def read_feed(address: str, *, own: str, etag: str = "", modified: str = "") -> Harvest:
    """Read a feed to its end.

    own       the address of this installation, which is not harvested
    etag      and `modified`: what the feed's first page was marked with the last time; they stand for the whole feed

    Takes at most ALL_SECONDS. Raises FetchRefused, RuleBroken (`feed_status`, `feed_unreadable`, `feed_form`,
    `feed_is_ours`, `feed_loops`, `feed_elsewhere`, `feed_too_long`, `feed_too_slow`).
    """
    reading = _Reading(own, time.monotonic() + ALL_SECONDS)
    first: Fetched | None = None
    following = address
    while following:
        reading.demand_room(following)
        answer = _page(following, reading, etag if first is None else "", modified if first is None else "")
        if answer.status == 304:
            return Harvest(is_new=False, etag=answer.etag, modified=answer.modified)
        if first is None:
            first = answer
        if _origin(answer.url) != _origin(first.url):
            raise _problem("feed_elsewhere", host=excerpt(urlsplit(answer.url).hostname or ""))
        following = reading.take(answer)
    assert first is not None
    return Harvest(
        is_new=True,
        name=reading.name,
        etag=first.etag,
        modified=first.modified[:100],
        pages=reading.pages,
        seen=reading.seen,
        entries=tuple(reading.entries.values()),
        refused=tuple(reading.refused),
        present=frozenset(reading.ids),
        # What it lists and takes back at the same time, it lists.
        removed={uid: reason for uid, reason in reading.removed.items() if uid not in reading.ids},
    )


def read_first_page(address: str, *, own: str) -> None:
    """Whether there is a feed at this address. Raises what `read_feed` raises of a first page."""
    reading = _Reading(own, time.monotonic() + PAGE_SECONDS)
    reading.demand_room(address)
    reading.take(_page(address, reading, "", ""))


def content_from(said: Any) -> ListingContent:
    """The content that a stranger says, without numbers of rows: those mean other rows here. Raises as `read_content`."""
    if not isinstance(said, Mapping):
        raise RuleBroken("form_wrong", gettext_noop("“%(field_name)s” has another form here."), field_name="content")
    told = {name: value for name, value in said.items() if name != "network"}
    if isinstance(told.get("parts"), list):
        told["parts"] = [
            {name: value for name, value in part.items() if name != "body"} if isinstance(part, dict) else part
            for part in told["parts"]
        ]
    return read_content(told)


def uid_of(told: str) -> str:
    """An id in its one spelling: UUIDs have several."""
    try:
        return str(UUID(told)) if len(told) == 36 else told
    except ValueError:
        return told


class _Reading:
    """What has been read of a feed so far."""

    def __init__(self, own: str, ends: float) -> None:
        self.own, self.ends = own, ends
        self.name = ""
        self.pages = self.seen = self.bytes = 0
        self.asked: set[str] = set()
        self.ids: set[str] = set()
        self.entries: dict[str, Entry] = {}
        self.refused: list[Refused] = []
        self.removed: dict[str, str] = {}

    def left(self) -> float:
        left = self.ends - time.monotonic()
        if left <= 0:
            raise _problem("feed_too_slow", minutes=int(ALL_SECONDS // 60))
        return left

    def demand_room(self, following: str) -> None:
        """May this page be read as well?"""
        if following in self.asked:
            raise _problem("feed_loops")
        self.asked.add(following)
        if self.pages >= MOST_PAGES or self.seen > MOST_ENTRIES or self.bytes > MOST_BYTES:
            raise _problem("feed_too_long", pages=MOST_PAGES, listings=MOST_ENTRIES)

    def take(self, answer: Fetched) -> str:
        """Take one page; the address of the next, or ""."""
        self.pages += 1
        self.bytes += len(answer.body)
        self.asked.add(answer.url)
        told = _read_json(answer.body)
        if not isinstance(told, dict) or told.get("format") != FORMAT or "" in told:
            raise _problem("feed_form", form=FORMAT)
        listings, removed = told.get("listings"), told.get("removed", [])
        following = told.get("next") or ""
        if not isinstance(listings, list) or not isinstance(removed, list) or not isinstance(following, str):
            raise _problem("feed_form", form=FORMAT)
        if self.pages == 1:
            self._take_publisher(told.get("publisher"))
        known = len(self.ids) + len(self.removed)
        for said in listings:
            self._take_entry(said)
        for said in removed:
            self._take_removed(said)
        if self.seen > MOST_ENTRIES or len(self.removed) > MOST_ENTRIES:
            raise _problem("feed_too_long", pages=MOST_PAGES, listings=MOST_ENTRIES)
        if not following:
            return ""
        if len(self.ids) + len(self.removed) == known:  # a page without anything new, that leads on
            raise _problem("feed_loops")
        following = read_address(following, base=answer.url).url
        if _origin(following) != _origin(answer.url):
            raise _problem("feed_elsewhere", host=excerpt(urlsplit(following).hostname or ""))
        return following

    def _take_publisher(self, said: Any) -> None:
        if not isinstance(said, dict):
            return
        name, address = said.get("name"), said.get("address")
        if isinstance(name, dict):
            try:
                name = plain(texts_of(name, "publisher", 200))
            except RuleBroken:
                name = ""
        self.name = _line(name, 200)
        # Installations that were only tried out all say that they are this machine.
        if isinstance(address, str) and address.rstrip("/") == self.own and not _is_here(self.own):
            raise _problem("feed_is_ours")

    def _take_entry(self, said: Any) -> None:
        self.seen += 1
        told = said.get("id") if isinstance(said, dict) else None
        shown = excerpt(_line(told, LONGEST_ID)) if isinstance(told, str) else ""
        try:
            entry = _entry(said)
            if entry.uid in self.ids:
                raise RuleBroken("id_twice", gettext_noop("This id is in the feed twice. The first one counts."))
            self.ids.add(entry.uid)
            self.entries[entry.uid] = entry
        except RuleBroken as broken:
            params = {name: value for name, value in broken.params.items() if isinstance(value, str | int)}
            self.refused.append(Refused(shown, broken.code, broken.message, params))
            # It is there, though not as it should be: what was taken of it before has not vanished.
            if isinstance(told, str) and 0 < len(told) <= LONGEST_ID:
                self.ids.add(uid_of(told.strip()))

    def _take_removed(self, said: Any) -> None:
        if not isinstance(said, dict) or not isinstance(said.get("id"), str):
            return
        uid, reason = uid_of(_line(said["id"], LONGEST_ID)), said.get("reason")
        if isinstance(reason, dict):
            try:
                reason = plain(texts_of(reason, "removed", LONGEST_REASON))
            except RuleBroken:
                reason = ""
        if uid:
            self.removed.setdefault(uid, _line(reason, LONGEST_REASON))


def _page(address: str, reading: _Reading, etag: str, modified: str) -> Fetched:
    limits = Limits(max_bytes=PAGE_BYTES, total_seconds=min(PAGE_SECONDS, reading.left()))
    answer = fetch(address, limits=limits, accept=MEDIA_TYPES, etag=etag, modified=modified)
    if answer.status != 200 and not (answer.status == 304 and (etag or modified)):
        raise _problem("feed_status", status=answer.status)
    return answer


class _Twice:
    """Stands where a key was said twice: no JSON can be written of it, so that the entry is refused."""


def _read_json(body: bytes) -> Any:
    """JSON without what could harm: numbers are of a usual size, a key stands once, and nothing is nested endlessly."""
    try:
        return json.loads(
            body.decode("utf-8-sig"),
            object_pairs_hook=_pairs,
            # Python would try to keep each digit of a number with millions of them.
            parse_int=lambda digits: int(digits) if len(digits) < 19 else math.inf,
        )
    except (ValueError, RecursionError) as problem:
        raise _problem("feed_unreadable") from problem


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) != len(pairs):
        told[""] = _Twice()
    return told


def _entry(said: Any) -> Entry:
    """One entry. Raises RuleBroken: what `read_content` raises, `entry_form`, `entry_too_long`, `id_wrong`."""
    try:
        written = json.dumps(said, ensure_ascii=False, allow_nan=False)
        written.encode()  # half a surrogate pair can be written in JSON, but nowhere else
    except (TypeError, ValueError, RecursionError):
        written = ""
    if not written or not isinstance(said, dict):
        raise RuleBroken(
            "entry_form",
            gettext_noop(
                "This is no entry that can be read: no object, a number too large, a key twice, or broken letters."
            ),
        )
    if len(written) > _ENTRY_SIGNS:
        raise RuleBroken("entry_too_long", gettext_noop("It is longer than %(most)s signs."), most=_ENTRY_SIGNS)
    told = said.get("id")
    uid = uid_of(_line(told, LONGEST_ID + 1))
    if not uid or not isinstance(told, str) or len(told) > LONGEST_ID:
        raise RuleBroken("id_wrong", gettext_noop("Its id must be a text of %(most)s signs at most."), most=LONGEST_ID)
    network = said.get("network_id")
    content = content_from(said.get("content"))
    return Entry(
        uid=uid,
        address=address_of(said.get("page"), "page"),
        content=json.dumps(content.to_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        network_uid=uid_of(_line(network, LONGEST_ID)),
        verified_on=_day(said.get("verified_on")),
    )


def _day(told: Any) -> date | None:
    """A whole day that is not to come; whatever else is said is no day."""
    try:
        day = date.fromisoformat(told[:10]) if isinstance(told, str) else None
    except ValueError:
        return None
    return day if day is not None and day <= clock.today() else None


def _line(told: Any, most: int) -> str:
    """One line of a stranger's text, or ""."""
    if not isinstance(told, str):
        return ""
    whole = told[: 4 * most].encode("utf-8", "ignore").decode()
    return " ".join(
        "".join(sign for sign in without_invisibles(whole) if sign.isprintable() or sign.isspace()).split()
    )[:most].strip()


def _is_here(address: str) -> bool:
    return urlsplit(address).hostname in ("127.0.0.1", "localhost", "::1")


def _origin(address: str) -> tuple[str, str, int]:
    found = read_address(address)
    return found.scheme, found.host, found.port


_PROBLEMS = {
    "feed_status": gettext_noop("The server answered with status %(status)s, not with a feed."),
    "feed_unreadable": gettext_noop("The answer is no JSON in UTF-8 that can be read."),
    "feed_form": gettext_noop("The answer is no feed of the form %(form)s."),
    "feed_is_ours": gettext_noop("This is the feed of this installation itself."),
    "feed_loops": gettext_noop("The feed's pages lead in a circle: one of them has nothing new and leads on."),
    "feed_elsewhere": gettext_noop("The feed leads on to another server, %(host)s. Its pages must be on its own."),
    "feed_too_long": gettext_noop("The feed is too long. At most %(pages)s pages and %(listings)s listings are read."),
    "feed_too_slow": gettext_noop("Reading the feed took longer than %(minutes)s minutes."),
}


def _problem(code: str, **params: Any) -> RuleBroken:
    return RuleBroken(code, _PROBLEMS[code], **params)
