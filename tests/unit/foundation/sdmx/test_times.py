"""Times of SDMX, from and to periods."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shidra.foundation.sdmx.times import frequency_code, read_time, time_words
from shidra.kernel.errors import RuleBroken
from shidra.kernel.periods import Period, PeriodKind


@pytest.mark.parametrize(
    ("code", "words", "frequency"),
    [
        ("2021", "2021", "A"), ("2021-H2", "2021-S2", "S"), ("2021-Q3", "2021-Q3", "Q"), ("2021-03", "2021-03", "M"),
        ("2021-W05", "2021-W05", "W"), ("2021-03-05", "2021-03-05", "D"), ("SY2021", "2021-09-01/P1Y", "A"),
        ("FY2021-04", "2021-04-01/P1Y", "A"), ("2016..2018", "2016-01-01/P3Y", "_O"),
        ("2016-05..2018-04", "2016-05-01/P2Y", "_O"), ("2021-05-24..2021-06-20", "2021-05-24/P28D", "_O"),
        ("@2024-01-25", "2024-01-25", "_O"),
    ],
)  # fmt: skip
def test_there_and_back(code: str, words: str, frequency: str) -> None:
    period = Period.from_code(code)
    assert (time_words(period), frequency_code(period)) == (words, frequency)
    assert read_time(words, frequency=frequency) == period


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2021-A1", "2021"), ("2021-M03", "2021-03"), ("2021-D032", "2021-02-01"), ("2021-T2", "2021-05..2021-08"),
        ("2021-03-05T10:00:00Z", "2021-03-05"), ("2020-01-01T00:00:00/P1Y", "2020"),
    ],
)  # fmt: skip
def test_other_ways_of_writing(text: str, code: str) -> None:
    assert read_time(text, frequency="D").code == code


@pytest.mark.parametrize(
    "text",
    ["", "21", "2021-13", "2021-Q5", "2021-S3", "2021-W54", "2021-D366", "2021-02-30", "2021-01-01/P0D", "2021-01-15/P1M",
     "٢٠٢١", "2021/22", "9999-99-99", "2021-01-01/P999Y999M"],
)  # fmt: skip
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(RuleBroken):
        read_time(text)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.integers(1, 4000))
def test_any_span_comes_back(start: date, days: int) -> None:
    span = Period(PeriodKind.SPAN, start, date.fromordinal(start.toordinal() + days))
    assert (read_time(time_words(span)).start, read_time(time_words(span)).end) == (span.start, span.end)
