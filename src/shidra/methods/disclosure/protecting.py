"""Hide what is small, then hide more until no attacker can work it out; and the audit of what somebody hid."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from typing import Generic

from shidra.methods.disclosure.programme import Programme, cheapest_moves, exact_range
from shidra.methods.disclosure.system import Component, System
from shidra.methods.disclosure.tables import (
    K,
    Number,
    Protection,
    Range,
    Rule,
    Table,
    has_anything_small,
    primary_cells,
)

MOST_TRIED = 120  # hidden counts that hang together (and are no network) up to which it is tried by programmes
NEAR = 4000  # variables among which a linear programme looks for complements
NEAREST_ONES = 500  # among which it looks first: of each total the hidden ones and the cheapest
FEW = 5
MOST_TIDIED = 400  # complementary cells of a table up to which each is tried whether it can be shown after all
_DEARER_ZERO = 100  # a zero helps little
_DEARER_WHOLE = 4  # a total is worth as much more than its parts


def protect(table: Table[K], rule: Rule) -> Protection[K]:
    """What of a table to hide. Cells without anybody (unless the rule lets zeros help) and known cells are never hidden as
    complements: they protect nothing. Cells that cost less go first, then small ones, totals last."""
    primary = primary_cells(table, rule)
    if not primary and not has_anything_small(table, rule):
        return Protection(primary, primary)
    work = _Protecting(System(table, rule), primary)
    for target in work.targets:
        work.widen(target)
    work.look_again()
    work.tidy()
    lost = {cell for target in work.given_up for cell in work.system.cells[target]}
    exposed = frozenset((lost & (primary | table.unpublished)) | (primary & table.known))
    return Protection(primary, primary | work.protects.keys(), exposed, work.protects)


def audit(
    table: Table[K], hidden: Iterable[K], rule: Rule, *, only: Collection[K] | None = None, whole_numbers: bool = True
) -> dict[K, list[Range]]:
    """For each hidden cell that is not known (or for `only` these): the smallest and largest that each of its counts can
    be, given the rest. `whole_numbers`: whether an attacker knows that counts are whole."""
    out = set(hidden)
    system = System(table, rule)
    system.hide(out)
    auditor = Auditor(system, whole_numbers=whole_numbers)
    cells = (out | table.unpublished) - table.known
    wanted = cells if only is None else cells & set(only)
    return {cell: [auditor.range(variable) for variable in system.variables[cell]] for cell in wanted}


def audit_rests(table: Table[K], hidden: Iterable[K], rule: Rule) -> list[tuple[K, Range]]:
    """What an attacker finds out about each small rest (what the parts of a total leave of it), named by its whole."""
    system = System(table, rule)
    system.hide(hidden)
    auditor = Auditor(system)
    return [(whole, auditor.range(variable)) for variable, whole in system.small_rests.items()]


def is_determined(ranges: Iterable[Range]) -> bool:
    """Whether one of the counts can be worked out exactly."""
    return any(low == high for low, high in ranges)


class Auditor(Generic[K]):
    """What an attacker can find out about the free variables of a system.

    Every move that was found possible is kept, for all variables that took part in it: one search says something about
    many counts, and what is wide enough once stays so while more is hidden.
    """

    def __init__(self, system: System[K], *, whole_numbers: bool = True) -> None:
        self.system, self.whole_numbers = system, whole_numbers
        self.up: dict[int, Number | None] = {}
        self.down: dict[int, Number] = {}
        self._moves: dict[tuple[int, bool], Mapping[int, Number]] = {}  # variable, whether up -> what moved with it
        self._programmes: dict[int, Programme] = {}
        self._exact: dict[int, Range] = {}

    def known_of(self, variables: Iterable[int]) -> list[tuple[int, bool, Number | None, Mapping[int, Number]]]:
        """What was found out about variables: how far each can move up (True) and down, and what moves with it."""
        found: list[tuple[int, bool, Number | None, Mapping[int, Number]]] = []
        for variable in variables:
            if variable in self.up:
                found.append((variable, True, self.up[variable], self._moves.get((variable, True), {})))
            if variable in self.down:
                found.append((variable, False, self.down[variable], self._moves.get((variable, False), {})))
        return found

    def learn(self, known: Iterable[tuple[int, bool, Number | None, Mapping[int, Number]]]) -> None:
        """What `known_of` told holds again."""
        for variable, is_up, reach, moves in known:
            if is_up:
                self.up[variable] = reach
            else:
                self.down[variable] = reach or 0
            self._moves[variable, is_up] = moves

    def forget(self, variables: Iterable[int]) -> None:
        """What was found out about these variables no longer holds: something is shown again."""
        for variable in variables:
            self.up.pop(variable, None)
            self.down.pop(variable, None)
            self._moves.pop((variable, True), None)
            self._moves.pop((variable, False), None)
        self.changed()

    def changed(self) -> None:
        """More is hidden than before."""
        self._programmes.clear()
        self._exact.clear()

    def width(self, variable: int) -> Number | None:
        """How far apart two values are that were found possible; None: without limit."""
        up = self.up.get(variable, 0)
        return None if up is None else up + self.down.get(variable, 0)

    def is_wide(self, target: int, width: Number) -> bool:
        """Whether the smallest and the largest value of a count lie `width` apart at least."""
        if not self.system.is_free[target]:  # it is shown in another cell
            return False
        if self._has(target, width):
            return True
        network = self.system.network
        for direction in (1, -1):
            self._keep(*network.reach(target, direction, width), target)
            if self._has(target, width):
                return True
        component = self.system.component(target)
        if network.fits(component.variables):
            return False
        if component.is_tree:
            low, high = self._trees(component)[target]
            return high is None or high - low >= width
        outer = self.system.narrowed(component, rounds=3)[target]
        if outer[1] is not None and outer[1] - outer[0] < width:
            return False
        if not self._is_whole(component):
            low, high = exact_range(self.system, target)
            return high is None or high - low >= width
        programme = self._programme(component)
        for direction in (1, -1):
            self._push(programme, {target: direction})
            if self._has(target, width):
                return True
        return False

    def range(self, target: int) -> Range:
        """The smallest and the largest value that a count can have."""
        known = self._exact.get(target)
        if known is not None:
            return known
        if not self.system.is_free[target]:  # it is hidden here and shown in another cell
            return self.system.truth[target], self.system.truth[target]
        system, network = self.system, self.system.network
        component = system.component(target)
        if network.fits(component.variables):
            up, down = network.reach(target, 1)[0], network.reach(target, -1)[0]
            assert down is not None
            return system.truth[target] - down, None if up is None else system.truth[target] + up
        if component.is_tree:
            return self._trees(component)[target]
        if not self._is_whole(component):
            return exact_range(system, target)
        programme, truth = self._programme(component), system.truth[target]
        if not self.whole_numbers:
            up, down = programme.limit(target, 1), programme.limit(target, -1)
            return truth - (down or 0), None if up is None else truth + up
        outer = programme.outer[target]
        found: list[Number | None] = []
        for direction in (-1, 1):
            bound = outer[0] if direction < 0 else outer[1]
            if self._reached(target, direction) != bound or bound is None:
                self._push(programme, {target: direction})
            found.append(self._reached(target, direction))
        assert found[0] is not None
        return found[0], found[1]

    def _reached(self, target: int, direction: int) -> Number | None:
        truth = self.system.truth[target]
        if direction < 0:
            return truth - self.down.get(target, 0)
        up = self.up.get(target, 0)
        return None if up is None else truth + up

    def _has(self, target: int, width: Number) -> bool:
        found = self.width(target)
        return found is None or found >= width

    def _keep(self, reach: Number | None, moves: Mapping[int, Number], target: int) -> None:
        self.keep(moves)
        if reach is None:
            self.up[target] = None

    def keep(self, moves: Mapping[int, Number]) -> None:
        """Moves that are known to be possible together, with what is hidden now or next."""
        for variable, move in moves.items():
            if move > 0:
                up = self.up.get(variable, 0)
                if up is not None and move > up:
                    self.up[variable] = move
                    self._moves[variable, True] = moves
            elif -move > self.down.get(variable, 0):
                self.down[variable] = -move
                self._moves[variable, False] = moves

    def needs_none_of(self, target: int, width: Number, variables: Collection[int]) -> bool:
        """Whether moves are known that make a target wide enough while these variables stay."""
        found: Number = 0
        for is_up, reach in ((True, self.up.get(target, 0)), (False, self.down.get(target, 0))):
            moves = self._moves.get((target, is_up))
            if moves and reach is not None and not any(moves.get(variable) for variable in variables):
                found += reach
        return found >= width

    def _push(self, programme: Programme, aims: Mapping[int, int]) -> None:
        moves, is_unlimited = programme.push(aims)
        if is_unlimited and len(aims) == 1:
            ((variable, direction),) = aims.items()
            if direction > 0:
                self.up[variable] = None
        self.keep(moves or {})

    def _trees(self, component: Component) -> dict[int, Range]:
        ranges = self.system.narrowed(component)
        for variable, (low, high) in ranges.items():
            truth = self.system.truth[variable]
            self.up[variable] = None if high is None else high - truth
            self.down[variable] = truth - low
            self._moves.pop((variable, True), None)  # an interval says how far, not what moves with it
            self._moves.pop((variable, False), None)
        self._exact |= ranges
        return ranges

    def _is_whole(self, component: Component) -> bool:
        truth = self.system.truth
        return all(Fraction(truth[variable]).denominator == 1 for variable in component.variables)

    def _programme(self, component: Component) -> Programme:
        """The programme of a component. A new one first moves everything in it together: that settles most counts."""
        known = self._programmes.get(component.variables[0])
        if known is not None:
            return known
        made = Programme(self.system, component)
        for variable in component.variables:
            self._programmes[variable] = made
        if self.whole_numbers:
            narrow = [v for v in component.variables if self.width(v) == 0 and self.system.cells[v]]
            for direction in (1, -1):
                self._push(made, dict.fromkeys(narrow, direction))
        return made


class _Protecting(Generic[K]):
    """The search for what else to hide."""

    def __init__(self, system: System[K], primary: frozenset[K]) -> None:
        self.system, self.primary = system, primary
        self.auditor = Auditor(system)
        self.protects: dict[K, K] = {}
        self.given_up: set[int] = set()
        self.system.hide(primary)
        self.targets = self._targets()
        self._cost: list[float | None] | None = None

    def _targets(self) -> list[int]:
        """The counts that need protection."""
        system, table = self.system, self.system.table
        wanted = self.primary | table.unpublished
        found = {
            variable: None
            for cell, variables in system.variables.items()
            if cell in wanted and cell not in table.known
            for variable in variables
            if cell in table.sensitive or system.rule.is_small(system.truth[variable])
        }
        known = {variable for cell in table.known & system.variables.keys() for variable in system.variables[cell]}
        # A count that stands in a cell everybody knows cannot be protected in another.
        self.given_up.update(variable for variable in found if variable in known)
        return [*(variable for variable in found if variable not in known), *system.small_rests]

    def width_of(self, target: int) -> Number:
        widths, width = self.system.table.widths, self.system.rule.width
        return max((widths.get(cell, width) for cell in self.system.cells[target]), default=width)

    def widen(self, target: int) -> None:
        """Hide cells until the target is as uncertain as it has to be, or nothing is left that would help."""
        width = self.width_of(target)
        self._hide([cell for cell in self.system.cells[target] if cell not in self.system.hidden], target)
        while not self.auditor.is_wide(target, width):
            chosen = self._by_network(target, width) or self._by_programme(target, width) or self._next(target)
            if not chosen:
                self.given_up.add(target)
                return
            self._hide(chosen, target)

    def look_again(self) -> None:
        """What was hidden later may protect a target that was given up."""
        for target in list(self.given_up):
            if self.system.is_free[target] and self.auditor.is_wide(target, self.width_of(target)):
                self.given_up.discard(target)

    def _hide(self, chosen: Collection[K], target: int) -> None:
        """Hide cells because of a target."""
        if chosen:
            cells = self.system.cells[target]
            about = next((cell for cell in cells if cell in self.primary), cells[0] if cells else None)
            self.system.hide(chosen)
            self.auditor.changed()
            self.protects |= dict.fromkeys(chosen, self.system.small_rests[target] if about is None else about)

    def tidy(self) -> None:
        """Show again what turns out to be needed no longer, the dearest first."""
        if not 1 < len(self.protects) <= MOST_TIDIED:
            return
        costs, system = self.costs, self.system
        order = sorted(
            self.protects, key=lambda cell: max(costs[v] or 0.0 for v in system.variables[cell]), reverse=True
        )
        for cell in order:
            variables = system.variables[cell]
            near = {v for variable in variables for v in system.component(variable).variables}
            wanted = [target for target in self.targets if target in near and target not in self.given_up]
            if all(self.auditor.needs_none_of(target, self.width_of(target), variables) for target in wanted):
                system.show([cell])
                self.auditor.changed()
                del self.protects[cell]
                continue
            if not system.network.fits(near) and len(near) > MOST_TRIED:
                continue
            # Those that nothing is known of without this cell first: most often one of them needs it.
            wanted.sort(key=lambda t: self.auditor.needs_none_of(t, self.width_of(t), system.variables[cell]))
            known = self.auditor.known_of(near)
            system.show([cell])
            self.auditor.forget(near)
            if all(self.auditor.is_wide(target, self.width_of(target)) for target in wanted):
                del self.protects[cell]
                continue
            system.hide([cell])
            self.auditor.forget(near)
            self.auditor.learn(known)

    @property
    def costs(self) -> list[float | None]:
        """What it costs to hide the cell of each variable: 0 if it is free, None if it must not be hidden or would not
        help."""
        system, table = self.system, self.system.table
        if self._cost is None:
            helps = system.rule.zero_may_help or system.rule.zero_is_small
            self._cost = [
                None
                if not cells
                or not (helps or any(count > 0 for cell in cells for count in table.cells[cell]))
                or any(cell in table.known for cell in cells)
                else sum(map(self._price, cells)) * (1 if system.truth[variable] > 0 else _DEARER_ZERO)
                for variable, cells in enumerate(system.cells)
            ]
        return [0.0 if free else cost for free, cost in zip(system.is_free, self._cost, strict=True)]

    def _price(self, cell: K) -> float:
        system, table = self.system, self.system.table
        if cell in table.unpublished:
            return 0.0
        size = 1 + math.log2(1 + float(max(map(Fraction, table.cells[cell]), default=Fraction(0))))
        return size * (1 + _DEARER_WHOLE * system.wholes.get(cell, 0)) * table.costs.get(cell, 1.0)

    def _cells(self, variables: Iterable[int]) -> list[K]:
        """The cells among these variables that are still shown."""
        system = self.system
        found = {cell: None for v in variables if not system.is_free[v] for cell in system.cells[v]}
        return [cell for cell in found if cell not in system.hidden]

    def _by_network(self, target: int, width: Number) -> list[K]:
        """The cheapest way through the network on which what is missing to the width can flow."""
        network = self.system.network
        if network.tail[target] == network.head[target]:
            return []
        costs = self.costs
        up, moved_up = network.reach(target, 1)
        down, moved_down = network.reach(target, -1)
        if up is None or down is None:
            return []
        missing = width - up - down
        for need in (missing, min(missing, 1)):
            found = [
                path
                for direction, moved in ((1, moved_up), (-1, moved_down))
                if (path := network.cheapest_path(target, direction, need, moved, costs)) is not None
            ]
            if found:
                return self._cells(min(found, key=lambda one: one[0])[1])
        return []

    def _by_programme(self, target: int, width: Number) -> list[K]:
        """What a linear programme finds cheapest; nothing where the totals form no circle at all."""
        system = self.system
        if system.is_forest(target):
            return []
        costs = self.costs
        for is_second in (False, True):
            near = (
                system.block(target, NEAR).variables if is_second else system.around(target, costs, FEW, NEAREST_ONES)
            )
            moves = cheapest_moves(system, target, width, costs, near)
            if moves is None:
                continue
            cells = self._cells(moves)
            if all(Fraction(move).denominator == 1 for move in moves.values()):
                self.auditor.keep(moves)
            if cells:
                return cells
        return []

    def _next(self, target: int) -> list[K]:
        """The next cell: in the total nearest to the target that has fewest hidden cells, the cheapest; one that is wide
        enough, if there is any."""
        system, costs = self.system, self.costs
        seen_equations: set[int] = set()
        layer, seen = [target], {target}
        wide = self.width_of(target)
        while layer:
            numbers = [n for v in layer for n in system.of[v] if n not in seen_equations]
            seen_equations.update(numbers)
            numbers.sort(key=lambda n: sum(system.is_free[v] for v in system.equations[n]))
            for number in numbers:
                candidates = [v for v in system.equations[number] if not system.is_free[v] and costs[v] is not None]
                if candidates:
                    best = min(
                        candidates,
                        key=lambda v: (system.truth[v] - system.least[v] < wide, costs[v], system.truth[v], v),
                    )
                    return self._cells([best])
            layer = [
                v for n in numbers for v in system.equations[n]
                if system.is_free[v] and v not in seen and not seen.add(v)  # type: ignore[func-returns-value]
            ]  # fmt: skip
        return []
