"""Reading the period that a cell, a file name or a person names.

Every form of writing gives the periods it can mean. One: that is it. Several: `expected` decides, or the person is
asked. None: it is unreadable. Nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.periods.calendar import SCHOOL_YEAR_START, Period, PeriodKind, period_containing
from shidra.kernel.periods.words import (
    FILLER,
    FISCAL,
    MONTHS,
    ON_A_DAY,
    ORDINALS,
    PARTS,
    RANGE_AND,
    RANGE_OPENS,
    RANGE_WORDS,
    SCHOOL,
    plain,
    year_of_hebrew,
)
from shidra.kernel.writing import excerpt, is_deceptive, without_invisibles

_LONGEST_TEXT = 80


@dataclass(frozen=True, slots=True)
class ParsedPeriod:
    """`note`: the mark that stood beside the period (`*` of `2019*`, `(provisional)`), "" if none."""

    period: Period
    note: str = ""


class PeriodUnreadable(RuleBroken):
    """The text names no period."""

    def __init__(self, raw: object) -> None:
        super().__init__(
            "period.unreadable",
            gettext_noop("“%(raw)s” is not a period that can be read. Write, for example, 2024, 2024-03 or 2023/24."),
            raw=excerpt(raw),
        )


class PeriodAmbiguous(RuleBroken):
    """The text can mean several periods, which are its `candidates`, in order."""

    def __init__(self, raw: object, candidates: Iterable[Period]) -> None:
        self.candidates = sorted(set(candidates))
        super().__init__(
            "period.ambiguous",
            gettext_noop("“%(raw)s” can mean more than one period: %(candidates)s. Choose which one is meant."),
            raw=excerpt(raw),
            candidates=", ".join(candidate.code for candidate in self.candidates),
        )


@dataclass(frozen=True, slots=True)
class _Conventions:
    """What is known beforehand about how the text was written."""

    expected: PeriodKind | None
    fiscal_year_start: int
    school_year_start: int
    day_first: bool | None


def parse_period(
    raw: str | date | datetime | int | float,
    *,
    expected: PeriodKind | None = None,
    fiscal_year_start: int = 1,
    school_year_start: int = SCHOOL_YEAR_START,
    day_first: bool | None = None,
) -> ParsedPeriod:
    """The period that `raw` names, in English, Hebrew or Arabic, digits of any of the three.

    `expected` is the kind of period that the value should have. It decides between readings (`2019-20`: school year,
    fiscal year, or span of two years); it does not force one: a month stays a month where a year is expected.
    With a kind expected, a date on the first or last day of such a period stands for that period, and a number such
    as 44256 is a date of Excel. `fiscal_year_start` and `school_year_start` are months (1 to 12); where the fiscal year
    starts in January, `2021/22` can only be a school year. `day_first` says whether 03/04/2021 is in April.

    PeriodAmbiguous (with its candidates) where more than one period is meant, PeriodUnreadable where none is.
    A text that is a period's `code` is read as that period, except `2011-12` and its like (2000-01 to 2011-12), which
    most people who write it mean as a year across two.
    """
    if type(raw) is str:
        outcome = _outcome_of_text(raw, expected, fiscal_year_start, school_year_start, day_first)
    else:
        conventions = _Conventions(expected, fiscal_year_start, school_year_start, day_first)
        outcome = _outcome_of_cell(raw, conventions)
    if isinstance(outcome, ParsedPeriod):
        return outcome
    if outcome:
        raise PeriodAmbiguous(raw, outcome)
    raise PeriodUnreadable(raw)


def possible_kinds(
    raws: Iterable[str | date | datetime | int | float],
    *,
    fiscal_year_start: int = 1,
    school_year_start: int = SCHOOL_YEAR_START,
    day_first: bool | None = None,
) -> frozenset[PeriodKind]:
    """The kinds of period that every readable value of a column can have: what to offer when a single one is ambiguous.

    `2009-10` alone can be a month; in one column with `2012-13` it cannot.
    """
    conventions = _Conventions(None, fiscal_year_start, school_year_start, day_first)
    kinds: frozenset[PeriodKind] | None = None
    for raw in set(raws):
        readings, _ = _cell_readings(raw, conventions) if not isinstance(raw, str) else _text_readings(raw, conventions)
        if readings:
            found = frozenset(reading.kind for reading in readings)
            kinds = found if kinds is None else kinds & found
    return kinds or frozenset()


_NUMERIC_DATE = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)", re.ASCII)


def infer_day_first(raws: Iterable[object]) -> bool | None:
    """Whether the dates of a column have the day before the month: True if `25/03/2021` is among them, False if
    `03/25/2021` is, None if neither or both are.
    """
    shown: set[bool] = set()
    for raw in raws:
        match = _NUMERIC_DATE.match(plain(raw)) if isinstance(raw, str) and len(raw) <= _LONGEST_TEXT else None
        if match and (int(match[1]) > 12) != (int(match[3]) > 12):
            shown.add(int(match[1]) > 12)
    return shown.pop() if len(shown) == 1 else None


_Outcome = ParsedPeriod | tuple[Period, ...]


@lru_cache(maxsize=8192)
def _outcome_of_text(
    raw: str, expected: PeriodKind | None, fiscal_year_start: int, school_year_start: int, day_first: bool | None
) -> _Outcome:
    conventions = _Conventions(expected, fiscal_year_start, school_year_start, day_first)
    return _decide(*_text_readings(raw, conventions), conventions)


def _outcome_of_cell(raw: object, conventions: _Conventions) -> _Outcome:
    return _decide(*_cell_readings(raw, conventions), conventions)


def _decide(readings: Iterable[Period], note: str, conventions: _Conventions) -> _Outcome:
    candidates = set(readings)
    fitting = {candidate for candidate in candidates if candidate.kind is conventions.expected}
    left = fitting or candidates
    return ParsedPeriod(left.pop(), note) if len(left) == 1 else tuple(left)


_Readings = list[Period]


def _cell_readings(raw: object, conventions: _Conventions) -> tuple[_Readings, str]:
    if isinstance(raw, bool) or raw is None:
        return [], ""
    if isinstance(raw, datetime):
        return _day(raw.date(), conventions), ""
    if isinstance(raw, date):
        return _day(raw, conventions), ""
    if isinstance(raw, float):
        if raw.is_integer() and abs(raw) < 1e9:
            return _text_readings(str(int(raw)), conventions)
        serial = _excel_date(raw, conventions)
        return (_day(serial, conventions) if serial else []), ""
    if isinstance(raw, int) and abs(raw) >= 10**9:
        return [], ""
    if isinstance(raw, int | str):
        return _text_readings(str(raw), conventions)
    return [], ""


# A number is a date of Excel only from 1954 to 2119 and only if a period with dates is expected.
_EXCEL_DAYS = range(20000, 80000)
_EXCEL_EPOCH = date(1899, 12, 30)


def _excel_date(number: float, conventions: _Conventions) -> date | None:
    if conventions.expected in (None, PeriodKind.SPAN) or not _EXCEL_DAYS.start <= number < _EXCEL_DAYS.stop:
        return None
    return _EXCEL_EPOCH + timedelta(days=int(number))


def _day(day: date, conventions: _Conventions) -> _Readings:
    """A date is a day; as the first or last day of a period of the expected kind it stands for that period."""
    expected = conventions.expected
    try:
        if expected is not None and expected is not PeriodKind.SPAN:
            period = period_containing(
                day,
                expected,
                fiscal_year_start=conventions.fiscal_year_start,
                school_year_start=conventions.school_year_start,
            )
            if day in (period.start, period.end):
                return [period]
        return [Period.of(PeriodKind.DAY, day)]
    except RuleBroken:  # before 1800, after 2200
        return []


_NOTE_BEHIND = re.compile(r"(?P<text>.*?[^\s*])\s*(?P<note>(?:[*†‡§¹²³⁰⁴-⁹]|\[[^\[\]]{1,40}\]|\([^()]{1,60}\))+)")
_NOTE_BEFORE = re.compile(r"(?P<note>\*{1,3})\s*(?P<text>.+)")
_NOTE_LETTER = re.compile(r"(?P<text>\d{4})(?P<note>[a-fpr])", re.ASCII | re.IGNORECASE)


def _text_readings(raw: str, conventions: _Conventions) -> tuple[_Readings, str]:
    if len(raw) > _LONGEST_TEXT or is_deceptive(raw):
        return [], ""
    text, note = without_invisibles(raw).strip(), ""
    match = _NOTE_BEHIND.fullmatch(text) or _NOTE_BEFORE.fullmatch(text) or _NOTE_LETTER.fullmatch(text)
    if match:
        text, note = match["text"], match["note"]
    readings = _safely(plain(text), conventions)
    if note.startswith("(") and note.endswith(")") and readings:
        # "תשפ״ד (2023/24)" says the same twice, "2020 (2021)" contradicts itself.
        again = _safely(plain(note[1:-1]), conventions)
        if again:
            return [reading for reading in readings if reading in again] or readings + again, ""
    return readings, note


def _safely(text: str, conventions: _Conventions) -> _Readings:
    """The readings of plain text; a month 13, a 30th of February or a year 5000 is no reading."""
    try:
        return _readings(text, conventions)
    except (ValueError, OverflowError, RuleBroken):
        return []


def _readings(text: str, conventions: _Conventions) -> _Readings:
    for form in _FORMS:
        found = form(text, conventions)
        if found:
            return found
    return []


# The forms. Each gets plain text and gives what it can mean, nothing if it is not written in that form.

_YEAR = re.compile(r"\d{4}", re.ASCII)


def _single_year(text: str, conventions: _Conventions) -> _Readings:
    if not _YEAR.fullmatch(text):
        return []
    year = int(text)
    first_month = {
        PeriodKind.SCHOOL_YEAR: conventions.school_year_start,
        PeriodKind.FISCAL_YEAR: conventions.fiscal_year_start,
    }.get(conventions.expected or PeriodKind.YEAR)
    if conventions.expected and first_month:
        starts_in = Period.of(conventions.expected, date(year, first_month, 1))
        # A year across two may be named by the one it ends in as well as by the one it starts in.
        return [starts_in] if first_month == 1 else [starts_in.previous(), starts_in]
    return [_calendar_year(year)]


_CODE = re.compile(r"sy\d{4}(?:-\d\d)?|fy\d{4}-\d\d|@\d{4}-\d\d-\d\d|[-\d]{4,10}\.\.[-\d]{4,10}", re.ASCII)


def _code(text: str, conventions: _Conventions) -> _Readings:
    if not _CODE.fullmatch(text):
        return []
    try:
        period = Period.from_code(text.upper())
    except RuleBroken:
        return []
    # FY2003-04 as we write it starts in April 2003; as others write it, it is 2003/04. Where years start in April, or
    # in January and so never lie across two, both say the same.
    year, month = period.start.year, period.start.month
    if "-" in text and month == (year + 1) % 100:
        if period.kind is PeriodKind.FISCAL_YEAR and month != conventions.fiscal_year_start:
            return [period, *_fiscal_across(year, conventions)]
        if period.kind is PeriodKind.SCHOOL_YEAR and month != conventions.school_year_start:
            return [period, _school(year, conventions)]
    return [period]


_YEAR_AND_NUMBER = re.compile(r"(?P<year>\d{4})\s?(?P<mark>[-/.])\s?(?P<number>\d{1,2})", re.ASCII)
_NUMBER_AND_YEAR = re.compile(r"(?P<number>\d{1,2})\s?(?P<mark>[-/.])\s?(?P<year>\d{4})", re.ASCII)
_SIX_DIGITS = re.compile(r"(?P<year>\d{4})(?P<mark>)(?P<number>\d\d)", re.ASCII)


def _year_and_number(text: str, conventions: _Conventions) -> _Readings:
    match = _YEAR_AND_NUMBER.fullmatch(text) or _SIX_DIGITS.fullmatch(text)
    reverse = None if match else _NUMBER_AND_YEAR.fullmatch(text)
    found = match or reverse
    if found is None:
        return []
    year, number, mark, digits = int(found["year"]), int(found["number"]), found["mark"], len(found["number"])
    readings: _Readings = []
    if 1 <= number <= 12:
        readings.append(_month(year, number))
        if number == 1 and digits == 1 and mark == "." and match:
            readings.append(_month(year, 10))  # 2021.1 is what is left of 2021.10 in a column of numbers
    if digits == 1:
        for kind, most in ((PeriodKind.QUARTER, 4), (PeriodKind.HALF_YEAR, 2)):
            if conventions.expected is kind and 1 <= number <= most:
                return [_part(kind, number, year)]
    if conventions.expected is PeriodKind.WEEK:
        return [_part(PeriodKind.WEEK, number, year)]
    if match and digits == 2 and mark in ("-", "/", ""):
        if number == (year + 1) % 100:
            readings += _year_across(year, mark, conventions)
        elif number > 12 and number > year % 100:
            readings.append(_years(year, year // 100 * 100 + number))
    return readings


_TWO_YEARS = re.compile(r"(?P<first>\d{4})\s?(?P<mark>[-/])\s?(?P<last>\d{4})", re.ASCII)
_TWO_SHORT_YEARS = re.compile(r"'?(?P<first>\d\d)/'?(?P<last>\d\d)", re.ASCII)


def _two_years(text: str, conventions: _Conventions) -> _Readings:
    if match := _TWO_YEARS.fullmatch(text):
        first, last = int(match["first"]), int(match["last"])
        if last == first + 1:
            return _year_across(first, match["mark"], conventions)
        return [_years(first, last)] if last > first else []
    # Both above 12, or it might be a day and a month.
    if (match := _TWO_SHORT_YEARS.fullmatch(text)) and 12 < int(match["first"]) == int(match["last"]) - 1:
        return _year_across(_full_year(match["first"]), "/", conventions)
    return []


def _year_across(first: int, mark: str, conventions: _Conventions) -> _Readings:
    """`2021/22`: one year that begins in 2021 and ends in 2022; with a dash it may also be two calendar years."""
    readings = [] if conventions.school_year_start == 1 else [_school(first, conventions)]
    if conventions.fiscal_year_start != 1 or conventions.expected is PeriodKind.FISCAL_YEAR:
        readings += _fiscal_across(first, conventions)
    if mark == "-" or conventions.expected is PeriodKind.SPAN:
        readings.append(_years(first, first + 1))
    return readings


def _fiscal_across(first: int, conventions: _Conventions) -> _Readings:
    """A fiscal year across two calendar years does not start in January: if ours does, whose it is must be asked."""
    starts = range(2, 13) if conventions.fiscal_year_start == 1 else (conventions.fiscal_year_start,)
    return [_fiscal(first, start) for start in starts]


_TIME = r"(?:[t\s]\s?\d\d?:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:z|[-+]\d\d:?\d\d)?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.]?)(\d\d)\2(\d\d){_TIME}|(\d{{4}})([-/.])(\d\d?)\6(\d\d?){_TIME}", re.ASCII)
_YEAR_LAST = re.compile(rf"{_NUMERIC_DATE.pattern}{_TIME}", re.ASCII)


def _date(text: str, conventions: _Conventions) -> _Readings:
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = match.group(1, 3, 4) if match[1] else match.group(5, 7, 8)
        return _day(date(int(year), int(month), int(day)), conventions)
    if not (match := _YEAR_LAST.fullmatch(text)):
        return []
    first, mark, second, year = match.group(1, 2, 3, 4)
    orders = [(_full_year(year), second, first), (_full_year(year), first, second)]
    if mark == "." or conventions.day_first is True:  # no locale writes the month first with points
        del orders[1]
    elif conventions.day_first is False:
        del orders[0]
    elif len(year) == 2:
        orders.append((_full_year(first.zfill(2)), second, year))
    readings: _Readings = []
    for full_year, month, day in orders:
        try:
            readings += _day(date(full_year, int(month), int(day)), conventions)
        except ValueError:
            continue
    return readings


def _excel_number(text: str, conventions: _Conventions) -> _Readings:
    if not re.fullmatch(r"\d{5}(?:\.\d{1,12})?", text, re.ASCII):
        return []
    day = _excel_date(float(text), conventions)
    return _day(day, conventions) if day else []


_LETTERS = r"(?P<word>[^\W\d_](?:[^0-9,]*[^\W\d_])?['.]?)"
_GAP = r"[\s\-/.,]*"
_SHORT_OR_FULL = r"(?P<year>[0-9]{4}|'?[0-9]{2})"
_MONTH_YEAR = re.compile(rf"(?:(?P<day>[0-9][0-9]?){_GAP})?{_LETTERS}{_GAP}{_SHORT_OR_FULL}")
_YEAR_MONTH = re.compile(rf"(?P<year>[0-9]{{4}}){_GAP}{_LETTERS}(?:{_GAP}(?P<day>[0-9][0-9]?))?")
_AMERICAN = re.compile(rf"{_LETTERS}\s*(?P<day>[0-9][0-9]?)(?:,\s*|\s+)(?P<year>[0-9]{{4}})")


def _named_month(text: str, conventions: _Conventions) -> _Readings:
    for form in (_MONTH_YEAR, _YEAR_MONTH, _AMERICAN):
        match = form.fullmatch(text)
        month = _month_number(match["word"]) if match else None
        if match and month:
            year, day = _full_year(match["year"]), match["day"]
            return _day(date(year, month, int(day)), conventions) if day else [_month(year, month)]
    return []


def _month_number(word: str) -> int | None:
    """The month of a name, or of one month's two names side by side, as Arabic texts have them (آذار/مارس)."""
    names = [name.strip(" .'-") for name in word.split("/")]
    months = {MONTHS.get(name) or MONTHS.get(name.removeprefix("من ")) for name in names}
    return months.pop() if len(months) == 1 else None


