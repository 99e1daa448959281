"""Is a measure on its way to its target? The change so far against the change required.

Two methods, and a page says which: growth rates, as statistical offices publish progress on the Sustainable Development
Goals (`growth_progress`), and straight lines, for shares near 100%, small counts and values that are not all positive
(`linear_progress`; `preferred_method` tells). `verdict` is the plain answer from few points with dates.

Source of the growth method, its thresholds and scores: Statistics Canada, Canadian Indicator Framework, and Open SDG 2.4
(automatic progress measures), after Eurostat, Sustainable development in the European Union, annex on the assessment of
trends.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Verdict = Literal["reached", "on_course", "watch", "off_course", "no_verdict"]
Trend = Literal["rising", "falling", "level", "unknown"]
Turn = Literal["improving", "worsening", "unchanged", "unknown"]

# The share of the required pace that is still "on course", and that is still "watch": the thresholds of Open SDG after
# Eurostat (95% and 60%), here on a straight line, because a growth rate needs positive ratio data.
ON_COURSE, WATCH = Decimal("0.95"), Decimal("0.60")


def verdict(points: Sequence[tuple[date, Decimal]], target_on: date, target: Decimal, direction: str) -> Verdict:
    """How the last point stands against a dated target.

    `points` are (last day of the period, value), oldest first; `direction` is `up`, `down`, `range` or `neutral`.
    The required change a day is (target - first) / (target_on - first day). A measure that is at or past its target
    is `reached` (for `range` and `neutral` "past" has no meaning: only equality counts). With fewer than two points, or
    a first point that already is at the target or not before it in time, there is no verdict.
    """
    if not points:
        return "no_verdict"
    last_on, last = points[-1]
    if last == target or (direction == "up" and last > target) or (direction == "down" and last < target):
        return "reached"
    first_on, first = points[0]
    days, left = (last_on - first_on).days, (target_on - first_on).days
    if len(points) < 2 or days <= 0 or left <= 0 or first == target:
        return "no_verdict"
    if (direction == "up" and first > target) or (direction == "down" and first < target):
        return "off_course"  # it was past its target and fell back
    if last_on >= target_on:
        return "off_course"  # the day has come and the target is not reached
    share = ((last - first) / days) / ((target - first) / left)
    if share >= ON_COURSE:
        return "on_course"
    return "watch" if share >= WATCH else "off_course"


def trend(before: Decimal | None, now: Decimal | None, decimals: int) -> Trend:
    """Whether the value rises, as it is shown: rounded to `decimals`, so that no arrow stands beside two equal
    numbers.
    """
    if before is None or now is None:
        return "unknown"
    step = Decimal(1).scaleb(-decimals)
    first, second = before.quantize(step, ROUND_HALF_UP), now.quantize(step, ROUND_HALF_UP)
    return "level" if first == second else "rising" if second > first else "falling"


def turn(
    before: Decimal | None,
    now: Decimal | None,
    decimals: int,
    direction: str,
    low: Decimal | None = None,
    high: Decimal | None = None,
) -> Turn:
    """Whether that is for the better; for `range`, whether it comes closer to the range (inside it all is equal)."""
    way = trend(before, now, decimals)
    if before is None or now is None or way == "unknown" or direction not in ("up", "down", "range"):
        return "unknown"
    if way == "level":
        return "unchanged"
    if direction == "range":
        gaps = [
            low - value
            if low is not None and value < low
            else value - high
            if high is not None and value > high
            else Decimal(0)
            for value in (before, now)
        ]
        return "unchanged" if gaps[0] == gaps[1] else "improving" if gaps[1] < gaps[0] else "worsening"
    return "improving" if (way == "rising") == (direction == "up") else "worsening"


Direction = Literal["increase", "decrease"]
Status = Literal[
    "target_achieved",
    "substantial_progress",
    "moderate_progress",
    "limited_progress",
    "deterioration",
    "no_detectable_change",
    "not_available",
]
ProgressMethod = Literal["growth", "linear"]

BASE_YEAR, TARGET_YEAR = 2015, 2030
# From which share of the required pace, and from which growth a year where there is no target, progress is substantial,
# moderate and limited.
OF_REQUIRED, A_YEAR = (0.95, 0.60, 0.0), (0.015, 0.005, 0.0)
AGGREGATE = (2.5, 0.0, -2.5)
INSTEAD_OF_ZERO = 0.001  # a growth rate has no zero to start from or to reach
_NEAR_LIMIT = 4.44
_BANDS: tuple[Status, ...] = ("substantial_progress", "moderate_progress", "limited_progress")


@dataclass(frozen=True, slots=True)
class Course:
    """Where a series stood in its base year and where it stands now; None for a value that there is not.

    `natural_limit` is the value beyond which it cannot go in the wanted direction (100 for a percentage to increase);
    only used without a target. `change_interval`: lower and upper limit of current minus base, when that is known (see
    the interval of a difference); a change whose interval holds 0 gets no status.
    """

    base_value: float | None
    base_year: float
    current_value: float | None
    current_year: float
    direction: Direction
    target: float | None = None
    target_year: float = TARGET_YEAR
    natural_limit: float | None = None
    change_interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How a series does.

    `value` is the share of the required pace (1: exactly as required) or, without a target, growth a year in the wanted
    direction; `score` lies between -5 and 5. Both are None where they cannot be told. `zero_replaced` warns that a base or
    target of 0 was taken as 0.001, which makes the value extreme.
    """

    status: Status
    value: float | None
    score: float | None
    method: ProgressMethod
    zero_replaced: bool = False


