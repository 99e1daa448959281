"""Rules that find signals: patterns over time that chance alone seldom makes.

Five rule sets, which must not be mixed up, because they differ in how often they cry wolf:

- `anhoej`: a run longer than chance makes, or fewer crossings of the centre (Anhoej and Olesen, PLoS ONE
  2014;9(11):e113825). The default for run charts.
- `ihi`: a shift of 6, a trend of 5, too few or too many runs (Perla, Provost, Murray, BMJ Quality and Safety
  2011;20:46-51).
- `making_data_count`: outside the limits, a trend of 7, two of three near a limit, a shift of 7 (NHS England).
- `western_electric`: outside 3 sigma, 2 of 3 beyond 2, 4 of 5 beyond 1, 8 on one side (Statistical Quality Control
  Handbook, 1956).
- `nelson`: eight tests, of 9 on one side, 6 rising or falling and others (Journal of Quality Technology
  1984;16:237-239).

On 24 random points the Anhoej rules give a false alarm somewhere in 3% of charts, the IHI rules in 38%, Making Data
Count in 19% (but at the last point in 1.6%): let alerts depend on the last point.

A rule reads the points of one phase that were observed and are not excluded, oldest first, as a `Track`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import comb, log2
from typing import Literal

Direction = Literal["up", "down"]
RuleSet = Literal["anhoej", "ihi", "making_data_count", "western_electric", "nelson"]
Rule = Literal[
    "outside_limits",  # one point beyond a limit
    "shift",  # many points in a row on one side of the centre
    "trend",  # many points in a row, each above (below) the one before
    "two_of_three",  # two of three in a row in the outer third, on one side
    "four_of_five",  # four of five in a row beyond a third, on one side
    "alternating",  # many points in a row, in turn up and down
    "near_centre",  # many points in a row within the inner third
    "far_from_centre",  # many points in a row on either side, none within the inner third
    "long_run",  # a run longer than chance makes among so many points
    "few_crossings",  # fewer crossings of the centre than chance makes
    "few_runs",
    "many_runs",
]

FEWEST_USEFUL = 10  # below this many points off the centre the rules have no power: no verdict
ON_THE_LINE = 1e-9  # in sigmas: a point on a limit is inside, whatever binary fractions make of it


@dataclass(frozen=True, slots=True)
class Signal:
    """A pattern found by a rule.

    `points`: positions in the series of the points that make the pattern (of a zone rule: those beyond the zone).
    `completed_at`: positions at which somebody who watched would have seen the rule met: the last point of the
    shortest pattern and each further one. `direction`: up for high or rising, None where the rule has none.
    `at_last`: whether the pattern reaches the last point of the series.
    """

    rule_set: RuleSet
    rule: Rule
    points: tuple[int, ...]
    completed_at: tuple[int, ...]
    direction: Direction | None
    at_last: bool


@dataclass(frozen=True, slots=True)
class Track:
    """What the rules read: one phase of a chart.

    `at`: positions in the series. `values`: as plotted. `sides`: 1 above the centre, -1 below, 0 on it. `sigmas`:
    distance from the centre in sigmas (a limit is at 3); empty for a run chart. `is_last`: no later phase.
    """

    at: Sequence[int]
    values: Sequence[float]
    sides: Sequence[int]
    sigmas: Sequence[float] = ()
    is_last: bool = True


# A stretch is (first, last, side): places in the track, both included, and 1 or -1 (0: no side).
Stretch = tuple[int, int, int]


def stretches(marks: Sequence[int]) -> list[Stretch]:
    """Maximal stretches of equal marks."""
    found, first, last = [], 0, len(marks) - 1
    for place, mark in enumerate(marks):
        if place == last or marks[place + 1] != mark:
            found.append((first, place, mark))
            first = place + 1
    return found


def one_sided(sides: Sequence[int], length: int) -> list[Stretch]:
    """Stretches of at least `length` points on one side; a point on the centre breaks them."""
    return [one for one in stretches(sides) if one[2] and one[1] - one[0] >= length - 1]


def monotone(values: Sequence[float], length: int) -> list[Stretch]:
    """Stretches of at least `length` points that rise or fall at each step; two equal values break them."""
    steps = [(b > a) - (b < a) for a, b in pairwise(values)]
    return [(first, last + 1, side) for first, last, side in one_sided(steps, length - 1)]


def alternating(values: Sequence[float], length: int) -> list[Stretch]:
    """Stretches of at least `length` points that go up and down in turn."""
    steps = [(b > a) - (b < a) for a, b in pairwise(values)]
    turns = [int(a * b < 0) for a, b in pairwise(steps)]
    return [(first, last + 2, 0) for first, last, _ in one_sided(turns, length - 2)]


def beyond(sigmas: Sequence[float], distance: float) -> list[int]:
    """For each point 1 if it is more than so many sigmas above the centre, -1 if below, else 0."""
    edge = distance + ON_THE_LINE
    return [(sigma > edge) - (sigma < -edge) for sigma in sigmas]


def nearby(sides: Sequence[int], near: Sequence[int]) -> list[Stretch]:
    """Windows of three on one side of the centre, two or three of them `near` a limit (Making Data Count)."""
    return [
        (place - 2, place, sides[place])
        for place in range(2, len(sides))
        if bool(near[place]) + bool(near[place - 1]) + bool(near[place - 2]) >= 2
        and sides[place] == sides[place - 1] == sides[place - 2] != 0
    ]


def _most_of(zone: Sequence[int], most: int, of: int) -> list[Stretch]:
    """Windows of `of` points, `most` of them beyond the zone on the side where the last one is too."""
    return [
        (place - of + 1, place, side)
        for place, side in enumerate(zone)
        if side and place >= of - 1 and list(zone[place - of + 1 : place + 1]).count(side) >= most
    ]


def _told(rule_set: RuleSet, rule: Rule, track: Track, found: Iterable[Stretch], length: int) -> list[Signal]:
    """A signal for each stretch."""
    at, end = track.at, len(track.at) - 1
    return [
        Signal(
            rule_set,
            rule,
            tuple(at[first : last + 1]),
            tuple(at[first + length - 1 : last + 1]),
            "up" if side > 0 else "down" if side < 0 else None,
            track.is_last and last == end,
        )
        for first, last, side in found
    ]


def _merged(
    rule_set: RuleSet, rule: Rule, track: Track, windows: Iterable[Stretch], marked: Sequence[int]
) -> list[Signal]:
    """A signal for each group of windows that have a marked point in common; only marked points belong to it."""
    groups: list[tuple[set[int], list[int], int]] = []
    for first, last, side in windows:
        points = {place for place in range(first, last + 1) if marked[place] == side}
        if groups and groups[-1][2] == side and groups[-1][0] & points:
            groups[-1][0].update(points)
            groups[-1][1].append(last)
        else:
            groups.append((points, [last], side))
    at, end = track.at, len(track.at) - 1
    return [
        Signal(
            rule_set,
            rule,
            tuple(at[place] for place in sorted(points)),
            tuple(at[place] for place in completed),
            "up" if side > 0 else "down",
            track.is_last and end in points,
        )
        for points, completed, side in groups
    ]


def outside(rule_set: RuleSet, track: Track) -> list[Signal]:
    """A signal for each point beyond a limit (3 sigmas); one on the limit is inside."""
    marks = beyond(track.sigmas, 3)
    if not any(marks):
        return []
    found = [(place, place, side) for place, side in enumerate(marks) if side]
    return _told(rule_set, "outside_limits", track, found, 1)


# --- Anhoej -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def longest_run_max(useful: int) -> int:
    """The longest run that is still usual among so many useful points: round(log2(n)) + 3 (Schilling 2012).

    ValueError for none.
    """
    return round(log2(useful)) + 3


@lru_cache(maxsize=4096)
def crossings_min(useful: int) -> int:
    """The fewest crossings that are still usual: the 5% quantile of Binomial(n - 1, 1/2), exact in whole numbers (Chen
    2010)."""
    steps = max(useful - 1, 0)
    below, crossings = 1, 0
    while 20 * below < 2**steps:
        crossings += 1
        below += comb(steps, crossings)
    return crossings


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of one phase about its centre.

    `points`: places in the phase, missing ones included, excluded ones not. `useful`: those off the centre. The others
    are None where no point is useful.
    """

    points: int
    useful: int
    longest: int | None = None
    longest_max: int | None = None
    crossings: int | None = None
    crossings_min: int | None = None

    @property
    def has_long_run(self) -> bool:
        return self.longest is not None and self.longest_max is not None and self.longest > self.longest_max

    @property
    def has_few_crossings(self) -> bool:
        return self.crossings is not None and self.crossings_min is not None and self.crossings < self.crossings_min

    @property
    def signal(self) -> bool:
        """Whether either rule is met, however few the points."""
        return self.has_long_run or self.has_few_crossings

    @property
    def enough(self) -> bool:
        """Whether there are enough useful points for a verdict."""
        return self.useful >= FEWEST_USEFUL


