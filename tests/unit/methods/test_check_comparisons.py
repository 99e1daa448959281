"""The checker of intervals, equity, funnels and quality, case by case of every form; it does not pass what is wrong.

Expected figures are printed ones where a source is named, else worked out here by other means than the library's.
"""

from __future__ import annotations

import copy
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from shidra.methods.check import METHODS, check
from shidra.methods.check.__main__ import main


def case(method: str, given: Any, parameters: dict[str, Any], expected: Any, **tolerance: Any) -> dict[str, Any]:
    return {
        "id": "x",
        "method": method,
        "input": given,
        "parameters": parameters,
        "expected": expected,
        "tolerance": tolerance or {"rel": 1e-6},
    }


def chi2(share: float, freedom: float) -> float:
    return float(stats.chi2.ppf(share, freedom))


def byar(events: float) -> tuple[float, float]:
    """Breslow & Day's formula, the cube written out."""
    z = float(stats.norm.ppf(0.975))
    low, high = 1 - 1 / (9 * events) - z / (3 * events**0.5), 1 - 1 / (9 * events + 9) + z / (3 * (events + 1) ** 0.5)
    return events * low * low * low, (events + 1) * high * high * high


BYAR_65 = dict(zip(("lower95", "upper95"), byar(65), strict=True))
WILSON = {"method": "Wilson score, no continuity correction"}
BYAR = {"rule": "exact (chi-square) limits when events < 10, Byar approximation otherwise"}
NOTHING = {"value": None, "lower95": None, "upper95": None, "lower99_8": None, "upper99_8": None}
SPARE = {"unit": "n", "multiplier": 100}

# Deciles of deprivation with values as in the documentation of PHEindicatormethods' phe_sii, Area1.
PEOPLE = [7291, 7997, 6105, 7666, 5790, 6934, 5918, 5974, 7147, 7534]
VALUES = [75.9, 78.3, 83.8, 83.6, 80.5, 81.1, 81.7, 84.2, 80.6, 86.3]


def line(values: list[float]) -> tuple[float, float]:
    shares = np.array(PEOPLE) / sum(PEOPLE)
    slope, intercept = np.polyfit(np.cumsum(shares) - shares / 2, values, 1, w=np.sqrt(shares))
    return float(intercept), float(intercept + slope)


def deciles(values: list[float]) -> list[dict[str, float]]:
    rows = [
        {"quantile": at, "population": many, "value": value}
        for at, (many, value) in enumerate(zip(PEOPLE, values, strict=True), 1)
    ]
    return rows[::-1]


PLAIN = line(VALUES)
LOG = [math.exp(end) for end in line([math.log(value) for value in VALUES])]
LOGIT = [1 / (1 + math.exp(-end)) for end in line([math.log(v / (100 - v)) for v in VALUES])]
SHARES = [value / 100 for value in VALUES]
MODEL = {"model": "weighted least squares of the value on the ridit X"}

THREE = [
    {"subgroup": "a", "estimate": 40, "population": 50, "reference": True},
    {"subgroup": "b", "estimate": 60, "population": 30, "reference": False},
    {"subgroup": "c", "estimate": 80, "population": 20, "reference": False},
]
MEAN, BGV = 54.0, 0.5 * 14**2 + 0.3 * 6**2 + 0.2 * 26**2
RATIOS = [40 / 54, 60 / 54, 80 / 54]
POPULATION = (0.5, 0.3, 0.2)

SIX = [("a", 100, 108), ("b", 150, 112), ("c", 180, 165), ("d", 80, 95), ("e", 120, 100), ("f", 225, 220)]
"""As in a test of FunnelPlotR: observed and expected events of six groups."""
PHI = sum(e * math.log(o / e) ** 2 for _, o, e in SIX) / 6
W = [e for _, _, e in SIX]
TAU2 = max(0.0, (6 * PHI - 5) / (sum(W) - sum(w * w for w in W) / sum(W)))

TWELVE = [50, 53, 58, 55, 51, 12, 51, 59, 55, 52, 58, 91]
OTHERS = [41, 48, 45, 46, 49, 41, 41, 49, 42, 47, 11, 87]
Z = {"method": "z = |y - mean| / population standard deviation (divide by n)"}
MODIFIED = {"method": "modified z = 0.6745 |y - median| / MAD, MAD = median of |y - median|"}

