"""Cases of forecasts: given weights and estimated ones, limits of any confidence, and how near forecasts of a table come."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shidra.methods.check.comparing import Case, Method, differences
from shidra.methods.forecasting import simple, smoothing
from shidra.methods.forecasting.accuracy import mase, smape
from shidra.methods.forecasting.default import Options, forecast_many

Array = NDArray[np.float64]


def _series(case: Case) -> tuple[Array, int, int]:
    """The series as one row, the horizon, and how many periods without a value stand at its end."""
    row = np.array([np.nan if value is None else value for value in case["input"]["series"]], dtype=float)
    known = np.flatnonzero(np.isfinite(row))
    silent = len(row) - 1 - int(known[-1])
    return row[None, known[0] : known[-1] + 1], int(case["input"]["horizon"]), silent


def _told(
    point: Array, error: Array, silent: int, wanted: Mapping[str, Any], free: float | None = None
) -> dict[str, Any]:
    """Mean and the limits that the case wants ("lower95", "upper99.9"); `free` degrees of freedom for Student's t."""
    told: dict[str, Any] = {"mean": point[0, silent:].tolist()}
    for key in wanted:
        if found := re.fullmatch(r"(lower|upper)_?(\d+(?:[._]\d+)?)", key):
            share = (1 + float(found[2].replace("_", ".")) / 100) / 2
            z = NormalDist().inv_cdf(share) if free is None else _student(share, free)
            limit = point[0, silent:] + (z if found[1] == "upper" else -z) * error[0, silent:]
            told[key] = [None if value != value else value for value in limit.tolist()]
    return told


def _student(share: float, free: float) -> float:
    from scipy.special import stdtrit  # only the mean method needs it

    return float(stdtrit(free, share))


def _differences(told: Mapping[str, Any], case: Case) -> list[str]:
    """Mean, limits and weights have tolerances of their own (mean_rel, limits_rel, alpha_abs) or one for all."""
    problems = []
    for key, expected in case["expected"].items():
        group = "mean" if key == "mean" else "limits" if key.startswith(("lower", "upper")) else key
        given = case["tolerance"]
        tolerance = {
            kind: given.get(f"{group}_{kind}", given.get(kind, 0))
            for kind in ("rel", "abs")
            if f"{group}_{kind}" in given or kind in given
        }
        problems += differences("", told, {key: expected}, tolerance)
    return problems


def _smoothing(case: Case, model: smoothing.Model) -> list[str]:
    series, horizon, silent = _series(case)
    given = case["parameters"]

    def number(*names: str) -> float | None:
        """The first of some names that the case gives a number for."""
        return next((float(given[name]) for name in names if _is_number(given.get(name))), None)

    alpha, phi = number("alpha", "smoothing_level"), number("phi", "damping", "damping_trend")
    if alpha is None:
        done = smoothing.fitted(series, model)
    else:
        # The weight of the trend: beta* in Holt's own equations; beta = alpha x beta* in the state space form, where it
        # cannot be above alpha.
        star, beta = number("beta_star", "smoothing_trend_star"), number("beta", "smoothing_trend")
        if star is None and beta is not None and beta > alpha:
            star = beta
        level, trend = number("initial_level", "l0", "level"), number("initial_trend", "b0", "trend")
        if level is None and model == "ses":
            level = number("initial")
        done = smoothing.smooth(
            series,
            model,
            alpha=alpha,
            beta=alpha * star if star is not None else beta or 0.0,
            phi=phi if phi is not None and model == "damped_trend" else 1.0,
            level=level,
            trend=trend,
            likeliest_start=bool(re.search("estimat|optim|likel", str(given.get("initial", "")))),
        )
    point, error = done.ahead(silent + horizon)
    told = _told(point, error, silent, case["expected"])
    weights = {
        "alpha": done.alpha,
        "beta": done.beta,
        "beta_star": done.beta / done.alpha,
        "phi": done.phi,
        "initial_level": done.first_level,
        "initial_trend": done.first_trend,
        "sse": done.sse,
    }
    return _differences({**told, **{name: float(value[0]) for name, value in weights.items()}}, case)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _theta(case: Case) -> list[str]:
    series, horizon, silent = _series(case)
    point, error = smoothing.theta_ahead(*smoothing.theta(series), series.shape[1], silent + horizon)
    return _differences(_told(point, error, silent, case["expected"]), case)


def _naive_drift(case: Case, folder: Path) -> list[str]:
    """One method (drift, unless the parameters name another), or several side by side."""
    expected = case["expected"]
    if not any(isinstance(value, Mapping) for value in expected.values()):
        return _differences(_simple(case, str(case["parameters"].get("method", "drift")), expected), case)
    problems = []
    for name, wanted in expected.items():
        part = {**case, "expected": wanted}
        problems += [f"{name}.{problem}" for problem in _differences(_simple(case, name, wanted), part)]
    return problems