def runs_about(sides: Iterable[int], points: int | None = None) -> Runs:
    """Count the runs: consecutive useful points on one side. Points on the centre (0) neither break nor extend a run.

    `points`: how many places the phase has, when some of them are missing.
    """
    given = list(sides)
    useful = [side for side in given if side]
    count = len(given) if points is None else points
    if not useful:
        return Runs(count, 0)
    found = stretches(useful)
    longest = max(last - first for first, last, _ in found) + 1
    n = len(useful)
    return Runs(count, n, longest, longest_run_max(n), len(found) - 1, crossings_min(n))


def _useful(track: Track) -> Track:
    """The track without points on the centre."""
    if all(track.sides):
        return track
    kept = [place for place, side in enumerate(track.sides) if side]
    return Track(
        [track.at[place] for place in kept],
        [track.values[place] for place in kept],
        [track.sides[place] for place in kept],
        [],
        track.is_last,
    )


def anhoej(track: Track) -> list[Signal]:
    """Runs that are too long (each of them), and too few crossings (all useful points, no direction).

    A run reaches the last point also when only points on the centre come after it.
    """
    useful = _useful(track)
    runs = runs_about(useful.sides)
    signals: list[Signal] = []
    if runs.has_long_run and runs.longest_max is not None:
        least = runs.longest_max + 1
        signals += _told("anhoej", "long_run", useful, one_sided(useful.sides, least), least)
    if runs.has_few_crossings:
        signals.append(
            Signal("anhoej", "few_crossings", tuple(useful.at), (useful.at[-1],), None, track.is_last),
        )
    return signals


