"""Run charts: a median, the points in their order, and phases that a person may accept.

The centre is the median of the baseline (the first k points) or of all points. The rules are in `signals` (Anhoej by
default, IHI on wish); the chart itself is made by `control_charts.control_chart("run", ...)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from shidra.methods.signals import Direction

TIE = 1e-12  # relative to the largest value: nearer to the centre than this is on it


def sides_of(values: Sequence[float], centre: float) -> list[int]:
    """For each value 1 above the centre, -1 below, 0 on it (equal but for the rounding of binary fractions)."""
    edge = TIE * max(map(abs, values), default=0.0)
    return [1 if value - centre > edge else -1 if centre - value > edge else 0 for value in values]


@dataclass(frozen=True, slots=True)
class ProposedPhase:
    """A stretch with a median of its own. `start`, `end`: positions of its first and last point in the series.

    The median holds on until the next phase starts. `direction`: to which side of the median before the run lies; None
    for the baseline.
    """

    start: int
    end: int
    median: float
    kind: Literal["baseline", "sustained"]
    direction: Direction | None = None


def propose_phases(
    values: Sequence[float | None],
    baseline: int = 13,
    run: int = 9,
    direction: Literal["above", "below", "both"] = "both",
) -> list[ProposedPhase]:
    """Phases to put before a person: a sustained run on one side of the median starts a new one.

    The first `baseline` observed points give the first median. After them a run of `run` useful points on one side
    (points on the median are passed over) is a new phase; its median is that of these useful points; the search goes on
    behind the run, against the new median. None are proposed with fewer than `baseline` points. ValueError for a
    baseline or run of less than one point.

    Source: runcharter 0.2 (MacKintosh), after the rules of NHS Scotland's run charts.
    """
    if baseline < 1 or run < 1:
        raise ValueError("a baseline and a run have points")
    seen = [(at, float(value)) for at, value in enumerate(values) if value is not None]
    if len(seen) < baseline:
        return []
    middle = float(median([value for _, value in seen[:baseline]]))
    phases = [ProposedPhase(seen[0][0], seen[baseline - 1][0], middle, "baseline")]
    wanted = {"above": (1,), "below": (-1,), "both": (1, -1)}[direction]
    sides = sides_of([value for _, value in seen], middle)
    side, points = 0, list[int]()
    place = baseline
    while place < len(seen):
        if sides[place]:
            points = [*points, place] if sides[place] == side else [place]
            side = sides[place]
            if len(points) == run and side in wanted:
                middle = float(median([seen[point][1] for point in points]))
                phases.append(
                    ProposedPhase(seen[points[0]][0], seen[place][0], middle, "sustained", "up" if side > 0 else "down")
                )
                sides = sides_of([value for _, value in seen], middle)
                side, points = 0, []
        place += 1
    return phases
