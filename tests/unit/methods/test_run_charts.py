"""Run charts: the hospital infections of qicharts2, and phases as runcharter's own tests have them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shidra.methods.control_charts import control_chart, signals
from shidra.methods.run_charts import propose_phases, sides_of

VALUES = st.lists(st.integers(0, 12), max_size=50)

# runcharter's data set signals, ward X (54 months from January 2014)
WARD_X = [9, 22, 19, 18, 8, 7, 11, 11, 11, 12, 2, 8, 9, 6, 7, 11, 11, 11, 21, 12, 21, 12, 21, 13, 5, 6, 4, 15, 12, 7]
WARD_X += [14, 7, 9, 13, 13, 7, 5, 4, 10, 4, 9, 4, 8, 6, 9, 9, 4, 5, 2, 6, 16, 8, 7, 6, 4]


@pytest.mark.parametrize("direction", ["below", "both"])
@pytest.mark.parametrize("baseline", [9, 13])
def test_ward_x_gets_a_new_phase(direction: str, baseline: int) -> None:
    """Expected by runcharter's own tests (baseline of 9): 11, then 6 from December 2016 to August 2017."""
    first, second = propose_phases(WARD_X, baseline, 9, direction)  # type: ignore[arg-type]
    assert (first.start, first.end, first.median, first.kind) == (0, baseline - 1, 11, "baseline")
    assert (second.start, second.end, second.median, second.kind) == (35, 43, 6, "sustained")
    assert second.direction == "down"


def test_ward_x_has_none_above() -> None:
    assert [phase.kind for phase in propose_phases(WARD_X, 9, 9, "above")] == ["baseline"]


def test_points_on_the_median_are_passed_over() -> None:
    values = [1, 3, 1, 3, 2, 1, 3, 1, 3, 2, 1, 3, 2, *[5, 5, 2, 5, 5, 5, 2, 5, 6, 5, 7]]
    first, second = propose_phases(values)
    assert (first.median, second.median, second.start, second.end) == (2, 5, 13, 23)


def test_missing_points_are_no_points() -> None:
    with_gaps: list[float | None] = []
    for value in WARD_X:
        with_gaps += [value, None]
    assert [(one.start // 2, one.end // 2, one.median) for one in propose_phases(with_gaps)] == [
        (one.start, one.end, one.median) for one in propose_phases(WARD_X)
    ]


def test_too_few_points_propose_nothing() -> None:
    assert propose_phases([1, 2, None, 3]) == []
    with pytest.raises(ValueError, match="have points"):
        propose_phases(WARD_X, run=0)


@given(VALUES, st.integers(1, 13), st.integers(2, 9), st.sampled_from(["above", "below", "both"]))
def test_each_phase_is_a_run_about_the_median_before(
    values: list[int], baseline: int, run: int, direction: str
) -> None:
    phases = propose_phases(values, baseline, run, direction)  # type: ignore[arg-type]
    assert bool(phases) == (len(values) >= baseline)
    for before, phase in pairwise(phases):
        assert phase.start > before.end
        useful = [value for value in values[phase.start : phase.end + 1] if value != before.median]
        assert len(useful) == run
        assert all((value > before.median) == (phase.direction == "up") for value in useful)
        assert direction in ("both", "above" if phase.direction == "up" else "below")


def test_equal_but_for_binary_fractions_is_on_the_centre() -> None:
    assert sides_of([0.1 + 0.2, 0.3, 0.31], 0.3) == [0, 0, 1]


@given(VALUES)
def test_half_of_the_points_at_most_lie_on_each_side(values: list[int]) -> None:
    chart = control_chart("run", values)
    assert chart.sides.count(1) <= len(values) / 2
    assert chart.sides.count(-1) <= len(values) / 2
    assert all(limit is None for limit in (*chart.lower, *chart.upper))


@given(VALUES, st.sets(st.integers(0, 60)))
def test_gaps_change_nothing_but_positions(values: list[int], gaps: set[int]) -> None:
    places, with_gaps = list[int](), list[float | None]()
    for value in values:
        while len(with_gaps) in gaps:
            with_gaps.append(None)
        places.append(len(with_gaps))
        with_gaps.append(value)
    for rules in ("anhoej", "ihi"):
        plain, gapped = control_chart("run", values), control_chart("run", with_gaps)
        assert [
            (one.rule, tuple(places[at] for at in one.points), one.direction, one.at_last)
            for one in signals(plain, rules)
        ] == [(one.rule, one.points, one.direction, one.at_last) for one in signals(gapped, rules)]


def test_a_run_chart_has_no_limits_to_be_outside_of() -> None:
    with pytest.raises(ValueError, match="need limits"):
        signals(control_chart("run", [1, 2, 3]), "nelson")
