"""A new initiative."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django_scopes import scope

from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.models import Initiative, Membership, Role, StatusChange
from shidra.foundation.initiatives.queries import today_in
from shidra.foundation.initiatives.rules import demand, is_administrator
from shidra.foundation.people.models import Person
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.languages import LANGUAGES

# Words that stand in addresses where the short name of an initiative would.
RESERVED = frozenset({"administration", "atlas", "jobs", "new", "settings", "static", "account", "work"})


@transaction.atomic
def found_initiative(
    *,
    by: Person | None,
    slug: str,
    names: Mapping[str, str],
    original_language: str,
    languages: Sequence[str] = LANGUAGES,
    steward: Person | None = None,
    **more: Any,
) -> Initiative:
    """Make an initiative, emerging from today, with its first steward if one is named; `by` None is the command line.

    `more`: further fields of Initiative (`time_zone`, `is_fictional`, `is_public`, ...). Raises RuleBroken
    (`slug_taken`, `slug_reserved`, `names_missing`), and NotAllowed unless `by` is an administrator.
    """
    demand(by is None or is_administrator(by))
    if slug in RESERVED:
        raise RuleBroken(
            "slug_reserved", gettext_noop("“%(slug)s” means something else in addresses."), field="slug", slug=slug
        )
    if Initiative.objects.filter(slug=slug).exists():
        raise RuleBroken(
            "slug_taken", gettext_noop("There is an initiative “%(slug)s” already."), field="slug", slug=slug
        )
    if not any(names.values()):
        raise RuleBroken("names_missing", gettext_noop("Name the initiative in one language at least."), field="names")
    initiative = Initiative.objects.create(
        slug=slug, names=dict(names), original_language=original_language, languages=list(languages), **more
    )
    today = today_in(initiative)
    with scope(initiative=initiative):
        StatusChange.objects.create(initiative=initiative, status=initiative.status, on=today)
        if steward is not None:
            Membership.objects.create(initiative=initiative, person=steward, role=Role.STEWARD, starts_on=today)
    record(
        by=by,
        verb="found_initiative",
        subject=initiative,
        initiative=initiative,
        after={"slug": slug, "names": dict(names), "steward": steward},
    )
    return initiative
