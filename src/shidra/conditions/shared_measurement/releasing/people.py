"""Counts of people behind figures: what a small number could show, and which counts of two indicators are the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Generic, TypeVar

from shidra.conditions.shared_measurement.models import Definition
from shidra.methods.disclosure import Link, Number
from shidra.methods.rollup import REPORTED, Amount

Key = tuple[int, int]  # place, group
FigureKey = tuple[int, str, int, int]  # definition, period, place, group
Counts = tuple[Number, ...]
Quantity = tuple[int, ...]  # the counts of a cell whose sum it is
AGREEMENT = 0.8  # share of figures in which two numbers are the same, from which on a reader takes them for one
Member = TypeVar("Member", bound=Hashable)
Signature = Mapping[tuple[int, Quantity], Mapping[str, Number]]  # definition, quantity -> period -> number of the whole


def has_people(definition: Definition, amount: Amount) -> bool:
    """Whether a figure counts people at all."""
    if not definition.is_protected or amount.state is not REPORTED:
        return False
    if definition.has_parts:
        return amount.denominator is not None and amount.denominator > 0
    return amount.value is not None and amount.value >= 0


def counts_of(definition: Definition, amounts: Sequence[Amount]) -> list[Counts] | None:
    """The counts of people in each amount; None where the definition counts none, or one amount has none.

    Of a percentage: those who did and those who did not (the denominator is their sum); of a rate: events and people;
    of an average: people.
    """
    if not amounts or not all(has_people(definition, amount) for amount in amounts):
        return None
    if definition.kind == Definition.Kind.AVERAGE:
        return [(number_of(amount.denominator),) for amount in amounts]
    if definition.has_parts:
        pairs = [(number_of(amount.numerator), number_of(amount.denominator)) for amount in amounts]
        if definition.unit == Definition.Unit.PERCENT and all(0 <= some <= everybody for some, everybody in pairs):
            return [(some, everybody - some) for some, everybody in pairs]
        return list(pairs)
    return [(number_of(amount.value),) for amount in amounts]


def number_of(amount: Decimal | None) -> Number:
    """A reported amount as the exact number that it is."""
    assert amount is not None
    return int(amount) if amount == amount.to_integral_value() else Fraction(amount)


def gap(some: Sequence[Number], other: Sequence[Number]) -> Counts:
    """How far two figures' counts are apart."""
    gaps: list[Number] = []
    for one, two in zip(some, other, strict=True):
        gaps.append(one - two if one > two else two - one)
    return tuple(gaps)


def quantities(definition: Definition, counts: Counts) -> Iterator[tuple[Quantity, Number]]:
    """The numbers of people that a figure tells: each count, and of a percentage the sum of both."""
    for index, count in enumerate(counts):
        yield (index,), count
    if definition.unit == Definition.Unit.PERCENT and len(counts) == 2:
        yield (0, 1), sum(counts)


def signature_of(definition: Definition, wholes: Mapping[str, Counts]) -> Signature:
    """What a definition counts in the whole, period by period."""
    found: dict[tuple[int, Quantity], dict[str, Number]] = defaultdict(dict)
    for period, counts in wholes.items():
        for quantity, number in quantities(definition, counts):
            if number > 0:
                found[definition.pk, quantity][period] = number
    return found


def that_count_the_same(signatures: Mapping[int, Signature]) -> list[set[int]]:
    """Indicators of which two numbers agree in the whole in (nearly) every period that both have: sets of two or more.

    Whoever sees both takes them for one number, whether the dictionary says so or not.
    """
    alike: dict[frozenset[tuple[str, Number]], set[int]] = defaultdict(set)
    for indicator, signature in signatures.items():
        for numbers in signature.values():
            alike[frozenset(numbers.items())].add(indicator)
    at: dict[tuple[str, Number], list[frozenset[tuple[str, Number]]]] = defaultdict(list)
    for items in alike:
        for item in items:
            at[item].append(items)
    groups: Groups[int] = Groups()
    for members in alike.values():
        groups.join(members)
    for together in at.values():
        for one, other in combinations(together, 2):
            if _agree(dict(one), dict(other)):
                groups.join([*alike[one], *alike[other]])
    return [members for members in groups.all() if len(members) > 1]


def links_between(
    definitions: Mapping[int, Definition], counts: Mapping[FigureKey, Counts]
) -> tuple[list[Link[FigureKey]], list[set[tuple[int, str]]]]:
    """The numbers of two definitions that agree (nearly) wherever both tell one, as links between the figures that do; and
    which (definition, period) these bind together."""
    told: dict[tuple[int, Quantity], dict[tuple[str, int, int], Number]] = defaultdict(dict)
    for (definition, period, place, group), some in counts.items():
        for quantity, number in quantities(definitions[definition], some):
            told[definition, quantity][period, place, group] = number
    names = list(told)
    groups: Groups[tuple[int, Quantity]] = Groups()
    for at, one in enumerate(names):
        for other in names[at + 1 :]:
            if one[0] != other[0] and _agree(told[one], told[other]):
                groups.join([one, other])
    links: list[Link[FigureKey]] = []
    frames: list[set[tuple[int, str]]] = []
    for members in groups.all():
        by_cell: dict[tuple[str, int, int], list[tuple[int, Quantity]]] = defaultdict(list)
        for name in sorted(members):
            for cell in told[name]:
                by_cell[cell].append(name)
        bound: dict[str, set[tuple[int, str]]] = defaultdict(set)
        for cell, those in by_cell.items():
            bound[cell[0]] |= {(definition, cell[0]) for definition, _quantity in those}
            for (first, some), (second, others) in pairwise(those):
                if told[first, some][cell] != told[second, others][cell]:
                    continue
                terms = [((first, *cell), index, 1) for index in some]
                terms += [((second, *cell), index, -1) for index in others]
                links.append(Link(tuple(terms)))
        frames += [some for some in bound.values() if len(some) > 1]
    return links, frames


def _agree(one: Mapping[Member, Number], other: Mapping[Member, Number]) -> bool:
    """Whether two numbers are the same for a reader: in nearly all that both tell, and not in zeros alone."""
    fewer, more = (one, other) if len(one) <= len(other) else (other, one)
    bearable = int(len(fewer) * (1 - AGREEMENT))
    common = differing = 0
    has_some = False
    for cell, number in fewer.items():
        if cell not in more:
            continue
        common += 1
        if more[cell] != number:
            differing += 1
            if differing > bearable:
                return False
        else:
            has_some = has_some or number > 0
    return has_some and differing <= common * (1 - AGREEMENT)


class Groups(Generic[Member]):
    """Things that belong together, found pair by pair (union-find)."""

    def __init__(self) -> None:
        self._above: dict[Member, Member] = {}

    def first(self, one: Member) -> Member:
        """The one that stands for all it belongs together with."""
        above = self._above.setdefault(one, one)
        while above != one:
            one, above = above, self._above[above]
        return one

    def join(self, members: Iterable[Member]) -> None:
        it = iter(members)
        first = self.first(next(it))
        for other in it:
            self._above[self.first(other)] = first

    def all(self) -> list[set[Member]]:
        found: dict[Member, set[Member]] = defaultdict(set)
        for one in list(self._above):
            found[self.first(one)].add(one)
        return list(found.values())
