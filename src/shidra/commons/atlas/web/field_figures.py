"""Figures of the field: counts of what the atlas knows, each as a chart with its message, a table and what it cannot say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from shidra.commons.atlas.models import BackboneKind, Listing
from shidra.commons.atlas.queries.index import Counts, Index, Mask
from shidra.commons.atlas.web.briefs import country_words
from shidra.commons.atlas.web.listing_words import field_words
from shidra.foundation.look.charts import Chart, ChartBar, ChartPoint, ChartReading, bar_charts, row_charts, run_charts
from shidra.foundation.look.formats import number_words, quantity_words, reader_language
from shidra.foundation.look.sentences import Sentence
from shidra.foundation.spreadsheets.writing import Cell
from shidra.kernel import clock
from shidra.methods.survival import Survival, kaplan_meier

MOST_BARS = 12
MOST_PERIODS = 8
_YEARS = 5  # of beginnings, that one bar stands for
LEAST_LIVES = 10  # fewer make no estimate
LEAST_AT_RISK = 5
MOST_YEARS = 40


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A row of the table: what is counted, how many; `share` of the whole in percent, empty where parts overlap."""

    code: str
    label: str
    count: int
    share: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class FieldFigure:
    """A chart with its message, a sentence on what is counted, the table, and what it cannot say."""

    code: str
    title: Sentence
    said: list[Sentence]
    charts: Sequence[Chart]
    column: str
    rows: list[FigureRow]
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SurvivalFigure:
    """How long initiatives last: the estimate, drawn by whole years."""

    title: Sentence
    said: list[Sentence]
    charts: Sequence[Chart]
    rows: list[tuple[int, int, int, str, str]]  # years, at risk, ends, share, range
    estimate: Survival
    left_out: int


def confirmed_words(count: int) -> Sentence:
    """How many of those told of before somebody who knows has said to be true, lately."""
    if not count:
        return Sentence(_("None of them has been confirmed within the last year."))
    return _counted(
        count,
        ngettext(
            "%(value)s of them was confirmed within the last year.",
            "%(value)s of them were confirmed within the last year.",
            count,
        ),
    )


def by_country(counts: Counts) -> FieldFigure:
    """How many work in each country, the most frequent first."""
    ranked = _ranked(counts.countries)
    rows = [
        FigureRow(code, country_words(code), count, address=reverse("atlas:country", args=[code]))
        for code, count in ranked
    ]
    title = Sentence(_("No country is known yet."))
    if rows:
        words = {"country": rows[0].label, "value": number_words(rows[0].count), "total": number_words(counts.total)}
        title = Sentence(
            _("%(country)s: %(value)s of %(total)s known initiatives, no fewer than in any other country")
            if _is_tied(rows)
            else _("%(country)s: %(value)s of %(total)s known initiatives, more than in any other country"),
            words,
        )
    said = [
        _counted(
            len(rows),
            ngettext("They work in %(value)s country.", "They work in %(value)s countries.", len(rows)),
        )
    ]
    whole = counts.where["global"]
    if whole:
        said.append(_counted(whole, ngettext("%(value)s works worldwide.", "%(value)s work worldwide.", whole)))
    notes = [_("An initiative that works in several countries counts once in each.")]
    if len(rows) > MOST_BARS:
        notes.append(
            ngettext(
                "The chart shows the most frequent country; all are in the table.",
                "The chart shows the %(count)s most frequent countries; all are in the table.",
                MOST_BARS,
            )
            % {"count": number_words(MOST_BARS)}
        )
    return FieldFigure("country", title, said, _lying(rows, "by-country", title), _("Country"), rows, notes)


def by_field(counts: Counts) -> FieldFigure:
    """How many work on each field of action, the most frequent first."""
    rows = [
        FigureRow(code, field_words(code), count, address=reverse("atlas:field", args=[code]))
        for code, count in _ranked(counts.fields)
    ]
    title = Sentence(_("No field of action is known yet."))
    if rows:
        words = {"field": rows[0].label, "value": number_words(rows[0].count), "total": number_words(counts.total)}
        title = Sentence(
            _("No field of action is more frequent than %(field)s: %(value)s of %(total)s")
            if _is_tied(rows)
            else _("The most frequent field of action is %(field)s: %(value)s of %(total)s"),
            words,
        )
    said = [
        _counted(
            len(rows),
            ngettext("%(value)s field of action occurs.", "%(value)s fields of action occur.", len(rows)),
        )
    ]
    notes = [_("An initiative with several fields counts once in each.")]
    return FieldFigure("field", title, said, _lying(rows, "by-field", title), _("Field of action"), rows, notes)


