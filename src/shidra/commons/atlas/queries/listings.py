"""Listings with what they tell, read in a constant number of queries."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Max, Prefetch, QuerySet

from shidra.commons.atlas.models import Edition, Listing, Origin, Part, State


def whole(listings: QuerySet[Listing]) -> QuerySet[Listing]:
    """With places, parts (bodies, their identifiers), sources and network: as `content_of` and telling need them."""
    parts = Part.objects.select_related("body").prefetch_related("body__identifiers")
    return listings.select_related("network", "feed").prefetch_related(
        "places", "sources", Prefetch("parts", queryset=parts)
    )


def in_order(numbers: Sequence[int]) -> list[Listing]:
    """The listings of these numbers, in their order; those that are gone meanwhile are left out."""
    found = whole(Listing.objects.filter(state=State.PUBLIC)).in_bulk(list(numbers))
    return [found[number] for number in numbers if number in found]


def public_listing(slug: str) -> Listing | None:
    """A listing that the public may see, or may learn that it was withdrawn."""
    return whole(Listing.objects.exclude(state=State.DRAFT)).filter(slug=slug).first()


def own_listings(after: int, most: int) -> list[Listing]:
    """What this installation itself lists or listed, by number: public and withdrawn. Not what it has from other feeds,
    which tell of it themselves."""
    own = Listing.objects.filter(state__in=[State.PUBLIC, State.WITHDRAWN], pk__gt=after)
    return list(whole(own.exclude(origin=Origin.HARVESTED)).order_by("pk")[:most])


def edition_words() -> str:
    """The edition of the atlas, as a mark for caches."""
    row = Edition.objects.filter(pk=1).values_list("whole", "number").first() or (0, 0)
    return f"{row[0]}-{row[1]}"


def newest_change() -> object:
    """When anything in the atlas changed last."""
    return Listing.objects.aggregate(newest=Max("changed_at"))["newest"]
