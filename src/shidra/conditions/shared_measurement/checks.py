"""What must hold of a value, and what is worth a question, whichever way the value comes in.

Errors stop. Warnings ask for a word of explanation, which stays with the value (a remark about the check's code).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from itertools import groupby, pairwise
from math import inf
from typing import Any, NamedTuple

from django.utils.translation import gettext

from shidra.conditions.shared_measurement.holding import values_that_hold
from shidra.conditions.shared_measurement.models import Category, Definition, Group
from shidra.conditions.shared_measurement.values import (
    MISSING,
    NOT_APPLICABLE,
    REPORTED,
    SUPPRESSED,
    ReportedValue,
    ValueColumns,
    ValueKey,
)
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.look.formats import filled
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.periods import Period, PeriodKind
from shidra.kernel.quantities import MOST_DIGITS, canonical
from shidra.methods.quality import IGLEWICZ_HOAGLIN, spread

ERROR, WARNING = "error", "warning"

# Fewer values than this say too little about what is usual.
ENOUGH_HISTORY = 6
# A denominator changes by more than a fifth (WHO Data Quality Review); a few people more or less are no jump.
DENOMINATOR_JUMP, FEW_PEOPLE = Decimal("0.2"), 10

_STATES = (REPORTED, MISSING, SUPPRESSED, NOT_APPLICABLE)
_ONE = Decimal(1)
_SHORT = 17
_STEPS = [_ONE.scaleb(-places) for places in range(MOST_DIGITS + 2)]
_WIDE = Context(prec=60, rounding=ROUND_HALF_UP)
_SEASONS = {PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.HALF_YEAR, PeriodKind.WEEK}

MESSAGES: dict[str, tuple[str, str]] = {
    "definition_unknown": (
        ERROR,
        gettext_noop("This indicator is not, or not yet, in the dictionary."),
    ),
    "period_unknown": (ERROR, gettext_noop("“%(period)s” is not a period.")),
    "period_in_future": (ERROR, gettext_noop("The period %(period)s has not begun yet.")),
    "period_of_other_kind": (
        ERROR,
        gettext_noop("This indicator is reported by “%(expected)s”, and %(period)s is not such a period."),
    ),
    "period_not_over": (
        WARNING,
        gettext_noop("The period %(period)s is not over yet. Say whether the figure is final."),
    ),
    "state_unknown": (ERROR, gettext_noop("Say whether there is a value, none, or why none can be given.")),
    "number_beside_silence": (
        ERROR,
        gettext_noop("What is missing, hidden or not applicable cannot have a number."),
    ),
    "number_missing": (ERROR, gettext_noop("There is no number. Leave the cell empty if there is no value.")),
    "number_too_long": (ERROR, gettext_noop("The number %(number)s has more digits than can be stored.")),
    "part_missing": (ERROR, gettext_noop("Give both the numerator and the denominator, or only the result.")),
    "denominator_not_used": (ERROR, gettext_noop("This indicator has no denominator.")),
    "parts_differ_from_value": (ERROR, gettext_noop("The numerator %(numerator)s and the value %(value)s differ.")),
    "denominator_zero": (
        ERROR,
        gettext_noop("The denominator is zero. If nobody is in the group, choose “not applicable”."),
    ),
    "below_zero": (ERROR, gettext_noop("%(number)s is below zero.")),
    "part_above_whole": (ERROR, gettext_noop("The part %(numerator)s is larger than the whole %(denominator)s.")),
    "out_of_range": (ERROR, gettext_noop("%(number)s is outside the range from %(low)s to %(high)s.")),
    "value_differs_from_ratio": (
        ERROR,
        gettext_noop("The value %(value)s is not what %(numerator)s of %(denominator)s makes: %(expected)s."),
    ),
    "not_whole": (WARNING, gettext_noop("A count is a whole number, and %(number)s is not. Say why.")),
    "not_a_grade": (ERROR, gettext_noop("“%(text)s” is not one of the grades %(grades)s.")),
    "not_yes_or_no": (ERROR, gettext_noop("The answer is yes (1) or no (0), not %(number)s.")),
    "not_asked": (
        ERROR,
        gettext_noop("No open round asks for this figure. Ask the backbone team to enter it or to open a round."),
    ),
    "given_twice": (ERROR, gettext_noop("The same figure is given twice. Leave one of the two out.")),
    "groups_above_total": (
        WARNING,
        gettext_noop("The groups add up to %(sum)s, more than the total %(total)s. Say why, or correct one of them."),
    ),
    "groups_below_total": (
        WARNING,
        gettext_noop("All groups together make %(sum)s, less than the total %(total)s. Say who is in no group."),
    ),
    "denominator_jumps": (
        WARNING,
        gettext_noop("The denominator went from %(before)s in %(period)s to %(denominator)s. Say what changed."),
    ),
    "far_from_history": (
        WARNING,
        gettext_noop("%(number)s is far from what was reported before, %(low)s to %(high)s. Say what happened."),
    ),
}


class Line(NamedTuple):
    """What is checked together: what one partner says of one definition at one place, all groups and periods."""

    definition_id: int
    organisation_id: int
    place_id: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, or worth a question. `values` are what it is about: one, or the two that contradict each other."""

    severity: str
    code: str
    params: Mapping[str, Any]
    values: tuple[ReportedValue, ...]

    @property
    def message(self) -> str:
        """The English source of the sentence; `str()` of the fault is the sentence in the reader's language."""
        return MESSAGES[self.code][1]

    @property
    def is_error(self) -> bool:
        return self.severity == ERROR

    @property
    def key(self) -> ValueKey:
        return self.values[0].key

    @property
    def is_explained(self) -> bool:
        """Whether the value brings a word about this warning."""
        return any(about == self.code and text.strip() for about, text in self.values[0].remarks)

    def __str__(self) -> str:
        return filled(gettext(self.message), self.params)


