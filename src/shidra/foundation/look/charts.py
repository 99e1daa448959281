"""Geometry of charts: figures in, frozen shapes out; `look/chart.html` draws them, without script or inline style.

Time runs in the reading direction of the language: x is mirrored here, and the SVG carries the direction, so that
`text-anchor` stays logical (start is the right edge in Hebrew and Arabic). Colours come from classes of base.css, which
know light, dark and print.

    charts = run_charts(
        [ChartPoint("2017", Decimal(20)), ChartPoint("2018", None, "missing"), ChartPoint("2019", Decimal("25.5"))],
        target=Decimal(30), target_label="Target: 30 by 2021", language="he", unit="%", title="...", name="attendance",
    )
    {% charts charts %}        (in a <figure class="chart-figure">)

What is drawn, and never only by colour: a filled dot is a figure, a hollow one is provisional (its line dotted), a
ringed one is restated. A hatched strip has no figure, a dotted strip with a barred square has one that is withheld. A
zigzag is a break in the series: the line stops there, as it does at every gap. Dashes are the target, the grey band is
the baseline. Groups are told apart by colour (Okabe and Ito, at most seven), by the shape of their marks and by a
label at the end of their line; from the eighth on they are grey.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import groupby, pairwise
from typing import Literal

from django.utils import translation
from django.utils.translation import gettext, ngettext, pgettext

from shidra.foundation.look.formats import list_words
from shidra.kernel.languages import direction
from shidra.kernel.quantities import format_number

State = Literal["reported", "restated", "provisional", "missing", "suppressed", "not_applicable"]
Anchor = Literal["start", "middle", "end"]
WIDE, MID, NARROW = 1100, 680, 340
HEIGHTS = {WIDE: 440, MID: 400, NARROW: 360}
SIZES = {WIDE: "wide", MID: "mid", NARROW: "narrow"}
MOST_COLOURS = 7
MOST_RANGES = 8  # of periods without a figure, that the key names
SHAPES = ("circle", "square", "diamond", "triangle", "hexagon", "cross", "bar")
_TEXT = 14  # px, as in base.css


# ---------- what goes in ----------


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """A figure of one period. `value` is None when the state is missing, suppressed or not_applicable; `label` stands
    on the axis (the period itself if empty). Give every period of the span, those without a figure too: points stand
    at equal distances."""

    period: str
    value: Decimal | None
    state: str = "reported"
    label: str = ""

    @property
    def words(self) -> str:
        return self.label or self.period


@dataclass(frozen=True, slots=True)
class ChartSeries:
    """A group's line over the same periods."""

    name: str
    points: Sequence[ChartPoint]


@dataclass(frozen=True, slots=True)
class ChartBreak:
    """What is measured changed before `period`."""

    period: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ChartBand:
    """The baseline: a band, or a line when low equals high."""

    low: Decimal
    high: Decimal
    label: str = ""


@dataclass(frozen=True, slots=True)
class ChartPhase:
    """A stretch of the line with a centre of its own, from its first to its last period."""

    first: str
    last: str
    centre: Decimal


@dataclass(frozen=True, slots=True)
class ChartAhead:
    """A period of a forecast: its point, and the range in which it likely lies."""

    period: str
    value: Decimal
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ChartEvent:
    """Something that happened in a period; the figure's key says what."""

    period: str
    words: str


