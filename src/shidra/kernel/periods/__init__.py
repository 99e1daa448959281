"""Periods: the stretch of time that a value belongs to. Arithmetic, reading what people wrote, writing for readers."""

from shidra.kernel.periods.calendar import (
    SCHOOL_YEAR_START,
    Period,
    PeriodKind,
    period_containing,
    periods_between,
)
from shidra.kernel.periods.formatting import format_period
from shidra.kernel.periods.parsing import (
    ParsedPeriod,
    PeriodAmbiguous,
    PeriodUnreadable,
    infer_day_first,
    parse_period,
    possible_kinds,
)

__all__ = [
    "SCHOOL_YEAR_START",
    "ParsedPeriod",
    "Period",
    "PeriodAmbiguous",
    "PeriodKind",
    "PeriodUnreadable",
    "format_period",
    "infer_day_first",
    "parse_period",
    "period_containing",
    "periods_between",
    "possible_kinds",
]
