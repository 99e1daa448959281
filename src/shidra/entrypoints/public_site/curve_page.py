"""The turn-the-curve part of an indicator's page: what is read into the line, where it was headed, gaps, and the words
that people wrote beside it. From the document alone; documents of earlier releases may have no curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from shidra.conditions.shared_measurement.queries.groups import parts_of
from shidra.conditions.shared_measurement.web import curve_words
from shidra.conditions.shared_measurement.web.curve_chart import MOST_EVENTS, curve_reading, periods_ahead
from shidra.conditions.shared_measurement.web.figure_words import Unit, short_period
from shidra.foundation.look.charts import (
    Chart,
    ChartPoint,
    ChartReading,
    run_charts,
)
from shidra.foundation.look.formats import day_words, list_words, picked, reader_language
from shidra.foundation.look.sentences import Sentence, joined

Document = Mapping[str, Any]


@dataclass(frozen=True)
class AheadRow:
    """A period of the frozen forecast: what was expected, and what came."""

    period: str
    expected: str
    likely: str
    came: str


@dataclass(frozen=True)
class GapFigure:
    """A followed gap: sentences, its line, the same as rows."""

    title: Sentence
    said: Sequence[Sentence]
    charts: Sequence[Chart]
    rows: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class IntervalRow:
    group: str
    value: str
    likely: str


@dataclass(frozen=True)
class Scenario:
    names: Any
    by: Any
    assumptions: Any
    points: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class CurvePage:
    """All that the page shows of the curve; empty where the document tells of none."""

    reading: ChartReading = field(default_factory=ChartReading)
    ahead: Sequence[str] = ()  # periods behind the last figure that the chart has to make room for
    said: Sequence[Sentence] = ()
    how_read: Sentence | None = None
    phases: Sequence[tuple[str, str, Any]] = ()  # since when, at which level, and why
    headed: Sequence[Sentence] = ()
    headed_note: Any = None
    ahead_rows: Sequence[AheadRow] = ()
    gaps: Sequence[GapFigure] = ()
    intervals: Sequence[tuple[str, Any, Sequence[IntervalRow]]] = ()  # period, dimension, groups
    texts: Sequence[tuple[str, Any, str]] = ()  # heading, text, date
    partners: Sequence[Mapping[str, Any]] = ()
    events: Sequence[tuple[str, str, Any, str]] = ()  # number on the chart, day, words, kind
    scenarios: Sequence[Scenario] = ()

    @property
    def has_course(self) -> bool:
        return bool(self.headed or self.scenarios)


def curve_page(document: Document, unit: Unit, original: str) -> CurvePage:
    """Word and draw what the document's curve tells, in the reader's language."""
    curve = document.get("curve")
    if not curve:
        return CurvePage()
    teller = _Teller(document, curve, unit, original)
    said = curve_words.said(curve, unit)
    forecast = curve["forecast"]
    return CurvePage(
        reading=curve_reading(curve, teller.periods, original),
        ahead=periods_ahead(curve, teller.periods),
        said=said,
        how_read=teller.how_read(),
        phases=teller.phases(),
        headed=curve_words.forecast(curve, unit),
        headed_note=forecast["note"] if forecast else None,
        ahead_rows=teller.ahead_rows(),
        gaps=[teller.gap(number, one) for number, one in enumerate(curve["gaps"], 1)],
        intervals=teller.intervals(),
        texts=teller.texts(),
        partners=curve["partners"],
        events=teller.events(),
        scenarios=[
            Scenario(
                one["names"], one["by"], one["assumptions"],
                [(short_period(code), unit.number(value)) for code, value in one["points"]],
            )
            for one in curve["scenarios"]
        ],
    )  # fmt: skip


class _Teller:
    def __init__(self, document: Document, curve: Mapping[str, Any], unit: Unit, original: str) -> None:
        self.document, self.curve, self.unit, self.original = document, curve, unit, original
        self.periods: list[str] = list(document["periods"])
        self.place = document["places"][0]["code"] if document["places"] else ""

    def text(self, value: Any) -> str:
        return picked(value or {}, self.original).text

    # ---------- in words and tables ----------

    def how_read(self) -> Sentence | None:
        read = self.curve["reading"]
        if read is None or read["why_not"]:
            return None
        rules = list_words([curve_words.rules_words(one) for one in read["rules"]])
        words = {"chart": curve_words.chart_words(read["chart"]), "rules": rules}
        if read["screened"]:
            return Sentence(
                _(
                    "Read as %(chart)s by the %(rules)s; very large jumps between two points are left out of the limits."
                ),
                words,
            )
        return Sentence(_("Read as %(chart)s by the %(rules)s."), words)

    def phases(self) -> list[tuple[str, str, Any]]:
        read = self.curve["reading"]
        if read is None or len(read["phases"]) < 2:
            return []
        return [
            (short_period(one["from"]), self.unit.number(one["centre"]), one["reason"])
            for one in read["phases"]
            if one["centre"] is not None
        ]

    def ahead_rows(self) -> list[AheadRow]:
        told = self.curve["forecast"]
        if told is None:
            return []
        came = {
            figure["period"]: figure["value"]
            for series in self.document["series"]
            if series["place"] == self.place and not series["group"]
            for figure in series["figures"]
            if figure["value"] is not None
        }
        band = told["bands"].get("95") or []
        return [
            AheadRow(
                short_period(code),
                self.unit.number(value),
                self._likely(*band[at]) if at < len(band) else "",
                self.unit.number(came[code]) if code in came else "",
            )
            for at, (code, value) in enumerate(told["points"])
        ]

    def _likely(self, low: str | None, high: str | None) -> str:
        if low is None or high is None:
            return ""
        return _("%(low)s to %(high)s") % {"low": self.unit.number(low), "high": self.unit.number(high)}

    def group_name(self, key: str) -> str:
        """A group in words; nothing for the whole."""
        names = [
            self.text(category["names"]) or category["code"]
            for dimension, code in parts_of(key).items()
            for known in self.document["dimensions"]
            if known["code"] == dimension
            for category in known["categories"]
            if category["code"] == code
        ]
        return " · ".join(names)

    def gap(self, number: int, one: Mapping[str, Any]) -> GapFigure:
        group, reference = self.group_name(one["group"]), self.group_name(one["reference"])
        title = Sentence(
            _("The gap between %(group)s and %(reference)s"),
            {"group": group, "reference": reference or _("everybody else")},
        )
        known = {point["period"]: point for point in one["points"]}
        points = [
            ChartPoint(code, Decimal(known[code]["value"]) if code in known else None, "reported", short_period(code))
            if code in known
            else ChartPoint(code, None, "missing", short_period(code))
            for code in self.periods
        ]
        said = curve_words.gap(one, self.unit, group, reference)
        ratio = one["form"] == "ratio"
        charts: Sequence[Chart] = ()
        if len(known) > 1:
            target = _decimal(one["target"])
            charts = run_charts(
                points,
                target=target,
                target_label=_("Target for the gap") if target is not None else "",
                language=reader_language(),
                unit="" if ratio else self.unit.gap_sign,
                decimals=2 if ratio else max(self.unit.decimals, 1),
                title=str(title),
                description=joined(said),
                name=f"gap-{number}",
            )
        rows = [
            (
                short_period(code),
                self._gap_words(point["value"], ratio),
                _("%(low)s to %(high)s")
                % {"low": self._gap_words(point["low"], ratio), "high": self._gap_words(point["high"], ratio)}
                if point["low"] is not None and point["high"] is not None
                else "",
            )
            for code, point in known.items()
        ]
        return GapFigure(title, said, charts, rows)

    def _gap_words(self, value: str, ratio: bool) -> str:
        return curve_words.ratio_words(value) if ratio else curve_words.signed_gap(self.unit, value)

    def intervals(self) -> list[tuple[str, Any, Sequence[IntervalRow]]]:
        names = {one["code"]: one["names"] for one in self.document["dimensions"]}
        return [
            (
                short_period(one["period"]),
                names.get(one["dimension"], {}),
                [
                    IntervalRow(
                        self.group_name(row["group"]),
                        self.unit.number(row["value"]),
                        self._likely(row["low"], row["high"]),
                    )
                    for row in one["groups"]
                ],
            )
            for one in self.curve["groups"]
        ]

    def texts(self) -> list[tuple[str, Any, str]]:
        headings = {
            "story": _("The story behind the curve"),
            "works": _("What works"),
            "proposal": _("What we propose"),
        }
        told = self.curve["texts"]
        return [
            (heading, told[subject]["text"], day_words(date.fromisoformat(told[subject]["written_on"])))
            for subject, heading in headings.items()
            if told.get(subject, {}).get("text")
        ]

    def events(self) -> list[tuple[str, str, Any, str]]:
        kinds = {
            "event": _("something that happened"),
            "change": _("something that we changed"),
            "learning": _("learning cycle"),
        }
        return [
            (
                str(number) if number <= MOST_EVENTS and one["period"] else "",
                day_words(date.fromisoformat(one["on"])),
                one["text"],
                kinds.get(one["kind"], ""),
            )
            for number, one in enumerate(self.curve["annotations"], 1)
        ]


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)
