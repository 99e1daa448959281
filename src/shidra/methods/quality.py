"""Does a number look like what came before it? Methods that flag a value for a question; none changes it.

Sources: Iglewicz and Hoaglin, How to Detect and Handle Outliers (ASQC, 1993), for the modified z-score; WHO Data
Quality Review (2017), module 2, for outliers, min-max and consistency over time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# The 0.75 quantile of the standard normal: makes the median absolute deviation comparable to a standard deviation.
CONSISTENCY = 0.6745
IGLEWICZ_HOAGLIN = 3.5


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


def outliers(numbers: Sequence[float], threshold: float = IGLEWICZ_HOAGLIN) -> list[int]:
    """The positions of the numbers whose modified z-score, among all of them, is beyond the threshold.

    None of them where the median absolute deviation is 0: the method gives no verdict there. ValueError for no numbers.
    """
    found = spread(numbers)
    scores = [found.modified_z(number) for number in numbers]
    return [at for at, score in enumerate(scores) if score is not None and abs(score) > threshold]
