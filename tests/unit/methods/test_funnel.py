"""Funnel plots against printed limits and classes, numpy, and what must hold of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from shidra.methods.funnel import (
    LEVELS,
    ControlLimits,
    Dispersion,
    Funnel,
    adjusted_ratio_limits,
    dispersion,
    funnel,
    log_z,
    poisson_limits,
    proportion_limits,
    significant_counts,
)
from shidra.methods.intervals import Limits, Parts, exact

# Deaths and people of 40 wards, and their class by the UK's public health indicators (PHEindicatormethods, its own test
# of crude rates with a ward without deaths): 0 not significant, 2 beyond 95%, 3 beyond 99.8%, negative for low.
WARDS = [
    *[(2419, 264102, 3), (2337, 259711, 3), (2291, 289247, 3), (2242, 265029, 3), (2218, 284649, 3)],
    *[(2159, 293578, 3), (2130, 286718, 3), (2111, 307381, 0), (2105, 274145, 3), (2083, 297424, 2)],
    *[(2078, 272628, 3), (2062, 269656, 3), (2061, 294692, 2), (2033, 277710, 3), (2033, 259213, 3)],
    *[(2010, 285516, 2), (2004, 269449, 3), (2002, 290888, 0), (1977, 287112, 0), (1944, 286492, 0)],
    *[(1932, 287012, 0), (1922, 291277, 0), (1912, 289859, 0), (1881, 289653, 0), (1844, 282519, 0)],
    *[(1835, 274220, 0), (1833, 280271, 0), (1825, 284206, 0), (1816, 274508, 0), (1809, 288384, -2)],
    *[(1798, 287072, -2), (1754, 282744, -3), (1746, 289208, -3), (1709, 287736, -3), (1694, 296175, -3)],
    *[(1688, 303255, -3), (1649, 285959, -3), (1553, 274661, -3), (1332, 281425, -3), (0, 297820, -3)],
]


def made(units: list[Parts], kind: str, **options: object) -> Funnel:
    plot = funnel(units, kind, **options)  # type: ignore[arg-type]
    assert plot is not None
    return plot


def test_rates_are_classed_as_by_the_peer() -> None:
    plot = made([Parts(deaths, people) for deaths, people, _ in WARDS], "rate", multiplier=100_000, adjust=False)
    got = []
    for place in plot.places:
        sign = -1 if place.side == "low" else 1
        got.append(0 if place.beyond is None else sign * {0.95: 2, 0.998: 3}[place.beyond])
    assert got == [ward[2] for ward in WARDS]
    assert plot.centre == pytest.approx(100_000 * sum(w[0] for w in WARDS) / sum(w[1] for w in WARDS))


def test_wards_differ_for_more_than_chance() -> None:
    """Adjusted limits are wider; few wards are outside any more, the one without deaths among them."""
    plot = made([Parts(deaths, people) for deaths, people, _ in WARDS], "rate")
    assert plot.is_adjusted
    assert plot.dispersion is not None
    assert plot.dispersion.phi > 10
    assert plot.dispersion.units == 39  # the ward without deaths has no z on the log scale, but is drawn
    assert plot.places[-1].z is None
    outside = [at for at, place in enumerate(plot.places) if place.beyond == 0.998]
    assert outside == [0, 1, 38, 39]


@pytest.mark.parametrize(
    ("size", "low", "high", "lowest", "highest"),
    [
        (1, 3.204264, 100, 0, 100),
        (18, 62.390093, 98.894803, 51.864359, 100),
        (45, 69.098645, 92.186251, 62.441586, 98.843309),
        (1008, 78.203374, 83.081521, 76.796814, 84.488082),
        (110000, 80.408963, 80.875933, 80.274317, 81.010578),
    ],
)
def test_limits_of_proportions_as_printed_by_the_peer(
    size: int, low: float, high: float, lowest: float, highest: float
) -> None:
    """PHEindicatormethods, its own test of funnels of proportions; centre 80.642448%."""
    inner, outer = (proportion_limits(0.80642448, size, level) for level in LEVELS)
    got = [100 * (limit or 0) for limit in (inner.lower, inner.upper, outer.lower, outer.upper)]
    assert got == [pytest.approx(limit, abs=1e-6) for limit in (low, high, lowest, highest)]


def test_limits_of_ratios_as_printed_by_the_peer() -> None:
    """FunnelPlotR's own test: expected counts of 15, 20 and 30."""
    for expected, lower, upper in ((15, 0.5596924, 1.649348), (20, 0.6108260, 1.544419), (30, 0.6746958, 1.427562)):
        limits = poisson_limits(expected)
        assert (limits.lower, limits.upper) == (pytest.approx(lower, abs=5e-7), pytest.approx(upper, abs=5e-7))
    assert poisson_limits(20, 2).upper == pytest.approx(2 * 1.544419, abs=1e-6)
    with pytest.raises(ValueError):
        poisson_limits(0)


def test_flags_as_by_the_peer() -> None:
    """FunnelPlotR's own test of outliers: on a limit is inside."""
    ratios = [1, 0.95, 1.05, 0.8, 1.2, 0.6, 1.4, 0.4, 1.6, 0]
    for limits, outside in (((0.9, 1.1), 7), ((0.79, 1.21), 5), ((0.59, 1.41), 3), ((0.38, 1.62), 1)):
        assert sum(ControlLimits(0.95, *limits).side(ratio) is not None for ratio in ratios) == outside
    assert ControlLimits(0.95, 0.9, 1.1).side(1.1) is None


