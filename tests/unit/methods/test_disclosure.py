"""What is hidden stays hidden: tried by an attacker who knows the method and tries every table of whole numbers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shidra.methods.disclosure import (
    Link,
    Published,
    Rule,
    Table,
    Total,
    audit,
    completed,
    is_dominated,
    is_within,
    numerators_that_fit,
    protect,
    width_of_dominated,
)

CASES = Path(__file__).resolve().parents[4] / "shared" / "cases"
Cell = tuple[int, int]  # row, column; 0 is the total


def two_way(inner: list[list[int]]) -> Table[Cell]:
    """A table of rows and columns with all its totals."""
    cells = {(r + 1, c + 1): (n,) for r, row in enumerate(inner) for c, n in enumerate(row)}
    rows, columns = range(1, len(inner) + 1), range(1, len(inner[0]) + 1)
    cells |= {(r, 0): (sum(inner[r - 1]),) for r in rows}
    cells |= {(0, c): (sum(row[c - 1] for row in inner),) for c in columns}
    cells[0, 0] = (sum(map(sum, inner)),)
    totals = [Total((r, 0), tuple((r, c) for c in columns)) for r in (0, *rows)]
    totals += [Total((0, c), tuple((r, c) for r in rows)) for c in (0, *columns)]
    return Table(cells, totals)


def fits(
    table: Table[Cell], hidden: frozenset[Cell], least: int, nearest: Cell | None = None
) -> Iterator[dict[Cell, int]]:
    """Every table of whole numbers that agrees with what is published. Knows nothing of the method's inside.

    Counts that nothing published limits are tried up to three above the largest. The cells in the row and column of
    `nearest` are varied first.
    """
    inner = [cell for cell in table.cells if 0 not in cell]
    bound = max(table.cells[cell][0] for cell in inner) + 3
    free = [cell for cell in inner if cell in hidden]
    if nearest is not None:  # the last ones vary first
        free.sort(key=lambda cell: (cell[0] == nearest[0]) + (cell[1] == nearest[1]))
    rows, columns = {r for r, _ in inner}, {c for _, c in inner}
    fixed = {cell: table.cells[cell][0] for cell in inner if cell not in hidden}

    def sums(values: dict[Cell, int]) -> dict[Cell, int]:
        full = dict(values)
        full |= {(r, 0): sum(values[r, c] for c in columns) for r in rows}
        full |= {(0, c): sum(values[r, c] for r in rows) for c in columns}
        full[0, 0] = sum(values.values())
        return full

    def extend(index: int, values: dict[Cell, int]) -> Iterator[dict[Cell, int]]:
        if index == len(free):
            full = sums(values)
            if all(full[cell] == counts[0] for cell, counts in table.cells.items() if cell not in hidden) and all(
                full[cell] >= least for cell in hidden
            ):
                yield full
            return
        row, column = free[index]
        limits: list[int] = []
        for line, published in (
            ([(row, c) for c in columns], (row, 0)),
            ([(r, column) for r in rows], (0, column)),
        ):
            if published not in hidden:
                limits.append(table.cells[published][0] - sum(values.get(cell, 0) for cell in line))
        for value in range(least, min(limits, default=bound) + 1):
            yield from extend(index + 1, {**values, (row, column): value})

    yield from extend(0, fixed)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 6), min_size=3, max_size=3), min_size=2, max_size=2),
    st.integers(2, 5),
    st.booleans(),
)
def test_no_attacker_finds_a_small_count(inner: list[list[int]], threshold: int, zero_is_small: bool) -> None:
    table, rule = two_way(inner), Rule(threshold, 1, zero_is_small)
    protection = protect(table, rule)
    small = {cell for cell, counts in table.cells.items() if rule.is_small(counts[0])}
    assert protection.primary == small <= protection.hidden
    least = 0 if zero_is_small else 1
    for cell in small - protection.exposed:
        truth = table.cells[cell][0]
        others = (one for one in fits(table, protection.hidden, least, cell) if one[cell] != truth)
        assert next(others, None) is not None, (cell, inner, protection)
    # Giving up is only allowed where everything that is not zero is hidden already.
    if protection.exposed:
        assert all(counts[0] == 0 for cell, counts in table.cells.items() if cell not in protection.hidden)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 6), min_size=3, max_size=3), min_size=2, max_size=2), st.data())
def test_the_auditor_says_what_the_attacker_finds(inner: list[list[int]], data: st.DataObject) -> None:
    table = two_way(inner)
    inside = [cell for cell in table.cells if 0 not in cell]
    hidden = frozenset(data.draw(st.sets(st.sampled_from(inside), min_size=1)))
    rule = Rule(5, 1, zero_is_small=True)
    told = audit(table, hidden, rule)
    possible = list(fits(table, hidden, 0))
    for cell in hidden:
        values = [one[cell] for one in possible]
        assert told[cell] == [(min(values), max(values))]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=6), st.integers(0, 5))
def test_parts_of_a_percentage_and_the_rest_are_protected_too(parts: list[tuple[int, int]], unknown: int) -> None:
    """Groups of one dimension: those who did, those who did not, and people of whom the group is unknown."""
    cells: dict[str, tuple[int, ...]] = {f"group {i}": part for i, part in enumerate(parts)}
    did, did_not = sum(p[0] for p in parts) + unknown, sum(p[1] for p in parts) + 40
    cells["all"] = did, did_not
    table = Table(cells, [Total("all", tuple(f"group {i}" for i in range(len(parts))))])
    rule = Rule(5, 2)
    protection = protect(table, rule)
    for index in (0, 1):
        rest = unknown if index == 0 else 40
        free = [cell for cell in cells if cell in protection.hidden]
        for cell in protection.primary - protection.exposed:
            if not rule.is_small(cells[cell][index]) or "all" in protection.hidden:
                continue
            others = sum(cells[other][index] for other in free if other != cell)
            # The attacker knows the sum of what is hidden and of the rest (which is none or unknown).
            assert cells[cell][index] + others + rest >= rule.width, (cells, protection)
    if 0 < unknown < 5 and did + did_not:
        assert protection.hidden, "all groups and their whole would give the unknown ones away"


def test_a_cell_that_was_published_before_protects_nothing() -> None:
    cells = {"all": (100,), "a": (3,), "b": (20,), "c": (77,)}
    totals = [Total("all", ("a", "b", "c"))]
    assert protect(Table(cells, totals), Rule(10)).hidden == {"a", "b"}
    assert protect(Table(cells, totals, known=frozenset({"b"})), Rule(10)).hidden == {"a", "c"}
    everything = protect(Table(cells, totals, known=frozenset({"all", "b", "c"})), Rule(10))
    assert everything.exposed == {"a"}


def test_the_hidden_count_keeps_the_width_that_is_asked_for() -> None:
    cells = {"all": (130,), "a": (3,), "b": (4,), "c": (6,), "d": (117,)}
    table = Table(cells, [Total("all", ("a", "b", "c", "d"))])
    for width in (1, 5, 20):
        rule = Rule(5, width)
        for ranges in audit(table, protect(table, rule).hidden, rule).values():
            low, high = ranges[0]
            assert high is None or high - low >= width


def test_nothing_is_hidden_where_nothing_is_small() -> None:
    assert protect(two_way([[50, 0], [60, 70]]), Rule(10)).hidden == frozenset()


# --- Linked tables: an attacker who tries every table of whole numbers ------------------------------------------------
Label = tuple[str, ...]


class Linked:
    """Cells that are sums of atoms, and the totals and links that the method is told of. The attacker knows the atoms'
    sums only, not the totals: what he finds is independent of how the method sees the tables."""

    def __init__(self, atoms: Sequence[int]) -> None:
        self.atoms = list(atoms)
        self.sums: dict[Label, frozenset[int]] = {}
        self.totals: list[Total[Label]] = []
        self.links: list[Link[Label]] = []

    def table(self, known: frozenset[Label] = frozenset(), costs: Mapping[Label, float] | None = None) -> Table[Label]:
        cells = {cell: (sum(self.atoms[atom] for atom in some),) for cell, some in self.sums.items()}
        return Table(cells, self.totals, known=known, links=self.links, costs=costs or {})

    def values(self, hidden: frozenset[Label], least: int, cell: Label) -> Iterator[int]:
        """The values of a cell in all tables that agree with what is shown, the atoms up to three above the largest."""
        shown = [(some, sum(self.atoms[a] for a in some)) for label, some in self.sums.items() if label not in hidden]
        unseen = [self.sums[label] for label in hidden]
        bound = max(self.atoms) + 3

        def extend(found: list[int]) -> Iterator[list[int]]:
            number = len(found)
            if number == len(self.atoms):
                if all(sum(found[a] for a in some) >= least for some in unseen):
                    yield found
                return
            limit = bound
            for some, total in shown:
                if number in some:
                    limit = min(limit, total - sum(found[a] for a in some if a < number))
            for value in range(limit + 1):
                now = [*found, value]
                if all(max(some) != number or sum(now[a] for a in some) == total for some, total in shown):
                    yield from extend(now)

        for found in extend([]):
            yield sum(found[a] for a in self.sums[cell])

    def extremes(self, hidden: frozenset[Label], cell: Label) -> tuple[int, int | None]:
        """The smallest and the largest value of a cell over whole atoms, by branch and bound; None: no limit."""
        from scipy.optimize import LinearConstraint, milp

        def row(some: frozenset[int]) -> list[int]:
            return [int(number in some) for number in range(len(self.atoms))]

        shown = [some for label, some in self.sums.items() if label not in hidden]
        right = [sum(self.atoms[a] for a in some) for some in shown]
        limits = LinearConstraint([row(some) for some in shown], right, right)
        found: list[int | None] = []
        for sign in (1, -1):
            aim = [sign * one for one in row(self.sums[cell])]
            told = milp(aim, constraints=limits, integrality=[1] * len(self.atoms))
            found.append(None if told.x is None else round(sign * told.fun))
        low = found[0]
        assert low is not None
        return low, found[1]


def cube(atoms: Sequence[int]) -> Linked:
    """Two groups by two places by two periods, with all their totals: three dimensions."""
    made = Linked(atoms)
    sides: dict[str, list[str]] = {"0": ["0"], "1": ["1"], "all": ["0", "1"]}
    for label in product(sides, repeat=3):
        corners = product(*(sides[side] for side in label))
        made.sums[label] = frozenset(int(a) * 4 + int(b) * 2 + int(c) for a, b, c in corners)
    for label in made.sums:
        for at, side in enumerate(label):
            if side == "all":
                made.totals.append(Total(label, tuple((*label[:at], one, *label[at + 1 :]) for one in "01")))
    return made


def two_groupings(atoms: Sequence[int]) -> Linked:
    """Four towns in two counties and, otherwise grouped, in coast and hills; two groups each."""
    made = Linked(atoms)
    towns = {"t0": [0], "t1": [1], "t2": [2], "t3": [3], "north": [0, 1], "south": [2, 3], "coast": [0, 2, 3],
             "hills": [1], "all": [0, 1, 2, 3]}  # fmt: skip
    groups = {"f": [0], "m": [1], "both": [0, 1]}
    for (town, some), (group, which) in product(towns.items(), groups.items()):
        made.sums[town, group] = frozenset(2 * t + g for t in some for g in which)
    for group in groups:
        for whole, parts in (("north", "t0 t1"), ("south", "t2 t3"), ("coast", "t0 t2 t3"), ("hills", "t1"),
                             ("all", "north south"), ("all", "coast hills")):  # fmt: skip
            made.totals.append(Total((whole, group), tuple((part, group) for part in parts.split())))
    made.totals += [Total((town, "both"), ((town, "f"), (town, "m"))) for town in towns]
    return made


def shared_numerator(atoms: Sequence[int]) -> Linked:
    """Readers by town in one indicator and by sex in another, and the year as the sum of its halves."""
    made = Linked(atoms)
    for town in (0, 1):
        made.sums["readers", f"town {town}"] = frozenset(a for a in range(8) if a // 4 == town)
    for sex in (0, 1):
        made.sums["by sex", f"sex {sex}"] = frozenset(a for a in range(8) if a % 2 == sex)
    for half in (0, 1):
        made.sums["halves", f"half {half}"] = frozenset(a for a in range(8) if a // 2 % 2 == half)
        for town in (0, 1):
            made.sums["halves", f"half {half} town {town}"] = frozenset(
                a for a in range(8) if a // 2 % 2 == half and a // 4 == town
            )
    everybody = frozenset(range(8))
    for indicator, parts in (("readers", "town"), ("by sex", "sex"), ("halves", "half")):
        made.sums[indicator, "all"] = everybody
        made.totals.append(Total((indicator, "all"), tuple((indicator, f"{parts} {n}") for n in (0, 1))))
    for town in (0, 1):
        by_half = tuple(("halves", f"half {half} town {town}") for half in (0, 1))
        made.totals.append(Total(("readers", f"town {town}"), by_half))
        halves = tuple(("halves", f"half {town} town {n}") for n in (0, 1))
        made.totals.append(Total(("halves", f"half {town}"), halves))
    made.links = [Link((((one, "all"), 0, 1), ((other, "all"), 0, -1))) for one, other in (
        ("readers", "by sex"), ("readers", "halves"))]  # fmt: skip
    return made


SHAPES = {"cube": cube, "two groupings": two_groupings, "shared numerator": shared_numerator}


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(sorted(SHAPES)), st.lists(st.integers(0, 7), min_size=8, max_size=8), st.integers(2, 4),
    st.booleans(), st.data(),
)  # fmt: skip
def test_no_attacker_finds_a_small_count_in_linked_tables(
    shape: str, atoms: list[int], threshold: int, zero_is_small: bool, data: st.DataObject
) -> None:
    linked = SHAPES[shape](atoms)
    known = frozenset(data.draw(st.sets(st.sampled_from(sorted(linked.sums)), max_size=2)))
    table, rule = linked.table(known), Rule(threshold, 1, zero_is_small)
    protection = protect(table, rule)
    assert protection.primary <= protection.hidden
    seen = protection.hidden - known
    for cell in protection.primary - protection.exposed:
        truth = table.cells[cell][0]
        values = linked.values(seen, 0 if zero_is_small else 1, cell)
        assert next((value for value in values if value != truth), None) is not None, (cell, protection)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(SHAPES)), st.lists(st.integers(0, 5), min_size=8, max_size=8), st.data())
def test_in_linked_tables_the_auditor_says_what_the_attacker_finds(
    shape: str, atoms: list[int], data: st.DataObject
) -> None:
    linked = SHAPES[shape](atoms)
    hidden = frozenset(data.draw(st.sets(st.sampled_from(sorted(linked.sums)), min_size=1, max_size=8)))
    table = linked.table()
    told = audit(table, hidden, Rule(5, 1, zero_is_small=True))
    for cell in sorted(hidden):
        assert told[cell][0] == linked.extremes(hidden, cell)


def test_the_steward_says_which_cells_stay() -> None:
    cells = {"all": (100,), "a": (3,), "b": (20,), "c": (30,), "d": (47,)}
    totals = [Total("all", ("a", "b", "c", "d"))]
    assert protect(Table(cells, totals), Rule(10)).hidden == {"a", "b"}
    dear = protect(Table(cells, totals, costs={"b": 1000.0, "c": 1000.0}), Rule(10))
    assert dear.hidden == {"a", "d"}
    assert dear.protects == {"d": "a"}
    # A wish, not a right: where nothing else is left, the cell goes.
    small = Table({"all": (23,), "a": (3,), "b": (20,)}, [Total("all", ("a", "b"))], costs={"b": 1e6})
    assert protect(small, Rule(10)).hidden == {"a", "all"}
    assert protect(replace(small, known=frozenset({"all"})), Rule(10)).hidden == {"a", "b"}


def test_what_an_earlier_release_hid_stays_protected_by_the_change_since() -> None:
    """Release 1 showed 100 of a and b together and hid a = 3. Now a has grown to 15 and b is what it was."""
    cells = {"all now": (112,), "a now": (15,), "b": (97,), "all then": (100,), "a then": (3,), "a since": (12,)}
    table = Table(
        cells,
        [Total("all now", ("a now", "b")), Total("all then", ("a then", "b")), Total("a now", ("a then", "a since"))],
        known=frozenset({"all then"}),
        unpublished=frozenset({"a then", "a since"}),
    )
    protection = protect(table, Rule(10, 5))
    assert "b" in protection.hidden
    assert protection.hidden.isdisjoint({"a then", "a since", "all then"})
    ((low, high),) = audit(table, protection.hidden, Rule(10, 5), only=["a then"])["a then"]
    assert high is None or high - low >= 5


def test_a_number_that_stands_in_two_places_is_hidden_in_both() -> None:
    cells = {"a": (50,), "a elsewhere": (50,), "b": (60,), "all": (110,)}
    table = Table(cells, [Total("all", ("a", "b"))], sensitive=frozenset({"a"}),
                  links=[Link((("a", 0, 1), ("a elsewhere", 0, -1)))])  # fmt: skip
    protection = protect(table, Rule(10, 5))
    assert protection.hidden == {"a", "a elsewhere", "b"}
    assert protection.protects == {"a elsewhere": "a", "b": "a"}
    assert audit(table, ["a", "b"], Rule(10, 5)) == {"a": [(50, 50)], "b": [(60, 60)]}


def test_a_denominator_that_another_indicator_shows() -> None:
    """Readers of 40 pupils in town a, 4 of them not; the count of pupils stands in an indicator of its own."""
    cells = {"rate all": (80, 20), "rate a": (36, 4), "rate b": (44, 16), "pupils a": (40,)}
    links = [Link((("rate a", 0, 1), ("rate a", 1, 1), ("pupils a", 0, -1)))]
    table = Table(cells, [Total("rate all", ("rate a", "rate b"))], links=links)
    protection = protect(table, Rule(10, 5))
    told = audit(table, protection.hidden, Rule(10, 5))
    assert protection.primary == {"rate a"}
    assert all(high is None or high - low >= 5 for ranges in told.values() for low, high in ranges)


def test_one_contributor_that_makes_up_nearly_all() -> None:
    assert is_dominated([90, 5, 5])
    assert not is_dominated([80, 20])
    assert is_dominated([50, 40, 10], largest=2, percent=85)
    assert is_within([100, 50, 4], percent=5)
    assert not is_within([100, 50, 6], percent=5)
    table = Table({"all": (300,), "a": (100,), "b": (90,), "c": (110,)}, [Total("all", ("a", "b", "c"))],
                  sensitive=frozenset({"a"}), widths={"a": width_of_dominated(100)})  # fmt: skip
    protection = protect(table, Rule(10, 5))
    assert protection.hidden == {"a", "b"}
    assert protection.why("a", table) == "sensitive"
    assert protection.why("b", table) == "complement"
    low, high = audit(table, protection.hidden, Rule(10, 5))["a"][0]
    assert high is not None
    assert high - low >= 20


@given(st.integers(1, 400), st.data(), st.integers(0, 2))
def test_a_rounded_percentage_leaves_the_numerators_that_fit(
    denominator: int, data: st.DataObject, decimals: int
) -> None:
    numerator = data.draw(st.integers(0, denominator))
    shown = round(Decimal(100 * numerator) / denominator, decimals)
    low, high = numerators_that_fit(shown, denominator, decimals=decimals)
    fitting = [n for n in range(denominator + 1) if round(Decimal(100 * n) / denominator, decimals) == shown]
    assert low <= min(fitting) <= max(fitting) <= high
    assert high - low <= max(fitting) - min(fitting) + 2  # a half may be rounded either way


def test_a_pattern_that_looks_safe_and_is_not() -> None:
    """Two suppressed cells in each row and column, and one of them is 1 all the same (after FCSM Working Paper 22)."""
    published = Published(
        {
            ("a", "x"): None, ("a", "y"): None, ("a", "z"): 9, ("a", ""): 10,
            ("b", "x"): None, ("b", "y"): 20, ("b", "z"): None, ("b", ""): 40,
            ("c", "x"): 5, ("c", "y"): None, ("c", "z"): None, ("c", ""): 25,
            ("", "x"): 16, ("", "y"): 31, ("", "z"): 28, ("", ""): 75,
        },
        [Total((r, ""), tuple((r, c) for c in "xyz")) for r in ("a", "b", "c", "")]
        + [Total(("", c), tuple((r, c) for r in "abc")) for c in ("x", "y", "z", "")],
    )  # fmt: skip
    table = completed(published)
    assert table is not None
    told = audit(table, published.hidden, Rule(zero_is_small=True))
    attacker = {cell: set[int]() for cell in published.hidden}
    for ax, bx, cy in product(range(2), range(21), range(21)):
        found = {("a", "x"): ax, ("a", "y"): 1 - ax, ("b", "x"): bx, ("b", "z"): 20 - bx, ("c", "y"): cy}
        found["c", "z"] = 20 - cy
        if ax + bx == 11 and 1 - ax + cy == 11 and 20 - bx + 20 - cy == 19:
            for cell, value in found.items():
                attacker[cell].add(value)
    assert {cell: (min(values), max(values)) for cell, values in attacker.items()} == {
        cell: ranges[0] for cell, ranges in told.items()
    }
    contradiction = Published({"all": 5, "a": 2, "b": 2}, [Total("all", ("a", "b"))])
    assert completed(contradiction) is None


@pytest.mark.parametrize(
    ("words", "counts"),
    [
        ("suppress counts 0 to 1", (0, 1)),
        ("suppress counts 1 to 4 (0 may be published)", (1, 4)),
        ("counts 1-4 are sensitive", (1, 4)),
        ("counts below 5 are sensitive", (0, 4)),
        ("counts under 10, zero is shown", (1, 9)),
        ("suppress counts of at most 3", (0, 3)),
        ("SuppressSmallCounts(maxN = 1)", (0, 1)),
        ("threshold 10", (0, 9)),
        ("at least 5 may be published", (0, 4)),
        ("counts of 5 or fewer are sensitive", (0, 5)),
        ("cells with fewer than five", (0, 4)),
        ("counts 1, 2, 3 or 4 are sensitive", (1, 4)),
        ("suppress 0, 1, 2 and 3", (0, 3)),
        ("counts from 1 through 4", (1, 4)),
        ("1–10 hidden, 0 allowed", (1, 10)),
        ("non-zero counts below 5", (1, 4)),
        ("counts below 5 are sensitive, zero is not", (1, 4)),
        ("counts under 10 except 0", (1, 9)),
        ("0 < n < 5", (1, 4)),
        ("1 <= n <= 4", (1, 4)),
        ("counts ≥ 1 and ≤ 4", (1, 4)),
        ("suppress counts greater than 0 and less than 5", (1, 4)),
    ],
)
def test_rules_in_words(words: str, counts: tuple[int, int]) -> None:
    from shidra.methods.check.suppression import sensitive_counts

    assert sensitive_counts(words) == counts


@pytest.mark.skipif(not CASES.exists(), reason="the reference cases are not on this machine")
@pytest.mark.parametrize("path", sorted(CASES.glob("sup-*.json")), ids=lambda path: path.stem)
def test_reference_cases(path: Path) -> None:
    from shidra.methods.check import check

    assert check(json.loads(path.read_text(encoding="utf-8")), path.parent) == []


def test_what_is_a_network_needs_no_scipy() -> None:
    """Its import takes longer than the protection of most releases."""
    script = (
        "import sys\nfrom shidra.methods.disclosure import Rule, Table, Total, audit, protect\n"
        "cells = {'all': (100,), 'a': (3,), 'b': (20,), 'c': (77,), 'x': (40,), 'y': (60,)}\n"
        "table = Table(cells, [Total('all', ('a', 'b', 'c')), Total('all', ('x', 'y'))])\n"
        "told = protect(table, Rule(10, 5))\naudit(table, told.hidden, Rule(10, 5))\n"
        "print(sorted(told.hidden), 'scipy' in sys.modules, 'numpy' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "['a', 'b'] False False"
