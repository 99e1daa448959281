"""What may be added is added exactly; what may not stays apart; silence is never a zero."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shidra.methods.check import check
from shidra.methods.rollup import (
    MISSING,
    NOT_APPLICABLE,
    NOTHING,
    REPORTED,
    SUPPRESSED,
    Amount,
    Measure,
    completed,
    disagreements,
    like_for_like,
    over_periods,
    pooled,
    total_of_categories,
)

CASES = Path(__file__).resolve().parents[4] / "shared" / "cases"
COUNT, STOCK, PEOPLE = Measure("flow"), Measure("stock"), Measure("distinct")
PERCENT, MEAN = Measure("flow", Decimal(100)), Measure("average", Decimal(1))
INDEX = Measure("stock", sums=False)


def count(value: int | str) -> Amount:
    return Amount(REPORTED, Decimal(value))


def parts(numerator: int | None, denominator: int | None) -> Amount:
    return Amount(
        REPORTED,
        None,
        None if numerator is None else Decimal(numerator),
        None if denominator is None else Decimal(denominator),
    )


def test_a_pooled_rate_is_the_ratio_of_sums_not_the_mean_of_rates() -> None:
    whole = pooled(PERCENT, [parts(9, 10), parts(10, 100)])
    assert (whole.numerator, whole.denominator) == (Decimal(19), Decimal(110))
    assert whole.value == Decimal("17.2727272727")
    assert pooled(MEAN, [parts(30, 10), parts(10, 30)]).value == Decimal(1)


@given(st.lists(st.tuples(st.integers(0, 10**20), st.integers(1, 10**20)), min_size=1, max_size=30))
def test_sums_are_exact_in_any_order(pairs: list[tuple[int, int]]) -> None:
    amounts = [parts(*pair) for pair in pairs]
    whole = pooled(PERCENT, amounts)
    assert whole.numerator == sum(pair[0] for pair in pairs)
    assert whole.denominator == sum(pair[1] for pair in pairs)
    assert pooled(PERCENT, reversed(amounts)) == whole


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        (COUNT, Amount(REPORTED, Decimal(30))),
        (STOCK, Amount(REPORTED, Decimal(30))),
        (PEOPLE, Amount(NOT_APPLICABLE)),
        (INDEX, Amount(NOT_APPLICABLE)),
        (PERCENT, Amount(NOT_APPLICABLE)),  # two rates without their parts
    ],
)
def test_the_kind_decides_what_may_be_added_over_partners(measure: Measure, expected: Amount) -> None:
    assert pooled(measure, [count(10), count(20)]) == expected
    assert pooled(measure, [count(10), NOTHING]) == Amount(REPORTED, Decimal(10))  # one reporter stands for itself


def test_zero_is_a_value_and_silence_is_none() -> None:
    assert pooled(COUNT, [count(0), count(0)]) == Amount(REPORTED, Decimal(0))
    assert pooled(COUNT, [NOTHING, NOTHING]) == NOTHING
    assert pooled(COUNT, [count(5), NOTHING]) == Amount(REPORTED, Decimal(5))
    assert pooled(COUNT, [NOTHING, Amount(SUPPRESSED)]) == Amount(SUPPRESSED)
    assert pooled(COUNT, []) == NOTHING


def test_what_lacks_a_part_leaves_both_sums() -> None:
    assert completed(PERCENT, parts(5, None)) == NOTHING
    assert pooled(PERCENT, [parts(5, 10), parts(7, None), parts(None, 90)]).value == Decimal(50)


def test_a_zero_denominator_gives_no_value() -> None:
    assert pooled(PERCENT, [parts(0, 0)]).value is None
    assert pooled(PERCENT, [parts(0, 0)]).state is NOT_APPLICABLE
    assert pooled(PERCENT, [parts(1, 4), parts(0, 0)]).value == Decimal(25)


@pytest.mark.parametrize(
    ("measure", "expected"),
    [(COUNT, Decimal(60)), (STOCK, Decimal(30)), (PEOPLE, None), (INDEX, Decimal(30))],
)
def test_periods_add_or_the_last_one_stands(measure: Measure, expected: Decimal | None) -> None:
    assert over_periods(measure, [count(10), count(20), count(30)]).value == expected


def test_the_mean_of_a_stock_and_the_rate_of_a_year() -> None:
    assert over_periods(STOCK, [count(10), count(20)], stock="mean").value == Decimal(15)
    assert over_periods(PERCENT, [parts(1, 10), parts(3, 10)]).value == Decimal(20)


def test_a_year_of_eleven_months_is_not_a_year() -> None:
    assert over_periods(COUNT, [count(1)] * 11 + [NOTHING]).state is MISSING
    assert over_periods(COUNT, [count(1)] * 11 + [Amount(SUPPRESSED)]).state is SUPPRESSED


def test_a_total_is_summed_only_from_all_categories() -> None:
    known = {"female": count(10), "male": count(20)}
    assert total_of_categories(COUNT, known, ["female", "male"]) == Amount(REPORTED, Decimal(30))
    assert total_of_categories(COUNT, known, ["female", "male", "other"]) == NOTHING
    assert total_of_categories(COUNT, {**known, "male": Amount(SUPPRESSED)}, ["female", "male"]) == NOTHING
    assert total_of_categories(PEOPLE, known, ["female", "male"]) == NOTHING


def test_marginals_are_held_against_the_reported_whole() -> None:
    assert disagreements(COUNT, count(30), [count(10), count(20)]) == []
    (found,) = disagreements(COUNT, count(31), [count(10), count(20)])
    assert (found.whole, found.categories) == (Decimal(31), Decimal(30))
    assert [one.part for one in disagreements(PERCENT, parts(5, 10), [parts(2, 4), parts(3, 5)])] == ["denominator"]
    assert disagreements(COUNT, count(31), [count(10), NOTHING]) == []


def test_like_for_like_holds_the_same_reporters_against_each_other() -> None:
    before = {"A": count(100), "B": count(200), "C": NOTHING}
    now = {"A": count(110), "C": count(50)}
    pair = like_for_like(COUNT, before, now)
    assert pair is not None
    assert (pair.before.value, pair.now.value, pair.units) == (Decimal(100), Decimal(110), {"A"})
    assert like_for_like(COUNT, {"A": count(1)}, {"B": count(1)}) is None


@pytest.mark.skipif(not CASES.exists(), reason="the reference cases are not on this machine")
@pytest.mark.parametrize("path", sorted(CASES.glob("rollup-*.json")), ids=lambda path: path.stem)
def test_reference_cases(path: Path) -> None:
    assert check(json.loads(path.read_text(encoding="utf-8")), path.parent) == []
