"""Checks of data quality: published examples, and what they do where they give no verdict."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from shidra.methods.quality import (
    Consistency,
    Outlier,
    Repetition,
    by_generalised_esd,
    by_min_max,
    by_modified_z,
    by_z,
    completeness,
    consistency_between,
    consistency_over_time,
    digit_heaping,
    median,
    repetitions,
    spread,
    timeliness,
)

MONTHS = [50, 53, 58, 55, 51, 12, 51, 59, 55, 52, 58, 91]
# Rosner's data as in the NIST/SEMATECH e-Handbook, 1.3.5.17.3.
ROSNER = [
    *[-0.25, 0.68, 0.94, 1.15, 1.20, 1.26, 1.26, 1.34, 1.38, 1.43, 1.49, 1.49, 1.55, 1.56, 1.58, 1.65, 1.69, 1.70],
    *[1.76, 1.77, 1.81, 1.91, 1.94, 1.96, 1.99, 2.06, 2.09, 2.10, 2.14, 2.15, 2.23, 2.24, 2.26, 2.35, 2.37, 2.40],
    *[2.47, 2.54, 2.62, 2.64, 2.90, 2.92, 2.92, 2.93, 3.21, 3.26, 3.30, 3.59, 3.68, 4.30, 4.64, 5.34, 5.42, 6.01],
]


def values(outliers: tuple[Outlier, ...]) -> list[float]:
    return [one.value for one in outliers]


def test_modified_z_as_published() -> None:
    """Expected by DHIS2's own tests of the method (BSD-3), threshold 2.1."""
    assert values(by_modified_z(MONTHS, 2.1).outliers) == [12, 91]


def test_z_as_published() -> None:
    """DHIS2's own test: mean 42.667, sd 17.365, bounds 7.936 and 77.397, 81 at 2.207."""
    found = by_z([31, 34, 38, 81, 39, 33], 2)
    assert (found.centre, found.spread) == (pytest.approx(42.6667, abs=1e-4), pytest.approx(17.365, abs=1e-3))
    assert (found.lower, found.upper) == (pytest.approx(7.936, abs=1e-3), pytest.approx(77.397, abs=1e-3))
    assert found.outliers == (Outlier(3, 81, pytest.approx(2.207, abs=1e-3), pytest.approx(38.333, abs=1e-3)),)


def test_min_max_as_published() -> None:
    """DHIS2's own test: eight values are out of range, one on a bound is not."""
    a = by_min_max([50, 34, 58, 68, 51, 40, 51, 59, 39, 52, 58, 91], 40, 60)
    b = by_min_max([42, 48, 45, 46, 49, 68, 48, 49, 52, 47, 11, 87], 45, 65)
    assert values(a.outliers) == [34, 68, 39, 91]
    assert values(b.outliers) == [42, 68, 11, 87]
    assert a.outliers[0] == Outlier(1, 34, None, 6)
    with pytest.raises(ValueError):
        by_min_max([1], 5, 4)


def test_generalised_esd_as_published() -> None:
    """NIST: up to ten outliers looked for, three found; statistics and critical values to three decimals."""
    found = by_generalised_esd(ROSNER, 10)
    assert [step.value for step in found.outliers] == [6.01, 5.42, 5.34]
    statistics = [3.119, 2.943, 3.179, 2.810, 2.816, 2.848, 2.279, 2.310, 2.102, 2.067]
    critical = [3.159, 3.151, 3.144, 3.136, 3.128, 3.120, 3.112, 3.103, 3.094, 3.085]
    assert [step.statistic for step in found.steps] == [pytest.approx(one, abs=6e-4) for one in statistics]
    assert [step.critical for step in found.steps] == [pytest.approx(one, abs=6e-4) for one in critical]


def test_esd_of_one_outlier_is_grubbs_test() -> None:
    numbers = [1.0, 2.0, 3.0, 2.5, 1.5, 9.0, None]
    (step,) = by_generalised_esd(numbers, 1).steps
    t = stats.t.isf(0.05 / (2 * 6), 4)
    assert step.critical == pytest.approx(5 / 6**0.5 * (t**2 / (4 + t**2)) ** 0.5)
    assert step.at == 5


def test_esd_stops_where_nothing_is_left() -> None:
    assert by_generalised_esd([4, 4, 4, 4], 2).steps == ()
    assert len(by_generalised_esd([1, 2, 3, 90], 10).steps) == 2
    for most, alpha in ((0, 0.05), (1, 0), (1, 1)):
        with pytest.raises(ValueError):
            by_generalised_esd([1, 2, 3], most, alpha)


def test_outliers_do_not_mask_each_other() -> None:
    """With mean and standard deviation none of ten values can be three deviations away."""
    numbers = [1, 2, 1, 2, 1, 2, 1, 2, 1000, 1000]
    assert [one.at for one in by_modified_z(numbers).outliers] == [8, 9]
    assert by_z(numbers).outliers == ()


@given(
    st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), max_size=10).filter(lambda n: any(x is not None for x in n))
)
def test_a_threshold_of_three_never_fires_with_ten_values(numbers: list[float | None]) -> None:
    assert by_z(numbers, 3.0000001).outliers == ()


