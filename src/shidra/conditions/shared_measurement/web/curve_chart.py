"""The line of an indicator as a chart, from a document of a release: figures, target, baseline and breaks, and what its
`curve` reads into it: phases, limits, signals, events, the frozen forecast, scenarios."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from shidra.conditions.shared_measurement.releasing.curves import counts_more
from shidra.conditions.shared_measurement.web.figure_words import Unit, is_incomplete, is_shown, short_period
from shidra.foundation.look.charts import (
    Chart,
    ChartAhead,
    ChartBand,
    ChartBreak,
    ChartEvent,
    ChartPhase,
    ChartPoint,
    ChartReading,
    run_charts,
)
from shidra.foundation.look.formats import day_words, picked, reader_language
from shidra.kernel.periods import Period

Document = Mapping[str, Any]
MOST_EVENTS = 9


@dataclass(frozen=True)
class Line:
    """The figures of one series of the document, all versions of the definition together, by period."""

    figures: Mapping[str, tuple[int, Mapping[str, Any]]]  # period -> (number of the definition, figure)

    def shown(self) -> list[tuple[str, Decimal]]:
        """Periods with a number, in their order."""
        return [
            (code, Decimal(figure["value"]))
            for code, (_number, figure) in self.figures.items()
            if is_shown(figure) and figure["value"] is not None
        ]


class Lines:
    """The lines of one document: the whole, its places and groups, with what the main one is drawn beside."""

    def __init__(self, document: Document, unit: Unit, original: str) -> None:
        self.document, self.unit, self.original = document, unit, original
        self.whole = document["places"][0]["code"] if document["places"] else ""
        self.periods: list[str] = list(document["periods"])
        self.headline: Mapping[str, Any] | None = document["headline"]
        self.main = self.line(self.whole, "")
        self.breaks = self._breaks()

    def line(self, place: str, group: str) -> Line:
        """A series over all versions of the definition; where two tell of one period, the one that more partners stand
        behind, or else the newer."""
        found: dict[str, tuple[int, Mapping[str, Any]]] = {}
        for series in sorted(self.document["series"], key=lambda one: one["definition"]):
            if series["place"] == place and series["group"] == group:
                for figure in series["figures"]:
                    known = found.get(figure["period"])
                    if known is None or counts_more(figure, known[1]):
                        found[figure["period"]] = (series["definition"], figure)
        return Line({code: found[code] for code in self.periods if code in found})

    def _breaks(self) -> dict[str, Mapping[str, Any]]:
        """The first period of each version that changed the meaning."""
        found: dict[str, Mapping[str, Any]] = {}
        told = self.main.figures
        for definition in self.document["definitions"]:
            if not definition["is_break"]:
                continue
            since, number = definition["break_from"], definition["number"]
            if since not in self.periods or (since in told and told[since][0] < number):
                later = self.periods[self.periods.index(since) :] if since in self.periods else self.periods
                since = next((code for code in later if code in told and told[code][0] >= number), "")
            if since and since != self.periods[0]:
                found[since] = definition
        return found

    def text(self, value: Any) -> str:
        return picked(value or {}, self.original).text

    def points(self, line: Line, periods: Sequence[str] | None = None) -> list[ChartPoint]:
        points = []
        for code in self.periods if periods is None else periods:
            figure = line.figures[code][1] if code in line.figures else None
            label = short_period(code)
            if figure is None or (figure["status"] in ("reported", "restated") and figure["value"] is None):
                points.append(ChartPoint(code, None, "missing", label))
            elif is_shown(figure):
                state = "restated" if figure["status"] == "restated" else "reported"
                points.append(
                    ChartPoint(code, Decimal(figure["value"]), "provisional" if is_incomplete(figure) else state, label)
                )
            else:
                points.append(ChartPoint(code, None, figure["status"], label))
        return points

    def _from_zero(self) -> bool:
        return self.unit.kind not in ("index",)

    def _of_whole(self, kind: str) -> list[Mapping[str, Any]]:
        return [
            one
            for one in self.document["references"]
            if one["kind"] == kind and not one["group"] and one["place"] in (None, "", self.whole)
        ]

    def _target(self) -> tuple[Decimal | None, str]:
        chosen = self.headline["target"] if self.headline else None
        if chosen is None:
            targets = self._of_whole("target")
            chosen = max(targets, key=lambda one: Period.from_code(one["period"])) if targets else None
        if chosen is None or chosen["amount"] is None:
            return None, ""
        label = _("Target: %(value)s for %(period)s") % {
            "value": self.unit.exactly(chosen["amount"]), "period": short_period(chosen["period"]),
        }  # fmt: skip
        return Decimal(chosen["amount"]), label

    def _baseline(self) -> ChartBand | None:
        found = [one for one in self._of_whole("baseline") if one["amount"] is not None]
        if not found:
            return None
        amounts = [Decimal(one["amount"]) for one in found]
        label = _("Baseline: %(value)s for %(period)s") % {
            "value": self.unit.exactly(amounts[0]), "period": short_period(found[0]["period"]),
        }  # fmt: skip
        return ChartBand(min(amounts), max(amounts), label)

    def drawn(
        self,
        *,
        title: str,
        description: str,
        reading: ChartReading,
        ahead: Sequence[str] = (),
        draw: Callable[..., Sequence[Chart]] = run_charts,
    ) -> Sequence[Chart]:
        """The line of the whole, with its target, baseline and breaks, and what is read into it. `ahead` are periods
        after its last one."""
        target, target_label = self._target()
        return draw(
            [*self.points(self.main), *(ChartPoint(code, None, "ahead", short_period(code)) for code in ahead)],
            target=target,
            target_label=target_label,
            baseline=self._baseline(),
            breaks=[ChartBreak(code, self.text(one["change_note"])) for code, one in self.breaks.items()],
            language=reader_language(),
            unit=self.unit.sign,
            decimals=self.unit.decimals,
            from_zero=self._from_zero(),
            title=title,
            description=description,
            name="main",
            reading=reading,
        )


def curve_reading(curve: Mapping[str, Any], periods: Sequence[str], original: str) -> ChartReading:
    """What is drawn into the line. Centre and limits only where rules may speak of them."""
    read = curve["reading"]
    forecast = curve["forecast"]
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
            for code, (low, high) in zip(periods, read["limits"] if has_verdict else (), strict=False)
        },
        signals=_signals(curve, periods) if has_verdict else {},
        ahead=[
            ChartAhead(code, Decimal(value), *((_decimal(one) for one in band[at]) if at < len(band) else ()))
            for at, (code, value) in enumerate(forecast["points"] if forecast else ())
        ],
        ahead_label=(
            _("Where it was headed on %(day)s, and the likely range") if band else _("Where it was headed on %(day)s")
        )
        % {"day": day_words(date.fromisoformat(forecast["made_on"]))}
        if forecast
        else "",
        scenarios=[
            (picked(one["names"] or {}, original).text, {code: Decimal(value) for code, value in one["points"]})
            for one in curve["scenarios"]
        ],
        events=[
            ChartEvent(
                one["period"],
                f"{picked(one['text'] or {}, original).text} ({day_words(date.fromisoformat(one['on']))})",
            )
            for one in curve["annotations"][:MOST_EVENTS]
            if one["period"]
        ],
    )


def _signals(curve: Mapping[str, Any], periods: Sequence[str]) -> dict[str, str]:
    """The points of signals; rules about the whole line mark no point. Only a signal that reaches the last point is
    for the better or the worse: an early one may be nothing but the time before things improved."""
    found: dict[str, str] = {}
    outside: dict[str, str] = {}
    for one in curve["reading"]["signals"]:
        if one["rule"] in ("few_crossings", "few_runs", "many_runs"):
            continue
        turn = {"improving": "better", "worsening": "worse"}.get(one["turn"] or "", "")
        for code in one["periods"]:
            found[code] = (turn if one["at_last"] else "") or found.get(code, "")
            if one["rule"] == "outside_limits":
                outside[code] = turn
    # Figures outside the limits one after another up to the last are one signal that reaches it.
    for code in reversed(periods[: periods.index(curve["reading"]["last"]) + 1]):
        if code not in outside or outside[code] != outside.get(curve["reading"]["last"]):
            break
        found[code] = outside[code]
    return found


def periods_ahead(curve: Mapping[str, Any], periods: Sequence[str]) -> list[str]:
    """The periods of the forecast and of scenarios that come after the last one of the series."""
    if not periods:
        return []
    last = Period.from_code(periods[-1])
    codes = {code for code, _value in (curve["forecast"] or {"points": ()})["points"]}
    codes |= {code for one in curve["scenarios"] for code, _value in one["points"]}
    coming = sorted(one for one in map(Period.from_code, codes) if one > last and one.kind is last.kind)
    return [one.code for one in coming]


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)
