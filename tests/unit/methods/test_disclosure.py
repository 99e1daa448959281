"""What is hidden stays hidden: tried by an attacker who knows the method and tries every table of whole numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shidra.methods.disclosure import Rule, Table, Total, audit, protect

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


@pytest.mark.skipif(not CASES.exists(), reason="the reference cases are not on this machine")
@pytest.mark.parametrize("path", sorted(CASES.glob("sup-*.json")), ids=lambda path: path.stem)
def test_reference_cases(path: Path) -> None:
    from shidra.methods.check import check

    assert check(json.loads(path.read_text(encoding="utf-8")), path.parent) == []
