"""A forecast frozen at a date, and what came since held against it: has the curve turned?

After M. Friedman, Trying Hard Is Not Good Enough (2005) and the implementation guide of Results-Based Accountability: a
baseline is a history and where it is headed on the present course; success is to do better than that, also by slowing a
decline. A refit with each new value would move the baseline along, so that no curve would ever turn: the record is kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

from shidra.methods.forecasting.default import Forecast, Limits, Options, forecast

VERSION = 1
"""Of the methods here; raised when the same values and options would give another forecast."""

Verdict = Literal["better", "as_expected", "worse", "different", "too_early"]
Side = Literal["above", "inside", "below"]


@dataclass(frozen=True, slots=True)
class Baseline:
    """A frozen forecast, with all that is needed to say how it was made.

    `fingerprint` is of the periods and values it was made from: see `fingerprint`. `periods` names the periods forecast,
    an entry a point.
    """

    made_on: date
    periods: tuple[str, ...]
    fingerprint: str
    options: Options
    forecast: Forecast
    version: int = VERSION

    def record(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {**asdict(self), "made_on": self.made_on.isoformat()}

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Baseline:
        """Back from a record; KeyError or TypeError when it is not one."""
        told, options = dict(record["forecast"]), dict(record["options"])
        limits = tuple(
            Limits(one["confidence"], tuple(one["lower"]), tuple(one["upper"])) for one in told.pop("limits")
        )
        return cls(
            made_on=date.fromisoformat(record["made_on"]),
            periods=tuple(record["periods"]),
            fingerprint=record["fingerprint"],
            options=Options(**{**options, "confidence": tuple(options["confidence"])}),
            forecast=Forecast(
                **{**told, "points": tuple(told["points"]), "missing": tuple(told["missing"])}, limits=limits
            ),
            version=record["version"],
        )


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came since against a baseline.

    `sides`: of each period of the baseline the side of its widest limits on which the value lies, None without a value or
    limits. `away`: value minus point. `latest`: the index that decided, None when there is none yet.
    """

    verdict: Verdict
    latest: int | None
    sides: tuple[Side | None, ...] = field(default=())
    away: tuple[float | None, ...] = field(default=())


def fingerprint(periods: Sequence[str], values: Sequence[float | None]) -> str:
    """SHA-256 of periods and values: another one tells that the history was changed since. The same for 2 and 2.0."""
    pairs = [[period, None if value is None else float(value)] for period, value in zip(periods, values, strict=True)]
    return hashlib.sha256(json.dumps(pairs, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def freeze(
    history: Sequence[tuple[str, float | None]],
    ahead: Sequence[str],
    made_on: date,
    options: Options | None = None,
) -> Baseline:
    """Forecast the periods `ahead` from a history of (period, value), oldest first, and freeze it.

    It may reach less far than asked for (`Forecast.shortened`). ValueError as in `forecast_many`.
    """
    options = options or Options()
    periods, values = [period for period, _ in history], [value for _, value in history]
    made = forecast(values, len(ahead), options)
    return Baseline(made_on, tuple(ahead[: len(made.points)]), fingerprint(periods, values), options, made)


def judge(baseline: Baseline, actual: Sequence[float | None], direction: str, *, at_least: int = 2) -> Judgement:
    """Hold what came (a value a period of the baseline, None for none yet) against the baseline.

    The latest value decides: outside of the widest limits, it is `better` or `worse` by `direction` (`up`, `down`), or
    `different` where neither way is better. Inside them it is `as_expected` once there are `at_least` values, `too_early`
    before, and always without limits. ValueError for more values than periods.
    """
    points = baseline.forecast.points
    if len(actual) > len(points):
        raise ValueError("more values than periods")
    came = [float(value) if value is not None else None for value in actual]
    came += [None] * (len(points) - len(came))
    away = tuple(None if value is None else value - point for value, point in zip(came, points, strict=True))
    limits = max(baseline.forecast.limits, key=lambda one: one.confidence, default=None)
    there = [at for at, value in enumerate(came) if value is not None]
    if limits is None or not there:
        return Judgement("too_early", None, (None,) * len(points), away)
    sides: tuple[Side | None, ...] = tuple(
        None if value is None else "below" if value < low else "above" if value > high else "inside"
        for value, low, high in zip(came, limits.lower, limits.upper, strict=True)
    )
    latest = there[-1]
    if sides[latest] == "inside":
        return Judgement("as_expected" if len(there) >= at_least else "too_early", latest, sides, away)
    if direction not in ("up", "down"):
        return Judgement("different", latest, sides, away)
    return Judgement("better" if (sides[latest] == "above") == (direction == "up") else "worse", latest, sides, away)
