"""Forecasts without smoothing: last value, drift, mean, and the same season a year before; for many series at once.

Formulas as in Hyndman and Athanasopoulos, Forecasting: Principles and Practice (3rd ed., 5.2 and 5.5), and R's forecast:
s = sqrt(sum of e^2 / (residuals - parameters)); standard errors h periods ahead of T points are s sqrt(h) for the last
value, s sqrt(h (1 + h/(T-1))) for drift, s sqrt(1 + 1/T) for the mean (limits by Student's t with T-1 degrees of freedom,
all others normal), s sqrt(k+1) for the season, k the whole seasons before the period.

Arrays are (series, periods); nan stands for no value. Over a gap of k periods a random walk moves by k drifts with k
times the variance, so a change over a gap counts as one residual of (change - k drift) / sqrt(k).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def random_walk(series: Array, horizon: int, *, drift: bool) -> tuple[Array, Array]:
    """Last value, or last value with drift: points and standard errors, each (series, horizon).

    Every series begins and ends with a value. Standard errors are nan where there are too few changes to tell.
    """
    known = np.isfinite(series)
    if not known[:, [0, -1]].all():
        raise ValueError("a series must begin and end with a value")
    size, periods = series.shape
    slope = (series[:, -1] - series[:, 0]) / max(periods - 1, 1) if drift else np.zeros(size)
    squares, changes = np.zeros(size), np.zeros(size)
    last, since = series[:, 0].copy(), np.ones(size)
    for at in range(1, periods):
        now = known[:, at]
        change = np.where(now, series[:, at] - last - since * slope, 0.0)
        squares += change**2 / since
        changes += now
        last, since = np.where(now, series[:, at], last), np.where(now, 1.0, since + 1)
    steps = np.arange(1, horizon + 1)
    point = series[:, -1:] + slope[:, None] * steps
    growth = steps * (1 + steps / max(periods - 1, 1)) if drift else steps.astype(float)
    return point, _spread(squares, changes, int(drift))[:, None] * np.sqrt(growth)


def mean(series: Array, horizon: int) -> tuple[Array, Array, Array]:
    """Mean of all values: points and standard errors, each (series, horizon), and degrees of freedom of the latter."""
    known = np.isfinite(series)
    n = known.sum(axis=1).astype(float)
    middle = np.where(known, series, 0.0).sum(axis=1) / n
    squares = np.where(known, series - middle[:, None], 0.0) ** 2
    error = _spread(squares.sum(axis=1), n, 1) * np.sqrt(1 + 1 / n)
    flat = np.ones(horizon)
    return middle[:, None] * flat, error[:, None] * flat, n - 1


def seasonal(series: Array, horizon: int, period: int) -> tuple[Array, Array]:
    """The value of the same season a year before: points and standard errors, each (series, horizon).

    `period` is the number of seasons. A season without a value takes that of the year before it; ValueError when there
    is no full year.
    """
    if period < 1 or series.shape[1] < period:
        raise ValueError("a full year is needed")
    known = np.isfinite(series)
    changes = np.where(known[:, period:] & known[:, :-period], series[:, period:] - series[:, :-period], np.nan)
    usable = np.isfinite(changes)
    s = _spread((np.where(usable, changes, 0.0) ** 2).sum(axis=1), usable.sum(axis=1).astype(float), 0)
    year = series[:, -period:].copy()
    for back in range(2, -(-series.shape[1] // period) + 1):
        before = series[:, max(-back * period, -series.shape[1]) : -(back - 1) * period]
        tail = year[:, period - before.shape[1] :]
        tail[...] = np.where(np.isfinite(tail), tail, before)
    steps = np.arange(horizon)
    return year[:, steps % period], s[:, None] * np.sqrt(steps // period + 1)


def _spread(squares: Array, residuals: Array, parameters: int) -> Array:
    free = residuals - parameters
    return np.where(free > 0, np.sqrt(squares / np.where(free > 0, free, 1.0)), np.nan)
