"""Control charts: a centre and limits that tell common variation from special.

| kind              | for                                        | sigma of a point                                             |
|-------------------|--------------------------------------------|--------------------------------------------------------------|
| run               | anything, few points                       | none: a median and the rules of runs                         |
| i                 | single values (XmR)                        | mean moving range / 1.128                                    |
| i_prime           | means or ratios with sizes                 | Taylor 2017: mean of s / sqrt(n)                             |
| c                 | counts, constant exposure                  | sqrt(centre)                                                 |
| u, u_prime        | counts per exposure                        | sqrt(centre / n), prime: x sigma_z                           |
| p, p_prime        | proportions                                | sqrt(centre (1 - centre) / n), prime: x sigma_z              |
| t                 | time between rare events                   | as i, of y ** (1 / 3.6) (Nelson 1994)                        |
| g                 | cases between rare events                  | sqrt(mean (mean + 1)); the centre is the median              |

Sources: Montgomery, Introduction to Statistical Quality Control; Provost and Murray, The Health Care Data Guide; Laney,
Quality Engineering 2002;14:531-537 for the primes; Nelson, Journal of Quality Technology 1982;14:172-173 for the
screening of moving ranges. Never the standard deviation of the data: it contains what is looked for.

Limits are three sigmas from the centre, a proportion's within [0, 1], those of counts and times not below 0. A point on
a limit is inside.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum, inf, isfinite, pi, sqrt
from statistics import median
from typing import Any, Generic, Literal, Protocol, TypeVar, get_args

from shidra.methods.run_charts import TIE, sides_of
from shidra.methods.signals import (
    MDC_LENGTH,
    NEEDS_LIMITS,
    ON_THE_LINE,
    RULE_SETS,
    Direction,
    RuleSet,
    Runs,
    Signal,
    Track,
    making_data_count,
    outside,
    runs_about,
)

Kind = Literal["run", "i", "i_prime", "c", "u", "u_prime", "p", "p_prime", "t", "g"]
WITH_SIZES = frozenset({"i_prime", "u", "u_prime", "p", "p_prime"})
COUNTED = frozenset({"c", "u", "u_prime", "p", "p_prime", "g"})

SIGMA_FACTOR = 3 / 1.128  # limits of an i chart: so many mean moving ranges from the mean
XMR_FACTOR = 2.66  # the same rounded, as Making Data Count has it: 0.02% apart
SCREENING = 3.267  # moving ranges of so many means and more are dropped
SCREENING_PRIME = 3.2665
FEWEST_FOR_LIMITS = 13  # a phase with fewer points has trial limits
T_POWER = 3.6

Number = float | int | None


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the series with a centre of its own. `start`, `end`: its first and last position.

    `centre` None: nothing to take it from. `lower`, `upper`: None for a run chart and where limits differ from point to
    point (see the chart). `moving_range`: the mean that the limits were made of, in the unit of the values (of a t chart:
    transformed). `sigma_z`: how many times as much the points of a c, u or p chart (or its prime) vary as chance would
    make them. `is_trial`: too few points for limits to be settled.
    """

    start: int
    end: int
    observed: int
    centre: float | None
    lower: float | None
    upper: float | None
    moving_range: float | None
    sigma_z: float | None
    is_trial: bool
    runs: Runs


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, position by position. None: nothing observed there (`plotted`), or no limit.

    `sides`: 1 above the centre, -1 below, 0 on it or missing. `sigmas`: distance from the centre (g chart: the mean) in
    sigmas. `excluded`: positions left out of centre, limits and runs.
    """

    kind: Kind
    plotted: tuple[float | None, ...]
    centre: tuple[float | None, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    sides: tuple[int, ...]
    sigmas: tuple[float | None, ...]
    phases: tuple[Phase, ...]
    excluded: frozenset[int]

    @property
    def last(self) -> int | None:
        """The position of the last observed point."""
        return next((at for at in range(len(self.plotted) - 1, -1, -1) if self.plotted[at] is not None), None)

    @property
    def outside(self) -> list[int]:
        """Positions beyond a limit, excluded points among them."""
        return [at for at, sigma in enumerate(self.sigmas) if sigma is not None and abs(sigma) > 3 + ON_THE_LINE]

    def track(self, phase: Phase, *, with_excluded: bool = False) -> Track:
        """The points of a phase as rules read them."""
        plotted, out = self.plotted, self.excluded
        at = [
            place
            for place in range(phase.start, phase.end + 1)
            if plotted[place] is not None and (with_excluded or place not in out)
        ]
        return Track(
            at,
            [plotted[place] for place in at],  # type: ignore[misc]
            [self.sides[place] for place in at],
            [self.sigmas[place] or 0.0 for place in at] if self.kind != "run" else [],
            phase is self.phases[-1],
        )


def control_chart(
    kind: Kind,
    values: Sequence[Number],
    sizes: Sequence[Number] | None = None,
    *,
    multiply: float = 1.0,
    breaks: Collection[int] = (),
    baseline: int | None = None,
    excluded: Collection[int] = (),
    screened: bool = True,
    screening: float | None = None,
    range_factor: float = SIGMA_FACTOR,
    settled: int = FEWEST_FOR_LIMITS,
) -> Chart:
    """Plotted points, centre and limits.

    `values`: as observed, None for missing; with `sizes` (denominators, exposures) the numerators, and the points are
    value / size; a point without size, or of size 0, is missing, and neither part enters the centre. `multiply`: of
    everything shown (100 for percentages). `breaks`: positions at which a new phase starts; centre, limits and rules
    begin anew there. `baseline`: each phase takes its centre and limits from its first so many places and keeps them.
    `excluded`: positions left out of centre and limits; moving ranges pass over them, but never over a missing point.
    `screened`: drop moving ranges of at least `screening` x their mean, once, and take the mean again. `range_factor`:
    limits of an i or t chart in mean moving ranges. `settled`: from so many points limits are not trial ones.

    ValueError: no such kind, sizes of another number or none where the kind needs them, a negative count or size, a
    numerator above its denominator in a p chart, a time of zero or less in a t chart, a number that is not finite.
    """
    numbers, parts, plotted = _read(kind, values, sizes)
    count = len(plotted)
    left_out = frozenset(excluded)
    starts = sorted({0, *(at for at in breaks if 0 < at < count)})
    centres, lowers, uppers, sigmas = _nothing(count), _nothing(count), _nothing(count), _nothing(count)
    sides, phases = [0] * count, list[Phase]()
    limit = screening or (SCREENING_PRIME if kind == "i_prime" else SCREENING)
    for start, after in zip(starts, [*starts[1:], count], strict=True) if count else ():
        seen = [at for at in range(start, after) if plotted[at] is not None]
        frozen_until = after if baseline is None else min(start + baseline, after)
        base = [at for at in range(start, frozen_until) if at not in left_out]
        model = _model(kind, base, numbers, parts, plotted, limit if screened else inf, range_factor)
        lower = upper = None
        if model.centre is not None:
            points: list[float] = [plotted[at] for at in seen]  # type: ignore[misc]
            centres[start:after] = [model.centre * multiply] * (after - start)
            for at, side in zip(seen, sides_of(points, model.centre), strict=True):
                sides[at] = side
            if model.sigma is not None:
                _draw(kind, model, range(start, after), seen, parts, plotted, (lowers, uppers, sigmas), multiply)
                if kind not in WITH_SIZES:
                    lower, upper = lowers[start], uppers[start]
        included = [at for at in range(start, after) if at not in left_out]
        phases.append(
            Phase(
                start,
                after - 1,
                len(seen),
                None if model.centre is None else model.centre * multiply,
                lower,
                upper,
                None if model.moving_range is None else model.moving_range * (1 if kind == "t" else multiply),
                model.sigma_z,
                len(seen) < settled,
                runs_about([sides[at] for at in included if plotted[at] is not None], len(included)),
            )
        )
    shown = plotted if multiply == 1 else [None if value is None else value * multiply for value in plotted]
    return Chart(
        kind,
        tuple(shown),
        tuple(centres),
        tuple(lowers),
        tuple(uppers),
        tuple(sides),
        tuple(sigmas),
        tuple(phases),
        left_out,
    )


@dataclass(frozen=True, slots=True)
class _Model:
    """What the baseline of a phase says. `sigma`: of a point of size 1; None: not to be had. `middle`: what limits are
    measured from, on the scale of the calculation."""

    centre: float | None = None
    sigma: float | None = None
    middle: float = 0.0
    moving_range: float | None = None
    sigma_z: float | None = None


def _nothing(count: int) -> list[float | None]:
    return [None] * count


def _read(
    kind: Kind, values: Sequence[Number], sizes: Sequence[Number] | None
) -> tuple[list[float | None], list[float | None], list[float | None]]:
    """Values, sizes and points as finite floats; None in all three where a point is missing."""
    if kind not in get_args(Kind):
        raise ValueError(f"there is no chart {kind}")
    numbers = [None if value is None else float(value) for value in values]
    if sizes is None:
        if kind in WITH_SIZES:
            raise ValueError(f"a chart {kind} needs sizes")
        parts = _nothing(len(numbers))
        plotted = list(numbers)
    else:
        if len(sizes) != len(numbers):
            raise ValueError("there are as many sizes as values")
        parts = [None if size is None else float(size) for size in sizes]
        if any(size is not None and (size < 0 or not isfinite(size)) for size in parts):
            raise ValueError("a size is at least zero")
        for at, (value, size) in enumerate(zip(numbers, parts, strict=True)):
            if value is None or not size:
                numbers[at] = parts[at] = None
        plotted = [
            None if value is None or size is None else value / size for value, size in zip(numbers, parts, strict=True)
        ]
        if kind in ("c", "t", "g"):
            raise ValueError(f"a chart {kind} has no sizes")
    present = [value for value in numbers if value is not None]
    if not all(map(isfinite, present)):
        raise ValueError("a value is a finite number")
    if kind in COUNTED and any(value < 0 for value in present):
        raise ValueError("a count is at least zero")
    if kind == "t" and any(value <= 0 for value in present):
        raise ValueError("a time between events is more than zero")
    if kind in ("p", "p_prime") and any(value is not None and value > 1 for value in plotted):
        raise ValueError("a numerator is at most its denominator")
    return numbers, parts, plotted


def _model(
    kind: Kind,
    base: Sequence[int],
    numbers: Sequence[float | None],
    parts: Sequence[float | None],
    plotted: Sequence[float | None],
    limit: float,
    range_factor: float,
) -> _Model:
    line = [plotted[at] for at in base]
    points = [value for value in line if value is not None]
    if not points:
        return _Model()
    if kind == "run":
        return _Model(float(median(points)))
    if kind in ("i", "t"):
        if kind == "t":
            line = [None if value is None else value ** (1 / T_POWER) for value in line]
            points = [value for value in line if value is not None]
        mean = fsum(points) / len(points)
        spread = _screened_mean(_moving_ranges(line), limit)
        sigma = None if spread is None else spread * range_factor / 3
        return _Model(mean**T_POWER if kind == "t" else mean, sigma, mean, spread)
    if kind == "c":
        mean = fsum(points) / len(points)
        sigma = sqrt(mean)
        scores = [None if value is None else (value - mean) / sigma if sigma else 0.0 for value in line]
        return _Model(mean, sigma, mean, None, _sigma_z(scores, limit))
    if kind == "g":
        mean = fsum(points) / len(points)
        return _Model(float(median(points)), sqrt(mean * (mean + 1)), mean)
    sized = [(at, parts[at]) for at in base]
    whole = fsum(size for _, size in sized if size is not None)
    mean = fsum(numbers[at] for at, size in sized if size is not None) / whole  # type: ignore[misc]
    if kind == "i_prime":
        weighted = [None if size is None else (plotted[at], size) for at, size in sized]
        steps = [
            sqrt(pi / 2) * abs(one[0] - two[0]) / sqrt(1 / one[1] + 1 / two[1])  # type: ignore[operator]
            for one, two in pairwise(weighted)
            if one is not None and two is not None
        ]
        sigma = _screened_mean(steps, limit)
        return _Model(mean, sigma, mean, sigma)
    sigma = sqrt(mean * (1 - mean) if kind in ("p", "p_prime") else mean)
    scores = [
        None if size is None else (plotted[at] - mean) * sqrt(size) / sigma if sigma else 0.0  # type: ignore[operator]
        for at, size in sized
    ]
    sigma_z = _sigma_z(scores, limit)
    if kind in ("p_prime", "u_prime"):
        return _Model(mean, None if sigma_z is None else sigma * sigma_z, mean, None, sigma_z)
    return _Model(mean, sigma, mean, None, sigma_z)


def _draw(
    kind: Kind,
    model: _Model,
    phase: range,
    seen: Sequence[int],
    parts: Sequence[float | None],
    plotted: Sequence[float | None],
    drawn: tuple[list[float | None], list[float | None], list[float | None]],
    multiply: float,
) -> None:
    """Fill in limits and distances of a phase."""
    lowers, uppers, sigmas = drawn
    middle, sigma = model.middle, model.sigma
    assert sigma is not None
    if kind in WITH_SIZES:
        top = 1.0 if kind in ("p", "p_prime") else inf
        floor = -inf if kind == "i_prime" else 0.0
        for at in seen:
            own = sigma / sqrt(parts[at])  # type: ignore[arg-type]
            lowers[at] = max(middle - 3 * own, floor) * multiply
            uppers[at] = min(middle + 3 * own, top) * multiply
            sigmas[at] = _distance(plotted[at] - middle, own, middle)  # type: ignore[operator]
        return
    low, high = middle - 3 * sigma, middle + 3 * sigma
    if kind == "t":
        low, high = max(low, 0.0) ** T_POWER, high**T_POWER
    elif kind in ("c", "g"):
        low = max(low, 0.0)
    count = len(phase)
    lowers[phase.start : phase.stop] = [low * multiply] * count
    uppers[phase.start : phase.stop] = [high * multiply] * count
    power = 1 / T_POWER if kind == "t" else 1
    for at in seen:
        value = plotted[at] if power == 1 else plotted[at] ** power  # type: ignore[operator]
        sigmas[at] = _distance(value - middle, sigma, middle)  # type: ignore[operator]


def _distance(away: float, sigma: float, middle: float) -> float:
    """In sigmas; where there is no variation in the baseline, whatever differs from it is infinitely far."""
    if abs(away) <= TIE * abs(middle):
        return 0.0
    return away / sigma if sigma > TIE * abs(middle) else inf if away > 0 else -inf


def _moving_ranges(line: Sequence[float | None]) -> list[float]:
    """Distances between neighbours; none across a gap."""
    return [abs(b - a) for a, b in pairwise(line) if a is not None and b is not None]


def _screened_mean(ranges: Sequence[float], limit: float) -> float | None:
    """The mean without those of at least `limit` x the mean of all; None for no ranges."""
    if not ranges:
        return None
    mean = fsum(ranges) / len(ranges)
    most = limit * mean
    if not mean or max(ranges) < most:
        return mean
    kept = [one for one in ranges if one < most]
    return fsum(kept) / len(kept)


def _sigma_z(scores: Sequence[float | None], limit: float) -> float | None:
    """Laney's sigma_z: the variation of standardised points, by their moving ranges."""
    spread = _screened_mean(_moving_ranges(scores), limit)
    return None if spread is None else spread / 1.128


