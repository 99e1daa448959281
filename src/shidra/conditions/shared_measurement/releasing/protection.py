"""Disclosure control of one indicator: which of its figures are kept back. docs/disclosure.md tells it to readers;
the method is shidra.methods.disclosure.

Only counts of people can give somebody away: counts, the parts of percentages and rates, the people behind an average.
Counts of things (the definition says so), money, an index, a grade, and percentages reported without their parts cannot.
What is made only of figures that were published elsewhere is public already.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from django.db.models import Exists, OuterRef

from shidra.conditions.shared_measurement.models import Definition, Figure, Indicator, Release
from shidra.conditions.shared_measurement.releasing.figures import Cell, Key, RolledUp, Unit, measure_of
from shidra.conditions.shared_measurement.releasing.landscape import Landscape
from shidra.methods.disclosure import (
    LEAST_THRESHOLD,
    Number,
    Rule,
    Table,
    Total,
    has_anything_small,
    protect,
)
from shidra.methods.rollup import REPORTED, Amount, LikeForLike

FigureKey = tuple[int, str, int, int]  # definition, period, place, group
Numbers = tuple[Decimal | None, Decimal | None, Decimal | None]  # numerator, denominator, value
_SHOWN = (Figure.Status.REPORTED, Figure.Status.RESTATED)


@dataclass(slots=True)
class Protected:
    """What to hide of an indicator: (definition, period) -> (place, group)."""

    rule: Rule
    definitions: Mapping[int, Definition]
    hidden: dict[tuple[int, str], set[Key]] = field(default_factory=lambda: defaultdict(set))
    wholes: dict[tuple[int, str], Amount] = field(default_factory=dict)
    public: set[tuple[int, str]] = field(default_factory=set)
    _paired: dict[tuple[int, str], list[tuple[Number, ...]]] = field(default_factory=lambda: defaultdict(list))

    def allows_like_for_like(self, definition: int, previous: str, period: str, pair: LikeForLike[Unit]) -> bool:
        """Whether the figures of only some partners may stand beside those of all: where nothing of either period is
        hidden, and neither they, nor what they leave of the whole, nor what lies between two such lines, is small."""
        told: list[tuple[tuple[int, str], tuple[Number, ...]]] = []
        for code, amount in ((previous, pair.before), (period, pair.now)):
            at = definition, code
            if at in self.public:
                continue
            counts = _counts(self.definitions[definition], [amount, self.wholes.get(at, amount)])
            if counts is None:
                continue
            some, whole = counts
            gaps = [_gap(some, other) for other in (whole, *self._paired[at])]
            if self.hidden.get(at) or any(self.rule.is_small(count) for one in (some, *gaps) for count in one):
                return False
            told.append((at, some))
        for at, some in told:
            self._paired[at].append(some)
        return True


def protect_indicator(
    definitions: Mapping[int, Definition],
    rolled: RolledUp,
    landscape: Landscape,
    published: Sequence[Release],
    indicator: Indicator,
) -> Protected:
    """Decide what of an indicator's cells to hide. `published` are the releases so far, oldest first.

    A figure that a published release showed, and that has not changed since, stays known: hiding it protects nothing.
    Where few people were added since a release that showed a figure, the difference would show them: it is kept back.
    """
    threshold = max(indicator.initiative.disclosure_threshold, LEAST_THRESHOLD)
    told = Protected(Rule(threshold, width=threshold // 2), definitions)
    before = _Earlier(published, indicator)
    for (definition, period), cells in rolled.cells.items():
        if definition not in definitions:
            continue
        measure = measure_of(definitions[definition])
        amounts = {key: cell.pool.result(measure) for key, cell in cells.items()}
        whole = landscape.whole, landscape.group_ids[""]
        if whole in amounts:
            told.wholes[definition, period] = amounts[whole]
        if all(cell.is_public for cell in cells.values()):
            told.public.add((definition, period))
        else:
            told.hidden[definition, period] = _hidden(
                told.rule, definitions[definition], period, cells, amounts, landscape, before
            )
    return told


def _hidden(
    rule: Rule,
    definition: Definition,
    period: str,
    cells: Mapping[Key, Cell],
    amounts: Mapping[Key, Amount],
    landscape: Landscape,
    before: _Earlier,
) -> set[Key]:
    """What to hide of the cells of one definition and period."""
    keys = [key for key, amount in amounts.items() if amount.state is REPORTED and _has_people(definition, amount)]
    counts = _counts(definition, [amounts[key] for key in keys])
    if counts is None:
        return set()
    late = frozenset(
        key for key in keys if _is_late(rule, definition, cells[key], before, (definition.pk, period, *key))
    )
    table = Table(dict(zip(keys, counts, strict=True)), sensitive=late)
    table = replace(table, totals=_totals(table.cells, landscape))
    if not has_anything_small(table, rule):
        return set()
    known = frozenset(
        key
        for key in keys
        if cells[key].is_public or before.knows((definition.pk, period, *key), _numbers(amounts[key]))
    )
    return {key for key in protect(replace(table, known=known), rule).hidden if not cells[key].is_public}


def _has_people(definition: Definition, amount: Amount) -> bool:
    if not definition.is_protected:
        return False
    if definition.kind == Definition.Kind.AVERAGE or definition.unit in (Definition.Unit.PERCENT, Definition.Unit.RATE):
        return amount.denominator is not None and amount.denominator > 0
    return definition.unit == Definition.Unit.COUNT and amount.value is not None and amount.value >= 0


def _counts(definition: Definition, amounts: Sequence[Amount]) -> list[tuple[Number, ...]] | None:
    """The counts of people in each amount; None where the definition counts none, or one amount has none.

    Of a percentage: those who did and those who did not (the denominator is their sum); of a rate: events and people;
    of an average: people.
    """
    if not amounts or not all(_has_people(definition, amount) for amount in amounts):
        return None
    if definition.unit == Definition.Unit.PERCENT and definition.kind != Definition.Kind.AVERAGE:
        pairs = [(_number(amount.numerator), _number(amount.denominator)) for amount in amounts]
        if all(0 <= numerator <= denominator for numerator, denominator in pairs):
            return [(numerator, denominator - numerator) for numerator, denominator in pairs]
        return list(pairs)
    if definition.kind == Definition.Kind.AVERAGE:
        return [(_number(amount.denominator),) for amount in amounts]
    if definition.unit == Definition.Unit.RATE:
        return [(_number(amount.numerator), _number(amount.denominator)) for amount in amounts]
    return [(_number(amount.value),) for amount in amounts]


def _number(amount: Decimal | None) -> Number:
    assert amount is not None
    return int(amount) if amount == amount.to_integral_value() else Fraction(amount)


def _numbers(amount: Amount) -> Numbers:
    return amount.numerator, amount.denominator, amount.value


def _gap(some: Sequence[Number], other: Sequence[Number]) -> tuple[Number, ...]:
    gaps: list[Number] = []
    for one, two in zip(some, other, strict=True):
        gaps.append(one - two if one > two else two - one)
    return tuple(gaps)


def _is_late(rule: Rule, definition: Definition, cell: Cell, before: _Earlier, key: FigureKey) -> bool:
    """Whether few people are all that came into a figure since a release that showed it."""
    if cell.is_public:
        return False
    measure = measure_of(definition)
    for index, pool in (cell.late or {}).items():
        added = _counts(definition, [pool.result(measure)])
        if added is not None and any(rule.is_small(count) for count in added[0]) and before.showed(index, key):
            return True
    return False


def _totals(table: Mapping[Key, tuple[Number, ...]], landscape: Landscape) -> list[Total[Key]]:
    """All totals that hold between the cells: over each dimension of groups, and over places."""
    parts: dict[tuple[Key, str], list[Key]] = defaultdict(list)
    for place, group in table:
        for dimension, wider in landscape.wider(group):
            if (place, wider) in table:
                parts[(place, wider), dimension].append((place, group))
        above = next((one for one in landscape.chain(place)[1:] if (one, group) in table), None)
        if above is not None:
            parts[(above, group), ""].append((place, group))
    return [Total(whole, tuple(some)) for (whole, _dimension), some in parts.items()]


class _Earlier:
    """What published releases showed of an indicator; asked only where something small has to be protected."""

    def __init__(self, published: Sequence[Release], indicator: Indicator) -> None:
        self.published, self.indicator = published, indicator
        self._known: dict[FigureKey, set[Numbers]] | None = None
        self._shown: dict[int, set[FigureKey]] = {}

    def knows(self, key: FigureKey, numbers: Numbers) -> bool:
        """Whether a release showed the figure with these very numbers."""
        if self._known is None:
            self._known = defaultdict(set)
            for row in self._figures():
                self._known[row[0], row[1], row[2], row[3]].add((row[4], row[5], row[6]))
        return numbers in self._known.get(key, ())

    def showed(self, index: int, key: FigureKey) -> bool:
        """Whether the release of this index showed a number for the figure."""
        if index not in self._shown:
            rows = Figure.objects.filter(release=self.published[index], indicator=self.indicator, status__in=_SHOWN)
            self._shown[index] = set(rows.values_list("definition_id", "period", "place_id", "group_id"))
        return key in self._shown[index]

    def _figures(self) -> list[tuple[int, str, int, int, Decimal | None, Decimal | None, Decimal | None]]:
        """What the last release shows, and what an older one showed that the last one hides."""
        if not self.published:
            return []
        mine = Figure.objects.filter(indicator=self.indicator)
        columns = ("definition_id", "period", "place_id", "group_id", "numerator", "denominator", "value")
        last = mine.filter(release=self.published[-1])
        same = {name: OuterRef(name) for name in ("definition", "period", "place", "group")}
        older = mine.filter(
            Exists(last.filter(**same, status=Figure.Status.SUPPRESSED)),
            release__in=self.published[:-1],
            status__in=_SHOWN,
        )
        return [*last.filter(status__in=_SHOWN).values_list(*columns), *older.values_list(*columns)]