# --- IHI --------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def usual_runs(above: int, below: int) -> tuple[int, int]:
    """The fewest and the most runs that are usual for so many points above and below: each tail at most 2.5%.

    The exact distribution of Swed and Eisenhart (Annals of Mathematical Statistics 1943;14:66-87), from which the table
    of the IHI rules is taken. ValueError when one of them is zero.
    """
    if not above or not below:
        raise ValueError("runs on both sides need points on both sides")
    all_ways = comb(above + below, above)
    most = 2 * min(above, below) + (above != below)
    ways = {}
    for runs in range(2, most + 1):
        half = runs // 2
        if runs % 2:
            ways[runs] = comb(above - 1, half) * comb(below - 1, half - 1) + comb(above - 1, half - 1) * comb(
                below - 1, half
            )
        else:
            ways[runs] = 2 * comb(above - 1, half - 1) * comb(below - 1, half - 1)
    low, tail = 2, ways[2]
    while 40 * tail <= all_ways:
        low += 1
        tail += ways[low]
    high, tail = most, ways[most]
    while 40 * tail <= all_ways:
        high -= 1
        tail += ways[high]
    return low, high


def ihi(track: Track) -> list[Signal]:
    """Shift: 6 or more on one side, points on the centre passed over. Trend: 5 or more rising or falling, of equal
    neighbours only the first counts. Too few or too many runs (Swed and Eisenhart), from 10 useful points.

    The astronomical point is judged by eye and is not here.
    """
    useful = _useful(track)
    signals = _told("ihi", "shift", useful, one_sided(useful.sides, 6), 6)
    values = track.values
    kept = [place for place in range(len(values)) if not place or values[place] != values[place - 1]]
    differing = Track([track.at[place] for place in kept], [values[place] for place in kept], [], [], track.is_last)
    signals += _told("ihi", "trend", differing, monotone(differing.values, 5), 5)
    above = useful.sides.count(1)
    below = len(useful.sides) - above
    if above and below and above + below >= FEWEST_USEFUL:
        low, high = usual_runs(above, below)
        runs = len(stretches(useful.sides))
        if not low <= runs <= high:
            rule: Rule = "few_runs" if runs < low else "many_runs"
            signals.append(Signal("ihi", rule, tuple(useful.at), (useful.at[-1],), None, track.is_last))
    return signals


# --- charts with limits -----------------------------------------------------------------------------------------------

MDC_LENGTH = 7


def making_data_count(track: Track, trend: int = MDC_LENGTH, shift: int = MDC_LENGTH) -> list[Signal]:
    """Outside the limits; 7 points rising or falling; two of three in the outer third, not outside, with all three on
    one side (only the near ones are told); 7 on one side. In this order of precedence for a single label.

    A point on the mean breaks a shift. `trend`, `shift`: other lengths.
    """
    rule_set: RuleSet = "making_data_count"
    signals = outside(rule_set, track)
    signals += _told(rule_set, "trend", track, monotone(track.values, trend), trend)
    far, out = beyond(track.sigmas, 2), beyond(track.sigmas, 3)
    near = [0 if one else other for one, other in zip(out, far, strict=True)]
    if any(near):
        signals += _merged(rule_set, "two_of_three", track, nearby(track.sides, near), near)
    return signals + _told(rule_set, "shift", track, one_sided(track.sides, shift), shift)


