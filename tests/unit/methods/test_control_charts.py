"""Control charts: published examples, peers' rules on small data, properties."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from math import pi, sqrt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shidra.methods.control_charts import (
    XMR_FACTOR,
    Kind,
    assurance_icon,
    control_chart,
    is_overdispersed,
    signals,
    snapped,
    variation_icon,
)

# NIST/SEMATECH e-Handbook 6.3.3.1: defects on 25 wafers
WAFERS = [16, 14, 28, 16, 12, 20, 10, 12, 10, 17, 19, 17, 14, 16, 15, 13, 14, 16, 11, 20, 11, 19, 16, 31, 13]
# NIST/SEMATECH e-Handbook 6.3.3.2, Montgomery example 7.1: defectives in 30 samples of 50
CANS = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]
# Montgomery example 7.3: nonconformities in 26 samples of 100 printed circuit boards
BOARDS = [21, 24, 16, 12, 15, 5, 28, 20, 31, 25, 20, 24, 16, 19, 10, 17, 13, 22, 18, 39, 30, 24, 16, 19, 17, 15]
# NIST/SEMATECH e-Handbook 6.3.2.2: flow rates of ten batches
BATCHES = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]


def test_wafers_of_nist() -> None:
    chart = control_chart("c", WAFERS)
    [phase] = chart.phases
    assert (phase.centre, phase.lower, phase.upper) == (16, 4, 28)
    assert chart.outside == [23]  # 31; the 28 is on the limit


def test_proportions_of_nist_and_montgomery() -> None:
    chart = control_chart("p", CANS, [50] * 30)
    assert chart.phases[0].centre == pytest.approx(0.2313, abs=5e-5)
    assert (chart.lower[0], chart.upper[0]) == pytest.approx((0.0524, 0.4102), abs=6e-5)
    assert chart.outside == [14, 22]
    revised = control_chart("p", CANS, [50] * 30, excluded=[14, 22])
    assert revised.phases[0].centre == pytest.approx(0.2150, abs=5e-5)
    assert (revised.lower[0], revised.upper[0]) == pytest.approx((0.0407, 0.3893), abs=6e-5)
    assert revised.outside == [14, 20, 22]  # left out of the limits, still outside
    assert revised.phases[0].runs.points == 28


def test_boards_of_montgomery() -> None:
    chart = control_chart("c", BOARDS)
    assert (chart.phases[0].centre, chart.phases[0].lower, chart.phases[0].upper) == pytest.approx(
        (19.85, 6.48, 33.22), abs=0.01
    )
    assert chart.outside == [5, 19]
    revised = control_chart("c", BOARDS, excluded=[5, 19]).phases[0]
    assert (revised.centre, revised.lower, revised.upper) == pytest.approx((19.67, 6.36, 32.97), abs=0.01)


def test_batches_of_nist() -> None:
    [phase] = control_chart("i", BATCHES, screened=False).phases
    assert (phase.centre, phase.moving_range) == pytest.approx((50.81, 1.8778), abs=1e-4)
    assert (phase.lower, phase.upper) == pytest.approx((45.8159, 55.8041), abs=1e-4)
    assert phase.is_trial


def test_screening_of_moving_ranges() -> None:
    """NHSRplotthedots, vignette on deviations: 4.60 and -0.72 with screening, 6.95 and -3.06 without."""
    values = [1, 2, 1, 2, 10, *[1, 2] * 6, 1]
    [screened] = control_chart("i", values, range_factor=XMR_FACTOR).phases
    [plain] = control_chart("i", values, range_factor=XMR_FACTOR, screened=False).phases
    assert (screened.lower, screened.upper) == pytest.approx((-0.72, 4.60), abs=0.005)
    assert (plain.lower, plain.upper) == pytest.approx((-3.06, 6.95), abs=0.005)


def test_no_moving_range_across_a_gap_but_across_what_is_excluded() -> None:
    [gap] = control_chart("i", [1, 2, None, 9, 10], screened=False).phases
    assert gap.moving_range == 1
    [excluded] = control_chart("i", [1, 2, 50, 9, 10], screened=False, excluded=[2]).phases
    assert excluded.moving_range == pytest.approx((1 + 7 + 1) / 3)
    assert excluded.centre == gap.centre == 5.5


def test_a_month_without_numerator_leaves_the_centre_line() -> None:
    chart = control_chart("u", [4, None, 6, 5], [100, 900, 100, 0], multiply=100)
    assert chart.phases[0].centre == pytest.approx(5)
    assert chart.plotted == (4, None, 6, None)
    assert chart.lower[1] is chart.upper[3] is None
    assert chart.upper[0] == pytest.approx(100 * (0.05 + 3 * sqrt(0.05 / 100)))
    assert (chart.phases[0].runs.points, chart.phases[0].observed) == (4, 2)


def test_individuals_with_sizes() -> None:
    values, sizes = [30.0, 44.0, 52.0, 21.0], [10.0, 11.0, 13.0, 7.0]
    chart = control_chart("i_prime", values, sizes)
    y = [value / size for value, size in zip(values, sizes, strict=True)]
    s = [sqrt(pi / 2) * abs(y[k + 1] - y[k]) / sqrt(1 / sizes[k] + 1 / sizes[k + 1]) for k in range(3)]
    centre = sum(values) / sum(sizes)
    assert chart.phases[0].centre == pytest.approx(centre)
    for k in range(4):
        assert chart.upper[k] == pytest.approx(centre + 3 * sum(s) / 3 / sqrt(sizes[k]))
        assert chart.lower[k] == pytest.approx(centre - 3 * sum(s) / 3 / sqrt(sizes[k]))


@pytest.mark.parametrize(("kind", "prime"), [("p", "p_prime"), ("u", "u_prime")])
def test_primes_are_wider_by_sigma_z(kind: Kind, prime: Kind) -> None:
    numerators, sizes = [400, 520, 610, 450, 700, 380], [1000, 1200, 1100, 900, 1300, 1000]
    plain, laney = control_chart(kind, numerators, sizes), control_chart(prime, numerators, sizes)
    centre = sum(numerators) / sum(sizes)
    sd = [sqrt(centre * ((1 - centre) if kind == "p" else 1) / n) for n in sizes]
    z = [(x / n - centre) / s for x, n, s in zip(numerators, sizes, sd, strict=True)]
    ranges = [abs(b - a) for a, b in pairwise(z)]
    sigma_z = sum(ranges) / 5 / 1.128
    assert plain.phases[0].sigma_z == laney.phases[0].sigma_z == pytest.approx(sigma_z)
    assert laney.upper[2] == pytest.approx(centre + 3 * sd[2] * sigma_z)
    assert plain.upper[2] == pytest.approx(centre + 3 * sd[2])
    assert is_overdispersed(sigma_z, 6)


def test_rare_events() -> None:
    times = [286, 948, 536, 124, 816, 729, 4, 143, 431, 8, 2837, 596, 81, 227, 603, 492, 1199, 1214, 2831, 96]
    chart = control_chart("t", times)  # Montgomery example 7.6: mean 5.386 and upper limit 11.6 after transformation
    [phase] = chart.phases
    assert phase.centre is not None
    assert phase.upper is not None
    assert phase.centre ** (1 / 3.6) == pytest.approx(5.386, abs=0.01)
    assert phase.upper ** (1 / 3.6) == pytest.approx(11.6, abs=0.1)
    assert phase.lower == 0
    assert chart.plotted == tuple(times)
    cases = control_chart("g", [3, 0, 8, 12, 1, 5, 40]).phases[0]
    mean = 69 / 7
    assert (cases.centre, cases.lower) == (5, 0)
    assert cases.upper == pytest.approx(mean + 3 * sqrt(mean * (mean + 1)))


def test_limits_are_frozen_and_phases_begin_anew() -> None:
    values = [10, 12, 11, 9, 10, 12, 30, 31, 29, 30, 32, 30]
    frozen = control_chart("i", values, baseline=6)
    assert frozen.phases[0].centre == pytest.approx(64 / 6)
    assert frozen.outside == [6, 7, 8, 9, 10, 11]
    broken = control_chart("i", values, breaks=[6])
    assert [phase.centre for phase in broken.phases] == [pytest.approx(64 / 6), pytest.approx(182 / 6)]
    assert broken.outside == []
    assert [(phase.start, phase.end) for phase in broken.phases] == [(0, 5), (6, 11)]


def test_rules_do_not_cross_a_break() -> None:
    values = [5, 1, 5, 1, 5, 1, 5, 1, 9, 9, 9, 9, 1, 1, 1, 1, 9, 9, 9, 9, 20, 21, 22]
    whole = signals(control_chart("i", values, baseline=8), "making_data_count")
    assert any(20 in one.points and one.at_last for one in whole)
    parts = control_chart("i", values, breaks=[12, 20])
    for one in signals(parts, "making_data_count"):
        [phase] = {phase.start for phase in parts.phases if phase.start <= one.points[0] <= phase.end}
        assert {part.start for at in one.points for part in parts.phases if part.start <= at <= part.end} == {phase}
        assert not one.at_last


def test_an_excluded_point_takes_no_part_in_patterns_but_is_told_outside() -> None:
    values = [10, 11, 9, 10, 11, 9, 10, 60, 10, 11, 9, 10, 11, 9, 10]
    chart = control_chart("i", values, excluded=[7])
    assert [(one.rule, one.points, one.direction) for one in signals(chart, "making_data_count")] == [
        ("outside_limits", (7,), "up")
    ]


def test_no_variation_is_no_error() -> None:
    chart = control_chart("i", [5] * 12)
    assert (chart.phases[0].lower, chart.phases[0].upper, chart.outside) == (5, 5, [])
    frozen = control_chart("p", [0] * 12 + [1], [40] * 13, baseline=12)
    assert frozen.outside == [12]
    assert control_chart("i", []).phases == ()
    nothing = control_chart("u", [None, None], [5, 6])
    assert nothing.phases[0].centre is None
    assert nothing.last is None


@pytest.mark.parametrize(
    ("kind", "values", "sizes", "what"),
    [
        ("x", [1], None, "no chart"),
        ("p", [1], None, "needs sizes"),
        ("p", [1], [1, 2], "as many"),
        ("p", [2], [1], "at most"),
        ("p", [-2], [1], "at least zero"),
        ("u", [2], [-1], "at least zero"),
        ("c", [2], [1], "has no sizes"),
        ("t", [0], None, "more than zero"),
        ("i", [float("nan")], None, "finite"),
    ],
)
def test_what_cannot_be(kind: Kind, values: list[float], sizes: list[float] | None, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        control_chart(kind, values, sizes)


PARTS = st.lists(st.tuples(st.none() | st.integers(0, 40), st.none() | st.integers(0, 400)), max_size=40)


@given(PARTS, st.sampled_from(["p", "p_prime", "u", "u_prime", "i_prime"]), st.sets(st.integers(0, 39), max_size=3))
def test_limits_enclose_the_centre_and_stay_possible(
    parts: list[tuple[int | None, int | None]], kind: Kind, excluded: set[int]
) -> None:
    numerators = [None if n is None else min(n, size or 0) for n, size in parts]
    chart = control_chart(kind, numerators, [size for _, size in parts], excluded=excluded, breaks=[7, 20])
    for at, (centre, lower, upper) in enumerate(zip(chart.centre, chart.lower, chart.upper, strict=True)):
        if lower is not None and upper is not None and centre is not None:
            assert lower <= centre + 1e-12
            assert centre <= upper + 1e-12
            assert kind == "i_prime" or lower >= 0
            assert kind not in ("p", "p_prime") or upper <= 1
            value = chart.plotted[at]
            assert value is not None
            if at in chart.outside:
                assert not lower <= value <= upper
            else:
                assert lower - 1e-7 <= value <= upper + 1e-7
    assert all(
        (value is None) == (not size or n is None) for value, (n, size) in zip(chart.plotted, parts, strict=True)
    )


@given(st.lists(st.integers(-50, 50), min_size=2, max_size=40), st.integers(1, 9), st.integers(-100, 100))
def test_another_unit_changes_no_signal(values: list[int], times: int, plus: int) -> None:
    one, other = control_chart("i", values), control_chart("i", [value * times + plus for value in values])
    assume(one.phases[0].moving_range)
    for rules in ("making_data_count", "western_electric", "nelson", "anhoej"):
        assert signals(one, rules) == signals(other, rules)  # type: ignore[arg-type]


# --- icons and breaks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "icons"),
    # NHSRplotthedots' own test: target 4 against 1-3, 5-7, 1-5
    [
        ("up", ["consistent_fail", "consistent_pass", "inconsistent"]),
        ("down", ["consistent_pass", "consistent_fail", "inconsistent"]),
        ("neutral", [None, None, None]),
        ("range", [None, None, None]),
    ],
)
def test_assurance(wanted: str, icons: list[str | None]) -> None:
    limits = [(1, 3), (5, 7), (1, 5)]
    assert [assurance_icon(low, high, 4, wanted) for low, high in limits] == icons  # type: ignore[arg-type]


def test_a_target_on_a_limit_is_met_by_chance() -> None:
    assert assurance_icon(4, 6, 4, "up") == assurance_icon(4, 6, 6, "up") == "inconsistent"
    assert assurance_icon(None, 6, 4, "up") is None
    assert assurance_icon(4, 6, None, "up") is None


def test_variation_icons() -> None:
    [rising] = signals(control_chart("i", [5, 5.1, 5.2, 5.3, 5.4, 5.5, 5.6]), "making_data_count")[:1]
    assert rising.direction is not None
    assert variation_icon(None, "up") == "common_cause"
    up = [one for one in signals(control_chart("i", list(range(20))), "making_data_count") if one.direction == "up"]
    assert [variation_icon(up[0], wanted) for wanted in ("up", "down", "neutral", "range")] == [  # type: ignore[arg-type]
        "improvement_high",
        "concern_high",
        "neutral_high",
        "neutral_high",
    ]


def test_breaks_snap_to_the_next_period_and_say_so() -> None:
    months = [date(2024, month, 1) for month in (1, 2, 4, 5)]
    found = snapped([date(2024, 4, 1), date(2024, 2, 14), date(2025, 1, 1)], months)
    assert [(one.asked.month, one.at, one.is_moved) for one in found] == [(2, 2, True), (4, 2, False), (1, None, True)]
