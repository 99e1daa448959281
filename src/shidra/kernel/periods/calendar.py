"""A stretch of the calendar that a value belongs to, and the arithmetic of such stretches."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache, total_ordering

from shidra.kernel.errors import RuleBroken, gettext_noop

# Outside of these years a "year" is a typing error (20221, 0202) rather than a measurement.
EARLIEST_YEAR, LATEST_YEAR = 1800, 2200

SCHOOL_YEAR_START = 9  # Israel, and most of the northern hemisphere


class PeriodKind(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"
    SCHOOL_YEAR = "school_year"
    FISCAL_YEAR = "fiscal_year"
    SPAN = "span"
    POINT = "point"


_RANK = {kind: rank for rank, kind in enumerate(PeriodKind)}
_MONTHS_LONG = {
    PeriodKind.MONTH: 1,
    PeriodKind.QUARTER: 3,
    PeriodKind.HALF_YEAR: 6,
    PeriodKind.YEAR: 12,
    PeriodKind.SCHOOL_YEAR: 12,
    PeriodKind.FISCAL_YEAR: 12,
}
_ANY_FIRST_MONTH = (PeriodKind.SCHOOL_YEAR, PeriodKind.FISCAL_YEAR)


def add_months(day: date, months: int) -> date:
    """The first of the month that is `months` after (or, negative, before) the month of `day`."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _last_day(kind: PeriodKind, start: date) -> date | None:
    """The last day of a period of this kind that starts on `start`; None if none can start there."""
    if kind in (PeriodKind.DAY, PeriodKind.POINT):
        return start
    if kind is PeriodKind.WEEK:
        return start + timedelta(days=6) if start.weekday() == 0 else None
    months = _MONTHS_LONG[kind]
    if start.day != 1 or (kind not in _ANY_FIRST_MONTH and (start.month - 1) % months):
        return None
    return add_months(start, months) - timedelta(days=1)


