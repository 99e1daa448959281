"""Places where they lie: a mark for each, its class by its figure. A picture of who is near whom, without borders; the
list beside it has the same figures. Like every map it is not mirrored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import cos, radians

from django.utils import translation
from django.utils.translation import gettext

from shidra.foundation.look.charts import (
    MID,
    NARROW,
    SIZES,
    WIDE,
    Box,
    Canvas,
    Chart,
    KeyItem,
    Line,
    Words,
    shape_path,
)

MOST_CLASSES = 4
_HEIGHTS = {WIDE: 520, MID: 460, NARROW: 400}
_EDGE = 56.0  # px round the outermost places, for their names
_LEAST = 0.02  # degrees: places closer together than this are not spread over the whole picture


@dataclass(frozen=True, slots=True)
class PlaceDot:
    """A place with its point (degrees) and its figure. `words` is the figure as it is read; without a value the state
    says why: missing, suppressed or not_applicable."""

    name: str
    latitude: Decimal
    longitude: Decimal
    value: Decimal | None
    words: str
    state: str = "reported"


def classes_of(values: Sequence[Decimal]) -> list[tuple[Decimal, Decimal]]:
    """Up to four classes of about as many places each, as (lowest, highest) values found in them."""
    known = sorted(set(values))
    count = min(MOST_CLASSES, len(known))
    edges = [round(at * len(known) / count) for at in range(count + 1)] if count else []
    return [(known[start], known[end - 1]) for start, end in pairwise(edges)]


def place_map(
    dots: Sequence[PlaceDot], *, figure: dict[Decimal, str], title: str, description: str, width: int, name: str = "map"
) -> Chart:
    """The map in one of the widths of charts; `figure` says a value in words, for the key. At least one dot."""
    height = _HEIGHTS[width]
    canvas = Canvas(width, height, top=_EDGE, bottom=height - _EDGE, start=_EDGE, end=width - _EDGE)
    shrink = cos(radians(float(sum(dot.latitude for dot in dots)) / len(dots)))  # degrees of longitude are shorter
    east = [float(dot.longitude) * shrink for dot in dots]
    north = [float(dot.latitude) for dot in dots]
    room = canvas.end - canvas.start, canvas.bottom - canvas.top
    scale = min(room[0] / max(max(east) - min(east), _LEAST), room[1] / max(max(north) - min(north), _LEAST))
    middle = (max(east) + min(east)) / 2, (max(north) + min(north)) / 2
    classes = classes_of([dot.value for dot in dots if dot.value is not None])
    canvas.boxes.append(Box(1, 1, width - 2, height - 2, "map-ground", radius=4))
    spots = [
        (width / 2 + (at_east - middle[0]) * scale, height / 2 - (at_north - middle[1]) * scale)
        for at_east, at_north in zip(east, north, strict=True)
    ]
    canvas.taken += [(x - 9, y - 9, x + 9, y + 9) for x, y in spots]
    for dot, (x, y) in zip(dots, spots, strict=True):
        spoken = gettext("%(place)s: %(value)s") % {"place": dot.name, "value": dot.words}
        if dot.value is None:
            shape, css = ("barred", "chart-suppressed") if dot.state == "suppressed" else ("circle", "map-none")
            canvas.marks.append((x, y, shape, 7, css, spoken, False))
        else:
            at = next(place for place, (low, high) in enumerate(classes) if low <= dot.value <= high)
            canvas.marks.append((x, y, "circle", 8, f"map-dot map-{_shade(at, len(classes))}", spoken, False))
    for dot, (x, y) in sorted(zip(dots, spots, strict=True), key=lambda pair: pair[1]):
        css = "map-name chart-halo"
        canvas.place(
            [
                Words(x + 13, y + 5, dot.name, css),
                Words(x - 13, y + 5, dot.name, css, "end"),
                Words(x, y - 14, dot.name, css, "middle"),
                Words(x, y + 24, dot.name, css, "middle"),
            ]
        )
    _draw_scale(canvas, scale)
    key = [
        KeyItem(
            "mark",
            figure[low] if low == high else gettext("%(low)s to %(high)s") % {"low": figure[low], "high": figure[high]},
            f"map-dot map-{_shade(at, len(classes))}",
            shape_path("circle", 9, 9, 7),
        )
        for at, (low, high) in enumerate(classes)
    ]
    states = {dot.state for dot in dots if dot.value is None}
    if "suppressed" in states:
        key.append(KeyItem("suppressed", gettext("not shown, to protect privacy")))
    if states - {"suppressed"}:
        key.append(KeyItem("mark", gettext("no figure"), "map-none", shape_path("circle", 9, 9, 6)))
    return Chart(
        name=name, size=SIZES[width], width=width, height=height, direction="ltr", title=title,
        description=description, key=tuple(key), **canvas.finish(False),  # type: ignore[arg-type]
    )  # fmt: skip


def place_maps(dots: Sequence[PlaceDot], *, language: str, **how: object) -> list[Chart]:
    """The same map for a wide figure, a middling one and a phone; the browser shows the one that fits."""
    with translation.override(language):
        return [place_map(dots, width=width, **how) for width in (WIDE, MID, NARROW)]  # type: ignore[arg-type]


def _shade(at: int, count: int) -> int:
    """The lightest class is 1, the darkest always 4."""
    return MOST_CLASSES - (count - 1 - at)


def _draw_scale(canvas: Canvas, scale: float) -> None:
    """A bar of a round number of kilometres in the lower corner; a degree of latitude is 111.2 km."""
    a_kilometre = scale / 111.2
    length = next((one for one in (500, 200, 100, 50, 20, 10, 5, 2, 1) if one * a_kilometre <= canvas.width / 4), None)
    if length is None:
        return
    end, y = 16 + length * a_kilometre, canvas.height - 16.0
    canvas.lines.append(Line(16, y, end, y, "chart-axis"))
    canvas.words.append(Words(16, y - 6, gettext("%(count)s km") % {"count": length}, "chart-tick"))
