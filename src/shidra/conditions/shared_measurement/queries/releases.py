"""Reading releases: what the public pages, exports and comparisons stand on. Nothing here computes a figure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, QuerySet

from shidra.conditions.shared_measurement.models import Figure, Indicator, Release, ReleasedIndicator
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.organisations.models import Organisation
from shidra.kernel.errors import NotFound, gettext_noop

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def published_releases(initiative: Initiative) -> QuerySet[Release]:
    """The published releases, newest first."""
    return Release.objects.filter(initiative=initiative, state=Release.State.PUBLISHED).order_by("-number")


def latest_release(initiative: Initiative) -> Release | None:
    """The newest published release; None before the first."""
    return published_releases(initiative).first()


def draft_release(initiative: Initiative) -> Release | None:
    """The preview of the next release, if one was made; without `made_at` it is still being made."""
    return Release.objects.filter(initiative=initiative, state=Release.State.DRAFT).first()


def end_of(initiative: Initiative, day: date) -> datetime:
    """The first moment after a day, where the initiative is."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(initiative.time_zone))


def release_known_on(initiative: Initiative, day: date) -> Release | None:
    """The release that was the newest at the end of a day; None before the first."""
    return published_releases(initiative).filter(published_at__lt=end_of(initiative, day)).first()


def release_by_number(initiative: Initiative, number: int | str) -> Release:
    """A published release by its number, by a day (`2026-03-01`: the newest then), or `latest`. Raises NotFound."""
    asked = str(number)
    found: Release | None = None
    if asked == "latest":
        found = latest_release(initiative)
    elif asked.isdecimal():
        found = published_releases(initiative).filter(number=int(asked)).first()
    elif _DAY.fullmatch(asked):
        with suppress(ValueError, OverflowError):
            found = release_known_on(initiative, date.fromisoformat(asked))
    if found is None:
        raise NotFound("release_unknown", gettext_noop("There is no release %(number)s."), number=str(number))
    return found


def document(release: Release, code: str) -> dict[str, Any] | None:
    """What the page of one indicator shows (docs/releases.md); None if the release has no such indicator. One query."""
    row = _of_code(release, code).values_list("document", flat=True).first()
    return None if row is None else with_release(release, row)


def released_indicator(release: Release, code: str) -> Indicator | None:
    """The indicator of this code, if the release has it. One query."""
    return Indicator.objects.filter(pk__in=_of_code(release, code).values("indicator")).first()


def briefs(release: Release) -> list[dict[str, Any]]:
    """What a list shows of each indicator of a release, in their order: documents without groups, places, sources.
    One query."""
    rows = ReleasedIndicator.objects.filter(release=release).order_by("order", "pk").values_list("brief", flat=True)
    return [with_release(release, row) for row in rows]


def _of_code(release: Release, code: str) -> QuerySet[ReleasedIndicator]:
    # By initiative and code, the key of indicators: from there one row is read. From the release, SQLite would step
    # through the documents of all its indicators.
    return ReleasedIndicator.objects.filter(
        release=release, indicator__initiative=release.initiative_id, indicator__code=code
    ).order_by()


def with_release(release: Release, stored: dict[str, Any]) -> dict[str, Any]:
    """A stored document, told of the release it is read in (it may have been copied from an earlier one)."""
    published = release.published_at.date().isoformat() if release.published_at else None
    return {**stored, "release": {"number": release.number, "published_on": published}}


def figures(release: Release, indicator: Indicator | None = None) -> Iterator[dict[str, Any]]:
    """The figures of a release (or of one indicator in it) as plain records, read as they come. One query."""
    rows: Any = Figure.objects.filter(release=release)
    if indicator is not None:
        rows = rows.filter(indicator=indicator)
    records: Iterator[Any] = (
        rows.order_by("indicator_id", "definition_id", "place_id", "group_id", "period")
        .values(
            "period", "numerator", "denominator", "value", "text", "status", "reporting", "expected",
            code=F("indicator__code"), number=F("definition__number"), place_code=F("place__code"),
            group_key=F("group__key"),
        )
        .iterator(chunk_size=5000)
    )  # fmt: skip
    yield from records


Address = tuple[str, int, str, str, str]  # indicator, definition, period, place, group: codes as a release tells them


