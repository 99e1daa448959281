"""Gaps and summaries of inequality: by hand, against numpy's least squares, and when none is made."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shidra.methods.equity import (
    Group,
    OrderedSummary,
    Refused,
    Slope,
    UnorderedSummary,
    gap,
    gap_of_values,
    ordered,
    slope,
    unordered,
)
from shidra.methods.intervals import Estimate, Limits, Parts

QUINTILES = [Group(value, 100, order) for order, value in enumerate([10, 20, 30, 40, 50])]


def summary(groups: list[Group], **options: Any) -> OrderedSummary:
    found = ordered(groups, **options)
    assert isinstance(found, OrderedSummary)
    return found


def test_even_steps_between_even_quintiles() -> None:
    """Values 10 to 50, ridits 0.1 to 0.9: the line goes from 5 to 55. ACI = mean of (2X - 1)y = 8."""
    found = summary(QUINTILES)
    assert found.mean == pytest.approx(30)
    assert (found.difference, found.ratio) == (Estimate(40, None), Estimate(5, None))
    assert found.aci == Estimate(pytest.approx(8), None)
    assert found.rci == pytest.approx(8 / 30)
    assert found.linear is not None
    assert (found.linear.at_0, found.linear.at_1) == (pytest.approx(5), pytest.approx(55))
    assert found.linear.sii.value == pytest.approx(50)
    assert found.linear.rii.value == pytest.approx(11)
    assert (found.par, found.paf) == (pytest.approx(20), pytest.approx(100 * 20 / 30))


def test_nothing_to_gain_where_the_mean_is_already_better() -> None:
    """For an adverse figure the most advantaged have more of it: nobody would gain by having theirs."""
    assert summary(QUINTILES, higher_is_better=False).par == 0
    adverse = [replace(group, value=60 - (group.value or 0)) for group in QUINTILES]
    found = summary(adverse, higher_is_better=False)
    assert found.par == pytest.approx(-20)
    assert found.difference.value == -40
    assert found.aci == Estimate(pytest.approx(-8), None)


def test_order_counts_not_position() -> None:
    assert ordered(list(reversed(QUINTILES))) == ordered(QUINTILES)


def test_groups_of_one_order_are_one_place() -> None:
    split = [*QUINTILES[:2], Group(20, 60, 2), Group(45, 40, 2), *QUINTILES[3:]]
    whole = [*QUINTILES[:2], Group(30, 100, 2), *QUINTILES[3:]]
    one, other = summary(split), summary(whole)
    assert one.mean == pytest.approx(other.mean)
    assert one.aci is not None
    assert other.aci is not None
    assert one.aci.value == pytest.approx(other.aci.value)
    assert one.linear is not None
    assert other.linear is not None
    assert one.linear.sii.value == pytest.approx(other.linear.sii.value)


def test_two_ordered_groups_make_a_gap_and_no_index() -> None:
    found = summary(QUINTILES[:2])
    assert (found.difference.value, found.ratio.value) == (10, 2)
    assert [found.aci, found.rci, found.par, found.paf, found.linear, found.log, found.logit] == [None] * 7
    assert slope(QUINTILES[:2]) == Refused("too_few_groups")
    assert ordered(QUINTILES[:1]) == Refused("too_few_groups")
    assert ordered([Group(1, 5, 3), Group(2, 5, 3)]) == Refused("too_few_groups")


@pytest.mark.parametrize("make", [ordered, unordered, slope])
def test_no_summary_of_the_visible_rest(make: Any) -> None:
    assert make([*QUINTILES, Group(None, 50, 9)]) == Refused("hidden_group", (5,))
    assert make([Group(5, None), *QUINTILES]) == Refused("hidden_group", (0,))
    assert make([*QUINTILES, Group(3, 0, 9)]) == Refused("empty_group", (5,))


def test_no_logarithm_of_nothing() -> None:
    groups = [replace(QUINTILES[0], value=0), *QUINTILES[1:]]
    found = summary(groups, scale=100)
    assert (found.ratio.value, found.log, found.logit) == (None, None, None)
    assert found.linear is not None
    assert slope(groups, "log") is None
    assert summary([Group(0, 1, order) for order in range(3)]).rci is None


groups = st.lists(
    st.tuples(st.floats(0.01, 0.99), st.floats(1, 10_000)).map(lambda pair: Group(pair[0], pair[1])),
    min_size=3,
    max_size=10,
).map(lambda made: [replace(group, order=at) for at, group in enumerate(made)])


@given(groups, st.sampled_from(["none", "log", "logit"]))
def test_the_slope_is_the_weighted_least_squares_line(made: list[Group], transform: str) -> None:
    there = {"none": lambda y: y, "log": np.log, "logit": lambda y: np.log(y / (1 - y))}[transform]
    back = {"none": lambda y: y, "log": np.exp, "logit": lambda y: 1 / (1 + np.exp(-y))}[transform]
    values = np.array([group.value for group in made])
    people = np.array([group.population for group in made])
    shares = people / people.sum()
    ridits = np.cumsum(shares) - shares / 2
    root = np.sqrt(shares)
    fitted, *_ = np.linalg.lstsq(np.column_stack([root, root * ridits]), root * there(values), rcond=None)
    found = slope(made, transform)  # type: ignore[arg-type]
    assert isinstance(found, Slope)
    assert found.at_0 == pytest.approx(back(fitted[0]), rel=1e-6, abs=1e-9)
    assert found.at_1 == pytest.approx(back(fitted[0] + fitted[1]), rel=1e-6, abs=1e-9)


@given(groups)
def test_percentages_have_the_slope_of_shares(made: list[Group]) -> None:
    one = summary(made)
    other = summary([replace(group, value=100 * (group.value or 0)) for group in made], scale=100)
    assert one.logit is not None
    assert other.logit is not None
    assert one.logit.sii.value is not None
    assert other.logit.sii.value == pytest.approx(100 * one.logit.sii.value, abs=1e-9)
    assert other.logit.rii.value == pytest.approx(one.logit.rii.value)


@given(groups)
def test_turning_the_scale_round_turns_the_indices_round(made: list[Group]) -> None:
    one, other = summary(made), summary([replace(group, order=-group.order) for group in made])
    assert one.aci is not None
    assert other.aci is not None
    assert other.aci.value is not None
    assert one.aci.value == pytest.approx(-other.aci.value, abs=1e-12)
    assert one.linear is not None
    assert other.linear is not None
    assert other.linear.sii.value is not None
    assert one.linear.sii.value == pytest.approx(-other.linear.sii.value, abs=1e-9)


def limited(value: float, error: float, people: float, order: float) -> Group:
    return Group(value, people, order, limits=Limits(value - 1.959964 * error, value + 1.959964 * error))


LIMITED = [
    limited(value, error, people, at)
    for at, (value, error, people) in enumerate([(52, 2, 90), (61, 1.5, 120), (60, 3, 70), (70, 1, 150), (76, 2, 110)])
]


def test_limits_of_a_slope_are_those_of_a_weighted_sum() -> None:
    """With symmetric limits: the standard error of least squares with known errors, by matrices."""
    people = np.array([group.population for group in LIMITED])
    errors = np.array([(group.limits.upper - (group.value or 0)) / 1.959964 for group in LIMITED if group.limits])
    shares = people / people.sum()
    x = np.column_stack([np.ones(5), np.cumsum(shares) - shares / 2])
    hat = np.linalg.inv(x.T @ np.diag(shares) @ x) @ x.T @ np.diag(shares)
    error = math.sqrt((hat @ np.diag(errors**2) @ hat.T)[1, 1])
    found = summary(LIMITED, scale=100)
    assert found.linear is not None
    sii = found.linear.sii
    assert sii.value is not None
    assert sii.limits == Limits(
        pytest.approx(sii.value - 1.959964 * error), pytest.approx(sii.value + 1.959964 * error)
    )


def test_all_estimates_of_limited_groups_lie_within_limits() -> None:
    found = summary(LIMITED, scale=100)
    lines = [line for line in (found.linear, found.log, found.logit) if line is not None]
    assert len(lines) == 3
    for estimate in (
        found.difference,
        found.ratio,
        found.aci,
        *[one for line in lines for one in (line.sii, line.rii)],
    ):
        assert estimate is not None
        assert estimate.value is not None
        assert estimate.limits is not None
        assert estimate.limits.lower is not None
        assert 0 < estimate.limits.lower < estimate.value < estimate.limits.upper  # the gap is clear in each of them


def test_simulation_agrees_with_the_limits_of_a_transformed_slope() -> None:
    rng = np.random.default_rng(3)
    found = slope(LIMITED, "logit", 100)
    assert isinstance(found, Slope)
    drawn = []
    for _ in range(800):
        made = [
            replace(group, value=rng.normal(group.value or 0, (group.limits.upper - (group.value or 0)) / 1.959964))
            for group in LIMITED
            if group.limits
        ]
        one = slope(made, "logit", 100)
        assert isinstance(one, Slope)
        drawn.append(one.sii.value)
    low, high = np.quantile(drawn, [0.025, 0.975])
    assert found.sii.limits is not None
    assert found.sii.limits.lower == pytest.approx(low, abs=1.2)
    assert found.sii.limits.upper == pytest.approx(high, abs=1.2)


def test_one_group_without_limits_leaves_all_without() -> None:
    found = summary([*LIMITED[:4], replace(LIMITED[4], limits=None)])
    assert found.aci is not None
    assert found.linear is not None
    assert (found.aci.limits, found.linear.sii.limits, found.linear.rii.limits) == (None, None, None)
    assert found.difference.limits is None


def test_a_limit_at_nothing_has_no_logarithm() -> None:
    found = summary([replace(LIMITED[0], limits=Limits(0, 60)), *LIMITED[1:]], scale=100)
    assert found.log is not None
    assert found.linear is not None
    assert (found.log.sii.limits, found.log.rii.limits) == (None, None)
    assert found.linear.sii.limits is not None


def others(groups: list[Group], **options: Any) -> UnorderedSummary:
    found = unordered(groups, **options)
    assert isinstance(found, UnorderedSummary)
    return found


def test_unordered_by_hand() -> None:
    """40 with a quarter of the people, 60 with three quarters: mean 55, variance 75."""
    found = others([Group(40, 25, is_reference=True), Group(60, 75)])
    assert found.mean == pytest.approx(55)
    assert (found.difference, found.ratio, found.best) == (20, 1.5, 1)
    assert (found.bgv, found.bgsd) == (pytest.approx(75), pytest.approx(math.sqrt(75)))
    assert found.cov == pytest.approx(100 * math.sqrt(75) / 55)
    assert (found.from_mean.unweighted, found.from_mean.weighted) == (pytest.approx(10), pytest.approx(7.5))
    assert (found.from_best.unweighted, found.from_best.weighted) == (10, pytest.approx(5))
    assert found.from_reference is not None
    assert (found.from_reference.unweighted, found.from_reference.weighted) == (10, pytest.approx(15))
    assert found.disparity is not None
    assert found.disparity.unweighted == pytest.approx(1000 / 55)
    assert found.disparity.weighted == pytest.approx(750 / 55)
    r = (40 / 55, 60 / 55)
    assert found.theil == pytest.approx(0.25 * r[0] * math.log(r[0]) + 0.75 * r[1] * math.log(r[1]))
    assert found.mld == pytest.approx(-0.25 * math.log(r[0]) - 0.75 * math.log(r[1]))
    assert (found.par, found.paf) == (pytest.approx(5), pytest.approx(500 / 55))


def test_lower_is_better_turns_the_best_round() -> None:
    found = others([Group(40, 25), Group(60, 75)], higher_is_better=False)
    assert (found.best, found.par, found.from_reference) == (0, pytest.approx(-15), None)


def test_nothing_anywhere() -> None:
    found = others([Group(0, 5), Group(0, 5)])
    assert [found.cov, found.disparity, found.theil, found.mld, found.paf, found.ratio] == [None] * 6
    assert others([Group(0, 5), Group(4, 5)]).mld is None
    assert others([Group(0, 5), Group(4, 5)]).theil == pytest.approx(math.log(2))
    with pytest.raises(ValueError):
        unordered([Group(1, 5, is_reference=True), Group(1, 5, is_reference=True)])


@given(groups)
def test_equal_groups_are_not_unequal(made: list[Group]) -> None:
    found = others([replace(group, value=0.5) for group in made])
    for measure in (found.bgv, found.from_mean.weighted, found.from_best.unweighted, found.theil, found.mld, found.par):
        assert measure == pytest.approx(0, abs=1e-12)


@given(groups)
def test_splitting_a_group_changes_no_weighted_measure(made: list[Group]) -> None:
    half = replace(made[0], population=(made[0].population or 0) / 2)
    one, other = others(made), others([half, half, *made[1:]])
    for measure in ("mean", "bgv", "theil", "mld"):
        assert getattr(one, measure) == pytest.approx(getattr(other, measure), abs=1e-12)
    assert one.from_mean.weighted == pytest.approx(other.from_mean.weighted, abs=1e-12)


@given(groups)
def test_theil_and_mld_are_never_negative(made: list[Group]) -> None:
    found = others(made)
    assert found.theil is not None
    assert found.theil >= -1e-12
    assert found.mld is not None
    assert found.mld >= -1e-12


def test_a_gap_of_two_small_groups_is_not_clear() -> None:
    assert gap(Parts(3, 5), Parts(1, 5)).is_clear is False
    assert gap(Parts(300, 500), Parts(100, 500)).is_clear is True
    found = gap(Parts(3, 5), Parts(1, 5), multiplier=100)
    assert (found.difference.value, found.ratio.value) == (pytest.approx(40), pytest.approx(3))


def test_a_gap_of_figures_without_parts() -> None:
    found = gap_of_values(30, 20)
    assert (found.difference, found.ratio, found.is_clear) == (Estimate(10, None), Estimate(1.5, None), None)
    assert gap_of_values(30, 0).ratio == Estimate(None, None)
    assert gap_of_values(None, 20).difference == Estimate(None, None)
