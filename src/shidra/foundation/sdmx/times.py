"""Times of SDMX (Technical Notes, section 4.2): from and to the periods of the kernel."""

from __future__ import annotations

import re
from datetime import date, timedelta

from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.periods import Period, PeriodKind
from shidra.kernel.periods.calendar import add_months

_FREQUENCIES = {
    PeriodKind.DAY: "D", PeriodKind.WEEK: "W", PeriodKind.MONTH: "M", PeriodKind.QUARTER: "Q",
    PeriodKind.HALF_YEAR: "S", PeriodKind.YEAR: "A", PeriodKind.SCHOOL_YEAR: "A", PeriodKind.FISCAL_YEAR: "A",
}  # fmt: skip
_YEAR = re.compile(r"(\d{4})(?:-A1)?", re.ASCII)
_MONTH = re.compile(r"(\d{4})-M?(\d{2})", re.ASCII)
_PART = re.compile(r"(\d{4})-([SQTW])(\d{1,2})", re.ASCII)
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?", re.ASCII)
_DAY_OF_YEAR = re.compile(r"(\d{4})-D(\d{3})", re.ASCII)
_RANGE = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:T[\d:.]+)?/P(?:(\d{1,3})Y)?(?:(\d{1,3})M)?(?:(\d{1,3})W)?(?:(\d{1,4})D)?", re.ASCII
)


def frequency_code(period: Period) -> str:
    """The code of CL_FREQ; `_O` (other) for spans and points in time."""
    return _FREQUENCIES.get(period.kind, "_O")


def time_words(period: Period) -> str:
    """The period as SDMX writes it: `2021`, `2021-S1`, `2021-Q1`, `2021-03`, `2021-W05`, `2021-03-05`; school and fiscal
    years and spans as the first day and the length: `2021-04-01/P1Y`."""
    if period.kind is PeriodKind.HALF_YEAR:
        return period.code.replace("H", "S")
    if period.kind is PeriodKind.POINT:
        return period.start.isoformat()
    if period.kind not in (PeriodKind.SCHOOL_YEAR, PeriodKind.FISCAL_YEAR, PeriodKind.SPAN):
        return period.code
    after = period.end + timedelta(days=1)
    if period.start.day == 1 and after.day == 1:
        months = (after.year - period.start.year) * 12 + after.month - period.start.month
        length = f"{months // 12}Y" if months % 12 == 0 else f"{months}M"
    else:
        length = f"{(after - period.start).days}D"
    return f"{period.start.isoformat()}/P{length}"


def read_time(text: str, *, frequency: str = "", school_year_start: int = 9) -> Period:
    """The period that a text of SDMX means. A year that begins on the first of `school_year_start` is a school year, of
    another month but January a fiscal year. Raises RuleBroken(`sdmx_time`)."""
    try:
        found = _read(text.strip(), frequency, school_year_start)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise RuleBroken("sdmx_time", gettext_noop("“%(text)s” is not a time of SDMX."), text=text[:40])
    return found


def _read(text: str, frequency: str, school_year_start: int) -> Period | None:
    if match := _YEAR.fullmatch(text):
        return Period.of(PeriodKind.YEAR, date(int(match[1]), 1, 1))
    if match := _PART.fullmatch(text):
        return _part(int(match[1]), match[2], int(match[3]))
    if match := _MONTH.fullmatch(text):
        return Period.of(PeriodKind.MONTH, date(int(match[1]), int(match[2]), 1))
    if match := _DAY_OF_YEAR.fullmatch(text):
        day = date(int(match[1]), 1, 1) + timedelta(days=int(match[2]) - 1)
        return Period.of(PeriodKind.DAY, day) if day.year == int(match[1]) else None
    if match := _DAY.fullmatch(text):
        kind = PeriodKind.DAY if frequency == "D" else PeriodKind.POINT
        return Period.of(kind, date.fromisoformat(match[1]))
    if match := _RANGE.fullmatch(text):
        start = date.fromisoformat(match[1])
        years, months, weeks, days = (int(one or 0) for one in match.groups()[1:])
        return _range(start, years * 12 + months, weeks * 7 + days, school_year_start)
    return None


def _part(year: int, kind: str, number: int) -> Period | None:
    if kind == "W":
        return Period.of(PeriodKind.WEEK, date.fromisocalendar(year, number, 1))
    length = {"S": 6, "T": 4, "Q": 3}[kind]
    if not 1 <= number <= 12 // length:
        return None
    start = date(year, (number - 1) * length + 1, 1)
    if kind == "T":  # a third of a year is a span: the kernel has no name for it
        return Period(PeriodKind.SPAN, start, add_months(start, 4) - timedelta(days=1))
    return Period.of(PeriodKind.HALF_YEAR if kind == "S" else PeriodKind.QUARTER, start)


def _range(start: date, months: int, days: int, school_year_start: int) -> Period | None:
    if not months and not days:
        return None
    if start.day != 1 and months:
        return None
    end = (add_months(start, months) if months else start) + timedelta(days=days - 1)
    if months == 12 and not days:
        if start.month == 1:
            return Period.of(PeriodKind.YEAR, start)
        kind = PeriodKind.SCHOOL_YEAR if start.month == school_year_start else PeriodKind.FISCAL_YEAR
        return Period.of(kind, start)
    return Period(PeriodKind.SPAN, start, end)
