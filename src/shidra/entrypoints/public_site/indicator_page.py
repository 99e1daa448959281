"""The page of one indicator, made from its document alone: no figure is computed here, only chosen and worded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from shidra.conditions.shared_measurement.queries.groups import parts_of
from shidra.conditions.shared_measurement.web.curve_chart import Line, Lines
from shidra.conditions.shared_measurement.web.curve_words import like_for_like
from shidra.conditions.shared_measurement.web.figure_words import (
    Unit,
    is_incomplete,
    is_shown,
    period,
    short_period,
    status_words,
)
from shidra.entrypoints.public_site import sentences
from shidra.entrypoints.public_site.curve_page import CurvePage, curve_page
from shidra.foundation.look.charts import (
    Chart,
    ChartBreak,
    ChartSeries,
    run_charts,
    sparkline,
)
from shidra.foundation.look.formats import language_words, list_words, number_words, picked, reader_language
from shidra.foundation.look.parts import Fact
from shidra.foundation.look.place_map import PlaceDot, place_maps
from shidra.foundation.look.sentences import Sentence, joined
from shidra.kernel.languages import direction, languages_left_behind

Document = Mapping[str, Any]
MOST_GROUPS = 12  # lines that one chart can tell apart; the table has all
_MOST_CELLS = 48  # of the strip of coverage
# A page stays light however long the series: beyond so many periods groups show the last ones, small lines fewer still.
LONG, RECENT, RECENT_SMALL = 60, 36, 24
COVER_WIDTH = 240  # of the strip; wider where it has more cells


@dataclass(frozen=True)
class Row:
    """A row of the table of figures. `kind` is figure, none, break or second."""

    kind: str
    periods: str
    value: str = ""
    mark: str = ""  # figure, restated, provisional, missing, suppressed, second
    status: str = ""
    parts: str = ""
    notes: tuple[Any, ...] = ()
    sources: tuple[int, ...] = ()
    coverage: str = ""
    address: Mapping[str, str] | None = None  # for the trace


@dataclass(frozen=True)
class GroupFigure:
    """Groups of one dimension: chart, sentence and table."""

    code: str
    name: Any
    title: Sentence
    gap: Sentence | None
    charts: Sequence[Chart]
    names: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True)
class PlaceRow:
    """A place with its latest figure; its code stands beside a name that several have."""

    name: Any
    code: str
    value: str
    when: str
    status: str
    spark: Chart | None
    coverage: str
    address: Mapping[str, str]


@dataclass(frozen=True)
class Source:
    """A numbered source: a link where it is an address of the web, else its words."""

    number: int
    text: str
    url: str = ""
    host: str = ""


@dataclass(frozen=True)
class CoverCell:
    """A period in the strip of coverage."""

    x: int
    css: str


@dataclass(frozen=True)
class Reference:
    kind: str
    when: str
    amount: str
    about: str
    names: Any
    rationale: Any
    source: Source


@dataclass(frozen=True)
class OutsideRow:
    """Another source's figure beside our own for the same thing; `own` empty where we have none."""

    when: str
    about: Sequence[Any]
    amount: str
    own: str
    source: Source
    note: str


@dataclass(frozen=True)
class IndicatorPage:
    """All that the page of an indicator shows."""

    document: Document
    unit: Unit
    original: str
    lead: Sequence[Sentence]
    facts: Sequence[Fact]
    title: Sentence
    last_point: Sentence | None  # said with the title: the line ends where partners are missing
    charts: Sequence[Chart]
    said: Sequence[Sentence]
    rows: Sequence[Row]
    groups: Sequence[GroupFigure]
    places: Sequence[PlaceRow]
    references: Sequence[Reference]
    outside: Sequence[OutsideRow]
    sources: Sequence[Source]
    cover: Sequence[CoverCell]
    cover_words: str
    coverage: str
    definition: Sequence[tuple[str, Any]]
    has_parts: bool
    more_series: int
    recent: int  # how many periods groups are shown for; 0: all
    curve: CurvePage = field(default_factory=CurvePage)
    map: Sequence[Chart] = ()
    description: str = ""
    like_for_like: Sequence[Sentence] = field(default_factory=tuple)


