"""Is a measure on its way to its target? A plain answer from few points: the change so far against the change
required.
"""

from __future__ import annotations

from collections.abc import Sequence
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
