"""What is an error and what asks for a word, value by value and among neighbours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shidra.conditions.shared_measurement.checks import MESSAGES, check_values, context_for
from shidra.conditions.shared_measurement.values import MISSING, NOT_APPLICABLE, SUPPRESSED
from shidra.kernel import clock
from tests.unit.conditions.shared_measurement.measures import Measures, define, measures

__all__ = ["measures"]
pytestmark = pytest.mark.django_db


def codes(measures: Measures, *values: Any) -> list[str]:
    context = context_for(measures.world.initiative, values)
    return [fault.code for fault in check_values(values, context)]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"numerator": "1", "denominator": "4", "value": "25"}, []),
        ({"numerator": "0", "denominator": "4"}, []),
        ({"value": "25.5"}, []),
        ({"state": SUPPRESSED, "text": "<5"}, []),
        ({"state": NOT_APPLICABLE}, []),
        ({"numerator": "1", "denominator": "3", "value": "33.3"}, []),
        ({"numerator": "2", "denominator": "3", "value": "66.6"}, []),  # cut off rather than rounded
        ({"numerator": "1", "denominator": "3", "value": "34.5"}, ["value_differs_from_ratio"]),
        ({"numerator": "1", "denominator": "3", "value": "0.333"}, ["value_differs_from_ratio"]),
        ({"numerator": "5", "denominator": "4"}, ["part_above_whole"]),
        ({"numerator": "0", "denominator": "0"}, ["denominator_zero"]),
        ({"numerator": "1", "denominator": "-4"}, ["below_zero"]),
        ({"numerator": "-1", "denominator": "4"}, ["below_zero"]),
        ({"numerator": "1", "denominator": None}, ["part_missing"]),
        ({"value": "100.01"}, ["out_of_range"]),
        ({"value": None}, ["number_missing"]),
        ({"state": MISSING, "value": "3"}, ["number_beside_silence"]),
        ({"state": 9}, ["state_unknown"]),
        ({"value": "NaN"}, ["number_too_long"]),
        ({"value": "0." + "3" * 29}, ["number_too_long"]),
        ({"value": "25", "period": "2020-01"}, ["period_of_other_kind"]),
        ({"value": "25", "period": "2016..2018"}, []),
        ({"value": "25", "period": "20-20"}, ["period_unknown"]),
        ({"value": "25", "period": "2030"}, ["period_in_future"]),
    ],
)
def test_a_percent(measures: Measures, told: dict[str, Any], expected: list[str]) -> None:
    with clock.frozen_at(datetime(2026, 6, 1, tzinfo=UTC)):
        assert codes(measures, measures.value(**told)) == expected


@pytest.mark.parametrize(
    ("unit", "more", "told", "expected"),
    [
        ("count", {}, {"value": "0"}, []),
        ("count", {}, {"value": "-1"}, ["below_zero"]),
        ("count", {}, {"value": "1.5"}, ["not_whole"]),
        ("count", {}, {"numerator": "3", "value": "4"}, ["parts_differ_from_value"]),
        ("count", {}, {"value": "3", "denominator": "4"}, ["denominator_not_used"]),
        ("money", {"currency": "ILS"}, {"value": "-12.50"}, []),
        ("rate", {"rate_base": 1000}, {"numerator": "3", "denominator": "4", "value": "750"}, []),
        (
            "rate",
            {"rate_base": 1000},
            {"numerator": "3", "denominator": "4", "value": "75"},
            ["value_differs_from_ratio"],
        ),
        ("rate", {"rate_base": 1000}, {"numerator": "9", "denominator": "4"}, []),  # more events than people
        ("percent", {"range_high": Decimal(150)}, {"numerator": "5", "denominator": "4"}, []),
        ("percent", {"range_low": Decimal(-20)}, {"value": "-12"}, []),
        ("count", {"kind": "average"}, {"numerator": "7", "denominator": "2", "value": "3.5"}, []),
        ("grade", {"grades": ["A", "B", "C"]}, {"text": "B"}, []),
        ("grade", {"grades": ["A", "B", "C"]}, {"text": "b+"}, ["not_a_grade"]),
        ("yes_no", {}, {"value": "1"}, []),
        ("yes_no", {}, {"value": "2"}, ["not_yes_or_no"]),
    ],
)
def test_other_units(
    measures: Measures, unit: str, more: dict[str, Any], told: dict[str, Any], expected: list[str]
) -> None:
    definition = define(measures.world.initiative, "other", unit, **more)
    assert codes(measures, measures.value(definition, **told)) == expected


def test_a_flow_of_a_period_that_is_not_over_asks(measures: Measures) -> None:
    with clock.frozen_at(datetime(2020, 6, 1, tzinfo=UTC)):
        assert codes(measures, measures.value(measures.people, value="5")) == ["period_not_over"]
        assert codes(measures, measures.value(measures.homes, value="5")) == []


@pytest.mark.parametrize(
    ("total", "girls", "boys", "expected"),
    [
        (10, 6, 4, []),
        (10, 6, None, []),  # not all groups were reported: they may be less
        (10, 6, 5, ["groups_above_total"]),
        (10, 11, None, ["groups_above_total"]),
        (10, 6, 3, ["groups_below_total"]),
    ],
)
def test_groups_add_up_to_the_total(
    measures: Measures, total: int, girls: int, boys: int | None, expected: list[str]
) -> None:
    values = [measures.value(measures.homes, value=total), measures.value(measures.homes, value=girls)]
    values[1] = replace(values[1], group_id=measures.girls.pk)
    if boys is not None:
        values.append(replace(measures.value(measures.homes, value=boys), group_id=measures.boys.pk))
    assert codes(measures, *values) == expected
    # The same, when the total was reported before.
    measures.report(values[0])
    assert codes(measures, *values[1:]) == expected


def test_what_held_before_and_is_not_touched_asks_nothing_again(measures: Measures) -> None:
    girls = replace(measures.value(measures.homes, value="11"), group_id=measures.girls.pk)
    measures.report(measures.value(measures.homes, value="10"), girls)
    assert codes(measures, measures.value(measures.homes, "2019", value="3")) == []


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [(100, 119, []), (100, 121, ["denominator_jumps"]), (100, 79, ["denominator_jumps"]), (10, 19, [])],
)
def test_a_denominator_that_jumps(measures: Measures, before: int, now: int, expected: list[str]) -> None:
    measures.report(measures.value(period="2019", numerator="1", denominator=before))
    assert codes(measures, measures.value(numerator="1", denominator=now)) == expected


def test_a_value_far_from_the_partners_own_history(measures: Measures) -> None:
    usual = [50, 53, 58, 55, 51, 59, 52]
    measures.report(*(measures.value(measures.homes, str(2010 + at), value=number) for at, number in enumerate(usual)))
    assert codes(measures, measures.value(measures.homes, value="56")) == []
    for odd in ("12", "91"):
        assert codes(measures, measures.value(measures.homes, value=odd)) == ["far_from_history"]


def test_min_and_max_where_most_values_are_the_same(measures: Measures) -> None:
    """The modified z-score gives no verdict when more than half of the values are equal."""
    measures.report(
        *(
            measures.value(measures.homes, str(2010 + at), value=number)
            for at, number in enumerate([5, 5, 5, 5, 5, 7, 4])
        )
    )
    assert codes(measures, measures.value(measures.homes, value="7")) == []
    assert codes(measures, measures.value(measures.homes, value="8")) == ["far_from_history"]


def test_little_history_gives_no_verdict(measures: Measures) -> None:
    measures.report(*(measures.value(measures.homes, str(2010 + at), value=5 + at % 2) for at in range(5)))
    assert codes(measures, measures.value(measures.homes, value="5000")) == []


def test_seasons_are_held_against_their_own(measures: Measures) -> None:
    """A summer is like other summers, and unlike the rest of the year."""
    monthly = define(measures.world.initiative, "swimmers", "count", frequency="month")
    measures.report(
        *(
            measures.value(monthly, f"{year}-{month:02}", value=(900 if month == 8 else 10) + (year + month) % 5)
            for year in range(2012, 2020)
            for month in range(1, 13)
        )
    )
    assert codes(measures, measures.value(monthly, "2020-08", value="903")) == []
    assert codes(measures, measures.value(monthly, "2020-02", value="903")) == ["far_from_history"]
    assert codes(measures, measures.value(monthly, "2020-08", value="12")) == ["far_from_history"]


def test_the_number_of_queries_does_not_grow(measures: Measures) -> None:
    def queries(count: int) -> int:
        values = [measures.value(measures.homes, str(1900 + at), value="5") for at in range(count)]
        with CaptureQueriesContext(connection) as captured:
            check_values(values, context_for(measures.world.initiative, values))
        return len(captured)

    assert queries(100) == queries(1)


def test_every_message_can_be_shown(measures: Measures) -> None:
    value = measures.value(numerator="5", denominator="4")
    (fault,) = check_values([value], context_for(measures.world.initiative, [value]))
    assert str(fault) == "The part 5 is larger than the whole 4."
    assert all(severity in ("error", "warning") and message for severity, message in MESSAGES.values())
