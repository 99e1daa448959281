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
from shidra.foundation.places.placing import write_place
from shidra.foundation.places.queries import places_of
from shidra.kernel.errors import NotFound, RuleBroken, gettext_noop


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
    """Add a place that only this initiative uses: a neighbourhood, a school. Raises RuleBroken (`place_code_taken`,
    `place_unknown`, and what `placing.write_place` raises)."""
    demand(by is None or can_edit_initiative(by, initiative))
    if places_of(initiative.pk).filter(code=code).exists():
        raise RuleBroken("place_code_taken", gettext_noop("There is a place with this code already."), field="code")
    _demand_here(initiative, parent)
    place = write_place(
        Place(tenant=initiative.pk, code=code),
        names=names, kind=kind, parent=parent, latitude=latitude, longitude=longitude,
    )  # fmt: skip
    record(by=by, verb="add_place", subject=place, initiative=initiative, after={"code": code, "names": place.names})
    return place


@transaction.atomic
def change_place(
    *,
    by: Person | None,
    initiative: Initiative,
    place: Place,
    names: Mapping[str, str],
    kind: str,
    parent: Place | None = None,
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
) -> Place:
    """Change a place that only this initiative uses; its code stays. Raises as `add_place`, and NotFound for another's."""
    demand(by is None or can_edit_initiative(by, initiative))
    held = Place.objects.select_for_update().filter(pk=place.pk, tenant=initiative.pk).first()
    if held is None:
        raise NotFound("place_unknown", gettext_noop("There is no such place here."))
    _demand_here(initiative, parent)
    before = {"names": held.names, "kind": held.kind, "parent": held.parent_id}
    write_place(held, names=names, kind=kind, parent=parent, latitude=latitude, longitude=longitude)
    after = {"names": held.names, "kind": held.kind, "parent": held.parent_id}
    record(by=by, verb="change_place", subject=held, initiative=initiative, before=before, after=after)
    return held


def _demand_here(initiative: Initiative, parent: Place | None) -> None:
    if parent is not None and not places_of(initiative.pk).filter(pk=parent.pk).exists():
        raise RuleBroken("place_unknown", gettext_noop("There is no such place here."), field="parent")
