"""What figures that others published hang on: whose they are, codes for their texts, groups, and what became of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.utils.text import slugify

from shidra.conditions.shared_measurement.models import Group
from shidra.conditions.shared_measurement.queries.groups import group_key
from shidra.foundation.initiatives.models import Initiative, Partnership
from shidra.foundation.organisations.models import Organisation, Sector
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.periods import PeriodKind

LONGEST_CODE = 60
_LONGEST_KEY = 480


@dataclass(slots=True)
class IndicatorReport:
    """What became of one data file. `rows` are its rows that are not blank; a row is imported, empty, in error or in
    conflict. Rows are numbered as a spreadsheet shows them, the first line of the file being row 1."""

    indicator: str
    rows: int = 0
    imported: int = 0
    empty: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)
    conflicts: list[dict[str, Any]] = field(default_factory=list)


def publisher_of(initiative: Initiative) -> Organisation:
    """Whose figures they are: the initiative's first backbone organisation, made under its name where there is none."""
    known = Partnership.objects.filter(initiative=initiative, part=Partnership.Part.BACKBONE).order_by("pk").first()
    if known is not None:
        return known.organisation
    made = Organisation.objects.create(names=initiative.names, sector=Sector.PUBLIC)
    Partnership.objects.create(
        initiative=initiative, organisation=made, part=Partnership.Part.BACKBONE, starts_on=clock.today()
    )
    return made


def codes_of(texts: Iterable[str]) -> dict[str, str]:
    """A code for each text: itself where that is short and plain, else its beginning and a mark of the whole."""
    return {
        text: text
        if len(text) <= LONGEST_CODE and not re.search(r"[;=%]", text)
        else f"{slugify(text)[:40]}-{sha256(text.encode()).hexdigest()[:6]}"
        for text in texts
    }


def group_ids_of(initiative: Initiative, keys: set[str]) -> dict[str, int]:
    """Ids of the groups by their keys; those that are new are written down."""
    made = (Group(initiative=initiative, key=key) for key in sorted(keys))
    Group.objects.bulk_create(made, batch_size=1000, ignore_conflicts=True)
    return {key: pk for key, pk in Group.objects.filter(initiative=initiative).values_list("key", "pk") if key in keys}


def key_of_group(pairs: list[tuple[str, str]]) -> str:
    """The key of a group by its dimensions and categories. Raises RuleBroken(`group_too_long`)."""
    key = group_key(pairs)
    if len(key) > _LONGEST_KEY:
        raise RuleBroken(
            "group_too_long", gettext_noop("A row names more groups than can be kept: %(groups)s"), groups=key[:200]
        )
    return key


_FINE = (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.HALF_YEAR)


def frequency_of(kinds: Counter[PeriodKind]) -> PeriodKind:
    """The frequency of published figures: their finest, so that none is rolled into a longer period (the publisher said
    what each is); else the one that most of them have."""
    fine = next((kind for kind in _FINE if kind in kinds), None)
    if fine is not None:
        return fine
    return kinds.most_common(1)[0][0] if kinds else PeriodKind.YEAR