def indicator_page(
    document: Document, original: str, draw: Callable[..., Sequence[Chart]] = run_charts
) -> IndicatorPage:
    """Word and draw a document in the reader's language; `original` is the initiative's own. `draw` makes the main
    chart, in sizes of its own for paper."""
    unit = Unit(document["unit"], original)
    teller = _Teller(document, unit, original)
    lead = sentences.so_what(document, unit)
    main = teller.main
    curve = curve_page(document, unit, original)
    charts, title, last_point, said = teller.main_chart(curve, draw)
    cover, cover_words = teller.cover()
    return IndicatorPage(
        document=document,
        unit=unit,
        original=original,
        lead=lead,
        description=joined(lead),
        facts=teller.facts(),
        title=title,
        last_point=last_point,
        curve=curve,
        map=teller.map(),
        charts=charts,
        said=said,
        rows=teller.rows(),
        groups=teller.groups(),
        places=teller.places(),
        references=teller.references(),
        outside=teller.outside(),
        sources=teller.sources,
        cover=cover,
        cover_words=cover_words,
        coverage=teller.coverage_words(),
        definition=teller.definition(),
        has_parts=any(figure["denominator"] is not None for _number, figure in main.figures.values()),
        more_series=max(0, int(document.get("series_total", 0)) - len(document["series"])),
        recent=len(teller.recent) if len(teller.recent) < len(teller.periods) else 0,
        like_for_like=[like_for_like(pair, unit) for pair in document.get("like_for_like", ())],
    )


def spark_of(document: Document, original: str, name: str) -> Chart:
    """The small line of an indicator for a row of a list."""
    teller = _Teller(document, Unit(document["unit"], original), original)
    return teller.spark(teller.main, name)