_PART_WORD = "(?P<part>" + "|".join(map(re.escape, sorted(PARTS, key=len, reverse=True))) + ")"
_PART_NUMBER = (
    r"(?P<number>[0-9][0-9]?|(?:" + "|".join(map(re.escape, sorted(ORDINALS, key=len, reverse=True))) + r")(?![^\W\d]))"
)
_PARTS_OF_YEARS = (
    re.compile(rf"{_PART_WORD}[\s\-]*{_PART_NUMBER}[\s,/\-]+{_SHORT_OR_FULL}"),
    re.compile(rf"{_PART_WORD}[\s\-]*{_PART_NUMBER}(?P<year>'[0-9]{{2}})"),
    re.compile(rf"(?P<year>[0-9]{{4}})[\s,/\-]*{_PART_WORD}[\s\-]*{_PART_NUMBER}"),
    re.compile(rf"{_PART_NUMBER}[\s\-]*{_PART_WORD}[\s,/\-]*{_SHORT_OR_FULL}"),
    re.compile(rf"(?P<year>[0-9]{{4}})[\s,/\-]+{_PART_NUMBER}\s*{_PART_WORD}"),
)


def _part_of_year(text: str, conventions: _Conventions) -> _Readings:
    for form in _PARTS_OF_YEARS:
        if match := form.fullmatch(text):
            number = ORDINALS.get(match["number"]) or int(match["number"])
            kind = PARTS[match["part"]]
            if 1 <= number <= {PeriodKind.QUARTER: 4, PeriodKind.HALF_YEAR: 2}.get(kind, 53):
                return [_part(kind, number, _full_year(match["year"]))]
    return []


