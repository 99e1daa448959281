"""Disclosure control of small counts: hide what is small, then hide more until nobody can work it out.

A table is a set of cells with counts, and totals: a whole that is the sum of its parts, in as many directions as
there are (groups, places, a hierarchy of both). Hidden first (primary) are the small counts: more than zero and under
the threshold. They could still be had by subtraction, so further cells are hidden (complementary) until an auditor is
content: for each protected count it works out the smallest and the largest value that fit everything published, all
counts being whole numbers of at least zero; these two must lie `width` apart (FCSM Statistical Policy Working Paper
22, chapter 2).

A cell may have several counts that are published or hidden together: a percentage shows its numerator and what is
left to the denominator; the denominator is their sum and tells nothing more. Where the parts of a total do not add up
to it, the rest (people of unknown sex) is a count as well, shown nowhere but had by subtraction: a small rest is
protected too.

The auditor is exact. Where the totals do not form a circle it narrows intervals, which is exact there; where they do,
it solves a linear programme in fractions over the cells nearest to the protected one, the others held at their true
counts: what it finds possible is possible, so that it errs towards hiding more.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
Number = int | Fraction
Range = tuple[Number, Number | None]  # smallest and largest; None: no limit

NEAREST = 60  # hidden counts that the linear programme lets vary
LEAST_THRESHOLD = 5


@dataclass(frozen=True, slots=True)
class Rule:
    """What is small, and how uncertain it must stay.

    `threshold`: counts above zero and under it are small. `width`: how far the smallest and the largest count that fit
    must lie apart. `zero_is_small`: zero is hidden as well; otherwise it is published, and an attacker knows that what
    is hidden is not zero.
    """

    threshold: int = 10
    width: int = 1
    zero_is_small: bool = False

    def is_small(self, count: Number) -> bool:
        return (0 if self.zero_is_small else 1) <= count < self.threshold or 0 < count < 1


@dataclass(frozen=True, slots=True)
class Total(Generic[K]):
    """`whole` is published as the sum of `parts` (as far as they are published at all)."""

    whole: K
    parts: tuple[K, ...]


@dataclass(frozen=True, slots=True)
class Table(Generic[K]):
    """Cells with their true counts (all cells have the same number of them) and the totals that bind them.

    `known`: cells that everybody knows, because they stood in an earlier publication or in another place: hiding them
    protects nothing. `sensitive`: cells that are primary although their counts are not small.
    """

    cells: Mapping[K, tuple[Number, ...]]
    totals: Sequence[Total[K]] = ()
    known: frozenset[K] = frozenset()
    sensitive: frozenset[K] = frozenset()


@dataclass(frozen=True, slots=True)
class Protection(Generic[K]):
    """`hidden` is `primary` and what had to be hidden with it. `exposed`: cells that can be worked out all the same,
    because nothing that would help is left to hide; and small cells that everybody knows already."""

    primary: frozenset[K]
    hidden: frozenset[K]
    exposed: frozenset[K] = frozenset()


# A count of a cell is a variable (cell, None); a rest is (None, index of its total).
_Variable = tuple[Hashable, int | None]


@dataclass(slots=True)
class _Equation:
    """whole - parts - rest = 0, over variables with their sign; `truth` has what they are."""

    terms: dict[_Variable, int] = field(default_factory=dict)


def primary_cells(table: Table[K], rule: Rule) -> frozenset[K]:
    """The cells with a small count, and the sensitive ones."""
    small = {cell for cell, counts in table.cells.items() if any(rule.is_small(count) for count in counts)}
    return frozenset(small | (table.sensitive & table.cells.keys()))


def has_anything_small(table: Table[K], rule: Rule) -> bool:
    """Whether there is anything to protect: a primary cell, or a small rest that could be had by subtraction."""
    if primary_cells(table, rule):
        return True
    return any(_System(table, rule, index).small_rests for index in range(_counts(table)))


def protect(table: Table[K], rule: Rule) -> Protection[K]:
    """What of a table to hide. Zeros and known cells are never hidden as complements: they protect nothing."""
    primary = primary_cells(table, rule)
    systems = [_System(table, rule, index) for index in range(_counts(table))]
    if not primary and not any(system.small_rests for system in systems):
        return Protection(primary, primary)
    hidden: set[K] = set(primary)
    given_up: set[tuple[int, _Variable]] = set()
    while True:
        exposed = [
            (index, variable)
            for index, system in enumerate(systems)
            for variable in system.exposed(hidden, primary)
            if (index, variable) not in given_up
        ]
        if not exposed:
            break
        touched: set[int] = set()
        for index, variable in exposed:
            system = systems[index]
            if touched & set(system.of[variable]):
                continue  # a cell hidden in this round may have helped this one too
            chosen: K | None = system.complement(variable, hidden)
            if chosen is None:
                given_up.add((index, variable))
            else:
                hidden.add(chosen)
                touched |= set(system.of[chosen, None])
    lost = {variable[0] for _index, variable in given_up if variable[1] is None}
    return Protection(primary, frozenset(hidden), frozenset(lost | (primary & table.known)))  # type: ignore[arg-type]


def audit(table: Table[K], hidden: Iterable[K], rule: Rule) -> dict[K, list[Range]]:
    """For each hidden cell that is not known: the smallest and largest that each of its counts can be, given the
    rest.
    """
    out = set(hidden)
    systems = [_System(table, rule, index) for index in range(_counts(table))]
    return {cell: [system.ranges(out, [(cell, None)])[cell, None] for system in systems] for cell in out - table.known}


def _counts(table: Table[K]) -> int:
    return max((len(counts) for counts in table.cells.values()), default=0)


class _System(Generic[K]):
    """The equations of one count of all cells."""

    def __init__(self, table: Table[K], rule: Rule, index: int) -> None:
        self.table, self.rule = table, rule
        self.truth: dict[_Variable, Number] = {(cell, None): counts[index] for cell, counts in table.cells.items()}
        self.equations: list[_Equation] = []
        self.of: dict[_Variable, list[int]] = defaultdict(list)
        self.small_rests: list[_Variable] = []
        # An attacker knows that a hidden count is not zero where a cell has one count and zeros are shown.
        self.least = 1 if _counts(table) == 1 and not rule.zero_is_small else 0
        for number, total in enumerate(table.totals):
            self._add(number, total)

    def _add(self, number: int, total: Total[K]) -> None:
        parts = [part for part in dict.fromkeys(total.parts) if part in self.table.cells]
        if total.whole not in self.table.cells or not parts:
            return
        rest = self.truth[total.whole, None] - sum(self.truth[part, None] for part in parts)
        if rest < 0:
            return  # the parts overlap, or count something else: this is no total
        equation = _Equation({(total.whole, None): 1})
        equation.terms |= {(part, None): -1 for part in parts}
        if rest:
            variable: _Variable = (None, number)
            equation.terms[variable] = -1
            self.truth[variable] = rest
            if self.rule.is_small(rest):
                self.small_rests.append(variable)
        for variable in equation.terms:
            self.of[variable].append(len(self.equations))
        self.equations.append(equation)

    def exposed(self, hidden: set[K], primary: frozenset[K]) -> list[_Variable]:
        """The protected counts that can be worked out too closely."""
        targets: list[_Variable] = [
            (cell, None)
            for cell in sorted(primary - self.table.known, key=repr)
            if self.rule.is_small(self.truth[cell, None]) or cell in self.table.sensitive
        ] + self.small_rests
        ranges = self.ranges(hidden, targets)
        return [
            variable for variable, (low, high) in ranges.items() if high is not None and high - low < self.rule.width
        ]

    def ranges(self, hidden: set[K], targets: Sequence[_Variable]) -> dict[_Variable, Range]:
        """What fits what is published: the range of each target (a hidden cell's count, or a rest)."""
        found: dict[_Variable, Range] = {}
        for target in targets:
            if target not in found:
                found |= self._component(target, hidden)
        return {target: found[target] for target in targets}

    def _free(self, variable: _Variable, hidden: set[K]) -> bool:
        return variable[1] is not None or (variable[0] in hidden and variable[0] not in self.table.known)

    def _component(self, start: _Variable, hidden: set[K]) -> dict[_Variable, Range]:
        """The ranges of all free variables that hang together with `start` (only its own, where totals form a
        circle).
        """
        near, rows, is_tree = self._gather(start, hidden, limit=None)
        if is_tree:
            return self._narrow(near, rows)
        near, rows, _ = self._gather(start, hidden, limit=NEAREST)
        order = list(near)
        system = [({order.index(v): sign for v, sign in terms.items()}, constant) for terms, constant in rows]
        shifted = [
            (terms, constant - sum(sign * self._low(order[v]) for v, sign in terms.items()))
            for terms, constant in system
        ]
        truth = [self.truth[v] - self._low(v) for v in order]
        low, high = _extremes(shifted, truth, order.index(start))
        least = self._low(start)
        return {start: (low + least, None if high is None else high + least)}

    def _low(self, variable: _Variable) -> int:
        return self.least if variable[1] is None else 0

    def _gather(
        self, start: _Variable, hidden: set[K], limit: int | None
    ) -> tuple[dict[_Variable, None], list[tuple[dict[_Variable, int], Number]], bool]:
        """The free variables around `start`, nearest first, their equations, and whether these form no circle.

        Variables beyond the limit stay at their true counts, as if they were published.
        """
        near: dict[_Variable, None] = {start: None}
        queue, seen, edges = deque([start]), set(), 0
        while queue:
            for number in self.of[queue.popleft()]:
                if number in seen:
                    continue
                seen.add(number)
                for variable in self.equations[number].terms:
                    if self._free(variable, hidden) and variable not in near and (limit is None or len(near) < limit):
                        near[variable] = None
                        queue.append(variable)
        rows: list[tuple[dict[_Variable, int], Number]] = []
        for number in sorted(seen):
            terms = self.equations[number].terms
            free = {variable: sign for variable, sign in terms.items() if variable in near}
            constant = -sum(sign * self.truth[v] for v, sign in terms.items() if v not in near)
            rows.append((free, constant))
            edges += len(free)
        return near, rows, edges == len(near) + len(rows) - 1

    def _narrow(
        self, near: Iterable[_Variable], rows: Sequence[tuple[dict[_Variable, int], Number]]
    ) -> dict[_Variable, Range]:
        """Intervals narrowed by each equation until nothing changes; exact where equations form no circle."""
        ranges: dict[_Variable, Range] = {variable: (self._low(variable), None) for variable in near}
        changed = True
        while changed:
            changed = False
            for terms, constant in rows:
                for variable, sign in terms.items():
                    # sign * variable = constant - others
                    low, high = _sum_range((-other_sign, ranges[v]) for v, other_sign in terms.items() if v != variable)
                    low, high = (None if low is None else low + constant), (None if high is None else high + constant)
                    if sign < 0:
                        low, high = (None if high is None else -high), (None if low is None else -low)
                    old_low, old_high = ranges[variable]
                    new_low = old_low if low is None else max(old_low, low)
                    new_high = old_high if high is None else high if old_high is None else min(old_high, high)
                    if (new_low, new_high) != (old_low, old_high):
                        ranges[variable] = new_low, new_high
                        changed = True
        return ranges

    def complement(self, variable: _Variable, hidden: set[K]) -> K | None:
        """The next cell to hide for a count that can be worked out: in the total nearest to it that has fewest hidden
        cells, the smallest that is wide enough; None if nothing is left."""
        seen_equations: set[int] = set()
        layer: list[_Variable] = [variable]
        seen = {variable}
        while layer:
            numbers = [n for v in layer for n in self.of[v] if n not in seen_equations]
            seen_equations.update(numbers)
            numbers.sort(key=lambda n: sum(self._free(v, hidden) for v in self.equations[n].terms))
            for number in numbers:
                candidates = [
                    v[0]
                    for v in self.equations[number].terms
                    if v[1] is None and v[0] not in hidden and v[0] not in self.table.known and self.truth[v] > 0
                ]
                if candidates:
                    wide = self.rule.width + self.least
                    return min(  # type: ignore[return-value]
                        candidates, key=lambda cell: (self.truth[cell, None] < wide, self.truth[cell, None], repr(cell))
                    )
            following: list[_Variable] = []
            for number in numbers:
                for v in self.equations[number].terms:
                    if v not in seen and self._free(v, hidden):
                        seen.add(v)
                        following.append(v)
            layer = following
        return None


def _sum_range(terms: Iterable[tuple[int, Range]]) -> tuple[Number | None, Number | None]:
    """The range of a signed sum of ranges; None on a side that has no limit."""
    low: Number | None = 0
    high: Number | None = 0
    for sign, (least, most) in terms:
        first, second = (least, most) if sign > 0 else (None if most is None else -most, -least)
        low = None if low is None or first is None else low + first
        high = None if high is None or second is None else high + second
    return low, high


# --- A linear programme in fractions ---------------------------------------------------------------------------


def _extremes(
    system: Sequence[tuple[dict[int, int], Number]], truth: Sequence[Number], target: int
) -> tuple[Number, Number | None]:
    """The least and the most of one variable under equations, all variables at least zero (simplex, Bland's rule).

    `truth` is a solution. Where an extreme point is not made of whole numbers although the truth is, the side falls
    back to the truth: a bound that whole numbers may not reach must not count as protection.
    """
    tableau = _feasible_tableau(system, len(truth))
    whole = all(Fraction(value).denominator == 1 for value in truth)
    found: list[Number | None] = []
    for sign in (1, -1):
        solution = _minimise(
            _Tableau([dict(row) for row in tableau.rows], list(tableau.basis)), target, sign, len(truth)
        )
        if solution is None:
            found.append(None)
        elif whole and any(Fraction(value).denominator != 1 for value in solution.values()):
            found.append(truth[target])
        else:
            found.append(solution.get(target, 0))
    low = found[0]
    return (0 if low is None else low), found[1]


_RIGHT = -1  # the column of right-hand sides


@dataclass(slots=True)
class _Tableau:
    rows: list[dict[int, Number]]
    basis: list[int]

    def pivot(self, row: int, column: int) -> None:
        """Bring a variable into the basis."""
        mine = self.rows[row]
        by = mine[column]
        if by != 1:
            self.rows[row] = mine = {c: _divided(value, by) for c, value in mine.items()}
        for index, other in enumerate(self.rows):
            factor = other.get(column)
            if index == row or not factor:
                continue
            for c, value in mine.items():
                left = other.get(c, 0) - factor * value
                if left:
                    other[c] = left
                else:
                    other.pop(c, None)
        self.basis[row] = column


def _divided(value: Number, by: Number) -> Number:
    quotient = Fraction(value) / Fraction(by)
    return quotient.numerator if quotient.denominator == 1 else quotient


def _feasible_tableau(system: Sequence[tuple[dict[int, int], Number]], size: int) -> _Tableau:
    """A tableau in a feasible basis, by artificial variables that are driven out; there is a solution."""
    rows: list[dict[int, Number]] = []
    for number, (terms, constant) in enumerate(system):
        sign = -1 if constant < 0 else 1
        row: dict[int, Number] = {variable: sign * coefficient for variable, coefficient in terms.items()}
        row[size + number] = 1
        if constant:
            row[_RIGHT] = sign * constant
        rows.append(row)
    tableau = _Tableau(rows, [size + number for number in range(len(rows))])
    costs: dict[int, Number] = {}
    for row in rows:
        for column, value in row.items():
            if column < size:
                costs[column] = costs.get(column, 0) - value
    _run(tableau, costs, lambda column: column < size)
    spare = [index for index, variable in enumerate(tableau.basis) if variable >= size]
    for index in spare:  # an artificial variable at zero: swap it out, or its equation says nothing new
        entering = next((c for c, value in tableau.rows[index].items() if 0 <= c < size and value), None)
        if entering is not None:
            tableau.pivot(index, entering)
    kept = [(row, variable) for row, variable in zip(tableau.rows, tableau.basis, strict=True) if variable < size]
    clean = [{c: value for c, value in row.items() if c < size} for row, _variable in kept]
    return _Tableau(clean, [variable for _row, variable in kept])


def _minimise(tableau: _Tableau, target: int, sign: int, size: int) -> dict[int, Number] | None:
    """The basic solution at which `sign * target` is least; None if there is no least."""
    costs: dict[int, Number] = {target: sign}
    if target in tableau.basis:
        row = tableau.rows[tableau.basis.index(target)]
        costs = {column: -sign * value for column, value in row.items() if column not in (_RIGHT, target)}
    if not _run(tableau, costs, lambda column: column < size):
        return None
    return {
        variable: row.get(_RIGHT, 0)
        for row, variable in zip(tableau.rows, tableau.basis, strict=True)
        if row.get(_RIGHT)
    }


def _run(tableau: _Tableau, costs: dict[int, Number], may_enter: object) -> bool:
    """Simplex steps by Bland's rule (which cannot go in circles) until no cost is negative; False if without limit."""
    assert callable(may_enter)
    while True:
        entering = min((c for c, cost in costs.items() if c != _RIGHT and cost < 0 and may_enter(c)), default=None)
        if entering is None:
            return True
        best: tuple[Fraction, int] | None = None
        leaving = -1
        for index, row in enumerate(tableau.rows):
            coefficient = row.get(entering, 0)
            if coefficient > 0:
                ratio = (Fraction(row.get(_RIGHT, 0)) / Fraction(coefficient), tableau.basis[index])
                if best is None or ratio < best:
                    best, leaving = ratio, index
        if best is None:
            return False
        tableau.pivot(leaving, entering)
        factor = costs[entering]
        for column, value in tableau.rows[leaving].items():
            left = costs.get(column, 0) - factor * value
            if left:
                costs[column] = left
            else:
                costs.pop(column, None)
