"""Charts that stand without the page: shapes as SVG painted by attributes alone, and words, for paper and slides.

The shapes are those of charts.py; colours and strokes are read from the styles of the page (light theme), so that a
chart looks on paper as it does on the screen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from shidra.foundation.look.charts import Chart, KeyItem, Mark, text_width
from shidra.foundation.look.formats import plain_words

_CSS = Path(__file__).parent / "static" / "look" / "css"
_PAINT = (
    "fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin",
    "paint-order", "font-size", "font-weight",
)  # fmt: skip
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_BLOCK = re.compile(r"@[^{]+\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_SELECTOR = re.compile(r"(?:svg\.chart )?((?:\.[\w-]+)+)")
_TOKEN = re.compile(r"--([\w-]+):\s*light-dark\(\s*(#\w+)\s*,\s*(#\w+)")
_INK = "#1b1f23"


@cache
def _tokens(*, dark: bool = False) -> Mapping[str, str]:
    found = _TOKEN.findall((_CSS / "tokens.css").read_text(encoding="utf-8"))
    return {name: (on_light, on_dark)[dark] for name, on_light, on_dark in found}


@cache
def _rules() -> tuple[tuple[frozenset[str], Mapping[str, str]], ...]:
    """The rules of base.css for classes of charts, the weaker first."""
    text = re.sub(r"/\*.*?\*/", "", (_CSS / "base.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    found: list[tuple[frozenset[str], Mapping[str, str]]] = []
    for selectors, body in _RULE.findall(_BLOCK.sub("", text)):
        parts = [one.partition(":") for one in body.split(";") if ":" in one]
        said = {name.strip(): value.strip() for name, _colon, value in parts}
        for selector in selectors.split(","):
            match = _SELECTOR.fullmatch(selector.strip())
            if match and (match[1].startswith((".chart-", ".sc-"))):
                found.append((frozenset(match[1][1:].split(".")), said))
    return tuple(sorted(found, key=lambda rule: len(rule[0])))


def colour(name: str, *, dark: bool = False) -> str:
    """A colour of the light or the dark theme by its name in tokens.css."""
    return _tokens(dark=dark)[name]


@cache
def paint(css: str) -> Mapping[str, str]:
    """What the classes of a shape say, as attributes of SVG."""
    classes = frozenset(css.split())
    said: dict[str, str] = {}
    for needed, rule in _rules():
        if needed <= classes:
            said |= rule

    def resolved(value: str) -> str:
        for _depth in range(3):
            name = value[6:-1] if value.startswith("var(--") else ""
            if not name:
                return value
            value = said.get("--sc", _INK) if name == "sc" else _tokens().get(name, _INK)
        return value

    ink = resolved(said.get("color", _INK))
    found = {
        name: ink if said[name] == "currentColor" else resolved(said[name]).removesuffix("px")
        for name in _PAINT
        if name in said
    }
    return {**found, "color": ink} if "color" in said else found


def _tag(name: str, css: str = "", inside: str | None = None, /, **attributes: object) -> str:
    known = {**paint(css), "color": "", **{key.replace("_", "-"): str(value) for key, value in attributes.items()}}
    words = "".join(f" {key}={_quoted(value)}" for key, value in known.items() if value)
    return f"<{name}{words}/>" if inside is None else f"<{name}{words}>{inside}</{name}>"


def _quoted(value: str) -> str:
    return '"' + escape(value, {'"': "&quot;"}) + '"'


@dataclass(frozen=True, slots=True)
class Label:
    """Words of a chart: where their baseline begins, ends or has its middle (`side`: left, right or center)."""

    x: float
    y: float
    text: str
    side: str
    size: float
    weight: int
    colour: str


def chart_shapes(chart: Chart) -> str:
    """All of the chart but its words, as SVG. Words are for whoever sets the page: pictures in pictures have no fonts."""
    parts = [
        _tag("rect", "" if box.pattern else box.css, x=box.x, y=box.y, width=box.width, height=box.height,
             **({"fill": f"url(#{box.pattern})"} if box.pattern else {}), **({"rx": box.radius} if box.radius else {}))
        for box in chart.boxes
    ]  # fmt: skip
    parts += [_tag("line", one.css, x1=one.x1, y1=one.y1, x2=one.x2, y2=one.y2) for one in chart.lines]
    parts += [_tag("path", one.css, d=one.d) for one in chart.paths]
    parts += [piece for mark in chart.marks for piece in _mark(mark)]
    parts += [
        _ground(one) for one, spot in zip(chart_labels(chart), chart.words, strict=True) if "chart-halo" in spot.css
    ]
    patterns = "".join(_pattern(name, chart.direction) for name in chart.patterns)
    return _svg(chart.width, chart.height, (f"<defs>{patterns}</defs>" if patterns else "", *parts))


def chart_labels(chart: Chart) -> list[Label]:
    """The words of the chart, told in left and right; each is an isolate of the chart's own direction."""
    sides = {"start": "left", "end": "right"} if chart.direction == "ltr" else {"start": "right", "end": "left"}
    opening = "\u2067" if chart.direction == "rtl" else "\u2066"
    found = []
    for one in chart.words:
        how = paint(one.css)
        found.append(
            Label(
                one.x, one.y, f"{opening}{plain_words(one.text)}\u2069", sides.get(one.anchor, "center"),
                float(how.get("font-size", 14)), int(how.get("font-weight", 400)), how.get("color", colour("ink")),
            )
        )  # fmt: skip
    return found