def by_start(counts: Counts, name: str = "by-start") -> FieldFigure | None:
    """How many began in each stretch of five years; None where no beginning is known."""
    if not counts.started:
        return None
    last = max(counts.started) // _YEARS * _YEARS
    first = max(min(counts.started) // _YEARS * _YEARS, last - _YEARS * (MOST_PERIODS - 1))
    known = sum(counts.started.values())
    rows = []
    for start in range(first, last + 1, _YEARS):
        earliest = min(first, min(counts.started)) if start == first else start
        count = sum(many for year, many in counts.started.items() if earliest <= year < start + _YEARS)
        label = f"{earliest}–{start + _YEARS - 1}"
        rows.append(FigureRow(label, label, count, _share(count, known)))
    best = max(rows, key=lambda row: row.count)
    words = {"period": best.label, "value": number_words(best.count), "total": number_words(known)}
    title = Sentence(
        _("In no other five years did more begin than in %(period)s: %(value)s of %(total)s")
        if _is_tied(rows)
        else _("More began in %(period)s than in any other five years: %(value)s of %(total)s"),
        words,
    )
    unknown = counts.total - known
    said = [Sentence(_("Counted are initiatives whose beginning is known."))]
    if unknown:
        said.append(
            _counted(
                unknown,
                ngettext(
                    "Of %(value)s more it is not known when it began.",
                    "Of %(value)s more it is not known when they began.",
                    unknown,
                ),
            )
        )
    bars = [ChartBar(row.label.partition("–")[0], Decimal(row.count), now=row.count == best.count) for row in rows]
    charts = bar_charts(bars, language=reader_language(), title=str(title), name=name)
    notes = [_("Each bar stands for five years and is named by the first of them.")]
    if min(counts.started) < first:
        notes = [
            _(
                "Each bar stands for five years and is named by the first of them; the first bar also holds what is older."
            )
        ]
    notes.append(_("New initiatives take years to become known: a fall at the end does not show that fewer begin."))
    return FieldFigure("start", title, said, charts, _("Years"), rows, notes)


def by_status(counts: Counts) -> FieldFigure:
    """How many are known to be emerging, active or closed."""
    rows = [
        FigureRow(code, str(Listing.Status(code).label), count, _share(count, counts.total))
        for code, count in counts.statuses.items()
    ]
    known = counts.total - counts.statuses.get(Listing.Status.UNKNOWN, 0)
    title = Sentence(
        _("Whether it goes on is known of %(value)s of %(total)s"),
        {"value": number_words(known), "total": number_words(counts.total)},
    )
    notes = [_("That an initiative was found in a publication does not tell that it goes on.")]
    return FieldFigure("status", title, [], _lying(rows, "by-status", title), _("Status"), rows, notes)


def by_backbone(counts: Counts, without: int) -> FieldFigure:
    """How many have a backbone of each kind. `without`: of how many the kind is not known."""
    rows = [
        FigureRow(code, str(BackboneKind(code).label), count, _share(count, counts.total))
        for code, count in counts.backbones.items()
    ]
    if without:
        rows.append(FigureRow("", pgettext("kind of backbone", "not known"), without, _share(without, counts.total)))
    dedicated = counts.backbones.get(BackboneKind.DEDICATED, 0)
    title = Sentence(
        _("%(value)s of %(total)s have a backbone that was set up for them"),
        {"value": number_words(dedicated), "total": number_words(counts.total - without)},
    )
    said = [Sentence(_("Counted are initiatives of whose backbone the kind is known."))]
    notes = [_("Where several bodies share the work and differ in kind, the initiative counts under both.")]
    return FieldFigure(
        "backbone", title, said, _lying(rows, "by-backbone", title), _("Kind of backbone"), rows, notes
    )  # fmt: skip


def lives(found: Index, mask: Mask) -> SurvivalFigure | None:
    """How long initiatives last, from the year of their start; None where too few beginnings are known."""
    started, ended = found.started[mask].astype(int), found.ended[mask].astype(int)
    known = (started > 0) & ((ended == 0) | (ended >= started))
    left_out = int(len(started) - known.sum())
    started, ended = started[known], ended[known]
    this_year = clock.today().year
    is_over = (ended > 0) & (ended <= this_year)
    durations = np.where(is_over, ended, this_year) - started
    is_begun = durations >= 0
    if int(is_begun.sum()) < LEAST_LIVES:
        return None
    left_out += int(len(started) - is_begun.sum())
    made = kaplan_meier(durations[is_begun].astype(float), is_over[is_begun])
    return _drawn(made, left_out)


def _drawn(made: Survival, left_out: int) -> SurvivalFigure:
    # Where few are still observed, the line says little, and stops.
    last = max((year for year in range(MOST_YEARS + 1) if made.at_risk_at(year) >= LEAST_AT_RISK), default=0)
    points, likely, rows = [], {}, []
    for year in range(last + 1):
        step = made.at(year)
        share = Decimal(str(round(100 * (made.share_at(year) or 0.0), 1)))
        points.append(ChartPoint(str(year), share, label=number_words(year)))
        within = ""
        if step is not None and step.lower is not None and step.upper is not None:
            low, high = (Decimal(str(round(100 * limit, 1))) for limit in (step.lower, step.upper))
            likely[str(year)] = (low, high)
            within = _("%(low)s to %(high)s") % {"low": quantity_words(low, "%"), "high": quantity_words(high, "%")}
        at_risk = made.at_risk_at(year)
        ends = step.ends if step is not None and step.time == year else 0
        rows.append((year, at_risk, ends, quantity_words(share, "%"), within))
    at = min(10, last)
    words = {"years": number_words(at), "value": quantity_words(points[at].value, "%", 0)}
    title = Sentence(
        ngettext(
            "%(years)s year after it began, no end was known of %(value)s of initiatives",
            "%(years)s years after they began, no end was known of %(value)s of initiatives",
            at,
        ),
        words,
    )
    said = [
        _counted(
            made.count,
            ngettext(
                "Counted is %(value)s initiative whose beginning is known.",
                "Counted are %(value)s initiatives whose beginning is known.",
                made.count,
            ),
        ),
        _counted(
            made.ends, ngettext("Of %(value)s the end is known.", "Of %(value)s the end is known.", made.ends)
        ),
    ]  # fmt: skip
    if left_out:
        said.append(
            _counted(
                left_out,
                ngettext(
                    "%(value)s without a known beginning is left out.",
                    "%(value)s without a known beginning are left out.",
                    left_out,
                ),
            )
        )
    reading = ChartReading(
        likely=likely, likely_label=_("where the share likely lies (95%), if the list were a fair sample")
    )
    charts = run_charts(
        points, language=reader_language(), unit="%", decimals=0, title=str(title), name="lives", reading=reading
    )
    return SurvivalFigure(title, said, charts, rows, made, left_out)


def table_cells(figures: Sequence[FieldFigure], survival: SurvivalFigure | None) -> list[list[Cell]]:
    """All figures as one table: figure, code, words, count, share (percent), lower and upper limit."""
    cells: list[list[Cell]] = [
        [figure.code, row.code, row.label, row.count, None, None, None] for figure in figures for row in figure.rows
    ]
    if survival is not None:
        cells += [["survival_years", "0", "", survival.estimate.count, Decimal(100), None, None]]
        for step in survival.estimate.steps:
            limits: list[Cell] = [_percent(step.lower), _percent(step.upper)]
            cells.append(["survival_years", str(int(step.time)), "", step.at_risk, _percent(step.share), *limits])
    return cells


def _percent(share: float | None) -> Decimal | None:
    return None if share is None else Decimal(str(round(100 * share, 2)))


def _ranked(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(((code, count) for code, count in counts.items() if count), key=lambda one: (-one[1], one[0]))


def _is_tied(rows: Sequence[FigureRow]) -> bool:
    """Whether several have the most, so that of none it can be said that it has more than the others."""
    counts = sorted((row.count for row in rows), reverse=True)
    return len(counts) > 1 and counts[0] == counts[1]


def _lying(rows: Sequence[FigureRow], name: str, title: Sentence) -> Sequence[Chart]:
    most = max((row.count for row in rows), default=0)
    bars = [ChartBar(row.label, Decimal(row.count), now=row.count == most) for row in rows[:MOST_BARS]]
    return row_charts(bars, language=reader_language(), title=str(title), name=name) if bars else ()


def _share(count: int, whole: int) -> str:
    return quantity_words(Decimal(100 * count) / whole, "%", 0) if whole else ""


def _counted(count: int, template: str, **words: Any) -> Sentence:
    return Sentence(template, {"value": number_words(count), **words})