def growth_progress(course: Course) -> Progress:
    """Progress by the compound annual growth rate, (current/base)^(1/years) - 1.

    With a target: growth over the growth that would reach the target in its year; substantial from 95%, moderate from
    60%, limited from 0, else deterioration. Without: growth from 1.5%, 0.5% and 0 a year, the thresholds lowered near a
    natural limit by 1 - (base/limit)^4.44. A current value at or beyond its target has achieved it, whatever the trend.
    Not available: base and current (or target) of opposite sign, or less than a year between them.
    """
    base, current, target = course.base_value, course.current_value, course.target
    replaced = target == 0 or base == 0
    if target == 0:
        target = INSTEAD_OF_ZERO
    if base is None or current is None:
        return Progress("not_available", None, None, "growth")
    way = 1 if course.direction == "increase" else -1
    sign = -1 if base < 0 else 1
    coefficient = 1.0 if target is not None else _nearness(base, course.natural_limit)
    base = base or INSTEAD_OF_ZERO
    years = course.current_year - course.base_year
    value = None
    if years >= 1 and base * current >= 0:
        value = sign * way * _growth(base, current, years)
        if target is not None:
            value = _ratio(value, _required(base, target, course.target_year - course.base_year))
    status, score = _judged(course, target, value, coefficient)
    return Progress(status, value if value is not None and math.isfinite(value) else None, score, "growth", replaced)


def linear_progress(course: Course) -> Progress:
    """Progress by straight lines: change a year over the change a year that would reach the target in its year.

    Thresholds and scores as for growth. Needs a target; a base of 0 or less is nothing special.
    """
    base, current, target = course.base_value, course.current_value, course.target
    if base is None or current is None or target is None:
        return Progress("not_available", None, None, "linear")
    years, left = course.current_year - course.base_year, course.target_year - course.base_year
    value = None
    if years >= 1 and left > 0:
        way = 1 if course.direction == "increase" else -1
        value = _ratio(way * (current - base) / years, abs(target - base) / left)
    status, score = _judged(course, target, value, 1.0)
    return Progress(status, value if value is not None and math.isfinite(value) else None, score, "linear")


def preferred_method(course: Course, *, whole: float | None = None, is_count: bool = False) -> ProgressMethod:
    """Which method suits: linear where a growth rate misleads, provided that there is a target to draw a line to.

    Growth misleads for values that are not all above 0, for a share whose base or target is within a tenth of the `whole`
    (1 or 100), and for counts below 20.
    """
    values = [value for value in (course.base_value, course.current_value, course.target) if value is not None]
    near = whole is not None and any(
        value is not None and value >= 0.9 * whole for value in (course.base_value, course.target)
    )
    small = is_count and any(value < 20 for value in values)
    linear = course.target is not None and (near or small or any(value <= 0 for value in values))
    return "linear" if linear else "growth"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """How several series do together: the mean of the scores of the `counted` ones that have a score."""

    status: Status
    score: float | None
    counted: int


