"""Who takes part in an initiative, and as what."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet
from django_scopes import scopes_disabled

from shidra.foundation.initiatives.models import Initiative, Membership, Partnership, Role
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person
from shidra.kernel import clock


def current(on: date | None = None) -> Q:
    """Dated rows that hold on a day (default: today)."""
    day = on or clock.today()
    return Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gte=day))


def roles_of(person: Person, initiative: Initiative) -> frozenset[tuple[str, int | None]]:
    """The person's present roles, each with the organisation it is held for (None: for the initiative).

    Remembered on the person object, so that a request asks once for each initiative.
    """
    if not person.is_authenticated or not person.is_active:
        return frozenset()
    known: dict[int, frozenset[tuple[str, int | None]]] = person.__dict__.setdefault("_roles_by_initiative", {})
    if initiative.pk not in known:
        with scopes_disabled():
            rows = Membership.objects.filter(current(), person=person, initiative=initiative)
            known[initiative.pk] = frozenset(rows.values_list("role", "organisation_id"))
    return known[initiative.pk]


def initiatives_of(person: Person) -> QuerySet[Initiative]:
    """Initiatives in which the person has a role today, newest role first."""
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
