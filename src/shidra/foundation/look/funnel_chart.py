"""A funnel: each unit by its size and its figure, the centre, and limits that narrow as units grow. No ranking: who lies
within the limits differs from the centre no more than chance makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext, pgettext

from shidra.foundation.look.charts import (
    HEIGHTS,
    MID,
    NARROW,
    SIZES,
    WIDE,
    Canvas,
    Chart,
    KeyItem,
    Line,
    Words,
    nice_ticks,
    shape_path,
    text_width,
)
from shidra.kernel.languages import direction
from shidra.kernel.quantities import format_number


@dataclass(frozen=True, slots=True)
class FunnelDot:
    """A unit: its name (or code), how large it is, its figure."""

    name: str
    size: Decimal
    value: Decimal
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class FunnelLimits:
    """Limits of one confidence, sampled over sizes: (size, lower, upper)."""

    label: str
    css: str  # inner or outer
    points: Sequence[tuple[float, float, float]]


def funnel_chart(
    dots: Sequence[FunnelDot],
    centre: Decimal,
    limits: Sequence[FunnelLimits],
    *,
    language: str,
    width: int = MID,
    unit: str = "",
    decimals: int | None = None,
    size_label: str = "",
    centre_label: str = "",
    title: str = "",
    description: str = "",
    name: str = "funnel",
) -> Chart:
    """The plot, in one of the widths of charts; its numbers belong into a table beside it. At least one dot."""
    height = HEIGHTS[width]
    with translation.override(language):
        values = [dot.value for dot in dots] + [centre]
        values += [Decimal(repr(edge)) for one in limits for _size, low, high in one.points for edge in (low, high)]
        ticks = nice_ticks(min(values), max(values))
        sizes = nice_ticks(Decimal(0), max(dot.size for dot in dots), 3 if width == NARROW else 5)

        def written(value: Decimal, places: int | None = decimals) -> str:
            number = format_number(value, language, places)
            return pgettext("percentage", "%(number)s%%") % {"number": number} if unit == "%" else number

        tick_words = [written(tick, None) for tick in ticks]
        canvas = Canvas(
            width, height, top=30, bottom=height - 52.0, start=max(map(text_width, tick_words)) + 12, end=width - 16
        )
        span, reach = float(ticks[-1] - ticks[0]) or 1.0, float(sizes[-1]) or 1.0

        def x(size: float) -> float:
            return canvas.start + size / reach * (canvas.end - canvas.start)

        def y(value: float) -> float:
            return canvas.bottom - (value - float(ticks[0])) / span * (canvas.bottom - canvas.top)

        for tick, words in zip(ticks, tick_words, strict=True):
            css = "chart-axis" if tick == ticks[0] else "chart-grid"
            canvas.lines.append(Line(canvas.start, y(float(tick)), canvas.end, y(float(tick)), css))
            canvas.words.append(Words(canvas.start - 8, y(float(tick)) + 5, words, "chart-tick", "end"))
        for size in sizes:
            label = format_number(size, language, 0)
            middle = min(x(float(size)), width - text_width(label) / 2 - 2)
            canvas.words.append(Words(middle, canvas.bottom + 22, label, "chart-tick", "middle"))
        if size_label:
            middle = (canvas.start + canvas.end) / 2
            canvas.words.append(Words(middle, height - 8, size_label, "chart-tick", "middle"))
        if unit and unit != "%":
            canvas.words.append(Words(4, 16, unit, "chart-tick"))
        level = y(float(centre))
        canvas.lines.append(Line(canvas.start, level, canvas.end, level, "chart-centre"))
        key = [KeyItem("centre", f"{centre_label}: {written(centre)}" if centre_label else written(centre))]
        canvas.ink([(canvas.start, level), (canvas.end, level)])
        for one in limits:
            for side in (1, 2):
                path = [(x(point[0]), y(point[side])) for point in one.points]
                canvas.paths.append((path, f"chart-limit {one.css}"))
                canvas.ink(path)
            key.append(KeyItem(f"limit-{one.css}", one.label))
        for dot in dots:
            spoken = gettext("%(group)s: %(value)s") % {"group": dot.name, "value": written(dot.value)}
            css = "chart-mark sc-2" if dot.is_own else "chart-mark sc-1"
            shape, radius = ("diamond", 7) if dot.is_own else ("circle", 5)
            canvas.marks.append((x(float(dot.size)), y(float(dot.value)), shape, radius, css, spoken, False))
            at_x, at_y = x(float(dot.size)), y(float(dot.value))
            canvas.taken.append((at_x - 6, at_y - 6, at_x + 6, at_y + 6))
        for dot in sorted(dots, key=lambda one: not one.is_own):
            at_x, at_y = x(float(dot.size)), y(float(dot.value))
            canvas.place(
                [
                    Words(at_x + 10, at_y + 5, dot.name, "chart-note chart-halo"),
                    Words(at_x - 10, at_y + 5, dot.name, "chart-note chart-halo", "end"),
                    Words(at_x, at_y - 12, dot.name, "chart-note chart-halo", "middle"),
                    Words(at_x, at_y + 22, dot.name, "chart-note chart-halo", "middle"),
                    Words(at_x, at_y - 30, dot.name, "chart-note chart-halo", "middle"),
                    Words(at_x, at_y + 40, dot.name, "chart-note chart-halo", "middle"),
                ]
            )
        if any(dot.is_own for dot in dots):
            key.append(KeyItem("mark", gettext("your own"), "sc-2", shape_path("diamond", 9, 9, 6)))
        return Chart(
            name=name, size=SIZES[width], width=width, height=height, direction=direction(language), title=title,
            description=description, key=tuple(key), **canvas.finish(direction(language) == "rtl"),  # type: ignore[arg-type]
        )  # fmt: skip


def funnel_charts(
    dots: Sequence[FunnelDot], centre: Decimal, limits: Sequence[FunnelLimits], **how: object
) -> list[Chart]:
    """The same plot for a wide figure, a middling one and a phone; the browser shows the one that fits."""
    return [funnel_chart(dots, centre, limits, width=width, **how) for width in (WIDE, MID, NARROW)]  # type: ignore[arg-type]