def aggregate(several: Sequence[Progress]) -> Aggregate:
    """Mean score: substantial from 2.5, moderate from 0, limited from -2.5; achieved only if every scored series is."""
    scored = [one for one in several if one.score is not None]
    if not scored:
        level = several and all(one.status == "no_detectable_change" for one in several)
        return Aggregate("no_detectable_change" if level else "not_available", None, 0)
    score = math.fsum(one.score for one in scored if one.score is not None) / len(scored)
    achieved = all(one.status == "target_achieved" for one in scored)
    return Aggregate("target_achieved" if achieved else _band(score, AGGREGATE), score, len(scored))


def base_and_current(
    points: Sequence[tuple[str | float, float | None]], base_year: float = BASE_YEAR
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """The (year, value) to start from, of the base year or the next later one that has a value, and the last one.

    A period of several years ("2015/16", "2014-2016") counts as its first. None without a value from the base year on.
    """
    known = sorted((year_of(year), value) for year, value in points if value is not None)
    since = [point for point in known if point[0] >= base_year]
    return (since[0], since[-1]) if since else None


def year_of(period: str | float) -> float:
    """The (first) year of a period; ValueError when it names none."""
    if isinstance(period, int | float):
        return period
    found = re.search(r"\d{4}", period)
    if found is None:
        raise ValueError(f"{period!r} names no year")
    return int(found[0])


def just_right_ratio(value: float) -> float:
    """A ratio that should be 1, as one to decrease to 1: max(y, 1/y). ValueError when it is not above 0."""
    if value <= 0:
        raise ValueError("a ratio must be above 0")
    return max(value, 1 / value)


def just_right_share(value: float, middle: float = 50.0) -> float:
    """A share that should be `middle`, as one to decrease to it: 50 + |y - 50|."""
    return middle + abs(value - middle)


def _growth(base: float, value: float, years: float) -> float:
    return math.pow(value / base, 1 / years) - 1


def _required(base: float, target: float, years: float) -> float | None:
    """The pace a target requires; None when it lies across zero or its year is the base year."""
    return abs(_growth(base, target, years)) if years and base * target > 0 else None


def _ratio(pace: float, required: float | None) -> float | None:
    """What of the required pace is kept; infinite where none was required, None where there is nothing to compare."""
    if required is None or (required == 0 and pace == 0):
        return None
    return pace / required if required else math.copysign(math.inf, pace)


def _nearness(base: float, limit: float | None) -> float:
    """By how much the thresholds of growth are lowered near a natural limit: 1 far from it, 0 at it."""
    if limit is None or abs(base) >= 2 * abs(limit):
        return 1.0
    away, most = abs(base), abs(limit)
    return 1 - math.pow((away if away <= most else 2 * most - away) / most, _NEAR_LIMIT)


def _judged(
    course: Course, target: float | None, value: float | None, coefficient: float
) -> tuple[Status, float | None]:
    current = course.current_value
    if (
        target is not None
        and current is not None
        and (current >= target if course.direction == "increase" else current <= target)
    ):
        return "target_achieved", 5.0
    if value is None:
        return "not_available", None
    if course.change_interval is not None and course.change_interval[0] <= 0 <= course.change_interval[1]:
        return "no_detectable_change", None
    if target is not None:
        score = min(7.1429 * value - 4.2857, 5.0) if value >= OF_REQUIRED[1] else max(4.1667 * value - 2.5, -5.0)
        return _band(value, OF_REQUIRED), score
    thresholds = tuple(threshold * coefficient for threshold in A_YEAR)
    status = _band(value, thresholds)
    if value < 0:
        return status, max(125 * value - 2.5, -5.0)
    if coefficient == 0:
        return status, 5.0  # it was at its limit, and is still
    pace = value / coefficient
    scores = {
        "substantial_progress": min(500 * pace - 5, 5.0),
        "moderate_progress": 250 * pace - 1.25,
        "limited_progress": 500 * pace - 2.5,
    }
    return status, scores[status]


def _band(value: float, thresholds: Sequence[float]) -> Status:
    """The band of a value, of thresholds for substantial, moderate and limited."""
    return next((band for band, least in zip(_BANDS, thresholds, strict=True) if value >= least), "deterioration")