class ValuesRefused(RuleBroken):
    """Values cannot be taken in. `faults` are the first of the errors, `count` is how many there are."""

    def __init__(self, faults: list[Fault], count: int) -> None:
        first = faults[0]
        super().__init__(first.code, first.message, **first.params)
        self.faults = faults
        self.count = count


@dataclass(slots=True)
class Findings:
    """Faults as they are found: all are counted, the first `keep` are kept, so that a bad file of any size fits in."""

    keep: int = 1000
    faults: list[Fault] = field(default_factory=list)
    errors: int = 0
    warnings: int = 0
    counts: dict[str, int] = field(default_factory=dict)  # by code

    def add(self, fault: Fault) -> None:
        self.counts[fault.code] = self.counts.get(fault.code, 0) + 1
        if fault.is_error:
            self.errors += 1
        else:
            self.warnings += 1
        if len(self.faults) < self.keep:
            self.faults.append(fault)
        elif fault.is_error and self.errors <= self.keep:
            # An error is worth more than a warning.
            self.faults[next(at for at, one in enumerate(self.faults) if not one.is_error)] = fault

    def stop_at_errors(self) -> None:
        """Raise ValuesRefused if there is an error among them."""
        if self.errors:
            raise ValuesRefused([fault for fault in self.faults if fault.is_error], self.errors)


def fault_of(code: str, *values: ReportedValue, **params: Any) -> Fault:
    """A fault of this code about these values; numbers among the params are written out."""
    return _fault(code, *values, **params)


def _fault(code: str, *values: ReportedValue, **params: Any) -> Fault:
    plain = {name: canonical(param) if isinstance(param, Decimal) else param for name, param in params.items()}
    return Fault(MESSAGES[code][0], code, plain, values)


