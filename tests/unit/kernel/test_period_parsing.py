"""What real files hold, in three languages; what is ambiguous is asked, never guessed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shidra.kernel.errors import RuleBroken
from shidra.kernel.periods import (
    ParsedPeriod,
    Period,
    PeriodAmbiguous,
    PeriodKind,
    PeriodUnreadable,
    format_period,
    infer_day_first,
    parse_period,
    possible_kinds,
)
from tests.unit.kernel.strategies import periods

Kind = PeriodKind


def code(raw: Any, **known: Any) -> str:
    return parse_period(raw, **known).period.code


def candidates(raw: Any, **known: Any) -> list[str]:
    with pytest.raises(PeriodAmbiguous) as ambiguous:
        parse_period(raw, **known)
    assert str(ambiguous.value)
    return [candidate.code for candidate in ambiguous.value.candidates]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        # years, and what stands round them
        ("2021", "2021"), (" 2021 ", "2021"), (2021, "2021"), (2021.0, "2021"), ("٢٠٢١", "2021"), ("۲۰۲۱", "2021"),
        ("\u200f2021\u200e", "2021"), ("שנת 2021", "2021"), ("عام 2021", "2021"), ("سنة ٢٠٢١", "2021"),
        ("2021م", "2021"), ("CY 2021", "2021"),
        # months
        ("2021-03", "2021-03"), ("2021/3", "2021-03"), ("3/2021", "2021-03"), ("03.2021", "2021-03"),
        ("202103", "2021-03"), (202103, "2021-03"), ("Mar-21", "2021-03"), ("mar 2021", "2021-03"),
        ("March, 2021", "2021-03"), ("Sept. 2021", "2021-09"), ("Mar '21", "2021-03"), ("2021 March", "2021-03"),
        ("Mar-99", "1999-03"), ("מרץ 2021", "2021-03"), ("מרס 21", "2021-03"), ("במרץ 2021", "2021-03"),
        ("ספט׳ 2021", "2021-09"), ("أبريل 2021", "2021-04"), ("ابريل ٢٠٢١", "2021-04"),
        ("كانون الثاني 2021", "2021-01"),
        ("كانون الأول 2021", "2021-12"), ("تشرين الاول 2021", "2021-10"), ("شباط، 2021", "2021-02"),
        ("آذار/مارس 2021", "2021-03"), ("يونيه 2021", "2021-06"), ("مارس من عام 2021", "2021-03"),
        # quarters, halves, weeks
        ("2024 Q1", "2024-Q1"), ("Q1 2024", "2024-Q1"), ("2024Q1", "2024-Q1"), ("2024-Q1", "2024-Q1"),
        ("1Q24", "2024-Q1"),
        ("Q1/24", "2024-Q1"), ("Q1'24", "2024-Q1"), ("T1 2024", "2024-Q1"), ("1st quarter 2024", "2024-Q1"),
        ("First quarter of 2024", "2024-Q1"), ("רבעון 1 2024", "2024-Q1"), ("רבעון ב׳ 2024", "2024-Q2"),
        ("הרבעון השלישי של 2024", "2024-Q3"), ("רבעון רביעי, 2024", "2024-Q4"), ("الربع الأول 2024", "2024-Q1"),
        ("الربع الثاني من عام ٢٠٢٤", "2024-Q2"), ("H1 2024", "2024-H1"), ("2024H2", "2024-H2"),
        ("second half of 2024", "2024-H2"), ("מחצית א' 2024", "2024-H1"), ("מחצית שנייה 2024", "2024-H2"),
        ("النصف الأول 2024", "2024-H1"), ("2024S1", "2024-H1"), ("2021-W05", "2021-W05"), ("2021W5", "2021-W05"),
        ("Week 5, 2021", "2021-W05"), ("שבוע 5 2021", "2021-W05"), ("الأسبوع 5، 2021", "2021-W05"),
        # days and points
        ("2021-03-05", "2021-03-05"), ("2021/3/5", "2021-03-05"), ("20210305", "2021-03-05"),
        ("2021-03-05 00:00:00", "2021-03-05"), ("2021-03-05T10:30:00Z", "2021-03-05"), ("25/03/2021", "2021-03-25"),
        ("03/25/2021", "2021-03-25"), ("04/04/2021", "2021-04-04"), ("03.04.2021", "2021-04-03"),
        ("5.3.21", "2021-03-05"),
        ("5 March 2021", "2021-03-05"), ("5th March 2021", "2021-03-05"), ("March 5, 2021", "2021-03-05"),
        ("5-Mar-21", "2021-03-05"), ("5 במרץ 2021", "2021-03-05"), ("5 آذار 2021", "2021-03-05"),
        (date(2021, 3, 5), "2021-03-05"), (datetime(2021, 3, 5, 12, 0), "2021-03-05"),  # noqa: DTZ001
        ("night of 25 January 2024", "@2024-01-25"), ("נכון ל-31.12.2023", "@2023-12-31"),
        ("as at 31 March 2021", "@2021-03-31"),
        # years across two, where the fiscal year is the calendar year
        ("2021/22", "SY2021"), ("2021/2022", "SY2021"), ("21/22", "SY2021"), ("1999/00", "SY1999"),
        ("school year 2021-22", "SY2021"), ("2021-2022 academic year", "SY2021"), ("שנת הלימודים 2021/22", "SY2021"),
        ("שנה״ל 2021-22", "SY2021"), ("العام الدراسي 2021/2022", "SY2021"),
        # Hebrew school years
        ('תשפ"ד', "SY2023"), ("תשפ״ד", "SY2023"), ("תשפד", "SY2023"), ("ה'תשפ\"ד", "SY2023"), ("התשפ״ד", "SY2023"),
        ("שנת הלימודים תשפ״ד", "SY2023"), ("שנת תשפ״ד", "SY2023"), ('תש"ף', "SY2019"), ('תש"פ', "SY2019"),
        ('תשע"ו', "SY2015"), ('תשע"ה', "SY2014"), ("תשפ״ב (2021/22)", "SY2021"), ('תש"ע', "SY2009"),
        ('תשד"מ', "SY1983"),
        # spans
        ("2016-2018", "2016..2018"), ("2016 – 2018", "2016..2018"), ("2016–18", "2016..2018"),
        ("2016..2018", "2016..2018"),
        ("2019 עד 2022", "2019..2022"), ("מ-2019 עד 2022", "2019..2022"), ("בין 2019 ל-2022", "2019..2022"),
        ("2019 إلى 2022", "2019..2022"), ("من 2019 حتى ٢٠٢٢", "2019..2022"), ("between 2019 and 2022", "2019..2022"),
        ("2015/16 to 2017/18", "2015-09..2018-08"), ("תשפ״ב-תשפ״ד", "2021-09..2024-08"),
        ("24 May to 20 June 2021", "2021-05-24..2021-06-20"), ("5-11 March 2024", "2024-03-05..2024-03-11"),
        ("March to May 2021", "2021-03..2021-05"), ("2021-03 to 2022-05", "2021-03..2022-05"),
        # a range that is a period of its own is that period
        ("Jan-Mar 2024", "2024-Q1"), ("ינואר-מרץ 2024", "2024-Q1"), ("01/2021-06/2021", "2021-H1"),
        ("Q1-Q4 2024", "2024"),
        ("2024 Jan - Jun", "2024-H1"),
        # our own codes
        ("SY2021", "SY2021"), ("SY2021-08", "SY2021-08"), ("FY2021-04", "FY2021-04"), ("@2024-01-25", "@2024-01-25"),
    ],
)  # fmt: skip
def test_what_real_files_hold(raw: Any, expected: str) -> None:
    assert parse_period(raw) == ParsedPeriod(Period.from_code(expected))


@pytest.mark.parametrize(
    ("raw", "period", "note"),
    [
        ("2019*", "2019", "*"), ("2019 **", "2019", "**"), ("*2019", "2019", "*"), ("2020a", "2020", "a"),
        ("2021¹", "2021", "¹"), ("2021 (provisional)", "2021", "(provisional)"), ("2021 [1]", "2021", "[1]"),
        ("2021/22 (זמני)", "SY2021", "(זמני)"), ("Q1 2024†", "2024-Q1", "†"),
    ],
)  # fmt: skip
def test_a_mark_beside_the_period_is_kept_as_its_note(raw: str, period: str, note: str) -> None:
    assert parse_period(raw) == ParsedPeriod(Period.from_code(period), note)


@pytest.mark.parametrize(
    ("raw", "known", "meanings"),
    [
        ("03/04/2021", {}, ["2021-03-04", "2021-04-03"]),
        ("03-04-2021", {}, ["2021-03-04", "2021-04-03"]),
        ("03/04/21", {}, ["2003-04-21", "2021-03-04", "2021-04-03"]),
        ("2019-20", {}, ["2019..2020", "SY2019"]),
        ("2019-2020", {}, ["2019..2020", "SY2019"]),
        ("2019-20", {"fiscal_year_start": 4}, ["2019..2020", "FY2019-04", "SY2019"]),
        ("2021/22", {"fiscal_year_start": 4}, ["FY2021-04", "SY2021"]),
        ("2011-12", {}, ["2011..2012", "SY2011", "2011-12"]),
        ("2009/10", {}, ["SY2009", "2009-10"]),
        ("2021", {"expected": Kind.SCHOOL_YEAR}, ["SY2020", "SY2021"]),
        ("FY2020", {"fiscal_year_start": 4}, ["FY2019-04", "FY2020-04"]),
        ("school year 2021", {}, ["SY2020", "SY2021"]),
        ("2021.1", {}, ["2021-01", "2021-10"]),
        ("2021 (2020)", {}, ["2020", "2021"]),
        ("תשפ״ב (2022/23)", {}, ["SY2021", "SY2022"]),
        # A fiscal year across two years, though ours starts in January: whose it is must be asked.
        ("FY2019/2020", {}, [f"FY2019-{month:02}" for month in range(2, 13)]),
        ("FY2003-04", {"fiscal_year_start": 7}, ["FY2003-04", "FY2003-07"]),
        ("2015/16 to 2017/18", {"fiscal_year_start": 4}, ["2015-04..2018-03", "2015-09..2018-08"]),
    ],
)
def test_what_is_ambiguous_is_asked(raw: Any, known: dict[str, Any], meanings: list[str]) -> None:
    assert candidates(raw, **known) == meanings


@pytest.mark.parametrize(
    ("raw", "known", "expected"),
    [
        ("03/04/2021", {"day_first": True}, "2021-04-03"),
        ("03/04/2021", {"day_first": False}, "2021-03-04"),
        ("03/04/21", {"day_first": True}, "2021-04-03"),
        ("2019-20", {"expected": Kind.SCHOOL_YEAR}, "SY2019"),
        ("2019-20", {"expected": Kind.SCHOOL_YEAR, "school_year_start": 8}, "SY2019-08"),
        ("2019-20", {"expected": Kind.SPAN}, "2019..2020"),
        ("2019-20", {"expected": Kind.FISCAL_YEAR, "fiscal_year_start": 4}, "FY2019-04"),
        ("2011-12", {"expected": Kind.MONTH}, "2011-12"),
        ("2011-12", {"expected": Kind.SCHOOL_YEAR}, "SY2011"),
        ("2021/22", {"expected": Kind.FISCAL_YEAR, "fiscal_year_start": 7}, "FY2021-07"),
        ("FY2019/2020", {"fiscal_year_start": 4}, "FY2019-04"),
        ("FY19/20", {"fiscal_year_start": 4}, "FY2019-04"),
        ("financial year 2019-20", {"fiscal_year_start": 7}, "FY2019-07"),
        ("שנת הכספים 2019/20", {"fiscal_year_start": 4}, "FY2019-04"),
        ("السنة المالية 2019/2020", {"fiscal_year_start": 4}, "FY2019-04"),
        ("2015/16 to 2017/18", {"expected": Kind.FISCAL_YEAR, "fiscal_year_start": 4}, "2015-04..2018-03"),
        ("2015/16 to 2017/18", {"expected": Kind.SCHOOL_YEAR, "fiscal_year_start": 4}, "2015-09..2018-08"),
        ("2016-2018", {"expected": Kind.SCHOOL_YEAR}, "2016..2018"),
        ("2016 to 2018", {"expected": Kind.FISCAL_YEAR, "fiscal_year_start": 4}, "2016..2018"),
        ("FY2020", {}, "FY2020-01"),
        ("2020", {"expected": Kind.FISCAL_YEAR}, "FY2020-01"),
        ("2024/1", {"expected": Kind.QUARTER}, "2024-Q1"),
        ("1/2024", {"expected": Kind.HALF_YEAR}, "2024-H1"),
        ("2024/5", {"expected": Kind.WEEK}, "2024-W05"),
        # A date stands for the period whose first or last day it is, if such a period is expected.
        (datetime(2021, 3, 1), {"expected": Kind.MONTH}, "2021-03"),  # noqa: DTZ001
        (date(2021, 3, 31), {"expected": Kind.MONTH}, "2021-03"),
        (date(2021, 3, 15), {"expected": Kind.MONTH}, "2021-03-15"),
        (date(2021, 12, 31), {"expected": Kind.YEAR}, "2021"),
        (date(2021, 9, 1), {"expected": Kind.SCHOOL_YEAR}, "SY2021"),
        (date(2024, 1, 25), {"expected": Kind.POINT}, "@2024-01-25"),
        (44256, {"expected": Kind.MONTH}, "2021-03"),
        (44256.75, {"expected": Kind.DAY}, "2021-03-01"),
        ("44256", {"expected": Kind.DAY}, "2021-03-01"),
        # What is expected does not force what was written.
        ("2021", {"expected": Kind.MONTH}, "2021"),
        (2021, {"expected": Kind.DAY}, "2021"),
        ("2021-03", {"expected": Kind.YEAR}, "2021-03"),
    ],
)
def test_what_is_known_decides(raw: Any, known: dict[str, Any], expected: str) -> None:
    assert code(raw, **known) == expected


@pytest.mark.parametrize(
    "raw",
    [
        "", " ", "-", "n/a", "total", "There is no data for this indicator yet", "21", "11/12", "2021-13", "2021-00",
        "2021-02-30", "31/04/2021", "Q5 2024", "Q0 2024", "2021-W54", "2018-2016", "2021-2021", "0000", "9999", "20211",
        "2021-22-23", "21-Mar", "March", "Smarch 2021", "2021,5", "1e3", "２０２１", "२०२१", "2021\u202e22", "½",
        "תשובה", "שלום", 44256, 3.2021, 0, -2021, True, None, float("nan"), float("inf"), 10**400,
        pytest.param(10**5000, id="5001 digits"), "2" * 5000,
        date(1700, 1, 1), b"2021", "٢٠٢١-٢٠", "(2021", "FY", "SY", "Q1", "עד", "2021 to", "@2021-02-30",
    ],
)  # fmt: skip
def test_what_names_no_period_is_refused(raw: Any) -> None:
    with pytest.raises(PeriodUnreadable) as unreadable:
        parse_period(raw)
    assert len(str(unreadable.value)) < 250


@given(periods, st.sampled_from(["en", "he", "ar"]))
def test_what_we_write_for_readers_we_read_again(period: Period, locale: str) -> None:
    known: dict[str, Any] = {"expected": period.kind}
    if period.kind is Kind.FISCAL_YEAR:
        known["fiscal_year_start"] = period.start.month
    if period.kind is Kind.SCHOOL_YEAR:
        known["school_year_start"] = period.start.month
    text = format_period(period, locale)
    read = parse_period(text, **known).period
    if period.kind is Kind.SPAN:  # "1 January 2021 to 31 March 2021" is a quarter, by its own name
        assert (read.start, read.end) == (period.start, period.end)
    else:
        assert read == period


@given(periods)
def test_a_code_is_read_as_its_period(period: Period) -> None:
    known: dict[str, Any] = {"expected": period.kind}
    if period.kind is Kind.FISCAL_YEAR:
        known["fiscal_year_start"] = period.start.month
    if period.kind is Kind.SCHOOL_YEAR:
        known["school_year_start"] = period.start.month
    assert parse_period(period.code, **known).period == period


_PIECES = st.sampled_from(
    ["2021", "22", "20", "/", "-", "–", " ", "Q1", "FY", "SY", "mar", "מרץ", "تموز", 'תשפ"ד', "עד", "to", "من", "(",
    ")", "*",
     "W5", "H1", ".", ",", "@", "..", "\u200f", "\u202e", "٢٠٢٠", "first", "half", "of", "'", "12", "31", "school year"]
)  # fmt: skip


@given(
    st.one_of(
        st.text(max_size=100), st.lists(_PIECES, max_size=9).map("".join), st.floats(), st.integers(), st.dates()
    ),
    st.one_of(st.none(), st.sampled_from(list(Kind))),
    st.sampled_from([None, True, False]),
)
@example("2021 (2021", None, None)
@example("0001-01-01", Kind.MONTH, None)
@example("9999-12-31", Kind.SCHOOL_YEAR, None)
def test_nothing_but_a_broken_rule_comes_of_any_input(
    raw: Any, expected: PeriodKind | None, first: bool | None
) -> None:
    for start in (1, 4):
        outcome: ParsedPeriod | RuleBroken
        try:
            outcome = parse_period(raw, expected=expected, fiscal_year_start=start, day_first=first)
        except RuleBroken as broken:
            outcome = broken
        if isinstance(outcome, ParsedPeriod):
            assert Period.from_code(outcome.period.code) == outcome.period
        else:
            assert str(outcome)
            assert len(getattr(outcome, "candidates", [])) != 1


def test_a_column_narrows_down_what_one_cell_leaves_open() -> None:
    assert possible_kinds(["2009-10", "2010-11"]) == {Kind.MONTH, Kind.SCHOOL_YEAR, Kind.SPAN}
    assert possible_kinds(["2009-10", "2012-13", "note"]) == {Kind.SCHOOL_YEAR, Kind.SPAN}
    assert possible_kinds(["2009-10", "2010-03"]) == {Kind.MONTH}
    assert possible_kinds(["2021", "Q1 2021"]) == set()
    assert infer_day_first(["03/04/2021", "25/03/2021"]) is True
    assert infer_day_first(["03/04/2021", "3/25/2021", "text", 5]) is False
    assert infer_day_first(["03/04/2021"]) is None
    assert infer_day_first(["25/03/2021", "03/25/2021"]) is None
