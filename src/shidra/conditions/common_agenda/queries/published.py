"""The agendas of all public initiatives, for lists that go over the whole installation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Max
from django_scopes import scopes_disabled

from shidra.conditions.common_agenda.models import CommonAgenda

# Each reads across initiatives, on purpose: only what is published, of those that are public.


def count_agendas() -> int:
    """How many public initiatives have published an agenda."""
    with scopes_disabled():
        return int(_agendas().count())


def agendas_from(start: int, many: int) -> list[tuple[str, datetime]]:
    """Initiative and moment of the newest version of some of them. One query."""
    with scopes_disabled():
        return list(_agendas()[start : start + many])


def _agendas() -> Any:
    published = CommonAgenda.objects.filter(state=CommonAgenda.State.PUBLISHED, initiative__is_public=True)
    rows = published.values_list("initiative__slug").annotate(newest=Max("published_at"))
    return rows.order_by("initiative_id")
