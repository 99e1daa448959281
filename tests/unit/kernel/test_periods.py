"""Stretches of the calendar: codes, order, containment, steps, division, and how readers see them."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shidra.kernel.errors import RuleBroken
from shidra.kernel.periods import Period, PeriodKind, format_period, periods_between
from tests.unit.kernel.strategies import periods

CODES = [
    "2021", "2021-03", "2021-03-05", "2021-W05", "2021-Q1", "2021-H2", "SY2021", "SY2021-08", "FY2021-04", "FY2021-01",
    "2016..2018", "2016-05..2018-04", "2021-05-24..2021-06-20", "@2024-01-25", "2020-W53",
]  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_a_code_names_one_period_and_comes_back(code: str) -> None:
    period = Period.from_code(code)
    assert period.code == code
    assert str(period) == code


@given(periods)
def test_every_period_has_a_code_of_its_own(period: Period) -> None:
    code = period.code
    assert code.isascii()
    assert len(code) <= 24
    assert "/" not in code
    assert Period.from_code(code) == period


@pytest.mark.parametrize(
    "text",
    [
        "", "21", "2021-13", "2021-00", "2021-02-30", "2021-W53", "2021-W00", "2021-Q5", "2021-H3", "2021/22", "SY21",
        "SY2021-09", "FY2021", "FY2021-13", "2018..2016", "2016-01..2018-12", "2016..2018-12", "2016...2018", "@2021",
        "@2021-02", "0000", "1799", "2201", "9999-12-31", " 2021", "2021\n", "٢٠٢١", "sy2021", "2021-3",
        "2021-05-24..2021-05-32",
    ],
)  # fmt: skip
def test_no_other_text_is_a_code(text: str) -> None:
    with pytest.raises(RuleBroken) as broken:
        Period.from_code(text)
    assert broken.value.code == "period.unknown_code"
    assert str(broken.value)


@given(st.one_of(st.text(max_size=30), st.text("0123456789-.QWHSYF@", max_size=24)))
def test_from_code_breaks_no_other_way(text: str) -> None:
    with suppress(RuleBroken):
        assert Period.from_code(text).code == text


def test_where_each_kind_begins_and_ends() -> None:
    ends = {code: (Period.from_code(code).start.isoformat(), Period.from_code(code).end.isoformat()) for code in CODES}
    assert ends["2021-W05"] == ("2021-02-01", "2021-02-07")
    assert ends["2020-W53"] == ("2020-12-28", "2021-01-03")
    assert ends["2021-H2"] == ("2021-07-01", "2021-12-31")
    assert ends["SY2021"] == ("2021-09-01", "2022-08-31")
    assert ends["SY2021-08"] == ("2021-08-01", "2022-07-31")
    assert ends["FY2021-04"] == ("2021-04-01", "2022-03-31")
    assert ends["FY2021-01"] == ("2021-01-01", "2021-12-31")
    assert ends["2016-05..2018-04"] == ("2016-05-01", "2018-04-30")
    assert ends["@2024-01-25"] == ("2024-01-25", "2024-01-25")


@pytest.mark.parametrize(
    ("kind", "start", "end"),
    [
        (PeriodKind.MONTH, date(2021, 3, 2), date(2021, 3, 31)),
        (PeriodKind.MONTH, date(2021, 3, 1), date(2021, 3, 30)),
        (PeriodKind.QUARTER, date(2021, 2, 1), date(2021, 4, 30)),
        (PeriodKind.WEEK, date(2021, 2, 2), date(2021, 2, 8)),
        (PeriodKind.YEAR, date(2021, 4, 1), date(2022, 3, 31)),
        (PeriodKind.SPAN, date(2021, 4, 2), date(2021, 4, 1)),
        (PeriodKind.POINT, date(2021, 4, 1), date(2021, 4, 2)),
    ],
)
def test_what_is_no_period_of_its_kind_cannot_be_made(kind: PeriodKind, start: date, end: date) -> None:
    with pytest.raises(RuleBroken) as broken:
        Period(kind, start, end)
    assert broken.value.code == "period.malformed"


def test_order_is_by_start_then_end_then_kind() -> None:
    shuffled = ["2021", "2021-01", "2021-Q1", "2020", "FY2021-01", "2021-01-01", "2021-H1", "@2021-01-01", "2021-02"]
    assert [period.code for period in sorted(map(Period.from_code, shuffled))] == [
        "2020", "2021-01-01", "@2021-01-01", "2021-01", "2021-Q1", "2021-H1", "2021", "FY2021-01", "2021-02",
    ]  # fmt: skip
    assert Period.from_code("2021") >= Period.from_code("2021")
    assert len({Period.from_code("2021"), Period(PeriodKind.YEAR, date(2021, 1, 1), date(2021, 12, 31))}) == 1


def test_containment_and_overlap() -> None:
    year, school = Period.from_code("2021"), Period.from_code("SY2021")
    assert year.contains(Period.from_code("2021-Q4"))
    assert year.contains(date(2021, 12, 31))
    assert not year.contains(date(2022, 1, 1))
    assert year.overlaps(school)
    assert not year.contains(school)
    assert not year.overlaps(Period.from_code("2022"))


@pytest.mark.parametrize(
    ("code", "after"),
    [
        ("2021", "2022"), ("2021-12", "2022-01"), ("2020-02-28", "2020-02-29"), ("2020-W53", "2021-W01"),
        ("2021-Q4", "2022-Q1"), ("2021-H2", "2022-H1"), ("SY2021", "SY2022"), ("FY2021-04", "FY2022-04"),
        ("@2021-12-31", "@2022-01-01"), ("2016..2018", "2019..2021"), ("2021-01..2021-02", "2021-03..2021-04"),
        ("2021-05-24..2021-06-20", "2021-06-21..2021-07-18"),
    ],
)  # fmt: skip
def test_next_and_previous_keep_kind_and_length(code: str, after: str) -> None:
    assert Period.from_code(code).next().code == after
    assert Period.from_code(after).previous().code == code


@given(periods)
def test_steps_leave_no_gap(period: Period) -> None:
    assert period.next().start == period.end + timedelta(days=1)
    assert period.previous().end == period.start - timedelta(days=1)


def test_the_calendar_ends_somewhere() -> None:
    with pytest.raises(RuleBroken) as broken:
        Period.from_code("2200").next()
    assert broken.value.code == "period.out_of_range"


def test_periods_between() -> None:
    first, last = Period.from_code("2021-11"), Period.from_code("2022-02")
    assert [period.code for period in periods_between(first, last)] == ["2021-11", "2021-12", "2022-01", "2022-02"]
    assert periods_between(last, first) == []
    for other in ("2022", "FY2022-04"):
        with pytest.raises(RuleBroken):
            periods_between(first, Period.from_code(other))
    with pytest.raises(RuleBroken):  # steps of a year from April never arrive at July
        periods_between(Period.from_code("FY2020-04"), Period.from_code("FY2022-07"))


def test_split() -> None:
    assert [part.code for part in Period.from_code("2021").split(PeriodKind.HALF_YEAR)] == ["2021-H1", "2021-H2"]
    assert [part.code for part in Period.from_code("SY2021").split(PeriodKind.MONTH)][::11] == ["2021-09", "2022-08"]
    assert len(Period.from_code("2020-02").split(PeriodKind.DAY)) == 29
    assert [part.code for part in Period.from_code("2016..2018").split(PeriodKind.YEAR)] == ["2016", "2017", "2018"]
    fiscal = Period.from_code("FY2021-04").split(PeriodKind.QUARTER)
    assert [part.code for part in fiscal] == ["2021-Q2", "2021-Q3", "2021-Q4", "2022-Q1"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("2021", PeriodKind.WEEK), ("SY2021", PeriodKind.QUARTER), ("2021-01", PeriodKind.YEAR),
        ("2021", PeriodKind.SPAN), ("2021", PeriodKind.POINT), ("FY2021-04", PeriodKind.HALF_YEAR),
    ],
)  # fmt: skip
def test_what_does_not_fit_in_exactly_is_not_split(code: str, kind: PeriodKind) -> None:
    with pytest.raises(RuleBroken) as broken:
        Period.from_code(code).split(kind)
    assert broken.value.code == "period.cannot_split"


@pytest.mark.parametrize(
    ("code", "locale", "long", "short"),
    [
        ("2021", "he", "2021", "2021"),
        ("2021-03", "en", "March 2021", "Mar 2021"),
        ("2021-03-05", "en", "5 March 2021", "5 Mar 2021"),
        ("2021-03-05", "he", "5 במרץ 2021", "5 במרץ 2021"),
        ("2021-03-05", "ar", "5 آذار 2021", "5 آذار 2021"),
        ("2021-Q1", "en", "1st quarter 2021", "Q1 2021"),
        ("2021-Q1", "he", "רבעון 1 2021", "רבעון 1 2021"),
        ("2021-Q1", "ar", "الربع الأول 2021", "الربع الأول 2021"),
        ("2021-H1", "en", "first half of 2021", "H1 2021"),
        ("2021-H2", "he", "מחצית שנייה 2021", "מחצית 2 2021"),
        ("SY2021", "en", "school year 2021/22", "2021/22"),
        ("SY2021", "he", "תשפ״ב (2021/22)", "2021/22"),
        ("SY2019", "he-il", "תש״ף (2019/20)", "2019/20"),
        ("SY1999", "ar", "السنة الدراسية 1999/00", "1999/00"),
        ("FY2021-04", "en", "financial year 2021/22", "FY 2021/22"),
        ("FY2021-01", "he", "שנת הכספים 2021", "שנת כספים 2021"),
        ("2019..2022", "en", "2019 to 2022", "2019–2022"),
        ("2019..2022", "he", "2019 עד 2022", "2019 עד 2022"),
        ("2019..2022", "ar", "2019 إلى 2022", "2019 إلى 2022"),
        ("@2024-01-25", "en", "25 January 2024", "25 Jan 2024"),
        ("2021-W05", "de", "week 5, 2021", "W5 2021"),
    ],
)
def test_formats(code: str, locale: str, long: str, short: str) -> None:
    period = Period.from_code(code)
    assert format_period(period, locale) == long
    assert format_period(period, locale, style="short") == short


@given(periods, st.sampled_from(["he", "ar"]), st.sampled_from(["long", "short"]))
def test_no_dash_stands_in_a_right_to_left_line(period: Period, locale: str, style: str) -> None:
    text = format_period(period, locale, style)  # type: ignore[arg-type]
    assert not set(text) & set("-–—")
