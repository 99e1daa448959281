"""Rolling up one indicator: accepted values, one partner's answer for one period at a time, into cells.

A cell is a figure in the making: (definition, period) -> (place, group). What memory holds grows with the figures, not
with the values behind them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from itertools import groupby

from django.db.models import Q

from shidra.conditions.shared_measurement.models import Definition, Expectation, Indicator, Observation, Remark
from shidra.conditions.shared_measurement.releasing.accepted import Accepted, Mark, accepted_values
from shidra.conditions.shared_measurement.releasing.landscape import Landscape
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken
from shidra.kernel.periods import Period, PeriodKind, period_containing
from shidra.methods.rollup import (
    MISSING,
    NOT_APPLICABLE,
    NOTHING,
    REPORTED,
    SUPPRESSED,
    Amount,
    Kind,
    Measure,
    Pool,
    completed,
    over_periods,
    total_of_categories,
)

SOURCE, NOTE, ALTERNATIVE = "source", "note", "alternative:"

Key = tuple[int, int]  # place id, group id
Unit = tuple[int, int]  # organisation id, place id

_STATES = {
    Observation.State.REPORTED: REPORTED,
    Observation.State.MISSING: MISSING,
    Observation.State.SUPPRESSED: SUPPRESSED,
    Observation.State.NOT_APPLICABLE: NOT_APPLICABLE,
}
_ADDABLE_UNITS = (Definition.Unit.COUNT, Definition.Unit.MONEY)


def told_to_public() -> Q:
    """The remarks that a release shows: sources, notes, and what other sources say."""
    return Q(about__in=[SOURCE, NOTE]) | Q(about__startswith=ALTERNATIVE)


def measure_of(definition: Definition) -> Measure:
    """How values of a definition behave in a roll-up."""
    base: Decimal | None = None
    if definition.unit == Definition.Unit.PERCENT:
        base = Decimal(100)
    elif definition.unit == Definition.Unit.RATE:
        base = Decimal(definition.rate_base or 1)
    elif definition.kind == Definition.Kind.AVERAGE:
        base = Decimal(1)
    kind: Kind = definition.kind  # type: ignore[assignment]  # the choices are the same words
    return Measure(kind, base, sums=definition.unit in _ADDABLE_UNITS)


@dataclass(slots=True)
class Cell:
    """One figure in the making. `late`: by release (its index), what was counted only after that release was made.
    `largest`: what one partner gave to it at most (of a ratio: to its denominator), where somebody asked for that."""

    pool: Pool = field(default_factory=Pool)
    reporting: list[int] = field(default_factory=list)  # ids of the partners that answered for it
    is_public: bool = True  # everything in it was published elsewhere already
    late: dict[int, Pool] | None = None
    largest: Decimal = Decimal(0)
    sources: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    alternatives: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class RolledUp:
    """All cells of an indicator, with what the coverage and the like-for-like line need."""

    cells: dict[tuple[int, str], dict[Key, Cell]] = field(default_factory=lambda: defaultdict(dict))
    units: dict[tuple[int, str], dict[Unit, Amount]] = field(default_factory=lambda: defaultdict(dict))
    organisations: set[int] = field(default_factory=set)
    # Without a round nobody was "asked": then those count as expected that have reported by that time.
    first_seen: dict[tuple[int, int], dict[int, Period]] = field(default_factory=lambda: defaultdict(dict))
    asked: dict[tuple[int, str], dict[int, set[int]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )

    def expected(self, definition: int, period: str, place: int, landscape: Landscape) -> set[int]:
        """Which partners were asked for the figure at a place or below it, by this version of the definition or by
        another: while some report by one and some by the other, neither figure is of all."""
        if self.asked.get((definition, period)):
            return {
                organisation
                for (_version, when), asked in self.asked.items()
                if when == period
                for organisation, places in asked.items()
                if any(place in landscape.chain(one) for one in places)
            }
        when = Period.from_code(period)
        return {partner for partner, first in self.first_seen[definition, place].items() if first <= when}


def roll_up(
    indicator: Indicator,
    definitions: Mapping[int, Definition],
    landscape: Landscape,
    upto: Mark,
    earlier: list[Mark],
    *,
    has_been_asked: bool = True,
    has_remarks: bool = True,
    weighs_partners: bool = False,
) -> RolledUp:
    """Read the accepted values of an indicator up to a mark and roll them up.

    `earlier` are the marks of the published releases, oldest first: what came in after one of them is kept apart too,
    so that the difference between two releases shows nobody. `weighs_partners`: find out what one partner gave to each
    figure at most. Three queries; one, where the caller knows that nobody was
    asked for the indicator, and that no value has a remark for the public.
    """
    work = _RollUp(indicator, definitions, landscape, earlier, has_been_asked, has_remarks, weighs_partners)
    for definition_id, organisation_id, bucket, rows in _answers(accepted_values(indicator, upto), work):
        work.take(definition_id, organisation_id, bucket, rows)
    return work.done()


def _answers(rows: Iterator[Accepted], work: _RollUp) -> Iterator[tuple[int, int, str, list[Accepted]]]:
    """One partner's rows of one period of the definition's frequency, together."""
    for (definition_id, organisation_id), mine in groupby(rows, key=lambda row: (row.definition, row.organisation)):
        kind = PeriodKind(work.definitions[definition_id].frequency)
        if kind in (PeriodKind.SCHOOL_YEAR, PeriodKind.FISCAL_YEAR):
            # Their codes and those of their months do not lie side by side in the order of codes.
            mine = iter(sorted(mine, key=lambda row: work.bucket(row.period, kind)))
        for bucket, together in groupby(mine, key=lambda row: work.bucket(row.period, kind)):
            yield definition_id, organisation_id, bucket, list(together)


_ROLLS_INTO = {
    PeriodKind.MONTH: (
        PeriodKind.QUARTER, PeriodKind.HALF_YEAR, PeriodKind.YEAR, PeriodKind.SCHOOL_YEAR, PeriodKind.FISCAL_YEAR,
    ),
    PeriodKind.QUARTER: (PeriodKind.HALF_YEAR, PeriodKind.YEAR, PeriodKind.FISCAL_YEAR),
    PeriodKind.HALF_YEAR: (PeriodKind.YEAR,),
}  # fmt: skip


class _RollUp:
    def __init__(
        self,
        indicator: Indicator,
        definitions: Mapping[int, Definition],
        landscape: Landscape,
        earlier: list[Mark],
        has_been_asked: bool,
        has_remarks: bool,
        weighs_partners: bool,
    ) -> None:
        self.weighs_partners = weighs_partners
        self.definitions, self.landscape, self.earlier = definitions, landscape, earlier
        self.measures = {pk: measure_of(one) for pk, one in definitions.items()}
        self.is_full = indicator.detail == Indicator.Detail.FULL
        self.total = landscape.total_group()
        self.whole = landscape.whole
        self.result = RolledUp()
        self.overdue: set[tuple[int, str]] = set()
        if has_been_asked:
            self._read_expectations(indicator)
        self.remarks: dict[int, list[tuple[str, str]]] = defaultdict(list)
        if has_remarks:
            self._read_remarks(indicator)
        self.complete = {
            pk: [
                (code, [category for category in landscape.categories[code].values() if not category.is_total])
                for code in sorted(one.code for one in definition.dimensions.all() if one.is_complete)
            ]
            for pk, definition in definitions.items()
        }

    def _read_expectations(self, indicator: Indicator) -> None:
        today = clock.today(indicator.initiative.time_zone)
        for definition, period, place, organisation, due_on in Expectation.objects.filter(
            definition__indicator=indicator
        ).values_list("definition_id", "period", "place_id", "submission__organisation_id", "submission__due_on"):
            if place in self.landscape.places:
                self.result.asked[definition, period][organisation].add(place)
                if due_on < today:
                    self.overdue.add((definition, period))

    def _read_remarks(self, indicator: Indicator) -> None:
        for observation, about, text in Remark.objects.filter(
            told_to_public(), observation__series__definition__indicator=indicator
        ).values_list("observation_id", "about", "text"):
            self.remarks[observation].append((about, text))

    def bucket(self, code: str, kind: PeriodKind) -> str:
        """The period whose figure a value of this period goes into."""
        initiative = self.landscape.initiative
        return _bucket(code, kind, initiative.fiscal_year_start, initiative.school_year_start)

    def take(self, definition: int, organisation: int, bucket: str, rows: list[Accepted]) -> None:
        """Take one partner's answer for one period into the cells."""
        measure = self.measures[definition]
        answer = self._answer(measure, bucket, rows)
        self._derive_totals(definition, measure, answer, Period.from_code(bucket))
        cells = self.result.cells[definition, bucket]
        places_by_group: dict[int, set[int]] = defaultdict(set)
        for (place, group), (amount, _row) in answer.items():
            if amount.state in (REPORTED, SUPPRESSED):
                places_by_group[group].add(place)
        touched: set[Key] = set()
        given: dict[Key, Decimal] = defaultdict(Decimal)  # this partner's part of each figure
        for (place, group), (amount, row) in answer.items():
            for above in self._reach(place, group, places_by_group[group]):
                cell = cells.get((above, group))
                if cell is None:
                    cell = cells[above, group] = Cell()
                self._add(cell, amount, row)
                if self.weighs_partners and amount.state is REPORTED:
                    weight = amount.value if amount.denominator is None else amount.denominator
                    given[above, group] += weight or 0
                if amount.state is REPORTED:
                    touched.add((above, group))
                    if group == self.total and above == self.whole:
                        self.result.units[definition, bucket][organisation, place] = amount
        for key, weight in given.items():
            cells[key].largest = max(cells[key].largest, weight)
        if touched:
            self.result.organisations.add(organisation)
        when = Period.from_code(bucket)
        asked = self.result.asked.get((definition, bucket))
        mine = asked.get(organisation) if asked else None
        for place, group in touched:
            if mine is None or self._answered(mine, place, places_by_group[group]):
                cells[place, group].reporting.append(organisation)
            if asked is not None and mine is None:
                asked[organisation].add(place)  # nobody asked, but the answer came: it was to be expected after all
            seen = self.result.first_seen[definition, place]
            if organisation not in seen or when < seen[organisation]:
                seen[organisation] = when

    def done(self) -> RolledUp:
        """What was asked for, is due and was answered by nobody is a figure too: a missing one."""
        for definition, period in self.overdue:
            if definition in self.definitions and not self.is_full:
                self.result.cells[definition, period].setdefault((self.whole, self.total), Cell())
        return self.result

    def _answer(self, measure: Measure, bucket: str, rows: list[Accepted]) -> dict[Key, tuple[Amount, Accepted]]:
        """The partner's amounts by place and group; shorter periods are rolled into the bucket's."""
        by_key: dict[Key, list[Accepted]] = defaultdict(list)
        for row in rows:
            by_key[row.place, row.group].append(row)
        answer: dict[Key, tuple[Amount, Accepted]] = {}
        for key, mine in by_key.items():
            direct = next((row for row in mine if row.period == bucket), None)
            if direct is not None:
                answer[key] = completed(measure, _amount(direct)), direct
                continue
            kind = Period.from_code(mine[0].period).kind
            same = {row.period: row for row in mine if Period.from_code(row.period).kind is kind}
            pieces = [same.get(piece.code) for piece in Period.from_code(bucket).split(kind)]
            amount = over_periods(measure, [NOTHING if row is None else _amount(row) for row in pieces])
            latest = max(mine, key=lambda row: row.since)
            answer[key] = amount, latest._replace(is_public=all(row.is_public for row in mine))
        return answer

    def _derive_totals(
        self, definition: int, measure: Measure, answer: dict[Key, tuple[Amount, Accepted]], when: Period
    ) -> None:
        """A whole that was not reported, from the categories of a complete dimension: those in use in the period, and
        one that is not but was reported all the same."""
        reported = {group for _place, group in answer}
        for code, known_categories in self.complete[definition]:
            categories = [
                category.code
                for category in known_categories
                if category.is_used_in(when) or self.landscape.group_of([(code, category.code)]) in reported
            ]
            for place in {place for place, _group in answer}:
                known = answer.get((place, self.total))
                if known is not None and known[0].state is not MISSING:
                    continue
                parts: dict[str, Amount] = {}
                behind: list[Accepted] = []
                for category in categories:
                    group = self.landscape.group_of([(code, category)])
                    if group is not None and (place, group) in answer:
                        parts[category], row = answer[place, group]
                        behind.append(row)
                whole = total_of_categories(measure, parts, categories)
                if whole.state is REPORTED:
                    latest = max(behind, key=lambda row: row.since)
                    row = latest._replace(is_public=all(one.is_public for one in behind), group=self.total)
                    answer[place, self.total] = whole, row

    def _reach(self, place: int, group: int, reported: set[int]) -> Iterable[int]:
        """The places whose figure an amount goes into: its own and those above it, up to one that the partner reported
        for itself (which holds it already)."""
        if self.is_full:
            return (place,) if place in self.landscape.published else ()
        dimensions = len(self.landscape.parts[self.landscape.keys[group]])
        if dimensions > 1:
            return ()
        chain = self.landscape.chain(place)
        reach = [place]
        for above in chain[1:]:
            if above in reported:
                break
            reach.append(above)
        if dimensions:
            return (self.whole,) if self.whole in reach else ()
        return [one for one in reach if one in self.landscape.published]

    def _answered(self, asked: set[int], place: int, reported: set[int]) -> bool:
        """Whether a partner answered for all it was asked for at a place and below: there, above, or in parts below."""
        chain = self.landscape.chain
        return all(
            any(one in reported for one in chain(wanted)) or any(wanted in chain(one) for one in reported)
            for wanted in asked
            if place in chain(wanted)
        )

    def _add(self, cell: Cell, amount: Amount, row: Accepted) -> None:
        cell.pool.add(amount)
        if amount.state is REPORTED:
            cell.is_public = cell.is_public and row.is_public
            if self.earlier and not row.is_public:
                for index in range(len(self.earlier) - 1, -1, -1):
                    mark = self.earlier[index]
                    if row.since.taken <= mark.taken and row.since.review <= mark.review:
                        break
                    if cell.late is None:
                        cell.late = {}
                    cell.late.setdefault(index, Pool()).add(amount)
        for about, text in self.remarks.get(row.observation, ()):
            if about == SOURCE:
                if text not in cell.sources:
                    cell.sources.append(text)
            elif about == NOTE:
                cell.notes.append(text)
            else:
                cell.alternatives.append((about.removeprefix(ALTERNATIVE), text))


def _amount(row: Accepted) -> Amount:
    return Amount(_STATES[Observation.State(row.state)], row.value, row.numerator, row.denominator, row.text)


@lru_cache(maxsize=65536)
def _bucket(code: str, kind: PeriodKind, fiscal_year_start: int, school_year_start: int) -> str:
    """The period whose figure a value of this period goes into: its own, unless the definition is of longer ones."""
    period = Period.from_code(code)
    if kind not in _ROLLS_INTO.get(period.kind, ()):
        return code
    longer = period_containing(
        period.start, kind, fiscal_year_start=fiscal_year_start, school_year_start=school_year_start
    )
    try:
        longer.split(period.kind)
    except RuleBroken:
        return code
    return longer.code if longer.contains(period) else code
