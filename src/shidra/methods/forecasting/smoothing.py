"""Exponential smoothing with additive errors, for many series at once: simple, Holt's trend, damped trend, and Theta.

The state space form (Hyndman, Koehler, Ord and Snyder, Forecasting with Exponential Smoothing, 2008, ch. 2, 5 and 6):

    y_t = l_(t-1) + phi b_(t-1) + e_t,   l_t = l_(t-1) + phi b_(t-1) + alpha e_t,   b_t = phi b_(t-1) + beta e_t

with beta = alpha x beta*. Simple smoothing has no b, Holt's trend phi = 1. A period without a value has no error to learn
from: the state moves on and the uncertainty grows, which is exact for these models.

Given the weights, the errors are linear in the first level and trend, so those come by least squares and only the
weights are searched: a grid, then smaller and smaller steps. Arrays are (series, periods); nan stands for no value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Model = Literal["ses", "holt", "damped_trend"]

# The ranges in which R's `ets` looks for the weights; a trend damped below 0.8 is hard to tell from none.
LEAST, MOST = 1e-4, 0.9999
DAMPING = (0.80, 0.98)
WEIGHTS: dict[Model, int] = {"ses": 1, "holt": 2, "damped_trend": 3}
STATES: dict[Model, int] = {"ses": 1, "holt": 2, "damped_trend": 2}
_AT_ONCE = 1 << 15  # numbers worked on at a time: what a processor's cache holds


@dataclass(frozen=True, slots=True)
class Smoothed:
    """A model laid through series: one entry a series in each array, states as they are after the last period.

    `sse` is the sum of squared one-step errors over the `n` values there are; `variance` that of the one-step error.
    """

    model: Model
    alpha: Array
    beta: Array
    phi: Array
    first_level: Array
    first_trend: Array
    level: Array
    trend: Array
    sse: Array
    n: Array
    variance: Array

    def ahead(self, horizon: int) -> tuple[Array, Array]:
        """Points and standard errors 1 to `horizon` periods ahead, each (series, horizon).

        Standard errors by the exact formula of the form (Hyndman et al. 2008, eq. 6.1), parameters taken as known.
        """
        steps = np.arange(1, horizon + 1)
        damped = np.cumsum(self.phi[:, None] ** steps, axis=1)
        point = self.level[:, None] + damped * self.trend[:, None]
        weights = self.alpha[:, None] + self.beta[:, None] * damped[:, :-1]
        grown = np.concatenate([np.ones((len(point), 1)), 1 + np.cumsum(weights**2, axis=1)], axis=1)
        return point, np.sqrt(self.variance[:, None] * grown)

    def aicc(self) -> Array:
        """Akaike's criterion corrected for few points; infinite where there are too few to estimate the model."""
        k = WEIGHTS[self.model] + STATES[self.model] + 1
        free = self.n - k - 1
        penalty = np.where(free > 0, 2 * k + 2 * k * (k + 1) / np.where(free > 0, free, 1), np.inf)
        return self.n * np.log(np.maximum(self.sse, np.finfo(float).tiny)) + penalty


def smooth(
    series: Array,
    model: Model,
    *,
    alpha: float,
    beta: float = 0.0,
    phi: float = 1.0,
    level: float | Array | None = None,
    trend: float | Array | None = None,
    likeliest_start: bool = False,
) -> Smoothed:
    """Lay a model with given weights through series (series, periods).

    The state before the first period is given, or what a person starts from by hand: the first value as level and the
    first change as trend; or the `likeliest_start`, by least squares. The variance is the mean of the squared errors (as
    R's forecast gives for given weights), with the likeliest start over points less states. ValueError when a series has
    no value, or weights lie outside of (0, 1].
    """
    if not 0 < alpha <= 1 or not 0 <= beta <= 1 or not 0 < phi <= 1:
        raise ValueError("weights must lie between 0 and 1")
    known, n = _counted(series)
    first, change = _by_hand(series, known)
    size = len(series)
    start = np.full(size, level) if level is not None else first
    slope = np.full(size, trend) if trend is not None else change if model != "ses" else np.zeros(size)
    weights = [np.full(size, weight) for weight in (alpha, beta if model != "ses" else 0.0, phi)]
    if not likeliest_start:
        return _run(series, known, model, weights, start, slope, n)
    shape = np.array([alpha, beta / alpha, phi])[: WEIGHTS[model], None, None]
    states = _least_squares(series - first[:, None], known, np.repeat(shape, size, axis=1), model)[1][:, :, 0]
    done = _run(series, known, model, weights, states[0] + first, states[1], n)
    return replace(done, variance=done.sse / np.maximum(n - STATES[model], 1))


