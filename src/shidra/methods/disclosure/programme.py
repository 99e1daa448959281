"""Linear programmes by HiGHS (scipy), for what forms circles and is no network.

Floats only propose. What counts is a table of whole numbers that agrees with all equations exactly; a proposal that does
not is looked for again among whole numbers (branch and bound), and where none comes of that, the side stays at the true
value: a range is never called wider than an attacker would find it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from shidra.methods.disclosure.simplex import extremes
from shidra.methods.disclosure.system import Component, System, Terms
from shidra.methods.disclosure.tables import K, Number, Range

SECONDS = 5.0  # of branch and bound for one bound
NEAREST = 60  # counts that the programme in fractions lets vary
UNLIMITED = 3  # HiGHS: the programme is unbounded


class Programme:
    """The equations of one component as matrices, made once; `push` moves some of its variables up or down."""

    def __init__(self, system: System[K], component: Component) -> None:
        import numpy as np  # late: most releases never need a programme
        from scipy.sparse import csr_matrix

        self.system, self.variables = system, component.variables
        self.column = {variable: at for at, variable in enumerate(component.variables)}
        rows, columns, values = [], [], []
        for row, (terms, _constant) in enumerate(component.rows):
            for variable, coefficient in terms.items():
                rows.append(row)
                columns.append(self.column[variable])
                values.append(float(coefficient))
        shape = (len(component.rows), len(self.variables))
        self.rows = component.rows
        self.outer = system.narrowed(component, rounds=8)
        self.matrix = csr_matrix((values, (rows, columns)), shape=shape)
        # Counted from the true values: numbers stay small, and floats exact.
        self.right = np.zeros(len(component.rows))
        truth = system.truth
        self.least = np.array([float(system.least[v] - truth[v]) for v in self.variables])
        self.most = np.array([np.inf if (m := system.most[v]) is None else float(m - truth[v]) for v in self.variables])

    def push(self, aims: Mapping[int, int]) -> tuple[dict[int, Number] | None, bool]:
        """Move variables as far as they go together: +1 up, -1 down. Whole moves that keep all equations, as variable ->
        by how much (None: none were found), and whether there is no limit."""
        found = self._solve(aims)
        if found.status == UNLIMITED:
            return None, True
        if found.x is None:
            return None, False
        moves = self._whole(found.x)
        if moves is None:
            again = self._branch_and_bound(self._costs(aims))
            moves = None if again is None else self._whole(again)
        return moves, False

    def limit(self, variable: int, direction: int) -> Number | None:
        """How far one variable can move where counts need not be whole; None: without limit."""
        found = self._solve({variable: direction})
        if found.status == UNLIMITED or found.fun is None:
            return None
        return Fraction(max(0.0, -float(found.fun))).limit_denominator(10**6)

    def _costs(self, aims: Mapping[int, int]) -> Any:
        import numpy as np

        costs = np.zeros(len(self.variables))
        for variable, direction in aims.items():
            costs[self.column[variable]] = -direction
        return costs

    def _solve(self, aims: Mapping[int, int]) -> Any:
        import numpy as np
        from scipy.optimize import linprog

        bounds = np.column_stack([self.least, self.most])
        return linprog(self._costs(aims), A_eq=self.matrix, b_eq=self.right, bounds=bounds, method="highs")

    def _branch_and_bound(self, costs: Any) -> Any:
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp

        return milp(
            costs,
            constraints=LinearConstraint(self.matrix, self.right, self.right),
            bounds=Bounds(self.least, self.most),
            integrality=np.ones(len(self.variables)),
            options={"time_limit": SECONDS},
        ).x

    def _whole(self, proposed: Any) -> dict[int, Number] | None:
        """The proposal in whole moves, if it agrees with everything exactly."""
        moves: dict[int, Number] = {v: move for v, at in self.column.items() if (move := round(float(proposed[at])))}
        return moves if keeps_all(self.system, moves) else None


def exact_range(system: System[K], target: int) -> Range:
    """The range of a count where not all counts are whole numbers: by fractions, over the counts nearest to it, the others
    held at their true values."""
    component = system.component(target, NEAREST)
    order = list(component.variables)
    place = {variable: at for at, variable in enumerate(order)}
    rows: list[tuple[Terms, Number]] = []
    for terms, constant in component.rows:
        shift = sum(c * system.least[variable] for variable, c in terms.items())
        rows.append(({place[variable]: c for variable, c in terms.items()}, constant - shift))
    truth = [system.truth[variable] - system.least[variable] for variable in order]
    for variable in component.variables:
        most = system.most[variable]
        if most is not None:  # what is left up to the limit is a variable of its own
            rows.append(({place[variable]: 1, len(truth): 1}, most - system.least[variable]))
            truth.append(most - system.truth[variable])
    low, high = extremes(rows, truth, place[target])
    return low + system.least[target], None if high is None else high + system.least[target]


def cheapest_moves(
    system: System[K], target: int, width: Number, costs: Sequence[float | None], near: Sequence[int]
) -> dict[int, Number] | None:
    """The moves of counts, at least cost, by which the target moves by `width`: a linear programme over moves up and down
    (Kelly, Golden, Assad, Networks 1992;22:397-417). `costs`: of each variable, 0 if it is free, None if it must not be
    hidden. Only the variables `near` it take part. None if there is no way.

    The moves are whole where they keep all equations exactly so; otherwise they only say which counts take part.
    """
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import csr_matrix, hstack

    column = {variable: at for at, variable in enumerate(near)}
    numbers = sorted({number for variable in near for number in system.of[variable]})
    rows, columns, values = [], [], []
    for row, number in enumerate(numbers):
        for variable, coefficient in system.equations[number].items():
            if variable in column:
                rows.append(row)
                columns.append(column[variable])
                values.append(float(coefficient))
    matrix = csr_matrix((values, (rows, columns)), shape=(len(numbers), len(near)))
    price = np.array([costs[variable] or 0.0 for variable in near]) / float(width)
    limits = np.zeros((2 * len(near), 2))
    limits[:, 1] = [_room(system, v, 1, costs) for v in near] + [_room(system, v, -1, costs) for v in near]
    best: tuple[float, Any] | None = None
    for direction in (1, -1):
        moves = column[target] + (0 if direction > 0 else len(near))
        if limits[moves, 1] < width:
            continue
        bounds = limits.copy()
        bounds[column[target]] = bounds[column[target] + len(near)] = 0.0
        bounds[moves] = float(width)
        found = linprog(
            np.concatenate([price, price]), A_eq=hstack([matrix, -matrix]).tocsr(), b_eq=np.zeros(len(numbers)),
            bounds=bounds, method="highs",
        )  # fmt: skip
        if found.status == 0 and (best is None or found.fun < best[0] - 1e-9):
            best = float(found.fun), found.x[: len(near)] - found.x[len(near) :]
        if best is not None:
            break  # up is nearly always the cheaper way: small counts have little room below
    if best is None:
        return None
    moved = {variable: float(move) for variable, move in zip(near, best[1], strict=True) if abs(move) > 1e-7}
    whole: dict[int, Number] = {variable: round(move) for variable, move in moved.items()}
    return whole if keeps_all(system, whole) else {v: Fraction(move) for v, move in moved.items()}


def keeps_all(system: System[K], moves: Mapping[int, Number]) -> bool:
    """Whether counts can move so together: every equation holds exactly, and no count leaves its limits."""
    for variable, move in moves.items():
        value, most = system.truth[variable] + move, system.most[variable]
        if value < system.least[variable] or (most is not None and value > most):
            return False
    touched = {number for variable in moves for number in system.of[variable]}
    return all(
        sum(coefficient * moves.get(variable, 0) for variable, coefficient in system.equations[number].items()) == 0
        for number in touched
    )


def _room(system: System[K], variable: int, way: int, costs: Sequence[float | None]) -> float:
    if costs[variable] is None:
        return 0.0
    if way < 0:
        return float(system.truth[variable] - system.least[variable])
    most = system.most[variable]
    return float("inf") if most is None else float(most - system.truth[variable])