def _ground(label: Label) -> str:
    """What is behind words that may lie on a line, in place of the page's strokes round letters."""
    wide = text_width(label.text[1:-1], label.size) * 0.95 + 4
    left = {"left": label.x - 2, "center": label.x - wide / 2, "right": label.x - wide + 2}[label.side]
    return _tag("rect", x=round(left, 1), y=round(label.y - label.size * 0.9, 1), width=round(wide, 1),
                height=round(label.size * 1.15, 1), fill=colour("surface"), fill_opacity=0.8)  # fmt: skip


def _svg(width: float, height: float, parts: Iterable[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f"{''.join(parts)}</svg>"
    )


def _mark(mark: Mark) -> list[str]:
    ring = [_tag("path", f"chart-restated {mark.colour}", d=mark.ring)] if mark.ring else []
    return [*ring, _tag("path", mark.css, d=mark.d)]


def _pattern(name: str, way: str) -> str:
    if name == "hatch":
        turn = "rotate(-45)" if way == "rtl" else "rotate(45)"
        size, drawn = 9, _tag("line", "chart-hatch", x1=0, y1=0, x2=0, y2=9)
    else:
        turn, size, drawn = "", 8, _tag("circle", "chart-dots", cx=4, cy=4, r=1)
    return _tag(
        "pattern", "", drawn, id=name, width=size, height=size, patternUnits="userSpaceOnUse", patternTransform=turn
    )


_SIGNS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "missing": (("chart-key-hatch", "M1 9L9 1M1 17L17 1M9 17L17 9"),),
    "suppressed": (("chart-suppressed", "M3 3H15V15H3z"), ("chart-break", "M4 14L14 4")),
    "centre": (("chart-centre", "M1 9H17"),),
    "limit": (("chart-limit", "M1 5H17M1 13H17"),),
    "limit-inner": (("chart-limit inner", "M1 9H17"),),
    "limit-outer": (("chart-limit outer", "M1 9H17"),),
    "range": (("chart-fan", "M1 6L17 2V16L1 12z"),),
    "ahead": (("chart-fan", "M1 8L17 3V15z"), ("chart-ahead", "M1 9H17")),
    "break": (("chart-break", "M9 1V6L13 8L5 11L9 13V17"),),
}


def key_svg(item: KeyItem) -> str:
    """The sign of an entry of the key, the same as `look/charts.html` draws; that of an event is its number, in words."""
    if item.shape in ("series", "mark"):
        drawn = [_tag("path", f"chart-mark {item.css}", d=item.d)]
    elif item.shape in _SIGNS:
        drawn = [_tag("path", css, d=d) for css, d in _SIGNS[item.shape]]
    else:
        ring = [_tag("circle", f"chart-restated {item.css}", cx=9, cy=9, r=8)] if item.shape == "restated" else []
        hollow = " hollow" if item.shape == "provisional" else ""
        drawn = [*ring, _tag("circle", f"chart-mark {item.css}{hollow}", cx=9, cy=9, r=5)]
    return _svg(18, 18, drawn)
