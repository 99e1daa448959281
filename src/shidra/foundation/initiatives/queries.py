"""Who takes part in an initiative, and as what."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django_scopes import scopes_disabled

from shidra.foundation.initiatives.models import Initiative, Invitation, Membership, Partnership, Role
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person
from shidra.kernel import clock


def current(on: date | None = None) -> Q:
    """Dated rows that hold on a day (default: today). `ends_on` is the first day on which they no longer do."""
    day = on or clock.today()
    return Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gt=day))


def today_in(initiative: Initiative) -> date:
    """The date on the calendar where the initiative is at home."""
    return clock.now().astimezone(ZoneInfo(initiative.time_zone)).date()


def initiative_by_slug(slug: str) -> Initiative | None:
    """The initiative of that name in addresses, whoever asks: for entrypoints that need no gate."""
    return Initiative.objects.filter(slug=slug).first()


def roles_of(person: Person, initiative: Initiative) -> frozenset[tuple[str, int | None]]:
    """The person's present roles, each with the organisation it is held for (None: for the initiative).

    Remembered on the person object, so that a request asks once for each initiative.
    """
    if not person.is_active:  # which an anonymous visitor never is
        return frozenset()
    known: dict[int, frozenset[tuple[str, int | None]]] = person.__dict__.setdefault("_roles_by_initiative", {})
    if initiative.pk not in known:
        with scopes_disabled():
            rows = Membership.objects.filter(current(), person=person, initiative=initiative)
            known[initiative.pk] = frozenset(rows.values_list("role", "organisation_id"))
    return known[initiative.pk]


def initiatives_of(person: Person) -> QuerySet[Initiative]:
    """Initiatives in which the person has a role today, by their names in addresses."""
    with scopes_disabled():
        mine = Membership.objects.filter(current(), person=person).values("initiative_id")
        return Initiative.objects.filter(pk__in=mine).order_by("slug")


def partners(initiative: Initiative, on: date | None = None) -> QuerySet[Organisation]:
    """Organisations that are partners of the initiative on a day."""
    part = Partnership.objects.filter(current(on), initiative=initiative, part=Partnership.Part.PARTNER)
    return Organisation.objects.filter(pk__in=part.values("organisation_id")).order_by("pk")


def people_in_role(initiative: Initiative, role: Role, organisation: Organisation | None = None) -> QuerySet[Person]:
    """People who hold a role today (for one organisation, where given)."""
    rows = Membership.objects.filter(current(), initiative=initiative, role=role)
    if organisation is not None:
        rows = rows.filter(organisation=organisation)
    return Person.objects.filter(pk__in=rows.values("person_id"), is_active=True).order_by("pk")


def organisations_of(person: Person, initiative: Initiative) -> list[Organisation]:
    """The organisations that the person has a role for in the initiative today."""
    wanted = {organisation for _role, organisation in roles_of(person, initiative) if organisation is not None}
    return list(Organisation.objects.filter(pk__in=wanted).order_by("pk")) if wanted else []


def partnerships(initiative: Initiative) -> QuerySet[Partnership]:
    """Every organisation's part in the initiative, present ones first, then those that ended."""
    rows = Partnership.objects.filter(initiative=initiative).select_related("organisation", "organisation__logo")
    return rows.order_by("ends_on", "part", "organisation_id", "starts_on")


def memberships(initiative: Initiative) -> QuerySet[Membership]:
    """Every person's role in the initiative."""
    rows = Membership.objects.filter(initiative=initiative).select_related("person", "organisation")
    return rows.order_by("role", "person__name", "pk")


def open_invitations(initiative: Initiative) -> QuerySet[Invitation]:
    """Invitations that can still be accepted, or have run out unanswered; the newest first."""
    rows = Invitation.objects.filter(initiative=initiative, accepted_at=None, withdrawn_at=None)
    return rows.select_related("organisation", "invited_by").order_by("-pk")


def participants(initiative: Initiative, on: date | None = None) -> QuerySet[Organisation]:
    """Organisations with any part in the initiative on a day."""
    rows = Partnership.objects.filter(current(on), initiative=initiative)
    return Organisation.objects.filter(pk__in=rows.values("organisation_id")).order_by("pk")


def takes_part_elsewhere(organisation: Organisation, initiative: Initiative) -> bool:
    """Whether another initiative has, or had, this organisation."""
    with scopes_disabled():
        return Partnership.objects.filter(organisation=organisation).exclude(initiative=initiative).exists()
