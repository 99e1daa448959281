"""Cases of intervals: proportions, counts, rates, differences of groups, standardised rates and ratios."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from shidra.methods.check.comparing import Case, Method, differences
from shidra.methods.intervals import NO_ESTIMATE, Estimate, Limits, Parts, byar, difference, proportion, rate
from shidra.methods.standardisation import FEWEST_EVENTS, ReferenceStratum, Stratum, direct, indirect

_LIMIT = re.compile(r"^(lower|upper)_?(\d+(?:[_.]\d+)?)?$")


def confidence_of(number: float) -> float:
    """A confidence as a share, given as a share or as a percentage."""
    return number / 100 if number > 1 else number


def limits_asked(
    expected: Mapping[str, Any], confidence: float, limits: Callable[[float], Limits | None]
) -> dict[str, float | None]:
    """The limits whose names are expected: lower and upper at the confidence given, lower95 at 0.95, upper99_8 at 0.998."""
    got: dict[str, float | None] = {}
    for name in expected:
        if found := _LIMIT.match(name):
            level = confidence if found[2] is None else float(found[2].replace("_", ".")) / 100
            both = limits(level)
            got[name] = None if both is None else both.lower if found[1] == "lower" else both.upper
    return got


def _confidence(case: Case, row: Mapping[str, Any]) -> float:
    return confidence_of(row.get("confidence", case["parameters"].get("confidence", 0.95)))


def _rows(got_of: Callable[[Case, Mapping[str, Any], Mapping[str, Any]], dict[str, Any]]) -> Method:
    """A case of which each row of the input has a row of what is expected."""

    def run(case: Case, folder: Path) -> list[str]:
        got = [
            {**row, **got_of(case, row, expected)}
            for row, expected in zip(case["input"], case["expected"], strict=True)
        ]
        return differences("", got, case["expected"], case["tolerance"])

    return run


def _of_parts(estimate_of: Callable[[Parts, float, float], Estimate]) -> Method:
    def got_of(case: Case, row: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, Any]:
        multiplier = row.get("multiplier", case["parameters"].get("multiplier", 1))
        parts = Parts(row["numerator"], row["denominator"])

        def estimate(level: float) -> Estimate:
            try:
                return estimate_of(parts, multiplier, level)
            except ValueError:  # a part above its whole: no value is to be shown
                return NO_ESTIMATE

        confidence = _confidence(case, row)
        value = estimate(confidence).value
        return {"value": value, **limits_asked(expected, confidence, lambda level: estimate(level).limits)}

    return _rows(got_of)


def _count(case: Case, row: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, Any]:
    events = row["count"]
    return limits_asked(expected, _confidence(case, row), lambda level: None if events is None else byar(events, level))


def _difference(case: Case, row: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, Any]:
    one, other = (Parts(row[name]["numerator"], row[name]["denominator"]) for name in ("group_a", "group_b"))
    sign = case["parameters"].get("sign", "")
    if re.match(r"\s*group_b\s+minus", sign):
        one, other = other, one
    multiplier = case["parameters"].get("multiplier", 1)
    kind = "rate" if "rate" in case["parameters"].get("statistic", "") else "proportion"
    confidence = _confidence(case, row)

    def limits(level: float) -> Limits | None:
        return difference(one, other, kind, multiplier, level).limits  # type: ignore[arg-type]

    return {
        "difference": difference(one, other, kind, multiplier, confidence).value,  # type: ignore[arg-type]
        **limits_asked(expected, confidence, limits),
    }


def _directly(case: Case, folder: Path) -> list[str]:
    strata = [Stratum(row["count"], row["population"], row["standard_population"]) for row in case["input"]]
    asked, expected = case["parameters"], case["expected"]
    options = asked.get("multiplier", 100_000), asked.get("minimum_total_count", FEWEST_EVENTS)
    confidence = _confidence(case, {})
    found = direct(strata, options[0], confidence, options[1])
    got = {
        "total_count": found.events,
        "total_population": found.population,
        "value": found.estimate.value,
        **limits_asked(
            expected, confidence, lambda level: direct(strata, options[0], level, options[1]).estimate.limits
        ),
    }
    return differences("", got, expected, case["tolerance"])


def _indirectly(case: Case, folder: Path) -> list[str]:
    strata = [
        ReferenceStratum(row.get("count"), row["population"], row["reference_count"], row["reference_population"])
        for row in case["input"]
    ]
    asked, expected = case["parameters"], case["expected"]
    multiplier, observed = asked.get("multiplier", 1), asked.get("observed")
    confidence = _confidence(case, {})
    found = indirect(strata, multiplier, confidence, observed)
    got = {
        "observed": found.observed,
        "expected": found.expected,
        "value": found.estimate.value,
        **limits_asked(
            expected, confidence, lambda level: indirect(strata, multiplier, level, observed).estimate.limits
        ),
    }
    return differences("", got, expected, case["tolerance"])


METHODS: Mapping[str, Method] = {
    "interval.proportion.wilson": _of_parts(proportion),
    "interval.rate.byar_exact": _of_parts(rate),
    "interval.count.byar": _rows(_count),
    "equity.difference.interval": _rows(_difference),
    "rate.directly_standardised": _directly,
    "ratio.indirectly_standardised": _indirectly,
}