@total_ordering
@dataclass(frozen=True, slots=True)
class Period:
    """`start` and `end` are both inside the period. RuleBroken if they do not make a period of that kind.

    Weeks are those of ISO 8601 (Monday first); a point is the day of a count ("night of 25 January").
    """

    kind: PeriodKind
    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start.year < EARLIEST_YEAR or self.end.year > LATEST_YEAR:
            raise RuleBroken(
                "period.out_of_range",
                gettext_noop("Years from %(first)s to %(last)s can be used."),
                first=EARLIEST_YEAR,
                last=LATEST_YEAR,
            )
        is_span = self.kind is PeriodKind.SPAN
        if not (self.start <= self.end if is_span else self.end == _last_day(self.kind, self.start)):
            raise RuleBroken(
                "period.malformed",
                gettext_noop("%(start)s to %(end)s is not a period of the kind “%(kind)s”."),
                start=self.start.isoformat(),
                end=self.end.isoformat(),
                kind=self.kind.value,
            )

    @classmethod
    def of(cls, kind: PeriodKind, start: date) -> Period:
        """The period of this kind that starts on `start`; RuleBroken if none does. Of spans, the one of a day."""
        end = None if kind is PeriodKind.SPAN else _last_day(kind, start)
        return cls(kind, start, start if end is None else end)

    @staticmethod
    def from_code(code: str) -> Period:
        """The period with this `.code`; RuleBroken if there is none."""
        return _from_code(code)

    @property
    def code(self) -> str:
        """Canonical text, ASCII, at most 24 characters:

        `2021-03-05`, `2021-W05`, `2021-03`, `2021-Q1`, `2021-H1`, `2021`, `SY2021` (school year 2021/22; `SY2021-08` if
        it starts in August), `FY2021-04` (fiscal year that starts in April 2021), `@2024-01-25` (point in time),
        `2016..2018`, `2016-05..2018-04` or `2021-05-24..2021-06-20` (spans, both ends inside).
        """
        return _code(self)

    @property
    def sort_key(self) -> tuple[date, date, int]:
        return (self.start, self.end, _RANK[self.kind])

    def __lt__(self, other: Period) -> bool:
        return self.sort_key < other.sort_key

    def __str__(self) -> str:
        return self.code

    def contains(self, other: Period | date) -> bool:
        """Whether every day of `other` is a day of this period."""
        first, last = (other.start, other.end) if isinstance(other, Period) else (other, other)
        return self.start <= first and last <= self.end

    def overlaps(self, other: Period) -> bool:
        """Whether the two share a day."""
        return self.start <= other.end and other.start <= self.end

    def next(self) -> Period:
        """The period of the same kind and length that follows without a gap."""
        return self._moved(1)

    def previous(self) -> Period:
        """The period of the same kind and length that this one follows without a gap."""
        return self._moved(-1)

    def _moved(self, steps: int) -> Period:
        after = self.end + timedelta(days=1)
        if self.kind in (PeriodKind.DAY, PeriodKind.POINT, PeriodKind.WEEK):
            return Period.of(self.kind, self.start + steps * (after - self.start))
        if self.kind is not PeriodKind.SPAN:
            return Period.of(self.kind, add_months(self.start, steps * _MONTHS_LONG[self.kind]))
        if self.start.day == 1 and after.day == 1:
            months = steps * ((after.year - self.start.year) * 12 + after.month - self.start.month)
            start, after = add_months(self.start, months), add_months(after, months)
        else:
            shift = steps * (after - self.start)
            start, after = self.start + shift, after + shift
        return Period(PeriodKind.SPAN, start, after - timedelta(days=1))

    def split(self, kind: PeriodKind) -> list[Period]:
        """The periods of `kind` that make up this one, in order; RuleBroken if they do not fit in exactly."""
        pieces: list[Period] = []
        if kind not in (PeriodKind.SPAN, PeriodKind.POINT):
            start = self.start
            while start <= self.end and (end := _last_day(kind, start)) is not None:
                pieces.append(Period(kind, start, end))
                start = end + timedelta(days=1)
        if not pieces or pieces[-1].end != self.end:
            raise RuleBroken(
                "period.cannot_split",
                gettext_noop("The period %(period)s cannot be divided into whole periods of the kind “%(kind)s”."),
                period=self.code,
                kind=kind.value,
            )
        return pieces


def period_containing(
    day: date, kind: PeriodKind, *, fiscal_year_start: int = 1, school_year_start: int = SCHOOL_YEAR_START
) -> Period:
    """The period of `kind` (any but a span) that `day` lies in; years start in the months given (1 to 12)."""
    if kind in (PeriodKind.DAY, PeriodKind.POINT):
        return Period(kind, day, day)
    if kind is PeriodKind.WEEK:
        return Period.of(kind, day - timedelta(days=day.weekday()))
    first_month = {PeriodKind.SCHOOL_YEAR: school_year_start, PeriodKind.FISCAL_YEAR: fiscal_year_start}.get(kind, 1)
    return Period.of(kind, add_months(day, -((day.month - first_month) % _MONTHS_LONG[kind])))


def periods_between(first: Period, last: Period) -> list[Period]:
    """The periods from `first` to `last`, both included; empty if `last` is earlier.

    RuleBroken if they are of different kinds, or steps from `first` do not arrive at `last`.
    """
    periods: list[Period] = []
    period = first
    while first.kind is last.kind and period <= last:
        periods.append(period)
        if period == last:
            return periods
        period = period.next()
    if first.kind is last.kind and last < first:
        return []
    raise RuleBroken(
        "period.not_in_step",
        gettext_noop("%(first)s and %(last)s are not periods of the same series."),
        first=first.code,
        last=last.code,
    )