_SCHOOL_YEAR = re.compile(rf"(?:{SCHOOL})[\s:,\-]*(?P<before>.+)|(?P<after>.+?)[\s:,\-]*(?:{SCHOOL})")
_FISCAL_YEAR = re.compile(rf"(?:{FISCAL})[\s:,\-]*(?P<before>.+)|(?P<after>.+?)[\s:,\-]*(?:{FISCAL})")


def _named_kind(text: str, conventions: _Conventions) -> _Readings:
    """A year with the word that says which sort of year it is."""
    for form, kind in ((_SCHOOL_YEAR, PeriodKind.SCHOOL_YEAR), (_FISCAL_YEAR, PeriodKind.FISCAL_YEAR)):
        if match := form.fullmatch(text):
            rest = match["before"] or match["after"]
            if re.fullmatch(r"'?\d\d", rest, re.ASCII):
                rest = str(_full_year(rest))
            if re.fullmatch(r"'?\d\d[-/]'?\d\d", rest, re.ASCII):
                first, last = re.split("[-/]", rest)
                rest = f"{_full_year(first)}/{_full_year(last)}"
            readings = _safely(rest, replace(conventions, expected=kind))
            return [reading for reading in readings if reading.kind is kind]
    return []


def _hebrew_school_year(text: str, conventions: _Conventions) -> _Readings:
    year = year_of_hebrew(text)
    if year is None:
        return []
    return [_school(year - (3761 if conventions.school_year_start >= 7 else 3760), conventions)]


