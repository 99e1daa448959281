"""Charts that stand without the page: painted as on it, safe, and in the direction in which one reads."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from xml.dom import minidom

import pytest

from shidra.foundation.look import charts
from shidra.foundation.look.chart_pictures import Label, chart_labels, chart_shapes, colour, key_svg, paint
from shidra.foundation.look.charts import (
    Chart,
    ChartAhead,
    ChartBand,
    ChartBreak,
    ChartEvent,
    ChartPhase,
    ChartPoint,
    ChartReading,
    ChartSeries,
    run_chart,
)

HOSTILE = '"><script>alert(1)</script>&<![CDATA[ \x00\x0b\ud800'


def full_chart(language: str, words: str = "group") -> Chart:
    """A chart with everything that one can have."""
    states = ["reported", "missing", "suppressed", "restated", "provisional", "reported", "reported"]
    values = [10, None, None, 14, 15, 18, 21]
    points = [
        ChartPoint(str(2018 + at), None if value is None else Decimal(value), state)
        for at, (value, state) in enumerate(zip(values, states, strict=True))
    ]
    reading = ChartReading(
        phases=[ChartPhase("2018", "2024", Decimal(13))], centre_label="Mean",
        limits={point.period: (Decimal(8), Decimal(19)) for point in points},
        signals={"2023": "better", "2024": "worse", "2022": ""},
        ahead=[ChartAhead(code, Decimal(15), Decimal(12), Decimal(18)) for code in ("2023", "2024")],
        ahead_label="ahead", scenarios=[(words, {"2023": Decimal(17), "2024": Decimal(19)})],
        events=[ChartEvent("2021", words)],
    )  # fmt: skip
    return run_chart(
        points, target=Decimal(30), target_label=f"Target {words}", baseline=ChartBand(Decimal(9), Decimal(12), "Base"),
        breaks=[ChartBreak("2022", words)], series=[ChartSeries(words, points)], language=language, label="all", unit="%",
        reading=reading,
    )  # fmt: skip


@pytest.mark.parametrize("language", ["en", "he"])
def test_every_shape_has_its_paint_and_none_needs_the_page(language: str) -> None:
    chart = full_chart(language)
    svg = chart_shapes(chart)
    minidom.parseString(svg)
    assert "var(" not in svg
    assert "class=" not in svg
    assert "currentColor" not in svg
    drawn = [*chart.boxes, *chart.lines, *chart.paths, *chart.marks]
    for shape in drawn:
        if shape.css:
            assert {"fill", "stroke"} & set(paint(shape.css)), shape.css
    for item in chart.key:
        minidom.parseString(key_svg(item))


def test_colours_are_those_of_the_page() -> None:
    assert paint("chart-line sc-1")["stroke"] == colour("series-1")
    assert paint("chart-line group sc-2")["stroke-width"] == "2"
    assert paint("chart-mark sc-1 signal better")["fill"] == colour("on-course")
    assert paint("chart-mark sc-3 hollow")["fill"] == colour("surface")
    assert paint("chart-value latest sc-1 chart-halo")["font-size"] == "22"
    assert paint("chart-value latest sc-1 chart-halo")["color"] == colour("series-1")
    assert paint("chart-target-label chart-halo")["color"] == colour("on-course")


def test_each_sign_of_the_key_is_drawn_as_on_the_page() -> None:
    """The template draws them for the page; a kind that only it knows would be a dot on paper."""
    template = (Path(charts.__file__).parent / "templates/look/charts.html").read_text(encoding="utf-8")
    known = set(re.findall(r'item\.shape == "([\w-]+)"', template)) - {"series", "mark", "restated", "event"}
    dot = key_svg(charts.KeyItem("figure", "", "sc-1"))
    for shape in known:
        assert key_svg(charts.KeyItem(shape, "", "sc-1", "M1 1z")) != dot, shape


def test_words_are_words() -> None:
    chart = full_chart("en", HOSTILE)
    assert not minidom.parseString(chart_shapes(chart)).getElementsByTagName("text")
    said = [one.text for one in chart_labels(chart)]
    assert any("<script>" in words for words in said)
    assert not any(set("\x00\x0b\ud800") & set(words) for words in said)


def test_time_runs_as_one_reads_and_words_keep_to_their_side() -> None:
    def at(language: str, word: str) -> Label:
        return next(one for one in chart_labels(full_chart(language)) if word in one.text)

    assert at("en", "2018").x < at("en", "2024").x
    assert at("he", "2018").x > at("he", "2024").x
    assert (at("en", "Target").side, at("he", "Target").side) == ("left", "right")
    assert (at("en", "Target").text[0], at("he", "Target").text[0]) == ("\u2066", "\u2067")
    assert at("en", "Target").colour == colour("on-course")


def test_words_on_a_line_have_a_ground_behind_them() -> None:
    chart = full_chart("he")
    grounds = chart_shapes(chart).count('fill-opacity="0.8"')
    assert grounds == sum("chart-halo" in one.css for one in chart.words) > 0