class _Teller(Lines):
    """Chooses from one document what each part of its page needs."""

    def __init__(self, document: Document, unit: Unit, original: str) -> None:
        super().__init__(document, unit, original)
        self.sources = [_source(number, text) for number, text in enumerate(document["sources"], 1)]

    # ---------- choosing ----------

    def others(self, code: str, number: int) -> list[tuple[int, Mapping[str, Any]]]:
        """What other versions of the definition say of a period that one tells too."""
        return [
            (series["definition"], figure)
            for series in self.document["series"]
            if series["place"] == self.whole and series["group"] == "" and series["definition"] != number
            for figure in series["figures"]
            if figure["period"] == code and is_shown(figure)
        ]

    # ---------- the main chart ----------

    def comparable(self, line: Line) -> list[tuple[str, Decimal]]:
        """The shown figures since the last break, incomplete ones left out where there are whole ones."""
        shown = [one for one in line.shown() if not is_incomplete(line.figures[one[0]][1])] or line.shown()
        order = {code: at for at, code in enumerate(self.periods)}
        since = max((order[code] for code in self.breaks), default=0)
        return [one for one in shown if order[one[0]] >= since] or shown[-1:]

    def main_chart(
        self, curve: CurvePage, draw: Callable[..., Sequence[Chart]]
    ) -> tuple[Sequence[Chart], Sentence, Sentence | None, list[Sentence]]:
        points = self.points(self.main)
        comparable = self.comparable(self.main)
        within = {code for code, _value in comparable[1:]}
        title = sentences.chart_title(
            comparable[0] if comparable else None,
            comparable[-1] if comparable else None,
            not any(pair["period"] in within for pair in self.document.get("like_for_like", ()))
            and not any(is_incomplete(self.main.figures[code][1]) for code, _value in comparable),
            self.unit,
        )
        shown = self.main.shown()
        last_point = sentences.last_point(self.main.figures[shown[-1][0]][1]) if shown else None
        whole = [one for one in shown if not is_incomplete(self.main.figures[one[0]][1])]
        said = sentences.chart_words(
            whole or shown,
            sum(point.state == "missing" for point in points),
            sum(point.state == "suppressed" for point in points),
            len(self.breaks),
            self.unit,
        )
        charts = self.drawn(
            title=str(title),
            description=joined([*([last_point] if last_point else []), *said, *curve.said, *curve.headed]),
            reading=curve.reading,
            ahead=curve.ahead,
            draw=draw,
        )
        return charts, title, last_point, said

    # ---------- facts ----------

    def facts(self) -> list[Fact]:
        headline, unit = self.headline, self.unit
        if headline is None:
            return []
        shown = headline["status"] in ("reported", "restated")
        word = {"suppressed": _("Not shown"), "not_applicable": _("Does not apply")}.get(
            headline["status"], _("Not reported")
        )
        value = unit.number(headline["value"], headline["text"]) if shown else word
        named = bool(unit.name) and unit.kind not in ("percent", "money", "yes_no", "grade")
        when = period(headline["period"])
        note = (
            pgettext("unit and period", "%(unit)s, %(period)s") % {"unit": unit.name, "period": when}
            if named and shown
            else when
        )
        facts = [
            Fact(
                _("Latest figure"),
                value,
                note,
                word=not shown,
                status="restated" if headline["status"] == "restated" else "",
            )
        ]
        way, turn = headline["direction"], headline["better"]
        icons = {"rising": "rising", "falling": "falling", "level": "steady"}
        if way in icons and sentences.is_comparable(self.document, headline):
            said = {"rising": _("Rising"), "falling": _("Falling"), "level": _("Unchanged")}[way]
            verdicts = {
                "improving": ("on_course", _("For the better")),
                "worsening": ("off_course", _("For the worse")),
            }
            status, label = verdicts.get(turn, ("", ""))
            pair = sentences.pair_of(self.document, headline)
            note = (
                sentences.better_words(self.document, unit)
                if pair is None
                else _("At the partners that reported both times")
            )
            facts.append(
                Fact(
                    _("Direction since %(period)s") % {"period": short_period(headline["previous_period"])},
                    said, note, status, label, icons[way], word=True,
                )
            )  # fmt: skip
        else:
            note = sentences.better_words(self.document, unit)
            if shown and is_incomplete(headline):
                note = _("Not while partners are missing in the latest figure.")
            facts.append(Fact(_("Direction"), _("Not known"), note, word=True))
        target = headline["target"]
        if target is None:
            facts.append(Fact(_("Target"), _("None set"), _("Without a target there is no verdict."), word=True))
        else:
            state = sentences.verdict_of(self.document, headline)
            labels = {"reached": _("Reached"), "no_verdict": _("No verdict")}
            facts.append(
                Fact(
                    _("Target for %(period)s") % {"period": short_period(target["period"])},
                    unit.exactly(target["amount"]),
                    self._target_note(target),
                    "on_course" if state == "reached" else state,
                    labels.get(state, ""),
                )
            )
        facts.append(self._coverage_fact())
        return facts

    def _target_note(self, target: Mapping[str, Any]) -> str:
        same = (
            one
            for one in self._of_whole("target")
            if (one["period"], one["amount"]) == (target["period"], target["amount"])
        )
        found = next(same, None)
        return self.text(found["rationale"]) if found else ""

    def _coverage_fact(self) -> Fact:
        headline = self.headline
        assert headline is not None
        reporting, expected = headline["reporting"], headline["expected"]
        if expected and expected > 1:
            note = ngettext("of %(count)s partner asked", "of %(count)s partners asked", expected) % {"count": expected}
            return Fact(
                _("Partners in the latest figure"),
                number_words(reporting),
                note,
                "provisional" if reporting < expected else "accepted",
                _("Incomplete") if reporting < expected else _("All reported"),
            )
        known = len(self.main.shown())
        note = ngettext("of %(count)s period", "of %(count)s periods", len(self.periods)) % {"count": len(self.periods)}
        return Fact(_("Periods with a figure"), number_words(known), note)

    # ---------- the table ----------

    def rows(self) -> list[Row]:
        rows: list[Row] = []
        run: list[str] = []

        def close() -> None:
            if run:
                words = (
                    short_period(run[0])
                    if len(run) == 1
                    else _("%(first)s to %(last)s") % {"first": short_period(run[0]), "last": short_period(run[-1])}
                )
                rows.append(Row("none", words, mark="missing", status=pgettext("kind of figure", "no figure")))
                run.clear()

        for code in self.periods:
            entry = self.main.figures.get(code)
            is_bare = entry is None or (
                entry[1]["status"] == "missing" and not entry[1].get("note") and not entry[1].get("sources")
            )
            if code in self.breaks:
                close()
                rows.append(self._break_row(self.breaks[code]))
            if is_bare:
                run.append(code)
                continue
            close()
            assert entry is not None
            number, figure = entry
            others = self.others(code, number)
            versions = sorted([*others, (number, figure)], key=lambda one: one[0])
            rows.extend(self._row(code, version, one, tell_version=bool(others)) for version, one in versions)
            rows.extend(self._second(one) for one in self.document.get("alternatives", ()) if one["period"] == code)
        close()
        return rows

    def _break_row(self, definition: Mapping[str, Any]) -> Row:
        note = self.text(definition["change_note"])
        words = (
            _("Break: from here on version %(number)s of the definition counts. %(note)s")
            if note
            else _("Break: from here on version %(number)s of the definition counts. Compare with care.")
        ) % {"number": definition["number"], "note": note}
        return Row("break", words)

    def _row(self, code: str, number: int, figure: Mapping[str, Any], *, tell_version: bool) -> Row:
        shown = is_shown(figure)
        notes: list[Any] = []
        if figure["status"] == "suppressed":
            notes.append(_("About so few people that they could be recognised."))
        if tell_version:
            notes.append(_("Definition, version %(number)s.") % {"number": number})
        if figure.get("note"):
            notes.append(figure["note"])
        for pair in self.document.get("like_for_like", ()):
            if pair["period"] == code:
                notes.append(like_for_like(pair, self.unit).html)
        mark = figure["status"] if figure["status"] != "reported" else "figure"
        if shown and is_incomplete(figure):
            mark = "provisional"
        parts = ""
        if shown and figure["denominator"] is not None:
            parts = _("%(part)s of %(whole)s") % {
                "part": number_words(figure["numerator"]), "whole": number_words(figure["denominator"]),
            }  # fmt: skip
        return Row(
            "figure" if shown else "none",
            short_period(code),
            self.unit.number(figure["value"], figure["text"]) if shown else "",
            "missing" if mark == "not_applicable" else mark,
            status_words(figure),
            parts,
            tuple(notes),
            tuple(at + 1 for at in figure.get("sources", ())),
            self._coverage_of(figure),
            {"definition": str(number), "period": code, "place": self.whole, "group": ""},
        )

    def _second(self, one: Mapping[str, Any]) -> Row:
        source = () if one.get("source") is None else (int(one["source"]) + 1,)
        notes = (one["note"],) if one.get("note") else ()
        try:
            value = self.unit.number(one["value"])
        except ArithmeticError:  # a source may say "about 16,000"
            value = str(one["value"])
        return Row("second", short_period(one["period"]), value, "second", _("second source"), "", notes, source)

    def _coverage_of(self, figure: Mapping[str, Any]) -> str:
        reporting, expected = figure.get("reporting"), figure.get("expected")
        if reporting is None or not expected:
            return ""
        return _("%(part)s of %(whole)s") % {"part": number_words(reporting), "whole": number_words(expected)}

    # ---------- groups and places ----------

    @property
    def recent(self) -> list[str]:
        """The periods that groups are shown for."""
        return self.periods if len(self.periods) <= LONG else self.periods[-RECENT:]

    def groups(self) -> list[GroupFigure]:
        keys = {
            (dimension, category): series["group"]
            for series in self.document["series"]
            if series["place"] == self.whole and series["group"]
            for parts in [parts_of(series["group"])]
            if len(parts) == 1
            for dimension, category in parts.items()
        }
        found = [self._group(one, keys) for one in self.document["dimensions"]]
        return [one for one in found if one is not None]

    def _group(self, dimension: Mapping[str, Any], keys: Mapping[tuple[str, str], str]) -> GroupFigure | None:
        lines = [
            (
                self.text(category["names"]) or category["code"],
                self.line(self.whole, keys[dimension["code"], category["code"]]),
            )
            for category in dimension["categories"]
            if (dimension["code"], category["code"]) in keys
        ]
        if not lines:
            return None
        drawn = [(name, line) for name, line in lines if line.shown()][:MOST_GROUPS]
        gap = self._gap(drawn)
        recent = self.recent
        periods = [code for code in recent if any(code in line.figures for _name, line in lines)]
        rows = [
            (
                short_period(code),
                [
                    (
                        self.unit.number(line.figures[code][1]["value"], line.figures[code][1]["text"])
                        if is_shown(line.figures[code][1])
                        else status_words(line.figures[code][1])
                    )
                    if code in line.figures
                    else pgettext("kind of figure", "no figure")
                    for _name, line in lines
                ],
            )
            for code in periods
        ]
        name = self.text(dimension["names"]) or dimension["code"]
        title = Sentence(_("By %(dimension)s"), {"dimension": name})
        charts: Sequence[Chart] = ()
        if drawn:
            charts = run_charts(
                self.points(self.main, recent),
                series=[ChartSeries(name, self.points(line, recent)) for name, line in drawn],
                label=pgettext("groups", "All"),
                breaks=[ChartBreak(code) for code in self.breaks],
                language=reader_language(),
                unit=self.unit.sign,
                decimals=self.unit.decimals,
                from_zero=self._from_zero(),
                title=str(title),
                description=str(gap) if gap else "",
                name=f"by-{len(keys)}-{self.document['dimensions'].index(dimension)}",
            )
        return GroupFigure(dimension["code"], name, title, gap, charts, [name for name, _line in lines], rows)

    def _gap(self, lines: Sequence[tuple[str, Line]]) -> Sentence | None:
        """Counts of groups differ because groups differ in size: only shares, rates and the like have a gap."""
        if self.unit.kind not in ("percent", "rate", "index") and self.document["kind"] != "average":
            return None
        values = [(name, dict(line.shown())) for name, line in lines]
        common = [code for code in self.periods if sum(code in known for _name, known in values) == len(values) > 1]
        if not common:
            return None
        when = common[-1]
        order = {code: at for at, code in enumerate(self.periods)}
        since = max((order[code] for code in self.breaks if order[code] <= order[when]), default=0)
        earlier = [code for code in common[:-1] if order[code] >= since]
        before = {name: known[earlier[0]] for name, known in values} if earlier else {}
        return sentences.group_gap(
            [(name, known[when]) for name, known in values], before, when, earlier[0] if earlier else "", self.unit
        )

    def places(self) -> list[PlaceRow]:
        rows = []
        named = Counter(self.text(place["names"]) for place in self.document["places"])
        with_series = {series["place"] for series in self.document["series"] if not series["group"]}
        for number, place in enumerate(self.document["places"][1:], 1):
            if place["code"] not in with_series:
                continue
            line = self.line(place["code"], "")
            if not line.figures:
                continue
            shown = [(code, figure) for code, (_n, figure) in line.figures.items() if is_shown(figure)]
            code, figure = shown[-1] if shown else next(reversed([(c, f) for c, (_n, f) in line.figures.items()]))
            rows.append(
                PlaceRow(
                    place["names"],
                    place["code"] if named[self.text(place["names"])] > 1 else "",
                    self.unit.number(figure["value"], figure["text"]) if shown else "",
                    short_period(code),
                    "" if shown else status_words(figure),
                    self.spark(line, f"place-{number}") if self.is_drawn(line) else None,
                    self._coverage_of(figure),
                    {
                        "definition": str(line.figures[code][0]), "period": code, "place": place["code"], "group": "",
                    },
                )
            )  # fmt: skip
        return rows

    def is_drawn(self, line: Line) -> bool:
        """Whether a small line of a place has more than one figure in its periods."""
        return sum(code in self.periods[-RECENT_SMALL:] for code, _value in line.shown()) > 1

    def map(self) -> Sequence[Chart]:
        """The places that have a point and a series, by their latest figure; nothing for fewer than two."""
        dots, figure = [], {}
        with_series = {series["place"] for series in self.document["series"] if not series["group"]}
        for place in self.document["places"][1:]:
            if not place.get("point") or place["code"] not in with_series:
                continue
            entries = [one for _number, one in self.line(place["code"], "").figures.values()]
            if not entries or self.unit.kind in ("grade", "yes_no"):
                continue
            last = next((one for one in reversed(entries) if is_shown(one) and one["value"] is not None), None)
            value = None if last is None else self.unit.shown(Decimal(last["value"]))
            words = status_words(entries[-1]) if last is None else self.unit.number(last["value"])
            if value is not None:
                figure[value] = words
            latitude, longitude = (Decimal(one) for one in place["point"])
            name = self.text(place["names"]) or place["code"]
            dots.append(PlaceDot(name, latitude, longitude, value, words, str(entries[-1]["status"])))
        if len(dots) < 2:
            return ()
        description = _(
            "A map of %(count)s places, each marked by its latest figure. The same figures are in the list."
        )
        return place_maps(
            dots, language=reader_language(), figure=figure, title=_("Where the places lie"),
            description=description % {"count": len(dots)},
        )  # fmt: skip

    def spark(self, line: Line, name: str) -> Chart:
        target, _label = self._target() if line is self.main else (None, "")
        periods = self.periods if line is self.main and len(self.periods) <= LONG else self.periods[-RECENT_SMALL:]
        points = self.points(line, periods)
        shown = [one for one in line.shown() if one[0] in set(periods)]
        if not shown:
            title = _("No figure yet")
        elif len(shown) == 1:
            title = _("One figure: %(value)s for %(period)s") % {
                "value": self.unit.number(shown[0][1]), "period": short_period(shown[0][0]),
            }  # fmt: skip
        else:
            title = _("From %(before)s for %(first)s to %(value)s for %(last)s") % {
                "before": self.unit.number(shown[0][1]), "first": short_period(shown[0][0]),
                "value": self.unit.number(shown[-1][1]), "last": short_period(shown[-1][0]),
            }  # fmt: skip
        width = 208 if line is self.main else 144
        return sparkline(points, language=reader_language(), target=target, title=title, name=name, width=width)

    # ---------- how it came about, what it means ----------

    def cover(self) -> tuple[list[CoverCell], str]:
        """A cell a period, in the direction of reading: with a figure, with an incomplete one, without."""
        states = []
        for code in self.periods[-_MOST_CELLS:]:
            entry = self.main.figures.get(code)
            if entry is None or not is_shown(entry[1]):
                states.append("cv no")
            else:
                states.append("cv half-known" if is_incomplete(entry[1]) else "cv")
        start = 1
        if direction(reader_language()) == "rtl":
            states.reverse()
            start = 1 + max(0, COVER_WIDTH - 14 * len(states))
        words = _("Periods with a whole figure: %(whole)s. With an incomplete one: %(part)s. Without: %(none)s.") % {
            "whole": states.count("cv"), "part": states.count("cv half-known"), "none": states.count("cv no"),
        }  # fmt: skip
        return [CoverCell(start + 14 * at, css) for at, css in enumerate(states)], words

    def coverage_words(self) -> str:
        total, known = len(self.periods), len(self.main.shown())
        return ngettext(
            "%(known)s of %(count)s period has a figure", "%(known)s of %(count)s periods have a figure", total
        ) % {"known": known, "count": total}

    def definition(self) -> list[tuple[str, Any]]:
        document, names = self.document, _DefinitionWords()
        groups = list_words(self.text(one["names"]) or one["code"] for one in document["dimensions"])
        unit = document["unit"]
        return [
            (_("Exact meaning"), document["meaning"]),
            (_("Older wording"), self._left_behind()),
            (_("Population"), document["population"]),
            (_("Numerator"), document["numerator"]),
            (_("Denominator"), document["denominator"]),
            (_("Rule"), document["rule"]),
            (_("Unit"), unit["names"] or names.unit.get(unit["kind"], "")),
            (_("Kind"), names.kind.get(document["kind"], "")),
            (_("Small numbers"), self._small_numbers()),
            (_("Hoped-for direction"), sentences.better_words(document, self.unit)),
            (_("How often"), names.frequency.get(document["frequency"], "")),
            (_("Level"), names.level.get(document["level"], "")),
            (_("Groups"), groups),
            (_("Where figures come from"), document["source"]),
            (_("Means of verification"), document["verification"]),
            (_("Owner"), document["owner"]),
            (_("Why it is measured"), document["rationale"]),
            (_("Known limits"), document["limits"]),
        ]

    def _left_behind(self) -> str:
        """That the reader's words are those of an earlier version, where only another language was reworded."""
        versions = [one["meaning"] for one in self.document["definitions"]]
        if not versions or versions[-1] != self.document["meaning"]:
            return ""
        behind = languages_left_behind(versions)
        if picked(versions[-1], self.original).language not in behind:
            return ""
        return _("This wording may be older than version %(number)s. What holds stands in: %(languages)s.") % {
            "number": number_words(self.document["definitions"][-1]["number"]),
            "languages": list_words(language_words(one) for one in versions[-1] if one not in behind),
        }

    def _small_numbers(self) -> str:
        """Whether they are kept back, where they could show somebody; documents of before it was asked are of people."""
        if self.document["unit"]["kind"] not in ("count", "percent", "rate") and self.document["kind"] != "average":
            return ""
        if self.document.get("counts_people", True):
            return _("People are counted: small numbers are kept back.")
        return _("Things are counted, not people: small numbers are shown.")

    def references(self) -> list[Reference]:
        kinds = {
            "baseline": pgettext("what a figure is held against", "baseline"),
            "target": pgettext("what a figure is held against", "target"),
            "benchmark": pgettext("what a figure is held against", "benchmark"),
            "projection": pgettext("what a figure is held against", "projection without action"),
        }
        return [
            Reference(
                kinds.get(one["kind"], one["kind"]),
                short_period(one["period"]),
                self.unit.exactly(one["amount"]),
                self._about(one),
                one["names"],
                one["rationale"],
                _source(0, one["source"] or ""),
            )
            for one in self.document["references"]
        ]

    def outside(self) -> list[OutsideRow]:
        """What other sources say, beside the figure of the newest version that tells the same thing."""
        rows = []
        for one in self.document.get("outside", ()):
            found = self.line(one["place"], one["group"]).figures.get(one["period"])
            own = ""
            if found is not None:
                figure = found[1]
                own = self.unit.number(figure["value"], figure["text"]) if is_shown(figure) else status_words(figure)
            rows.append(
                OutsideRow(
                    short_period(one["period"]),
                    [one["place_names"] or {"en": one["place"]}, *self._names_of(one["group"])],
                    self.unit.exactly(one["amount"]),
                    own,
                    _source(0, one["source"]),
                    one["note"],
                )
            )
        return rows

    def _names_of(self, group: str) -> list[Any]:
        known = {
            (dimension["code"], category["code"]): category["names"]
            for dimension in self.document["dimensions"]
            for category in dimension["categories"]
        }
        return [known.get(pair) or {"en": pair[1]} for pair in parts_of(group).items()]

    def _about(self, one: Mapping[str, Any]) -> str:
        """Whom or where a reference value is about; nothing for the whole."""
        names = [
            self.text(category["names"]) or category["code"]
            for dimension, code in parts_of(one["group"] or "").items()
            for known in self.document["dimensions"]
            if known["code"] == dimension
            for category in known["categories"]
            if category["code"] == code
        ]
        if one["place"] not in (None, "", self.whole):
            names += [self.text(place["names"]) for place in self.document["places"] if place["code"] == one["place"]]
        return list_words(names)