def _zones(rule_set: RuleSet, track: Track) -> Mapping[Rule, Callable[[], list[Signal]]]:
    def zone(rule: Rule, most: int, of: int, distance: float) -> list[Signal]:
        marks = beyond(track.sigmas, distance)
        return _merged(rule_set, rule, track, _most_of(marks, most, of), marks) if any(marks) else []

    return {
        "outside_limits": lambda: outside(rule_set, track),
        "two_of_three": lambda: zone("two_of_three", 2, 3, 2),
        "four_of_five": lambda: zone("four_of_five", 4, 5, 1),
    }


def _nelson_only(track: Track) -> Mapping[Rule, Callable[[], list[Signal]]]:
    def near_centre() -> list[Signal]:
        inside = [int(not side) for side in beyond(track.sigmas, 1)]
        found = [(first, last, 0) for first, last, _ in one_sided(inside, 15)]
        return _told("nelson", "near_centre", track, found, 15)

    def far_from_centre() -> list[Signal]:
        zone = beyond(track.sigmas, 1)
        windows = [
            (place - 7, place)
            for place in range(7, len(zone))
            if all(zone[place - 7 : place + 1]) and len(set(zone[place - 7 : place + 1])) == 2
        ]
        signals: list[Signal] = []
        for first, last in windows:
            points: tuple[int, ...] = tuple(track.at[first : last + 1])
            completed: tuple[int, ...] = (track.at[last],)
            if signals and signals[-1].completed_at[-1] == track.at[last - 1]:
                before = signals.pop()
                points, completed = (*before.points, track.at[last]), (*before.completed_at, track.at[last])
            at_last = track.is_last and last == len(zone) - 1
            signals.append(Signal("nelson", "far_from_centre", points, completed, None, at_last))
        return signals

    return {
        "trend": lambda: _told("nelson", "trend", track, monotone(track.values, 6), 6),
        "alternating": lambda: _told("nelson", "alternating", track, alternating(track.values, 14), 14),
        "near_centre": near_centre,
        "far_from_centre": far_from_centre,
    }


# The rules by the numbers that the sources give them.
WESTERN_ELECTRIC: Mapping[int, Rule] = {1: "outside_limits", 2: "two_of_three", 3: "four_of_five", 4: "shift"}
NELSON: Mapping[int, Rule] = {
    1: "outside_limits",
    2: "shift",
    3: "trend",
    4: "alternating",
    5: "two_of_three",
    6: "four_of_five",
    7: "near_centre",
    8: "far_from_centre",
}


def western_electric(track: Track, rules: Iterable[Rule] = tuple(WESTERN_ELECTRIC.values())) -> list[Signal]:
    """The four rules of the handbook. A zone rule is met only at a point that itself lies beyond the zone."""
    ways: dict[Rule, Callable[[], list[Signal]]] = {
        **_zones("western_electric", track),
        "shift": lambda: _told("western_electric", "shift", track, one_sided(track.sides, 8), 8),
    }
    return [signal for rule in rules for signal in ways[rule]()]


def nelson(track: Track, rules: Iterable[Rule] = tuple(NELSON.values())) -> list[Signal]:
    """Nelson's eight tests. Zone tests as in `western_electric`; test 8 needs points on both sides."""
    ways: dict[Rule, Callable[[], list[Signal]]] = {
        **_zones("nelson", track),
        **_nelson_only(track),
        "shift": lambda: _told("nelson", "shift", track, one_sided(track.sides, 9), 9),
    }
    return [signal for rule in rules for signal in ways[rule]()]


RULE_SETS: Mapping[RuleSet, Callable[[Track], list[Signal]]] = {
    "anhoej": anhoej,
    "ihi": ihi,
    "making_data_count": making_data_count,
    "western_electric": western_electric,
    "nelson": nelson,
}
NEEDS_LIMITS = frozenset({"making_data_count", "western_electric", "nelson"})

PRECEDENCE: Sequence[Rule] = (
    "outside_limits",
    "trend",
    "two_of_three",
    "four_of_five",
    "shift",
    "long_run",
    "alternating",
    "far_from_centre",
    "near_centre",
    "few_crossings",
    "few_runs",
    "many_runs",
)
_RANK = {rule: rank for rank, rule in enumerate(PRECEDENCE)}


def labels(signals: Iterable[Signal]) -> dict[int, Signal]:
    """One signal for each point that belongs to any, by precedence (outside, trend, two of three, shift, then the
    rest); between two of one rule, as at the top of a rise that turns into a fall, the later one."""
    chosen: dict[int, Signal] = {}
    for signal in signals:
        for point in signal.points:
            before = chosen.get(point)
            if before is None or _RANK[signal.rule] <= _RANK[before.rule]:
                chosen[point] = signal
    return chosen