def absent_partners(release: Release, addresses: Iterable[Address]) -> dict[Address, list[Organisation]]:
    """The partners that were expected behind these figures of a release and did not report, where there are such: for
    the backbone only. Figures of releases made before this was kept have none. Two queries."""
    wanted = set(addresses)
    if not wanted:
        return {}
    codes, numbers, periods, places, groups = (set(part) for part in zip(*wanted, strict=True))
    rows: Any = Figure.objects.filter(
        release=release, indicator__initiative=release.initiative_id, indicator__code__in=codes,
        definition__number__in=numbers, period__in=periods, place__code__in=places, group__key__in=groups,
        absent__isnull=False,
    ).values_list(
        "indicator__code", "definition__number", "period", "place__code", "group__key", "absent"
    )  # fmt: skip
    found: dict[Address, list[int]] = {row[:5]: row[5] for row in rows if row[:5] in wanted}
    partners = Organisation.objects.in_bulk({pk for absent in found.values() for pk in absent})
    return {address: [partners[pk] for pk in absent if pk in partners] for address, absent in found.items()}


@dataclass(frozen=True, slots=True)
class Told:
    """What a release says of a figure."""

    status: str
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that two releases tell differently; None: the release does not have it."""

    indicator: str
    definition: int
    period: str
    place: str
    group: str
    before: Told | None
    after: Told | None


def changes(before: Release, after: Release) -> Iterator[Change]:
    """The figures that differ between two releases of one initiative, in the order of indicators.

    `reported` and `restated` with the same numbers are no difference. Two queries an indicator, one held at a time.
    """
    indicators = Indicator.objects.filter(
        Exists(ReleasedIndicator.objects.filter(indicator=OuterRef("pk"), release__in=[before, after]))
    )
    for indicator in indicators.order_by("order", "code"):
        first, second = _told(before, indicator), _told(after, indicator)
        for key in sorted(first.keys() | second.keys()):
            one, other = first.get(key), second.get(key)
            if one is None or other is None or not _says_the_same(one, other):
                yield Change(indicator.code, *key, before=one, after=other)


@dataclass(frozen=True, slots=True)
class Beside:
    """What one release shows beside the figures of an indicator: the `curve` and `dimensions` of its document."""

    code: str
    names: dict[str, str]
    curve: dict[str, Any] | None
    dimensions: list[dict[str, Any]]


def beside_in_both(before: Release, after: Release) -> Iterator[tuple[Beside, Beside]]:
    """Of the indicators in both releases that were not made from the same (their `basis` differs): what stands beside
    them in each, in their order. Four queries."""
    first, second = (dict(one.indicators.values_list("indicator_id", "basis")) for one in (before, after))
    differ = [pk for pk, basis in second.items() if pk in first and (not basis or first[pk] != basis)]
    old = {row[0]: Beside(*row[1:]) for row in _beside(before, differ)}
    for row in _beside(after, differ):
        yield old[row[0]], Beside(*row[1:])


def _beside(release: Release, indicators: list[int]) -> QuerySet[ReleasedIndicator, Any]:
    return (
        ReleasedIndicator.objects.filter(release=release, indicator__in=indicators)
        .order_by("order", "pk")
        .values_list(
            "indicator_id", "indicator__code", "document__names", "document__curve", "document__dimensions"
        )
    )  # fmt: skip


def _told(release: Release, indicator: Indicator) -> dict[tuple[int, str, str, str], Told]:
    rows: Any = Figure.objects.filter(release=release, indicator=indicator).values_list(
        "definition__number",
        "period",
        "place__code",
        "group__key",
        "status",
        "value",
        "numerator",
        "denominator",
        "text",
    )
    return {(row[0], row[1], row[2], row[3]): Told(*row[4:]) for row in rows.iterator(chunk_size=5000)}


def _says_the_same(one: Told, other: Told) -> bool:
    shown = (Figure.Status.REPORTED, Figure.Status.RESTATED)
    if (one.status in shown) != (other.status in shown) or (one.status not in shown and one.status != other.status):
        return False
    return (one.value, one.numerator, one.denominator, one.text) == (
        other.value, other.numerator, other.denominator, other.text,
    )  # fmt: skip
