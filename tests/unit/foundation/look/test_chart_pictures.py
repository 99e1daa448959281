"""Charts that stand without the page: painted as on it, safe, and in the direction in which one reads."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from xml.dom import minidom

import pytest

from shidra.foundation.look import charts
from shidra.foundation.look.chart_pictures import chart_svg, colour, key_svg, paint
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
    svg = chart_svg(chart)
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
    known = set(re.findall(r'item\.shape == "([\w-]+)"', template)) - {"series", "mark", "restated"}
    dot = key_svg(charts.KeyItem("figure", "", "sc-1"))
    for shape in known:
        assert key_svg(charts.KeyItem(shape, "", "sc-1", "M1 1z")) != dot, shape


def test_words_are_words() -> None:
    read = minidom.parseString(chart_svg(full_chart("en", HOSTILE)))
    assert not read.getElementsByTagName("script")
    assert any(
        "<script>" in (node.firstChild.data if node.firstChild else "") for node in read.getElementsByTagName("text")
    )  # type: ignore[attr-defined]


def test_time_runs_as_one_reads_and_words_keep_to_their_side() -> None:
    def at(language: str, word: str) -> minidom.Element:
        read = minidom.parseString(chart_svg(full_chart(language)))
        return next(node for node in read.getElementsByTagName("text") if word in node.firstChild.data)  # type: ignore[attr-defined, union-attr]

    assert float(at("en", "2018").getAttribute("x")) < float(at("en", "2024").getAttribute("x"))
    assert float(at("he", "2018").getAttribute("x")) > float(at("he", "2024").getAttribute("x"))
    assert at("en", "Target").getAttribute("text-anchor") == "start"
    assert at("he", "Target").getAttribute("text-anchor") == "end"  # told in left and right
    assert at("he", "Target").firstChild.data.startswith("\u2067")  # type: ignore[union-attr]
