"""Rolling up: from what partners report to one figure, without adding what cannot be added.

A pooled rate is the ratio of sums, never the mean of rates (Bickel, Hammel, O'Connell, Science 1975;187:398-404).
Missing is not zero: what lacks a part leaves both sums. The kind of a measure decides over what it may be added:

| kind     | partners, places | groups of a complete dimension | periods          |
|----------|------------------|--------------------------------|------------------|
| flow     | add              | add                            | add              |
| stock    | add              | add                            | last (or mean)   |
| distinct | never            | never                          | never            |
| average  | from its parts   | from its parts                 | from its parts   |

Percentages and rates are made from the sums of their parts; an index, a grade or a yes/no is never rolled up.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Generic, Literal, TypeVar

from shidra.kernel.quantities import ValueState

# Sums of numbers of 28 digits stay exact; quotients are rounded once, to DECIMALS, half to even.
_EXACT = Context(prec=100, rounding=ROUND_HALF_EVEN)
DECIMALS = 10
MOST_DIGITS = 28  # of a reported number (kernel.quantities)
_STEP = Decimal(1).scaleb(-DECIMALS)

Unit = TypeVar("Unit", bound=Hashable)
Kind = Literal["flow", "stock", "distinct", "average"]
REPORTED, MISSING = ValueState.REPORTED, ValueState.MISSING
SUPPRESSED, NOT_APPLICABLE = ValueState.SUPPRESSED, ValueState.NOT_APPLICABLE


@dataclass(frozen=True, slots=True)
class Measure:
    """How values of an indicator behave.

    `base` multiplies the ratio of the parts (100 for a percentage, 1000 for a rate per 1,000, 1 for an average);
    None: values have no parts. `sums`: whether values without parts are amounts that may be added at all (counts,
    money).
    """

    kind: Kind
    base: Decimal | None = None
    sums: bool = True

    def value_of(self, numerator: Decimal | None, denominator: Decimal | None) -> Decimal | None:
        """The value that the parts make; None where a part is missing or the denominator is zero."""
        if self.base is None or numerator is None or not denominator:
            return None
        return plain(_EXACT.divide(_EXACT.multiply(numerator, self.base), denominator))


@dataclass(frozen=True, slots=True)
class Amount:
    """One figure: reported by somebody, or rolled up. Numbers are None unless the state is reported."""

    state: ValueState
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    text: str = ""


NOTHING = Amount(MISSING)


def plain(amount: Decimal) -> Decimal:
    """The amount without zeros that say nothing. What was reported stays exact; a quotient that does not end, which has
    more digits than any reported number, is rounded to DECIMALS decimals, half to even."""
    if amount.as_tuple().exponent < -DECIMALS and len(amount.as_tuple().digits) > MOST_DIGITS:  # type: ignore[operator]
        amount = _EXACT.quantize(amount, _STEP)
    amount = _EXACT.normalize(amount)
    return _EXACT.quantize(amount, Decimal(1)) if amount.as_tuple().exponent > 0 else amount  # type: ignore[operator]


def completed(measure: Measure, amount: Amount) -> Amount:
    """The amount with its value made from its parts; parts of which one is missing are left out.

    What says it is reported, but has neither a value nor both parts nor a text, is missing. A zero denominator gives no
    value: the figure is not applicable.
    """
    if amount.state is not REPORTED:
        return Amount(amount.state)
    if measure.base is not None and amount.numerator is not None and amount.denominator is not None:
        if not amount.denominator:
            return Amount(NOT_APPLICABLE)
        value = measure.value_of(amount.numerator, amount.denominator)
        return Amount(REPORTED, value, amount.numerator, amount.denominator, amount.text)
    value = amount.value
    if value is None and measure.base is None:
        value = amount.numerator
    if value is None and not amount.text:
        return NOTHING
    return Amount(REPORTED, None if value is None else plain(value), None, None, amount.text)


class Pool:
    """A figure in the making, over partners and places: amounts go in one by one, in any order.

    What is suppressed or missing is not in the sums; how many went in is in `counted`.
    """

    __slots__ = (
        "_all_have_parts",
        "_denominator",
        "_first",
        "_numerator",
        "_sum",
        "counted",
        "not_applicable",
        "suppressed",
    )

    def __init__(self) -> None:
        self.counted = self.suppressed = self.not_applicable = 0
        self._first: Amount | None = None
        self._numerator = self._denominator = self._sum = Decimal(0)
        self._all_have_parts = True

    def add(self, amount: Amount) -> None:
        """Take in one `completed` amount."""
        state = amount.state
        if state is REPORTED:
            self.counted += 1
            if self._first is None:
                self._first = amount
            if amount.numerator is None or amount.denominator is None:
                self._all_have_parts = False
            else:
                self._numerator = _EXACT.add(self._numerator, amount.numerator)
                self._denominator = _EXACT.add(self._denominator, amount.denominator)
            if amount.value is not None:
                self._sum = _EXACT.add(self._sum, amount.value)
        elif state is SUPPRESSED:
            self.suppressed += 1
        elif state is NOT_APPLICABLE:
            self.not_applicable += 1

    def result(self, measure: Measure) -> Amount:
        """The figure: what a single one reported, as it is; else the sum or the ratio of sums where the kind allows it.

        Where it does not (distinct people of several, an index of several, rates of several without their parts) the
        figure is not applicable. Without anything reported it is suppressed if something was, else missing.
        """
        if self.counted == 1:
            assert self._first is not None
            return self._first
        if not self.counted:
            if self.suppressed:
                return Amount(SUPPRESSED)
            return Amount(NOT_APPLICABLE) if self.not_applicable else NOTHING
        if measure.kind == "distinct":
            return Amount(NOT_APPLICABLE)
        if measure.base is not None:
            if not self._all_have_parts:
                return Amount(NOT_APPLICABLE)
            value = measure.value_of(self._numerator, self._denominator)
            return Amount(REPORTED, value, plain(self._numerator), plain(self._denominator))
        if not measure.sums or measure.kind == "average":
            return Amount(NOT_APPLICABLE)
        return Amount(REPORTED, plain(self._sum))


def pooled(measure: Measure, amounts: Iterable[Amount]) -> Amount:
    """Amounts of several partners or places as one figure; see Pool."""
    pool = Pool()
    for amount in amounts:
        pool.add(completed(measure, amount))
    return pool.result(measure)


def over_periods(measure: Measure, amounts: Sequence[Amount], stock: Literal["last", "mean"] = "last") -> Amount:
    """Amounts of the periods that make up a longer one, in order and without a gap, as one figure of the longer one.

    All of them must be reported: a year of eleven months is not a year, and its figure is missing (suppressed, if one
    of them is). Flows add, of stocks the last or the mean is taken, ratios are made from the sums of their parts (of
    a stock: from those of the last period), distinct people are not applicable.
    """
    parts = [completed(measure, amount) for amount in amounts]
    if not parts or any(part.state is not REPORTED for part in parts):
        return Amount(SUPPRESSED) if any(part.state is SUPPRESSED for part in parts) else NOTHING
    if len(parts) == 1:
        return parts[0]
    if measure.kind == "stock":
        if stock == "last" or not measure.sums or measure.base is not None:
            return parts[-1]
        total = sum((part.value for part in parts if part.value is not None), Decimal(0))
        return Amount(REPORTED, plain(_EXACT.divide(total, Decimal(len(parts)))))
    return pooled(measure, parts)


def total_of_categories(measure: Measure, categories: Mapping[str, Amount], codes: Iterable[str]) -> Amount:
    """The whole of a dimension from its categories, for where the whole itself was not reported.

    `codes` are all categories of a dimension that is declared complete (together they are everybody, nobody is in two).
    One that is missing or suppressed leaves the whole missing: a part must not pass for the whole.
    """
    wanted = [completed(measure, categories.get(code, NOTHING)) for code in codes]
    counted = [part for part in wanted if part.state is not NOT_APPLICABLE]
    if not counted or any(part.state is not REPORTED for part in counted):
        return NOTHING
    whole = pooled(measure, counted)
    return whole if whole.state is REPORTED and len(counted) > 1 else NOTHING


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the categories of a dimension and its whole do not agree: `whole` minus the sum of the categories."""

    part: Literal["numerator", "denominator", "value"]
    whole: Decimal
    categories: Decimal