def _simple(case: Case, name: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    series, horizon, silent = _series(case)
    ahead, name = silent + horizon, name.lower().replace(" ", "_")
    if "season" in name or name == "snaive":
        point, error = simple.seasonal(series, ahead, int(case["parameters"].get("period", 1)))
    elif "mean" in name:
        point, error, free = simple.mean(series, ahead)
        return _told(point, error, silent, wanted, float(free[0]))
    else:
        point, error = simple.random_walk(series, ahead, drift="drift" in name)
    return _told(point, error, silent, wanted)


def _seasonal_naive(case: Case, folder: Path) -> list[str]:
    return _differences(_simple(case, "seasonal_naive", case["expected"]), case)


def _metric(case: Case, folder: Path) -> list[str]:
    period = int(case["parameters"].get("period", 1))
    told = [
        {
            **row,
            "sMAPE": smape(row["actual"], row["forecast"]),
            "MASE": mase(row["history"], row["actual"], row["forecast"], period),
        }
        for row in case["input"]
    ]
    return differences("", told, case["expected"], case["tolerance"])


def _accuracy(case: Case, folder: Path) -> list[str]:
    """The default forecast over a table of series with what came after: inequalities on error and on limits."""
    table = read_table(folder / case["input"]["file"], str(case["input"].get("use", "")))
    wanted = case["expected"].get("acceptance", case["expected"])
    errors: list[float] = []
    scaled: list[float] = []
    inside: list[bool] = []
    for horizon in {len(actual) for _, actual in table}:
        for positive in (True, False):
            rows = [(h, a) for h, a in table if len(a) == horizon and (min(h) >= 0) == positive]
            if not rows:
                continue
            options = Options(kind="amount" if positive else "number", limit_horizon=False)
            for (history, actual), made in zip(
                rows, forecast_many([history for history, _ in rows], horizon, options), strict=True
            ):
                errors += [smape(actual, made.points) or 0.0]
                scaled += [value for value in [mase(history, actual, made.points)] if value is not None]
                for limits in made.limits:
                    if limits.confidence == 0.95:
                        inside += [
                            low <= a <= high for a, low, high in zip(actual, limits.lower, limits.upper, strict=True)
                        ]
    if not errors:
        return ["no series found in the table"]
    got_smape, got_mase = sum(errors) / len(errors), sum(scaled) / len(scaled) if scaled else None
    share = sum(inside) / len(inside) if inside else 0.0
    problems = []
    for key, bound in wanted.items():
        if not _is_number(bound):
            continue
        if "share" in key or "least" in key:
            if share < (bound / 100 if bound > 1 else bound):
                problems.append(f"{key}: {share} of the values are inside the limits, {bound} expected")
        else:
            got = got_mase if "mase" in key.lower() else got_smape
            if got is None or got > bound:
                problems.append(f"{key}: {got} is more than {bound}")
    return problems


_NOT_VALUES = re.compile(
    r"(n|h|nf|horizon|length|period|frequency|category|type|t|time|year|month|quarter|date|ds|index|step|order|start.*|"
    r"first.*|naive.*|single|holt|dampen|"
    r"theta|.*forecast.*)"
)
_ROLES = {
    "actual": "actual test future out hold xx valid after later target",
    "history": "history train in_sample in-sample insample fit past",
}


def read_table(path: Path, use: str) -> list[tuple[list[float], list[float]]]:
    """Series and what came after each, from a CSV of one of the usual shapes.

    A line a value (series, value, perhaps a role), a line a series and role, or a line a series with its values in a row
    or as lists in a cell. Roles are told by a column ("history", "actual") or by the names of columns; without them the
    last values are what came: as many as a column of horizons or `use` says, 6 when neither does, as in the yearly M3.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = [
            {(name or "").strip().lower(): value or "" for name, value in line.items() if isinstance(value, str)}
            for line in csv.DictReader(file)
        ]
    names = list(lines[0]) if lines else []
    series_name = next(
        (name for name in names if name in ("series", "id", "unique_id", "sn", "name")), names[0] if names else ""
    )
    role_name = next((name for name in names if any(_role(line[name]) for line in lines) and name != series_name), None)
    last = re.search(r"(?:last|final|horizon)\D{0,20}?(\d+)|(\d+)\D{0,12}?ahead", use.lower())
    series: dict[str, tuple[list[float], list[float], int]] = {}
    for at, line in enumerate(lines):
        horizon = next((line[name] for name in ("h", "nf", "horizon") if line.get(name)), None)
        ahead = int(float(horizon)) if horizon else int(last[1] or last[2]) if last else 6
        history, actual, _ = series.setdefault(line[series_name] if series_name else str(at), ([], [], ahead))
        for name in ["value"] if "value" in names else [n for n in names if n not in (series_name, role_name)]:
            role = _role(line[role_name]) if role_name else _role(name) or "history"
            if (
                role is None
                or (name != "value" and _NOT_VALUES.fullmatch(name))
                or re.search("[a-df-z]{2}", line[name].lower())
            ):
                continue
            numbers = [float(word) for word in re.findall(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?", line[name])]
            (actual if role == "actual" else history).extend(numbers)
    return [(h, a) if h and a else ((h or a)[:-ahead], (h or a)[-ahead:]) for h, a, ahead in series.values()]


def _role(word: str) -> str | None:
    """Whether a word says history or what came after."""
    told = word.strip().lower()
    return next((role for role, words in _ROLES.items() if any(told.startswith(one) for one in words.split())), None)


METHODS: Mapping[str, Method] = {
    "forecast.accuracy": _accuracy,
    "forecast.damped_trend": lambda case, folder: _smoothing(case, "damped_trend"),
    "forecast.holt": lambda case, folder: _smoothing(case, "holt"),
    "forecast.metric": _metric,
    "forecast.naive_drift": _naive_drift,
    "forecast.seasonal_naive": _seasonal_naive,
    "forecast.ses": lambda case, folder: _smoothing(case, "ses"),
    "forecast.theta": lambda case, folder: _theta(case),
}
