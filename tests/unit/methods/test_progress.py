from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shidra.methods.progress import (
    Course,
    aggregate,
    base_and_current,
    growth_progress,
    just_right_ratio,
    just_right_share,
    linear_progress,
    preferred_method,
    trend,
    turn,
    verdict,
    year_of,
)

TARGET_ON = date(2030, 12, 31)


def points(*values: int | str) -> list[tuple[date, Decimal]]:
    return [(date(2020 + index, 12, 31), Decimal(value)) for index, value in enumerate(values)]


@pytest.mark.parametrize(
    ("values", "target", "direction", "expected"),
    [
        ((10, 12), 30, "up", "on_course"),  # two a year, as required
        ((10, "11.5"), 30, "up", "watch"),
        ((10, 11), 30, "up", "off_course"),
        ((10, 9), 30, "up", "off_course"),
        ((50, 47), 20, "down", "on_course"),
        ((50, 51), 20, "down", "off_course"),
        ((10, 31), 30, "up", "reached"),
        ((50, 19), 20, "down", "reached"),
        ((31, 29), 30, "up", "off_course"),  # it had been there and fell back
        ((10,), 30, "up", "no_verdict"),
        ((), 30, "up", "no_verdict"),
        ((30, 29), 30, "range", "no_verdict"),
    ],
)
def test_the_change_so_far_is_held_against_the_change_required(
    values: tuple[int, ...], target: int, direction: str, expected: str
) -> None:
    assert verdict(points(*values), TARGET_ON, Decimal(target), direction) == expected


def test_a_target_whose_day_has_come_is_reached_or_missed() -> None:
    assert verdict(points(10, 20), date(2021, 12, 31), Decimal(30), "up") == "off_course"
    assert verdict(points(10, 30), date(2021, 12, 31), Decimal(30), "up") == "reached"


def test_no_arrow_stands_beside_two_numbers_that_look_equal() -> None:
    assert trend(Decimal("10.04"), Decimal("10.01"), 1) == "level"
    assert trend(Decimal("10.04"), Decimal("10.16"), 1) == "rising"
    assert trend(Decimal("12.5"), Decimal("13.4"), 0) == "level", "both are shown as 13"
    assert trend(None, Decimal(1), 0) == "unknown"


def test_better_depends_on_the_direction() -> None:
    assert turn(Decimal(1), Decimal(2), 0, "up") == "improving"
    assert turn(Decimal(1), Decimal(2), 0, "down") == "worsening"
    assert turn(Decimal(1), Decimal(2), 0, "neutral") == "unknown"
    assert turn(Decimal(1), Decimal(4), 0, "range", Decimal(3), Decimal(5)) == "improving"
    assert turn(Decimal(3), Decimal(4), 0, "range", Decimal(3), Decimal(5)) == "unchanged"
    assert turn(Decimal(4), Decimal(9), 0, "range", Decimal(3), Decimal(5)) == "worsening"


def course(base: float | None, current: float | None, **options: Any) -> Course:
    given = {"base_year": 2015, "current_year": 2020, "direction": "increase", **options}
    return Course(base_value=base, current_value=current, **given)


def test_growth_against_the_growth_required() -> None:
    # 50 to 60 in five years: 3.71% a year; 50 to 100 in fifteen: 4.73%.
    told = growth_progress(course(50, 60, target=100))
    assert told.value == pytest.approx(0.0371373 / 0.0472941, abs=1e-5)
    assert (told.status, told.method) == ("moderate_progress", "growth")
    assert told.score == pytest.approx(7.1429 * told.value - 4.2857)
    assert growth_progress(course(50, 64, target=100)).status == "substantial_progress"
    assert growth_progress(course(50, 51, target=100)).status == "limited_progress"
    assert growth_progress(course(50, 49, target=100)).status == "deterioration"


def test_a_target_once_achieved_is_achieved_whatever_the_trend() -> None:
    worsening = growth_progress(course(110, 105, target=100))
    assert (worsening.status, worsening.score) == ("target_achieved", 5)
    assert worsening.value is not None
    assert worsening.value < 0
    level = growth_progress(course(100, 100, target=100))
    assert (level.status, level.value, level.score) == ("target_achieved", None, 5)
    fell_back = growth_progress(course(100, 90, target=100))
    assert (fell_back.status, fell_back.value, fell_back.score) == ("deterioration", None, -5)


def test_without_a_target_growth_itself_counts() -> None:
    for current, status in ((108.0, "substantial_progress"), (104.0, "moderate_progress"), (101.0, "limited_progress")):
        assert growth_progress(course(100, current)).status == status
        assert growth_progress(course(100, 200 - current, direction="decrease")).status == status
    assert growth_progress(course(100, 99.9)).status == "deterioration"


