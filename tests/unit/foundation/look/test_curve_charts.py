"""What is read into a line, funnels and maps: where things stand, in both directions of reading."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest

from shidra.foundation.look.charts import (
    Chart,
    ChartAhead,
    ChartEvent,
    ChartPhase,
    ChartPoint,
    ChartReading,
    run_charts,
)
from shidra.foundation.look.funnel_chart import FunnelDot, FunnelLimits, funnel_charts
from shidra.foundation.look.place_map import PlaceDot, classes_of, place_maps

YEARS = [str(2010 + at) for at in range(12)]
POINTS = [ChartPoint(code, Decimal(40 + at)) for at, code in enumerate(YEARS)]
AHEAD = [ChartPoint("2022", None, "ahead"), ChartPoint("2023", None, "ahead")]
READING = ChartReading(
    phases=[ChartPhase("2010", "2015", Decimal(42)), ChartPhase("2016", "2021", Decimal(49))],
    centre_label="Mean",
    limits={code: (Decimal(38), Decimal(46)) for code in YEARS[:6]} | {code: (Decimal(45), Decimal(53)) for code in YEARS[6:]},
    signals={"2020": "better", "2021": "better"},
    ahead=[ChartAhead("2021", Decimal(50), Decimal(45), Decimal(55)), ChartAhead("2022", Decimal(51), Decimal(44), Decimal(58)),
           ChartAhead("2023", Decimal(52), Decimal(43), Decimal(61))],
    ahead_label="Where it was headed",
    scenarios=[("More buses", {"2022": Decimal(56), "2023": Decimal(60)})],
    events=[ChartEvent("2015", "The law changed"), ChartEvent("2099", "Not on this chart")],
)  # fmt: skip


def drawn(language: str = "en", **more: object) -> Chart:
    how: dict[str, object] = {"language": language, "unit": "%", "reading": READING, "from_zero": False} | more
    return run_charts([*POINTS, *AHEAD], **how)[0]


def lines(chart: Chart, css: str) -> list[tuple[float, float, float, float]]:
    return [(one.x1, one.y1, one.x2, one.y2) for one in chart.lines if one.css == css]


def test_each_phase_has_its_centre_and_the_next_begins_where_it_ends() -> None:
    first, second = lines(drawn(), "chart-centre")
    assert first[2] == pytest.approx(second[0], abs=0.2)
    assert first[1] > second[1]  # 42 stands lower than 49


def test_limits_are_one_line_a_stretch_that_is_equal() -> None:
    assert len(lines(drawn(), "chart-limit")) == 4


def test_signals_have_a_shape_and_words_not_only_a_colour() -> None:
    marked = [mark for mark in drawn().marks if "signal" in mark.css]
    plain = [mark for mark in drawn().marks if mark.css == "chart-mark sc-1"]
    assert len(marked) == 2
    assert all("part of a signal for the better" in mark.words for mark in marked)
    assert marked[0].d.count("L") == 3  # a diamond
    assert all("a" in mark.d for mark in plain)  # circles


def test_a_scenario_for_periods_that_are_not_drawn_leaves_no_trace() -> None:
    elsewhere = replace(READING, scenarios=[("Quarters", {"2023-Q1": Decimal(60)})])
    chart = drawn(reading=elsewhere)
    assert not [path for path in chart.paths if path.css.startswith("chart-scenario")]
    assert "Quarters" not in {item.words for item in chart.key}


def test_the_forecast_runs_on_behind_the_last_figure_within_its_range() -> None:
    chart = drawn()
    assert [path.css for path in chart.paths if path.css.startswith(("chart-fan", "chart-ahead"))] == [
        "chart-fan",
        "chart-ahead",
    ]
    spoken = [mark.words for mark in chart.marks if mark.css == "chart-ahead-mark"]
    assert spoken == ["2021: 50% (forecast)", "2022: 51% (forecast)", "2023: 52% (forecast)"]
    assert "2023" in {words.text for words in chart.words}


def test_events_off_the_chart_are_left_out_and_the_key_says_all() -> None:
    chart = drawn()
    assert len(lines(chart, "chart-event")) == 1
    said = [item.words for item in chart.key]
    assert "The law changed" in said
    assert "Not on this chart" not in said
    assert {"Mean: 42%, 49%", "Where it was headed", "More buses", "part of a signal for the better"} <= set(said)


def test_events_of_one_period_have_one_line_and_their_numbers_side_by_side() -> None:
    events = [ChartEvent("2015", "a"), ChartEvent("2016", "b"), ChartEvent("2015", "c")]
    chart = run_charts(POINTS, language="en", reading=ChartReading(events=events))[0]
    assert len(lines(chart, "chart-event")) == 2
    assert [one.text for one in chart.words if one.css == "chart-event-label"] == ["1, 3", "2"]
    assert [(item.d, item.words) for item in chart.key] == [("1", "a"), ("2", "b"), ("3", "c")]


def test_what_is_read_into_a_line_is_mirrored_with_it() -> None:
    left, right = drawn(), drawn("he")
    width = left.width
    for one, other in zip(lines(left, "chart-event"), lines(right, "chart-event"), strict=True):
        assert other[0] == pytest.approx(width - one[0], abs=30)
    assert lines(right, "chart-centre")[0][0] > lines(right, "chart-centre")[1][0]


def test_a_chart_without_a_reading_is_as_it_was() -> None:
    chart = run_charts(POINTS, language="en")[0]
    assert not [line for line in chart.lines if line.css in ("chart-centre", "chart-limit", "chart-event")]


def funnel(language: str = "en") -> Chart:
    dots = [FunnelDot("A", Decimal(50), Decimal(60)), FunnelDot("Ours", Decimal(300), Decimal(52), True)]
    outer = FunnelLimits("99.8%", "outer", [(10, 5, 95), (100, 30, 70), (400, 42, 58)])
    return funnel_charts(dots, Decimal(50), [outer], language=language, unit="%")[1]


def test_a_funnel_narrows_and_larger_partners_stand_further_on() -> None:
    chart = funnel()
    small, large = (mark for mark in chart.marks)
    assert small.x < large.x
    assert large.words == "Ours: 52%"
    assert small.d.count("a") == 2
    assert large.d.count("L") == 3
    assert len([path for path in chart.paths if path.css == "chart-limit outer"]) == 2
    assert {one.size for one in funnel_charts([FunnelDot("A", Decimal(5), Decimal(1))], Decimal(1), [], language="ar")} == {
        "wide", "mid", "narrow",
    }  # fmt: skip
    mirrored = funnel("he")
    assert mirrored.marks[0].x == pytest.approx(chart.width - small.x, abs=12)


@pytest.mark.parametrize("language", ["en", "he", "ar"])
def test_a_map_is_not_mirrored_and_keeps_its_proportions(language: str) -> None:
    dots = [
        PlaceDot("West", Decimal("31.5"), Decimal("34.5"), Decimal(10), "10"),
        PlaceDot("East", Decimal("31.5"), Decimal("35.5"), Decimal(20), "20"),
        PlaceDot("North", Decimal("32.0"), Decimal("35.0"), None, "not shown", "suppressed"),
    ]
    chart = place_maps(
        dots, language=language, figure={Decimal(10): "10", Decimal(20): "20"}, title="", description=""
    )[0]
    west, east, north = chart.marks
    assert chart.direction == "ltr"
    assert west.x < north.x < east.x
    assert north.y < west.y
    assert (east.x - west.x) / (west.y - north.y) == pytest.approx(2 * 0.851, rel=0.02)  # cos of the latitude
    assert north.css == "chart-suppressed"
    assert len(chart.key) == 3


def test_classes_hold_every_value_and_do_not_overlap() -> None:
    values = [Decimal(one) for one in (5, 1, 3, 3, 9, 12, 2)]
    classes = classes_of(values)
    assert all(sum(low <= value <= high for low, high in classes) == 1 for value in values)
    assert all(one[1] < other[0] for one, other in pairwise(classes))
    assert classes_of([]) == []
    assert classes_of([Decimal(7)]) == [(Decimal(7), Decimal(7))]