@dataclass(frozen=True, slots=True)
class Measure:
    """What a definition asks of a number."""

    unit: str
    kind: str
    has_parts: bool
    factor: Decimal  # value = factor * numerator / denominator
    low: Decimal | None
    high: Decimal | None
    grades: tuple[str, ...]
    frequency: str

    @classmethod
    def of(cls, definition: Definition) -> Measure:
        unit = definition.unit
        low: Decimal | None = None
        high: Decimal | None = None
        if unit == Definition.Unit.PERCENT:
            # The range in which a measure is at its best may lie beyond what a share of a whole can be.
            low = min(Decimal(0), definition.range_low if definition.range_low is not None else Decimal(0))
            high = max(Decimal(100), definition.range_high if definition.range_high is not None else Decimal(100))
        elif unit in (Definition.Unit.COUNT, Definition.Unit.RATE):
            low = Decimal(0)
        factor = _ONE
        if unit == Definition.Unit.PERCENT:
            factor = Decimal(100)
        elif unit == Definition.Unit.RATE:
            factor = Decimal(definition.rate_base or 1)
        return cls(
            unit,
            definition.kind,
            definition.has_parts,
            factor,
            low,
            high,
            tuple(definition.grades),
            definition.frequency,
        )


class Known(NamedTuple):
    """A value that holds already, beside those that come in."""

    group_id: int
    period: str
    state: int
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None


@dataclass(slots=True)
class CheckContext:
    """What values are held against: definitions, groups, the day, and what holds already at the same places."""

    measures: Mapping[int, Measure]
    today: date
    group_keys: dict[int, str] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)  # by dimension: how many categories make up its total
    known: Mapping[Line, list[Known]] = field(default_factory=dict)
    fitting: set[tuple[int, str]] = field(default_factory=set)  # definitions and periods that were found to fit
    glances: dict[int, _Glance | None] = field(default_factory=dict)  # at measures, as they are asked for

    def learn_groups(self, group_ids: Iterable[int]) -> None:
        """Read the keys of groups that were not met before: one query, or none."""
        if unmet := set(group_ids) - self.group_keys.keys():
            self.group_keys.update(Group.objects.filter(pk__in=unmet).values_list("pk", "key"))


def measures_of(initiative: Initiative) -> dict[int, Measure]:
    """The published definitions of the initiative, by id, as what they ask of a number. One query."""
    published = Definition.objects.filter(indicator__initiative=initiative, state=Definition.State.PUBLISHED)
    return {definition.pk: Measure.of(definition) for definition in published}


def sizes_of(initiative: Initiative) -> dict[str, int]:
    """How many categories, the total left out, each dimension has, by its code. One query."""
    sizes: dict[str, int] = defaultdict(int)
    parts = Category.objects.filter(dimension__initiative=initiative, is_total=False)
    for code in parts.values_list("dimension__code", flat=True):
        sizes[code] += 1
    return dict(sizes)


def context_for(initiative: Initiative, values: Iterable[ReportedValue]) -> CheckContext:
    """All that `check_values` needs for these values, in so many queries however many they are."""
    values = list(values)
    context = CheckContext(measures_of(initiative), clock.today(initiative.time_zone), sizes=sizes_of(initiative))
    context.known = known_at({Line(*value.key[:3]) for value in values})
    context.learn_groups({value.group_id for value in values} | groups_in(context.known))
    return context


def known_at(lines: Collection[tuple[int, int, int]]) -> dict[Line, list[Known]]:
    """The values that hold already on these lines. One query, whatever their number."""
    found: dict[Line, list[Known]] = {}
    for row in values_that_hold(lines):
        found.setdefault(Line(*row[:3]), []).append(Known(*row[3:]))
    return found


def groups_in(known: Mapping[Line, list[Known]]) -> set[int]:
    return {one.group_id for rows in known.values() for one in rows}


def check_values(values: Iterable[ReportedValue], context: CheckContext) -> list[Fault]:
    """All faults of the values, in the order of the values they are about; asks the database nothing."""
    ordered = sorted(values, key=_key)
    faults = [fault for value in ordered for fault in check_value(value, context)]
    # What is wrong in itself says nothing about its neighbours.
    wrong = {id(fault.values[0]) for fault in faults if fault.is_error}
    sound = [value for value in ordered if id(value) not in wrong]
    for _line, together in groupby(sound, key=lambda value: _key(value)[:3]):
        faults += check_together(list(together), context)
    return faults


def _key(value: ReportedValue) -> tuple[int, int, int, int, str]:
    return (value.definition_id, value.organisation_id, value.place_id, value.group_id, value.period)