def _code(period: Period) -> str:
    kind, start = period.kind, period.start
    if kind is PeriodKind.YEAR:
        return f"{start.year}"
    if kind is PeriodKind.MONTH:
        return f"{start.year}-{start.month:02}"
    if kind is PeriodKind.DAY:
        return start.isoformat()
    if kind is PeriodKind.WEEK:
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02}"
    if kind is PeriodKind.QUARTER:
        return f"{start.year}-Q{(start.month + 2) // 3}"
    if kind is PeriodKind.HALF_YEAR:
        return f"{start.year}-H{1 if start.month == 1 else 2}"
    if kind is PeriodKind.SCHOOL_YEAR:
        return f"SY{start.year}" if start.month == SCHOOL_YEAR_START else f"SY{start.year}-{start.month:02}"
    if kind is PeriodKind.FISCAL_YEAR:
        return f"FY{start.year}-{start.month:02}"
    if kind is PeriodKind.POINT:
        return f"@{start.isoformat()}"
    return "..".join(_span_ends(period))


def _span_ends(period: Period) -> tuple[str, str]:
    start, end = period.start, period.end
    whole_months = start.day == 1 and (end + timedelta(days=1)).day == 1
    if whole_months and start.month == 1 and end.month == 12:
        return f"{start.year}", f"{end.year}"
    if whole_months:
        return f"{start.year}-{start.month:02}", f"{end.year}-{end.month:02}"
    return start.isoformat(), end.isoformat()


_CODE = re.compile(
    r"""(?P<point>@)?(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?|-W(?P<week>\d\d)|-Q(?P<quarter>[1-4])
    |-H(?P<half>[12]))?|(?P<split>SY|FY)(?P<split_year>\d{4})(?:-(?P<split_month>\d\d))?""",
    re.ASCII | re.VERBOSE,
)
_SPAN_END = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)


@lru_cache(maxsize=8192)
def _from_code(code: str) -> Period:
    try:
        period = _span_from_code(code) if ".." in code else _single_from_code(code)
    except (ValueError, OverflowError, RuleBroken):  # 2021-02-30, week 53 of a year that has 52, year 0
        period = None
    # One text a period: `2016-01..2018-12` means the same as `2016..2018` and is not a code.
    if period is None or period.code != code:
        raise RuleBroken("period.unknown_code", gettext_noop("“%(text)s” is not the code of a period."), text=code[:60])
    return period


def _single_from_code(code: str) -> Period | None:
    match = _CODE.fullmatch(code)
    if match is None:
        return None
    part = match.groupdict()
    if part["split"]:
        kind = PeriodKind.SCHOOL_YEAR if part["split"] == "SY" else PeriodKind.FISCAL_YEAR
        return Period.of(kind, date(int(part["split_year"]), int(part["split_month"] or SCHOOL_YEAR_START), 1))
    year = int(part["year"])
    if part["point"]:
        return Period.of(PeriodKind.POINT, date(year, int(part["month"] or 0), int(part["day"] or 0)))
    if part["day"]:
        return Period.of(PeriodKind.DAY, date(year, int(part["month"]), int(part["day"])))
    if part["month"]:
        return Period.of(PeriodKind.MONTH, date(year, int(part["month"]), 1))
    if part["week"]:
        return Period.of(PeriodKind.WEEK, date.fromisocalendar(year, int(part["week"]), 1))
    if part["quarter"]:
        return Period.of(PeriodKind.QUARTER, date(year, 3 * int(part["quarter"]) - 2, 1))
    if part["half"]:
        return Period.of(PeriodKind.HALF_YEAR, date(year, 6 * int(part["half"]) - 5, 1))
    return Period.of(PeriodKind.YEAR, date(year, 1, 1))


def _span_from_code(code: str) -> Period | None:
    first, _, last = code.partition("..")
    start, end = _SPAN_END.fullmatch(first), _SPAN_END.fullmatch(last)
    if start is None or end is None:
        return None
    end_year, end_month = int(end[1]), int(end[2] or 12)
    end_day = int(end[3]) if end[3] else monthrange(end_year, end_month)[1]
    return Period(
        PeriodKind.SPAN,
        date(int(start[1]), int(start[2] or 1), int(start[3] or 1)),
        date(end_year, end_month, end_day),
    )
