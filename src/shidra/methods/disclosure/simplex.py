"""A linear programme in fractions, for the few counts that are not whole numbers: exact, and slow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from shidra.methods.disclosure.tables import Number


def extremes(
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
