"""Where a place stands in the hierarchy, and what must hold of it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from shidra.foundation.places.models import Place
from shidra.kernel.errors import RuleBroken, gettext_noop

_WIDTH = {kind: width for width, kind in enumerate(Place.Kind.values)}  # from the world to a site
_LONGEST_PATH = Place._meta.get_field("path").max_length or 0


def write_place(
    place: Place,
    *,
    names: Mapping[str, str],
    kind: str,
    parent: Place | None = None,
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
) -> Place:
    """Save what a place is and where it lies; all below it goes with it.

    Raises RuleBroken: `names_missing`, `point_incomplete`, `place_circle` (within itself), `place_narrower_outside`
    (a district does not lie in a neighbourhood), `places_too_deep`.
    """
    if not any(names.values()):
        raise RuleBroken("names_missing", gettext_noop("Name the place in one language at least."), field="names")
    if (latitude is None) != (longitude is None):
        raise RuleBroken("point_incomplete", gettext_noop("A point has a latitude and a longitude."), field="longitude")
    if parent is not None and place.path and parent.path.startswith(place.path):
        raise RuleBroken("place_circle", gettext_noop("A place cannot lie within itself."), field="parent")
    nested = [(kind, inner) for inner in _kinds_below(place)]
    if parent is not None:
        nested.append((parent.kind, kind))
    if any(_WIDTH[outer] > _WIDTH[inner] for outer, inner in nested):
        raise RuleBroken(
            "place_narrower_outside",
            gettext_noop("A wider place cannot lie within a narrower one: a district lies in no neighbourhood."),
            field="kind",
        )
    place.names = {language: text for language, text in names.items() if text}
    place.kind, place.parent, place.latitude, place.longitude = kind, parent, latitude, longitude
    place.save()
    return put_in_hierarchy(place)


def put_in_hierarchy(place: Place) -> Place:
    """Write down the chain of ids from the root ("1/4/9/"), so that all below a place begin with its path."""
    above = place.parent.path if place.parent is not None else ""
    before, place.path = place.path, f"{above}{place.pk}/"
    if before == place.path:
        return place
    if len(place.path) > _LONGEST_PATH:
        raise RuleBroken("places_too_deep", gettext_noop("Places lie too deep within one another."), field="parent")
    place.save(update_fields=["path"])
    if before:
        below = Place.objects.filter(path__startswith=before).exclude(pk=place.pk)
        below.update(path=Concat(Value(place.path), Substr(F("path"), len(before) + 1)))
    return place


def _kinds_below(place: Place) -> list[str]:
    return list(place.children.values_list("kind", flat=True).distinct()) if place.pk else []