_POINT = re.compile(rf"(?:{ON_A_DAY})\s*(?P<day>\d.*)")


def _point(text: str, conventions: _Conventions) -> _Readings:
    match = _POINT.fullmatch(text)
    if match is None:
        return []
    readings = _safely(match["day"], replace(conventions, expected=PeriodKind.POINT))
    return [reading for reading in readings if reading.kind is PeriodKind.POINT]


_ORDINAL_ENDING = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b", re.ASCII)


def _with_filler(text: str, conventions: _Conventions) -> _Readings:
    shorter = " ".join(_ORDINAL_ENDING.sub("", FILLER.sub(" ", text)).split())
    return _readings(shorter, conventions) if shorter != text else []


def _range(text: str, conventions: _Conventions) -> _Readings:
    opened = RANGE_OPENS.match(text)
    inner = text[opened.end() :] if opened else text
    sides = RANGE_WORDS.split(inner)
    if len(sides) == 1 and opened:
        sides = RANGE_AND.split(inner)
    if len(sides) == 1:
        sides = inner.split("-")
    if len(sides) != 2 or not all(side.strip() for side in sides):
        return []
    first, last = (side.strip() for side in sides)
    starts, ends = _side(first, conventions), _side(last, conventions)
    if ends and not starts:
        starts = _completed(first, last, replace(conventions, expected=None))
    elif starts and not ends and (year := re.match(r"\d{4}\b", first)):
        ends = _side(f"{year[0]} {last}", conventions)
    return [
        _from_to(start, end, conventions)
        for start in starts
        for end in ends
        if start.kind is end.kind and start.start <= end.start and start.end <= end.end and start != end
    ]