def is_overdispersed(sigma_z: float | None, points: int) -> bool:
    """Whether points vary clearly more than binomial or Poisson chance: sigma_z above 1 by more than two standard errors
    of an estimate from the mean moving range of so many points, about 0.91 / sqrt(points) (Cryer and Ryan, Journal of
    Quality Technology 1990;22:187-192)."""
    return sigma_z is not None and points > 1 and sigma_z > 1 + 2 * 0.91 / sqrt(points)


# --- what a chart says ------------------------------------------------------------------------------------------------


def signals(chart: Chart, rule_set: RuleSet, *, trend: int = MDC_LENGTH, shift: int = MDC_LENGTH) -> list[Signal]:
    """The signals of all phases; a pattern never crosses a break.

    Excluded points take no part in patterns, but one beyond a limit is told. `trend`, `shift`: lengths for Making Data
    Count. ValueError for a rule set that needs limits on a run chart, which has none.
    """
    if rule_set in NEEDS_LIMITS and chart.kind == "run":
        raise ValueError(f"the rules {rule_set} need limits")
    found: list[Signal] = []
    for phase in chart.phases:
        track = chart.track(phase)
        if track.at and phase.centre is not None:
            if rule_set == "making_data_count":
                found += making_data_count(track, trend, shift)
            else:
                found += RULE_SETS[rule_set](track)
        if rule_set in NEEDS_LIMITS and chart.excluded:
            whole = chart.track(phase, with_excluded=True)
            found += [one for one in outside(rule_set, whole) if one.points[0] in chart.excluded]
    return found


