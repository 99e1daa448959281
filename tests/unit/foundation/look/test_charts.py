"""Geometry of charts: what is drawn where, in both directions of reading."""

import re
from decimal import Decimal
from itertools import pairwise
from xml.dom import minidom

import pytest
from django.template import engines
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from shidra.foundation.look import charts
from shidra.foundation.look.charts import (
    ChartBand,
    ChartBar,
    ChartBreak,
    ChartPoint,
    ChartReading,
    ChartSeries,
    bar_chart,
    bar_charts,
    nice_ticks,
    row_chart,
    row_charts,
    run_chart,
    sparkline,
)


def points(*figures: int | str | None, first: int = 2010) -> list[ChartPoint]:
    return [
        ChartPoint(
            str(first + at), Decimal(one) if isinstance(one, int) else None, one if isinstance(one, str) else "reported"
        )
        for at, one in enumerate(figures)
    ]


def drawn(chart: charts.Chart, language: str) -> minidom.Document:
    with translation.override(language):
        svg = engines["django"].from_string("{% chart chart %}").render({"chart": chart})
    assert " style=" not in svg
    return minidom.parseString(svg)


WIDTHS = [charts.WIDE, charts.MID, charts.NARROW]


@given(low=st.decimals(-(10**9), 10**9, places=3), high=st.decimals(-(10**9), 10**9, places=3), about=st.integers(2, 6))
def test_ticks_are_even_and_span_the_figures(low: Decimal, high: Decimal, about: int) -> None:
    ticks = nice_ticks(low, high, about)
    assert ticks[0] <= low
    assert ticks[-1] >= high
    assert 2 <= len(ticks) <= about + 3
    assert len({after - before for before, after in pairwise(ticks)}) == 1


def test_ticks_are_round() -> None:
    assert nice_ticks(Decimal(0), Decimal(18347)) == [0, 5000, 10000, 15000, 20000]


@pytest.mark.parametrize("width", WIDTHS)
def test_x_is_mirrored_and_nothing_else(width: int) -> None:
    told = {"target": Decimal(9), "width": width, "breaks": [ChartBreak("2013")]}
    line = points(1, 2, "missing", 4, "suppressed", 6)
    english, hebrew = (run_chart(line, language=language, **told) for language in ("en", "he"))
    assert [mark.x for mark in english.marks] == pytest.approx([width - mark.x for mark in hebrew.marks], abs=0.11)
    assert [mark.y for mark in english.marks] == [mark.y for mark in hebrew.marks]
    assert english.marks[0].x < english.marks[1].x, "time runs to the right in English"
    assert hebrew.marks[0].x > hebrew.marks[1].x, "and to the left in Hebrew"
    assert [box.x for box in english.boxes] == pytest.approx(
        [width - box.x - box.width for box in hebrew.boxes], abs=0.21
    )
    assert hebrew.direction == "rtl"


def test_larger_figures_stand_higher_and_zero_on_the_axis() -> None:
    chart = run_chart(points(0, 5, 10), language="en")
    zero, five, ten = (mark.y for mark in chart.marks)
    axis = next(line for line in chart.lines if line.css == "chart-axis")
    assert zero == axis.y1
    assert zero - five == pytest.approx(five - ten, abs=0.11)


def lines_of(chart: charts.Chart) -> list[charts.Path]:
    return [path for path in chart.paths if path.css.startswith("chart-line")]


def test_no_line_crosses_a_gap_or_a_break() -> None:
    chart = run_chart(points(1, 2, "missing", 3, 4, 5, 6), language="en", breaks=[ChartBreak("2015")])
    assert [len(path.d.split("L")) for path in lines_of(chart)] == [2, 2, 2]
    assert len([path for path in chart.paths if path.css == "chart-break"]) == 1
    suppressed = run_chart(points(1, "suppressed", 3), language="en")
    assert lines_of(suppressed) == []


def test_missing_and_suppressed_are_drawn_apart_and_named() -> None:
    chart = run_chart(points(1, "missing", "missing", 4, "suppressed", 6), language="en")
    assert [box.pattern for box in chart.boxes] == ["hatch", "dots"]
    assert chart.boxes[0].width == pytest.approx(2 * chart.boxes[1].width, abs=0.11)
    key = {item.shape: item.words for item in chart.key}
    assert key["missing"] == "No figure: 2011 to 2012"
    assert key["suppressed"] == "Suppressed, too few people: 2014"
    assert any(mark.css == "chart-suppressed" for mark in chart.marks)


