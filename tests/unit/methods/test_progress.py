from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shidra.methods.progress import trend, turn, verdict

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