def settled(value: ReportedValue, measure: Measure) -> ReportedValue:
    """The value in the one form in which it is kept: what has no parts has its number in `value`."""
    if measure.has_parts or value.numerator is None:
        return value
    if value.value is not None and value.value != value.numerator:
        return value
    # Not by `replace`, which takes longer than all checks of a value.
    return ReportedValue(
        value.definition_id, value.organisation_id, value.place_id, value.group_id, value.period, value.state,
        None, value.denominator, value.numerator, value.text, value.sheet, value.row, value.column, value.remarks,
        value.verdict,
    )  # fmt: skip


def settled_columns(block: ValueColumns, measures: Mapping[int, Measure]) -> ValueColumns:
    """`settled`, column by column."""
    without_parts = {one for one in set(block.definition_ids) if one in measures and not measures[one].has_parts}
    if not without_parts or not any(block.numerators):
        return block
    moves = [
        definition_id in without_parts and numerator != "" and value in ("", numerator)
        for definition_id, numerator, value in zip(block.definition_ids, block.numerators, block.values, strict=True)
    ]
    both = list(zip(moves, block.numerators, block.values, strict=True))
    return replace(
        block,
        numerators=["" if moved else numerator for moved, numerator, _value in both],
        values=[numerator if moved else value for moved, numerator, value in both],
    )


def amount_of(value: ReportedValue | Known, measure: Measure) -> Decimal | None:
    """The number that a reader is shown: the ratio where both parts are known, else the value as reported."""
    if measure.has_parts and value.numerator is not None and value.denominator:
        return _WIDE.divide(_WIDE.multiply(measure.factor, value.numerator), value.denominator)
    return value.value


# --- A value by itself -----------------------------------------------------------------------------------------------
def check_value(value: ReportedValue, context: CheckContext) -> list[Fault]:
    """What is wrong with the value in itself."""
    measure = context.measures.get(value.definition_id)
    if measure is None:
        return [_fault("definition_unknown", value)]
    faults: list[Fault] = []
    if (value.definition_id, value.period) not in context.fitting:
        _check_period(value, measure, context.today, faults)
        if not faults and value.state == REPORTED:
            context.fitting.add((value.definition_id, value.period))
    numerator, denominator, amount = value.numerator, value.denominator, value.value
    for number in (numerator, denominator, amount):
        # Short ones need no closer look, which takes longer than all other checks together.
        if number is not None and (len(str(number)) > _SHORT or not number.is_finite()) and not _can_be_stored(number):
            faults.append(_fault("number_too_long", value, number=str(number)))
            return faults
    if value.state != REPORTED:
        if value.state not in _STATES:
            faults.append(_fault("state_unknown", value))
        if numerator is not None or denominator is not None or amount is not None:
            faults.append(_fault("number_beside_silence", value))
        return faults
    if measure.unit == Definition.Unit.GRADE:
        if value.text not in measure.grades:
            faults.append(_fault("not_a_grade", value, text=value.text, grades=list(measure.grades)))
        return faults
    if measure.has_parts and (numerator is not None or denominator is not None):
        _check_parts(value, measure, faults)
    elif numerator is not None and amount is not None and numerator != amount:
        faults.append(_fault("parts_differ_from_value", value, numerator=numerator, value=amount))
    elif denominator is not None:
        faults.append(_fault("denominator_not_used", value))
    if amount is None and not measure.has_parts:
        amount = numerator
    if amount is None:
        if numerator is None:
            faults.append(_fault("number_missing", value))
        return faults
    _check_amount(amount, value, measure, faults)
    return faults


# --- Values at a glance ----------------------------------------------------------------------------------------------
_GLANCED = 10  # characters of a number that a float holds with digits to spare
_SURELY = 0.99  # of what a ratio may differ by: floats leave no doubt below


class _Glance(NamedTuple):
    """What a measure asks of a number, in floats."""

    has_parts: bool
    whole_only: bool
    is_share: bool
    factor: float
    low: float
    high: float

    @classmethod
    def of(cls, measure: Measure | None) -> _Glance | None:
        """None where a glance is not enough."""
        if measure is None or measure.unit in (Definition.Unit.GRADE, Definition.Unit.YES_NO):
            return None
        low, high = measure.low, measure.high
        return cls(
            measure.has_parts,
            measure.unit == Definition.Unit.COUNT and not measure.has_parts,
            high == 100,
            float(measure.factor),
            -inf if low is None else float(low),
            inf if high is None else float(high),
        )


