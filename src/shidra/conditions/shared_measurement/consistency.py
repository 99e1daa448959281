"""What looks odd in a whole report: among its own values, beside earlier years, other indicators and other sources.

The checks of single values as they come in (`checks`) are asked again, so that what a partner explained then stands in
one list with what is found now. Nothing here changes a value.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count

from shidra.conditions.shared_measurement.checks import (
    MESSAGES as MESSAGES_OF_VALUES,
)
from shidra.conditions.shared_measurement.checks import (
    CheckContext,
    Known,
    Line,
    Measure,
    amount_of,
    check_values,
    context_for,
    known_at,
)
from shidra.conditions.shared_measurement.models import (
    Definition,
    Expectation,
    Observation,
    OutsideFigure,
    QualityRule,
    Relation,
    Submission,
)
from shidra.conditions.shared_measurement.queries.observations import remarks_on
from shidra.conditions.shared_measurement.queries.reports import newest_values
from shidra.conditions.shared_measurement.values import REPORTED, ReportedValue
from shidra.foundation.initiatives.models import Initiative
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.periods import Period, PeriodKind
from shidra.kernel.quantities import canonical
from shidra.methods.quality import YEARS_BEFORE, consistency_between, consistency_over_time, repetitions

# Small counts are the same several times in a row by chance.
REPEATED, SMALL = 3, 10
_HUNDREDTH = Decimal("0.01")

_OWN_MESSAGES = {
    "unlike_years_before": gettext_noop(
        "%(number)s is %(percent)s per cent of the mean of the three years before, %(mean)s. Say what changed."
    ),
    "repeated": gettext_noop(
        "%(number)s was reported %(count)s times in a row. Say whether it was counted anew each time."
    ),
    "apart_from_related": gettext_noop(
        "%(number)s should be about the same as “%(indicator)s”, which is %(other)s. Say why they differ."
    ),
    "above_related": gettext_noop(
        "%(number)s should not be above “%(indicator)s”, which is %(other)s. Say why, or correct one of them."
    ),
    "denominators_apart": gettext_noop(
        "The denominator %(number)s should be that of “%(indicator)s”, which is %(other)s. Say why they differ."
    ),
    "apart_from_outside": gettext_noop("%(source)s says %(other)s, not %(number)s. Say why they differ."),
    "above_outside": gettext_noop(
        "%(number)s is above the whole that %(source)s counts there, %(other)s. Say why, or correct it."
    ),
}
# The sentence of each check that can raise a flag: in English, to be translated and filled with what was found.
SENTENCES: dict[str, str] = {code: words for code, (_severity, words) in MESSAGES_OF_VALUES.items()} | _OWN_MESSAGES

_YEARLY = {
    PeriodKind.YEAR, PeriodKind.SCHOOL_YEAR, PeriodKind.FISCAL_YEAR, PeriodKind.HALF_YEAR, PeriodKind.QUARTER,
    PeriodKind.MONTH,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Doubt:
    """A check that a value did not pass: its code, what its sentence tells, which observation."""

    observation_id: int
    code: str
    found: Mapping[str, Any]


@dataclass(slots=True)
class _Ground:
    """What the values of a report are held against, read once."""

    rule: QualityRule
    definitions: Mapping[int, Definition]  # published ones of the initiative, by id
    measures: Mapping[int, Measure]
    relations: Mapping[int, list[Relation]]  # by indicator
    held: Mapping[tuple[int, int, int, str], Known] = field(default_factory=dict)  # definition, place, group, period
    outside: Mapping[tuple[int, int, int, str], list[OutsideFigure]] = field(default_factory=dict)
    alone: frozenset[tuple[int, int, str]] = frozenset()  # definition, place, period that one partner is asked for
    newest: Mapping[int, list[int]] = field(default_factory=dict)  # indicator -> its definitions, newest first


def quality_rule(initiative: Initiative) -> QualityRule:
    """The initiative's bounds, or the usual ones (not saved)."""
    return QualityRule.objects.filter(initiative=initiative).first() or QualityRule(initiative=initiative)


