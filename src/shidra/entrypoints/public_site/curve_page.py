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
from shidra.conditions.shared_measurement.web.figure_words import Unit, short_period
from shidra.foundation.look.charts import (
    Chart,
    ChartAhead,
    ChartEvent,
    ChartPhase,
    ChartPoint,
    ChartReading,
    run_charts,
)
from shidra.foundation.look.formats import day_words, list_words, picked, reader_language
from shidra.foundation.look.sentences import Sentence, joined
from shidra.kernel.periods import Period

Document = Mapping[str, Any]
MOST_EVENTS = 9


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
        reading=teller.reading(),
        ahead=teller.ahead(),
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

    # ---------- on the chart ----------

    def reading(self) -> ChartReading:
        """What is drawn into the line. Centre and limits only where rules may speak of them."""
        read = self.curve["reading"]
        forecast = self.curve["forecast"]
        has_verdict = read is not None and not read["why_not"]
        band = (forecast["bands"].get("95") or []) if forecast else []
        return ChartReading(
            phases=[
                ChartPhase(one["from"], one["to"], Decimal(one["centre"]))
                for one in (read["phases"] if has_verdict else ())
                if one["centre"] is not None
            ],
            centre_label=(_("Median") if read["chart"] == "run" else _("Mean")) if has_verdict else "",
            limits={
                code: (_decimal(low), _decimal(high))
                for code, (low, high) in zip(self.periods, read["limits"] if has_verdict else (), strict=False)
            },
            signals=self._signals() if has_verdict else {},
            ahead=[
                ChartAhead(code, Decimal(value), *((_decimal(one) for one in band[at]) if at < len(band) else ()))
                for at, (code, value) in enumerate(forecast["points"] if forecast else ())
            ],
            ahead_label=(
                _("Where it was headed on %(day)s, and the likely range")
                if band
                else _("Where it was headed on %(day)s")
            )
            % {"day": day_words(date.fromisoformat(forecast["made_on"]))}
            if forecast
            else "",
            scenarios=[
                (self.text(one["names"]), {code: Decimal(value) for code, value in one["points"]})
                for one in self.curve["scenarios"]
            ],
            events=[
                ChartEvent(one["period"], f"{self.text(one['text'])} ({day_words(date.fromisoformat(one['on']))})")
                for one in self.curve["annotations"][:MOST_EVENTS]
                if one["period"]
            ],
        )

    def _signals(self) -> dict[str, str]:
        """The points of signals; rules about the whole line mark no point. Only a signal that reaches the last point is
        for the better or the worse: an early one may be nothing but the time before things improved."""
        found: dict[str, str] = {}
        outside: dict[str, str] = {}
        for one in self.curve["reading"]["signals"]:
            if one["rule"] in ("few_crossings", "few_runs", "many_runs"):
                continue
            turn = {"improving": "better", "worsening": "worse"}.get(one["turn"] or "", "")
            for code in one["periods"]:
                found[code] = (turn if one["at_last"] else "") or found.get(code, "")
                if one["rule"] == "outside_limits":
                    outside[code] = turn
        # Figures outside the limits one after another up to the last are one signal that reaches it.
        for code in reversed(self.periods[: self.periods.index(self.curve["reading"]["last"]) + 1]):
            if code not in outside or outside[code] != outside.get(self.curve["reading"]["last"]):
                break
            found[code] = outside[code]
        return found

    def ahead(self) -> list[str]:
        """The periods of the forecast and of scenarios that come after the last one of the series."""
        if not self.periods:
            return []
        last = Period.from_code(self.periods[-1])
        codes = {code for code, _value in (self.curve["forecast"] or {"points": ()})["points"]}
        codes |= {code for one in self.curve["scenarios"] for code, _value in one["points"]}
        periods = sorted(one for one in map(Period.from_code, codes) if one > last and one.kind is last.kind)
        return [one.code for one in periods]

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
