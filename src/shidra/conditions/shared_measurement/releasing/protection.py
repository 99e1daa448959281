"""Disclosure control of one indicator: which of its figures are kept back. The method is shidra.methods.disclosure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from shidra.conditions.shared_measurement.models import Definition, Indicator, Release
from shidra.conditions.shared_measurement.releasing.figures import Cell, Key, RolledUp, measure_of
from shidra.conditions.shared_measurement.releasing.landscape import Landscape
from shidra.methods.disclosure import Number, Rule, Table, Total, protect
from shidra.methods.rollup import REPORTED, Amount, LikeForLike

# Units that count people, or things that people can be known by. Money, indices and grades name nobody.
_COUNTING = (Definition.Unit.COUNT, Definition.Unit.PERCENT, Definition.Unit.RATE)
Counts = tuple[Number, ...]


@dataclass(slots=True)
class Protected:
    """What of an indicator is kept back: by definition and period, the places and groups."""

    rule: Rule
    whole: Key
    hidden: dict[tuple[int, str], set[Key]] = field(default_factory=lambda: defaultdict(set))
    counts: dict[tuple[int, str], Counts] = field(default_factory=dict)  # of the whole, where people are counted

    def allows_like_for_like(self, definition: int, previous: str, period: str, pair: LikeForLike) -> bool:
        """Whether the figures of the partners that reported both times may stand beside the wholes.

        Not where a whole is hidden, and not where what is left to a whole is a small count.
        """
        for code, amount in ((previous, pair.before), (period, pair.now)):
            at = (definition, code)
            if self.whole in self.hidden[at]:
                return False
            if at not in self.counts:
                continue
            some = _counts_of(amount, len(self.counts[at]) > 1)
            if some is None:
                continue
            left = [of_all - of_some for of_all, of_some in zip(self.counts[at], some, strict=False)]
            if any(self.rule.is_small(count) for count in (*some, *left)):
                return False
        return True


def protect_indicator(
    definitions: Mapping[int, Definition],
    rolled: RolledUp,
    landscape: Landscape,
    earlier: Mapping[Any, Any],
    published: Sequence[Release],
    indicator: Indicator,
) -> Protected:
    """Choose what to keep back of each definition and period: small counts, and what they could be worked out from.

    Tables are linked: a whole with its groups in every dimension and with the places below it. A percentage or a rate
    is protected through both of its counts. What `earlier` (the last release) shows unchanged is known to everybody. A
    figure that differs from an earlier release by a small count is small itself: subtraction would show it.
    """
    rule = Rule(threshold=indicator.initiative.disclosure_threshold)
    result = Protected(rule, (landscape.whole, landscape.total_group()))
    for (definition_id, period), cells in rolled.cells.items():
        definition = definitions.get(definition_id)
        if definition is None or not _counts_people(definition):
            continue
        measure = measure_of(definition)
        counts: dict[Key, Counts] = {}
        known: set[Key] = set()
        sensitive: set[Key] = set()
        for key, cell in cells.items():
            amount = cell.pool.result(measure)
            found = _counts_of(amount, measure.base is not None)
            if found is None:
                continue
            counts[key] = found
            if cell.is_public or _is_shown_alike(earlier.get((definition_id, period, *key)), amount):
                known.add(key)
            elif _differs_by_few(cell, measure, rule):
                sensitive.add(key)
        if not counts:
            continue
        if result.whole in counts:
            result.counts[definition_id, period] = counts[result.whole]
        table = Table(counts, tuple(_totals(counts, landscape)), frozenset(known), frozenset(sensitive))
        hidden = protect(table, rule).hidden - known
        if hidden:
            result.hidden[definition_id, period] |= hidden
    return result


def _counts_people(definition: Definition) -> bool:
    return definition.unit in _COUNTING or definition.kind == Definition.Kind.AVERAGE


def _counts_of(amount: Amount, has_parts: bool) -> Counts | None:
    """The counts that a figure shows: itself, or its numerator and the rest of its denominator.

    None where there is no figure, or one made elsewhere of parts that nobody here knows.
    """
    if amount.state is not REPORTED:
        return None
    if has_parts and amount.numerator is not None and amount.denominator is not None:
        return (_whole_number(amount.numerator), _whole_number(max(amount.denominator - amount.numerator, Decimal(0))))
    if not has_parts and amount.value is not None:
        return (_whole_number(amount.value),)
    return None


def _whole_number(amount: Decimal) -> Number:
    number = Fraction(amount)
    return number.numerator if number.denominator == 1 else number


def _is_shown_alike(before: Any, amount: Amount) -> bool:
    return (
        before is not None
        and before.is_shown
        and (
            (before.value, before.numerator, before.denominator) == (amount.value, amount.numerator, amount.denominator)
        )
    )


def _differs_by_few(cell: Cell, measure: Any, rule: Rule) -> bool:
    """Whether what came in since some earlier release is a small count by itself."""
    for pool in (cell.late or {}).values():
        added = _counts_of(pool.result(measure), measure.base is not None)
        if added is not None and any(rule.is_small(count) for count in added):
            return True
    return False


def _totals(counts: Mapping[Key, Counts], landscape: Landscape) -> Iterator[Total[Key]]:
    """How the cells of a table hang together: a whole and its groups in each dimension, a place and those below it."""
    by_parts = {(place, _frozen(landscape, group)): (place, group) for place, group in counts}
    members: dict[tuple[Key, str], list[Key]] = defaultdict(list)
    for (place, parts), key in by_parts.items():
        for dimension, _category in parts:
            whole = by_parts.get((place, frozenset(pair for pair in parts if pair[0] != dimension)))
            if whole is not None:
                members[whole, f"group:{dimension}"].append(key)
        for above in landscape.chain(place)[1:]:
            parent = by_parts.get((above, parts))
            if parent is not None:
                members[parent, "place"].append(key)
                break
    for (whole, _way), parts_of_it in members.items():
        yield Total(whole, tuple(sorted(parts_of_it)))


def _frozen(landscape: Landscape, group: int) -> frozenset[tuple[str, str]]:
    return frozenset(landscape.parts[landscape.keys[group]].items())