@given(
    st.lists(st.one_of(st.none(), st.integers(-1000, 1000)), max_size=30).filter(
        lambda n: any(x is not None for x in n)
    )
)
def test_flags_are_what_lies_beyond_the_bounds(numbers: list[float | None]) -> None:
    for found in (by_modified_z(numbers, 2), by_z(numbers, 1)):
        beyond = {
            at
            for at, number in enumerate(numbers)
            if number is not None and found.spread and not found.lower - 1e-9 <= number <= found.upper + 1e-9
        }
        flagged = {one.at for one in found.outliers}
        assert beyond <= flagged
        for at in flagged - beyond:  # only what lies on a bound, up to rounding
            number = numbers[at]
            assert number is not None
            assert min(abs(number - found.lower), abs(number - found.upper)) < 1e-6


def test_no_verdict_without_spread() -> None:
    assert by_modified_z([5, 5, 5, 5, 900]).outliers == ()
    assert by_modified_z([5, 5, 5, 5, 900]).spread == 0
    assert by_z([5, 5, 5]).outliers == ()
    assert spread([5, 5, 5, 5, 900]).modified_z(900) is None
    assert not spread([5, 5, 5, 5, 900]).is_outside(900)
    assert spread([5, 5, 5]).is_outside(6)


def test_positions_count_what_is_missing() -> None:
    numbers = [None, *MONTHS[:5], None, *MONTHS[5:]]
    assert [one.at for one in by_modified_z(numbers, 2.1).outliers] == [7, 13]


def test_bounds_are_where_the_score_is_the_threshold() -> None:
    usual = spread([10, 12, 14, 16, 18, 40])
    low, high = usual.bounds(3.5)
    assert usual.modified_z(low) == pytest.approx(-3.5)
    assert usual.modified_z(high) == pytest.approx(3.5)


@pytest.mark.parametrize(("numbers", "middle"), [([3], 3), ([1, 2], 1.5), ([9, 1, 5], 5), ([4, 1, 3, 2], 2.5)])
def test_median(numbers: list[float], middle: float) -> None:
    assert median(numbers) == middle


@pytest.mark.parametrize("method", [median, spread, by_modified_z, by_z])
def test_nothing_has_no_middle(method: object) -> None:
    with pytest.raises(ValueError, match="no numbers"):
        method([])  # type: ignore[operator]


def test_a_year_against_the_three_before() -> None:
    assert consistency_over_time(133, [90, 100, 110]) == Consistency(1.33, False)
    assert consistency_over_time(134, [90, 100, 110]) == Consistency(1.34, True)
    assert consistency_over_time(66, [90, 100, 110]) == Consistency(0.66, True)
    for current, before in ((None, [1, 2, 3]), (5, [1, None, 3]), (5, []), (5, [0, 0, 0])):
        assert consistency_over_time(current, before) is None


def test_indicators_that_are_bound_to_each_other() -> None:
    assert consistency_between(110, 100) == Consistency(1.1, False)
    assert consistency_between(89, 100) == Consistency(0.89, True)
    assert consistency_between(150, 100, "at_least") == Consistency(1.5, False)
    assert consistency_between(89, 100, "at_least") == Consistency(0.89, True)
    assert consistency_between(101, 100, "at_most", 0) == Consistency(1.01, True)
    assert consistency_between(1, 100, "at_most") == Consistency(0.01, False)
    assert consistency_between(1, 0) is None
    assert consistency_between(None, 5) is None


def test_completeness_and_timeliness() -> None:
    assert completeness([1, None, 0, 4]).share == 0.75
    assert completeness([1, 2], expected=5).share == 0.4
    assert completeness([]).share is None
    assert timeliness([0, -3, 2, None]).share == 0.5


def test_repetitions() -> None:
    assert repetitions([1, 1, 1, 2, 2, 0, 0, 0, 0]) == [Repetition(0, 3, 1), Repetition(5, 4, 0)]
    assert repetitions([1, 1, None, 1, None, None, None]) == []
    assert repetitions([7, 7], 2) == [Repetition(0, 2, 7)]
    assert repetitions([]) == []
    with pytest.raises(ValueError):
        repetitions([1], 1)


def test_digits_that_people_prefer() -> None:
    rounded = digit_heaping([10 * n for n in range(1, 41)])
    assert rounded is not None
    assert (rounded.whipple, rounded.dissimilarity) == (500, pytest.approx(0.9))
    assert rounded.p < 1e-6
    even = digit_heaping(list(range(10, 60)))
    assert even is not None
    assert (even.whipple, even.dissimilarity, even.p) == (100, 0, 1)
    assert digit_heaping([*range(10), *[0.5] * 99, None]) is None


@given(st.lists(st.integers(10, 99999), min_size=30, max_size=200))
def test_heaping_is_the_chi_square_test(numbers: list[int]) -> None:
    found = digit_heaping(numbers)
    assert found is not None
    assert found.p == pytest.approx(stats.chisquare(found.digits).pvalue, rel=1e-8, abs=1e-14)
