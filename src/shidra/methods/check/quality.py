"""Cases of data quality: outliers by modified z, z, min-max and generalised ESD."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from shidra.methods.check.comparing import Case, Method, differences
from shidra.methods.quality import (
    IGLEWICZ_HOAGLIN,
    Z_THRESHOLD,
    Verdict,
    by_generalised_esd,
    by_min_max,
    by_modified_z,
    by_z,
)

Numbers = Sequence[float | None]


def _is_numbers(expected: Any) -> bool:
    return (
        isinstance(expected, Sequence)
        and not isinstance(expected, str)
        and not any(isinstance(one, Mapping) for one in expected)
    )


def _compare(case: Case, got: Mapping[str, Any]) -> list[str]:
    """Lists of flagged numbers are compared without regard to their order; all else as it stands."""
    expected = case["expected"]
    one_by_one = {"statistic", "critical"}
    loose = [name for name in expected if _is_numbers(expected[name]) and name not in one_by_one]
    got = {name: sorted(value) if name in loose else value for name, value in got.items()}
    expected = {name: sorted(value) if name in loose else value for name, value in expected.items()}
    return differences("", got, expected, case["tolerance"])


def _first(given: Any, expected: Any) -> int:
    """From what a case counts positions: from 1, unless its own pairs of position and value fit only a count from 0."""
    numbers = given["values"] if isinstance(given, Mapping) else given
    named = [one for one in (expected or {}).get("outliers", ()) if isinstance(one, Mapping) and "index" in one]

    def fits(first: int) -> bool:
        at = dict(enumerate(numbers, first))
        return all(one["index"] in at and at[one["index"]] == one.get("value") for one in named)

    return 0 if fits(0) and not fits(1) else 1


def _described(verdict: Verdict, first: int) -> dict[str, Any]:
    """All that a case may ask of a series; positions are counted from `first`."""
    return {
        "n_outliers": len(verdict.outliers),
        "outliers": [
            {
                "index": one.at + first,
                "value": one.value,
                "z": None if one.score is None else abs(one.score),
                "abs_dev": one.distance,
            }
            for one in verdict.outliers
        ],
        "mean": verdict.centre,
        "median": verdict.centre,
        "sd": verdict.spread,
        "mad": verdict.spread,
        "lower": verdict.lower,
        "upper": verdict.upper,
    }


def _outliers(verdict_of: Callable[[Numbers, Mapping[str, Any], Mapping[str, Any]], Verdict]) -> Method:
    """A case of one series (a list, or values with their range), or of several by name."""

    def verdict(case: Case, series: Any) -> Verdict:
        values = series["values"] if isinstance(series, Mapping) else series
        return verdict_of(values, series if isinstance(series, Mapping) else {}, case["parameters"])

    def run(case: Case, folder: Path) -> list[str]:
        given, expected = case["input"], case["expected"]
        if isinstance(given, Mapping) and "values" not in given:
            verdicts = {name: verdict(case, series) for name, series in given.items()}
            got: dict[str, Any] = {
                name: [one.value for one in found.outliers]
                if _is_numbers(expected.get(name))
                else _described(found, _first(given[name], expected.get(name)))
                for name, found in verdicts.items()
            }
            return _compare(case, {"n_outliers": sum(len(found.outliers) for found in verdicts.values()), **got})
        found = verdict(case, given)
        got = _described(found, _first(given, expected))
        if _is_numbers(expected.get("outliers")):
            got["outliers"] = [one.value for one in found.outliers]
        return _compare(case, got)

    return run


def _generalised_esd(case: Case, folder: Path) -> list[str]:
    asked = case["parameters"]
    found = by_generalised_esd(case["input"], asked["max_outliers"], asked.get("alpha", 0.05))
    got = {
        "n_outliers": found.found,
        "outliers": [step.value for step in found.outliers],
        "statistic": [step.statistic for step in found.steps],
        "critical": [step.critical for step in found.steps],
    }
    return _compare(case, got)


def _bound(series: Mapping[str, Any], asked: Mapping[str, Any], name: str, open_end: float) -> float:
    """An end of the range: the series' own, else the case's; a range without it is open there."""
    bound = series.get(name, asked.get(name))
    return open_end if bound is None else bound


METHODS: Mapping[str, Method] = {
    "quality.outlier.modified_z": _outliers(
        lambda numbers, _, asked: by_modified_z(numbers, asked.get("threshold", IGLEWICZ_HOAGLIN))
    ),
    "quality.outlier.z": _outliers(lambda numbers, _, asked: by_z(numbers, asked.get("threshold", Z_THRESHOLD))),
    "quality.outlier.min_max": _outliers(
        lambda numbers, series, asked: by_min_max(
            numbers, _bound(series, asked, "min", -math.inf), _bound(series, asked, "max", math.inf)
        )
    ),
    "quality.outlier.generalised_esd": _generalised_esd,
}
