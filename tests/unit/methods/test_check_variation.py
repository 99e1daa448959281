"""The checker of run and control charts, case by case of every form; and that it does not pass what is wrong."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from shidra.methods.check import METHODS, check

HERE = Path()
RULES = (
    "NHS England Making Data Count: (1) point outside the process limits; (2) trend: each point of 7 consecutive rising or "
    "falling points; (3) shift: each point of 7 or more consecutive points on one side of the mean; (4) two of three"
)


def case(method: str, given: Any, parameters: dict[str, Any], expected: Any, **tolerance: float) -> dict[str, Any]:
    return {
        "id": "x",
        "method": method,
        "input": given,
        "parameters": parameters,
        "expected": expected,
        "tolerance": tolerance or {"rel": 1e-6},
    }


def dated(values: list[Any], **more: Any) -> list[dict[str, Any]]:
    return [
        {"period": f"{2015 + at // 12}-{at % 12 + 1:02}-01", "value": value, **more} for at, value in enumerate(values)
    ]


def runs(
    points: int, useful: int, longest: int, most: int, crossings: int, least: int, *, phase: int = 1
) -> dict[str, Any]:
    return {
        "phase": phase,
        "n_points": points,
        "n_useful": useful,
        "longest_run": longest,
        "longest_run_max": most,
        "n_crossings": crossings,
        "n_crossings_min": least,
        "runs_signal": longest > most or crossings < least,
    }


# Hospital infections of qicharts2, Capital Region of Denmark; the run chart's figures are worked out by hand.
INFECTIONS = [19, 21, 26, 18, 13, 20, 11, 22, 20, 12, 16, 8, 16, 19, 24, 12, 13, 13, 11, 10, 18, 16, 10, 7]
STEPS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
WAFERS = [16, 14, 28, 16, 12, 20, 10, 12, 10, 17, 19, 17, 14, 16, 15, 13, 14, 16, 11, 20, 11, 19, 16, 31, 13]
CANS = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]
BLANKED = [None if at in (5, 12, 20) else value for at, value in enumerate(INFECTIONS, 1)]
SPIKE = [1, 2, 1, 2, 10, *[1, 2] * 6, 1]

CASES = {
    "run": case(
        "run.anhoej",
        dated(INFECTIONS),
        {"chart": "run"},
        {"centre": 16, "runs_analysis": [runs(24, 21, 5, 7, 9, 6)]},
    ),
    "run with baseline": case(
        "run.anhoej",
        dated(STEPS),
        {"chart": "run", "baseline_first_n": 5},
        {"centre": 3, "runs_analysis": [runs(10, 9, 7, 6, 1, 2)]},
    ),
    "run with gaps": case(
        "run.anhoej",
        dated([1, None, 3, 2, None]),
        {"chart": "run", "missing": "months 2 and 5"},
        {"centre": 2, "runs_analysis": [runs(5, 2, 1, 4, 1, 0)]},
    ),
    "runs of a u chart": case(
        "run.anhoej",
        [{"period": "a", "numerator": n, "denominator": 1000} for n in (4, 6, 5, 9)],
        {"chart": "u", "multiply": 1000},
        {
            "centre": 6,
            "runs_analysis": [runs(4, 3, 2, 5, 1, 0)],
            "points": [{"index": 1, "plotted": 4}, {"index": 4, "plotted": 9}],
        },
    ),
    "limits": case(
        "run.anhoej.limits",
        [10, 24],
        {},
        [
            {"n": 10, "longest_run_max": 6, "n_crossings_min": 2},
            {"n": 24, "longest_run_max": 8, "n_crossings_min": 8},
        ],
        abs=0,
    ),
    "number of runs": case(
        "run.number_of_runs",
        ["above", "above", "on", "above", *["below"] * 9, *["above"] * 4],
        {"table": "number of runs expected for 16 points: 5 to 12"},
        {
            "n_runs": 3,
            "n_crossings": 2,
            "too_few_runs": True,
            "too_many_runs": False,
            "longest_run": 9,
            "run_of_8": True,
            "anhoej": {"longest_run_max": 7, "n_crossings_min": 4, "signal": True},
        },
    ),
    "number of runs in other words, without a table": case(
        "run.number_of_runs",
        ["north", "south"] * 8,
        {},
        {"n_runs": 16, "too_few_runs": False, "too_many_runs": True, "run_of_8": False, "run_of_1": True},
    ),
    "phases both ways": case(
        "run.phase_change",
        dated([1, 3] * 6 + [2] + [5] * 9 + [1] * 9),
        {"baseline_points": 13, "run_length": 9, "direction": "both"},
        {
            "phases": [
                {"start": "2015-01-01", "end": "2016-01-01", "median": 2, "kind": "baseline"},
                {"start": "2016-02-01", "end": "2016-10-01", "median": 5, "kind": "sustained"},
                {"start": "2016-11-01", "end": "2017-07-01", "median": 1, "kind": "sustained"},
            ]
        },
    ),
    "phases above": case(
        "run.phase_change",
        dated([1, 3] * 6 + [2] + [5] * 9 + [1] * 9),
        {"baseline_points": 13, "run_length": 9, "direction": "above"},
        {"phases": [{"start": "2015-01-01", "median": 2}, {"start": "2016-02-01", "median": 5}]},
    ),
    "c of bare numbers": case(
        "spc.c",
        WAFERS,
        {"limits": "centre +/- 3 sqrt(centre)"},
        {"centre": 16, "upper": 28, "lower": 4, "outside_limits_index": [24]},
        abs=1e-9,
    ),
    "c with baseline": case(
        "spc.c",
        dated([4, 4, 4, 4, 20, 4]),
        {"chart": "c", "baseline_first_n": 4, "limits": "centre +/- 3 sqrt(centre), not below 0"},
        {"centre": 4, "lower": 0, "upper": 10, "outside_limits_index": [5], "points": [{"index": 5, "plotted": 20}]},
    ),
    "c with exclusions": case(
        "spc.c",
        [{"period": at, "value": value} for at, value in enumerate([9, 40, 9, 9, 9], 1)],
        {"chart": "c", "exclude_points": [2], "baseline_first_n": 5, "limits": "centre +/- 3 sqrt(centre)"},
        {
            "centre": 9,
            "lower": 0,
            "upper": 18,
            "outside_limits_index": [2],
            "runs_analysis": [
                {
                    "phase": 1,
                    "n_points": 4,
                    "n_useful": 0,
                    "longest_run": None,
                    "n_crossings": None,
                    "runs_signal": False,
                }
            ],
        },
    ),
    "p of NIST": case(
        "spc.p",
        [{"numerator": n, "denominator": 50} for n in CANS],
        {"limits": "centre +/- 3 sqrt(centre(1-centre)/n)"},
        {"centre": 0.2313, "upper": 0.4102, "lower": 0.0524, "outside_limits_index": [15, 23]},
        abs=6e-5,
    ),
    "p with phase and exclusions": case(
        "spc.p",
        [{"period": at, "numerator": n, "denominator": 50} for at, n in enumerate([*CANS, 10, 10], 1)],
        {"chart": "p", "exclude_points": [15, 23], "new_phase_after": 30, "limits": "within [0, 1]"},
        {
            "points": [
                {"index": 1, "plotted": 0.24, "centre": 0.215, "lower": 0.04070, "upper": 0.3893},
                {"index": 32, "plotted": 0.2, "centre": 0.2, "lower": 0.03029, "upper": 0.3697},
            ],
            "outside_limits_index": [15, 21, 23],
            "runs_analysis": [{"phase": 1, "n_points": 28}, {"phase": 2, "n_points": 2, "n_useful": 0}],
        },
        abs=5e-5,
    ),
    "p prime": case(
        "spc.p_prime",
        [{"period": at, "numerator": n, "denominator": 100} for at, n in enumerate([40, 60, 40, 60], 1)],
        {"chart": "p-prime (Laney)", "limits": "centre +/- 3 sigma_p(i) sigma_z; screened at 3.267 x mean"},
        # z is -2, 2, -2, 2; its moving ranges 4; sigma_z 4 / 1.128
        {"centre": 0.5, "points": [{"index": 1, "plotted": 0.4, "lower": 0, "upper": 0.5 + 0.15 * 4 / 1.128}]}
        | {"outside_limits_index": []},
        abs=0.04,
    ),
    "u with gaps": case(
        "spc.u",
        [{"period": "x", "numerator": n, "denominator": 100} for n in (4, None, 4, 30)],
        {"chart": "u", "multiply": 100, "baseline_first_n": 3, "missing": "month 2"},
        {
            "centre": 4,
            "points": [
                {"index": 1, "plotted": 4, "lower": 0, "upper": 10},
                {"index": 2, "plotted": None, "lower": None, "upper": None},
                {"index": 3, "plotted": 4, "lower": 0, "upper": 10},
                {"index": 4, "plotted": 30, "lower": 0, "upper": 10},
            ],
            "outside_limits_index": [4],
            "runs_analysis": [runs(4, 1, 1, 3, 0, 0)],
        },
    ),
    "i of NIST": case(
        "spc.i",
        [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1],
        {"limits": "mean +/- 3 average moving range / 1.128"},
        {
            "centre": 50.81,
            "average_moving_range": 1.8778,
            "upper": 55.8041,
            "lower": 45.8159,
            "outside_limits_index": [],
        },
        abs=1e-4,
    ),
    "i screened": case(
        "spc.i",
        dated(SPIKE),
        {"chart": "i", "screened_moving_range": True},
        {"centre": 35 / 18, "upper": 35 / 18 + 3 / 1.128, "outside_limits_index": [5]},
    ),
    "i unscreened": case(
        "spc.i",
        dated(SPIKE),
        {"chart": "i", "screened_moving_range": False, "baseline_first_n": 18},
        {"upper": 35 / 18 + 3 * (15 + 8 + 9) / 17 / 1.128},
    ),
    "i screened in words": case(
        "spc.i",
        dated([*SPIKE, None]),
        {"chart": "i", "limits": "mean +/- 3 average moving range / 1.128, moving ranges screened at 3.267 x mean"},
        {"lower": 35 / 18 - 3 / 1.128, "points": [{"index": 19, "plotted": None}]},
    ),
    "i prime": case(
        "spc.i_prime",
        [
            {"period": 1, "value": 20, "size": 10},
            {"period": 2, "value": 30, "size": 10},
            {"period": 3, "value": 20, "size": 10},
        ],
        {"chart": "i-prime", "plotted": "value / size", "limits": "screened at 3.2665 x mean"},
        # s = sqrt(pi / 2) / sqrt(0.2) = 2.80250; sigma = 2.80250 / sqrt(10) = 0.886227
        {
            "centre": 7 / 3,
            "points": [{"index": 2, "plotted": 3, "lower": 7 / 3 - 2.658681, "upper": 7 / 3 + 2.658681}],
            "outside_limits_index": [],
        },
    ),
    "t": case(
        "spc.t",
        [{"event": at, "time_between": 2**3.6 if at % 2 else 4**3.6} for at in range(1, 5)],
        {"chart": "t", "limits": "I chart of y^(1/3.6) with moving ranges screened at 3.267 x mean"},
        {"centre": 3**3.6, "lower": 0, "upper": (3 + 6 / 1.128) ** 3.6, "outside_limits_index": []},
    ),
    "g": case("spc.g", [0, 3, 9], {"chart": "g"}, {"centre": 3, "lower": 0, "upper": 4 + 3 * 20**0.5}),
    "rules": case(
        "spc.rules.western_electric_nelson",
        # examples of qcc's own tests
        [
            {"rule_set": "western_electric", "rule": 2, "points": [0, 2.5, 1.0, 2.6, 0]},
            {"rule_set": "western_electric", "rule": 3, "points": [0, 1.2, 1.3, 0.2, 1.4, 1.5]},
            {"rule_set": "western_electric", "rule": 4, "points": [*[-1] * 8, 1]},
            {"rule_set": "nelson", "rule": 1, "points": [0, 3.2, -3.4, 3]},
            {"rule_set": "nelson", "rule": 2, "points": [*[0.5] * 10, -0.5, *[-0.5] * 9]},
            {"rule_set": "nelson", "rule": 4, "points": [1, 3, 2, 4, 3, 5, 4, 6, 5, 7, 6, 8, 7, 9, 8]},
            {"rule_set": "nelson", "rule": 5, "points": [0, 2.3, 0.4, 2.2, -2.4, -0.2, -2.5]},
            {"rule_set": "nelson", "rule": 6, "points": [1.2, 1.3, 0.2, 1.4, 1.5, -1.2, -1.3, -0.1, -1.4, -1.5]},
            {"rule_set": "nelson", "rule": 7, "points": [*[0.3] * 16, 1.2]},
            {"rule_set": "nelson", "rule": 8, "points": [1.2, -1.3, 1.1, -1.4, 1.5, -1.2, 1.3, -1.1, 0.2]},
            {"rule_set": "nelson", "rule": 8, "points": [1.2] * 8},
        ],
        {"centre": 0, "sigma": 1},
        [
            {"rule_set": "western_electric", "rule": 2, "signal_at_index": [4]},
            {"rule_set": "western_electric", "rule": 3, "signal_at_index": [6]},
            {"rule_set": "western_electric", "rule": 4, "signal_at_index": [8]},
            {"rule_set": "nelson", "rule": 1, "signal_at_index": [2, 3]},
            {"rule_set": "nelson", "rule": 2, "signal_at_index": [20, 19, 9, 10]},
            {"rule_set": "nelson", "rule": 4, "signal_at_index": [14, 15]},
            {"rule_set": "nelson", "rule": 5, "signal_at_index": [4, 7]},
            {"rule_set": "nelson", "rule": 6, "signal_at_index": [5, 10]},
            {"rule_set": "nelson", "rule": 7, "signal_at_index": [15, 16]},
            {"rule_set": "nelson", "rule": 8, "signal_at_index": [8]},
            {"rule_set": "nelson", "rule": 8, "signal_at_index": []},
        ],
        abs=0,
    ),
    "making data count": case(
        "spc.xmr.making_data_count",
        dated(SPIKE),
        {
            "limits": "mean +/- 2.66 x average moving range",
            "moving_range_screening": "drop moving ranges >= 3.267 x average moving range, once, then recompute",
            "rules": RULES,
            "improvement_direction": "increase",
            "target": 5,
        },
        {
            "segments": [
                {
                    "segment": 0,
                    "first_period": "2015-01-01",
                    "mean": 35 / 18,
                    "lower_process_limit": 35 / 18 - 2.66,
                    "upper_process_limit": 35 / 18 + 2.66,
                    "trial_limits": False,
                }
            ],
            "signals": [{"period": "2015-05-01", "signal": "outside_high"}],
            "variation_icon_of_last_point": "common_cause",
            "assurance_icon": "consistent_fail",
        },
    ),
    "making data count, rebased between periods, trend at the end": case(
        "spc.xmr.making_data_count",
        dated([5, 6, 5, 6, 5, 6, 5, 6, 5, 6, 5, 6, 7, 9, 8, 9, 10, 11, 12, 13, 14]),
        {
            "moving_range_screening": "none",
            "rules": RULES,
            "rebase": ["2015-12-15"],
            "improvement_direction": "decrease",
            "target": 100,
            "trial_limits": "a segment with fewer than 12 points",
        },
        {
            "segments": [
                {"segment": 0, "first_period": "2015-01-01", "mean": 5.5, "trial_limits": False},
                {"segment": 1, "first_period": "2016-01-01", "mean": 31 / 3, "trial_limits": True},
            ],
            "signals": [
                {"period": "2016-01-01", "signal": "outside_low"},
                *({"period": f"2016-{month:02}-01", "signal": "trend_increasing"} for month in range(3, 9)),
                {"period": "2016-09-01", "signal": "outside_high"},
            ],
            "variation_icon_of_last_point": "special_cause_concern",
            "assurance_icon": "consistent_pass",
        },
    ),
    "making data count, limits fixed": case(
        "spc.xmr.making_data_count",
        dated([*[5, 6] * 6, *[9] * 7]),
        {
            "moving_range_screening": "none",
            "rules": RULES,
            "fix_after_n_points": 12,
            "improvement_direction": "neutral",
        },
        {
            "segments": [{"mean": 5.5, "lower_process_limit": 2.84, "upper_process_limit": 8.16}],
            "signals": [
                {"period": "2015-12-01", "signal": "shift_high"},
                *({"period": f"2016-{month:02}-01", "signal": "outside_high"} for month in range(1, 8)),
            ],
            "variation_icon_of_last_point": "neutral_high",
        },
    ),
    "assurance": case(
        "spc.xmr.making_data_count.assurance",
        {"target": 4, "charts": [{"lower": 1, "upper": 3}, {"lower": 5, "upper": 7}, {"lower": 1, "upper": 5}]},
        {},
        {
            "increase": ["consistent_fail", "consistent_pass", "inconsistent"],
            "decrease": ["consistent_pass", "consistent_fail", "inconsistent"],
            "neutral": [None, None, None],
        },
    ),
    "pattern rules": case(
        "spc.xmr.making_data_count.rules",
        # examples of NHSRplotthedots' own tests
        {
            "trend": [
                [],
                [1, 2, 3, 4, 5, 6],
                [1, 2, 3, 3, 4, 5, 6],
                [2, 1, 2, 3, 4, 5, 6, 7, 3],
                [7, 6, 5, 4, 3, 2, 1],
            ],
            "shift_side_of_mean": [[], [1] * 6, [1, 1, 1, 1, 1, 1, -1], [*[1] * 8, -1], [*[-1] * 8, 1]],
            "two_of_three": [
                {"near_limit": [0, 0, 1, 0, 1, 0, 0], "side": [1] * 7},
                {"near_limit": [0, 0, 1, 0, 1, 0, 0], "side": [1, -1, 1, -1, 1, -1, 1]},
                {"near_limit": [1, 0, 0, 1, 1], "side": [1] * 5},
                {"near_limit": [1, 0, 0, 1], "side": [1] * 4},
            ],
        },
        {},
        {
            "trend": [[], [], [], [8], [7]],
            "trend_direction": [None, None, None, "increasing", "decreasing"],
            "shift": [[], [], [], [7, 8], [7, 8]],
            "two_of_three": [[3, 5], [], [4, 5], []],
        },
        abs=0,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_comes_out(name: str) -> None:
    assert check(CASES[name], HERE) == []


def spoiled(value: Any) -> Any:
    """The same shape with something else in it."""
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, int | float):
        return value + 0.1 + abs(value)
    return "something else"


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [leaf for key in value for leaf in leaves(value[key], (*path, key))]
    if isinstance(value, list):
        return [leaf for at in range(len(value)) for leaf in leaves(value[at], (*path, at))]
    return [path]


@pytest.mark.parametrize("name", CASES)
def test_each_expected_figure_is_looked_at(name: str) -> None:
    """Whatever one changes in what is expected, the case fails."""
    for path in leaves(CASES[name]["expected"]):
        changed = copy.deepcopy(CASES[name])
        place = changed["expected"]
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = spoiled(place[path[-1]])
        if path[-1] == "index" or (path[-1] in ("rule_set", "rule")):
            continue  # names of what is expected, not figures
        assert check(changed, HERE), path


def test_every_form_of_the_family_is_covered() -> None:
    ours = {name for name in METHODS if name.startswith(("run.", "spc."))}
    assert ours - {one["method"] for one in CASES.values()} == {"spc.u_prime"}


def test_rows_from_a_file_beside_the_case(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("period,value\n2024-01,1\n2024-02,\n2024-03,3\n2024-04,2\n", encoding="utf-8")
    one = case("run.anhoej", "rows.csv", {"chart": "run"}, {"centre": 2, "runs_analysis": [runs(4, 2, 1, 4, 1, 0)]})
    assert check(one, tmp_path) == []


def test_a_chart_nobody_knows_is_an_error() -> None:
    with pytest.raises(ValueError, match="no chart"):
        check(case("spc.c", [1], {"chart": "pie"}, {}), HERE)


@pytest.mark.parametrize(
    "words",
    [["above", "above", "on the median", "below"], ["A", "A", "M", "B"], ["+", "+", "0", "-"], ["x", "x", "", "o"]],
)
def test_sides_in_other_words(words: list[str]) -> None:
    assert check(case("run.number_of_runs", words, {}, {"n_runs": 2, "longest_run": 2}), HERE) == []


def test_numbers_lie_about_their_median() -> None:
    one = case("run.number_of_runs", ["7", "9", "5", "1", "4", "6"], {}, {"n_runs": 3, "longest_run": 3})
    assert check(one, HERE) == []


def test_ones_and_noughts_are_two_sides() -> None:
    one = case("run.number_of_runs", ["1", "1", "0", "0", "0", "1"], {}, {"n_runs": 3, "longest_run": 3})
    assert check(one, HERE) == []
