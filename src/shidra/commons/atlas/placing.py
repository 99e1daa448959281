"""Places that somebody told by name alone, as the gazetteer knows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from shidra.commons.atlas.content import PlaceContent, rounded
from shidra.foundation.places.gazetteer import Candidate, How, match


def placed(places: Iterable[PlaceContent]) -> tuple[PlaceContent, ...]:
    """The places; a town without a point has its own, where one place alone can be meant by its name and country."""
    return tuple(_placed(one) for one in places)


def _placed(place: PlaceContent) -> PlaceContent:
    if place.kind != "point" or place.latitude or not place.country:
        return place
    for text in place.names.values():
        found = match(text, place.country, place.region or None)
        if isinstance(found, Candidate) and found.how in (How.NAME, How.OTHER_NAME):
            north, east = (format(rounded(Decimal(str(one)), place.precision), "f") for one in found.point)
            return replace(
                place, names={**found.names, **place.names}, region=place.region or found.region_name,
                gazetteer_id=found.id, latitude=north, longitude=east,
            )  # fmt: skip
    return place
