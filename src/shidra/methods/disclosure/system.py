"""The equations that bind the counts of a table, and what they let an attacker find out.

A variable is one count of one cell, or a rest (what the parts of a total leave of it). It is free where it is hidden;
all others are known. The free variables that hang together by equations are a component; each is looked into by the
cheapest way that is exact for it:

- no circle of equations: intervals narrowed until nothing changes;
- each variable in at most two equations, with signs that agree (a table of two directions with its totals): a flow in a
  network, by augmenting paths, which keeps whole numbers whole;
- else a linear programme (programme.py).
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Generic

from shidra.methods.disclosure.tables import K, Number, Range, Rule, Table, rests

Terms = dict[int, int]  # variable -> coefficient
_ARC = 1e-6  # of two ways that cost the same, the shorter


@dataclass(frozen=True, slots=True)
class Component:
    """Free variables that hang together, nearest to the first one first, and their equations: sum of terms = constant."""

    variables: tuple[int, ...]
    rows: tuple[tuple[Terms, Number], ...]

    @property
    def is_tree(self) -> bool:
        """Whether the equations form no circle (and count each variable once): intervals are exact then."""
        return sum(len(terms) for terms, _constant in self.rows) == len(self.variables) + len(self.rows) - 1 and all(
            abs(coefficient) == 1 for terms, _constant in self.rows for coefficient in terms.values()
        )


class System(Generic[K]):
    """The variables of a table with their true values and equations. `hide` makes the counts of a cell free.

    Counts of two cells that a link says are the same are one variable: free only where both cells are hidden.
    """

    def __init__(self, table: Table[K], rule: Rule) -> None:
        self.table, self.rule = table, rule
        self.truth: list[Number] = []
        self.least: list[Number] = []  # what an attacker knows beforehand
        self.most: list[Number | None] = []
        self.cells: list[list[K]] = []  # of each variable; none: a rest
        self.variables: dict[K, tuple[int, ...]] = {}
        self.hidden: set[K] = set()
        self.is_free = bytearray()
        self.equations: list[Terms] = []
        self.of: list[list[int]] = []  # variable -> its equations
        self.small_rests: dict[int, K] = {}  # variable -> the whole that it is the rest of
        self.wholes: dict[K, int] = defaultdict(int)  # how many totals a cell is the whole of
        self._forests: dict[int, bool] = {}
        self._told: set[frozenset[tuple[int, int]]] = set()
        self._add_cells()
        for total in table.totals:
            self._add_total(total.whole, total.parts, rests(total, table.cells))
        for link in table.links:
            self._add_link(link.terms)
        self.hide(table.unpublished)
        self.network = Network(self)

    def _add_cells(self) -> None:
        same = _Same()
        cells = self.table.cells
        for link in self.table.links:
            if sorted(term[2] for term in link.terms) == [-1, 1]:
                (one, at, _), (other, there, _) = link.terms
                if one in cells and other in cells and cells[one][at] == cells[other][there]:
                    same.join((one, at), (other, there))
        made: dict[tuple[Hashable, int], int] = {}
        for cell, counts in cells.items():
            numbers: list[int] = []
            for index, count in enumerate(counts):
                low, high = self._known_beforehand(cell, index, counts)
                first = same.first((cell, index))
                if first in made:
                    number = made[first]
                    self.least[number] = max(self.least[number], low)
                    known = self.most[number]
                    self.most[number] = high if known is None else known if high is None else min(known, high)
                    self.cells[number].append(cell)
                else:
                    number = made[first] = self._variable([cell], count, low, high)
                numbers.append(number)
            self.variables[cell] = tuple(numbers)

    def _known_beforehand(self, cell: K, index: int, counts: tuple[Number, ...]) -> Range:
        """What an attacker knows of a count before he looks at any other; true of it in any case."""
        bounds = self.table.bounds.get(cell)
        low, high = bounds[index] if bounds else (0, None)
        if self.rule.shows_zeros and len(counts) == 1 and cell not in self.table.unpublished:
            low = max(low, min(1, counts[index]))
        return min(low, counts[index]), None if high is None else max(high, counts[index])

    def _variable(self, cells: list[K], truth: Number, least: Number, most: Number | None) -> int:
        self.truth.append(truth)
        self.least.append(least)
        self.most.append(most)
        self.cells.append(cells)
        self.is_free.append(not cells)
        self.of.append([])
        return len(self.truth) - 1

    def _add_total(self, whole: K, parts: Iterable[K], left: Sequence[tuple[int, Number]]) -> None:
        there = [part for part in dict.fromkeys(parts) if part in self.variables]
        if left:
            self.wholes[whole] += 1
        for index, rest in left:
            terms: Terms = defaultdict(int)
            terms[self.variables[whole][index]] += 1
            for part in there:
                terms[self.variables[part][index]] -= 1
            if rest:
                if self._is_told(terms):
                    continue
                variable = self._variable([], rest, 0, None)
                terms[variable] = -1
                if self.rule.is_small(rest):
                    self.small_rests[variable] = whole
            self._add_equation(terms)

    def _add_link(self, given: Iterable[tuple[K, int, int]]) -> None:
        terms: Terms = defaultdict(int)
        for cell, index, coefficient in given:
            if cell not in self.variables or index >= len(self.variables[cell]):
                return
            terms[self.variables[cell][index]] += coefficient
        if sum(coefficient * self.truth[variable] for variable, coefficient in terms.items()) == 0:
            self._add_equation(terms)

    def _is_told(self, terms: Mapping[int, int]) -> bool:
        """Whether these very terms were there before: linked tables have many totals in common."""
        key = frozenset(terms.items())
        if key in self._told:
            return True
        self._told.add(key)
        return False

    def _add_equation(self, terms: Mapping[int, int]) -> None:
        kept = {variable: coefficient for variable, coefficient in terms.items() if coefficient}
        if not kept or self._is_told(kept):
            return
        for variable in kept:
            self.of[variable].append(len(self.equations))
        self.equations.append(kept)

    def hide(self, cells: Iterable[K]) -> None:
        """Make the counts of these cells free; what everybody knows stays known."""
        known, hidden = self.table.known, self.hidden
        some = [cell for cell in cells if cell in self.variables and cell not in known]
        hidden.update(some)
        for cell in some:
            for variable in self.variables[cell]:
                self.is_free[variable] = all(one in hidden for one in self.cells[variable])

    def show(self, cells: Iterable[K]) -> None:
        """Make the counts of these cells known again."""
        for cell in cells:
            self.hidden.discard(cell)
            for variable in self.variables[cell]:
                self.is_free[variable] = 0

    def component(self, start: int, limit: int | None = None) -> Component:
        """The free variables around `start`; those beyond the limit count as known."""
        is_free, near, queue, seen = self.is_free, {start: None}, deque([start]), set[int]()
        while queue:
            for number in self.of[queue.popleft()]:
                if number in seen:
                    continue
                seen.add(number)
                for variable in self.equations[number]:
                    if is_free[variable] and variable not in near and (limit is None or len(near) < limit):
                        near[variable] = None
                        queue.append(variable)
        rows: list[tuple[Terms, Number]] = []
        for number in sorted(seen):
            terms = self.equations[number]
            free = {variable: coefficient for variable, coefficient in terms.items() if variable in near}
            constant = -sum(c * self.truth[variable] for variable, c in terms.items() if variable not in near)
            rows.append((free, constant))
        return Component(tuple(near), tuple(rows))

    def block(self, start: int, limit: int | None = None) -> Component:
        """The variables that hang together with `start` by equations, hidden or not, nearest first."""
        kept, self.is_free = self.is_free, bytearray(b"\1") * len(self.truth)
        try:
            return self.component(start, limit)
        finally:
            self.is_free = kept

    def is_forest(self, variable: int) -> bool:
        """Whether no equations form a circle around a variable, whatever is hidden."""
        if variable not in self._forests:
            block = self.block(variable)
            self._forests |= dict.fromkeys(block.variables, block.is_tree)
        return self._forests[variable]

    def around(self, start: int, costs: Sequence[float | None], few: int, limit: int) -> tuple[int, ...]:
        """Variables around `start`, hidden or not: of each equation the free ones and the `few` that cost least."""
        near, queue, seen = {start: None}, deque([start]), set[int]()
        while queue and len(near) < limit:
            for number in self.of[queue.popleft()]:
                if number in seen:
                    continue
                seen.add(number)
                priced = [(cost, v) for v in self.equations[number] if (cost := costs[v]) is not None]
                free = [v for cost, v in priced if not cost]
                for variable in [*free, *(v for _cost, v in heapq.nsmallest(few + len(free), priced))]:
                    if variable not in near:
                        near[variable] = None
                        queue.append(variable)
        return tuple(near)

    def narrowed(self, component: Component, rounds: int | None = None) -> dict[int, Range]:
        """Intervals narrowed by each equation until nothing changes (or so many rounds); exact where equations form no
        circle, and never too narrow."""
        ranges: dict[int, Range] = {v: (self.least[v], self.most[v]) for v in component.variables}
        changed = True
        while changed and rounds != 0:
            changed = False
            rounds = None if rounds is None else rounds - 1
            for terms, constant in component.rows:
                changed |= _narrow(terms, constant, ranges)
        return ranges


class _Same:
    """Which counts are one (union-find)."""

    def __init__(self) -> None:
        self._above: dict[Hashable, Hashable] = {}

    def first(self, one: Hashable) -> Any:
        while (above := self._above.get(one)) is not None:
            one = above
        return one

    def join(self, one: Hashable, other: Hashable) -> None:
        first, second = self.first(one), self.first(other)
        if first != second:
            self._above[second] = first


def _narrow(terms: Terms, constant: Number, ranges: dict[int, Range]) -> bool:
    """Narrow the ranges of one equation's variables by what the others can be; whether anything changed."""
    low: Number = 0  # of the sum of coefficient x variable; what has no limit is counted apart
    high: Number = 0
    no_low = no_high = 0
    before = {variable: _scaled(coefficient, ranges[variable]) for variable, coefficient in terms.items()}
    for least, most in before.values():
        no_low, low = (no_low + 1, low) if least is None else (no_low, low + least)
        no_high, high = (no_high + 1, high) if most is None else (no_high, high + most)
    changed = False
    for variable, coefficient in terms.items():
        least, most = before[variable]
        # coefficient x variable = constant - all others
        new_high = None if no_low - (least is None) else constant - low + (least or 0)
        new_low = None if no_high - (most is None) else constant - high + (most or 0)
        if coefficient < 0:
            new_low, new_high = (None if new_high is None else -new_high), (None if new_low is None else -new_low)
        if abs(coefficient) != 1:
            new_low = None if new_low is None else Fraction(new_low) / abs(coefficient)
            new_high = None if new_high is None else Fraction(new_high) / abs(coefficient)
        old_low, old_high = ranges[variable]
        best_low = old_low if new_low is None else max(old_low, new_low)
        best_high = old_high if new_high is None else new_high if old_high is None else min(old_high, new_high)
        if (best_low, best_high) != (old_low, old_high):
            ranges[variable] = best_low, best_high
            changed = True
    return changed