def test_a_figure_that_is_not_final_is_hollow_and_its_line_dotted_a_restated_one_has_a_ring() -> None:
    line = [*points(1, 2), ChartPoint("2012", Decimal(3), "restated"), ChartPoint("2013", Decimal(4), "provisional")]
    chart = run_chart(line, language="en")
    assert [("hollow" in mark.css, bool(mark.ring)) for mark in chart.marks] == [
        (False, False), (False, False), (False, True), (True, False),
    ]  # fmt: skip
    assert [path.css.endswith("open") for path in lines_of(chart)] == [False, True]
    assert {"provisional", "restated"} <= {item.shape for item in chart.key}
    assert "provisional" in chart.marks[-1].words


def test_target_and_baseline_stand_at_their_heights() -> None:
    chart = run_chart(
        points(5, 10),
        target=Decimal(10),
        target_label="Target: 10",
        baseline=ChartBand(Decimal(4), Decimal(5)),
        language="en",
    )
    target = next(line for line in chart.lines if line.css == "chart-target")
    assert target.y1 == target.y2 == chart.marks[1].y
    band = next(box for box in chart.boxes if box.css == "chart-base")
    assert band.y == chart.marks[0].y
    assert any(words.text == "Target: 10" for words in chart.words)


def test_groups_have_their_own_colour_shape_and_label_and_the_eighth_is_grey() -> None:
    series = [ChartSeries(f"Group {at}", points(at, at + 1)) for at in range(1, 9)]
    chart = run_chart(points(20, 22), series=series, label="All", language="en")
    beside = [words for words in chart.words if "chart-series-label" in words.css]
    labels = [words for words in beside if "figure" not in words.css]
    assert {words.text for words in labels} == {"All", *(one.name for one in series)}
    assert [words.text for words in beside if "figure" in words.css] == [*"23456789", "22"], "the latest figure of each"
    assert not any("latest" in words.css for words in chart.words), "a big figure would lie over the lines"
    heights = sorted(words.y for words in labels)
    assert all(after - before >= 14 for before, after in pairwise(heights))
    assert len({words.css for words in labels}) == 8, "seven colours and grey"
    assert sum("sc-rest" in words.css for words in labels) == 2
    first = next(mark for mark in chart.marks if "sc-2" in mark.css)
    other = next(mark for mark in chart.marks if "sc-3" in mark.css)
    assert re.sub(r"[\d. ]", "", first.d) == "MLLLz", "a square"
    assert first.d.split("L")[0] != other.d.split("L")[0]
    assert "a" in next(mark for mark in chart.marks if "sc-1" in mark.css).d, "the total is round"


@pytest.mark.parametrize("language", ["he", "ar", "en"])
@pytest.mark.parametrize("width", WIDTHS)
def test_what_is_drawn_is_xml_with_plain_numbers(width: int, language: str) -> None:
    line = points(1000, 2500, "missing", 3333, "suppressed", 10**6)
    chart = run_chart(
        line, language=language, width=width, target=Decimal(5), target_label="<&>", title='A "title"', unit="people",
        series=[ChartSeries("<b>", points(10, 20, 30, 40, 50, 60))], baseline=Decimal(9), description="d", name="one",
    )  # fmt: skip
    root = drawn(chart, language).documentElement
    assert root is not None
    assert root.getAttribute("role") == "img"
    assert root.getAttribute("aria-labelledby") == f"one-{chart.size}-t one-{chart.size}-d"
    assert root.getAttribute("direction") == ("ltr" if language == "en" else "rtl")
    for element in root.getElementsByTagName("*"):
        for name in ("x", "y", "x1", "x2", "y1", "y2", "width", "height", "cx", "cy"):
            if element.hasAttribute(name):
                assert re.fullmatch(r"-?\d+(\.\d+)?", element.getAttribute(name))
    assert [at for at in root.getElementsByTagName("text") if at.firstChild and at.firstChild.nodeValue == "1,000,000"]


@given(
    figures=st.lists(st.one_of(st.none(), st.decimals(-(10**12), 10**15, places=2)), max_size=40),
    width=st.sampled_from(WIDTHS),
    language=st.sampled_from(["he", "ar", "en"]),
)
def test_any_figures_stay_inside_the_picture(figures: list[Decimal | None], width: int, language: str) -> None:
    line = [ChartPoint(str(1990 + at), one, "missing" if one is None else "reported") for at, one in enumerate(figures)]
    chart = run_chart(line, language=language, width=width)
    for mark in chart.marks:
        assert 0 <= mark.x <= chart.width
        assert 0 <= mark.y <= chart.height
    assert len(chart.marks) == sum(one is not None for one in figures)


def test_labels_of_periods_do_not_overlap() -> None:
    for width in WIDTHS:
        chart = run_chart(points(*range(60), first=1960), language="en", width=width)
        ticks = sorted(words.x for words in chart.words if words.anchor == "middle" and words.css == "chart-tick")
        assert ticks
        assert all(after - before >= charts.text_width("2000") for before, after in pairwise(ticks))
        assert any(words.text == "2019" for words in chart.words), "the last period is always named"