def fitted(series: Array, model: Model) -> Smoothed:
    """Lay a model through series (series, periods) with weights and first state of greatest likelihood.

    The variance is the sum of squared errors over points less parameters, as R's `ets` has it. ValueError when a series
    has no more points than the model has parameters.
    """
    known, n = _counted(series)
    parameters = WEIGHTS[model] + STATES[model]
    if n.min() <= parameters:
        raise ValueError(f"{model} needs more than {parameters} points")
    weights = np.empty((3, len(series)))
    states = np.empty((2, len(series)))
    # On a common scale: from the first value, in units of the spread; so that sums of squares lose no digits.
    origin = series[np.arange(len(series)), known.argmax(axis=1)]
    spread = np.nanmax(np.abs(series - origin[:, None]), axis=1)
    unit = np.where(spread > 0, spread, 1.0)
    scaled = (series - origin[:, None]) / unit[:, None]
    for part in _parts(len(series), 24):
        weights[:, part], states[:, part] = _search(scaled[part], known[part], model)
    first = states[0] * unit + origin
    done = _run(series, known, model, list(weights), first, states[1] * unit, n)
    return replace(done, variance=done.sse / (n - parameters))


def theta(series: Array, ses: Smoothed | None = None) -> tuple[Smoothed, Array]:
    """The Theta method (Assimakopoulos and Nikolopoulos 2000) as simple smoothing with drift (Hyndman and Billah 2003).

    The smoothing of each series (`ses`, when it is there already), and its drift: half the least-squares slope over time.
    See `theta_ahead`.
    """
    known, n = _counted(series)
    at = np.where(known, np.arange(series.shape[1], dtype=float), 0.0)
    values = np.where(known, series, 0.0)
    middle, mean = at.sum(axis=1) / n, values.sum(axis=1) / n
    away = np.where(known, at - middle[:, None], 0.0)
    slope = (away * (values - mean[:, None])).sum(axis=1) / (away**2).sum(axis=1)
    return ses or fitted(series, "ses"), slope / 2


def theta_ahead(smoothed: Smoothed, drift: Array, periods: int, horizon: int) -> tuple[Array, Array]:
    """Points and standard errors of Theta 1 to `horizon` ahead of series of `periods`, each (series, horizon)."""
    point, error = smoothed.ahead(horizon)
    alpha = smoothed.alpha[:, None]
    return point + drift[:, None] * (np.arange(horizon) + (1 - (1 - alpha) ** periods) / alpha), error


def _counted(series: Array) -> tuple[NDArray[np.bool_], Array]:
    known = np.isfinite(series)
    n = known.sum(axis=1)
    if not len(series) or not n.all():
        raise ValueError("a series has no value")
    return known, n.astype(float)


def _by_hand(series: Array, known: NDArray[np.bool_]) -> tuple[Array, Array]:
    """First value, and the change a period from it to the next value (0 when there is none)."""
    rows = np.arange(len(series))
    at = known.argmax(axis=1)
    later = known.copy()
    later[rows, at] = False
    after = np.where(later.any(axis=1), later.argmax(axis=1), at)
    first = series[rows, at]
    return first, (series[rows, after] - first) / np.maximum(after - at, 1)


def _run(
    series: Array,
    known: NDArray[np.bool_],
    model: Model,
    weights: list[Array],
    level: Array,
    trend: Array,
    n: Array,
) -> Smoothed:
    alpha, beta, phi = weights
    now, slope, sse = level.copy(), trend.copy(), np.zeros(len(series))
    for at in range(series.shape[1]):
        expected = now + phi * slope
        error = np.where(known[:, at], series[:, at] - expected, 0.0)
        now, slope = expected + alpha * error, phi * slope + beta * error
        sse += error**2
    return Smoothed(model, alpha, beta, phi, level, trend, now, slope, sse, n, sse / n)


