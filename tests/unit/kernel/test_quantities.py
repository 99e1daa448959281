"""Numbers as partners write them; silence is never zero."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shidra.kernel.errors import RuleBroken
from shidra.kernel.quantities import (
    NumberAmbiguous,
    NumberUnreadable,
    Quantity,
    ValueState,
    canonical,
    format_number,
    infer_decimal_mark,
    parse_quantity,
)

amounts = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**20), max_value=10**20)


@pytest.mark.parametrize(
    ("raw", "amount"),
    [
        ("0", "0"), ("-0", "0"), ("5", "5"), ("007", "7"), ("1234", "1234"), ("12.50", "12.5"), (".5", "0.5"),
        (",5", "0.5"),
        ("0.123", "0.123"), ("0,123", "0.123"), ("1234.567", "1234.567"), ("1,234.5", "1234.5"), ("1.234,5", "1234.5"),
        ("89,7", "89.7"), ("1,234.567", "1234.567"), ("1,234,567", "1234567"), ("1.234.567", "1234567"),
        ("1 234", "1234"), ("1\u00a0234", "1234"), ("1\u202f234,5", "1234.5"), ("1\u2009234\u2009567.25", "1234567.25"),
        ("1 234,567", "1234.567"), ("1'234.5", "1234.5"), ("1’234", "1234"), ("(5)", "-5"), ("(1,234.5)", "-1234.5"),
        ("-5", "-5"), ("\u22125", "-5"), ("–5", "-5"), ("+5", "5"), ("- 5", "-5"), ("١٢٣", "123"), ("٣٫٥", "3.5"),
        ("١٬٢٣٤٫٥", "1234.5"), ("٣،٥", "3.5"), ("۱۲۳", "123"), ("\u200f5", "5"), ("\u200e-5", "-5"),
        ("\u200f\u22125\u200f", "-5"),
        ("\ufeff7", "7"), (" 7 ", "7"), (7, "7"), (-3, "-3"), (2.5, "2.5"), (0.1 + 0.2, "0.3"), (-0.0, "0"),
        (1e15, "1000000000000000"),
        (1e-7, "0.0000001"), (33.300000000000004, "33.3"), (Decimal("1E+3"), "1000"), (Decimal("1.500"), "1.5"),
        (10**27, "1" + "0" * 27), ("9" * 28, "9" * 28), ("0." + "1" * 28, "0." + "1" * 28),
    ],
)  # fmt: skip
def test_reported_numbers(raw: Any, amount: str) -> None:
    quantity = parse_quantity(raw)
    assert quantity == Quantity(ValueState.REPORTED, Decimal(amount))
    assert quantity.amount is not None
    assert canonical(quantity.amount) == amount
    assert quantity.amount.as_tuple() == Decimal(amount).as_tuple()  # equal amounts also look equal


@pytest.mark.parametrize(
    ("raw", "amount", "note", "is_percent"),
    [
        ("12%", "12", "", True), ("12 %", "12", "", True), ("%12", "12", "", True), ("89,7%", "89.7", "", True),
        ("٪١٢", "12", "", True), ("(5%)", "-5", "", True), ("-5%", "-5", "", True), ("12*", "12", "*", False),
        ("12% *", "12", "*", True), ("12²", "12", "²", False), ("12 [e]", "12", "[e]", False), ("0*", "0", "*", False),
        ("12 (הערכה)", "12", "(הערכה)", False),
    ],
)  # fmt: skip
def test_percent_signs_and_notes_are_kept(raw: str, amount: str, note: str, is_percent: bool) -> None:
    assert parse_quantity(raw) == Quantity(ValueState.REPORTED, Decimal(amount), note, is_percent)


@pytest.mark.parametrize(
    ("raw", "state", "note"),
    [
        (None, ValueState.MISSING, ""), ("", ValueState.MISSING, ""), (" \u00a0\u200f ", ValueState.MISSING, ""),
        (" " * 500, ValueState.MISSING, ""), ("-", ValueState.MISSING, "-"), ("–", ValueState.MISSING, "–"),
        ("\u2212", ValueState.MISSING, "\u2212"), ("..", ValueState.MISSING, ".."), ("…", ValueState.MISSING, "…"),
        ("No data", ValueState.MISSING, "No data"), ("אין נתונים", ValueState.MISSING, "אין נתונים"),
        ("غير متوفر", ValueState.MISSING, "غير متوفر"), ("[x]", ValueState.MISSING, "[x]"),
        ("n.a.", ValueState.NOT_APPLICABLE, "n.a."), ("N/A", ValueState.NOT_APPLICABLE, "N/A"),
        ("לא רלוונטי", ValueState.NOT_APPLICABLE, "לא רלוונטי"), ("لا ينطبق", ValueState.NOT_APPLICABLE, "لا ينطبق"),
        ("[z]", ValueState.NOT_APPLICABLE, "[z]"), ("<5", ValueState.SUPPRESSED, "<5"),
        ("< ٥", ValueState.SUPPRESSED, "< ٥"),
        ("≤10", ValueState.SUPPRESSED, "≤10"), ("*", ValueState.SUPPRESSED, "*"), ("[c]", ValueState.SUPPRESSED, "[c]"),
        ("fewer than 5", ValueState.SUPPRESSED, "fewer than 5"), ("פחות מ-5", ValueState.SUPPRESSED, "פחות מ-5"),
        ("أقل من 5", ValueState.SUPPRESSED, "أقل من 5"),
    ],
)  # fmt: skip
def test_why_there_is_no_number(raw: str | None, state: ValueState, note: str) -> None:
    assert parse_quantity(raw) == Quantity(state, None, note)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ("100.0.5", "text"), ("1_000", "text"), ("NaN", "not_finite"), ("-nan", "not_finite"),
        ("Infinity", "not_finite"),
        ("inf", "not_finite"), ("1e400", "scientific"), ("1.5E+06", "scientific"), ("½", "fraction"),
        ("1½", "fraction"),
        ("1⁄2", "fraction"), ("twelve", "text"), ("12 people", "text"), ("1,23,456", "text"), ("1,2345,678", "text"),
        ("1.234,567.8", "text"), ("1,234 567", "text"), ("5-", "text"), ("--5", "text"), ("+-5", "text"),
        ("-(5)", "text"),
        ("(-5)", "text"), ("(5", "text"), ("5)", "text"), ("5.", "text"), ("%5%", "text"), ("5‰", "text"),
        (".", "text"),
        (",", "text"), ("x", "text"), ("1٣", "text"), ("२", "text"), ("２", "text"), ("=5", "text"), ("0x10", "text"),
        ("1\u200f2", "marks"), ("\u202e12", "marks"), ("1,\u200e234", "marks"), ("#N/A", "cell_error"),
        ("#DIV/0!", "cell_error"), ("9" * 29, "too_long"), ("0." + "1" * 29, "too_long"), (10**28, "too_long"),
        pytest.param(10**5000, "too_long", id="5001 digits"), (1e300, "too_long"), (1e-300, "too_long"),
        (Decimal("1E+999999"), "too_long"),
        (float("nan"), "not_finite"), (float("inf"), "not_finite"), (Decimal("sNaN"), "not_finite"), (True, "truth"),
        (False, "truth"), (date(2021, 3, 1), "date"), (b"5", "text"), ("1" * 5000, "text"), ("01,234", "text"),
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_and_said_why(raw: Any, problem: str) -> None:
    with pytest.raises(NumberUnreadable) as unreadable:
        parse_quantity(raw)
    assert unreadable.value.code == f"quantity.{problem}"
    assert 0 < len(str(unreadable.value)) < 200


@pytest.mark.parametrize(("raw", "first", "second"), [("1,234", "1234", "1.234"), ("-12.345", "-12.345", "-12345")])
def test_one_mark_before_three_digits_is_asked(raw: str, first: str, second: str) -> None:
    with pytest.raises(NumberAmbiguous) as ambiguous:
        parse_quantity(raw)
    assert set(ambiguous.value.candidates) == {Decimal(first), Decimal(second)}
    assert first in str(ambiguous.value)
    assert second in str(ambiguous.value)


@pytest.mark.parametrize(
    ("raw", "mark", "amount"),
    [
        ("1,234", ".", "1234"), ("1,234", ",", "1.234"), ("1.234", ".", "1.234"), ("1.234", ",", "1234"),
        ("12.345%", ".", "12.345"), ("٣٫٥", ".", "3.5"), ("1234", ",", "1234"), ("1 234", ",", "1234"),
        ("89,7", ",", "89.7"),
    ],
)  # fmt: skip
def test_a_known_decimal_mark_decides(raw: str, mark: str, amount: str) -> None:
    assert parse_quantity(raw, decimal_mark=mark).amount == Decimal(amount)


@pytest.mark.parametrize(("raw", "mark"), [("89,7", "."), ("12.5", ","), ("1.234,5", "."), ("1.234.567", ".")])
def test_what_does_not_fit_the_known_decimal_mark_is_refused(raw: str, mark: str) -> None:
    with pytest.raises(NumberUnreadable) as unreadable:
        parse_quantity(raw, decimal_mark=mark)
    assert unreadable.value.code == "quantity.decimal_mark"


def test_only_the_two_marks_can_be_known() -> None:
    with pytest.raises(ValueError):
        parse_quantity("5", decimal_mark=";")


@pytest.mark.parametrize(
    ("column", "mark"),
    [
        (["1,234", "12.5"], "."), (["1,234", "0.123"], "."), (["1,234,567"], "."), (["1.234", "12,5%"], ","),
        (["1.234", "1.234.567"], ","), (["1,234", "5"], None), (["12.5", "12,5"], None), ([], None),
        (["note 1.5", 2.5, None, "1.234"], None), (["٣٫٥"], None), (["12.5*", "1,234"], "."),
    ],
)  # fmt: skip
def test_a_column_shows_its_decimal_mark(column: list[Any], mark: str | None) -> None:
    assert infer_decimal_mark(column) == mark


@given(amounts)
@example(Decimal("1E+27"))
def test_canonical_text_is_exact_and_comes_back(amount: Decimal) -> None:
    text = canonical(amount)
    assert Decimal(text) == amount
    assert "E" not in text
    assert text == canonical(amount * Decimal("1.0"))
    assert parse_quantity(text, decimal_mark=".") == Quantity(ValueState.REPORTED, amount + 0)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("1234.50", "1234.5"),
        ("0.000", "0"),
        ("-0", "0"),
        ("1E+3", "1000"),
        ("100", "100"),
        ("-0.10", "-0.1"),
        ("1E-7", "0.0000001"),
    ],
)
def test_canonical(amount: str, text: str) -> None:
    assert canonical(Decimal(amount)) == text


def test_canonical_keeps_more_digits_than_the_decimal_context() -> None:
    assert (
        canonical(Decimal("1234567890123456789012345678901234567890.10"))
        == "1234567890123456789012345678901234567890.1"
    )
    with pytest.raises(ValueError):
        canonical(Decimal("NaN"))


@pytest.mark.parametrize("locale", ["he", "ar", "en", "ar-eg"])
def test_numbers_for_readers_have_western_digits_and_groups(locale: str) -> None:
    assert format_number(Decimal("1234567.50"), locale) == "1,234,567.5"
    assert format_number(Decimal("1234567.5"), locale, 2) == "1,234,567.50"
    assert format_number(Decimal("0.125"), locale, 2) == "0.13"  # half away from zero, as people round
    assert format_number(Decimal("-0.001"), locale, 1).endswith("0.0")
    assert "-" not in format_number(Decimal("-0.001"), locale, 1)
    assert format_number(Decimal("9" * 28), locale, 2).replace(",", "") == "9" * 28 + ".00"


def test_a_minus_stays_before_its_digits_in_a_right_to_left_line() -> None:
    assert format_number(Decimal(-5), "en") == "-5"
    assert format_number(Decimal(-5), "he") == format_number(Decimal(-5), "ar") == "\u200e-5"


@given(amounts, st.sampled_from(["he", "ar", "en"]))
def test_what_we_write_for_readers_we_read_again(amount: Decimal, locale: str) -> None:
    assert parse_quantity(format_number(amount, locale), decimal_mark=".").amount == amount


@given(
    st.one_of(
        st.text(max_size=120), st.text("0123456789.,-+()%* ٣٫٬<n\u200f\u202e'eE_", max_size=30), st.floats(),
        st.integers(),
        st.decimals(),
    ),
    st.sampled_from([None, ".", ","]),
)  # fmt: skip
def test_nothing_but_a_broken_rule_comes_of_any_input(raw: Any, mark: str | None) -> None:
    quantity: Quantity | None = None
    with suppress(RuleBroken):
        quantity = parse_quantity(raw, decimal_mark=mark)
    if quantity is not None:
        assert (quantity.amount is not None) == (quantity.state is ValueState.REPORTED)
        if quantity.amount is not None:
            assert Decimal(canonical(quantity.amount)) == quantity.amount
            assert sum(map(str.isdigit, canonical(quantity.amount))) <= 29