def test_a_sparkline_names_its_ends() -> None:
    chart = sparkline(points(1, 5, 3), language="ar", target=Decimal(6), title="t")
    assert [words.text for words in chart.words] == ["2010", "2012"]
    assert chart.words[0].x > chart.words[1].x
    drawn(chart, "ar")


def test_a_line_to_a_provisional_figure_is_dotted_and_its_mark_hollow_in_a_sparkline_too() -> None:
    line = [*points(5, 6), ChartPoint("2012", Decimal(2), "provisional")]
    for chart in (sparkline(line, language="en", title="t"), run_chart(line, language="en")):
        assert ["open" in path.css for path in chart.paths] == [False, True]
        assert ["hollow" in mark.css for mark in chart.marks] == [False, False, True]


def test_gaps_too_many_to_read_are_counted() -> None:
    few = run_chart(points(1, "missing", 2, "missing", "missing", 3), language="en")
    assert "No figure: 2011, 2013 to 2014" in [item.words for item in few.key]
    many = run_chart(points(*(1, "missing") * 12), language="en")
    assert "No figure: 12 periods" in [item.words for item in many.key]


def test_a_long_name_is_cut_where_its_room_ends() -> None:
    series = [ChartSeries("Young women who moved here from the villages of the valley " * 2, points(1, 2))]
    chart = run_chart(points(20, 22), series=series, label="All", language="en", width=680)
    label = next(words for words in chart.words if words.text.startswith("Young"))
    assert label.text.endswith("…")
    assert label.x + charts.text_width(label.text) <= chart.width


def test_bars_rise_from_zero_and_a_withheld_one_says_so() -> None:
    bars = [
        ChartBar("a", Decimal(10)),
        ChartBar("b", Decimal(5)),
        ChartBar("c", None, "suppressed"),
        ChartBar("d", Decimal(-5)),
    ]
    chart = bar_chart(bars, language="en")
    tall, half, _withheld, below = chart.boxes
    assert tall.height == pytest.approx(2 * half.height, abs=0.11)
    assert below.y == pytest.approx(tall.y + tall.height, abs=0.11)
    assert chart.boxes[2].pattern == "dots"
    assert any(words.text == "suppressed" for words in chart.words)


@pytest.mark.parametrize("language", ["he", "en"])
@pytest.mark.parametrize("width", WIDTHS)
def test_lying_bars_begin_at_the_side_of_reading_and_measure_their_figures(width: int, language: str) -> None:
    bars = [
        ChartBar("A rather long label of a country" * 4, Decimal(40), now=True),
        ChartBar("b", Decimal(10)),
        ChartBar("c", None),
    ]
    chart = row_chart(bars, language=language, width=width)
    long, short = chart.boxes
    assert long.width == pytest.approx(4 * short.width, abs=0.2)
    assert all(box.x >= 0 and box.x + box.width <= width for box in chart.boxes)
    edges = {round(box.x + box.width if language == "he" else box.x, 1) for box in chart.boxes}
    assert len(edges) == 1, "all begin at one line"
    assert (next(iter(edges)) > width / 2) == (language == "he")
    assert [box.css for box in chart.boxes] == ["chart-bar now", "chart-bar"]
    texts = [one.text for one in chart.words]
    assert texts[0].endswith("…")
    assert {"40", "10"} <= set(texts)
    assert len(texts) == 6, "what has no figure says so"


def test_bars_come_in_three_sizes_of_which_the_browser_shows_one() -> None:
    for made in (
        row_charts([ChartBar("a", Decimal(1))], language="en", name="x"),
        bar_charts([ChartBar("a", Decimal(1))], language="en", name="x"),
    ):
        assert [(one.size, one.width) for one in made] == [
            ("wide", charts.WIDE), ("mid", charts.MID), ("narrow", charts.NARROW),
        ]  # fmt: skip
        assert len({one.id for one in made}) == 3


def test_where_a_figure_likely_lies_is_a_band_with_words_in_the_key() -> None:
    points = [ChartPoint(str(year), Decimal(80)) for year in range(4)]
    likely = {str(year): (Decimal(60), Decimal(90)) for year in (1, 2, 3)}
    reading = ChartReading(likely=likely, likely_label="likely")
    chart = run_chart(points, language="en", reading=reading)
    band = next(path for path in chart.paths if path.css == "chart-fan")
    assert band.d.count("L") + band.d.count("M") == 6
    assert [item.words for item in chart.key if item.shape == "range"] == ["likely"]
