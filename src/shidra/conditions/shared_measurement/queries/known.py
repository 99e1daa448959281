"""What was known on a day: which values held at its end, and what the backbone had said of them.

Values are never changed, so those that held then are the last ones taken by then. The backbone's word of then is the
last one given by then: on the value still, or, where the partner stood by it since, named by the answer. An acceptance
that was taken back counts as never given.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

from django.db.models import Max, QuerySet

from shidra.conditions.shared_measurement.models import Batch, Observation, Remark, Review, Round, Submission
from shidra.conditions.shared_measurement.queries.observations import newest
from shidra.conditions.shared_measurement.queries.releases import end_of
from shidra.conditions.shared_measurement.queries.reports import newest_of_round
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.spreadsheets.writing import harmless
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.quantities import canonical

_PAGE = 2000
_PART = 60_000  # characters


@dataclass(frozen=True, slots=True)
class KnownOn:
    """The end of a day in the initiative's time zone: `before` is the moment after it, `taken` the last taking by then."""

    day: date
    before: datetime
    taken: int


def known_on(initiative: Initiative, day: date) -> KnownOn:
    """What stood at the end of a day. One query."""
    before = end_of(initiative, day)
    taken = Batch.objects.filter(initiative=initiative, taken_at__lt=before)
    return KnownOn(day, before, taken.aggregate(last=Max("taken_order"))["last"] or 0)


def day_of(text: str) -> date:
    """A day as addresses and commands write it, 2026-03-01. Raises RuleBroken(`day_unreadable`)."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RuleBroken(
            "day_unreadable", gettext_noop("“%(day)s” is no day. Write 2026-03-01."), day=text[:40]
        ) from None


@dataclass(frozen=True, slots=True)
class KnownValue:
    """A value that held, and the backbone's word on it: "accepted", "returned", or "" while it waited."""

    observation: Observation
    verdict: str
    reason: str


def values_of_round(
    round: Round, submissions: Collection[Submission], known: KnownOn | None = None
) -> QuerySet[Observation]:
    """The values that hold, or held then, of what a round asks these partners for; in order, to be paged."""
    return _in_order(newest_of_round(round, submissions, known.taken if known else None))


def all_values(initiative: Initiative, known: KnownOn | None = None) -> QuerySet[Observation]:
    """All values of the initiative that hold, or held then; in order."""
    rows = Observation.objects.filter(series__definition__indicator__initiative=initiative)
    if known is not None:
        rows = rows.filter(batch__taken_order__lte=known.taken)
    return _in_order(newest(rows))


def _in_order(values: QuerySet[Observation]) -> QuerySet[Observation]:
    return values.select_related(
        "series__definition__indicator", "series__organisation", "series__place", "series__group", "review",
        "batch__upload",
    ).order_by(
        "series__definition__indicator__order", "series__definition__indicator__code", "series__definition__number",
        "period", "series__organisation_id", "series__place_id", "series__group_id", "pk",
    )  # fmt: skip


def as_known(values: Collection[Observation], known: KnownOn | None = None) -> list[KnownValue]:
    """These values with the word on them of now, or of then. Two queries of then, none of now."""
    if known is None:
        return [
            KnownValue(one, one.review.verdict, one.review.reason) if one.review else KnownValue(one, "", "")
            for one in values
        ]
    later = [one.pk for one in values if one.review is None or one.review.at >= known.before]
    answered: dict[int, list[tuple[int, datetime]]] = {}
    words = Remark.objects.filter(observation__in=later, about__startswith="answer:").order_by("pk")
    for pk, about, at in words.values_list("observation_id", "about", "at"):
        number = about.partition(":")[2]
        if number.isdecimal():
            answered.setdefault(pk, []).append((int(number), at))
    reviews = Review.objects.in_bulk({number for some in answered.values() for number, _at in some})
    found = []
    for one in values:
        if one.review is not None and one.review.at < known.before:
            found.append(KnownValue(one, one.review.verdict, one.review.reason))
            continue
        back = [
            reviews[number]
            for number, at in answered.get(one.pk, ())
            if at >= known.before and number in reviews and reviews[number].at < known.before
        ]
        found.append(KnownValue(one, back[-1].verdict, back[-1].reason) if back else KnownValue(one, "", ""))
    return found


def accepted(values: Iterator[KnownValue]) -> Iterator[KnownValue]:
    """Those of them that the backbone had accepted."""
    return (one for one in values if one.verdict == Review.Verdict.ACCEPTED)


def rows_known(values: QuerySet[Observation], known: KnownOn | None = None) -> Iterator[KnownValue]:
    """All of them, a page at a time."""
    page: list[Observation] = []
    for one in values.iterator(chunk_size=_PAGE):
        page.append(one)
        if len(page) == _PAGE:
            yield from as_known(page, known)
            page = []
    yield from as_known(page, known)


STATES = {
    Observation.State.REPORTED.value: "reported",
    Observation.State.MISSING.value: "missing",
    Observation.State.SUPPRESSED.value: "suppressed",
    Observation.State.NOT_APPLICABLE.value: "not_applicable",
}
COLUMNS = (
    "indicator", "definition", "organisation_id", "organisation", "place", "group", "period", "state", "numerator",
    "denominator", "value", "text", "verdict", "taken_at", "source",
)  # fmt: skip
_NUMBERS = frozenset({"definition", "organisation_id", "numerator", "denominator", "value"})


def csv_parts(values: Iterator[KnownValue], language: str) -> Iterator[bytes]:
    """Values as a CSV in UTF-8, header first, in parts; no word in it is taken for a formula."""
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in values:
        writer.writerow(
            [
                cell if name in _NUMBERS else harmless(str(cell))
                for name, cell in zip(COLUMNS, _row_of(one, language), strict=True)
            ]
        )
        if stream.tell() > _PART:
            yield stream.getvalue().encode()
            stream.seek(0)
            stream.truncate()
    yield stream.getvalue().encode()


def _row_of(one: KnownValue, language: str) -> list[Any]:
    value, series = one.observation, one.observation.series
    names = series.organisation.names
    return [
        series.definition.indicator.code, series.definition.number, series.organisation_id,
        names.get(language) or next(iter(names.values()), ""), series.place.code, series.group.key, value.period,
        STATES[value.state], _number(value.numerator), _number(value.denominator), _number(value.value), value.text,
        one.verdict, value.batch.taken_at.isoformat() if value.batch.taken_at else "", value.batch.source,
    ]  # fmt: skip


def _number(amount: Decimal | None) -> str:
    return "" if amount is None else canonical(amount)
