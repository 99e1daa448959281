"""The places that all initiatives share: countries, districts, cities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from shidra.foundation.audit.chain import record
from shidra.foundation.people.models import Person
from shidra.foundation.people.rules import demand, is_administrator
from shidra.foundation.places.models import Place
from shidra.foundation.places.placing import write_place
from shidra.kernel.errors import RuleBroken, gettext_noop


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A line of a list of places. `parent` is a code of the list or of a place that is there already, "" for none."""

    line: int
    code: str
    kind: str
    parent: str
    names: Mapping[str, str]
    latitude: Decimal | None = None
    longitude: Decimal | None = None


@transaction.atomic
def add_shared_place(*, by: Person | None, code: str, parent: Place | None = None, **said: Any) -> Place:
    """Add a place that every initiative can use; `said` as `placing.write_place` takes it.

    Raises RuleBroken: `place_code_taken`, `place_unknown` (the parent is an initiative's own), and what
    `write_place` raises.
    """
    demand(by is None or is_administrator(by))
    if Place.objects.filter(tenant=None, code=code).exists():
        raise RuleBroken("place_code_taken", gettext_noop("There is a place with this code already."), field="code")
    _demand_shared(parent)
    place = write_place(Place(code=code), parent=parent, **said)
    record(by=by, verb="add_shared_place", subject=place, after=_said(place))
    return place


@transaction.atomic
def change_shared_place(*, by: Person | None, place: Place, parent: Place | None = None, **said: Any) -> Place:
    """Change names, kind, point, or where it lies; its code, by which files name it, stays. Raises as `add_...`."""
    demand(by is None or is_administrator(by))
    held = Place.objects.select_for_update().get(pk=place.pk)
    _demand_shared(held)
    _demand_shared(parent)
    before = _said(held)
    write_place(held, parent=parent, **said)
    record(by=by, verb="change_shared_place", subject=held, before=before, after=_said(held))
    return held


@transaction.atomic
def import_shared_places(*, by: Person | None, rows: Sequence[PlaceRow]) -> tuple[int, int]:
    """Add the places of a list, and change those whose code is known: all of them or none. Returns (added, changed).

    Lines may come in any order. Raises RuleBroken that names the line: `place_twice`, `place_parent_unknown`,
    `place_row_circle`, and what `write_place` raises, with `_in_line` after its code.
    """
    demand(by is None or is_administrator(by))
    known = {place.code: place for place in Place.objects.filter(tenant=None).select_for_update()}
    listed = {row.code for row in rows}
    waiting: dict[str, PlaceRow] = {}
    for row in rows:
        if row.code in waiting:
            raise RuleBroken(
                "place_twice", gettext_noop("Line %(line)s: the code %(place)s stands in the list twice."),
                line=row.line, place=row.code,
            )  # fmt: skip
        if row.parent and row.parent not in known and row.parent not in listed:
            raise RuleBroken(
                "place_parent_unknown", gettext_noop("Line %(line)s: there is no place with the code %(place)s."),
                line=row.line, place=row.parent,
            )  # fmt: skip
        waiting[row.code] = row
    counts = [0, 0]
    changes: list[dict[str, Any]] = []
    while waiting:
        ready = [row for row in waiting.values() if row.parent not in waiting]
        if not ready:
            row = next(iter(waiting.values()))
            raise RuleBroken(
                "place_row_circle", gettext_noop("Line %(line)s: the place lies within itself."), line=row.line
            )
        for row in ready:
            del waiting[row.code]
            present = known.get(row.code)
            before = _said(present) if present is not None else None
            parent = known[row.parent] if row.parent else None
            if present is not None:
                present.refresh_from_db()  # its path may have moved with a place above it
            if parent is not None:
                parent.refresh_from_db()
            known[row.code] = _write_row(present or Place(code=row.code), row, parent)
            after = _said(known[row.code])
            if before != after:
                counts[before is not None] += 1
                changes.append({"before": before, "after": after})
    record(by=by, verb="import_shared_places", subject="places.place:shared", after={"places": changes})
    return counts[0], counts[1]


def _write_row(place: Place, row: PlaceRow, parent: Place | None) -> Place:
    try:
        return write_place(
            place, names=row.names, kind=row.kind, parent=parent, latitude=row.latitude, longitude=row.longitude
        )
    except RuleBroken as broken:
        broken.params["line"] = row.line
        raise RuleBroken(
            f"{broken.code}_in_line", _IN_LINE.get(broken.code, broken.message), **broken.params
        ) from broken


# What can be wrong with a line, said with its number: sentences are never built from pieces.
_IN_LINE = {
    "names_missing": gettext_noop("Line %(line)s: name the place in one language at least."),
    "point_incomplete": gettext_noop("Line %(line)s: a point has a latitude and a longitude."),
    "place_circle": gettext_noop("Line %(line)s: the place lies within itself."),
    "place_narrower_outside": gettext_noop("Line %(line)s: a wider place cannot lie within a narrower one."),
    "places_too_deep": gettext_noop("Line %(line)s: places lie too deep within one another."),
}


def _demand_shared(place: Place | None) -> None:
    if place is not None and place.tenant is not None:
        raise RuleBroken("place_unknown", gettext_noop("There is no such place here."), field="parent")


def _said(place: Place) -> dict[str, Any]:
    return {
        "code": place.code,
        "names": dict(place.names),
        "kind": str(place.kind),
        "parent": place.parent.code if place.parent is not None else None,
        "latitude": None if place.latitude is None else f"{Decimal(place.latitude).normalize():f}",
        "longitude": None if place.longitude is None else f"{Decimal(place.longitude).normalize():f}",
    }
