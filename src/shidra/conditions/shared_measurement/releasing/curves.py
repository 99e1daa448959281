"""What the series of a document says: signals, phases, the frozen forecast, gaps, and what people wrote beside it.

Made from the document alone, which holds what the public may know and nothing else: no hidden figure can come through
here. The form of what is made is in docs/releases.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from shidra.conditions.shared_measurement.models import (
    Annotation,
    CurvePartner,
    CurveReading,
    CurveText,
    FrozenForecast,
    Gap,
    PhaseStart,
    Scenario,
)
from shidra.conditions.shared_measurement.queries.groups import key_of
from shidra.foundation.initiatives.models import Initiative
from shidra.kernel.errors import RuleBroken
from shidra.kernel.periods import Period
from shidra.kernel.quantities import canonical
from shidra.methods import equity
from shidra.methods.control_charts import snapped
from shidra.methods.intervals import CONFIDENCE, ESTIMATES, Estimate, Parts, difference_of
from shidra.methods.intervals import Kind as IntervalKind
from shidra.methods.progress import Course, linear_progress
from shidra.methods.variation import MeasureKind, Options, Reading, Series, variation

VERSION = 3  # raised when the same figures would give another curve: unchanged documents are then made anew
SHOWN = ("reported", "restated")

Document = Mapping[str, Any]
Figures = Mapping[str, Mapping[str, Any]]  # period -> figure of the document


@dataclass(slots=True)
class Beside:
    """What people decided and wrote beside one indicator's curve, as plain JSON values but for the forecast's record."""

    reading: dict[str, Any] = field(default_factory=dict)
    phases: list[dict[str, Any]] = field(default_factory=list)
    texts: dict[str, dict[str, Any]] = field(default_factory=dict)
    partners: list[dict[str, Any]] = field(default_factory=list)
    annotations: list[dict[str, Any]] = field(default_factory=list)
    scenarios: list[dict[str, Any]] = field(default_factory=list)
    forecast: dict[str, Any] | None = None
    gaps: list[dict[str, Any]] = field(default_factory=list)


def beside_all(initiative: Initiative) -> dict[int, Beside]:
    """What stands beside the curves of an initiative, by indicator. Eight queries, however many indicators there are."""
    found: dict[int, Beside] = defaultdict(Beside)
    mine = {"indicator__initiative": initiative}
    for reading in CurveReading.objects.filter(**mine):
        found[reading.indicator_id].reading = {
            "chart": reading.chart, "rules": reading.rules, "screens_ranges": reading.screens_ranges,
            "fixed_after": reading.fixed_after,
        }  # fmt: skip
    for phase in PhaseStart.objects.filter(**mine):
        found[phase.indicator_id].phases.append({"period": phase.period, "reason": phase.reason})
    for text in CurveText.objects.filter(**mine).order_by("number"):
        found[text.indicator_id].texts[text.subject] = {
            "number": text.number, "text": text.text, "written_on": text.written_at.date().isoformat(),
        }  # fmt: skip
    for partner in CurvePartner.objects.filter(**mine).select_related("organisation"):
        found[partner.indicator_id].partners.append({"names": partner.organisation.names, "role": partner.role})
    for one in Annotation.objects.filter(**mine, removed_at=None):
        found[one.indicator_id].annotations.append({"on": one.on.isoformat(), "kind": one.kind, "text": one.text})
    for scenario in Scenario.objects.filter(**mine, withdrawn_at=None).select_related("organisation"):
        found[scenario.indicator_id].scenarios.append(
            {
                "names": scenario.names,
                "by": scenario.organisation.names if scenario.organisation else None,
                "assumptions": scenario.assumptions,
                "points": scenario.points,
            }
        )
    for forecast in FrozenForecast.objects.filter(**mine, replaced_at=None).select_related("definition"):
        found[forecast.indicator_id].forecast = {
            "record": forecast.record, "history": forecast.history, "release": forecast.release,
            "definition": forecast.definition.number, "note": forecast.note,
        }  # fmt: skip
    for gap in Gap.objects.filter(**mine).select_related("group", "reference"):
        found[gap.indicator_id].gaps.append(
            {
                "group": gap.group.key, "reference": gap.reference.key, "form": gap.form,
                "target": None if gap.target is None else canonical(gap.target), "target_period": gap.target_period,
                "rationale": gap.rationale,
            }
        )  # fmt: skip
    return found


def curve(document: Document, beside: Beside) -> dict[str, Any]:
    """What goes into the document as its `curve`."""
    told = Curve(document)
    return {
        "version": VERSION,
        "reading": told.reading(beside),
        "change": told.change(),
        "step_is_clear": told.step_is_clear(),
        "progress": told.progress(),
        "breaks": told.overlaps(),
        "forecast": told.judged(beside.forecast),
        "scenarios": beside.scenarios,
        "gaps": [one for one in (told.gap(gap) for gap in beside.gaps) if one is not None],
        "groups": told.groups(),
        "texts": beside.texts,
        "partners": beside.partners,
        "annotations": [{**one, "period": told.period_of(one["on"])} for one in beside.annotations],
    }


class Curve:
    """The main series of a document, and what is read from it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.periods: list[str] = list(document["periods"])
        self.place = document["places"][0]["code"] if document["places"] else ""
        self.by_group: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for series in sorted(document["series"], key=lambda one: one["definition"]):
            if series["place"] == self.place:
                self.by_group[series["group"]].append(series)
        self.main = self.line("")
        self.breaks = self._breaks()

    # ---------- choosing ----------

    def line(self, group: str) -> Figures:
        """The figures of the whole area for a group, of all versions together; where two tell one period, the one that
        more partners stand behind, or else the newer."""
        return {code: figure for code, (_version, figure) in self._chosen(group).items()}

    def _chosen(self, group: str) -> dict[str, tuple[int, Mapping[str, Any]]]:
        found: dict[str, tuple[int, Mapping[str, Any]]] = {}
        for series in self.by_group.get(group, ()):
            for figure in series["figures"]:
                known = found.get(figure["period"])
                if known is None or counts_more(figure, known[1]):
                    found[figure["period"]] = series["definition"], figure
        return found

    def complete(self, line: Figures) -> Figures:
        """The figures with a number; those with partners missing only where there are no others."""
        shown = {code: one for code, one in line.items() if is_shown(one) and one["value"] is not None}
        whole = {code: one for code, one in shown.items() if not is_incomplete(one)}
        return whole or shown

    def _breaks(self) -> list[str]:
        """The first period of each version that changed the meaning, where it lies within the series; while the line
        still tells what more partners reported by the version before, the first that it tells by the new one."""
        chosen = self._chosen("")
        starts = []
        for definition in self.document["definitions"]:
            if definition["is_break"]:
                since, number = definition["break_from"], definition["number"]
                told = self.periods[self.periods.index(since) :] if since in self.periods else self.periods
                if since not in self.periods or (since in chosen and chosen[since][0] < number):
                    since = next((code for code in told if code in chosen and chosen[code][0] >= number), "")
                if since in self.periods[1:]:
                    starts.append(since)
        return starts

    def period_of(self, on: str) -> str:
        """The period of the series that a day lies in, or the next one; the last one for a later day."""
        day = date.fromisoformat(on)
        for code in self.periods:
            if Period.from_code(code).end >= day:
                return code
        return self.periods[-1] if self.periods else ""

    # ---------- how it is read ----------

    def series(self, line: Figures) -> Series:
        """The complete figures as the methods take them: parts where every figure has them, else values."""
        known = self.complete(line)
        kind = _measure(self.document)
        if kind in ("proportion", "rate") and all(one["denominator"] is not None for one in known.values()):
            base = 100.0 if kind == "proportion" else float(self.document["unit"]["rate_base"] or 1)
            numerators, denominators = (
                [float(known[code][part]) if code in known else None for code in self.periods]
                for part in ("numerator", "denominator")
            )
            return Series(kind, (), numerators, denominators, base)
        values = [float(known[code]["value"]) if code in known else None for code in self.periods]
        return Series("count" if kind == "count" else "value", values)

    def reading(self, beside: Beside) -> dict[str, Any] | None:
        """Chart, centre, limits, signals and what the last point says; None for measures that are not numbers."""
        if self.document["unit"]["kind"] in ("grade", "yes_no") or not self.periods:
            return None
        starts, phases = self.starts(beside.phases)
        said = beside.reading
        chart, rules = said.get("chart", "auto"), said.get("rules", "auto")
        series = self.series(self.main)
        target = (self.document["headline"] or {}).get("target")
        options = Options(
            kind={"auto": None, "xmr": "i"}.get(chart, chart),
            rule_sets=() if rules == "auto" else (rules,),
            breaks=starts,
            baseline=said.get("fixed_after"),
            screened=said.get("screens_ranges", True),
        )
        way = self.document["direction"]
        goal = None if target is None or target["amount"] is None else float(target["amount"])
        try:
            read = variation(series, way, goal, options)
        except ValueError:  # the chosen chart or rules do not fit what was measured: the method's own choice does
            options = Options(breaks=starts)
            read = variation(series, way, goal, options)
        return {
            "chart": read.chart.kind,
            "rules": list(read.rule_sets),
            "screened": options.screened and read.chart.kind in ("i", "i_prime", "t", "p_prime", "u_prime"),
            "fixed_after": options.baseline,
            "why_not": read.no_verdict,
            "points": sum(value is not None for value in read.chart.plotted),
            "is_trial": read.is_trial,
            "is_overdispersed": read.is_overdispersed,
            "variation": read.variation,
            "assurance": read.assurance,
            "last": None if read.last is None else self.periods[read.last],
            "phases": [
                {
                    "from": self.periods[phase.start],
                    "to": self.periods[phase.end],
                    "centre": _number(phase.centre),
                    "reason": phases.get(self.periods[phase.start]),
                }
                for phase in read.chart.phases
            ],
            "limits": self._limits(read),
            "signals": [
                {
                    "rule_set": one.rule_set,
                    "rule": one.rule,
                    "periods": [self.periods[at] for at in one.points],
                    "direction": one.direction,
                    "at_last": one.at_last,
                    "turn": _turn(one.direction, way),
                }
                for one in read.signals
            ],
            "proposed": [
                {"period": self.periods[one.start], "median": _number(one.median)}
                for one in read.proposed
                if one.kind == "sustained"
            ],
        }

    def starts(self, decided: Iterable[Mapping[str, Any]]) -> tuple[list[int], dict[str, Any]]:
        """Where new phases start: at breaks in the meaning, and where people said so; with their reasons."""
        reasons: dict[str, Any] = dict.fromkeys(self.breaks)
        order = [Period.from_code(code) for code in self.periods]
        asked = {Period.from_code(one["period"]): one["reason"] for one in decided}
        for one in snapped(list(asked), order):
            if one.at is not None:
                reasons[self.periods[one.at]] = asked[one.asked]
        at = {code: place for place, code in enumerate(self.periods)}
        return sorted(at[code] for code in reasons), reasons

    def _limits(self, read: Reading) -> list[list[str | None]]:
        """Lower and upper limit, a pair a period; none for a run chart."""
        if all(limit is None for limit in read.chart.upper):
            return []
        pairs = zip(read.chart.lower, read.chart.upper, strict=True)
        return [[_number(lower), _number(upper)] for lower, upper in pairs]

    # ---------- change ----------

    def change(self) -> dict[str, Any] | None:
        """From the first to the last complete figure since the last break, with the interval of the difference."""
        order = self._since_break()
        moved = self._moved(order[0], order[-1]) if len(order) > 1 else None
        if moved is None:
            return None
        return {"from": order[0], "to": order[-1], **_told(moved), "is_clear": _is_clear(moved)}

    def step_is_clear(self) -> bool | None:
        """Whether the headline's step from the figure before can be told from chance; None where no interval says it,
        and where the step compares the same partners only, whose parts are not in the line."""
        headline = self.document["headline"]
        if headline is None or headline["previous_period"] is None or headline["basis"] != "all":
            return None
        moved = self._moved(headline["previous_period"], headline["period"])
        return None if moved is None else _is_clear(moved)

    def _moved(self, before: str, after: str) -> Estimate | None:
        """The difference between the figures of two periods, with its interval; None where there is none."""
        kind = _interval_kind(self.document)
        figures = [self.main.get(code) for code in (before, after)]
        if kind is None or not all(figures):
            return None
        first, last = (self._estimate(one, kind) if one else None for one in figures)
        return None if first is None or last is None else difference_of(last, first)

    def progress(self) -> dict[str, Any] | None:
        """The pace towards the target, on a straight line from the first figure since the last break: the method of the
        headline's verdict. A change that may be chance gets no status."""
        target = (self.document["headline"] or {}).get("target")
        way = self.document["direction"]
        order = self._since_break()
        if target is None or target["amount"] is None or way not in ("up", "down") or len(order) < 2:
            return None
        known = self.complete(self.main)
        moved = self.change()
        interval = (float(moved["low"]), float(moved["high"])) if moved and moved["low"] and moved["high"] else None
        told = linear_progress(
            Course(
                float(known[order[0]]["value"]), _year(order[0]), float(known[order[-1]]["value"]), _year(order[-1]),
                "increase" if way == "up" else "decrease", target=float(target["amount"]),
                target_year=_year(target["period"]), change_interval=interval,
            )
        )  # fmt: skip
        return {
            "method": told.method,
            "status": told.status,
            "pace": _number(told.value),
            "from": order[0],
            "to": order[-1],
            "target_period": target["period"],
        }

    def _since_break(self) -> list[str]:
        """The periods with a complete figure since the last break in the meaning."""
        known = self.complete(self.main)
        since = max((self.periods.index(code) for code in self.breaks), default=0)
        return [code for code in self.periods[since:] if code in known]

    def overlaps(self) -> list[dict[str, Any]]:
        """Periods that partners reported by two versions of the definition: how much the change of definition alone
        makes, of the same partners."""
        return [
            {**one, "difference": canonical(Decimal(one["new_value"]) - Decimal(one["old_value"]))}
            for one in self.document.get("overlaps", ())
        ]

    # ---------- where it was headed ----------

    def judged(self, forecast: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """The frozen forecast, with the figures that came since held against it."""
        if forecast is None:
            return None
        # Forecasts bring numpy along: only initiatives that froze one wait for it.
        from shidra.methods.forecasting.baseline import Baseline, fingerprint, judge

        frozen = Baseline.of(forecast["record"])
        complete = self.complete(self.main)
        known = {code: complete[code] for code in frozen.periods if code in complete}
        history = [period for period, _value in forecast["history"]]
        now = [float(complete[code]["value"]) if code in complete else None for code in history]
        actual = [float(known[code]["value"]) if code in known else None for code in frozen.periods]
        judgement = judge(frozen, actual, self.document["direction"])
        made = frozen.forecast
        bands = {
            str(round(limits.confidence * 100)): [
                [_number(low), _number(high)] for low, high in zip(limits.lower, limits.upper, strict=True)
            ]
            for limits in made.limits
        }
        return {
            "made_on": frozen.made_on.isoformat(),
            "method": made.method,
            "model": made.model and str(made.model),
            "release": forecast["release"],
            "definition": forecast["definition"],
            "note": forecast["note"],
            "points": [[period, _number(point)] for period, point in zip(frozen.periods, made.points, strict=True)],
            "bands": bands,
            "is_calibrated": made.calibrated,
            "is_shortened": made.shortened,
            "verdict": judgement.verdict,
            "latest": None if judgement.latest is None else frozen.periods[judgement.latest],
            "sides": list(judgement.sides),
            "away": [_number(one) for one in judgement.away],
            "history_changed": fingerprint(history, now) != frozen.fingerprint,
        }

    # ---------- groups and gaps ----------

    def groups(self) -> list[dict[str, Any]]:
        """Each group's figure with its interval, for the last period in which all groups of the dimension are shown."""
        kind = _interval_kind(self.document)
        if kind is None:
            return []
        found = []
        for dimension in self.document["dimensions"]:
            keys = [key_of({dimension["code"]: one["code"]}) for one in dimension["categories"]]
            lines = {key: self.line(key) for key in keys}
            lines = {key: line for key, line in lines.items() if line}
            common = [
                code
                for code in self.periods
                if lines and all(code in line and is_shown(line[code]) for line in lines.values())
            ]
            if not common:
                continue
            told = []
            for key, line in lines.items():
                estimate = self._estimate(line[common[-1]], kind)
                if estimate is not None:
                    told.append({"group": key, **_told(estimate)})
            if told:
                found.append({"dimension": dimension["code"], "period": common[-1], "groups": told})
        return found

    def gap(self, gap: Mapping[str, Any]) -> dict[str, Any] | None:
        """A gap that is followed, period by period, and how it stands to its target."""
        kind = _interval_kind(self.document)
        group, reference = self.line(gap["group"]), self.line(gap["reference"])
        points = []
        for code in self.periods:
            one, other = group.get(code), reference.get(code)
            if one is None or other is None or not is_shown(one) or not is_shown(other):
                continue
            measured = self._gap(one, other, kind, is_whole=not gap["reference"])
            if measured is None:
                continue
            estimate = measured.difference if gap["form"] == "difference" else measured.ratio
            if estimate.value is not None:
                points.append({"period": code, **_told(estimate), "is_clear": measured.is_clear})
        if not points and gap["target"] is None:
            return None
        return {**gap, "points": points}

    def _gap(
        self, one: Mapping[str, Any], other: Mapping[str, Any], kind: IntervalKind | None, *, is_whole: bool
    ) -> equity.Gap | None:
        parts, others = _parts(one), _parts(other)
        if kind is None or parts is None or others is None:
            if one["value"] is None or other["value"] is None:
                return None
            return equity.gap_of_values(float(one["value"]), float(other["value"]))
        if is_whole:  # the group is part of the whole: it is compared with everybody else
            assert parts.numerator is not None
            assert parts.denominator is not None
            others = Parts((others.numerator or 0) - parts.numerator, (others.denominator or 0) - parts.denominator)
            if others.numerator is None or others.numerator < 0 or not others.denominator or others.denominator < 0:
                return None
        try:
            return equity.gap(parts, others, kind, self._base(kind))
        except ValueError:  # a part above its whole, as a percentage of something else may have
            return None

    def _estimate(self, figure: Mapping[str, Any], kind: IntervalKind) -> Estimate | None:
        parts = _parts(figure)
        if parts is None:
            return None
        try:
            return ESTIMATES[kind](parts, self._base(kind), CONFIDENCE)
        except ValueError:
            return None

    def _base(self, kind: IntervalKind) -> float:
        return 100.0 if kind == "proportion" else float(self.document["unit"]["rate_base"] or 1)


def is_shown(figure: Mapping[str, Any]) -> bool:
    return figure["status"] in SHOWN


def counts_more(figure: Mapping[str, Any], older: Mapping[str, Any]) -> bool:
    """Whether a line takes a newer version's figure for a period rather than the older's: more partners, or as many,
    stand behind it."""
    if is_shown(figure) and is_shown(older):
        return (figure.get("reporting") or 0) >= (older.get("reporting") or 0)
    return is_shown(figure) or not is_shown(older)


def is_incomplete(figure: Mapping[str, Any]) -> bool:
    """Whether partners are missing in it."""
    return figure["expected"] is not None and (figure["reporting"] or 0) < figure["expected"]


def future_periods(last: str, count: int) -> list[str]:
    """The periods after one, as many as wanted; fewer where there is no next one (a span, a point in time)."""
    found, period = [], Period.from_code(last)
    for _ in range(count):
        try:
            period = period.next()
        except RuleBroken:
            break
        found.append(period.code)
    return found


def history_of(
    document: Document, decided: Iterable[PhaseStart]
) -> tuple[list[tuple[str, float | None]], dict[str, Any]]:
    """What a forecast is made from: (period, complete figure or None) of the last phase, and the kind of numbers it is
    (arguments of shidra.methods.forecasting's Options)."""
    told = Curve(document)
    known = told.complete(told.main)
    starts, _reasons = told.starts([{"period": one.period, "reason": None} for one in decided])
    periods = told.periods[max(starts, default=0) :]
    while periods and periods[-1] not in known:
        periods = periods[:-1]
    while periods and periods[0] not in known:
        periods = periods[1:]
    values = [float(known[code]["value"]) if code in known else None for code in periods]
    measure, unit = _measure(document), document["unit"]["kind"]
    options: dict[str, Any] = {"kind": "number"}
    if measure == "proportion" and all(value is None or 0 <= value <= 100 for value in values):
        options = {"kind": "proportion", "whole": 100.0}
    elif unit in ("rate", "count", "money") and all(value is None or value >= 0 for value in values):
        options = {"kind": "amount"}
    seasons = (
        {"month": 12, "quarter": 4, "half_year": 2}.get(str(Period.from_code(periods[0]).kind), 1) if periods else 1
    )
    return list(zip(periods, values, strict=True)), options | {"period": seasons}


def _measure(document: Document) -> MeasureKind:
    unit, kind = document["unit"]["kind"], document["kind"]
    if unit == "percent":
        return "proportion"
    if unit == "rate":
        return "rate"
    return "count" if unit == "count" and kind == "flow" else "value"


def _interval_kind(document: Document) -> IntervalKind | None:
    kind = _measure(document)
    return kind if kind == "proportion" or kind == "rate" else None


def _parts(figure: Mapping[str, Any]) -> Parts | None:
    if figure["numerator"] is None or figure["denominator"] is None:
        return None
    return Parts(float(figure["numerator"]), float(figure["denominator"]))


def _turn(direction: str | None, way: str) -> str | None:
    """Whether a signal to a side is for the better or the worse."""
    if direction is None or way not in ("up", "down"):
        return None
    return "improving" if direction == way else "worsening"


def _told(estimate: Estimate) -> dict[str, Any]:
    limits = estimate.limits
    return {
        "value": _number(estimate.value),
        "low": _number(limits.lower) if limits else None,
        "high": _number(limits.upper) if limits else None,
    }


def _is_clear(estimate: Estimate) -> bool | None:
    """Whether a difference can be told from none."""
    if estimate.limits is None or estimate.limits.lower is None:
        return None
    return estimate.limits.lower > 0 or estimate.limits.upper < 0


def _year(period: str) -> float:
    """The last day of a period as a year with its fraction."""
    return Period.from_code(period).end.toordinal() / 365.2425


def _number(value: float | None) -> str | None:
    """Nine digits are more than a chart can show and fewer than a computer's noise."""
    return None if value is None else canonical(Decimal(f"{value:.9g}"))