def _side(text: str, conventions: _Conventions) -> _Readings:
    """One end of a range. Where fiscal or school years are expected, `2015/16` is such a year at either end."""
    expected = conventions.expected
    across = expected in (PeriodKind.SCHOOL_YEAR, PeriodKind.FISCAL_YEAR) and not _YEAR.fullmatch(text)
    readings = _safely(text, replace(conventions, expected=expected if across else None))
    return [reading for reading in readings if across and reading.kind is expected] or readings


def _completed(first: str, last: str, conventions: _Conventions) -> _Readings:
    """The start of `Jan - Mar 2024` or of `5 - 11 March 2024`, which borrows from the end what it leaves out."""
    if re.fullmatch(r"\d\d?", first):
        return _safely(re.sub(r"^\d\d?(?!\d)", first, last), conventions) if re.match(r"\d\d?(?!\d)", last) else []
    year = re.search(r"(?<!\d)\d{4}$", last)
    return _safely(f"{first} {year[0]}", conventions) if year else []


def _from_to(start: Period, end: Period, conventions: _Conventions) -> Period:
    """The whole of it: a period of its own if it is one (January to March is a quarter), else a span."""
    kinds = [PeriodKind.YEAR, PeriodKind.HALF_YEAR, PeriodKind.QUARTER, PeriodKind.MONTH]
    if conventions.expected in (PeriodKind.SCHOOL_YEAR, PeriodKind.FISCAL_YEAR, PeriodKind.WEEK):
        kinds.insert(0, conventions.expected)
    for kind in kinds:
        whole = period_containing(
            start.start,
            kind,
            fiscal_year_start=conventions.fiscal_year_start,
            school_year_start=conventions.school_year_start,
        )
        if (whole.start, whole.end) == (start.start, end.end):
            return whole
    return Period(PeriodKind.SPAN, start.start, end.end)