def sound_at_a_glance(block: ValueColumns, context: CheckContext) -> Iterator[bool]:
    """Of each settled value, whether `check_value` would certainly find no fault in it. Where this says no, ask it.

    Plain numbers are looked at as floats, ten times as quickly; what is near a limit, long, negative or odd in any way
    is left to the exact check, which alone says what is wrong.
    """
    glances = context.glances
    for definition_id in set(block.definition_ids) - glances.keys():
        glances[definition_id] = _Glance.of(context.measures.get(definition_id))
    spans = list(zip(block.definition_ids, block.periods, strict=True))
    misfits = {span for span in set(spans) - context.fitting if not _fits(span, context)}
    sound = map(
        _is_sound,
        map(glances.__getitem__, block.definition_ids),
        block.states,
        block.numerators,
        block.denominators,
        block.values,
    )
    return sound if not misfits else (one and span not in misfits for one, span in zip(sound, spans, strict=True))


def _fits(span: tuple[int, str], context: CheckContext) -> bool:
    """Whether any value of this definition may be of this period."""
    faults: list[Fault] = []
    if (measure := context.measures.get(span[0])) is not None:
        _check_period(ReportedValue(span[0], 0, 0, 0, span[1], REPORTED), measure, context.today, faults)
        if not faults:
            context.fitting.add(span)
    return not faults


def _is_sound(glance: _Glance | None, state: int, numerator: str, denominator: str, value: str) -> bool:
    if glance is None:
        return False
    if state != REPORTED:
        return state in _STATES and not (numerator or denominator or value)
    if len(numerator) > _GLANCED or len(denominator) > _GLANCED or len(value) > _GLANCED:
        return False
    has_parts, whole_only, is_share, factor, low, high = glance
    if numerator or denominator:
        if not (has_parts and numerator and denominator):
            return False
        part, whole = float(numerator), float(denominator)
        if part < 0 or whole <= 0 or (is_share and part > whole):
            return False
        if not value:
            return True
        amount = float(value)
        step: float = _TENTHS[len(value.partition(".")[2])]
        return low <= amount <= high and abs(amount * whole - factor * part) <= _SURELY * step * whole
    if not value or (whole_only and not value.isdigit()):
        return False
    return low <= float(value) <= high


_TENTHS = [10.0**-places for places in range(_GLANCED + 1)]


def _can_be_stored(number: Decimal) -> bool:
    # `adjusted()` is the place of the first digit, the exponent that of the last.
    if not number.is_finite() or number.adjusted() >= MOST_DIGITS:
        return False
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and -exponent <= MOST_DIGITS


def _check_period(value: ReportedValue, measure: Measure, today: date, faults: list[Fault]) -> None:
    try:
        period = Period.from_code(value.period)
    except RuleBroken:
        faults.append(_fault("period_unknown", value, period=value.period))
        return
    if period.end >= today:
        if period.start > today:
            faults.append(_fault("period_in_future", value, period=value.period))
        elif measure.kind == Definition.Kind.FLOW and value.state == REPORTED:
            faults.append(_fault("period_not_over", value, period=value.period))
    # A span of years and the day of a count stand beside any rhythm.
    if period.kind != measure.frequency and period.kind not in (PeriodKind.SPAN, PeriodKind.POINT):
        faults.append(_fault("period_of_other_kind", value, period=value.period, expected=measure.frequency))


