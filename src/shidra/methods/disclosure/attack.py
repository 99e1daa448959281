"""A table as a stranger finds it: some cells have no number, and nobody says what they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic

from shidra.methods.disclosure.tables import K, Table, Total


@dataclass(frozen=True, slots=True)
class Published(Generic[K]):
    """What was published: a count for each cell, None where it was suppressed, and the totals that hold."""

    cells: Mapping[K, int | None]
    totals: Sequence[Total[K]] = ()

    @property
    def hidden(self) -> frozenset[K]:
        return frozenset(cell for cell, count in self.cells.items() if count is None)


def completed(published: Published[K]) -> Table[K] | None:
    """Any table of whole numbers that fits what was published, so that an auditor can start from it; None: none fits,
    what was published contradicts itself. Exact: branch and bound, then whole numbers are checked."""
    hidden = [cell for cell, count in published.cells.items() if count is None]
    filled = {cell: count for cell, count in published.cells.items() if count is not None}
    if hidden:
        found = _fit(published, hidden)
        if found is None:
            return None
        filled |= found
    cells = {cell: (filled[cell],) for cell in published.cells}
    for total in published.totals:
        parts = [filled[part] for part in dict.fromkeys(total.parts) if part in filled]
        if total.whole in filled and parts and filled[total.whole] != sum(parts):
            return None
    return Table(cells, published.totals)


def _fit(published: Published[K], hidden: Sequence[K]) -> dict[K, int] | None:
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_matrix

    column = {cell: at for at, cell in enumerate(hidden)}
    rows, columns, values, right = list[int](), list[int](), list[float](), list[float]()
    for total in published.totals:
        parts = [part for part in dict.fromkeys(total.parts) if part in published.cells]
        if total.whole not in published.cells or not parts:
            continue
        left = 0
        for cell, sign in [(total.whole, 1), *((part, -1) for part in parts)]:
            if cell in column:
                rows.append(len(right))
                columns.append(column[cell])
                values.append(float(sign))
            else:
                left -= sign * (published.cells[cell] or 0)
        right.append(float(left))
    if not right:
        return dict.fromkeys(hidden, 0)
    matrix = csr_matrix((values, (rows, columns)), shape=(len(right), len(hidden)))
    found = milp(
        np.zeros(len(hidden)), constraints=LinearConstraint(matrix, right, right),
        bounds=Bounds(0, np.inf), integrality=np.ones(len(hidden)),
    ).x  # fmt: skip
    return None if found is None else {cell: round(float(found[at])) for cell, at in column.items()}
