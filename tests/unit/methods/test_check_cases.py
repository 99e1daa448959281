"""Cases of forecasts, progress, networks and sketches in all their forms: a right one passes, a wrong one does not."""

from __future__ import annotations

import copy
import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shidra.methods.check import check
from shidra.methods.check.forecasts import read_table
from shidra.methods.check.sketches import items
from tests.unit.methods.test_forecasting import AIR, OIL


def case(method: str, given: Any, parameters: dict[str, Any], expected: Any, **tolerance: Any) -> dict[str, Any]:
    return {
        "id": "one",
        "method": method,
        "input": given,
        "parameters": parameters,
        "expected": expected,
        "tolerance": tolerance,
    }


def course(**changes: Any) -> dict[str, Any]:
    given = {
        "base_value": 14.5,
        "base_year": 2015,
        "current_value": 10.2,
        "current_year": 2023,
        "direction": "decrease",
    }
    return {**given, "target": 7.25, "target_year": 2030, "natural_limit": None, **changes}


WALK = [3.0, 5.0, 4.0, 8.0, 9.0]
DEFINITIONS = {"definitions": "Freeman 1979"}
CASES = [
    # R's forecast (ses with given and with estimated weights, holt, ets), stored in the tests of statsmodels.
    case(
        "forecast.ses",
        {"series": OIL, "horizon": 2},
        {"alpha": 0.6, "initial": "first value"},
        {"mean": [501.8374, 501.8374], "lower95": [450.9206, 442.4587], "upper95": [552.7542, 561.2161]},
        rel=1e-5,
    ),
    case(
        "forecast.ses",
        {"series": OIL, "horizon": 2},
        {"estimate": "alpha and initial level by maximum likelihood"},
        {"alpha": 0.8921, "mean": [496.491] * 2, "lower95": [442.553, 424.209], "upper95": [550.429, 568.773]},
        mean_rel=1e-4,
        limits_rel=1e-4,
        alpha_abs=1e-3,
    ),
    case(
        "forecast.holt",
        {"series": AIR, "horizon": 3},
        {"alpha": 0.8, "beta_star": 0.2, "initial": "level = y_1, trend = y_2 - y_1"},
        {"mean": [43.75696, 45.59352, 47.43007]},
        rel=1e-5,
    ),
    case(
        "forecast.damped_trend",
        {"series": AIR, "horizon": 2},
        {
            "smoothing_level": 0.99591248359386,
            "smoothing_trend": 0.000100000177749125,
            "damping": 0.975837884841967,
            "initial_level": 16.6430315594723,
            "initial_trend": 2.29728622390832,
        },
        {"mean": [43.15521, 44.67072]},
        rel=1e-5,
    ),
    case(
        "forecast.damped_trend",
        {"series": AIR, "horizon": 2},
        {"model": "ETS(A,Ad,N), maximum likelihood"},
        {"mean": [43.155, 44.671], "lower95": [39.302, 39.232], "upper95": [47.009, 50.109]},
        mean_rel=0.03,
        limits_rel=0.03,
    ),
    case(
        "forecast.theta",
        {"series": [float(10 + 2 * at) for at in range(12)], "horizon": 2},
        {"method": "standard Theta"},
        {"mean": [33.0, 34.0]},
        rel=0.01,
    ),
    case(
        "forecast.naive_drift",
        {"series": WALK, "horizon": 1},
        {},
        {"mean": [10.5], "lower95": [10.5 - 1.959964 * (13 / 3 * 1.25) ** 0.5]},
        rel=1e-5,
    ),
    case(
        "forecast.naive_drift",
        {"series": WALK, "horizon": 1},
        {},
        {
            "naive": {"mean": [9.0], "upper80": [9 + 1.2815516 * (22 / 4) ** 0.5]},
            "drift": {"mean": [10.5]},
            "mean": {"mean": [5.8], "upper95": [5.8 + 2.776445 * (6.7 * 1.2) ** 0.5]},
        },
        rel=1e-5,
    ),
    case(
        "forecast.seasonal_naive",
        {"series": [1, 2, 3, 4, 2, 2, 4, 6], "horizon": 5},
        {"period": 4},
        {
            "mean": [2, 2, 4, 6, 2],
            "lower80": [
                at - 1.2815516 * (1.5 * k) ** 0.5 for at, k in zip((2, 2, 4, 6, 2), (1, 1, 1, 1, 2), strict=True)
            ],
        },
        rel=1e-5,
    ),
    case(
        "forecast.metric",
        [{"series": "a", "history": [1, 3, 2], "actual": [5, 5], "forecast": [4, 7]}],
        {"sMAPE": "mean of 200|a-f|/(|a|+|f|)", "MASE": "mean |a-f| / mean |y_t - y_(t-1)|"},
        [{"series": "a", "sMAPE": (200 / 9 + 400 / 12) / 2, "MASE": 1.0}],
        rel=1e-9,
    ),
    # Statistics Canada, series 1-2-1, with and without its target.
    case(
        "progress.open_sdg",
        [course(), course(current_value=7.0), course(current_value=-1, target=-3), course(current_year=2015)],
        {},
        [
            {"status": "substantial_progress", "progress_value": 0.9525901792, "score": 2.518556391},
            {"status": "target_achieved", "progress_value": 1.924, "score": 5},
            {"status": "not_available", "progress_value": None, "score": None},
            {"status": "not_available", "progress_value": None, "score": None},
        ],
        value_abs=1e-2,
        score_abs=1e-5,
        status="exact",
    ),
    case(
        "progress.open_sdg.aggregate",
        [
            {"indicator": "1", "series": [course(), course(current_value=7.0)]},
            {"indicator": "2", "series": [course(base_value=None)]},
        ],
        {},
        [
            {"indicator": "1", "status": "substantial_progress", "score": (2.518556391 + 5) / 2},
            {"indicator": "2", "status": "not_available", "score": None},
        ],
        score_abs=1e-5,
        status="exact",
    ),
    case(
        "network.undirected",
        {"nodes": ["a", "b", "c", "d", "e"], "edges": [["a", "b"], ["c", "a"], ["a", "d"]], "directed": False},
        DEFINITIONS,
        {
            "n_nodes": 5,
            "density": 0.3,
            "degree_centralisation": 9 / 12,
            "betweenness_centralisation": 12 / 24,
            "transitivity": 0.0,
            "components": 2,
            "closeness_centralisation": None,
            "isolates": ["e"],
        },
        abs=1e-9,
    ),
    case(
        "network.directed",
        {"nodes": ["d", "a", "b", "c"], "edges": [["a", "b"], ["b", "a"], ["c", "a"]], "directed": True},
        DEFINITIONS,
        {
            "n_nodes": 4,
            "density": 0.25,
            "indegree_centralisation": 5 / 9,
            "reciprocity_edges": 2 / 3,
            "reciprocity_pairs": 1 / 2,
            "mutual_pairs": 1,
            "one_way_pairs": 1,
            "empty_pairs": 4,
            "isolates": ["d"],
            "weak_components": 2,
            "strong_components": 3,
            "undirected_any": {"density": 1 / 3, "degree_centralisation": 4 / 6, "transitivity": 0.0},
            "undirected_both": {"density": 1 / 6},
        },
        abs=1e-9,
    ),
    case(
        "sketch.disjoint_and_empty",
        {"pairs": [{"a": "integers 0..9", "b": "integers 10..14"}, {"a": "empty", "b": "integers 0 to 4"}]},
        {},
        [{"union": 15, "intersection": 0, "a_not_b": 10}, {"union": 5, "intersection": 0, "a_not_b": 0}],
        abs=0,
    ),
    # Apache DataSketches, tests of theta sketches: half overlap of 10000 each, in estimation.
    case(
        "sketch.set_operations",
        {"partner_a": "integers 0..9999", "partner_b": "integers 5000..14999"},
        {"sketch": "theta, lg_k = 12"},
        {"union": 15000, "intersection": 5000, "a_not_b": 5000, "jaccard": 1 / 3},
        union_rel=0.01,
        intersection_rel=0.02,
        a_not_b_rel=0.02,
        jaccard_abs=0.02,
    ),
    case(
        "sketch.theta.exact",
        {"partner_a": "integers 0..999", "partner_b": "integers 500..1499"},
        {"sketch": "theta, lg_k = 12, default seed"},
        {"union": 1500, "intersection": 500, "a_not_b": 500},
        abs=0,
    ),
    case(
        "sketch.theta.golden",
        {"items": "integers 0..999"},
        {"sketch": "theta, lg_k = 12, seed 9001"},
        {"retained": 1000, "theta": 1.0, "estimate": 1000, "lower_2sd": 1000, "upper_2sd": 1000, "truth": 1000},
        abs=0,
    ),
]