def _check_parts(value: ReportedValue, measure: Measure, faults: list[Fault]) -> None:
    numerator, denominator = value.numerator, value.denominator
    if numerator is None or denominator is None:
        faults.append(_fault("part_missing", value))
        return
    if not denominator:
        faults.append(_fault("denominator_zero", value))
        return
    if denominator < 0:
        faults.append(_fault("below_zero", value, number=denominator))
        return
    if numerator < 0 and measure.low == 0:
        faults.append(_fault("below_zero", value, number=numerator))
    elif measure.high == 100 and numerator > denominator:
        faults.append(_fault("part_above_whole", value, numerator=numerator, denominator=denominator))
    elif value.value is not None:
        # A partner may round or cut off at the last digit that is shown.
        reach = _last_digit(value.value) * denominator
        if abs(value.value * denominator - measure.factor * numerator) > reach:
            expected = (measure.factor * numerator / denominator).quantize(Decimal("0.01"), context=_WIDE)
            faults.append(
                _fault(
                    "value_differs_from_ratio",
                    value,
                    value=value.value,
                    numerator=numerator,
                    denominator=denominator,
                    expected=expected,
                )
            )


def _last_digit(number: Decimal) -> Decimal:
    """One in the last place that is written, at most 1."""
    whole, _point, decimals = str(number).partition(".")
    if "E" in whole or "E" in decimals:
        decimals = canonical(number).partition(".")[2]
    return _STEPS[len(decimals)]


def _check_amount(amount: Decimal, value: ReportedValue, measure: Measure, faults: list[Fault]) -> None:
    if measure.unit == Definition.Unit.YES_NO:
        if amount not in (0, 1):
            faults.append(_fault("not_yes_or_no", value, number=amount))
        return
    low, high = measure.low, measure.high
    if low is not None and high is not None:
        if not low <= amount <= high:
            faults.append(_fault("out_of_range", value, number=amount, low=low, high=high))
    elif low is not None and amount < low:
        faults.append(_fault("below_zero", value, number=amount))
    elif measure.unit == Definition.Unit.COUNT and not measure.has_parts and amount != amount.to_integral_value():
        faults.append(_fault("not_whole", value, number=amount))


# --- A value among its neighbours ------------------------------------------------------------------------------------
def check_together(values: list[ReportedValue], context: CheckContext) -> list[Fault]:
    """What is wrong among sound values of one definition, partner and place (in order of key), and what holds there."""
    line = Line(*values[0].key[:3])
    known = context.known.get(line, ())
    if len(values) == 1 and not known:
        return []
    measure = context.measures[line.definition_id]
    faults = check_given_twice(values)
    comes_in = {(value.group_id, value.period): value for value in values}
    holds: dict[tuple[int, str], ReportedValue | Known] = {(one.group_id, one.period): one for one in known}
    holds.update(comes_in)
    if measure.kind != Definition.Kind.AVERAGE and measure.unit in _ADDABLE:
        faults += _check_groups(comes_in, holds, measure, context)
    series: dict[int, list[tuple[Period, ReportedValue | Known]]] = defaultdict(list)
    for (group_id, period), one in holds.items():
        if one.state == REPORTED:
            series[group_id].append((Period.from_code(period), one))
    touched = {value.group_id for value in values}
    for group_id in sorted(touched):
        if len(series[group_id]) > 1:
            ordered = sorted(series[group_id], key=lambda pair: pair[0].sort_key)
            faults += _check_denominators(ordered)
            faults += _check_history(ordered, measure)
    return faults


def stand_alone(rows: Sequence[tuple[Any, ...]]) -> bool:
    """Whether no two staged rows of one line are about the same group or the same period: nothing of what
    `check_together` looks for can be among them, where nothing holds yet."""
    if len(rows) == 2:
        (_d, _o, _p, group, period, *_rest), (_d, _o, _p, other_group, other_period, *_rest) = rows
        return bool(group != other_group and period != other_period)
    return len({row[3] for row in rows}) == len(rows) == len({row[4] for row in rows})


def check_given_twice(values: list[ReportedValue]) -> list[Fault]:
    """The values, in order of key, of which another has the same key."""
    return [_fault("given_twice", one, other) for one, other in _pairs(values)]


_ADDABLE = (Definition.Unit.COUNT, Definition.Unit.MONEY, Definition.Unit.PERCENT, Definition.Unit.RATE)


def _pairs(values: list[ReportedValue]) -> Iterator[tuple[ReportedValue, ReportedValue]]:
    for _same, group in groupby(values, key=_key):
        first, *others = group
        for other in others:
            yield first, other