class _DefinitionWords:
    """Words for the codes of a definition."""

    def __init__(self) -> None:
        self.unit = {
            "count": _("count"), "percent": _("percent"), "rate": _("rate"), "money": _("money"), "index": _("index"),
            "grade": _("letter grade"), "yes_no": _("yes or no, by a rule"),
        }  # fmt: skip
        self.kind = {
            "flow": _("flow (happens during a period)"), "stock": _("stock (state at a point in time)"),
            "distinct": _("distinct people, each counted once"), "average": _("average"),
        }  # fmt: skip
        self.frequency = {
            "day": _("daily"), "week": _("weekly"), "month": _("monthly"), "quarter": _("quarterly"),
            "half_year": _("every half-year"), "year": _("every calendar year"), "school_year": _("every school year"),
            "fiscal_year": _("every financial year"), "span": _("over several years"), "point": _("at a point in time"),
        }  # fmt: skip
        self.level = {
            "population": _("the whole population, not one programme"),
            "programme": _("the partners' programmes, not the whole population"),
        }


def _source(number: int, text: str) -> Source:
    """Only http and https become links: a source is text that somebody typed."""
    address = text.strip()
    if address.lower().startswith(("http://", "https://")) and not any(one.isspace() for one in address):
        try:
            host = urlsplit(address).hostname or ""
        except ValueError:
            return Source(number, text)
        return Source(number, address, address, host.removeprefix("www."))
    return Source(number, text)
