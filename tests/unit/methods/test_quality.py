"""Modified z-scores after Iglewicz and Hoaglin, and what they do where they give no verdict."""

from __future__ import annotations

import pytest

from shidra.methods.quality import median, outliers, spread


def test_published_example() -> None:
    """Expected by DHIS2's own tests of the method (BSD-3), threshold 2.1."""
    numbers = [50, 53, 58, 55, 51, 12, 51, 59, 55, 52, 58, 91]
    assert [numbers[at] for at in outliers(numbers, 2.1)] == [12, 91]


def test_outliers_do_not_mask_each_other() -> None:
    """With mean and standard deviation none of ten values can be three deviations away."""
    assert outliers([1, 2, 1, 2, 1, 2, 1, 2, 1000, 1000]) == [8, 9]


def test_no_verdict_without_spread() -> None:
    assert outliers([5, 5, 5, 5, 900]) == []
    assert spread([5, 5, 5, 5, 900]).modified_z(900) is None
    assert not spread([5, 5, 5, 5, 900]).is_outside(900)
    assert spread([5, 5, 5]).is_outside(6)


def test_bounds_are_where_the_score_is_the_threshold() -> None:
    usual = spread([10, 12, 14, 16, 18, 40])
    low, high = usual.bounds(3.5)
    assert usual.modified_z(low) == pytest.approx(-3.5)
    assert usual.modified_z(high) == pytest.approx(3.5)


@pytest.mark.parametrize(("numbers", "middle"), [([3], 3), ([1, 2], 1.5), ([9, 1, 5], 5), ([4, 1, 3, 2], 2.5)])
def test_median(numbers: list[float], middle: float) -> None:
    assert median(numbers) == middle


def test_nothing_has_no_median() -> None:
    with pytest.raises(ValueError, match="no numbers"):
        median([])