def disagreements(measure: Measure, whole: Amount, categories: Sequence[Amount]) -> list[Difference]:
    """What does not add up between a reported whole and all categories of a complete dimension, none missing."""
    if whole.state is not REPORTED or not categories or any(part.state is not REPORTED for part in categories):
        return []
    if measure.base is None and (not measure.sums or measure.kind == "distinct"):
        return []
    names: tuple[Literal["numerator", "denominator", "value"], ...]
    names = ("value",) if measure.base is None else ("numerator", "denominator")
    found: list[Difference] = []
    for name in names:
        total, parts = getattr(whole, name), [getattr(part, name) for part in categories]
        if total is None or any(part is None for part in parts):
            continue
        added = sum(parts, Decimal(0))
        if added != total:
            found.append(Difference(name, total, added))
    return found


@dataclass(frozen=True, slots=True)
class LikeForLike(Generic[Unit]):
    """The same units (a partner at a place) in two periods: what changed without anybody joining or leaving."""

    before: Amount
    now: Amount
    units: frozenset[Unit]


def like_for_like(
    measure: Measure, before: Mapping[Unit, Amount], now: Mapping[Unit, Amount]
) -> LikeForLike[Unit] | None:
    """The pair of figures of the units that reported in both periods; None if there is none or no figure comes of
    them.
    """
    units = frozenset(
        unit
        for unit, amount in before.items()
        if amount.state is REPORTED and unit in now and now[unit].state is REPORTED
    )
    if not units:
        return None
    pair = LikeForLike(
        pooled(measure, (before[unit] for unit in units)), pooled(measure, (now[unit] for unit in units)), units
    )
    return pair if pair.before.value is not None and pair.now.value is not None else None
