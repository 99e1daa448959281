"""How far forecasts were from what came: measures of Hyndman and Koehler (Int. J. Forecasting 2006;22:679-688)."""

from __future__ import annotations

from collections.abc import Sequence


def smape(actual: Sequence[float], forecast: Sequence[float]) -> float | None:
    """Symmetric mean absolute percentage error, 0 to 200: the mean of 200 |a - f| / (|a| + |f|).

    A point where both are 0 counts as exact. None without a point; ValueError when the lengths differ.
    """
    errors = [200 * abs(a - f) / (abs(a) + abs(f)) if a or f else 0.0 for a, f in zip(actual, forecast, strict=True)]
    return sum(errors) / len(errors) if errors else None


def mase(history: Sequence[float], actual: Sequence[float], forecast: Sequence[float], period: int = 1) -> float | None:
    """Mean absolute scaled error: mean |a - f| over the mean change between values `period` apart in the history.

    Below 1 the forecast was nearer than the last value (of that season) usually is to the next. None without a point,
    or where the history does not change.
    """
    changes = [abs(b - a) for a, b in zip(history, history[period:], strict=False)]
    errors = [abs(a - f) for a, f in zip(actual, forecast, strict=True)]
    scale = sum(changes) / len(changes) if changes else 0.0
    return sum(errors) / len(errors) / scale if errors and scale else None


def coverage(actual: Sequence[float], lower: Sequence[float], upper: Sequence[float]) -> float | None:
    """The share of actual values inside their limits (a value on a limit is inside); None without a point."""
    inside = [low <= a <= high for a, low, high in zip(actual, lower, upper, strict=True)]
    return sum(inside) / len(inside) if inside else None
