"""What is to be protected: cells with counts, what binds them, and the rule that says what is small."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Generic, Literal, TypeVar

K = TypeVar("K", bound=Hashable)
Number = int | Fraction
Range = tuple[Number, Number | None]  # smallest and largest; None: no limit
Why = Literal["small", "sensitive", "complement"]

LEAST_THRESHOLD = 5
MOST_SHARE = 80  # per cent of a value that one contributor may make up


@dataclass(frozen=True, slots=True)
class Rule:
    """What is small, and how uncertain it must stay.

    `threshold`: counts above zero and under it are small. `width`: how far the smallest and the largest count that fit
    must lie apart. `zero_is_small`: zero is hidden as well; otherwise it is published, and an attacker knows that what
    is hidden is not zero. `zero_may_help`: a zero may be hidden where nothing else would protect a count; an attacker
    then does not know that what is hidden is not zero.
    """

    threshold: int = 10
    width: int = 1
    zero_is_small: bool = False
    zero_may_help: bool = False

    def is_small(self, count: Number) -> bool:
        return (0 if self.zero_is_small else 1) <= count < self.threshold or 0 < count < 1

    @property
    def shows_zeros(self) -> bool:
        """Whether an attacker knows that a hidden count is not zero."""
        return not (self.zero_is_small or self.zero_may_help)


@dataclass(frozen=True, slots=True)
class Total(Generic[K]):
    """`whole` is published as the sum of `parts` (as far as they are published at all)."""

    whole: K
    parts: tuple[K, ...]


@dataclass(frozen=True, slots=True)
class Link(Generic[K]):
    """Any other linear relation: the sum of coefficient x count over (cell, which of its counts, coefficient) is zero.

    Two indicators with the same numerator: ((a, 0, 1), (b, 0, -1)). A denominator that another indicator shows, of a
    percentage with those who did and those who did not: ((a, 0, 1), (a, 1, 1), (b, 0, -1)).
    """

    terms: tuple[tuple[K, int, int], ...]


@dataclass(frozen=True, slots=True)
class Table(Generic[K]):
    """Cells of any tables with their true counts, and all that binds them: linked tables are one table here.

    A cell's counts are published or hidden together. `known`: cells that everybody knows, because they stood in an
    earlier publication or in another place: hiding them protects nothing. `unpublished`: cells that are shown nowhere
    but could be worked out (what an earlier release hid; what came in between two releases): protected, at no cost.
    `sensitive`: cells that are primary although their counts are not small. `widths`: the uncertainty that certain cells
    need, where it is not the rule's. `costs`: how much dearer than usual it is to hide a cell (1; 1000: only if nothing
    else helps). `bounds`: what everybody knows each count of a cell to lie between (a percentage that is shown rounded).
    """

    cells: Mapping[K, tuple[Number, ...]]
    totals: Sequence[Total[K]] = ()
    known: frozenset[K] = frozenset()
    sensitive: frozenset[K] = frozenset()
    links: Sequence[Link[K]] = ()
    unpublished: frozenset[K] = frozenset()
    widths: Mapping[K, int] = field(default_factory=dict)
    costs: Mapping[K, float] = field(default_factory=dict)
    bounds: Mapping[K, tuple[Range, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Protection(Generic[K]):
    """`hidden` is `primary` and what had to be hidden with it. `exposed`: cells that can be worked out all the same,
    because nothing that would help is left to hide; and small cells that everybody knows already. `protects`: for each
    complementary cell, the one because of which it was hidden (of a rest: the whole that it is the rest of)."""

    primary: frozenset[K]
    hidden: frozenset[K]
    exposed: frozenset[K] = frozenset()
    protects: Mapping[K, K] = field(default_factory=dict)

    def why(self, cell: K, table: Table[K]) -> Why:
        """Why a hidden cell is hidden."""
        if cell not in self.primary:
            return "complement"
        return "sensitive" if cell in table.sensitive else "small"


def primary_cells(table: Table[K], rule: Rule) -> frozenset[K]:
    """The cells with a small count, and the sensitive ones; not those that are shown nowhere anyhow."""
    small = {cell for cell, counts in table.cells.items() if any(rule.is_small(count) for count in counts)}
    return frozenset((small | (table.sensitive & table.cells.keys())) - table.unpublished)


def has_anything_small(table: Table[K], rule: Rule) -> bool:
    """Whether there is anything to protect: a primary cell, a small count that is shown nowhere, or a small rest that
    could be had by subtraction."""
    cells = table.cells
    if any(rule.is_small(count) for counts in cells.values() for count in counts):
        return True
    if not table.sensitive.isdisjoint(cells):
        return True
    return any(rest > 0 and rule.is_small(rest) for total in table.totals for _index, rest in rests(total, cells))


def rests(total: Total[K], cells: Mapping[K, tuple[Number, ...]]) -> list[tuple[int, Number]]:
    """What the parts leave of the whole, count by count; without the counts of which the parts are more than the whole
    (they overlap, or count something else: this is no total). Nothing where no part is there."""
    whole = cells.get(total.whole)
    parts = [cells[part] for part in dict.fromkeys(total.parts) if part in cells]
    if whole is None or not parts or any(len(part) != len(whole) for part in parts):
        return []
    left = [(index, count - sum(part[index] for part in parts)) for index, count in enumerate(whole)]
    return [(index, rest) for index, rest in left if rest >= 0]


def is_dominated(contributions: Sequence[Number], *, largest: int = 1, percent: Number = MOST_SHARE) -> bool:
    """The (n, k) rule: whether the `largest` contributors make up more than `percent` of the sum of all.

    Source: Hundepool et al., Statistical Disclosure Control, 2012, section 4.2.
    """
    total = sum(contributions)
    return total > 0 and 100 * sum(sorted(contributions, reverse=True)[:largest]) > percent * total


def is_within(contributions: Sequence[Number], *, percent: Number) -> bool:
    """The p% rule: whether the second largest contributor could tell the largest one's share to within `percent`, because
    all others together are less than that. One contributor alone is always within."""
    ordered = sorted(contributions, reverse=True)
    return bool(ordered) and ordered[0] > 0 and 100 * sum(ordered[2:]) < percent * ordered[0]


def width_of_dominated(value: Number, *, percent: Number = MOST_SHARE) -> int:
    """How far the smallest and the largest value of a dominated cell must lie apart, so that the dominating contributor's
    own value stays as uncertain as the rule demands: what the others may make up of it, at least one."""
    return max(1, math.ceil(value * (100 - percent) / 100))


def numerators_that_fit(percentage: Decimal, denominator: int, *, decimals: int) -> tuple[int, int]:
    """The smallest and the largest whole numerator whose percentage, rounded to `decimals`, is the one shown.

    A rounded percentage with a visible denominator reveals the numerator where both are the same; otherwise they are
    its `bounds`.
    """
    half = Fraction(1, 2 * 10**decimals)
    shown = Fraction(percentage)
    low, high = (Fraction(denominator) * (shown + side) / 100 for side in (-half, half))
    return max(0, math.ceil(low)), min(denominator, math.floor(high)) if shown <= 100 else math.floor(high)