def _parts(size: int, candidates: int) -> list[slice]:
    step = max(1, _AT_ONCE // candidates)
    return [slice(at, min(at + step, size)) for at in range(0, size, step)]


def _search(series: Array, known: NDArray[np.bool_], model: Model) -> tuple[Array, Array]:
    """The weights (alpha, beta, phi) and the first state (level, trend) with the least squared error of each series."""
    free = WEIGHTS[model]
    low = np.array([LEAST, LEAST, DAMPING[0]])[:free]
    high = np.array([MOST, 1.0, DAMPING[1]])[:free]
    points = {1: (17,), 2: (13, 8), 3: (9, 6, 4)}[free]
    axes = [np.linspace(a, b, k) for a, b, k in zip(low, high, points, strict=True)]
    grid = np.array(list(product(*axes))).T  # (free, candidates)
    best, least = np.empty((free, len(series))), np.empty(len(series))
    for part in _parts(len(series), grid.shape[1]):
        errors = _least_squares(series[part], known[part], grid[:, None, :], model)[0]
        chosen = errors.argmin(axis=1)
        best[:, part], least[part] = grid[:, chosen], errors[np.arange(len(chosen)), chosen]
    # From there by steps along each axis, and once more the way that led on last (Hooke and Jeeves 1961).
    axis = np.concatenate([np.eye(free), -np.eye(free)], axis=1)
    step = np.repeat(((high - low) / (np.array(points) - 1))[:, None], len(series), axis=1) / 2
    way = np.zeros_like(best)
    rows = np.arange(len(series))
    for _ in range({1: 14, 2: 22, 3: 26}[free]):
        moves = np.concatenate([step[:, :, None] * axis[:, None, :], way[:, :, None]], axis=2)
        tried = np.clip(best[:, :, None] + moves, low[:, None, None], high[:, None, None])
        errors = _least_squares(series, known, tried, model)[0]
        chosen = errors.argmin(axis=1)
        better = errors[rows, chosen] < least
        found = tried[:, rows, chosen]
        way = np.where(better, way + found - best, 0.0)
        best = np.where(better, found, best)
        least = np.where(better, errors[rows, chosen], least)
        step = np.where(better, step, step / 2)
    states = _least_squares(series, known, best[:, :, None], model)[1][:, :, 0]
    alpha = best[0]
    beta = np.maximum(alpha * best[1], LEAST) if free > 1 else np.zeros_like(alpha)
    phi = best[2] if free > 2 else np.ones_like(alpha)
    return np.stack([alpha, beta, phi]), states


def _least_squares(series: Array, known: NDArray[np.bool_], weights: Array, model: Model) -> tuple[Array, Array]:
    """Least sum of squared errors (series, candidates), and the first states (2, series, candidates) that give it.

    `weights` is (weights, series or 1, candidates). The filter runs from a first state of nothing, and from a level and
    a trend of one over a series of nothing; the errors of any first state are a sum of these.
    """
    alpha = weights[0]
    trended = model != "ses"
    beta: Any = np.maximum(alpha * weights[1], LEAST) if trended else 0.0
    phi: Any = weights[2] if model == "damped_trend" else 1.0
    gaps = ~known
    shared = weights.shape[1] == 1 and not gaps.any()  # then the two other filters are the same for all series
    shape = (1, weights.shape[2]) if shared else (len(series), weights.shape[2])
    zero, one = np.zeros(shape), np.ones(shape)
    level, slope = np.zeros((len(series), weights.shape[2])), np.zeros((len(series), weights.shape[2]))
    units = [(one, zero), (zero, one)] if trended else [(one, zero)]
    own = np.zeros_like(level)
    with_own = [np.zeros_like(level) for _ in units]
    among = {(i, j): np.zeros(shape) for i in range(len(units)) for j in range(i, len(units))}
    for at in range(series.shape[1]):
        expected = level + phi * slope if trended else level
        error = series[:, at, None] - expected
        missing = gaps[:, at]
        if missing.any():
            error[missing] = 0.0
        level = expected + alpha * error
        if trended:
            slope = phi * slope + beta * error
        own += error * error
        moved = []
        for at_unit, (unit_level, unit_slope) in enumerate(units):
            passed = unit_level + phi * unit_slope if trended else unit_level
            effect = passed.copy()  # what one more in the first state lowers this error by
            if missing.any():
                effect[missing] = 0.0
            moved.append(effect)
            units[at_unit] = (passed - alpha * effect, phi * unit_slope - beta * effect if trended else zero)
        for i, effect in enumerate(moved):
            with_own[i] += error * effect
            for j in range(i, len(moved)):
                among[i, j] += effect * moved[j]
    if not trended:
        first = with_own[0] / among[0, 0]
        return np.maximum(own - first * with_own[0], 0.0), np.stack([first, np.zeros_like(first)])
    determinant = among[0, 0] * among[1, 1] - among[0, 1] ** 2
    safe = np.where(determinant > 1e-12 * among[0, 0] * among[1, 1], determinant, np.inf)
    first = (with_own[0] * among[1, 1] - with_own[1] * among[0, 1]) / safe
    second = (with_own[1] * among[0, 0] - with_own[0] * among[0, 1]) / safe
    sse = own - first * with_own[0] - second * with_own[1]
    return np.where(np.isinf(safe), np.inf, np.maximum(sse, 0.0)), np.stack([first, second])