def _scaled(coefficient: int, given: Range) -> tuple[Number | None, Number | None]:
    least, most = given
    if coefficient > 0:
        return coefficient * least, None if most is None else coefficient * most
    return None if most is None else coefficient * most, coefficient * least


class Network(Generic[K]):
    """The part of a system that is a network: equations are its nodes, variables in one or two of them its arcs.

    A variable in one equation leads to the ground of its block. Variables that do not fit (in three equations, or with
    signs that do not agree) are left out, as if they were known: what is found possible is possible.
    """

    def __init__(self, system: System[K]) -> None:
        self.system = system
        self.tail: list[int] = []
        self.head: list[int] = []
        self._orient()
        self.at: dict[int, list[tuple[int, int, int]]] = defaultdict(list)  # node -> (variable, other node, +1 or -1)
        for variable, (tail, head) in enumerate(zip(self.tail, self.head, strict=True)):
            if tail != head:
                self.at[tail].append((variable, head, 1))
                self.at[head].append((variable, tail, -1))

    def _orient(self) -> None:
        """Give each equation a sign so that every variable enters one of its nodes and leaves the other."""
        system = self.system
        count = len(system.equations)
        signs = [0] * count
        block = [0] * count
        self.tail, self.head = [-1] * len(system.truth), [-1] * len(system.truth)
        blocks = 0
        for first in range(count):
            if signs[first]:
                continue
            signs[first], block[first] = 1, blocks
            queue = deque([first])
            while queue:
                here = queue.popleft()
                for variable, coefficient in system.equations[here].items():
                    both = system.of[variable]
                    if len(both) != 2 or abs(coefficient) != 1:
                        continue
                    other = both[0] if both[1] == here else both[1]
                    if not signs[other] and abs(system.equations[other][variable]) == 1:
                        signs[other] = -signs[here] * coefficient * system.equations[other][variable]
                        block[other] = blocks
                        queue.append(other)
            blocks += 1
        for variable, numbers in enumerate(system.of):
            ends = [(number, signs[number] * system.equations[number][variable]) for number in numbers]
            if not 1 <= len(ends) <= 2 or any(abs(sign) != 1 for _node, sign in ends):
                continue
            if len(ends) == 1:
                ends.append((count + block[ends[0][0]], -ends[0][1]))
            (one, sign), (other, other_sign) = ends
            if sign != other_sign:
                self.tail[variable], self.head[variable] = (one, other) if sign < 0 else (other, one)

    def fits(self, variables: Iterable[int]) -> bool:
        """Whether all of them are arcs."""
        return all(self.tail[variable] != self.head[variable] for variable in variables)

    def reach(self, target: int, direction: int, need: Number | None = None) -> tuple[Number | None, dict[int, Number]]:
        """How far the target can move up (+1) or down (-1) from its true value while all equations hold, free variables
        only, and how far the others move then. None: without limit. Stops at `need`, if that is given."""
        system = self.system
        start, end = self.head[target], self.tail[target]
        if start == end:
            return 0, {}
        if direction < 0:
            start, end = end, start
        own = self._capacity(target, direction, {})
        moved: dict[int, Number] = {}
        total: Number = 0
        while (own is None or total < own) and (need is None or total < need):
            path = self._path(start, end, target, moved)
            if path is None:
                break
            limits = [self._capacity(variable, way, moved) for variable, way in path]
            finite = [limit for limit in limits if limit is not None]
            for bound in (own, need):
                if bound is not None:
                    finite.append(bound - total)
            if not finite:
                return None, moved
            step = min(finite)
            for variable, way in path:
                moved[variable] = moved.get(variable, 0) + way * step
            total += step
        moved[target] = direction * total
        assert system.is_free[target]
        return total, moved

    def _capacity(self, variable: int, way: int, moved: Mapping[int, Number]) -> Number | None:
        system = self.system
        now = system.truth[variable] + moved.get(variable, 0)
        if way < 0:
            return now - system.least[variable]
        most = system.most[variable]
        return None if most is None else most - now

    def _path(self, start: int, end: int, without: int, moved: Mapping[int, Number]) -> list[tuple[int, int]] | None:
        """The shortest way from node to node over free variables that can still move."""
        is_free = self.system.is_free
        came: dict[int, tuple[int, int, int]] = {start: (-1, -1, 0)}
        queue = deque([start])
        while queue:
            node = queue.popleft()
            for variable, other, way in self.at[node]:
                if other in came or not is_free[variable] or variable == without:
                    continue
                capacity = self._capacity(variable, way, moved)
                if capacity is None or capacity > 0:
                    came[other] = node, variable, way
                    if other == end:
                        return _walked(came, end)
                    queue.append(other)
        return None

    def cheapest_path(
        self, target: int, direction: int, need: Number, moved: Mapping[int, Number], costs: Sequence[float | None]
    ) -> tuple[float, list[int]] | None:
        """What it costs, and which variables take part, to move the target by `need` further than `moved` has it, up
        (+1) or down (-1), along one way (Dijkstra). `costs`: of each variable, None if it must stay. None: no way."""
        start, end = self.head[target], self.tail[target]
        if direction < 0:
            start, end = end, start
        if not self._carries(target, direction, need, moved):
            return None
        best = {start: 0.0}
        came: dict[int, tuple[int, int, int]] = {start: (-1, -1, 0)}
        queue = [(0.0, start)]
        done: set[int] = set()
        while queue:
            cost, node = heapq.heappop(queue)
            if node in done:
                continue
            if node == end:
                return cost, [variable for variable, _way in _walked(came, end)]
            done.add(node)
            for variable, other, way in self.at[node]:
                price = costs[variable]
                if price is None or variable == target or other in done:
                    continue
                further = cost + price + _ARC
                if further < best.get(other, math.inf) and self._carries(variable, way, need, moved):
                    best[other], came[other] = further, (node, variable, way)
                    heapq.heappush(queue, (further, other))
        return None

    def _carries(self, variable: int, way: int, need: Number, moved: Mapping[int, Number]) -> bool:
        capacity = self._capacity(variable, way, moved)
        return capacity is None or capacity >= need


def _walked(came: Mapping[int, tuple[int, int, int]], end: int) -> list[tuple[int, int]]:
    path: list[tuple[int, int]] = []
    while came[end][2]:
        node, variable, way = came[end]
        path.append((variable, way))
        end = node
    return path