def test_near_a_natural_limit_less_growth_suffices() -> None:
    plain, near = growth_progress(course(95, 96)), growth_progress(course(95, 96, natural_limit=100))
    assert (plain.status, near.status) == ("limited_progress", "moderate_progress")
    assert growth_progress(course(100, 100, natural_limit=100)).score == 5
    least = 1 - ((2 * 10 - 12) / 10) ** 4.44
    falling = growth_progress(course(12, 11.9, direction="decrease", natural_limit=10))
    assert falling.score == pytest.approx(500 * falling.value / least - 2.5)
    assert growth_progress(course(30, 29, direction="decrease", natural_limit=10)) == growth_progress(
        course(30, 29, direction="decrease")
    )


def test_zero_is_replaced_with_a_warning_and_signs_must_agree() -> None:
    assert growth_progress(course(0, 5, target=10)).zero_replaced
    assert growth_progress(course(10, 0, target=0, direction="decrease")).status == "target_achieved"
    assert growth_progress(course(10, -1, target=20)).status == "not_available"
    assert growth_progress(course(-10, 1)).status == "not_available"
    assert growth_progress(course(10, 11, target=-5, direction="decrease")).status == "not_available"
    shrinking_debt = growth_progress(course(-10, -8))
    assert shrinking_debt.value == pytest.approx(1 - 0.8 ** (1 / 5))
    assert shrinking_debt.status == "substantial_progress"


@pytest.mark.parametrize("options", [{"base_year": 2020}, {"target": 90.0, "target_year": 2015}])
def test_less_than_two_years_or_none_to_go_tell_nothing(options: dict[str, Any]) -> None:
    assert growth_progress(course(50, 60, **options)).status == "not_available"


def test_a_change_inside_its_interval_gets_no_status() -> None:
    told = growth_progress(course(50, 60, target=100, change_interval=(-1, 21)))
    assert (told.status, told.score) == ("no_detectable_change", None)
    assert linear_progress(course(50, 60, target=100, change_interval=(-1, 21))).status == "no_detectable_change"
    assert growth_progress(course(50, 60, target=100, change_interval=(3, 17))).status == "moderate_progress"
    assert growth_progress(course(99, 101, target=100, change_interval=(-1, 5))).status == "target_achieved"
    assert aggregate([told, told]).status == "no_detectable_change"


def test_straight_lines_suit_shares_near_the_whole_and_small_counts() -> None:
    told = linear_progress(course(0, 4, target=12))
    assert (told.status, told.value, told.method) == ("substantial_progress", pytest.approx(1.0), "linear")
    assert linear_progress(course(20, 17, target=5, direction="decrease")).value == pytest.approx(0.6)
    assert linear_progress(course(20, 21)).status == "not_available"
    assert preferred_method(course(95, 96, target=100), whole=100) == "linear"
    assert preferred_method(course(50, 60, target=70), whole=100) == "growth"
    assert preferred_method(course(8, 12, target=30), is_count=True) == "linear"
    assert preferred_method(course(0, 12, target=30)) == "linear"
    assert preferred_method(course(0, 12)) == "growth"


def test_several_series_together() -> None:
    several = [growth_progress(course(50, 60, target=100)), growth_progress(course(100, 120, target=110))]
    whole = aggregate(several)
    assert whole.score == pytest.approx((several[0].score + 5) / 2)  # type: ignore[operator]
    assert (whole.status, whole.counted) == ("substantial_progress", 2)
    assert aggregate([several[1], several[1]]).status == "target_achieved"
    missing = growth_progress(course(None, 5))
    assert aggregate([several[0], missing]) == aggregate([several[0]])
    assert aggregate([missing]).status == aggregate([]).status == "not_available"


def test_the_base_is_the_next_year_with_a_value_and_a_span_counts_as_its_first() -> None:
    points = [("2013/14", 4.0), ("2015/16", None), ("2016-2018", 5.0), (2019, 6.0), (2020, None)]
    assert base_and_current(points) == ((2016, 5.0), (2019, 6.0))
    assert base_and_current(points[:2]) is None
    with pytest.raises(ValueError):
        year_of("last year")


def test_just_right_becomes_less_is_better() -> None:
    assert just_right_ratio(0.8) == just_right_ratio(1.25) == 1.25
    assert just_right_share(40) == just_right_share(60) == 60
    with pytest.raises(ValueError):
        just_right_ratio(0)


@given(st.floats(0.1, 100), st.floats(0.1, 100), st.floats(0.1, 100), st.sampled_from(["increase", "decrease"]))
def test_scores_and_statuses_go_together(base: float, current: float, target: float, direction: str) -> None:
    for told in (
        growth_progress(course(base, current, target=target, direction=direction)),
        linear_progress(course(base, current, target=target, direction=direction)),
        growth_progress(course(base, current, direction=direction)),
    ):
        if told.status == "not_available":
            assert told.score is None
            continue
        assert told.score is not None
        assert -5 <= told.score <= 5
        if told.status != "target_achieved":
            # The scores of the source meet at the thresholds to the fourth digit.
            least = {"substantial_progress": 2.5, "moderate_progress": 0, "limited_progress": -2.5}.get(told.status, -5)
            most = {"moderate_progress": 2.5, "limited_progress": 0, "deterioration": -2.5}.get(told.status, 5)
            assert least - 1e-3 <= told.score <= most + 1e-3
