"""Organisations that take part in an initiative."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import transaction

from shidra.foundation.audit.chain import record
from shidra.foundation.files.models import StoredFile
from shidra.foundation.initiatives.concurrency import lock_at_version
from shidra.foundation.initiatives.models import Initiative, Membership, Partnership
from shidra.foundation.initiatives.queries import current, today_in
from shidra.foundation.initiatives.rules import can_change_organisation, can_manage_partners, demand
from shidra.foundation.initiatives.signals import initiative_changed
from shidra.foundation.organisations.models import Identifier, Organisation
from shidra.foundation.people.models import Person
from shidra.foundation.places.models import Place
from shidra.kernel.errors import RuleBroken, gettext_noop


@transaction.atomic
def add_partner(
    *,
    by: Person | None,
    initiative: Initiative,
    part: str,
    starts_on: date | None = None,
    organisation: Organisation | None = None,
    names: Mapping[str, str] | None = None,
    sector: str = "",
    website: str = "",
    identifiers: Sequence[tuple[str, str]] = (),
    places: Sequence[Place] = (),
    is_fictional: bool = False,
) -> Partnership:
    """Let an organisation take part from a day (default: today): one that has another part already, or a new one.

    A new one that a register's identifier shows to be known to the installation is that one, as it is there.
    Raises RuleBroken (`names_missing`, `part_held`).
    """
    demand(by is None or can_manage_partners(by, initiative))
    if organisation is None:
        organisation = _known_by(identifiers) or _register(
            names or {}, sector, website, identifiers, places, is_fictional
        )
    if Partnership.objects.filter(current(), initiative=initiative, organisation=organisation, part=part).exists():
        raise RuleBroken("part_held", gettext_noop("This organisation takes part in this way already."), field="part")
    partnership = Partnership.objects.create(
        initiative=initiative, organisation=organisation, part=part, starts_on=starts_on or today_in(initiative)
    )
    after = {
        "organisation": organisation,
        "names": organisation.names,
        "part": part,
        "starts_on": partnership.starts_on,
    }
    record(by=by, verb="add_partner", subject=partnership, initiative=initiative, after=after)
    initiative_changed.send(sender=None, initiative=initiative)
    return partnership


@transaction.atomic
def change_partner(
    *,
    by: Person | None,
    initiative: Initiative,
    organisation: Organisation,
    version: int | None,
    names: Mapping[str, str],
    sector: str,
    website: str = "",
    identifiers: Sequence[tuple[str, str]] = (),
    places: Sequence[Place] = (),
    logo: StoredFile | None = None,
    without_logo: bool = False,
) -> Organisation:
    """Change what is known of an organisation. `logo` None keeps the one there is, unless `without_logo`.

    Raises ChangedMeanwhile, RuleBroken (`names_missing`, `identifier_taken`), and NotAllowed when another initiative
    has the organisation too: then only the administrator changes it.
    """
    demand(by is None or can_change_organisation(by, (initiative, organisation)))
    _demand_names(names)
    held = lock_at_version(organisation, version)
    before = _state(held)
    held.names, held.sector, held.website = dict(names), sector, website
    if logo is not None or without_logo:
        held.logo = logo
    held.save()
    held.places.set(places)
    wanted = set(identifiers)
    for scheme, value in wanted:
        if Identifier.objects.filter(scheme=scheme, value=value).exclude(organisation=held).exists():
            raise RuleBroken(
                "identifier_taken",
                gettext_noop("%(scheme)s %(value)s belongs to another organisation."),
                field="identifiers",
                scheme=scheme,
                value=value,
            )
    held.identifiers.all().delete()
    Identifier.objects.bulk_create(
        [Identifier(organisation=held, scheme=scheme, value=value) for scheme, value in sorted(wanted)]
    )
    record(by=by, verb="change_partner", subject=held, initiative=initiative, before=before, after=_state(held))
    initiative_changed.send(sender=None, initiative=initiative)
    return held


@transaction.atomic
def end_partnership(*, by: Person | None, partnership: Partnership, on: date | None = None) -> Partnership:
    """End an organisation's part: from that day (default: today) it no longer takes part in this way.

    When that was its last part, the roles of its people end on the same day. Raises RuleBroken (`part_ended`,
    `ends_before_it_starts`).
    """
    held = Partnership.objects.select_for_update(of=("self",)).select_related("initiative").get(pk=partnership.pk)
    initiative = held.initiative
    demand(by is None or can_manage_partners(by, initiative))
    day = on or today_in(initiative)
    if held.ends_on is not None:
        raise RuleBroken("part_ended", gettext_noop("This has an end already."))
    if day < held.starts_on:
        raise RuleBroken(
            "ends_before_it_starts",
            gettext_noop("The end lies before the beginning (%(day)s)."),
            field="on",
            day=held.starts_on.isoformat(),
        )
    held.ends_on = day
    held.save(update_fields=["ends_on"])
    ended: list[int] = []
    others = Partnership.objects.filter(current(day), initiative=initiative, organisation=held.organisation)
    if not others.exclude(pk=held.pk).exists():
        roles = Membership.objects.filter(initiative=initiative, organisation=held.organisation, ends_on=None)
        ended = list(roles.filter(starts_on__lte=day).values_list("pk", flat=True))
        Membership.objects.filter(pk__in=ended).update(ends_on=day)
    record(
        by=by, verb="end_partnership", subject=held, initiative=initiative, after={"ends_on": day, "roles_ended": ended}
    )
    initiative_changed.send(sender=None, initiative=initiative)
    return held


def _known_by(identifiers: Sequence[tuple[str, str]]) -> Organisation | None:
    for scheme, value in identifiers:
        known = Identifier.objects.filter(scheme=scheme, value=value).select_related("organisation").first()
        if known is not None:
            return known.organisation
    return None


def _register(
    names: Mapping[str, str],
    sector: str,
    website: str,
    identifiers: Sequence[tuple[str, str]],
    places: Sequence[Place],
    is_fictional: bool,
) -> Organisation:
    _demand_names(names)
    organisation = Organisation.objects.create(
        names=dict(names), sector=sector, website=website, is_fictional=is_fictional
    )
    organisation.places.set(places)
    Identifier.objects.bulk_create(
        [
            Identifier(organisation=organisation, scheme=scheme, value=value)
            for scheme, value in sorted(set(identifiers))
        ]
    )
    return organisation


def _demand_names(names: Mapping[str, str]) -> None:
    if not any(names.values()):
        raise RuleBroken(
            "names_missing", gettext_noop("Name the organisation in one language at least."), field="names"
        )


def _state(organisation: Organisation) -> dict[str, object]:
    return {
        "names": organisation.names,
        "sector": organisation.sector,
        "website": organisation.website,
        "identifiers": sorted(organisation.identifiers.values_list("scheme", "value")),
        "places": sorted(organisation.places.values_list("pk", flat=True)),
        "logo": organisation.logo.sha256 if organisation.logo else None,
    }
