"""Intervals against printed tables, against scipy, and what holds of all of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from shidra.methods.intervals import (
    NO_ESTIMATE,
    Estimate,
    Limits,
    Parts,
    byar,
    count,
    deviate,
    difference,
    difference_of,
    exact,
    gamma_quantile,
    gamma_share,
    proportion,
    rate,
    ratio,
    ratio_of,
    wilson,
)


@pytest.mark.parametrize(
    ("part", "whole", "lower", "upper"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_printed_by_newcombe(part: int, whole: int, lower: float, upper: float) -> None:
    """Newcombe, Stat Med 1998;17:857-872, Table I, method 3."""
    limits = wilson(part, whole)
    assert limits.lower == pytest.approx(lower, abs=5e-5)
    assert limits.upper == pytest.approx(upper, abs=5e-5)


@pytest.mark.parametrize(
    ("a", "m", "b", "n", "lower", "upper"),
    [
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (0, 10, 0, 10, -0.2775, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0),
        (10, 10, 0, 10, 0.6075, 1.0),
    ],
)
def test_difference_as_printed_by_newcombe(a: int, m: int, b: int, n: int, lower: float, upper: float) -> None:
    """Newcombe, Stat Med 1998;17:873-890, Table II, method 10: all eight contrasts."""
    limits = difference(Parts(a, m), Parts(b, n)).limits
    assert limits is not None
    assert limits.lower == pytest.approx(lower, abs=6e-5)
    assert limits.upper == pytest.approx(upper, abs=6e-5)


def test_exact_limits_of_small_counts() -> None:
    """The table that every textbook has: 0 events up to 3.69, 1 from 0.0253 to 5.57, 5 from 1.62 to 11.67."""
    assert exact(0) == Limits(0.0, pytest.approx(3.6889, abs=5e-5))
    assert exact(1) == Limits(pytest.approx(0.0253, abs=5e-5), pytest.approx(5.5716, abs=5e-5))
    assert exact(5) == Limits(pytest.approx(1.6235, abs=5e-5), pytest.approx(11.6683, abs=5e-5))


def test_byar_gives_no_lower_limit_below_zero() -> None:
    assert byar(1, 0.998).lower is None
    assert byar(0).lower is None
    assert byar(1).lower == pytest.approx(0.0131, abs=5e-5)
    assert byar(10, 0.998).lower == pytest.approx(10 * (1 - 1 / 90 - 3.090232306 / (3 * 10**0.5)) ** 3)


def test_exact_below_ten_and_byar_from_ten() -> None:
    assert count(9) == exact(9)
    assert count(10) == byar(10)


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99, 0.998])
def test_byar_is_close_to_exact_from_ten(confidence: float) -> None:
    for events in (10, 15, 40, 200, 5000):
        assert byar(events, confidence).lower == pytest.approx(exact(events, confidence).lower, rel=0.02)
        assert byar(events, confidence).upper == pytest.approx(exact(events, confidence).upper, rel=0.02)


def test_missing_is_not_zero() -> None:
    for estimate in (proportion, rate):
        assert estimate(Parts(None, 10)) == NO_ESTIMATE
        assert estimate(Parts(1, None)) == NO_ESTIMATE
        assert estimate(Parts(1, 0)) == NO_ESTIMATE
        assert estimate(Parts(0, 10)).value == 0
    assert difference(Parts(None, 10), Parts(1, 10)) == NO_ESTIMATE
    assert ratio(Parts(1, 10), Parts(0, 10)) == NO_ESTIMATE


def test_what_cannot_be_is_an_error() -> None:
    for broken in (lambda: wilson(11, 10), lambda: wilson(-1, 10), lambda: wilson(0, 0), lambda: exact(-1)):
        with pytest.raises(ValueError):
            broken()
    for confidence in (0, 1, 95):
        with pytest.raises(ValueError):
            deviate(confidence)
        with pytest.raises(ValueError):
            exact(3, confidence)
    with pytest.raises(ValueError):
        rate(Parts(3, -5))
    with pytest.raises(ValueError):
        gamma_quantile(1.0, 3)


def test_multiplier_scales_value_and_limits() -> None:
    assert rate(Parts(5, 100), 100) == Estimate(
        5.0, Limits(pytest.approx(1.62348639, rel=1e-8), pytest.approx(11.66833208, rel=1e-8))
    )
    assert proportion(Parts(1, 4), 100).value == 25


def test_ratio_without_limits_of_its_parts() -> None:
    assert ratio_of(Estimate(3, None), Estimate(2, None)) == Estimate(1.5, None)
    assert difference_of(Estimate(3, None), Estimate(2, Limits(1, 4))) == Estimate(1, None)


def test_ratio_of_rates_is_close_to_the_exact_conditional_limits() -> None:
    """For two Poisson counts the exact limits are those of a binomial share (Clopper-Pearson of 40 in 60)."""
    found = ratio(Parts(40, 1000), Parts(20, 1000), "rate").limits
    shares = stats.binomtest(40, 60).proportion_ci(method="exact")
    assert found is not None
    assert found.lower == pytest.approx(shares.low / (1 - shares.low), rel=0.03)
    assert found.upper == pytest.approx(shares.high / (1 - shares.high), rel=0.03)


shapes = st.floats(0.05, 5000)
tails = st.floats(1e-6, 1 - 1e-6)


@given(shapes, tails)
def test_gamma_quantile_agrees_with_scipy(shape: float, share: float) -> None:
    peer = special.gammaincinv(shape, share) if share <= 0.5 else special.gammainccinv(shape, 1 - share)
    assert gamma_quantile(share, shape) == pytest.approx(peer, rel=1e-11)


@given(shapes, st.floats(0, 20_000))
def test_gamma_share_agrees_with_scipy(shape: float, x: float) -> None:
    below, above = gamma_share(shape, x)
    assert below == pytest.approx(special.gammainc(shape, x), rel=1e-9, abs=1e-13)
    assert above == pytest.approx(special.gammaincc(shape, x), rel=1e-9, abs=1e-13)


@pytest.mark.parametrize("events", range(10))
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.998])
def test_limits_of_a_release_agree_with_scipy(events: int, confidence: float) -> None:
    tail = (1 - confidence) / 2
    limits = exact(events, confidence)
    assert limits.lower == (pytest.approx(stats.chi2.ppf(tail, 2 * events) / 2, rel=1e-12) if events else 0)
    assert limits.upper == pytest.approx(stats.chi2.isf(tail, 2 * events + 2) / 2, rel=1e-12)


parts = st.integers(1, 10**6).flatmap(lambda whole: st.builds(Parts, st.integers(0, whole), st.just(whole)))


@given(parts, st.floats(0.5, 0.999))
def test_wilson_holds_the_value_and_stays_in_range(of: Parts, confidence: float) -> None:
    found = proportion(of, 1, confidence)
    assert found.value is not None
    assert found.limits is not None
    assert found.limits.lower is not None
    assert 0 <= found.limits.lower <= found.value <= found.limits.upper <= 1
    assert found.limits.lower < found.limits.upper


@given(parts, parts)
def test_a_difference_stays_in_range_and_turns_round(one: Parts, other: Parts) -> None:
    here, there = difference(one, other), difference(other, one)
    assert here.value is not None
    assert here.limits is not None
    assert there.limits is not None
    assert here.limits.lower is not None
    assert there.limits.lower is not None
    assert -1 - 1e-12 <= here.limits.lower <= here.value <= here.limits.upper <= 1 + 1e-12
    assert here.limits.lower == pytest.approx(-there.limits.upper)


@given(parts, parts, st.sampled_from(["proportion", "rate"]))
def test_limits_of_a_ratio_hold_it(one: Parts, other: Parts, kind: str) -> None:
    found = ratio(one, other, kind)  # type: ignore[arg-type]
    assert (found.value is None) == (other.numerator == 0)
    if found.limits is not None:
        assert found.value is not None
        assert found.limits.lower is not None
        assert 0 <= found.limits.lower <= found.value <= found.limits.upper


@given(parts, parts)
def test_a_ratio_excludes_one_where_the_difference_excludes_nothing(one: Parts, other: Parts) -> None:
    """Both are made of the same limits: they agree on which group is higher."""
    apart, times = difference(one, other).limits, ratio(one, other).limits
    if apart is None or times is None or apart.lower is None or times.lower is None:
        return
    if apart.lower > 1e-9:
        assert times.lower > 1
    if apart.upper < -1e-9:
        assert times.upper < 1