_FORMS = (
    _single_year,
    _code,
    _year_and_number,
    _two_years,
    _date,
    _excel_number,
    _hebrew_school_year,
    _part_of_year,
    _named_month,
    _named_kind,
    _point,
    _with_filler,
    _range,
)


def _full_year(text: str) -> int:
    """Two digits are a year from 1970 to 2069."""
    digits = text.lstrip("'")
    number = int(digits)
    return number if len(digits) == 4 else number + (1900 if number >= 70 else 2000)


def _calendar_year(year: int) -> Period:
    return Period.of(PeriodKind.YEAR, date(year, 1, 1))


def _month(year: int, month: int) -> Period:
    return Period.of(PeriodKind.MONTH, date(year, month, 1))


def _part(kind: PeriodKind, number: int, year: int) -> Period:
    if kind is PeriodKind.WEEK:
        return Period.of(kind, date.fromisocalendar(year, number, 1))
    months = 3 if kind is PeriodKind.QUARTER else 6
    return Period.of(kind, date(year, months * (number - 1) + 1, 1))


def _years(first: int, last: int) -> Period:
    return Period(PeriodKind.SPAN, date(first, 1, 1), date(last, 12, 31))


def _school(year: int, conventions: _Conventions) -> Period:
    return Period.of(PeriodKind.SCHOOL_YEAR, date(year, conventions.school_year_start, 1))


def _fiscal(year: int, first_month: int) -> Period:
    return Period.of(PeriodKind.FISCAL_YEAR, date(year, first_month, 1))
