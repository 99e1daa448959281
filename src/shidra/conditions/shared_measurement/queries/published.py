"""What all public initiatives have released, for lists that go over the whole installation."""

from __future__ import annotations

from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery
from django_scopes import scopes_disabled

from shidra.conditions.shared_measurement.models import Release, ReleasedIndicator

# Each reads across initiatives, on purpose: only what is published, of those that are public.


def count_releases() -> int:
    """How many releases the public may read."""
    with scopes_disabled():
        return _releases().count()


def releases_from(start: int, many: int) -> list[tuple[str, int, datetime | None]]:
    """Initiative, number and moment of publishing of some of them, oldest first. One query."""
    with scopes_disabled():
        return list(_releases().values_list("initiative__slug", "number", "published_at")[start : start + many])


def count_indicators() -> int:
    """How many indicators the newest releases tell of."""
    with scopes_disabled():
        return _indicators().count()


def indicators_from(start: int, many: int) -> list[tuple[str, str, datetime | None]]:
    """Initiative, code and moment of publishing of some of them. One query."""
    with scopes_disabled():
        rows = _indicators().values_list("release__initiative__slug", "indicator__code", "release__published_at")
        return list(rows[start : start + many])


def _releases() -> QuerySet[Release]:
    return Release.objects.filter(state=Release.State.PUBLISHED, initiative__is_public=True).order_by("pk")


def _indicators() -> QuerySet[ReleasedIndicator]:
    newest = Release.objects.filter(initiative=OuterRef("initiative"), state=Release.State.PUBLISHED).order_by(
        "-number"
    )
    current = _releases().filter(pk=Subquery(newest.values("pk")[:1])).order_by()
    return ReleasedIndicator.objects.filter(release__in=current.values("pk")).order_by("pk")
