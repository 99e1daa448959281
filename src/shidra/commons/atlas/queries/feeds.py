"""Feeds, and what they brought: what waits, what it would change, what it may be the same as."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet

from shidra.commons.atlas.content import ListingContent, PlaceContent, SourceContent, read_content
from shidra.commons.atlas.harvesting import feed_address, uid_of
from shidra.commons.atlas.models import Arrival, Feed, Listing, Origin, State
from shidra.commons.atlas.queries.listings import whole
from shidra.commons.atlas.writing import content_of, history_of
from shidra.foundation.places.gazetteer import place
from shidra.kernel import clock
from shidra.kernel.writing import folded

Key = TypeVar("Key", bound=Hashable)
_MANY = 500  # values in a question


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a listing comes from: `name` and `site` of the installation, its `page` there, when it was last seen there."""

    name: str
    site: str
    page: str
    seen_at: datetime


def provenance_of(listing: Listing) -> Provenance | None:
    """What its page tells of the installation that it comes from; None if it does not come from another."""
    if listing.origin != Origin.HARVESTED or listing.feed is None:
        return None
    arrival = next((one for one in listing.arrivals.all() if one.feed_id == listing.feed_id), None)
    address = urlsplit(listing.feed.address)
    return Provenance(
        name=listing.feed.name or address.netloc,
        site=f"{address.scheme}://{address.netloc}/",
        page=arrival.address if arrival else "",
        seen_at=arrival.seen_at if arrival else listing.created_at,
    )


def all_feeds() -> QuerySet[Feed]:
    """All feeds by name, with how much of them is `waiting` for an editor, `listed`, and `ours` (listed here already)."""

    def so_many(which: Q) -> Count:
        return Count("arrivals", filter=which, distinct=True)

    theirs = Q(arrivals__listing__feed=F("pk"), arrivals__listing__state=State.PUBLIC)
    return Feed.objects.annotate(
        waiting=so_many(Q(arrivals__state=Arrival.State.WAITING)),
        ours=so_many(Q(arrivals__state=Arrival.State.OURS)),
        listed=so_many(theirs),
    ).order_by("name", "address")


def feed_called(typed: str) -> Feed | None:
    """The feed of an address that somebody typed: its own, or that of its site. Raises as `feed_address`."""
    return Feed.objects.filter(address=feed_address(typed, own=settings.SITE_URL)).first()


def due_feeds() -> QuerySet[Feed]:
    """What the clock has to harvest now."""
    return Feed.objects.filter(state=Feed.State.ACTIVE).filter(Q(due_at=None) | Q(due_at__lte=clock.now()))


def arrivals(*, state: str = Arrival.State.WAITING, feed: Feed | None = None) -> QuerySet[Arrival]:
    """What feeds brought, the first come first."""
    found = Arrival.objects.filter(state=state).select_related("feed", "listing").order_by("first_seen_at", "pk")
    return found.filter(feed=feed) if feed else found


def vanished(feed: Feed) -> QuerySet[Arrival]:
    """What was not in the feed any more when it was last read to its end, and was not taken out here."""
    gone = Arrival.objects.filter(feed=feed).exclude(state=Arrival.State.GONE)
    return gone.filter(seen_at__lt=feed.succeeded_at) if feed.succeeded_at else gone.none()


def contents_of(found: Sequence[Arrival]) -> list[ListingContent]:
    """What each arrival would make a listing say here: its network by the number here, places as far as the gazetteer
    knows them, and for facts that came without a source the page that they came from, unverified. All of one feed."""
    networks = _networks(found)
    contents = []
    for arrival in found:
        said = read_content(arrival.content)
        said = replace(
            said, network=networks.get(arrival.network_uid), places=tuple(_known_place(one) for one in said.places)
        )
        feed = arrival.feed
        page = SourceContent(address=arrival.address or feed.address, title=feed.name[:300], is_verified=False)
        sources = {fact: of for fact, of in said.sources.items() if of}
        contents.append(replace(said, sources={**dict.fromkeys(said.facts(), (page,)), **sources}))
    return contents


def would_change(arrival: Arrival, content: ListingContent) -> dict[str, dict[str, Any]]:
    """Fact by fact what accepting it would change; of a new listing everything, with nothing before."""
    before = whole(Listing.objects.filter(pk=arrival.listing_id)).first() if arrival.listing_id else None
    return history_of(content_of(before) if before else None, content)


def look_alikes(contents: Mapping[Key, ListingContent], feed: Feed) -> dict[Key, list[Listing]]:
    """Listings, not of this feed, that may be of the same initiative: the same website, or the same name in the same
    country (or in none). A constant number of questions for up to 500 contents."""
    sites = {spelling for content in contents.values() for spelling in _spellings(content.website)}
    names = {folded(name) for content in contents.values() for name in content.names.values()}
    others = Listing.objects.exclude(state=State.WITHDRAWN).exclude(feed=feed).prefetch_related("places")
    found: dict[int, Listing] = {}
    for column, values in (("website", sites), ("sort_name", names)):
        ordered = sorted(filter(None, values))
        for start in range(0, len(ordered), _MANY):
            some = others.filter(**{f"{column}__in": ordered[start : start + _MANY]})
            found |= {listing.pk: listing for listing in some}
    return {
        key: [listing for listing in found.values() if _may_be_the_same(content, listing)]
        for key, content in contents.items()
    }


def _may_be_the_same(content: ListingContent, listing: Listing) -> bool:
    if content.website and listing.website in _spellings(content.website):
        return True
    if listing.sort_name not in {folded(name) for name in content.names.values()}:
        return False
    here = {place.country for place in listing.places.all() if place.country}
    there = {place.country for place in content.places if place.country}
    return not here or not there or bool(here & there)


def _spellings(website: str) -> set[str]:
    """One address as it may be written: with and without www, a slash at its end, encryption."""
    if not website:
        return set()
    bare = website.partition("://")[2].removeprefix("www.").rstrip("/")
    return {f"{scheme}://{www}{bare}{end}" for scheme in ("https", "http") for www in ("", "www.") for end in ("", "/")}


def _known_place(said: PlaceContent) -> PlaceContent:
    if said.gazetteer_id is None:
        return said
    known = place(said.gazetteer_id)
    return said if known is not None and known.country == said.country else replace(said, gazetteer_id=None)


def _networks(found: Iterable[Arrival]) -> dict[str, int]:
    """The number here of each network that is named, by what the feed calls it; public listings only."""
    wanted = sorted({(arrival.feed_id, arrival.network_uid) for arrival in found if arrival.network_uid})
    numbers: dict[str, int] = {}
    for start in range(0, len(wanted), _MANY):
        uids = [uid for _feed, uid in wanted[start : start + _MANY]]
        rows = Arrival.objects.filter(feed__in={feed for feed, _uid in wanted}, uid__in=uids)
        numbers |= dict(rows.filter(listing__state=State.PUBLIC).values_list("uid", "listing"))
    return numbers


def listings_called(uids: Sequence[str]) -> dict[str, Listing]:
    """The listings that have one of these ids as their own, by it."""
    numbers = [number for uid in uids if (number := as_uuid(uid))]
    found: dict[str, Listing] = {}
    for start in range(0, len(numbers), 500):
        some = Listing.objects.filter(uid__in=numbers[start : start + 500])
        found |= {str(listing.uid): listing for listing in some}
    return found


def as_uuid(uid: str) -> UUID | None:
    """The id of a feed as a UUID, if it is one in its one spelling."""
    try:
        return UUID(uid) if uid_of(uid) == uid and len(uid) == 36 else None
    except ValueError:
        return None