Wanted = Literal["up", "down", "range", "neutral"]
Variation = Literal[
    "common_cause",
    "improvement_high",
    "improvement_low",
    "concern_high",
    "concern_low",
    "neutral_high",
    "neutral_low",
    "special_cause",  # a signal without direction: too few crossings, too many runs
]
Assurance = Literal["consistent_pass", "consistent_fail", "inconsistent"]


def variation_icon(signal: Signal | None, wanted: Wanted) -> Variation:
    """What the last point's signal (None: it has none) means for a measure that should go `wanted`.

    high and low say to which side, or whether it rises or falls. For range and neutral no side is better.
    """
    if signal is None:
        return "common_cause"
    if signal.direction is None:
        return "special_cause"
    high: Direction = "up"
    if wanted in ("range", "neutral"):
        return "neutral_high" if signal.direction == high else "neutral_low"
    if signal.direction == wanted:
        return "improvement_high" if signal.direction == high else "improvement_low"
    return "concern_high" if signal.direction == high else "concern_low"


def assurance_icon(lower: float | None, upper: float | None, target: float | None, wanted: Wanted) -> Assurance | None:
    """Whether a process that goes on as in its last phase will meet its target.

    A target above the upper or below the lower limit decides; within the limits, or on one, it is met or missed by
    chance. None without target or limits, and where neither up nor down is wanted.
    """
    if target is None or lower is None or upper is None or wanted not in ("up", "down"):
        return None
    edge = TIE * max(abs(lower), abs(upper), abs(target))
    if target > upper + edge:
        return "consistent_fail" if wanted == "up" else "consistent_pass"
    if target < lower - edge:
        return "consistent_pass" if wanted == "up" else "consistent_fail"
    return "inconsistent"


class Ordered(Protocol):
    def __lt__(self, other: Any, /) -> bool: ...


Period = TypeVar("Period", bound=Ordered)


@dataclass(frozen=True, slots=True)
class Break(Generic[Period]):
    """Where a new phase starts. `asked`: the period that was asked for. `at`: the position where it starts; None when no
    period is left from there on. `is_moved`: there is no such period and the next one was taken."""

    asked: Period
    at: int | None
    is_moved: bool


def snapped(asked: Collection[Period], periods: Sequence[Period]) -> list[Break[Period]]:
    """The breaks that were asked for, each at its period or at the next one, in order of time.

    `periods`: in ascending order (dates, or texts that sort as dates do). Say it to the reader when a break moved.
    """
    breaks = []
    for one in sorted(asked):
        at = bisect_left(periods, one)
        found = at < len(periods)
        breaks.append(Break(one, at if found else None, not found or periods[at] != one))
    return breaks
