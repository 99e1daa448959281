"""Any period, for properties that hold of all of them."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from shidra.kernel.periods import Period, PeriodKind, period_containing

days = st.dates(min_value=date(1850, 1, 1), max_value=date(2150, 12, 31))
spans = st.builds(
    lambda start, length: Period(PeriodKind.SPAN, start, start + timedelta(days=length)), days, st.integers(0, 1200)
)
year_spans = st.builds(
    lambda first, more: Period(PeriodKind.SPAN, date(first, 1, 1), date(first + more, 12, 31)),
    st.integers(1850, 2110),
    st.integers(0, 40),
)
of_a_kind = st.builds(
    lambda day, kind, fiscal, school: period_containing(day, kind, fiscal_year_start=fiscal, school_year_start=school),
    days,
    st.sampled_from([kind for kind in PeriodKind if kind is not PeriodKind.SPAN]),
    st.integers(1, 12),
    st.integers(1, 12),
)
periods = st.one_of(of_a_kind, spans, year_spans)
