"""What the public pages of the atlas tell: a listing with all around it, its network's children, its history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from shidra.commons.atlas.models import Arrival, Body, Change, Listing, State
from shidra.commons.atlas.queries.filters import Filter
from shidra.commons.atlas.queries.index import index
from shidra.commons.atlas.queries.listings import whole


def told_listing(slug: str) -> Listing | None:
    """A listing that the public may see, or may learn that it was withdrawn, with all that its page tells."""
    arrivals = Prefetch("arrivals", queryset=Arrival.objects.order_by("-seen_at"))
    return whole(_seen().filter(slug=slug)).select_related("initiative").prefetch_related(arrivals).first()


def listing_named(slug: str) -> Listing | None:
    """The same without what is around it."""
    return _seen().filter(slug=slug).first()


def public_listing(slug: str) -> Listing | None:
    """A listing that the public may see, with all that its page tells."""
    found = told_listing(slug)
    return found if found is not None and found.state == State.PUBLIC else None


def listing_of(uid: UUID) -> Listing | None:
    """The same by the number that other installations know it by."""
    return whole(_seen().filter(uid=uid)).first()


def _seen() -> QuerySet[Listing]:
    return Listing.objects.exclude(state=State.DRAFT)


def parts_of_network(listing: Listing, most: int) -> tuple[list[Listing], int]:
    """Public listings that are part of this network, at most so many by name; and how many there are."""
    rows = Listing.objects.filter(network=listing, state=State.PUBLIC)
    found = list(rows.order_by("sort_name", "pk").only("slug", "names", "original_language")[: most + 1])
    return found[:most], len(found) if len(found) <= most else rows.count()


def changes_of(listing: Listing) -> QuerySet[Change]:
    """The public history of a listing, the newest first."""
    return listing.changes.select_related("feed")


def bodies_at_home(country: str) -> QuerySet[Body]:
    """Public bodies of a country, by name."""
    return Body.objects.filter(state=State.PUBLIC, country=country).order_by("sort_name", "pk")


def countries_seen() -> list[str]:
    """Codes of the countries that public listings work in, in their order."""
    found = index()
    return sorted(found.counts(found.matching(Filter())).countries)


def fields_seen() -> list[str]:
    """The fields of action of public listings, in their order."""
    found = index()
    return sorted(code for code, count in found.counts(found.matching(Filter())).fields.items() if count)


@dataclass(frozen=True, slots=True)
class Addressed:
    """The name in its address of something that has a page, and when that changed."""

    slug: str
    changed_at: datetime | None


def count_listings() -> int:
    """How many listings have a page."""
    return Listing.objects.filter(state=State.PUBLIC).count()


def listings_from(start: int, many: int) -> Iterable[Addressed]:
    """Some of them, in an order that does not change."""
    rows = Listing.objects.filter(state=State.PUBLIC).order_by("pk").values_list("slug", "changed_at")
    return [Addressed(*row) for row in rows[start : start + many]]


def count_bodies() -> int:
    """How many bodies have a page."""
    return Body.objects.filter(state=State.PUBLIC).count()


def bodies_from(start: int, many: int) -> Iterable[Addressed]:
    """Some of them, in an order that does not change."""
    rows = Body.objects.filter(state=State.PUBLIC).order_by("pk").values_list("slug", "changed_at")
    return [Addressed(*row) for row in rows[start : start + many]]
