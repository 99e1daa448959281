"""Periods as a reader of English, Hebrew or Arabic writes them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from babel.dates import format_date, format_skeleton

from shidra.kernel.languages import base_language
from shidra.kernel.periods.calendar import Period, PeriodKind
from shidra.kernel.periods.words import hebrew_year

Style = Literal["short", "long"]

# Ranges are words, never a dash, in right-to-left lines: a dash there lets the two years change places.
_PATTERNS: dict[str, dict[str, str]] = {
    "en": {
        "week": "week {number}, {year}",
        "week_short": "W{number} {year}",
        "half_1": "first half of {year}",
        "half_2": "second half of {year}",
        "half_short": "H{number} {year}",
        "school_year": "school year {years}",
        "fiscal_year": "financial year {years}",
        "fiscal_year_short": "FY {years}",
        "span": "{first} to {last}",
        "span_short": "{first}–{last}",
    },
    "he": {
        "week": "שבוע {number}, {year}",
        "week_short": "שבוע {number}, {year}",
        "half_1": "מחצית ראשונה {year}",
        "half_2": "מחצית שנייה {year}",
        "half_short": "מחצית {number} {year}",
        "school_year": "{hebrew_year} ({years})",
        "fiscal_year": "שנת הכספים {years}",
        "fiscal_year_short": "שנת כספים {years}",
        "span": "{first} עד {last}",
        "span_short": "{first} עד {last}",
    },
    "ar": {
        "week": "الأسبوع {number}، {year}",
        "week_short": "الأسبوع {number}، {year}",
        "half_1": "النصف الأول {year}",
        "half_2": "النصف الثاني {year}",
        "half_short": "النصف {number} {year}",
        "school_year": "السنة الدراسية {years}",
        "fiscal_year": "السنة المالية {years}",
        "fiscal_year_short": "السنة المالية {years}",
        "span": "{first} إلى {last}",
        "span_short": "{first} إلى {last}",
    },
}
# The months by the names that are used in the Levant: تشرين الثاني rather than نوفمبر.
_CLDR = {"en": "en_GB", "he": "he", "ar": "ar_PS"}


@lru_cache(maxsize=8192)
def format_period(period: Period, locale: str, style: Style = "long") -> str:
    """The period in the language of `locale` (English where it is none of ours), digits 0 to 9 in each.

    `long` stands alone in a sentence or a heading ("school year 2021/22", "תשפ״ב (2021/22)"), `short` fits an axis or a
    narrow column ("2021/22"). A point in time is written as its day.
    """
    language = base_language(locale)
    language = language if language in _PATTERNS else "en"
    patterns, cldr, short = _PATTERNS[language], _CLDR[language], style == "short"
    kind, start = period.kind, period.start
    if kind in (PeriodKind.DAY, PeriodKind.POINT):
        return _on_day(start, cldr, short)
    if kind is PeriodKind.MONTH:
        return format_skeleton("yMMM" if short else "yMMMM", start, locale=cldr)
    if kind is PeriodKind.YEAR:
        return str(start.year)
    if kind is PeriodKind.QUARTER:
        # CLDR's short quarter in Hebrew is a Latin "Q1".
        return format_skeleton("yQQQ" if short and language == "en" else "yQQQQ", start, locale=cldr)
    if kind is PeriodKind.WEEK:
        year, number, _ = start.isocalendar()
        return patterns["week_short" if short else "week"].format(number=number, year=year)
    if kind is PeriodKind.HALF_YEAR:
        number = 1 if start.month == 1 else 2
        return patterns["half_short" if short else f"half_{number}"].format(number=number, year=start.year)
    if kind is PeriodKind.SCHOOL_YEAR:
        years = _years_across(period)
        # The Hebrew year is the one that most of the school year lies in: 5782 began in September 2021.
        numeral = hebrew_year(start.year + (3761 if start.month >= 7 else 3760))
        return years if short else patterns["school_year"].format(years=years, hebrew_year=numeral)
    if kind is PeriodKind.FISCAL_YEAR:
        return patterns["fiscal_year_short" if short else "fiscal_year"].format(years=_years_across(period))
    first, last = _span_ends(period, cldr, short)
    if first == last:  # a span of a single year, month or day
        return first
    # "5 Mar 2024–11 Mar 2024" reads badly without spaces; only bare years are set closed.
    closed = short and first.isdigit() and last.isdigit()
    return patterns["span_short" if closed else "span"].format(first=first, last=last)


def _on_day(day: date, cldr: str, short: bool) -> str:
    # CLDR's short dates are all digits, which readers of different countries read differently: the month has its name.
    text: str = format_skeleton("yMMMd", day, locale=cldr) if short else format_date(day, "long", locale=cldr)
    return text


def _years_across(period: Period) -> str:
    first, last = period.start.year, period.end.year
    return f"{first}" if first == last else f"{first}/{last % 100:02}"


def _span_ends(period: Period, cldr: str, short: bool) -> tuple[str, str]:
    start, end = period.start, period.end
    if start.day != 1 or (end + timedelta(days=1)).day != 1:
        return _on_day(start, cldr, short), _on_day(end, cldr, short)
    if start.month == 1 and end.month == 12:
        return str(start.year), str(end.year)
    skeleton = "yMMM" if short else "yMMMM"
    return format_skeleton(skeleton, start, locale=cldr), format_skeleton(skeleton, end, locale=cldr)