@pytest.mark.parametrize("one", CASES, ids=lambda one: one["method"])
def test_a_right_case_passes(one: dict[str, Any], tmp_path: Path) -> None:
    assert check(one, tmp_path) == []


def numbers(value: Any, found: Callable[[Any], Any]) -> Any:
    """The same with each number, text and None changed."""
    if isinstance(value, dict):
        return {key: numbers(one, found) for key, one in value.items()}
    if isinstance(value, list):
        return [numbers(one, found) for one in value]
    return found(value)


@pytest.mark.parametrize("one", CASES, ids=lambda one: one["method"])
def test_each_wrong_value_is_told(one: dict[str, Any], tmp_path: Path) -> None:
    leaves = []
    numbers(one["expected"], leaves.append)
    for at in range(len(leaves)):
        seen = iter(range(len(leaves)))

        def other(value: Any, wrong: int = at, seen: Any = seen) -> Any:
            if next(seen) != wrong:
                return value
            return "other" if isinstance(value, str) else 1e6 if value is None else value * 1.5 + 7

        changed = {**copy.deepcopy(one), "expected": numbers(one["expected"], other)}
        assert check(changed, tmp_path), f"{one['method']}: {leaves[at]}"


SERIES = {name: [float(start + at % 3 + at) for at in range(20)] for name, start in (("a", 10), ("b", 50))}
SHAPES: dict[str, tuple[list[str], list[list[Any]]]] = {
    "a row a series": (
        ["series", "n", "h", *(f"y{at}" for at in range(20))],
        [[k, 20, 6, *v] for k, v in SERIES.items()],
    ),
    "lists in cells": (
        ["series", "history", "actual"],
        [[k, str(v[:14]), " ".join(map(str, v[14:]))] for k, v in SERIES.items()],
    ),
    "a line a value": (
        ["series", "year", "value"],
        [[k, 2000 + at, one] for k, v in SERIES.items() for at, one in enumerate(v)],
    ),
    "a line a value with its role": (
        ["series", "part", "value"],
        [[k, "history" if at < 14 else "actual", one] for k, v in SERIES.items() for at, one in enumerate(v)],
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_error_of_the_default_forecast_over_a_table_of_any_shape(shape: str, tmp_path: Path) -> None:
    header, lines = SHAPES[shape]
    with (tmp_path / "table.csv").open("w", newline="") as file:
        csv.writer(file).writerows([header, *lines])
    acceptance = {
        "default_forecast_sMAPE_at_most": 8.0,
        "share_of_actuals_inside_the_published_95_interval_at_least": 0.9,
    }
    one = case(
        "forecast.accuracy",
        {"file": "table.csv", "columns": header, "use": "the last 6 values of a series are the actuals"},
        {"metric": "mean over series of sMAPE and MASE"},
        {"acceptance": acceptance},
        note="inequalities",
    )
    assert check(one, tmp_path) == []
    one["expected"] = {"acceptance": {"never_worse_than_naive2_sMAPE": 0.01}}
    assert len(check(one, tmp_path)) == 1
    one["expected"] = {"acceptance": {"share_of_actuals_inside_the_published_95_interval_at_least": 1.01}}
    assert check(one, tmp_path) == []  # read as per cent
    one["expected"] = {"acceptance": {"share_of_actuals_inside_the_published_95_interval_at_least": 101}}
    assert len(check(one, tmp_path)) == 1


@pytest.mark.parametrize(
    ("words", "members"),
    [
        ("integers 3..6", [3, 4, 5, 6]),
        ("even integers 1 to 6", [2, 4, 6]),
        ("odd integers 1..5", [1, 3, 5]),
        ("multiples of 3, 0..7", [0, 3, 6]),
        ("integers 1..8 step 3", [1, 4, 7]),
        ("integers 0..1 and 5..6", [0, 1, 5, 6]),
        ("'p-1'..'p-2'", ["p-1", "p-2"]),
        ("u1@x.org .. u2@x.org", ["u1@x.org", "u2@x.org"]),
        ("3 integers from 5", [5, 6, 7]),
        ("integers -1..1 (three)", [-1, 0, 1]),
        ("7, 9", [7, 9]),
        ("empty", []),
        ([1, "a"], [1, "a"]),
    ],
)
def test_a_set_told_in_words(words: Any, members: list[Any]) -> None:
    assert items(words) == members


def test_words_that_tell_no_set_are_refused() -> None:
    with pytest.raises(ValueError, match="no set"):
        items("the usual people")


@pytest.mark.parametrize(
    "table",
    [
        "unique_id,ds,y\na,2001,1\na,2002,2\na,2003,3\na,2004,4\n",
        "series,role,index,value\na,fit,1,1\na,fit,2,2\na,holdout,1,3\na,holdout,2,4\n",
        "id,period,value,set\na,1,1,train\na,2,2,train\na,3,3,test\na,4,4,test\n",
    ],
)
def test_tables_of_series_in_other_columns(table: str, tmp_path: Path) -> None:
    """Years and positions are not values."""
    (tmp_path / "table.csv").write_text(table, encoding="utf-8")
    assert read_table(tmp_path / "table.csv", "the last 2 values are the test part") == [([1, 2], [3, 4])]