def _check_groups(
    comes_in: Mapping[tuple[int, str], ReportedValue],
    holds: Mapping[tuple[int, str], ReportedValue | Known],
    measure: Measure,
    context: CheckContext,
) -> Iterator[Fault]:
    """Along each dimension, the categories beside each other make up the total, where that is reported too."""
    keys = context.group_keys
    ids = {key: group_id for group_id, key in keys.items()}
    parts: dict[tuple[int, str, str], list[ReportedValue | Known]] = defaultdict(list)
    new: dict[tuple[int, str, str], ReportedValue] = {}
    for (group_id, period), one in holds.items():
        pairs = [pair for pair in keys.get(group_id, "").split(";") if pair]
        for pair in pairs:
            parent = ids.get(";".join(other for other in pairs if other != pair))
            if parent is not None and (parent, period) in holds:
                at = (parent, period, pair.partition("=")[0])
                parts[at].append(one)
                if (group_id, period) in comes_in:
                    new.setdefault(at, comes_in[group_id, period])
    for at, members in parts.items():
        parent, period, dimension = at
        total = holds[parent, period]
        asked = comes_in.get((parent, period)) or new.get(at)
        if asked is None or total.state != REPORTED:
            continue  # nothing of this is new, or there is no total to hold it against
        for name in ("numerator", "denominator") if measure.has_parts else ("value",):
            whole = getattr(total, name)
            amounts = [getattr(one, name) for one in members if one.state == REPORTED]
            if whole is None or None in amounts or not amounts:
                continue
            together = sum(amounts, Decimal(0))
            if together > whole:
                yield _fault("groups_above_total", asked, sum=together, total=whole, dimension=dimension)
                break
            if together < whole and len(amounts) == context.sizes.get(dimension):
                yield _fault("groups_below_total", asked, sum=together, total=whole, dimension=dimension)
                break


def _check_denominators(ordered: list[tuple[Period, ReportedValue | Known]]) -> Iterator[Fault]:
    for (before_period, before), (_period, one) in pairwise(ordered):
        if isinstance(one, Known) or not one.denominator or not before.denominator:
            continue
        change = abs(one.denominator - before.denominator)
        if change > FEW_PEOPLE and change > DENOMINATOR_JUMP * before.denominator:
            yield _fault(
                "denominator_jumps",
                one,
                before=before.denominator,
                period=before_period.code,
                denominator=one.denominator,
            )


def _check_history(ordered: list[tuple[Period, ReportedValue | Known]], measure: Measure) -> Iterator[Fault]:
    """Modified z-score (Iglewicz and Hoaglin) among the partner's own values; min-max where it gives no verdict.

    What has seasons is held against the same season of other years, once there are enough of them.
    """
    if len(ordered) <= ENOUGH_HISTORY:
        return
    amounts = [(period, one, amount) for period, one in ordered if (amount := amount_of(one, measure)) is not None]
    seasons: dict[Any, list[float]] = defaultdict(list)
    for period, _one, amount in amounts:
        seasons[_season(period)].append(float(amount))
    everything = [float(amount) for _period, _one, amount in amounts]
    for period, one, amount in amounts:
        if isinstance(one, Known):
            continue
        number = float(amount)
        season = seasons[_season(period)]
        others = list(season if len(season) > ENOUGH_HISTORY else everything)
        others.remove(number)
        if len(others) < ENOUGH_HISTORY:
            continue
        usual = spread(others)
        low, high = usual.bounds(IGLEWICZ_HOAGLIN)
        if usual.deviation == 0:
            low, high = usual.smallest, usual.largest
            if low == high:
                continue  # always the same until now: one step away is no outlier
        if not low <= number <= high:
            shown = Decimal("0.1") if high - low < 20 else _ONE
            yield _fault(
                "far_from_history",
                one,
                number=amount.quantize(Decimal("0.01"), context=_WIDE) if measure.has_parts else amount,
                low=Decimal(low).quantize(shown, context=_WIDE),
                high=Decimal(high).quantize(shown, context=_WIDE),
            )


def _season(period: Period) -> Any:
    return (period.start.month, period.kind) if period.kind in _SEASONS else None
