"""What a data structure definition of SDMX says of a dictionary: which component is what, and what is proposed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.text import slugify

from shidra.conditions.shared_measurement.published import LONGEST_CODE
from shidra.foundation.sdmx.messages import Role, Structure

FREQUENCY, TOTAL = "FREQ", "_T"
# Dimensions by the names that agencies agreed on: what tells the indicator, what the place.
INDICATORS = ("INDICATOR", "SERIES", "INDIC", "SUBJECT", "MEASURE")
PLACES = ("REF_AREA", "GEO", "LOCATION", "AREA", "COUNTRY")


def propose_dictionary(structure: Structure) -> dict[str, Any]:
    """What a data structure definition says of a dictionary: indicators, places, dimensions with categories, attributes.

    Names are by language; `is_total` marks the code that means everybody.
    """
    components = {one.id: one for one in structure.components}
    dimensions = [one.id for one in structure.of_role(Role.DIMENSION)]
    indicator, place = first_of(INDICATORS, dimensions), first_of(PLACES, dimensions)
    rest = [one for one in dimensions if one not in (indicator, place, FREQUENCY)]

    def listed(name: str) -> list[dict[str, Any]]:
        return [{"code": one.id, "names": dict(one.names)} for one in components[name].codes] if name else []

    return {
        "structure": structure.id,
        "names": dict(structure.names),
        "indicators": listed(indicator) or [{"code": structure.id, "names": dict(structure.names)}],
        "places": listed(place),
        "dimensions": [
            {
                "code": dimension_code(name),
                "component": name,
                "names": dict(components[name].names) or {"en": name},
                "categories": [
                    {"code": one.id, "names": dict(one.names), "parent": one.parent, "is_total": one.id == TOTAL}
                    for one in components[name].codes
                ],
            }
            for name in rest
        ],
        "attributes": [one.id for one in structure.of_role(Role.ATTRIBUTE)],
    }


def first_of(wanted: Iterable[str], there: Iterable[str]) -> str:
    """The first of the names that is there; "" without one."""
    known = set(there)
    return next((name for name in wanted if name in known), "")


def dimension_code(component: str) -> str:
    """The code of the dimension in the dictionary."""
    return slugify(component)[:LONGEST_CODE] or component.lower()
