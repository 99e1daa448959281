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


def own_listings(after: int, most: int) -> list[Listing]:
    """What this installation itself lists or listed, by number: public and withdrawn. Not what it has from other feeds,
    which tell of it themselves."""
    own = Listing.objects.filter(state__in=[State.PUBLIC, State.WITHDRAWN], pk__gt=after)
    return list(whole(own.exclude(origin=Origin.HARVESTED)).order_by("pk")[:most])


def edition() -> tuple[int, int]:
    """The edition of the atlas: of what was last written anew, and of the last change. One query."""
    return Edition.objects.filter(pk=1).values_list("whole", "number").first() or (0, 0)


def edition_words() -> str:
    """The same as a mark for caches."""
    whole_number, number = edition()
    return f"{whole_number}-{number}"


def newest_change() -> object:
    """When anything in the atlas changed last."""
    return Listing.objects.aggregate(newest=Max("changed_at"))["newest"]
