"""One indicator of a release told as a document: all that its public page shows. The form is in docs/releases.md."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Count, Exists, Max, OuterRef, Q

from shidra.conditions.common_agenda.queries.agendas import published_agenda
from shidra.conditions.shared_measurement.models import (
    Definition,
    Expectation,
    Figure,
    Indicator,
    IndicatorSet,
    OutsideFigure,
    ReferenceValue,
    Remark,
    Series,
)
from shidra.conditions.shared_measurement.releasing import curves
from shidra.conditions.shared_measurement.releasing.curves import beside_all
from shidra.conditions.shared_measurement.releasing.figures import told_to_public
from shidra.conditions.shared_measurement.releasing.landscape import Landscape
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.organisations.models import Organisation
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken
from shidra.kernel.periods import Period, periods_between
from shidra.kernel.quantities import canonical
from shidra.methods.progress import trend, turn, verdict

MOST_SERIES = 80
MOST_PERIODS = 2000  # of a page: a gap of a century between two daily values is not drawn day by day
SHOWN = (Figure.Status.REPORTED, Figure.Status.RESTATED)


@dataclass(slots=True)
class FigureRow:
    """A figure of a release before it has a row. `restated_now`: it is another than in the release before."""

    definition: int
    period: str
    place: int
    group: int
    status: str
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    value: Decimal | None = None
    text: str = ""
    reporting: int | None = None
    expected: int | None = None
    absent: list[int] = field(default_factory=list)  # ids of the partners that were expected and did not report
    sources: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    alternatives: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_shown(self) -> bool:
        return self.status in SHOWN


@dataclass(frozen=True, slots=True)
class LikeForLikeRow:
    """Two figures of the partners that reported in both periods."""

    definition: int
    previous: str
    period: str
    previous_value: Decimal
    value: Decimal
    partners: int


@dataclass(frozen=True, slots=True)
class OverlapRow:
    """One period by two versions of the definition (their numbers), of the partners that reported both."""

    old: int
    new: int
    period: str
    old_value: Decimal
    new_value: Decimal
    partners: int


class Telling:
    """What documents need besides figures: the texts of the dictionary, read for all indicators at once."""

    def __init__(self, initiative: Initiative, landscape: Landscape) -> None:
        self.initiative, self.landscape = initiative, landscape
        self.indicators: dict[int, Indicator] = {
            one.pk: one
            for one in Indicator.objects.filter(initiative=initiative).select_related("outcome", "owner", "initiative")
        }
        self.definitions: dict[int, dict[int, Definition]] = defaultdict(dict)
        # A version that partners are still adopting, and by which nobody has reported, is not the public's yet.
        awaited = Q(adoption_round__isnull=False) & ~Exists(Series.objects.filter(definition=OuterRef("pk")))
        for definition in (
            Definition.objects.filter(indicator__initiative=initiative, state=Definition.State.PUBLISHED)
            .exclude(awaited)
            .prefetch_related("dimensions")
        ):
            self.definitions[definition.indicator_id][definition.pk] = definition
        self.references: dict[int, list[ReferenceValue]] = defaultdict(list)
        for reference in ReferenceValue.objects.filter(indicator__initiative=initiative).select_related(
            "group", "place"
        ):
            self.references[reference.indicator_id].append(reference)
        self.sets: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for one in IndicatorSet.objects.filter(initiative=initiative).prefetch_related("indicators"):
            said = {"code": one.code, "names": one.names, "is_core": one.is_core, "level": one.level}
            for member in one.indicators.all():
                self.sets[member.pk].append(said)
        self.outside: dict[int, list[OutsideFigure]] = defaultdict(list)
        for figure in (
            OutsideFigure.objects.filter(indicator__initiative=initiative)
            .select_related("group", "place")
            .order_by("-period", "place__code", "group__key", "source")
        ):
            self.outside[figure.indicator_id].append(figure)
        today = clock.today(initiative.time_zone)
        self.beside = beside_all(initiative)
        self.asked: dict[int, tuple[int, int, int | None]] = {
            indicator: (count, due, newest)
            for indicator, count, due, newest in Expectation.objects.filter(submission__round__initiative=initiative)
            .values_list("definition__indicator_id")
            .annotate(count=Count("pk"), due=Count("pk", filter=Q(submission__due_on__lt=today)), newest=Max("pk"))
        }
        self.has_remarks = Remark.objects.filter(
            told_to_public(), observation__series__definition__indicator__initiative=initiative
        ).exists()
        self.organisations: dict[int, Organisation] = {
            one.pk: one for one in Organisation.objects.filter(partnerships__initiative=initiative).order_by("pk")
        }
        agenda = published_agenda(initiative)
        self.outcomes: dict[int, dict[str, str]] = (
            {} if agenda is None else dict(agenda.statements.values_list("outcome_id", "text"))
        )
        self._dimensions_said = {
            code: {
                "code": code,
                "names": dimension.names or {"en": code},
                "categories": [
                    {"code": one.code, "names": one.names or {"en": one.code}}
                    for one in sorted(landscape.categories[code].values(), key=lambda one: (one.order, one.pk))
                    if not one.is_total
                ],
            }
            for code, dimension in landscape.dimensions.items()
        }

    @cached_property
    def _common(self) -> str:
        """The SHA-256 of what all documents of the initiative have in common."""
        places = self._places(sorted(self.landscape.published))
        partners = [[one.pk, one.names, one.sector] for one in self.organisations.values()]
        complete = sorted(code for code, one in self.landscape.dimensions.items() if one.is_complete)
        rules = self.initiative.disclosure_threshold, self.initiative.original_language, self.landscape.whole
        return _digest([self._dimensions_said, places, partners, complete, rules])

    def basis(self, indicator: Indicator) -> str:
        """The SHA-256 of all that a document of the indicator is made from besides reported values."""
        beside = asdict(self.beside[indicator.pk])
        own = self._texts(indicator), indicator.detail, self.asked.get(indicator.pk), beside, curves.VERSION
        return _digest([self._common, own])

    def document(
        self,
        indicator: Indicator,
        figures: Sequence[FigureRow],
        like_for_like: Sequence[LikeForLikeRow],
        organisations: Iterable[int],
        overlaps: Sequence[OverlapRow] = (),
    ) -> dict[str, Any]:
        """The document of an indicator; without its `release`, which is added when it is read."""
        told = self._document(indicator, figures, like_for_like, organisations, overlaps)
        curve = curves.curve(told, self.beside[indicator.pk])
        if curve["progress"] and curve["progress"]["status"] == "no_detectable_change":
            told["headline"]["target_state"] = "no_verdict"
        if curve["step_is_clear"] is False and told["headline"]["better"] in ("improving", "worsening"):
            # A step within chance is neither better nor worse, unless it belongs to a signal of the whole line.
            signal = {"improvement": "improving", "concern": "worsening"}.get(
                str((curve["reading"] or {}).get("variation")).partition("_")[0]
            )
            if told["headline"]["better"] != signal:
                told["headline"]["better"] = "unknown"
        return {**told, "curve": curve}

    def _document(
        self,
        indicator: Indicator,
        figures: Sequence[FigureRow],
        like_for_like: Sequence[LikeForLikeRow],
        organisations: Iterable[int],
        overlaps: Sequence[OverlapRow],
    ) -> dict[str, Any]:
        landscape, definitions = self.landscape, self.definitions[indicator.pk]
        whole = landscape.whole, landscape.group_ids.get("", -1)
        by_series: dict[tuple[int, int, int], list[FigureRow]] = defaultdict(list)
        for row in figures:
            by_series[row.definition, row.place, row.group].append(row)
        order = sorted(by_series, key=lambda key: self._series_order(key, definitions))
        sources: dict[str, int] = {}
        series = [
            {
                "definition": definitions[definition].number,
                "place": landscape.places[place].code,
                "group": landscape.keys[group],
                "figures": [
                    _figure(row, sources)
                    for row in sorted(by_series[definition, place, group], key=lambda row: Period.from_code(row.period))
                ],
            }
            for definition, place, group in order[:MOST_SERIES]
        ]
        main = [row for row in figures if (row.place, row.group) == whole]
        alternatives = [
            {"period": row.period, "value": value, "source": _index(sources, source), "note": " ".join(row.notes)}
            for row in main
            if row.is_shown
            for value, source in row.alternatives
        ]
        places = sorted({row.place for row in figures} - {landscape.whole}, key=self._place_order)
        used = {code for row in figures for code in landscape.parts[landscape.keys[row.group]]}
        return {
            **self._texts(indicator),
            "dimensions": [said for code, said in self._dimensions_said.items() if code in used],
            "places": self._places([landscape.whole, *places]),
            "sources": list(sources),
            "periods": _every_period({row.period for row in figures}),
            "series": series,
            "series_total": len(order),
            "like_for_like": [
                {
                    "period": row.period,
                    "previous": row.previous,
                    "value": canonical(row.value),
                    "previous_value": canonical(row.previous_value),
                    "partners": row.partners,
                }
                for row in like_for_like
            ],
            "overlaps": [
                {
                    "period": row.period,
                    "old": row.old,
                    "new": row.new,
                    "old_value": canonical(row.old_value),
                    "new_value": canonical(row.new_value),
                    "partners": row.partners,
                }
                for row in overlaps
            ],
            "alternatives": alternatives,
            "partners_reporting": [
                {"names": self.organisations[pk].names, "sector": self.organisations[pk].sector}
                for pk in sorted(organisations)
                if pk in self.organisations
            ],
            "headline": self._headline(indicator, main, like_for_like),
        }

    def _texts(self, indicator: Indicator) -> dict[str, Any]:
        published = sorted(self.definitions[indicator.pk].values(), key=lambda one: one.number)
        latest = published[-1]
        outcome = indicator.outcome
        return {
            "code": indicator.code,
            "level": indicator.level,
            "is_headline": indicator.is_headline,
            "names": latest.names,
            "meaning": latest.meaning,
            "population": latest.population,
            "kind": latest.kind,
            "counts_people": latest.counts_people,
            "direction": latest.direction,
            "range": [_text(latest.range_low), _text(latest.range_high)],
            "frequency": latest.frequency,
            "unit": {
                "kind": latest.unit,
                "names": latest.unit_names,
                "rate_base": latest.rate_base,
                "currency": latest.currency,
                "decimals": latest.decimals,
                "grades": latest.grades,
            },
            "numerator": latest.numerator,
            "denominator": latest.denominator,
            "rule": latest.rule,
            "source": latest.source,
            "verification": latest.verification,
            "rationale": latest.rationale,
            "limits": latest.limits,
            "outcome": outcome and {"code": outcome.code, "text": self.outcomes.get(outcome.pk, {})},
            "owner": indicator.owner and indicator.owner.names,
            "sets": self.sets[indicator.pk],
            "definitions": [
                {
                    "number": one.number,
                    "names": one.names,
                    "meaning": one.meaning,
                    "is_break": one.is_break,
                    "break_from": one.break_from,
                    "change_note": one.change_note,
                    "published_on": one.published_at.date().isoformat() if one.published_at else None,
                }
                for one in published
            ],
            "references": [
                {
                    "kind": one.kind,
                    "period": one.period,
                    "amount": _text(one.amount),
                    "group": one.group.key if one.group else "",
                    "place": one.place.code if one.place else self.landscape.places[self.landscape.whole].code,
                    "names": one.names,
                    "rationale": one.rationale,
                    "source": one.source,
                }
                for one in self.references[indicator.pk]
            ],
            # Beside our own figures, never in them.
            "outside": [
                {
                    "period": one.period,
                    "place": one.place.code,
                    "place_names": one.place.names,
                    "group": one.group.key,
                    "amount": canonical(one.amount),
                    "source": one.source,
                    "note": one.note,
                }
                for one in self.outside[indicator.pk]
            ],
        }

    def _places(self, ids: Iterable[int]) -> list[dict[str, Any]]:
        places = (self.landscape.places[pk] for pk in ids)
        return [
            {
                "code": one.code,
                "names": one.names or {"en": one.code},
                "kind": str(one.kind),
                "point": None if one.latitude is None else [_text(one.latitude), _text(one.longitude)],
            }
            for one in places
        ]

    def _place_order(self, place: int) -> tuple[int, str, str]:
        one = self.landscape.places[place]
        name = one.names.get(self.initiative.original_language) or next(iter(one.names.values()), one.code)
        return len(self.landscape.chain(place)), str(name), one.code

    def _series_order(self, key: tuple[int, int, int], definitions: Mapping[int, Definition]) -> tuple[object, ...]:
        """The whole first, version by version, then groups, places, and groups at places."""
        definition, place, group = key
        is_whole_area, parts = place == self.landscape.whole, self.landscape.parts[self.landscape.keys[group]]
        rank = (0 if not parts else 1) if is_whole_area else (2 if not parts else 3)
        return (
            rank, len(parts), () if is_whole_area else self._place_order(place),
            self.landscape.group_order(self.landscape.keys[group]), definitions[definition].number,
        )  # fmt: skip

    def _headline(
        self, indicator: Indicator, main: Sequence[FigureRow], like_for_like: Sequence[LikeForLikeRow]
    ) -> dict[str, Any] | None:
        """The latest figure of the whole, held against the one before and the target.

        Where partners joined or left in between, the direction is that of those who reported both times, if there are
        such (`basis`: `same_partners`); over a break in the meaning there is none. Of two versions for one period that
        counts which more partners stand behind, or else the newer.
        """
        definitions = self.definitions[indicator.pk]
        latest_number = {pk: one.number for pk, one in definitions.items()}
        rows = sorted(
            main, key=lambda row: (Period.from_code(row.period), row.reporting or 0, latest_number[row.definition])
        )
        shown = [row for row in rows if row.is_shown]
        if not rows:
            return None
        row = shown[-1] if shown else rows[-1]
        definition = definitions[row.definition]
        before = next(
            (one for one in reversed(shown) if one.period != row.period and self._comparable(one, row, definitions)),
            None,
        )
        first, second, basis = before.value if before else None, row.value, "all"
        for pair in like_for_like:
            if before and (pair.definition, pair.previous, pair.period) == (row.definition, before.period, row.period):
                first, second, basis = pair.previous_value, pair.value, "same_partners"
        targets = sorted(
            (one for one in self.references[indicator.pk]
             if one.kind == ReferenceValue.Kind.TARGET and one.group is None
             and one.place_id in (None, self.landscape.whole)),
            key=lambda one: Period.from_code(one.period),
        )  # fmt: skip
        period = Period.from_code(row.period)
        target = next(
            (one for one in targets if Period.from_code(one.period).end >= period.end), targets[-1] if targets else None
        )
        state = "no_verdict"
        if target is not None and row.value is not None and target.amount is not None:
            points = [
                (Period.from_code(one.period).end, one.value)
                for one in shown
                if one.value is not None and self._comparable(one, row, definitions)
            ]
            state = verdict(points, Period.from_code(target.period).end, target.amount, definition.direction)
        return {
            "period": row.period,
            "value": _text(row.value),
            "text": row.text,
            "status": row.status,
            "numerator": _text(row.numerator),
            "denominator": _text(row.denominator),
            "previous_period": before and before.period,
            "previous_value": before and _text(before.value),
            "reporting": row.reporting,
            "expected": row.expected,
            "basis": basis,
            "direction": trend(first, second, definition.decimals),
            "better": turn(
                first, second, definition.decimals, definition.direction, definition.range_low, definition.range_high
            ),
            "target": target and {"period": target.period, "amount": _text(target.amount)},
            "target_state": state,
        }

    @staticmethod
    def _comparable(one: FigureRow, other: FigureRow, definitions: Mapping[int, Definition]) -> bool:
        """Whether no break in the meaning lies between two figures."""
        low, high = sorted((definitions[one.definition].number, definitions[other.definition].number))
        return not any(low < definition.number <= high and definition.is_break for definition in definitions.values())


def _digest(said: Any) -> str:
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, cls=DjangoJSONEncoder)
    return hashlib.sha256(text.encode()).hexdigest()


def _figure(row: FigureRow, sources: dict[str, int]) -> dict[str, Any]:
    return {
        "period": row.period,
        "numerator": _text(row.numerator),
        "denominator": _text(row.denominator),
        "value": _text(row.value),
        "text": row.text,
        "status": str(row.status),
        "reporting": row.reporting,
        "expected": row.expected,
        "sources": [_index(sources, source) for source in row.sources],
        "note": " ".join(row.notes),
    }


def _index(sources: dict[str, int], source: str) -> int:
    return sources.setdefault(source, len(sources))


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else canonical(amount)


def _every_period(codes: set[str]) -> list[str]:
    """The periods in order; where all are of one kind also those between them that nobody reported."""
    periods = sorted(Period.from_code(code) for code in codes)
    if len({period.kind for period in periods}) == 1:
        try:
            between = periods_between(periods[0], periods[-1])
        except RuleBroken:  # spans that overlap or leave uneven gaps
            between = []
        if codes <= {period.code for period in between} and len(between) <= MOST_PERIODS:
            periods = between
    return [period.code for period in periods]
