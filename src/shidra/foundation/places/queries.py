"""Finding places."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from shidra.foundation.places.models import Place
from shidra.kernel.languages import LANGUAGES


def places_of(tenant: int | None) -> QuerySet[Place]:
    """The places of the installation, and an initiative's own."""
    mine = Q(tenant=None) | Q(tenant=tenant) if tenant is not None else Q(tenant=None)
    return Place.objects.filter(mine).order_by("path")


def matching(places: QuerySet[Place], sought: str) -> QuerySet[Place]:
    """The places whose name in a language, or whose code, holds what is sought; all of them for nothing."""
    if not sought:
        return places
    told = Q(code__icontains=sought)
    for language in LANGUAGES:
        told |= Q(**{f"names__{language}__icontains": sought})
    return places.filter(told)


def named(places: QuerySet[Place]) -> dict[str, list[Place]]:
    """The places under each of their names and their code, in small letters."""
    found: dict[str, list[Place]] = {}
    for place in places:
        for word in {place.code.casefold(), *(name.casefold() for name in place.names.values())}:
            found.setdefault(word, []).append(place)
    return found