CASES = {
    "wilson, missing and zero": case(
        "interval.proportion.wilson",
        [
            {"unit": "a", "numerator": 65, "denominator": 100, "multiplier": 100},
            {**SPARE, "numerator": None, "denominator": 100},
            {**SPARE, "numerator": 3, "denominator": None},
            {**SPARE, "numerator": 0, "denominator": 0},
            {**SPARE, "numerator": 7, "denominator": 5},
        ],
        WILSON,
        [
            {"unit": "a", "value": 65, "lower95": 55.2544, "upper95": 73.6358},  # Newcombe & Altman's formula by hand
            *[{"unit": "n", **NOTHING}] * 4,
        ],
        rel=1e-5,
    ),
    "wilson at a confidence": case(
        "interval.proportion.wilson",
        [{"numerator": 81, "denominator": 263}, {"numerator": 0, "denominator": 20}],
        {"confidence": 0.95},
        [{"lower": 0.2553, "upper": 0.3662}, {"lower": 0.0, "upper": 0.1611}],
        abs=6e-5,
    ),
    "wilson at a confidence in per cent": case(
        "interval.proportion.wilson",
        [{"numerator": 81, "denominator": 263}],
        {"confidence": 95},
        [{"lower": 0.2553, "upper": 0.3662}],
        abs=6e-5,
    ),
    "rates": case(
        "interval.rate.byar_exact",
        [
            {"unit": "none", "numerator": 0, "denominator": 1000, "multiplier": 1000},
            {"unit": "few", "numerator": 9, "denominator": 1000, "multiplier": 1000},
            {"unit": "more", "numerator": 65, "denominator": 100, "multiplier": 100},
            {**SPARE, "numerator": None, "denominator": 100},
            {**SPARE, "numerator": 4, "denominator": None},
        ],
        BYAR,
        [
            {"unit": "none", "value": 0, "lower95": 0, "upper95": chi2(0.975, 2) / 2, "upper99_8": chi2(0.999, 2) / 2},
            {"unit": "few", "value": 9, "lower95": chi2(0.025, 18) / 2, "upper99_8": chi2(0.999, 20) / 2},
            {"unit": "more", "value": 65, **BYAR_65},
            *[{"unit": "n", **NOTHING}] * 2,
        ],
        rel=1e-5,
    ),
    "byar": case(
        "interval.count.byar",
        [{"count": 1, "confidence": 0.998}, {"count": 65, "confidence": 0.95}, {"count": 65, "confidence": 95}],
        {},
        [
            {"lower": None, "upper": 9.36218},
            {"lower": BYAR_65["lower95"], "upper": BYAR_65["upper95"]},
            {"lower": BYAR_65["lower95"], "upper": BYAR_65["upper95"]},
        ],
        rel=1e-5,
    ),
    "difference": case(
        "equity.difference.interval",
        [
            {"group_a": {"numerator": 9, "denominator": 10}, "group_b": {"numerator": 3, "denominator": 10}},
            {"group_a": {"numerator": None, "denominator": 10}, "group_b": {"numerator": 3, "denominator": 10}},
        ],
        {"confidence": 0.95, "sign": "group_a minus group_b"},
        [
            {"difference": 0.6, "lower": 0.1705, "upper": 0.8090},
            {"difference": None, "lower": None, "upper": None},
        ],
        abs=6e-5,
    ),
    "difference the other way round": case(
        "equity.difference.interval",
        [{"group_a": {"numerator": 9, "denominator": 10}, "group_b": {"numerator": 3, "denominator": 10}}],
        {"confidence": 0.95, "sign": "group_b minus group_a"},
        [{"difference": -0.6, "lower": -0.8090, "upper": -0.1705}],
        abs=6e-5,
    ),
    "directly standardised": case(
        "rate.directly_standardised",
        [
            {"stratum": "young", "count": 10, "population": 100, "standard_population": 3},
            {"stratum": "old", "count": 30, "population": 100, "standard_population": 1},
        ],
        {"multiplier": 1000, "interval": "Dobson"},
        {
            "total_count": 40,
            "total_population": 200,
            "value": 150,
            # The rate's scale is the root of its variance, 120/16/100^2, over that of 40 events.
            "lower95": 150 + 1000 * math.sqrt(120 / 16 / 1e4 / 40) * (byar(40)[0] - 40),
            "upper95": 150 + 1000 * math.sqrt(120 / 16 / 1e4 / 40) * (byar(40)[1] - 40),
        },
        rel=1e-5,
    ),
    "too few to standardise": case(
        "rate.directly_standardised",
        [
            {"stratum": "young", "count": 4, "population": 100, "standard_population": 3},
            {"stratum": "old", "count": 11, "population": 100, "standard_population": 1},
        ],
        {"multiplier": 1000, "interval": "Dobson", "minimum_total_count": 20},
        {"total_count": 15, "total_population": 200, "value": None, "lower95": None, "upper95": None},
    ),
    "indirectly standardised": case(
        "ratio.indirectly_standardised",
        [
            {"stratum": "a", "count": 2, "population": 200, "reference_count": 10, "reference_population": 1000},
            {"stratum": "b", "count": 4, "population": 100, "reference_count": 100, "reference_population": 1000},
        ],
        {"multiplier": 100},
        {
            "observed": 6,
            "expected": 12,
            "value": 50,
            "lower95": 100 * chi2(0.025, 12) / 24,
            "upper95": 100 * chi2(0.975, 14) / 24,
            "lower99_8": 100 * chi2(0.001, 12) / 24,
            "upper99_8": 100 * chi2(0.999, 14) / 24,
        },
    ),
    "ordered": case(
        "equity.ordered_summary",
        [{"order": at, "estimate": 10 * at, "population": 7} for at in (3, 1, 5, 2, 4)],
        {"definitions": {}, "higher_is_better": True},
        {
            "weighted_mean": 30,
            "D": 40,
            "R": 5,
            "ACI": 8,
            "RCI": 8 / 30,
            "PAR": 20,
            "PAF": 200 / 3,
            "SII_linear": 50,
            "RII_linear": 11,
        },
    ),
    "ordered, adverse": case(
        "equity.ordered_summary",
        [{"order": at, "estimate": 10 * at, "population": 7} for at in (3, 1, 5, 2, 4)],
        {"definitions": {}, "higher_is_better": False},
        {"ACI": 8, "RCI": 8 / 30, "PAF": 0, "PAR": 0, "SII_linear": 50, "RII_linear": 11},
    ),
    "a hidden group": case(
        "equity.ordered_summary",
        [{"order": at, "estimate": None if at == 2 else 10 * at, "population": 7} for at in range(1, 6)],
        {"definitions": {}, "higher_is_better": True},
        {"weighted_mean": None, "D": None, "ACI": None, "SII_linear": None, "RII_linear": None},
    ),
    "not ordered": case(
        "equity.non_ordered_summary",
        THREE,
        {"definitions": {}, "higher_is_better": True},
        {
            "weighted_mean": MEAN,
            "BGV": BGV,
            "BGSD": BGV**0.5,
            "COV": 100 * BGV**0.5 / MEAN,
            "MDMU": (14 + 6 + 26) / 3,
            "MDMW": 0.5 * 14 + 0.3 * 6 + 0.2 * 26,
            "MDBU": 20,
            "MDBW": 0.5 * 40 + 0.3 * 20,
            "MDRU": 20,
            "MDRW": 0.3 * 20 + 0.2 * 40,
            "IDISU": 100 * 46 / 3 / MEAN,
            "IDISW": 100 * 14 / MEAN,
            "THEIL_x1000": 1000 * sum(p * r * math.log(r) for p, r in zip(POPULATION, RATIOS, strict=True)),
            "MLD_x1000": -1000 * sum(p * math.log(r) for p, r in zip(POPULATION, RATIOS, strict=True)),
            "PAR": 26,
            "PAF": 2600 / MEAN,
        },
    ),
    "not ordered, adverse": case(
        "equity.non_ordered_summary",
        THREE,
        {"definitions": {}, "higher_is_better": False},
        {"MDBU": 20, "MDBW": 0.3 * 20 + 0.2 * 40, "PAR": -14, "PAF": -1400 / MEAN},
    ),
    "slope": case(
        "equity.slope_index",
        deciles(VALUES),
        {**MODEL, "transform": "none"},
        {"SII": PLAIN[1] - PLAIN[0], "RII": PLAIN[1] / PLAIN[0], "intercept": PLAIN[0]},
    ),
    "slope of rates": case(
        "equity.slope_index",
        deciles(VALUES),
        {**MODEL, "transform": "natural log of the value; SII and RII from back-transformed predictions at 0 and 1"},
        {"SII": LOG[1] - LOG[0], "RII": LOG[1] / LOG[0], "intercept": LOG[0]},
    ),
    "slope of shares": case(
        "equity.slope_index",
        deciles(SHARES),
        {**MODEL, "transform": "logit of the value; SII and RII from back-transformed predictions at 0 and 1"},
        {"SII": LOGIT[1] - LOGIT[0], "RII": LOGIT[1] / LOGIT[0], "intercept": LOGIT[0]},
    ),
    "slope of percentages": case(
        "equity.slope_index",
        deciles(VALUES),
        {**MODEL, "transform": "logit of the value; SII and RII from back-transformed predictions at 0 and 1"},
        {"SII": 100 * (LOGIT[1] - LOGIT[0]), "RII": LOGIT[1] / LOGIT[0]},
    ),
    "no slope of two": case(
        "equity.slope_index", deciles(VALUES)[:2], {**MODEL, "transform": "none"}, {"SII": None, "RII": None}
    ),
    "poisson limits": case(
        "funnel.poisson_limits",
        [15, 20, 30],
        {"target": 1},
        {"lower95": [0.5596924, 0.6108260, 0.6746958], "upper99_8": [2.082907, 1.902094, 1.702771]},
        abs=1e-6,
    ),
    "rates of wards": case(
        "funnel.rate",
        [
            {"unit": 1, "events": 50, "population": 100},
            {"unit": 2, "events": 100, "population": 500},
            {"unit": 3, "events": 60, "population": 500},
            {"unit": 4, "events": 0, "population": 150},
            {"unit": 5, "events": None, "population": 150},
        ],
        {"centre": "sum of events / sum of populations", "rule": "exact Poisson limits"},
        [
            {"unit": 1, "significance": "High (0.001)"},
            {"unit": 2, "significance": "Not significant"},
            {"unit": 3, "significance": "Low (0.025)"},
            {"unit": 4, "significance": "Low (0.001)"},
            {"unit": 5, "significance": None},
        ],
        significance="exact",
    ),
    "over-dispersion": case(
        "funnel.overdispersion",
        [{"group": name, "numerator": o, "denominator": e, "rr": o / e} for name, o, e in SIX],
        {"truncation": "10% of units at each end of z"},  # of six, ranks 1 and 6 are in slots 1 and 8: none is dropped
        {
            "n_used": 6,
            "phi": PHI,
            "tau2": TAU2,
            "limits": [
                {
                    "expected": 108,
                    "lower95": math.exp(-1.959964 * math.sqrt(1 / 108 + TAU2)),
                    "upper99_8": math.exp(3.090232 * math.sqrt(1 / 108 + TAU2)),
                }
            ],
        },
    ),
    "flags": case(
        "funnel.outlier_flag",
        {"ratios": [1, 0.9, 1.2, 0.4], "plain95": [0.9, 1.1], "adjusted95": [0.79, 1.21], "plain99_8": [0.59, 1.41]},
        {"rule": "outlier when below the lower or above the upper limit"},
        {"plain95": [0, 0, 1, 1], "adjusted95": [0, 0, 0, 1], "plain99_8": [0, 0, 0, 1]},
        abs=0,
    ),
    "modified z": case(
        "quality.outlier.modified_z", TWELVE, {**MODIFIED, "threshold": 2.1}, {"outliers": [12, 91]}, abs=0
    ),
    "modified z in full": case(
        "quality.outlier.modified_z",
        [31, 34, 38, None, 81, 39, 33],  # median 36, deviations 2 2 3 3 5 45
        {**MODIFIED, "threshold": 3.5},
        {
            "median": 36,
            "mad": 3,
            "outliers": [{"index": 5, "value": 81, "z": 0.6745 * 15, "abs_dev": 45}],
            "lower": 36 - 10.5 / 0.6745,
            "upper": 36 + 10.5 / 0.6745,
        },
        abs=1e-9,
    ),
    "modified z counted from 0": case(
        "quality.outlier.modified_z",
        [31, 34, 38, 81, 39, 33],
        {**MODIFIED, "threshold": 3.5},
        {"outliers": [{"index": 3, "value": 81, "z": 0.6745 * 15, "abs_dev": 45}]},
        abs=1e-9,
    ),
    "modified z without a verdict": case(
        "quality.outlier.modified_z", [5, 5, 5, 900], {**MODIFIED, "threshold": 3.5}, {"outliers": []}, abs=0
    ),
    "z in full": case(
        "quality.outlier.z",
        [31, 34, 38, 81, 39, 33],
        {**Z, "threshold": 2},
        {
            "mean": 42.667,
            "sd": 17.365,
            "outliers": [{"index": 4, "value": 81, "z": 2.207, "abs_dev": 38.333}],
            "lower": 7.936,
            "upper": 77.397,
        },
        abs=1e-3,
    ),
    "z of two series": case(
        "quality.outlier.z",
        {"A": TWELVE, "B": OTHERS},
        {**Z, "threshold": 2},
        {"A": [12, 91], "B": [87, 11]},
        abs=0,
    ),
    "min-max": case(
        "quality.outlier.min_max",
        {
            "A": {"values": [50, 34, 58, 68, 51, 40, 51, 59, 39, 52, 58, 91], "min": 40, "max": 60},
            "B": {"values": [42, 48, 45, 46, 49, 68, 48, 49, 52, 47, 11, 87], "min": 45, "max": 65},
        },
        {"rule": "outlier if value < min or value > max"},
        {"n_outliers": 8, "A": [34, 39, 68, 91], "B": [42, 68, 11, 87]},
        abs=0,
    ),
    "generalised esd": case(
        "quality.outlier.generalised_esd",
        [1.0, 2.0, 3.0, 2.5, 1.5, 2.2, 30.0],
        {"max_outliers": 1, "alpha": 0.05},
        {
            "n_outliers": 1,
            "outliers": [30],
            "statistic": [float(np.max(stats.zscore([1.0, 2.0, 3.0, 2.5, 1.5, 2.2, 30.0], ddof=1)))],
            "critical": [(t := stats.t.isf(0.05 / 14, 5)) * 6 / math.sqrt((5 + t * t) * 7)],
        },
        abs=1e-9,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_cases_come_out(name: str, tmp_path: Path) -> None:
    assert check(CASES[name], tmp_path) == []


def spoilt(expected: Any) -> list[Any]:
    """The same with one figure changed, for each figure (and each null made a figure)."""
    if isinstance(expected, dict):
        return [{**expected, key: one} for key in expected if key != "unit" for one in spoilt(expected[key])]
    if isinstance(expected, list):
        found = [
            [*expected[:at], one, *expected[at + 1 :]] for at in range(len(expected)) for one in spoilt(expected[at])
        ]
        return found or [[4.5]]
    if isinstance(expected, str):
        return ["Low (0.001)" if expected != "Low (0.001)" else "Not significant"]
    return [1.0] if expected is None else [expected * 1.01 + 0.01]


@pytest.mark.parametrize("name", CASES)
def test_no_wrong_figure_passes(name: str, tmp_path: Path) -> None:
    good = CASES[name]
    for expected in spoilt(good["expected"]):
        assert check({**copy.deepcopy(good), "expected": expected}, tmp_path), expected


def test_every_form_has_a_case() -> None:
    families = ("equity.", "funnel.", "interval.", "quality.", "rate.", "ratio.")
    methods = {method for method in METHODS if method.startswith(families)}
    assert methods - {one["method"] for one in CASES.values()} == {"funnel.proportion", "funnel.ratio"}  # tables, below


def written(folder: Path, name: str, lines: list[str]) -> str:
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return name


LIMITS_18 = {"lower95": 62.390093, "upper95": 98.894803, "lower99_8": 51.864359, "upper99_8": 100}
"""Printed in PHEindicatormethods' own test, for 18 of whom 80.642448% have something."""


def proportions(folder: Path) -> dict[str, Any]:
    """A unit at the centre, so large that the ratio of sums is the printed baseline, and three small ones round it."""
    rows = ["Near,40321224,50000000", '"Far, above",99.5,100', "Far below,60.0,100", "Below,136.78,184"]
    return case(
        "funnel.proportion",
        {"file": written(folder, "in.csv", ["Area,numerator,denominator", *rows]), "columns": ["Area"]},
        {"centre": "ratio of sums", "classes": "High/Low (0.001), High/Low (0.025), Not significant"},
        {
            "baseline_percent": 80.642448,
            "limits": [{"denominator": 18, **LIMITS_18}],
            "significance_file": written(
                folder,
                "out.csv",
                [
                    "Area,significance",
                    "Far below,Low (0.001)",  # in another order than the units
                    "Near,Not significant",
                    "Below,Low (0.025)",
                    '"Far, above",High (0.001)',
                ],
            ),
        },
        limits_abs=1e-4,
        significance="exact",
    )


def test_proportions_in_tables(tmp_path: Path) -> None:
    good = proportions(tmp_path)
    assert check(good, tmp_path) == []
    for wrong in (
        {"baseline_percent": 80.7},
        {"limits": [{"denominator": 19, **LIMITS_18}]},
        {"significance_file": written(tmp_path, "bad.csv", ["significance", *["Not significant"] * 4])},
    ):
        assert check({**good, "expected": {**good["expected"], **wrong}}, tmp_path)


# Observed and expected events of five areas out of PHEindicatormethods' test of ratios, classed by scipy's limits.
AREAS = [(8, 6.239860227), (151, 106.4429719), (159, 232.9329036), (191, 184.0963855), (0, 240.6273499), (49, 87.5)]


def classed(observed: float, expected: float, target: float) -> str:
    for tail in (0.001, 0.025):
        low = chi2(tail, 2 * observed) / 2 / expected if observed else 0
        high = chi2(1 - tail, 2 * observed + 2) / 2 / expected
        if low > target or high < target:
            return f"{'High' if low > target else 'Low'} ({tail})"
    return "Not significant"


@pytest.mark.parametrize("target", [1, 0.7, 1.3])
@pytest.mark.parametrize("header", [True, False])
def test_ratios_in_tables(target: float, header: bool, tmp_path: Path) -> None:
    rows = [f"{observed},{expected}" for observed, expected in AREAS]
    classes = [classed(*area, target) for area in AREAS]
    assert len(set(classes)) >= 2
    good = case(
        "funnel.ratio",
        {
            "file": written(tmp_path, "in.csv", ["obs,expected", *rows] if header else rows),
            "columns": ["obs", "expected"],
        },
        {"target": target, "rule": "exact Poisson limits of observed/expected"},
        {"significance_file": written(tmp_path, "out.csv", ["significance", *classes] if header else classes)},
        significance="exact",
    )
    assert check(good, tmp_path) == []
    written(tmp_path, "out.csv", ["significance", *classes[1:], classes[0]])
    assert check(good, tmp_path)


def test_overdispersion_of_a_table(tmp_path: Path) -> None:
    """The area without events is dropped; of five, ranks 1 and 5 are in slots 1 and 8: none is truncated."""
    kept = [(o, e) for o, e in AREAS if o]
    phi = sum(e * math.log(o / e) ** 2 for o, e in kept) / 5
    w = [e for _, e in kept]
    good = case(
        "funnel.overdispersion",
        {
            "file": written(tmp_path, "in.csv", ["obs,expected", *[f"{o},{e}" for o, e in AREAS]]),
            "drop": "units without observed events",
        },
        {"z": "sqrt(E) ln(O/E)", "truncation": "as in funnel-od-1"},
        {"n_units": 5, "n_used": 5, "phi": phi, "tau2": (5 * phi - 4) / (sum(w) - sum(x * x for x in w) / sum(w))},
    )
    assert check(good, tmp_path) == []
    good["input"]["drop"] = "observed < 10"
    assert check(good, tmp_path)
    assert check({**good, "expected": {"n_units": 4, "n_used": 4}}, tmp_path) == []


def test_the_command_says_what_passed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.json").write_text(json.dumps(CASES["flags"]), encoding="utf-8")
    (tmp_path / "b.json").write_text(json.dumps({**CASES["flags"], "expected": {"plain95": [1]}}), encoding="utf-8")
    assert main(tmp_path) == 1
    assert capsys.readouterr().out.endswith("1 passed, 1 failed\n")


def test_a_folder_without_cases_shows_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(tmp_path) == 1
    assert capsys.readouterr().out.endswith("0 passed, 0 failed\n")


def test_what_cannot_be_run_is_a_failure_and_the_others_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = {**case("funnel.ratio", {"file": "none.csv", "columns": []}, {}, {"significance_file": "no.csv"})}
    for name, text in {
        "a": '{"id": ',
        "b": "[1, 2]",
        "c": json.dumps({**lost, "method": "no.such"}),
        "d": json.dumps(lost),
        "e": json.dumps({**CASES["flags"], "more": {"keys": 1}}),
    }.items():
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
    assert main(tmp_path) == 4
    said = capsys.readouterr().out
    assert "no method no.such is known" in said
    assert "none.csv" in said
    assert said.endswith("1 passed, 4 failed\n")


@pytest.mark.parametrize("value", [None, 7.5])
def test_a_figure_that_the_method_does_not_give_is_a_failure(value: float | None, tmp_path: Path) -> None:
    given = case("interval.count.byar", [{"count": 12, "confidence": 0.95}], {}, [{"no_such_key": value}], rel=1e-6)
    assert check(given, tmp_path) == ["[0].no_such_key: not given by the method"]


@pytest.mark.parametrize(
    "said", ["England", 'the row "England" (the whole)', "areas with fewer than 5 observed events"]
)
def test_rows_left_out_of_a_table(said: str, tmp_path: Path) -> None:
    rows = [("A", 12, 10.0), ("B", 30, 25.0), ("C", 8, 12.0), ("D", 40, 31.0), ("E", 22, 20.0)]
    extra = {"areas with fewer than 5 observed events": ("F", 3, 4.0)}.get(said, ("England", 112, 98.0))
    lines = ["area,observed,expected", *(f"{a},{o},{e}" for a, o, e in (*rows, extra))]
    (tmp_path / "areas.csv").write_text("\n".join(lines), encoding="utf-8")
    squares = [e * math.log(o / e) ** 2 for _, o, e in rows]
    given = case(
        "funnel.overdispersion",
        {"file": "areas.csv", "drop": said},
        {"truncation": "none"},
        {"n_units": 5, "n_used": 5, "phi": sum(squares) / 5},
    )
    assert check(given, tmp_path) == []


# Kidney stones: Charig et al., BMJ 1986;292:879-882, as in Julious & Mullee, BMJ 1994;309:1480.
STONES = {"small": ((81, 87), (234, 270)), "large": ((192, 263), (55, 80))}
ROLLED = {
    "groups of units": case(
        "rollup.ratio_of_sums",
        [
            {
                "unit": size,
                "A": {"numerator": a[0], "denominator": a[1]},
                "B": {"numerator": b[0], "denominator": b[1]},
            }
            for size, (a, b) in STONES.items()
        ],
        {"statistic": "percent successful, pooled over units, and per unit"},
        {
            "pooled": {"A": 78, "B": 82.57},
            "per_unit": {"small": {"A": 93.10, "B": 86.67}, "large": {"A": 73.00, "B": 68.75}},
            "better_in_every_unit": "A",
            "better_pooled": "B",
        },
        abs=0.006,
    ),
    "flat": case(
        "rollup.ratio_of_sums",
        [
            {"unit": "x", "girls_in": 9, "girls_all": 10, "boys_in": 8, "boys_all": 10},
            {"unit": "y", "girls_in": 3, "girls_all": 90, "boys_in": 1, "boys_all": 10},
            {"unit": "z", "girls_in": None, "girls_all": 90, "boys_in": 1, "boys_all": 10},
        ],
        {"statistic": "rate in percent, pooled over units"},
        {
            "girls_percent": 12,
            "girls_numerator": 12,
            "girls_denominator": 100,
            "boys_percent": 100 / 3,
            "units_where_girls_rate_is_higher": ["x"],
        },
        abs=1e-6,
    ),
    "submissions": case(
        "rollup.ratio_of_sums",
        [
            {
                "area": "a",
                "submissions": [
                    {"numerator": 31, "denominator": 100},
                    {"numerator": 50, "denominator": 163},
                    {"numerator": None, "denominator": 40},
                    {"numerator": 7, "denominator": None},
                ],
            },
            {"area": "b", "submissions": [{"numerator": None, "denominator": 40}]},
        ],
        {"method": "Wilson score", "confidence": 0.95},
        [
            {"area": "a", "numerator": 81, "denominator": 263, "value": 81 / 263, "lower95": 0.2553, "upper95": 0.3662},
            {"area": "b", "numerator": None, "denominator": None, "value": None, "lower95": None, "upper95": None},
        ],
        abs=6e-5,
    ),
}


@pytest.mark.parametrize("name", ROLLED)
def test_pooled_figures_come_out(name: str, tmp_path: Path) -> None:
    good = ROLLED[name]
    assert check(good, tmp_path) == []
    for expected in spoilt(good["expected"]):
        assert check({**copy.deepcopy(good), "expected": expected}, tmp_path), expected