@given(st.floats(0.01, 50_000), st.sampled_from(LEVELS))
def test_drawn_limits_are_the_counts_that_are_just_significant(expected: float, level: float) -> None:
    tail = (1 - level) / 2
    counts = significant_counts(expected, level)
    assert stats.gamma.cdf(expected, counts.upper) == pytest.approx(tail, rel=1e-6)
    assert exact(counts.upper, level).lower == pytest.approx(expected, rel=1e-9)
    if counts.lower is None:
        assert exact(0, level).upper > expected
    else:
        assert exact(counts.lower, level).upper == pytest.approx(expected, rel=1e-9)


units = st.lists(st.builds(Parts, st.integers(0, 400), st.integers(400, 100_000)), min_size=1, max_size=25)


@given(units, st.sampled_from(["proportion", "rate", "ratio"]), st.booleans())
def test_a_flag_says_what_the_picture_says(given_units: list[Parts], kind: str, adjust: bool) -> None:
    plot = funnel(given_units, kind, adjust=adjust)  # type: ignore[arg-type]
    if plot is None:
        assert not any(unit.numerator for unit in given_units)
        return
    for place in plot.places:
        assert place.value is not None
        assert place.size is not None
        assert plot.limits_at(place.size) == place.limits
        for limits in place.limits:
            assert limits.lower <= plot.centre <= limits.upper
            near = min(abs(place.value - limits.lower), abs(place.value - limits.upper)) <= 1e-9 * limits.upper
            if not near:
                beyond = place.beyond is not None and place.beyond >= limits.confidence
                assert beyond == (limits.side(place.value) is not None)
        assert place.limits[0].lower >= place.limits[1].lower
        assert place.limits[0].upper <= place.limits[1].upper


@given(units)
def test_few_units_have_no_adjusted_limits(given_units: list[Parts]) -> None:
    plot = funnel(given_units, "proportion")
    assert plot is not None
    if len(given_units) < 10:
        assert plot.dispersion is None
        assert not plot.is_adjusted


def test_missing_units_leave_the_centre() -> None:
    plot = made([Parts(5, 10), Parts(None, 10), Parts(3, None), Parts(0, 0), Parts(15, 30)], "proportion")
    assert plot.centre == 0.5
    assert [place.value for place in plot.places] == [0.5, None, None, None, 0.5]
    assert all(place.side is None and not place.limits for place in plot.places if place.value is None)


def test_nothing_to_draw() -> None:
    assert funnel([], "rate") is None
    assert funnel([Parts(None, 5)], "proportion") is None
    assert funnel([Parts(0, 5)], "rate") is None
    for broken in (Parts(6, 5), Parts(-1, 5), Parts(1, -5)):
        with pytest.raises(ValueError):
            funnel([broken], "proportion")


def test_a_target_in_the_units_of_the_plot() -> None:
    plot = made([Parts(5, 10), Parts(15, 30)], "proportion", target=40, multiplier=100)
    assert plot.centre == 40
    assert plot.places[0].value == 50
    assert plot.places[1].limits[0].upper == pytest.approx(100 * (0.4 + 1.959964 * math.sqrt(0.24 / 30)))


def test_dispersion_as_plain_arithmetic() -> None:
    """Twenty ratios; one of rank 1 (floor(10/21) = 0), rank 2 (20/21), and of 19, 20 (9.04, 9.5) are dropped."""
    rng = np.random.default_rng(7)
    expected = rng.uniform(20, 300, 20)
    observed = rng.poisson(expected * rng.lognormal(0, 0.3, 20)) + 1
    z = np.sqrt(expected) * np.log(observed / expected)
    kept = np.argsort(np.argsort(z)) + 1
    inside = (np.floor(kept * 10 / 21) > 0) & (np.floor(kept * 10 / 21) < 9)
    assert inside.sum() == 16
    phi = (z[inside] ** 2).mean()
    w = expected[inside]
    tau2 = max(0, (16 * phi - 15) / (w.sum() - (w**2).sum() / w.sum()))
    got = dispersion([log_z(o, e) for o, e in zip(observed, expected, strict=True)], list(expected))
    assert got == Dispersion(pytest.approx(phi), pytest.approx(tau2), 16, 20)


def test_winsorised_scores_keep_all_units() -> None:
    z = [-9.0, -1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 30.0]
    low, high = np.quantile(z, [0.1, 0.9])
    got = dispersion(z, [1.0] * 10, handling="winsorise")
    assert (got.used, got.units) == (10, 10)
    assert got.phi == pytest.approx((np.clip(z, low, high) ** 2).mean())
    assert got.tau2 == pytest.approx((10 * got.phi - 9) / (10 - 1))


def test_tied_scores_share_their_rank() -> None:
    """All of ten equal: mean rank 5.5, nobody is at an end."""
    assert dispersion([2.0] * 10, [5.0] * 10).used == 10


def test_units_as_alike_as_chance_have_it_are_not_adjusted() -> None:
    assert dispersion([0.5] * 12, [9.0] * 12).tau2 == 0
    plot = made([Parts(50 + at % 2, 100) for at in range(12)], "proportion")
    assert plot.dispersion is not None
    assert plot.dispersion.tau2 == 0
    assert not plot.is_adjusted


def test_dispersion_of_nothing_and_of_one() -> None:
    assert dispersion([None, None], [1.0, 2.0]) == Dispersion(0.0, 0.0, 0, 0)
    assert dispersion([3.0], [2.0]).tau2 == 0
    with pytest.raises(ValueError):
        dispersion([1.0], [1.0], trim=0.5)


def test_adjusted_limits_without_spread_are_those_of_the_log_scale() -> None:
    assert adjusted_ratio_limits(100, 0) == Limits(
        pytest.approx(math.exp(-0.1959964), rel=1e-7), pytest.approx(math.exp(0.1959964), rel=1e-7)
    )
    assert adjusted_ratio_limits(100, 0.03, 0.998, 2).upper == pytest.approx(2 * math.exp(3.090232 * 0.2), rel=1e-6)