def years_before(period: Period, count: int = YEARS_BEFORE) -> list[Period]:
    """The same stretch of the years before, the nearest first; none for what does not return every year."""
    if period.kind not in _YEARLY:
        return []
    return [
        Period.of(period.kind, period.start.replace(year=period.start.year - years)) for years in range(1, count + 1)
    ]


def doubts_about(submission: Submission) -> list[Doubt]:
    """All that looks odd in the values of a report that hold, in the order of checks. A fixed number of queries."""
    initiative = submission.round.initiative
    by_value = _values_of(submission)
    if not by_value:
        return []
    values = list(by_value)
    context = context_for(initiative, values)
    found = [
        Doubt(by_value[fault.values[0]], fault.code, _plain(fault.params))
        for fault in check_values(values, context)
        if not fault.is_error
    ]
    ground = _ground_of(submission, values, context)
    for value, observation_id in by_value.items():
        if value.state == REPORTED and value.definition_id in ground.measures:
            found += [Doubt(observation_id, code, _plain(told)) for code, told in _asked_of(value, ground)]
    # One question a check: the first of several (two sources, two related indicators) asks for all.
    return list({(one.observation_id, one.code): one for one in reversed(found)}.values())[::-1]


def _values_of(submission: Submission) -> dict[ReportedValue, int]:
    rows: list[Any] = list(
        newest_values(submission)
        .order_by("series_id", "period")
        .values_list(
            "series__definition_id", "series__organisation_id", "series__place_id", "series__group_id", "period",
            "state", "numerator", "denominator", "value", "text", "pk",
        )
    )  # fmt: skip
    remarks = remarks_on(row[-1] for row in rows)
    return {replace(ReportedValue(*row[:10]), remarks=remarks.get(row[10], ())): row[10] for row in rows}


def _ground_of(submission: Submission, values: Sequence[ReportedValue], context: CheckContext) -> _Ground:
    initiative = submission.round.initiative
    definitions = {
        one.pk: one
        for one in Definition.objects.filter(
            indicator__initiative=initiative, state=Definition.State.PUBLISHED
        ).order_by("-number")
    }
    newest: dict[int, list[int]] = defaultdict(list)
    for one in definitions.values():
        newest[one.indicator_id].append(one.pk)
    reported = {definitions[value.definition_id].indicator_id for value in values if value.definition_id in definitions}
    relations: dict[int, list[Relation]] = defaultdict(list)
    for relation in Relation.objects.filter(indicator__in=reported).order_by("pk"):
        relations[relation.indicator_id].append(relation)
    others = {relation.other_id for some in relations.values() for relation in some}
    places = {value.place_id for value in values}
    lines = {
        Line(definition_id, submission.organisation_id, place_id)
        for other in others
        for definition_id in newest[other]
        for place_id in places
    }
    held = {
        (line.definition_id, line.place_id, one.group_id, one.period): one
        for known in (context.known, known_at(lines))
        for line, rows in known.items()
        for one in rows
    }
    outside: dict[tuple[int, int, int, str], list[OutsideFigure]] = defaultdict(list)
    for figure in OutsideFigure.objects.filter(indicator__in=reported, place__in=places).order_by("pk"):
        outside[figure.indicator_id, figure.place_id, figure.group_id, figure.period].append(figure)
    asked = (
        Expectation.objects.filter(submission__round=submission.round)
        .values_list("definition_id", "place_id", "period")
        .annotate(partners=Count("submission"))
        .filter(partners=1)
    )
    return _Ground(
        quality_rule(initiative),
        definitions,
        context.measures,
        relations,
        held,
        outside,
        frozenset((definition, place, period) for definition, place, period, _partners in asked),
        newest,
    )


def _asked_of(value: ReportedValue, ground: _Ground) -> Iterator[tuple[str, dict[str, Any]]]:
    measure = ground.measures[value.definition_id]
    amount = amount_of(value, measure)
    if measure.unit in (Definition.Unit.GRADE, Definition.Unit.YES_NO) or amount is None:
        return
    yield from _over_time(value, amount, measure, ground)
    yield from _repeated(value, amount, measure, ground)
    yield from _related(value, amount, ground)
    yield from _outside(value, amount, measure, ground)


