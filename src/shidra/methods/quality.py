"""Does a number look like what came before it? Methods that flag a value for a question; none changes it.

Sources: Iglewicz and Hoaglin, How to Detect and Handle Outliers (ASQC, 1993), for the modified z-score; Rosner,
Technometrics 1983;25:165-172, for the generalised ESD test; DHIS2 for z with the population's standard deviation and for
min-max; WHO Data Quality Review (2017), module 2, for completeness, timeliness, consistency over time and between
indicators; Whipple's index (United Nations, Manual II on population estimates, 1955) for digit heaping.

A z-score cannot pass the root of n - 1: a threshold of 3 never fires with ten values, and two outliers hide each other.
Hence modified z is the default; z is here for agreement with other systems.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shidra.methods.intervals import gamma_share

# The 0.75 quantile of the standard normal: makes the median absolute deviation comparable to a standard deviation.
CONSISTENCY = 0.6745
IGLEWICZ_HOAGLIN = 3.5
Z_THRESHOLD = 3.0
OVER_TIME = 0.33
"""How far a year may be from the mean of the three before (WHO Data Quality Review: 33%)."""
BETWEEN = 0.1
"""How far two indicators that ought to agree may be apart (WHO Data Quality Review: 10%)."""
YEARS_BEFORE = 3
HEAPING_NUMBERS = 30
"""Numbers of two digits or more from which the last digits say something."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of some numbers, and how far they usually lie from it.

    `deviation` is the median absolute deviation from the median; 0 when more than half of the numbers are equal.
    """

    median: float
    deviation: float
    smallest: float
    largest: float

    def modified_z(self, number: float) -> float | None:
        """0.6745 (number - median) / deviation; None when the deviation is 0, where the method gives no verdict."""
        return CONSISTENCY * (number - self.median) / self.deviation if self.deviation else None

    def bounds(self, threshold: float = IGLEWICZ_HOAGLIN) -> tuple[float, float]:
        """The least and the greatest number whose modified z-score is within the threshold."""
        reach = threshold * self.deviation / CONSISTENCY
        return self.median - reach, self.median + reach

    def is_outside(self, number: float) -> bool:
        """Whether the number is smaller or larger than all (min-max)."""
        return not self.smallest <= number <= self.largest


@dataclass(frozen=True, slots=True)
class Outlier:
    """A flagged number: its position, itself, its score (signed; None of min-max) and its distance.

    The distance is from the centre; of min-max, from the bound that it passes.
    """

    at: int
    value: float
    score: float | None
    distance: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was compared with what. `spread` 0 means no verdict: more than half (modified z) or all (z) are equal."""

    centre: float | None
    spread: float | None
    lower: float
    upper: float
    outliers: tuple[Outlier, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the generalised ESD test: the number furthest out, how far, and how far would be too far."""

    at: int
    value: float
    statistic: float
    critical: float


@dataclass(frozen=True, slots=True)
class SuccessiveVerdict:
    """All steps that were tried; the numbers of the first `found` of them are outliers."""

    steps: tuple[Step, ...]
    found: int

    @property
    def outliers(self) -> tuple[Step, ...]:
        return self.steps[: self.found]


@dataclass(frozen=True, slots=True)
class Consistency:
    """A ratio of a figure to what it is compared with, and whether that is further off than allowed."""

    ratio: float
    is_flagged: bool


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many; `share` is None of none."""

    part: int
    whole: int

    @property
    def share(self) -> float | None:
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Repetition:
    """The same number again and again: from which position, how many times."""

    at: int
    length: int
    value: float


@dataclass(frozen=True, slots=True)
class Heaping:
    """Last digits of whole numbers of two digits or more.

    `digits[d]` numbers end in d. `whipple`: those ending in 0 or 5 in per cent of what one would expect (100: none is
    preferred, 500: no others). `dissimilarity`: the share of numbers that would have to end otherwise for all digits to
    be equally frequent. `p`: of a chi-square test that they are.
    """

    digits: tuple[int, ...]
    whipple: float
    dissimilarity: float
    p: float


def median(numbers: Sequence[float]) -> float:
    """The middle number, or the mean of the two in the middle. ValueError for none."""
    ordered = sorted(numbers)
    if not ordered:
        raise ValueError("there is no median of no numbers")
    middle = len(ordered) // 2
    return float(ordered[middle]) if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def spread(numbers: Sequence[float]) -> Spread:
    """Median, median absolute deviation, least and greatest of the numbers (any unit). ValueError for none."""
    centre = median(numbers)
    return Spread(centre, median([abs(number - centre) for number in numbers]), min(numbers), max(numbers))


def _known(numbers: Sequence[float | None]) -> list[tuple[int, float]]:
    return [(at, number) for at, number in enumerate(numbers) if number is not None]


def by_modified_z(numbers: Sequence[float | None], threshold: float = IGLEWICZ_HOAGLIN) -> Verdict:
    """The numbers whose modified z-score, among all that are not missing, is beyond the threshold.

    `centre` is the median, `spread` the median absolute deviation. ValueError for no numbers.
    """
    known = _known(numbers)
    usual = spread([number for _, number in known])
    lower, upper = usual.bounds(threshold)
    found = [
        Outlier(at, number, score, abs(number - usual.median))
        for at, number in known
        if (score := usual.modified_z(number)) is not None and abs(score) > threshold
    ]
    return Verdict(usual.median, usual.deviation, lower, upper, tuple(found))


def by_z(numbers: Sequence[float | None], threshold: float = Z_THRESHOLD) -> Verdict:
    """The numbers further from the mean than so many standard deviations of the population (divided by n, as DHIS2).

    `centre` is the mean, `spread` the standard deviation. ValueError for no numbers.
    """
    known = _known(numbers)
    if not known:
        raise ValueError("there is no mean of no numbers")
    mean = math.fsum(number for _, number in known) / len(known)
    deviation = math.sqrt(math.fsum((number - mean) ** 2 for _, number in known) / len(known))
    found = [
        Outlier(at, number, (number - mean) / deviation, abs(number - mean))
        for at, number in known
        if deviation and abs(number - mean) / deviation > threshold
    ]
    return Verdict(mean, deviation, mean - threshold * deviation, mean + threshold * deviation, tuple(found))


def by_min_max(numbers: Sequence[float | None], lower: float, upper: float) -> Verdict:
    """The numbers below or above a range that somebody set; one on a bound is within. ValueError for an empty range."""
    if lower > upper:
        raise ValueError("a range does not end before it begins")
    found = [
        Outlier(at, number, None, lower - number if number < lower else number - upper)
        for at, number in _known(numbers)
        if not lower <= number <= upper
    ]
    return Verdict(None, None, lower, upper, tuple(found))


def by_generalised_esd(numbers: Sequence[float | None], most: int, alpha: float = 0.05) -> SuccessiveVerdict:
    """Up to `most` outliers among numbers that are otherwise normally distributed (Rosner 1983; good from 25 numbers).

    Each step takes out the number furthest from the mean of those left, in their sample standard deviations; as many
    are outliers as the last step at which that is above the critical value. Stops when those left are equal or fewer
    than three. ValueError unless most >= 1 and 0 < alpha < 1.
    """
    if most < 1 or not 0 < alpha < 1:
        raise ValueError("the test looks for one outlier or more, at a level between 0 and 1")
    from scipy.special import stdtrit  # only here: scipy takes long to load

    left, n = _known(numbers), sum(number is not None for number in numbers)
    steps: list[Step] = []
    found = 0
    for i in range(1, most + 1):
        if len(left) < 3:
            break
        mean = math.fsum(number for _, number in left) / len(left)
        deviation = math.sqrt(math.fsum((number - mean) ** 2 for _, number in left) / (len(left) - 1))
        if not deviation:
            break
        furthest = max(left, key=lambda one: abs(one[1] - mean))
        statistic = abs(furthest[1] - mean) / deviation
        freedom = n - i - 1
        t = float(stdtrit(freedom, 1 - alpha / (2 * (n - i + 1))))
        critical = (n - i) * t / math.sqrt((freedom + t * t) * (n - i + 1))
        steps.append(Step(furthest[0], furthest[1], statistic, critical))
        if statistic > critical:
            found = i
        left.remove(furthest)
    return SuccessiveVerdict(tuple(steps), found)


def consistency_over_time(
    current: float | None, before: Sequence[float | None], tolerance: float = OVER_TIME
) -> Consistency | None:
    """A year's figure over the mean of the (three) years before; flagged when off by more than the tolerance.

    None where the figure or one of the years is missing, there are none, or their mean is 0.
    """
    known = [number for number in before if number is not None]
    if current is None or not known or len(known) < len(before):
        return None
    mean = math.fsum(known) / len(known)
    return _consistency(current, mean, "equal", tolerance)


def consistency_between(
    one: float | None,
    other: float | None,
    relation: Literal["equal", "at_least", "at_most"] = "equal",
    tolerance: float = BETWEEN,
) -> Consistency | None:
    """A figure over another to which it is bound: both the same (1 +/- tolerance), or one not below or above the other.

    None where one is missing or the other is 0.
    """
    return None if one is None or other is None else _consistency(one, other, relation, tolerance)


def _consistency(one: float, other: float, relation: str, tolerance: float) -> Consistency | None:
    if not other:
        return None
    ratio = one / other
    # A ratio on the bound is within it, whatever the last bit of the division says.
    reach = tolerance + 1e-12
    below, above = ratio < 1 - reach, ratio > 1 + reach
    return Consistency(ratio, below if relation == "at_least" else above if relation == "at_most" else below or above)


def completeness(numbers: Sequence[float | None], expected: int | None = None) -> Share:
    """How many figures came of those expected (all positions, unless a number is given)."""
    return Share(sum(number is not None for number in numbers), len(numbers) if expected is None else expected)


def timeliness(days_late: Sequence[float | None]) -> Share:
    """How many reports came in time (0 days late or fewer) of all expected; None: did not come, which is not in time."""
    return Share(sum(days is not None and days <= 0 for days in days_late), len(days_late))


def repetitions(numbers: Sequence[float | None], at_least: int = 3) -> list[Repetition]:
    """The same number, zero included, in so many periods in a row or more; a missing one breaks the row.

    ValueError unless at_least >= 2.
    """
    if at_least < 2:
        raise ValueError("a repetition is of two or more")
    found: list[Repetition] = []
    start = 0
    for at in range(1, len(numbers) + 1):
        if at < len(numbers) and numbers[at] == numbers[start]:
            continue
        value = numbers[start]
        if value is not None and at - start >= at_least:
            found.append(Repetition(start, at - start, value))
        start = at
    return found


def digit_heaping(numbers: Sequence[float | None], at_least: int = HEAPING_NUMBERS) -> Heaping | None:
    """Whether people round: the last digits of the whole numbers of two digits or more.

    None with fewer than `at_least` of these: ten digits need some numbers each.
    """
    last = [int(abs(number)) % 10 for _, number in _known(numbers) if number == int(number) and abs(number) >= 10]
    if len(last) < max(at_least, 1):
        return None
    digits = tuple(last.count(digit) for digit in range(10))
    usual = len(last) / 10
    square = math.fsum((count - usual) ** 2 / usual for count in digits)
    return Heaping(
        digits,
        500 * (digits[0] + digits[5]) / len(last),
        math.fsum(abs(count - usual) for count in digits) / 2 / len(last),
        gamma_share(9 / 2, square / 2)[1],
    )
