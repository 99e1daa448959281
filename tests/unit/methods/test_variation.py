"""The one call of a page: which chart, which verdict, and when there is none."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shidra.methods.variation import Options, Series, variation

NUMBERS = st.lists(st.none() | st.integers(-5, 60), max_size=40)


def around(middle: float, n: int, spread: float = 1.0) -> list[float]:
    chance = random.Random(7)
    return [round(chance.gauss(middle, spread), 3) for _ in range(n)]


@pytest.mark.parametrize(
    ("series", "kind"),
    [
        (Series("value", values=around(50, 11)), "run"),
        (Series("value", values=around(50, 12)), "i"),
        (Series("count", values=[3, 5, 2, 4, 6, 3, 2, 5, 4, 1, 3, 4]), "c"),
        (Series("count", values=[3, 50, 2, 40, 6, 93, 2, 5, 84, 1, 3, 40]), "i"),
        (Series("proportion", values=around(50, 14)), "i"),
        (Series("proportion", numerators=[50, 47, 53, 49, 51, 50] * 3, denominators=[100] * 18), "p"),
        (Series("proportion", numerators=[5000, 6000, 4100] * 6, denominators=[10000] * 18), "p_prime"),
        (Series("rate", numerators=[9, 11, 10, 8, 12, 10] * 3, denominators=[1000] * 18), "u"),
        (Series("rate", numerators=[900, 1400, 700] * 6, denominators=[1000] * 18), "u_prime"),
        (Series("time_between", values=[4, 9, 2, 7, 5, 30, 12, 6, 8, 3, 15, 6]), "t"),
        (Series("cases_between", values=[4, 9, 0, 7, 5, 30, 12, 6, 8, 3, 15, 6]), "g"),
    ],
)
def test_the_chart_follows_from_the_measure(series: Series, kind: str) -> None:
    read = variation(series)
    assert read.chart.kind == kind
    assert read.rule_sets == (("anhoej",) if kind == "run" else ("making_data_count",))
    assert read.is_overdispersed == (kind.endswith("_prime") or (series.measure == "count" and kind == "i"))


@pytest.mark.parametrize(
    ("series", "reason"),
    [
        (Series("value"), "no_points"),
        (Series("value", values=[None, None]), "no_points"),
        (Series("value", values=around(9, 9)), "few_points"),
        (Series("value", values=[5] * 20), "few_useful_points"),
        (Series("count", values=[-1, *[3] * 20]), "impossible_values"),
        (Series("time_between", values=[0, *[3] * 20]), "impossible_values"),
        (Series("proportion", numerators=[12] * 20, denominators=[11] * 20), "impossible_values"),
        (Series("proportion", numerators=[1] * 20, denominators=[0] * 20), "no_points"),
    ],
)
def test_no_verdict_says_why(series: Series, reason: str) -> None:
    read = variation(series, "up", 50)
    assert read.no_verdict == reason
    assert (read.signals, read.labels, read.variation, read.assurance) == ((), {}, None, None)


def test_a_short_last_phase_has_no_verdict_but_earlier_signals_stand() -> None:
    values = [*around(50, 12), *around(60, 8), *around(70, 5)]
    read = variation(Series("value", values=values), "up", options=Options(baseline=12, breaks=[20]))
    assert read.no_verdict == "few_points"
    assert read.variation is None
    assert read.is_trial
    assert {one.rule for one in read.signals} >= {"outside_limits", "shift"}
    assert max(at for one in read.signals for at in one.points) < 20


def test_the_icons_speak_of_the_last_point() -> None:
    spike = [*around(50, 12), 90, *around(50, 11)]
    read = variation(Series("value", values=spike), "up", 40, Options(baseline=12))
    assert read.labels[12].rule == "outside_limits"
    assert (read.variation, read.assurance) == ("common_cause", "consistent_pass")
    late = variation(Series("value", values=[*around(50, 23), 90, None]), "down", 40)
    assert (late.last, late.variation, late.assurance) == (23, "concern_high", "consistent_fail")
    assert late.labels[23].at_last


def test_run_charts_by_wish_with_ihi_beside_anhoej() -> None:
    values = [5, 7, 4, 8, 5, 7, 4, 8, 9, 9.5, 10, 11, 12, 13, 14, 15]
    read = variation(Series("value", values=values), "up", options=Options(kind="run", rule_sets=("anhoej", "ihi")))
    assert read.chart.kind == "run"
    assert {one.rule_set for one in read.signals} == {"anhoej", "ihi"}
    assert {one.rule for one in read.signals if one.rule_set == "ihi"} >= {"shift", "trend"}
    assert read.variation == "improvement_high"
    assert read.assurance is None


def test_rules_that_need_limits_give_way_on_a_run_chart_nobody_asked_for() -> None:
    read = variation(Series("value", values=around(5, 11)), options=Options(rule_sets=("nelson",)))
    assert (read.chart.kind, read.rule_sets) == ("run", ("anhoej",))
    with pytest.raises(ValueError, match="need limits"):
        variation(Series("value", values=around(5, 11)), options=Options(kind="run", rule_sets=("nelson",)))


def test_phases_are_proposed_not_made() -> None:
    values = [*around(50, 13), *around(60, 9), *around(60, 3)]
    read = variation(Series("value", values=values))
    assert len(read.chart.phases) == 1
    assert [(one.kind, one.start) for one in read.proposed] == [("baseline", 0), ("sustained", 13)]
    assert variation(Series("value", values=values), options=Options(breaks=[13])).proposed == ()


def test_percentages_are_shown_as_percentages() -> None:
    read = variation(Series("proportion", numerators=[10, 12] * 8, denominators=[40] * 16, multiply=100), "up", 60)
    assert read.chart.plotted[0] == 25
    assert read.chart.phases[0].centre == pytest.approx(27.5)
    assert read.assurance == "consistent_fail"


MEASURES = ["proportion", "rate", "count", "value", "time_between", "cases_between"]


@given(
    st.sampled_from(MEASURES),
    NUMBERS,
    st.none() | st.lists(st.none() | st.integers(0, 60), min_size=40, max_size=40),
    st.sampled_from(["up", "down", "range", "neutral"]),
    st.sets(st.integers(0, 39), max_size=3),
    st.sets(st.integers(0, 39), max_size=3),
    st.none() | st.integers(1, 20),
    st.sets(st.sampled_from(["anhoej", "ihi", "making_data_count", "western_electric", "nelson"])),
)
def test_whatever_was_observed_is_read(
    measure: Any,
    numbers: list[int | None],
    sizes: list[int | None] | None,
    wanted: Any,
    breaks: set[int],
    excluded: set[int],
    baseline: int | None,
    rules: set[Any],
) -> None:
    if sizes is None:
        series = Series(measure, values=numbers)
    else:
        series = Series(measure, numerators=numbers, denominators=sizes[: len(numbers)])
    options = Options(breaks=breaks, excluded=excluded, baseline=baseline, rule_sets=tuple(sorted(rules)))
    read = variation(series, wanted, 10, options)
    chart = read.chart
    assert len(chart.plotted) == len(chart.lower) == len(chart.sigmas) == len(numbers)
    for signal in read.signals:
        assert signal.rule_set in read.rule_sets
        assert signal.points
        assert all(chart.plotted[at] is not None for at in signal.points)
        [phase] = {one for at in signal.points for one in chart.phases if one.start <= at <= one.end}
        assert phase.runs.enough
        assert not signal.at_last or phase is chart.phases[-1]
    assert (read.variation is None) == (read.no_verdict is not None)
    assert set(read.labels) == {at for signal in read.signals for at in signal.points}


def test_ten_thousand_indicators_take_seconds() -> None:
    """The whole is 2 s for 10,000 series of 60 points on the machine it was made on; here a tenth, with room."""
    chance = random.Random(1)
    many = [Series("value", values=[chance.gauss(50, 5) for _ in range(60)]) for _ in range(1000)]
    start = time.process_time()
    read = [variation(series, "up", 50) for series in many]
    assert time.process_time() - start < 3
    assert sum(one.variation != "common_cause" for one in read) < 50  # false alarms at the last point: about 1.6%