@dataclass(frozen=True, slots=True)
class ChartReading:
    """What is read into a line, beside the figures themselves.

    `limits`: lower and upper limit by period. `signals`: by period better, worse or "" (a signal without a better side).
    `ahead`: a forecast, over periods of the chart that have a figure by now and over those that have none (state
    `ahead`). `scenarios`: lines of others, by name. `likely`: by period the range in which the figure likely lies, drawn as
    a band; `likely_label` says in the key what it is.
    """

    phases: Sequence[ChartPhase] = ()
    centre_label: str = ""
    limits: Mapping[str, tuple[Decimal | None, Decimal | None]] = field(default_factory=dict)
    signals: Mapping[str, str] = field(default_factory=dict)
    ahead: Sequence[ChartAhead] = ()
    ahead_label: str = ""
    scenarios: Sequence[tuple[str, Mapping[str, Decimal]]] = ()
    events: Sequence[ChartEvent] = ()
    likely: Mapping[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    likely_label: str = ""

    def numbers(self) -> Iterator[Decimal]:
        """All that must find room on the scale."""
        yield from (phase.centre for phase in self.phases)
        yield from (limit for pair in self.limits.values() for limit in pair if limit is not None)
        yield from (limit for pair in self.likely.values() for limit in pair)
        for one in self.ahead:
            yield from (each for each in (one.value, one.low, one.high) if each is not None)
        yield from (value for _name, points in self.scenarios for value in points.values())


_PLAIN = ChartReading()


@dataclass(frozen=True, slots=True)
class ChartBar:
    label: str
    value: Decimal | None
    state: str = "reported"
    now: bool = False


# ---------- what comes out ----------


@dataclass(frozen=True, slots=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float
    css: str


@dataclass(frozen=True, slots=True)
class Path:
    d: str
    css: str


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    css: str = ""
    pattern: str = ""  # hatch or dots
    radius: float = 0


@dataclass(frozen=True, slots=True)
class Words:
    x: float
    y: float
    text: str
    css: str
    anchor: Anchor = "start"


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of a line: its shape, and the words a reader hears when the keyboard stands on it."""

    x: float
    y: float
    d: str
    css: str
    words: str = ""
    ring: str = ""

    @property
    def colour(self) -> str:
        """The class that carries the colour of its series."""
        return next((name for name in self.css.split() if name.startswith("sc-")), "")


@dataclass(frozen=True, slots=True)
class KeyItem:
    """An entry of the key: `shape` is figure, provisional, restated, missing, suppressed, break, series, mark, centre, limit,
    ahead, range or event (`d`: its number)."""

    shape: str
    words: str
    css: str = ""
    d: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart of one size. Lists are in drawing order; `key` belongs under it."""

    name: str
    size: str
    width: int
    height: int
    direction: Literal["rtl", "ltr"]
    title: str
    description: str
    boxes: tuple[Box, ...] = ()
    lines: tuple[Line, ...] = ()
    paths: tuple[Path, ...] = ()
    marks: tuple[Mark, ...] = ()
    words: tuple[Words, ...] = ()
    key: tuple[KeyItem, ...] = ()
    has_series: bool = False

    @property
    def id(self) -> str:
        return f"{self.name}-{self.size}"

    @property
    def patterns(self) -> tuple[str, ...]:
        return tuple(sorted({box.pattern for box in self.boxes if box.pattern}))


# ---------- scales ----------


def nice_ticks(low: Decimal, high: Decimal, about: int = 4) -> list[Decimal]:
    """Round figures that span low to high, in steps of 1, 2, 2.5 or 5 times a power of ten; at least two of them."""
    if high <= low:
        high = low + (abs(low) if low else Decimal(1))
    rough = (high - low) / about
    power = Decimal(1).scaleb(rough.adjusted())
    step = next(power * factor for factor in map(Decimal, ("1", "2", "2.5", "5", "10")) if power * factor >= rough)
    first = (low / step).to_integral_value(ROUND_FLOOR)
    last = (high / step).to_integral_value(ROUND_CEILING)
    return [step * at for at in range(int(first), int(last) + 1)]


def text_width(text: str, size: float = _TEXT) -> float:
    """A generous guess in px: Rubik's letters are about 0.58 em wide in all three scripts."""
    return 0.58 * size * len(text)


def _cut(text: str, room: float) -> str:
    """The text, cut where it would leave its room."""
    if text_width(text) <= room:
        return text
    return text[: max(int(len(text) * room / text_width(text)) - 1, 1)].rstrip() + "…"


def _spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Heights as near to the wanted ones as can be, at least `gap` apart, within low and high."""
    order = sorted(range(len(wanted)), key=lambda at: wanted[at])
    gap = min(gap, (high - low) / max(len(wanted) - 1, 1))
    placed = [0.0] * len(wanted)
    floor = low
    for at in order:
        placed[at] = max(wanted[at], floor)
        floor = placed[at] + gap
    ceiling = high
    for at in reversed(order):
        placed[at] = min(placed[at], ceiling)
        ceiling = placed[at] - gap
    return placed


def _round(number: float) -> float:
    rounded = round(number, 1)
    return int(rounded) if rounded == int(rounded) else rounded


def shape_path(shape: str, x: float, y: float, r: float) -> str:
    """The outline of a mark round (x, y), as a path."""
    corners: dict[str, list[tuple[float, float]]] = {
        "square": [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        "diamond": [(0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)],
        "triangle": [(0, -1.2), (1.15, 0.85), (-1.15, 0.85)],
        "hexagon": [(-0.55, -1), (0.55, -1), (1.1, 0), (0.55, 1), (-0.55, 1), (-1.1, 0)],
        "cross": [
            (-0.4, -1.1), (0.4, -1.1), (0.4, -0.4), (1.1, -0.4), (1.1, 0.4), (0.4, 0.4),
            (0.4, 1.1), (-0.4, 1.1), (-0.4, 0.4), (-1.1, 0.4), (-1.1, -0.4), (-0.4, -0.4),
        ],
        "bar": [(-1.2, -0.5), (1.2, -0.5), (1.2, 0.5), (-1.2, 0.5)],
    }  # fmt: skip
    if shape == "barred":
        return shape_path("square", x, y, r) + f"M{_round(x - r)} {_round(y + r)}L{_round(x + r)} {_round(y - r)}"
    if shape not in corners:
        arc = f"a{_round(r)} {_round(r)} 0 1 0"
        return f"M{_round(x - r)} {_round(y)}{arc} {_round(2 * r)} 0{arc} {_round(-2 * r)} 0z"
    return "M" + "L".join(f"{_round(x + r * dx)} {_round(y + r * dy)}" for dx, dy in corners[shape]) + "z"


def _polyline(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_round(x)} {_round(y)}" for x, y in points)


# ---------- drawing ----------


@dataclass
class Canvas:
    """Where shapes are collected in left-to-right terms; `mirror` turns them at the end. Knows what is taken."""

    width: int
    height: int
    top: float
    bottom: float
    start: float
    end: float
    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    paths: list[tuple[list[tuple[float, float]], str]] = field(default_factory=list)
    marks: list[tuple[float, float, str, float, str, str, bool]] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)
    inked: list[tuple[float, float]] = field(default_factory=list)

    def ink(self, path: Sequence[tuple[float, float]]) -> None:
        """Remember where a line runs, so that words keep off it."""
        for (x1, y1), (x2, y2) in pairwise(path):
            pieces = max(int(max(abs(x2 - x1), abs(y2 - y1)) / 6), 1)
            self.inked += [(x1 + (x2 - x1) * at / pieces, y1 + (y2 - y1) * at / pieces) for at in range(pieces + 1)]

    def _area(self, spot: Words, size: float) -> tuple[float, float, float, float]:
        wide = text_width(spot.text, size)
        left = {"start": spot.x, "middle": spot.x - wide / 2, "end": spot.x - wide}[spot.anchor]
        return left, spot.y - size, left + wide, spot.y + size * 0.3

    def place(self, spots: Sequence[Words], size: float = _TEXT, *, must: bool = False) -> bool:
        """Set the words at the first spot that is free of other words and of lines; `must`: there in any case."""
        for spot in spots:
            left, top, right, bottom = self._area(spot, size)
            inside = left >= 2 and right <= self.width - 2 and top >= 2 and bottom <= self.height
            if (
                inside
                and not any(left < r and right > x and top < b and bottom > y for x, y, r, b in self.taken)
                and not any(left - 2 < x < right + 2 and top - 1 < y < bottom + 1 for x, y in self.inked)
            ):
                break
        else:
            if not must:
                return False
            spot = spots[0]
        self.words.append(spot)
        self.taken.append(self._area(spot, size))
        return True

    def finish(self, rtl: bool) -> dict[str, tuple[object, ...]]:
        def x(value: float) -> float:
            return _round(self.width - value if rtl else value)

        def mark(one: tuple[float, float, str, float, str, str, bool]) -> Mark:
            at, y, shape, r, css, words, ringed = one
            at = x(at)
            ring = shape_path("circle", at, y, r + 4.5) if ringed else ""
            return Mark(at, _round(y), shape_path(shape, at, y, r), css, words, ring)

        return {
            "boxes": tuple(
                Box(
                    x(box.x + box.width) if rtl else _round(box.x),
                    _round(box.y), _round(box.width), _round(box.height), box.css, box.pattern, box.radius,
                )
                for box in self.boxes
            ),
            "lines": tuple(Line(x(one.x1), _round(one.y1), x(one.x2), _round(one.y2), one.css) for one in self.lines),
            "paths": tuple(Path(_polyline((x(at), y) for at, y in path), css) for path, css in self.paths),
            "marks": tuple(mark(one) for one in self.marks),
            "words": tuple(Words(x(one.x), _round(one.y), one.text, one.css, one.anchor) for one in self.words),
        }  # fmt: skip


def _ranges(points: Sequence[ChartPoint], state: str) -> list[tuple[int, int]]:
    """First and last index of each run of points in this state."""
    runs = []
    for found, run in groupby(enumerate(points), key=lambda pair: pair[1].state == state):
        if found:
            places = [at for at, _point in run]
            runs.append((places[0], places[-1]))
    return runs


def _in_words(points: Sequence[ChartPoint], runs: Sequence[tuple[int, int]]) -> str:
    """2007 to 2009, 2011: ranges in words, since a dash between figures turns round in mixed text. Too many to be read
    are counted; the table names them."""
    if len(runs) > MOST_RANGES:
        count = sum(last - first + 1 for first, last in runs)
        return ngettext("%(count)s period", "%(count)s periods", count) % {"count": count}
    parts = [
        points[first].words
        if first == last
        else gettext("%(first)s to %(last)s") % {"first": points[first].words, "last": points[last].words}
        for first, last in runs
    ]
    return list_words(parts)


def _stretches(points: Sequence[ChartPoint], breaks: frozenset[str]) -> list[list[int]]:
    """The points that one line may join: runs of figures without a gap or a break."""
    stretches: list[list[int]] = []
    open_run: list[int] = []
    for at, point in enumerate(points):
        if point.value is None or point.period in breaks:
            if open_run:
                stretches.append(open_run)
            open_run = []
        if point.value is not None:
            open_run.append(at)
    if open_run:
        stretches.append(open_run)
    return stretches


def _strokes(line: Sequence[ChartPoint], stretch: Sequence[int]) -> Iterator[tuple[bool, list[int]]]:
    """A stretch as strokes, each with whether it is drawn dotted: it leads to or from a provisional figure."""
    for is_open, run in groupby(
        pairwise(stretch), key=lambda pair: "provisional" in (line[pair[0]].state, line[pair[1]].state)
    ):
        pairs = list(run)
        yield is_open, [pairs[0][0], *(after for _before, after in pairs)]


_SIGNAL_SHAPES = {"better": "diamond", "worse": "triangle", "": "square"}


def _signal_spoken(signal: str) -> str:
    return {
        "better": gettext("%(figure)s (part of a signal for the better)"),
        "worse": gettext("%(figure)s (part of a signal for the worse)"),
        "": gettext("%(figure)s (part of a signal)"),
    }[signal]


def _draw_reading(
    canvas: Canvas,
    reading: ChartReading,
    points: Sequence[ChartPoint],
    slot: float,
    y: Callable[[Decimal], float],
    written: Callable[[Decimal], str],
) -> list[KeyItem]:
    """Centre and limits of each phase, the forecast with its likely range, scenarios and events; what the key says."""
    place = {point.period: at for at, point in enumerate(points)}
    key: list[KeyItem] = []

    def edge(at: float) -> float:
        return canvas.start + at * slot

    def spot(period: str, value: Decimal) -> tuple[float, float]:
        return edge(place[period] + 0.5), y(value)

    known = [period for period in place if period in reading.likely]
    if known:
        edges = [[spot(period, reading.likely[period][side]) for period in known] for side in (0, 1)]
        canvas.paths.append(([*edges[1], *reversed(edges[0])], "chart-fan"))
        key.append(KeyItem("range", reading.likely_label))
    for phase in reading.phases:
        if phase.first in place and phase.last in place:
            level = y(phase.centre)
            start, end = edge(place[phase.first]), edge(place[phase.last] + 1)
            canvas.lines.append(Line(start, level, end, level, "chart-centre"))
            canvas.ink([(start, level), (end, level)])
    if reading.phases and reading.centre_label:
        said = list_words([written(phase.centre) for phase in reading.phases])
        key.append(KeyItem("centre", f"{reading.centre_label}: {said}"))
    for side in (0, 1):
        for level_of, run in groupby(
            (at for at, point in enumerate(points) if point.period in reading.limits),
            key=lambda at: reading.limits[points[at].period][side],
        ):
            if level_of is not None:
                places = list(run)
                for first, last in _unbroken(places):
                    level = y(level_of)
                    canvas.lines.append(Line(edge(first), level, edge(last + 1), level, "chart-limit"))
    if reading.limits:
        key.append(KeyItem("limit", gettext("Limits of what chance makes")))
    ahead = [one for one in reading.ahead if one.period in place]
    ranged = [(one.period, one.low, one.high) for one in ahead if one.low is not None and one.high is not None]
    if ranged:
        upper = [spot(period, high) for period, _low, high in ranged]
        lower = [spot(period, low) for period, low, _high in ranged]
        if len(ranged) == 1:
            half = slot / 3
            upper = [(upper[0][0] - half, upper[0][1]), (upper[0][0] + half, upper[0][1])]
            lower = [(lower[0][0] - half, lower[0][1]), (lower[0][0] + half, lower[0][1])]
        canvas.paths.append(([*upper, *reversed(lower)], "chart-fan"))
    if ahead:
        path = [spot(one.period, one.value) for one in ahead]
        canvas.paths.append((path, "chart-ahead"))
        canvas.ink(path)
        for one in ahead:
            at_x, at_y = spot(one.period, one.value)
            words = gettext("%(period)s: %(value)s") % {
                "period": points[place[one.period]].words, "value": written(one.value),
            }  # fmt: skip
            spoken = gettext("%(figure)s (forecast)") % {"figure": words}
            canvas.marks.append((at_x, at_y, "circle", 2.5, "chart-ahead-mark", spoken, False))
        key.append(KeyItem("ahead", reading.ahead_label))
    for number, (name, line) in enumerate(reading.scenarios):
        css = f"sc-{(number + 2) if number + 2 <= MOST_COLOURS else 'rest'}"
        shape = SHAPES[(number + 1) % len(SHAPES)]
        path = [spot(period, line[period]) for period in place if period in line]
        if not path:  # a scenario for periods that are not on this chart
            continue
        canvas.paths.append((path, f"chart-scenario {css}"))
        for period in place:
            if period in line:
                at_x, at_y = spot(period, line[period])
                words = gettext("%(group)s, %(period)s: %(value)s") % {
                    "group": name, "period": points[place[period]].words, "value": written(line[period]),
                }  # fmt: skip
                canvas.marks.append((at_x, at_y, shape, 4, f"chart-mark {css}", words, False))
        key.append(KeyItem("mark", name, css, shape_path(shape, 9, 9, 5)))
    numbers: dict[str, list[str]] = {}  # those of one period stand side by side
    for number, event in enumerate(reading.events, 1):
        if event.period in place:
            written_number = format_number(Decimal(number), "en", 0)
            numbers.setdefault(event.period, []).append(written_number)
            key.append(KeyItem("event", event.words, d=written_number))
    for period, found in numbers.items():
        at_x = edge(place[period] + 0.5)
        canvas.lines.append(Line(at_x, canvas.top - 12, at_x, canvas.bottom, "chart-event"))
        label = Words(at_x, canvas.top - 16, list_words(found), "chart-event-label", "middle")
        if not canvas.place([label], 12):
            canvas.place([Words(at_x, canvas.top - 32, label.text, label.css, "middle")], 12, must=True)
    kinds = {reading.signals[point.period] for point in points if point.period in reading.signals}
    for kind, words in (
        ("better", gettext("part of a signal for the better")),
        ("worse", gettext("part of a signal for the worse")),
        ("", gettext("part of a signal")),
    ):
        if kind in kinds:
            key.append(
                KeyItem("mark", words, f"sc-1 signal {kind}".rstrip(), shape_path(_SIGNAL_SHAPES[kind], 9, 9, 6))
            )
    return key


def _unbroken(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of numbers that follow each other."""
    first = places[0]
    for one, after in pairwise([*places, None]):
        if after != (one or 0) + 1:
            assert one is not None
            yield first, one
            first = after or 0


def run_chart(
    points: Sequence[ChartPoint],
    *,
    target: Decimal | None = None,
    target_label: str = "",
    baseline: ChartBand | Decimal | None = None,
    breaks: Sequence[ChartBreak] = (),
    series: Sequence[ChartSeries] = (),
    language: str,
    width: int = WIDE,
    height: int = 0,
    label: str = "",
    unit: str = "",
    decimals: int | None = None,
    from_zero: bool = True,
    title: str = "",
    description: str = "",
    name: str = "chart",
    reading: ChartReading = _PLAIN,
) -> Chart:
    """A line over time. `points` is the total; `series` are its groups, over the same periods.

    width      1100, 680 or 340 px: what is written and how densely follows from it
    height     in px; 0: as is usual for the width
    label      what the total is called beside group lines
    unit       stands over the axis; "%" also stands behind figures
    decimals   of the figures written; None writes them as they are
    from_zero  counts must start at zero; a rate may do without
    title, description   read out in place of the picture
    name       unique on the page
    reading    what is read into the line: phases, limits, signals, forecast, scenarios, events
    """
    with translation.override(language):
        return _run_chart(
            points, target, target_label, baseline, breaks, series, language, width, height, label, unit, decimals,
            from_zero, title, description, name, reading,
        )  # fmt: skip


def _run_chart(
    points: Sequence[ChartPoint], target: Decimal | None, target_label: str, baseline: ChartBand | Decimal | None,
    breaks: Sequence[ChartBreak], series: Sequence[ChartSeries], language: str, width: int, height: int, label: str,
    unit: str, decimals: int | None, from_zero: bool, title: str, description: str, name: str, reading: ChartReading,
) -> Chart:  # fmt: skip
    height = height or HEIGHTS.get(width, round(width * 0.4))
    size = SIZES.get(width, "wide")
    narrow = size == "narrow"
    band = ChartBand(baseline, baseline) if isinstance(baseline, Decimal) else baseline
    cuts = frozenset(one.period for one in breaks)

    def written(value: Decimal, places: int | None = decimals) -> str:
        number = format_number(value, language, places)
        return pgettext("percentage", "%(number)s%%") % {"number": number} if unit == "%" else number

    values = [
        point.value for line in (points, *(one.points for one in series)) for point in line if point.value is not None
    ]
    values += [target] if target is not None else []
    values += [band.low, band.high] if band else []
    values += reading.numbers()
    low, high = (min(values), max(values)) if values else (Decimal(0), Decimal(1))
    ticks = nice_ticks(
        min(low, Decimal(0)) if from_zero else low, max(high, Decimal(0)) if from_zero else high, 3 if narrow else 4
    )
    tick_words = [written(tick, None) for tick in ticks]

    # Room: figures of the axis before the plot, names of groups behind it (on a phone they stand in the key).
    direct = bool(series) and not narrow
    names = [label, *(one.name for one in series)] if series else []
    figure_room = 0.0  # for the latest figures, which stand before the names
    if direct:
        latest = [point for line in (points, *(one.points for one in series)) for point in line[-1:]]
        figure_room = max((text_width(written(one.value)) + 8 for one in latest if one.value is not None), default=0.0)
    end_room = min(max(text_width(one) for one in names) + figure_room + 20, width * 0.36) if direct else 8
    canvas = Canvas(
        width, height, top=44, bottom=height - 30.0, start=max(map(text_width, tick_words)) + 12, end=width - end_room
    )
    slot = (canvas.end - canvas.start) / max(len(points), 1)
    span = float(ticks[-1] - ticks[0]) or 1.0

    def x(at: float) -> float:
        return canvas.start + (at + 0.5) * slot

    def y(value: Decimal) -> float:
        return canvas.bottom - float(value - ticks[0]) / span * (canvas.bottom - canvas.top)

    # Ground: gaps, axis, baseline.
    missing, withheld = _ranges(points, "missing"), _ranges(points, "suppressed")
    for runs, pattern in ((missing, "hatch"), (withheld, "dots")):
        for first, last in runs:
            box = Box(
                canvas.start + first * slot,
                canvas.top,
                (last - first + 1) * slot,
                canvas.bottom - canvas.top,
                pattern=pattern,
            )
            canvas.boxes.append(box)
    if band:
        top, foot = y(band.high), y(band.low)
        if foot - top > 2:
            canvas.boxes.append(Box(canvas.start, top, canvas.end - canvas.start, foot - top, "chart-base"))
        else:
            canvas.lines.append(Line(canvas.start, top, canvas.end, top, "chart-base-line"))
    for tick, words in zip(ticks, tick_words, strict=True):
        css = "chart-axis" if tick == (0 if ticks[0] <= 0 <= ticks[-1] else ticks[0]) else "chart-grid"
        canvas.lines.append(Line(canvas.start, y(tick), canvas.end, y(tick), css))
        canvas.words.append(Words(canvas.start - 8, y(tick) + 5, words, "chart-tick", "end"))
    if unit and unit != "%":
        canvas.words.append(Words(4, 18, unit, "chart-tick"))
        canvas.taken.append((0, 4, text_width(unit) + 4, 24))

    # Periods under the axis: as many as fit, counted back from the last.
    widest = max((text_width(point.words) for point in points), default=0.0)
    every = max(1, -(-int(widest + 14) // max(int(slot), 1)))
    for at, point in enumerate(points):
        if (len(points) - 1 - at) % every == 0:
            off = "" if point.value is not None else " off"
            half = text_width(point.words) / 2
            middle = min(max(x(at), half + 2), width - half - 2)
            canvas.words.append(Words(middle, canvas.bottom + 22, point.words, f"chart-tick{off}", "middle"))
        if every > 1 and (len(points) - 1 - at) % every == 0:
            canvas.lines.append(Line(x(at), canvas.bottom, x(at), canvas.bottom + 5, "chart-axis"))

    if target is not None:
        canvas.lines.append(Line(canvas.start, y(target), canvas.end, y(target), "chart-target"))
        canvas.ink([(canvas.start, y(target)), (canvas.end, y(target))])

    # Lines and marks: what is read into the line, then groups, the total on top of them.
    key: list[KeyItem] = []
    read_key = _draw_reading(canvas, reading, points, slot, y, written)
    ends: list[tuple[float, float, str, str, str]] = []
    drawn: list[tuple[Sequence[ChartPoint], str, int, str]] = [
        (one.points, one.name, at + 2, "group") for at, one in enumerate(series)
    ]
    drawn.append((points, label, 1, ""))
    for line, line_name, colour, kind in drawn:
        css = f"sc-{colour}" if colour <= MOST_COLOURS else "sc-rest"
        shape = SHAPES[(colour - 1) % len(SHAPES)] if colour <= MOST_COLOURS else "circle"
        for stretch in _stretches(line, cuts):
            spots = [(x(at), y(line[at].value or Decimal(0))) for at in stretch]
            canvas.ink(spots)
            for is_open, path in _strokes(line, stretch):
                classes = ("chart-line", kind, css, "open" if is_open else "")
                canvas.paths.append(
                    ([(x(at), y(line[at].value or Decimal(0))) for at in path], " ".join(filter(None, classes)))
                )
        with_value = [at for at, point in enumerate(line) if point.value is not None]
        for at in with_value:
            point = line[at]
            value = point.value if point.value is not None else Decimal(0)
            last = at == with_value[-1]
            radius = (4.5 if kind else 5.5) - (1 if narrow or slot < 18 else 0) + (1 if last and not kind else 0)
            hollow = " hollow" if point.state == "provisional" else ""
            signal = None if kind else reading.signals.get(point.period)
            spoken = gettext("%(period)s: %(value)s") % {"period": point.words, "value": written(value)}
            if line_name:
                spoken = gettext("%(group)s, %(period)s: %(value)s") % {
                    "group": line_name, "period": point.words, "value": written(value),
                }  # fmt: skip
            if point.state == "provisional":
                spoken = gettext("%(figure)s (provisional)") % {"figure": spoken}
            elif point.state == "restated":
                spoken = gettext("%(figure)s (restated)") % {"figure": spoken}
            if signal is not None:
                spoken = _signal_spoken(signal) % {"figure": spoken}
            canvas.marks.append(
                (
                    x(at),
                    y(value),
                    shape if signal is None else _SIGNAL_SHAPES[signal],
                    max(radius, 2.5) + (1.5 if signal is not None else 0),
                    f"chart-mark {css}{hollow}" + ("" if signal is None else f" signal {signal}".rstrip()),
                    spoken,
                    point.state == "restated",
                )
            )
            canvas.taken.append((x(at) - radius - 2, y(value) - radius - 2, x(at) + radius + 2, y(value) + radius + 2))
        if with_value and line_name:
            value = line[with_value[-1]].value or Decimal(0)
            figure = written(value) if with_value[-1] == len(points) - 1 else ""
            ends.append((x(with_value[-1]), y(value), line_name, css, figure))
            said = gettext("%(group)s, %(period)s: %(value)s") % {
                "group": line_name, "period": line[with_value[-1]].words, "value": written(value),
            }  # fmt: skip
            key.append(KeyItem("series", said, css, shape_path(shape, 9, 9, 5)))
    key.reverse()

    for first, last in withheld:
        for at in range(first, last + 1):
            foot = canvas.bottom - 16
            canvas.marks.append(
                (x(at), foot, "barred", 6, "chart-suppressed",
                 gettext("%(period)s: %(value)s") % {"period": points[at].words, "value": gettext("suppressed")}, False)
            )  # fmt: skip

    # Words, the most needed first.
    if direct:
        heights = _spread([at_y for _x, at_y, _name, _css, _figure in ends], 19, canvas.top, canvas.bottom)
        room = width - canvas.end - 10 - figure_room
        for (at_x, at_y, line_name, css, figure), placed in zip(ends, heights, strict=True):
            canvas.lines.append(Line(at_x + 7, at_y, canvas.end + 4, placed, "chart-grid"))
            css = f"chart-series-label {css}"
            if figure:
                canvas.words.append(Words(canvas.end + 8, placed + 5, figure, f"{css} figure"))
            canvas.words.append(Words(canvas.end + 8 + figure_room, placed + 5, _cut(line_name, room), css))
    figures = [at for at, point in enumerate(points) if point.value is not None]
    if figures and not series:
        at = figures[-1]
        value = points[at].value or Decimal(0)
        words, big = written(value), 18 if narrow else 22
        half = text_width(words, big) / 2
        middle = min(max(x(at), half + 2), width - half - 2)
        canvas.place(
            [
                Words(middle, y(value) - 19, words, "chart-value latest sc-1 chart-halo", "middle"),
                Words(middle, y(value) + 14 + big * 0.8, words, "chart-value latest sc-1 chart-halo", "middle"),
                Words(x(at) - 14, y(value) + 6, words, "chart-value latest sc-1 chart-halo", "end"),
            ],
            big,
            must=True,
        )
    if target is not None and target_label:
        css = "chart-target-label chart-halo"
        places: tuple[tuple[float, Anchor], ...] = (
            (canvas.start + 8, "start"),
            (canvas.end - 4, "end"),
            ((canvas.start + canvas.end) / 2, "middle"),
        )
        where = [
            Words(at_x, y(target) + drop, target_label, css, anchor) for at_x, anchor in places for drop in (-8, 19)
        ]
        canvas.place(where, must=True)
    cut_key: list[KeyItem] = []
    for one in breaks:
        place = next((at for at, point in enumerate(points) if point.period == one.period), None)
        if place is None:
            continue
        at_x = canvas.start + place * slot
        foot = canvas.bottom
        zigzag = [(at_x, foot - 22), (at_x + 5, foot - 17), (at_x - 5, foot - 10), (at_x, foot - 5)]
        canvas.paths.append(([(at_x, canvas.top), *zigzag, (at_x, foot)], "chart-break"))
        canvas.ink([(at_x, canvas.top), (at_x, foot)])
        drops = (foot - 30, canvas.top + 16, (canvas.top + foot) / 2, foot - 70, canvas.top + 60)
        sides: tuple[tuple[float, Anchor], ...] = ((at_x + 9, "start"), (at_x - 9, "end"))
        canvas.place(
            [
                Words(side, drop, gettext("Break in series"), "chart-note strong chart-halo", anchor)
                for drop in drops
                for side, anchor in sides
            ]
        )
        said = gettext("Break in series before %(period)s") % {"period": points[place].words}
        cut_key.append(KeyItem("break", f"{said}: {one.note}" if one.note else said))
    if band and band.label:
        css = "chart-note chart-halo"
        edges: tuple[tuple[float, Anchor], ...] = ((canvas.start + 8, "start"), (canvas.end - 4, "end"))
        canvas.place(
            [
                Words(edge, row, band.label, css, anchor)
                for edge, anchor in edges
                for row in (y(band.high) - 6, y(band.low) + 17)
            ]
        )
    for runs, words in ((missing, gettext("no figure")), (withheld, gettext("suppressed"))):
        for first, last in runs:
            middle = (x(first) + x(last)) / 2
            if (last - first + 1) * slot >= text_width(words):
                heights = [canvas.top + (canvas.bottom - canvas.top) * part for part in (0.5, 0.75, 0.25)]
                canvas.place([Words(middle, row, words, "chart-note chart-halo", "middle") for row in heights])
    if not series:
        worth = figures[:-1]
        if len(worth) > (14 if size == "wide" else 0) and worth:
            lowest = min(worth, key=lambda at: points[at].value or 0)
            highest = max(worth, key=lambda at: points[at].value or 0)
            worth = sorted({worth[0], lowest, highest} if not narrow else {worth[0]})
        for at in worth:
            value = points[at].value or Decimal(0)
            beside = [points[near].value for near in (at - 1, at + 1) if 0 <= near < len(points)]
            dips = all(other is None or other >= value for other in beside) and any(
                other is not None for other in beside
            )
            rows = (y(value) + 24, y(value) - 13) if dips else (y(value) - 13, y(value) + 24)
            canvas.place([Words(x(at), row, written(value), "chart-value chart-halo", "middle") for row in rows])

    states = {point.state for point in points if point.value is not None}
    if not series and states and states != {"reported"}:
        key.insert(0, KeyItem("figure", gettext("released figure"), "sc-1"))
    if "provisional" in states:
        key.append(KeyItem("provisional", gettext("provisional figure"), "sc-1"))
    if "restated" in states:
        key.append(KeyItem("restated", gettext("restated figure"), "sc-1"))
    if missing:
        key.append(KeyItem("missing", gettext("No figure: %(periods)s") % {"periods": _in_words(points, missing)}))
    if withheld:
        words = gettext("Suppressed, too few people: %(periods)s") % {"periods": _in_words(points, withheld)}
        key.append(KeyItem("suppressed", words))
    return Chart(
        name=name, size=size, width=width, height=height, direction=direction(language), title=title,
        description=description, key=(*key, *read_key, *cut_key), has_series=bool(series),
        **canvas.finish(direction(language) == "rtl"),  # type: ignore[arg-type]
    )  # fmt: skip


def run_charts(points: Sequence[ChartPoint], **how: object) -> tuple[Chart, Chart, Chart]:
    """The same chart for a wide figure, a middling one and a phone; the browser shows the one that fits."""
    wide, mid, narrow = (run_chart(points, width=width, **how) for width in (WIDE, MID, NARROW))  # type: ignore[arg-type]
    return wide, mid, narrow


def sparkline(
    points: Sequence[ChartPoint],
    *,
    language: str,
    target: Decimal | None = None,
    title: str = "",
    name: str = "spark",
    width: int = 208,
    height: int = 64,
) -> Chart:
    """A small line over its first and last period, for a row of a list. Its figures stand beside it in words."""
    canvas = Canvas(width, height, top=8, bottom=height - 22.0, start=6, end=width - 6)
    values = [point.value for point in points if point.value is not None] + ([target] if target is not None else [])
    low, high = (min(values), max(values)) if values else (Decimal(0), Decimal(1))
    low = min(low, Decimal(0)) if low > 0 and low < high / 2 else low
    span = float(high - low) or 1.0
    slot = (canvas.end - canvas.start) / max(len(points), 1)

    def row_of(value: Decimal) -> float:
        return canvas.bottom - 4 - float(value - low) / span * (canvas.bottom - 4 - canvas.top)

    def spot(at: int) -> tuple[float, float]:
        value = points[at].value or Decimal(0)
        return canvas.start + (at + 0.5) * slot, row_of(value)

    canvas.lines.append(Line(canvas.start, canvas.bottom, canvas.end, canvas.bottom, "chart-axis"))
    if target is not None:
        canvas.lines.append(Line(canvas.start, row_of(target), canvas.end, row_of(target), "chart-target"))
    for stretch in _stretches(points, frozenset()):
        for is_open, path in _strokes(points, stretch):
            canvas.paths.append(([spot(at) for at in path], "chart-line sc-1 open" if is_open else "chart-line sc-1"))
    figures = [at for at, point in enumerate(points) if point.value is not None]
    for at in figures:
        at_x, at_y = spot(at)
        css = "chart-mark sc-1 hollow" if points[at].state == "provisional" else "chart-mark sc-1"
        canvas.marks.append((at_x, at_y, "circle", 4.5 if at == figures[-1] else 2.2, css, "", False))
    if points:
        canvas.words.append(Words(canvas.start, height - 6, points[0].words, "chart-tick"))
    if len(points) > 1:
        canvas.words.append(Words(canvas.end, height - 6, points[-1].words, "chart-tick", "end"))
    return Chart(
        name=name, size="spark", width=width, height=height, direction=direction(language), title=title, description="",
        **canvas.finish(direction(language) == "rtl"),  # type: ignore[arg-type]
    )  # fmt: skip


def bar_charts(bars: Sequence[ChartBar], **how: object) -> tuple[Chart, Chart, Chart]:
    """The same upright bars for a wide figure, a middling one and a phone; the browser shows the one that fits."""
    wide, mid, narrow = (
        replace(bar_chart(bars, width=width, **how), size=SIZES[width])  # type: ignore[arg-type]
        for width in (WIDE, MID, NARROW)
    )
    return wide, mid, narrow


def row_charts(bars: Sequence[ChartBar], **how: object) -> tuple[Chart, Chart, Chart]:
    """The same lying bars for a wide figure, a middling one and a phone; the browser shows the one that fits."""
    wide, mid, narrow = (row_chart(bars, width=width, **how) for width in (WIDE, MID, NARROW))  # type: ignore[arg-type]
    return wide, mid, narrow


def row_chart(
    bars: Sequence[ChartBar],
    *,
    language: str,
    width: int = WIDE,
    title: str = "",
    description: str = "",
    name: str = "rows",
) -> Chart:
    """Bars that lie from the side of reading, each from zero, with its label before it (on a phone above it) and its
    figure behind it: for long labels, in the order given. What has no figure says so."""
    with translation.override(language):
        narrow = SIZES.get(width) == "narrow"
        row = 46.0 if narrow else 32.0
        labels = 0.0 if narrow else min(max((text_width(bar.label) for bar in bars), default=0.0) + 12, width * 0.4)
        words = ["" if bar.value is None else format_number(bar.value, language, None) for bar in bars]
        behind = max(map(text_width, words), default=0.0) + 16
        height = round(row * len(bars)) + 8
        canvas = Canvas(width, height, top=4, bottom=height - 4.0, start=labels, end=width - behind)
        most = max((bar.value for bar in bars if bar.value is not None), default=Decimal(0)) or Decimal(1)
        canvas.lines.append(Line(canvas.start, canvas.top, canvas.start, canvas.bottom, "chart-axis"))
        for at, (bar, figure) in enumerate(zip(bars, words, strict=True)):
            top = canvas.top + at * row
            if narrow:
                canvas.words.append(Words(4, top + 15, _cut(bar.label, width - 8), "chart-tick"))
                top += 18
            else:
                canvas.words.append(Words(labels - 10, top + 20, _cut(bar.label, labels - 10), "chart-tick", "end"))
            middle = top + (12 if narrow else 15)
            long = 0.0 if bar.value is None else float(bar.value / most) * (canvas.end - canvas.start)
            if bar.value is not None:
                css = "chart-bar now" if bar.now else "chart-bar"
                canvas.boxes.append(Box(canvas.start, middle - 9, max(long, 1), 18, css, radius=2))
            canvas.words.append(
                Words(canvas.start + long + 8, middle + 5, figure or gettext("no figure"), "chart-value strong")
            )
        return Chart(
            name=name, size=SIZES.get(width, "wide"), width=width, height=height, direction=direction(language),
            title=title, description=description, **canvas.finish(direction(language) == "rtl"),  # type: ignore[arg-type]
        )  # fmt: skip


def bar_chart(
    bars: Sequence[ChartBar],
    *,
    language: str,
    width: int = NARROW,
    unit: str = "",
    decimals: int | None = None,
    title: str = "",
    description: str = "",
    name: str = "bars",
) -> Chart:
    """Upright bars from zero, each with its figure on top; what has no figure is a hatched place with its word."""
    with translation.override(language):
        height = 252 if width <= NARROW else 300
        canvas = Canvas(width, height, top=34, bottom=height - 32.0, start=0, end=width)
        values = [bar.value for bar in bars if bar.value is not None]
        top, foot = max([*values, Decimal(0)]), min([*values, Decimal(0)])
        span = float(top - foot) or 1.0
        slot = canvas.end / max(len(bars), 1)
        thick = min(slot * 0.6, 64)

        def y(value: Decimal) -> float:
            return canvas.bottom - float(value - foot) / span * (canvas.bottom - canvas.top)

        canvas.lines.append(Line(0, y(Decimal(0)), width, y(Decimal(0)), "chart-axis"))
        for at, bar in enumerate(bars):
            middle = (at + 0.5) * slot
            if bar.value is None:
                pattern = "dots" if bar.state == "suppressed" else "hatch"
                word = {"suppressed": gettext("suppressed"), "not_applicable": gettext("not applicable")}.get(
                    bar.state, gettext("no figure")
                )
                canvas.boxes.append(Box(middle - thick / 2, canvas.bottom - 60, thick, 60, pattern=pattern))
                canvas.words.append(Words(middle, canvas.bottom - 68, word, "chart-note", "middle"))
            else:
                upper, lower = min(y(bar.value), y(Decimal(0))), max(y(bar.value), y(Decimal(0)))
                css = "chart-bar now" if bar.now else "chart-bar"
                canvas.boxes.append(Box(middle - thick / 2, upper, thick, max(lower - upper, 1), css, radius=2))
                number = format_number(bar.value, language, decimals)
                if unit == "%":
                    number = pgettext("percentage", "%(number)s%%") % {"number": number}
                drop = 20 if bar.value < 0 else -9
                canvas.words.append(
                    Words(middle, (lower if bar.value < 0 else upper) + drop, number, "chart-value strong", "middle")
                )
            canvas.words.append(Words(middle, height - 10, bar.label, "chart-tick", "middle"))
        return Chart(
            name=name, size="bars", width=width, height=height, direction=direction(language), title=title,
            description=description, **canvas.finish(direction(language) == "rtl"),  # type: ignore[arg-type]
        )  # fmt: skip
