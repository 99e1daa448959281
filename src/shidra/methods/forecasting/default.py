"""The forecast of a measure on its present course: the method by the number of points, with calibrated limits.

- Under 5 points: the last value, no limits. 5 to 9: drift. 10 and more: the mean of ETS (simple smoothing, trend or damped
  trend, by AICc) and Theta, which do better together than each alone (Makridakis, Spiliotis and Assimakopoulos, The M4
  Competition, Int. J. Forecasting 2020;36:54-74).
- Seasons only with two full years, and where they show (as Theta in the M3 competition tests it): additive on the scale.
- A proportion is forecast on the logit scale and an amount on a log scale, so no point or limit leaves its range. On
  these no undamped trend is fitted: a straight line there would be a curve that bends ever more.
- At most half as many periods ahead as there are points.
- Limits of the textbook are too narrow, because they hold the method and its parameters for known: nominal 95% held 81%
  of the yearly M3 values. So the standard errors are widened, by a factor for the number of points and the periods ahead
  (`WIDENING`); of the values kept out when it was measured the 95% limits then held 96%.
- A missing period is left missing: the state moves on without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shidra.methods.forecasting import simple, smoothing

Array = NDArray[np.float64]
Kind = Literal["number", "amount", "proportion"]
Scale = Literal["identity", "log", "logit"]
Method = Literal["last_value", "drift", "ses", "holt", "damped_trend", "ets", "theta", "ets_theta"]

FEW, ENOUGH = 5, 10
_EDGE = 0.005
_SCALES: dict[Kind, Scale] = {"number": "identity", "amount": "log", "proportion": "logit"}
_MODELS: dict[Scale, tuple[smoothing.Model, ...]] = {
    "identity": ("ses", "holt", "damped_trend"),
    "log": ("ses", "damped_trend"),
    "logit": ("ses", "damped_trend"),
}

# By which the standard errors are widened: a + b x periods ahead, for 80% and for 95% limits, with under 10 points and with
# more. Measured as the share of what the limits must be so that they hold as often as they say, on the yearly series of
# the M1 and Tourism competitions and every other one of M3, cut to 5 and more points; checked on the rest of M3. The logit
# scale, for which there is no such collection, takes the wider factors.
WIDENING: dict[Scale, tuple[dict[float, tuple[float, float]], dict[float, tuple[float, float]]]] = {
    "identity": ({0.80: (1.10, 0.13), 0.95: (1.25, 0.25)}, {0.80: (1.00, 0.16), 0.95: (1.20, 0.23)}),
    "log": ({0.80: (1.05, 0.12), 0.95: (1.30, 0.20)}, {0.80: (0.85, 0.09), 0.95: (1.00, 0.10)}),
}
_MEASURED_AHEAD = 8  # the factor grows no further


@dataclass(frozen=True, slots=True)
class Limits:
    """The likely range: `confidence` of what comes should lie between `lower` and `upper`, an entry a period ahead."""

    confidence: float
    lower: tuple[float, ...]
    upper: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Forecast:
    """Points for the periods after the last one, with their limits.

    `limits` are empty where there are too few points, or where all have been equal so that nothing is known of how much
    the measure moves. `model` is what ETS chose. `n` counts the values, `missing` the indices of periods without one.
    `shortened` tells that fewer periods are given than were asked for. `calibrated`: limits are widened.
    """

    method: Method
    model: smoothing.Model | None
    scale: Scale
    seasonal: bool
    points: tuple[float, ...]
    limits: tuple[Limits, ...]
    calibrated: bool
    n: int
    missing: tuple[int, ...]
    shortened: bool


@dataclass(frozen=True, slots=True)
class Options:
    """How a measure is to be forecast.

    `kind`: `number` may be anything, `amount` is never below 0 (counts, rates), `proportion` lies between 0 and `whole`
    (1, or 100 for per cents). `period`: seasons a year, 1 for none. `method`: None takes the default of the number of
    points. `confidence`: of the limits, each between 0 and 1. `calibrated`: widen the limits; else those of the textbook.
    `limit_horizon`: at most half as many periods ahead as there are points.
    """

    kind: Kind = "number"
    whole: float = 1.0
    period: int = 1
    method: Method | None = None
    confidence: tuple[float, ...] = (0.80, 0.95)
    calibrated: bool = True
    limit_horizon: bool = True


def forecast(values: Sequence[float | None], horizon: int, options: Options | None = None) -> Forecast:
    """The forecast of one series; see `forecast_many`."""
    return forecast_many([values], horizon, options)[0]


def forecast_many(
    series: Sequence[Sequence[float | None]], horizon: int, options: Options | None = None
) -> list[Forecast]:
    """Forecasts of series of one kind, each by itself; together only because that is quick.

    `series`: a value a period, oldest first, None for a period without one. ValueError: a series without values, a value
    outside of its kind, a method that needs more points than there are, a horizon below 1.
    """
    options = options or Options()
    if horizon < 1 or options.whole <= 0 or options.period < 1:
        raise ValueError("horizon, whole and period must be positive")
    results: dict[int, Forecast] = {}
    alike: dict[tuple[int, int, int], list[int]] = {}
    rows: list[Array] = []
    for at, values in enumerate(series):
        row = np.array([np.nan if value is None else float(value) for value in values], dtype=float)
        known = np.flatnonzero(np.isfinite(row))
        if not len(known):
            raise ValueError("a series without values")
        if (options.kind != "number" and np.nanmin(row) < 0) or (
            options.kind == "proportion" and np.nanmax(row) > options.whole
        ):
            raise ValueError(f"a value is outside of the range of a {options.kind}")
        rows.append(row[known[0] : known[-1] + 1])
        alike.setdefault((len(rows[at]), len(known), len(row) - 1 - int(known[-1])), []).append(at)
    for (_, n, silent), members in alike.items():
        ahead = min(horizon, (n + 1) // 2) if options.limit_horizon else horizon
        for at, given in zip(
            members, _of_one_shape(np.stack([rows[at] for at in members]), n, silent, ahead, options), strict=True
        ):
            missing = tuple(index for index, value in enumerate(series[at]) if value is None or value != value)
            results[at] = replace(given, missing=missing, shortened=ahead < horizon)
    return [results[at] for at in range(len(series))]


def _of_one_shape(rows: Array, n: int, silent: int, horizon: int, options: Options) -> list[Forecast]:
    """Series with as many periods and values each; `silent` periods after the last value are stepped over."""
    mapping = _Mapping.of(rows, options)
    scale, y = mapping.scale, mapping.onto(rows)
    ahead = silent + horizon
    season, shift = np.zeros(len(y), dtype=bool), np.zeros((len(y), ahead))
    if options.period > 1 and rows.shape[1] >= 2 * options.period and n >= ENOUGH and options.method != "last_value":
        season, y, shift = _without_season(y, options.period, ahead)
    method: Method = options.method or ("last_value" if n < FEW else "drift" if n < ENOUGH else "ets_theta")
    point, error, models = _ahead(y, method, ahead, scale)
    if n < FEW or method == "last_value":
        error = np.full_like(error, np.nan)
    point, error = (point + shift)[:, silent:], error[:, silent:]
    told = np.asarray((error > 0).all(axis=1))  # false for nan
    error = np.where(told[:, None], error, 0.0)
    points = mapping.back(point)
    ranges = []
    for confidence in options.confidence:
        reach = NormalDist().inv_cdf((1 + confidence) / 2) * error
        if options.calibrated:
            reach = reach * widening(scale, n, ahead, confidence)[silent:]
        lower, upper = (mapping.back(point + side * reach).tolist() for side in (-1, 1))
        ranges.append((confidence, lower, upper))
    return [
        Forecast(
            method=method,
            model=models[at] if models is not None else None,
            scale=scale,
            seasonal=bool(season[at]),
            points=tuple(values),
            limits=tuple(Limits(confidence, tuple(lower[at]), tuple(upper[at])) for confidence, lower, upper in ranges)
            if told[at]
            else (),
            calibrated=options.calibrated,
            n=n,
            missing=(),
            shortened=False,
        )
        for at, values in enumerate(points.tolist())
    ]


def widening(scale: Scale, n: int, horizon: int, confidence: float) -> Array:
    """What standard errors 1 to `horizon` ahead of `n` points are multiplied by for limits of `confidence`."""
    table = WIDENING["log" if scale == "log" else "identity"][n >= ENOUGH]
    between = min(max((confidence - 0.80) / 0.15, 0.0), 1.0)
    start, growth = (a + between * (b - a) for a, b in zip(table[0.80], table[0.95], strict=True))
    return start + growth * np.minimum(np.arange(1, horizon + 1), _MEASURED_AHEAD)


def _ahead(y: Array, method: Method, horizon: int, scale: Scale) -> tuple[Array, Array, list[smoothing.Model] | None]:
    """Points and standard errors on the scale, and the models that ETS chose."""
    if method in ("last_value", "drift"):
        return *simple.random_walk(y, horizon, drift=method == "drift"), None
    if method == "theta":
        return *smoothing.theta_ahead(*smoothing.theta(y), y.shape[1], horizon), None
    if method in ("ses", "holt", "damped_trend"):
        return *smoothing.fitted(y, method).ahead(horizon), None
    known = int(np.isfinite(y[0]).sum())
    names = [name for name in _MODELS[scale] if known > smoothing.WEIGHTS[name] + smoothing.STATES[name] + 2]
    if not names:
        raise ValueError("ets needs more points")
    fits = [smoothing.fitted(y, name) for name in names]
    chosen = np.stack([fit.aicc() for fit in fits]).argmin(axis=0)
    every = [fit.ahead(horizon) for fit in fits]
    rows = np.arange(len(y))
    point, error = (np.stack([one[part] for one in every])[chosen, rows] for part in (0, 1))
    if method == "ets_theta":
        other, its_error = smoothing.theta_ahead(*smoothing.theta(y, fits[0]), y.shape[1], horizon)
        point, error = (point + other) / 2, (error + its_error) / 2
    return point, error, [names[at] for at in chosen]


@dataclass(frozen=True, slots=True)
class _Mapping:
    """Onto the scale on which a measure moves, and back.

    Log: of the value and half the mean change from one value to the next, so that zeros have a place on it and the unit
    does not matter. Logit: 0 and the whole have a place a little inside, half of what 100 people could show.
    """

    scale: Scale
    whole: float
    added: Array

    @classmethod
    def of(cls, rows: Array, options: Options) -> _Mapping:
        known = np.isfinite(rows[0])
        if known.all():
            changes = np.abs(np.diff(rows, axis=1)).mean(axis=1) if rows.shape[1] > 1 else np.zeros(len(rows))
        else:
            changes = np.array([np.abs(np.diff(row[np.isfinite(row)])).mean() for row in rows])
        return cls(_SCALES[options.kind], options.whole, np.where(changes > 0, changes / 2, 1.0)[:, None])

    def onto(self, values: Array) -> Array:
        if self.scale == "log":
            return np.log(values + self.added)
        if self.scale == "logit":
            share = np.clip(values / self.whole, _EDGE, 1 - _EDGE)
            return np.log(share / (1 - share))
        return values

    def back(self, values: Array) -> Array:
        if self.scale == "log":
            return np.maximum(np.exp(np.minimum(values, 700.0)) - self.added, 0.0)
        if self.scale == "logit":
            return self.whole / (1 + np.exp(np.clip(-values, -700.0, 700.0)))
        return values


def _without_season(y: Array, period: int, horizon: int) -> tuple[NDArray[np.bool_], Array, Array]:
    """Which series show seasons, the series without them, and the seasons of the periods ahead.

    Shown by the autocorrelation at one year (above its 90% limit after Bartlett, as for Theta in M3), here of the changes,
    since a trend would hide it; seasons by classical decomposition: mean distance of a season from the moving average over
    a year.
    """
    at = np.arange(y.shape[1])
    full = np.stack([np.interp(at, at[np.isfinite(row)], row[np.isfinite(row)]) for row in y])
    away = np.diff(full, axis=1)
    away -= away.mean(axis=1, keepdims=True)
    power = (away**2).sum(axis=1)
    moves = power > 1e-12 * (full**2).sum(axis=1)
    safe = np.where(moves, power, 1.0)
    r = np.stack([(away[:, k:] * away[:, :-k]).sum(axis=1) / safe for k in range(1, period + 1)])
    error = np.sqrt((1 + 2 * (r[:-1] ** 2).sum(axis=0)) / away.shape[1])
    shows = moves & (r[-1] > NormalDist().inv_cdf(0.95) * error)
    weights = np.ones(period) / period
    if period % 2 == 0:
        weights = np.concatenate([[0.5], np.ones(period - 1), [0.5]]) / period
    half = len(weights) // 2
    level = np.stack([np.convolve(row, weights, mode="valid") for row in full])
    distance = np.where(np.isfinite(y), y, np.nan)[:, half : half + level.shape[1]] - level
    indices = np.zeros((len(y), period))
    for one in range(period):
        mine = distance[:, (one - half) % period :: period]
        count = np.isfinite(mine).sum(axis=1)
        indices[:, one] = np.where(np.isfinite(mine), mine, 0.0).sum(axis=1) / np.maximum(count, 1)
    indices -= indices.mean(axis=1, keepdims=True)
    indices[~shows] = 0.0
    future = np.arange(y.shape[1], y.shape[1] + horizon) % period
    return shows, y - indices[:, at % period], indices[:, future]
