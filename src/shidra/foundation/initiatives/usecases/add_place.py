"""An initiative's own places."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction

from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.rules import can_edit_initiative, demand
from shidra.foundation.people.models import Person
from shidra.foundation.places.models import Place
from shidra.foundation.places.placing import put_in_hierarchy
from shidra.foundation.places.queries import places_of
from shidra.kernel.errors import RuleBroken, gettext_noop


@transaction.atomic
def add_place(
    *,
    by: Person | None,
    initiative: Initiative,
    code: str,
    names: Mapping[str, str],
    kind: str,
    parent: Place | None = None,
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
) -> Place:
    """Add a place that only this initiative uses: a neighbourhood, a school. Raises RuleBroken (`names_missing`,
    `place_code_taken`, `place_unknown`)."""
    demand(by is None or can_edit_initiative(by, initiative))
    if not any(names.values()):
        raise RuleBroken("names_missing", gettext_noop("Name the place in one language at least."), field="names")
    if places_of(initiative.pk).filter(code=code).exists():
        raise RuleBroken("place_code_taken", gettext_noop("There is a place with this code already."), field="code")
    if parent is not None and not places_of(initiative.pk).filter(pk=parent.pk).exists():
        raise RuleBroken("place_unknown", gettext_noop("There is no such place here."), field="parent")
    place = Place.objects.create(
        tenant=initiative.pk,
        code=code,
        names=dict(names),
        kind=kind,
        parent=parent,
        latitude=latitude,
        longitude=longitude,
    )
    put_in_hierarchy(place)
    record(by=by, verb="add_place", subject=place, initiative=initiative, after={"code": code, "names": place.names})
    return place
