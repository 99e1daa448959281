"""Changes to what an initiative says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.concurrency import lock_at_version
from shidra.foundation.initiatives.models import Initiative, PastName, StatusChange
from shidra.foundation.initiatives.queries import today_in
from shidra.foundation.initiatives.rules import can_edit_initiative, demand
from shidra.foundation.initiatives.signals import initiative_changed
from shidra.foundation.people.models import Person
from shidra.foundation.places.models import Place
from shidra.kernel.errors import RuleBroken, gettext_noop

CHANGEABLE = frozenset({
    "names", "summary", "languages", "original_language", "fields_of_action", "website", "is_public", "licence",
    "fiscal_year_start", "school_year_start", "time_zone", "disclosure_threshold",
})  # fmt: skip


@transaction.atomic
def change_initiative(
    *,
    by: Person | None,
    initiative: Initiative,
    version: int | None,
    fields: Mapping[str, Any],
    places: list[Place] | None = None,
) -> Initiative:
    """Change fields named in CHANGEABLE, and the places where it works.

    Raises ChangedMeanwhile, and RuleBroken (`names_missing`, `languages_missing`, `threshold_too_low`).
    """
    demand(by is None or can_edit_initiative(by, initiative))
    if set(fields) - CHANGEABLE:
        raise ValueError(f"not changed this way: {sorted(set(fields) - CHANGEABLE)}")
    held = lock_at_version(initiative, version)
    before = {name: getattr(held, name) for name in fields}
    for name, value in fields.items():
        setattr(held, name, value)
    if not any(held.names.values()):
        raise RuleBroken("names_missing", gettext_noop("Name the initiative in one language at least."), field="names")
    if not held.languages or held.original_language not in held.languages:
        raise RuleBroken(
            "languages_missing",
            gettext_noop("The initiative's own language must be among the languages in use."),
            field="original_language",
        )
    if held.disclosure_threshold < 5:
        raise RuleBroken(
            "threshold_too_low",
            gettext_noop("No figure on fewer than five people may be shown."),
            field="disclosure_threshold",
        )
    held.save()
    after = {name: getattr(held, name) for name in fields}
    changed = {name for name in fields if before[name] != after[name]}
    before, after = {name: before[name] for name in changed}, {name: after[name] for name in changed}
    if places is not None:
        old = set(held.places.values_list("pk", flat=True))
        held.places.set(places)
        if old != {place.pk for place in places}:
            before["places"], after["places"] = sorted(old), sorted(place.pk for place in places)
    record(by=by, verb="change_initiative", subject=held, initiative=held, before=before, after=after)
    initiative_changed.send(sender=None, initiative=held)
    return held


@transaction.atomic
def change_status(
    *,
    by: Person | None,
    initiative: Initiative,
    version: int | None,
    status: str,
    on: date,
    reason: Mapping[str, str] | None = None,
    legacy: Mapping[str, str] | None = None,
) -> Initiative:
    """Say since when the initiative is emerging, active or closed; one that closes says why, and what it leaves behind.

    Raises ChangedMeanwhile, and RuleBroken (`status_same`, `status_in_future`, `status_before_last`, `reason_missing`).
    """
    demand(by is None or can_edit_initiative(by, initiative))
    held = lock_at_version(initiative, version)
    last = held.status_changes.order_by("on", "pk").last()
    if status == held.status:
        raise RuleBroken("status_same", gettext_noop("That is the status already."), field="status")
    if on > today_in(held):
        raise RuleBroken("status_in_future", gettext_noop("This day lies in the future."), field="on")
    if last is not None and on < last.on:
        raise RuleBroken(
            "status_before_last",
            gettext_noop("The status was last changed on %(day)s; choose that day or a later one."),
            field="on",
            day=last.on.isoformat(),
        )
    if status == Initiative.Status.CLOSED and not any((reason or {}).values()):
        raise RuleBroken("reason_missing", gettext_noop("Say why the initiative closes."), field="reason")
    change = StatusChange.objects.create(
        initiative=held, status=status, on=on, reason=dict(reason or {}), legacy=dict(legacy or {})
    )
    before = {"status": held.status}
    held.status = status
    held.save()
    after = {"status": status, "on": on, "reason": change.reason, "legacy": change.legacy}
    record(by=by, verb="change_status", subject=held, initiative=held, before=before, after=after)
    initiative_changed.send(sender=None, initiative=held)
    return held


@transaction.atomic
def add_past_name(
    *, by: Person | None, initiative: Initiative, names: Mapping[str, str], until: date | None
) -> PastName:
    """Remember a name that the initiative bore until a day. Raises RuleBroken(`names_missing`)."""
    demand(by is None or can_edit_initiative(by, initiative))
    if not any(names.values()):
        raise RuleBroken("names_missing", gettext_noop("Write the past name in one language at least."), field="names")
    past = PastName.objects.create(initiative=initiative, names=dict(names), until=until)
    after = {"names": past.names, "until": until}
    record(by=by, verb="add_past_name", subject=past, initiative=initiative, after=after)
    initiative_changed.send(sender=None, initiative=initiative)
    return past


@transaction.atomic
def remove_past_name(*, by: Person | None, past_name: PastName) -> None:
    """Forget a past name that was written down by mistake."""
    initiative = past_name.initiative
    demand(by is None or can_edit_initiative(by, initiative))
    before = {"names": past_name.names, "until": past_name.until}
    record(by=by, verb="remove_past_name", subject=past_name, initiative=initiative, before=before)
    past_name.delete()
    initiative_changed.send(sender=None, initiative=initiative)
