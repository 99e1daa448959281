"""Where a place stands in the hierarchy."""

from __future__ import annotations

from shidra.foundation.places.models import Place


def put_in_hierarchy(place: Place) -> Place:
    """Write down the chain of ids from the root ("1/4/9/"), so that all below a place begin with its path."""
    above = place.parent.path if place.parent is not None else ""
    place.path = f"{above}{place.pk}/"
    place.save(update_fields=["path"])
    return place