def _held_amount(value: ReportedValue, period: str, measure: Measure, ground: _Ground) -> Decimal | None:
    known = ground.held.get((value.definition_id, value.place_id, value.group_id, period))
    return amount_of(known, measure) if known is not None and known.state == REPORTED else None


def _over_time(
    value: ReportedValue, amount: Decimal, measure: Measure, ground: _Ground
) -> Iterator[tuple[str, dict[str, Any]]]:
    before = [_held_amount(value, one.code, measure, ground) for one in years_before(Period.from_code(value.period))]
    known = [one for one in before if one is not None]
    if not before or len(known) < len(before):
        return
    verdict = consistency_over_time(float(amount), [float(one) for one in known], ground.rule.over_time / 100)
    if verdict is not None and verdict.is_flagged:
        yield (
            "unlike_years_before",
            {
                "number": amount,
                "percent": Decimal(str(round(100 * verdict.ratio))),
                "mean": sum(known, Decimal(0)) / len(known),
            },
        )


def _repeated(
    value: ReportedValue, amount: Decimal, measure: Measure, ground: _Ground
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The same number to the last digit as in the periods before. Of ratios both parts must be the same; small counts,
    zeros too, say nothing."""
    counted = value.denominator if measure.has_parts and value.denominator is not None else amount
    if abs(counted) < SMALL:
        return
    said = [_said(value)]
    period = Period.from_code(value.period)
    while len(said) < 100 and period.kind not in (PeriodKind.SPAN, PeriodKind.POINT):
        period = period.previous()
        known = ground.held.get((value.definition_id, value.place_id, value.group_id, period.code))
        if known is None or _said(known) != said[0]:
            break
        said.append(_said(known))
    if repetitions([1.0] * len(said), REPEATED):
        yield "repeated", {"number": amount, "count": len(said)}


def _said(one: ReportedValue | Known) -> tuple[Any, ...]:
    return one.state, one.numerator, one.denominator, one.value


def _related(value: ReportedValue, amount: Decimal, ground: _Ground) -> Iterator[tuple[str, dict[str, Any]]]:
    for relation in ground.relations.get(ground.definitions[value.definition_id].indicator_id, ()):
        of_parts = relation.kind == Relation.Kind.SAME_DENOMINATOR
        definition, known = next(
            (
                (ground.definitions[pk], known)
                for pk in ground.newest[relation.other_id]
                if (known := ground.held.get((pk, value.place_id, value.group_id, value.period))) is not None
            ),
            (None, None),
        )
        if definition is None or known is None or known.state != REPORTED:
            continue
        one = value.denominator if of_parts else amount
        other = known.denominator if of_parts else amount_of(known, ground.measures[definition.pk])
        if one is None or other is None:
            continue
        told = {"number": one, "other": other, "indicator": dict(definition.names)}
        if of_parts:
            if one != other:
                yield "denominators_apart", told
        elif relation.kind == Relation.Kind.AT_MOST:
            if one > other:
                yield "above_related", told
        elif _is_apart(one, other, ground.rule):
            yield "apart_from_related", told


def _outside(
    value: ReportedValue, amount: Decimal, measure: Measure, ground: _Ground
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Beside another source's figure: where nobody else is asked the two should agree; else a partner's count is a part
    of what the source counts."""
    indicator_id = ground.definitions[value.definition_id].indicator_id
    for figure in ground.outside.get((indicator_id, value.place_id, value.group_id, value.period), ()):
        told = {"number": amount, "other": figure.amount, "source": figure.source}
        if (value.definition_id, value.place_id, value.period) in ground.alone:
            if _is_apart(amount, figure.amount, ground.rule):
                yield "apart_from_outside", told
        elif measure.unit in (Definition.Unit.COUNT, Definition.Unit.MONEY) and amount > figure.amount:
            yield "above_outside", told


def _is_apart(one: Decimal, other: Decimal, rule: QualityRule) -> bool:
    if not other:
        return bool(one)
    verdict = consistency_between(float(one), float(other), "equal", rule.between / 100)
    return verdict is not None and verdict.is_flagged


def _plain(found: Mapping[str, Any]) -> dict[str, Any]:
    """What was found, fit to be kept: numbers as canonical texts of two decimals at most where they were computed."""
    return {name: _number(one) if isinstance(one, Decimal) else one for name, one in found.items()}


def _number(amount: Decimal) -> str:
    exponent = amount.as_tuple().exponent
    is_long = isinstance(exponent, int) and exponent < -6
    return canonical(amount.quantize(_HUNDREDTH, ROUND_HALF_UP) if is_long else amount)


@dataclass(frozen=True, slots=True)
class OverTime:
    """An indicator's figures of a period beside the mean of the three years before, over the partners (with place) of
    which all four years are known."""

    definition: Definition
    period: str
    now: float
    mean: float
    ratio: float
    is_flagged: bool
    lines: int

    @property
    def percent(self) -> Decimal:
        """This period in per cent of the mean before."""
        return Decimal(str(round(100 * self.ratio, 1)))


def over_time(
    initiative: Initiative, definitions: Iterable[Definition], organisation_ids: Iterable[int], periods: Iterable[str]
) -> list[OverTime]:
    """How each indicator of a round moved as a whole: counts added up, ratios by their parts, what has no parts by the
    mean. Whole populations alone. Two queries."""
    by_id = {one.pk: one for one in definitions}
    measures = {pk: Measure.of(one) for pk, one in by_id.items()}
    before: dict[str, list[str]] = {}
    for code in periods:
        try:
            before[code] = [one.code for one in years_before(Period.from_code(code))]
        except RuleBroken:
            continue
    wanted = {*before, *(code for codes in before.values() for code in codes)}
    rule = quality_rule(initiative)
    held: dict[tuple[int, int, int], dict[str, Known]] = defaultdict(dict)
    rows: Any = Observation.objects.filter(
        series__definition__in=list(by_id), series__organisation__in=list(organisation_ids), series__group__key="",
        period__in=wanted, batch__taken_order__isnull=False,
    ).order_by("batch__taken_order")  # fmt: skip
    for definition, organisation, place, *one in rows.values_list(
        "series__definition_id", "series__organisation_id", "series__place_id", "series__group_id", "period", "state",
        "numerator", "denominator", "value",
    ).iterator(chunk_size=5000):  # fmt: skip
        known = Known(*one)
        held[definition, organisation, place][known.period] = known  # the one taken last stays
    sums: dict[tuple[int, str], list[list[Known]]] = defaultdict(list)
    for (definition, _organisation, _place), years in held.items():
        for code, codes in before.items():
            four = [years.get(one) for one in (code, *codes)]
            if codes and all(one is not None and one.state == REPORTED for one in four):
                sums[definition, code].append([one for one in four if one is not None])
    found = []
    for (pk, code), lines in sums.items():
        yearly = [_together([line[at] for line in lines], measures[pk]) for at in range(YEARS_BEFORE + 1)]
        told = [one for one in yearly if one is not None]
        if len(told) <= YEARS_BEFORE:
            continue
        verdict = consistency_over_time(told[0], told[1:], rule.over_time / 100)
        if verdict is not None:
            mean = sum(told[1:]) / YEARS_BEFORE
            found.append(OverTime(by_id[pk], code, told[0], mean, verdict.ratio, verdict.is_flagged, len(lines)))
    order = {pk: at for at, pk in enumerate(by_id)}
    return sorted(found, key=lambda one: (order[one.definition.pk], one.period))


def _together(year: Sequence[Known], measure: Measure) -> float | None:
    if measure.unit in (Definition.Unit.GRADE, Definition.Unit.YES_NO):
        return None
    if measure.has_parts and all(one.numerator is not None and one.denominator for one in year):
        numerator = sum(one.numerator for one in year if one.numerator is not None)
        return float(measure.factor * numerator / sum(one.denominator for one in year if one.denominator))
    amounts = [amount_of(one, measure) for one in year]
    known = [float(one) for one in amounts if one is not None]
    if len(known) < len(year):
        return None
    is_added = measure.unit in (Definition.Unit.COUNT, Definition.Unit.MONEY) and not measure.has_parts
    return sum(known) if is_added else sum(known) / len(known)
