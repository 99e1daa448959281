"""Disclosure control of a release: which of its figures are kept back, and why. docs/disclosure.md tells it to readers;
the method is shidra.methods.disclosure.

Only counts of people can give somebody away: counts, the parts of percentages and rates, the people behind an average.
Counts of things (the definition says so), money, an index, a grade, and percentages reported without their parts cannot.
What is made only of figures that were published elsewhere is public already.

All that is published stands in one table: groups and places of each figure, months and the year that they add up to,
indicators that tell the same number, and what earlier releases told of the same figures.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from shidra.conditions.shared_measurement.models import (
    Definition,
    DisclosureRule,
    Indicator,
    KeptBack,
    Preference,
    Release,
)
from shidra.conditions.shared_measurement.releasing.earlier import Earlier
from shidra.conditions.shared_measurement.releasing.figures import Cell, RolledUp, Unit, measure_of
from shidra.conditions.shared_measurement.releasing.landscape import Landscape
from shidra.conditions.shared_measurement.releasing.people import (
    Counts,
    FigureKey,
    Groups,
    Key,
    Signature,
    counts_of,
    gap,
    has_people,
    links_between,
    number_of,
    signature_of,
)
from shidra.foundation.initiatives.models import Initiative
from shidra.kernel.periods import Period
from shidra.methods.disclosure import (
    LEAST_THRESHOLD,
    Link,
    Rule,
    Table,
    Total,
    has_anything_small,
    is_dominated,
    protect,
    width_of_dominated,
)
from shidra.methods.rollup import REPORTED, Amount, LikeForLike

Frame = tuple[int, str]  # definition, period
CellKey = tuple[Any, ...]  # a FigureKey; with other counts at its end where an earlier release told (or hid) these
DEAR = 1000.0  # how much dearer it is to keep back what should rather stay


@dataclass(frozen=True, slots=True)
class Policy:
    """The initiative's rule: the method's, and from which share on one partner dominates a figure (per cent)."""

    rule: Rule
    dominance: int | None = None

    @classmethod
    def of(cls, initiative: Initiative) -> Policy:
        own = DisclosureRule.objects.filter(initiative=initiative).first() or DisclosureRule()
        threshold = max(initiative.disclosure_threshold, LEAST_THRESHOLD)
        width = own.width if own.width is not None else threshold // 2
        return cls(Rule(threshold, width, own.hides_zeros), own.dominance)

    @classmethod
    def told_by(cls, release: Release) -> Policy:
        """The rule by which a release was made; today's, where it does not say."""
        told = release.summary.get("rule")
        if not told:
            return cls.of(release.initiative)
        return cls(Rule(told["threshold"], told["width"], told["hides_zeros"]), told["dominance"])

    def as_told(self) -> dict[str, Any]:
        """What a release says of the rule by which it was made."""
        rule = self.rule
        return {
            "threshold": rule.threshold, "width": rule.width, "hides_zeros": rule.zero_is_small,
            "dominance": self.dominance,
        }  # fmt: skip


class Ground:
    """What the protection of all indicators of an initiative stands on. `published`: the releases so far, oldest first."""

    def __init__(
        self, initiative: Initiative, landscape: Landscape, published: Sequence[Release], policy: Policy | None = None
    ) -> None:
        self.landscape, self.published = landscape, published
        self.policy = policy or Policy.of(initiative)
        self.preferred: dict[int, set[tuple[str, int, int]]] = defaultdict(set)
        wishes = Preference.objects.filter(initiative=initiative)
        for indicator, period, place, group in wishes.values_list("indicator_id", "period", "place_id", "group_id"):
            self.preferred[indicator].add((period, place, group))

    def basis(self, told: str, indicator: Indicator) -> str:
        """The SHA-256 of what an indicator's figures are made from besides reported values: `told`, and the protection."""
        wished = sorted(self.preferred.get(indicator.pk, ()))
        return hashlib.sha256(repr((told, self.policy, wished)).encode()).hexdigest()

    def rather_stays(self, indicator: int, period: str, key: Key) -> bool:
        wished = self.preferred.get(indicator, set())
        return (period, *key) in wished or ("", *key) in wished


@dataclass(frozen=True, slots=True)
class Kept:
    """A figure that is kept back (or should be, but is known), and why; `because` is what a complementary one protects."""

    figure: FigureKey
    why: KeptBack.Why
    amount: Amount
    because: FigureKey | None = None


@dataclass(slots=True)
class Subject:
    """An indicator about to be protected."""

    indicator: Indicator
    definitions: Mapping[int, Definition]
    rolled: RolledUp


@dataclass(slots=True)
class Protected:
    """What to hide of an indicator: (definition, period) -> (place, group); and what its whole counts, for finding those
    that count the same."""

    policy: Policy
    definitions: Mapping[int, Definition]
    hidden: dict[Frame, set[Key]] = field(default_factory=lambda: defaultdict(set))
    kept: list[Kept] = field(default_factory=list)
    wholes: dict[Frame, Amount] = field(default_factory=dict)
    public: set[Frame] = field(default_factory=set)
    _paired: dict[Frame, list[Counts]] = field(default_factory=lambda: defaultdict(list))

    @property
    def hides_something(self) -> bool:
        return any(self.hidden.values())

    @property
    def signature(self) -> Signature:
        """What the definitions count in the whole."""
        found: dict[tuple[int, tuple[int, ...]], Mapping[str, Any]] = {}
        by_definition: dict[int, dict[str, Counts]] = defaultdict(dict)
        for (definition, period), amount in self.wholes.items():
            counts = counts_of(self.definitions[definition], [amount])
            if counts is not None:
                by_definition[definition][period] = counts[0]
        for definition, wholes in by_definition.items():
            found |= signature_of(self.definitions[definition], wholes)
        return found

    def allows_like_for_like(self, definition: int, previous: str, period: str, pair: LikeForLike[Unit]) -> bool:
        """Whether the figures of only some partners may stand beside those of all: where nothing of either period is
        hidden, and neither they, nor what they leave of the whole, nor what lies between two such lines, is small."""
        return self._allows([((definition, previous), pair.before), ((definition, period), pair.now)])

    def allows_overlap(self, old: int, new: int, period: str, pair: LikeForLike[Unit]) -> bool:
        """The same for the figures of partners that reported a period by both versions of the definition."""
        return self._allows([((old, period), pair.before), ((new, period), pair.now)])

    def _allows(self, line: Sequence[tuple[Frame, Amount]]) -> bool:
        told: list[tuple[Frame, Counts]] = []
        for at, amount in line:
            if at in self.public:
                continue
            counts = counts_of(self.definitions[at[0]], [amount, self.wholes.get(at, amount)])
            if counts is None:
                continue
            some, whole = counts
            gaps = [gap(some, other) for other in (whole, *self._paired[at])]
            if self.hidden.get(at) or any(self.policy.rule.is_small(count) for one in (some, *gaps) for count in one):
                return False
            told.append((at, some))
        for at, some in told:
            self._paired[at].append(some)
        return True


def protect_together(subjects: Sequence[Subject], ground: Ground) -> list[Protected]:
    """Decide what to hide of the figures of indicators, all of them as one: what one of them tells, an attacker uses
    against the others. In the order of `subjects`."""
    work = _Protecting(subjects, ground)
    for table in work.tables():
        if not has_anything_small(table, ground.policy.rule):
            continue
        work.take(table)
    return work.protected


def tables_of(subjects: Sequence[Subject], ground: Ground) -> Iterator[Table[CellKey]]:
    """The tables in which something is to be protected, each with all that hangs together: for an audit."""
    for table in _Protecting(subjects, ground).tables():
        if has_anything_small(table, ground.policy.rule):
            yield table


def signatures_of(subjects: Sequence[Subject], ground: Ground) -> list[Signature]:
    """What the definitions of each indicator count in the whole."""
    return [protected.signature for protected in _Protecting(subjects, ground).protected]


class _Protecting:
    """The figures of indicators that are protected together, as tables."""

    def __init__(self, subjects: Sequence[Subject], ground: Ground) -> None:
        self.subjects, self.ground = subjects, ground
        self.rule = ground.policy.rule
        self.protected = [Protected(ground.policy, subject.definitions) for subject in subjects]
        self.definitions: dict[int, Definition] = {}
        self.of: dict[int, int] = {}  # definition -> its subject
        self.counts: dict[Frame, dict[Key, Counts]] = {}
        self.late: set[FigureKey] = set()
        self.dominated: dict[FigureKey, int] = {}  # and the width that protects it
        self.earlier = [Earlier(ground.published, subject.indicator) for subject in subjects]
        for index, subject in enumerate(subjects):
            self.definitions |= subject.definitions
            self.of |= dict.fromkeys(subject.definitions, index)
            for frame, cells in subject.rolled.cells.items():
                if frame[0] in subject.definitions:
                    self._count(index, frame, cells)

    def _count(self, index: int, frame: Frame, cells: Mapping[Key, Cell]) -> None:
        definition, told = self.definitions[frame[0]], self.protected[index]
        landscape = self.ground.landscape
        measure = measure_of(definition)
        whole = cells.get((landscape.whole, landscape.group_ids[""]))
        if whole is not None:
            told.wholes[frame] = whole.pool.result(measure)
        if all(cell.is_public for cell in cells.values()):
            told.public.add(frame)
            if len(self.subjects) == 1 or not definition.is_protected:
                return
        amounts = {key: cell.pool.result(measure) for key, cell in cells.items()}
        keys = [key for key, amount in amounts.items() if amount.state is REPORTED and has_people(definition, amount)]
        counts = counts_of(definition, [amounts[key] for key in keys])
        if counts is None:
            return
        self.counts[frame] = dict(zip(keys, counts, strict=True))
        for key in keys:
            cell, figure = cells[key], (*frame, *key)
            if self._is_late(index, definition, cell, figure):
                self.late.add(figure)
            share = self.ground.policy.dominance
            if share is not None and not cell.is_public:
                weight = amounts[key].denominator if definition.has_parts else amounts[key].value
                some, all_ = number_of(min(cell.largest, weight or Decimal(0))), number_of(weight)
                if is_dominated([some, all_ - some], percent=share):
                    largest = max(self.counts[frame][key])
                    self.dominated[figure] = max(self.rule.width, width_of_dominated(largest, percent=share))

    def _is_late(self, index: int, definition: Definition, cell: Cell, figure: FigureKey) -> bool:
        """Whether few people are all that came into a figure since a release that showed it."""
        if cell.is_public:
            return False
        measure = measure_of(definition)
        for release, pool in (cell.late or {}).items():
            added = counts_of(definition, [pool.result(measure)])
            if (
                added is not None
                and any(self.rule.is_small(count) for count in added[0])
                and self.earlier[index].showed(release, figure)
            ):
                return True
        return False

    def tables(self) -> Iterator[Table[CellKey]]:
        """What hangs together, a table each: frames of which one adds up to another, or tells the same numbers."""
        groups: Groups[Frame] = Groups()
        for frame in self.counts:
            groups.first(frame)
        sums = self._period_sums(groups)
        links: Sequence[Link[FigureKey]] = ()
        if len(self.definitions) > 1:
            figures = {(*frame, *key): some for frame, cells in self.counts.items() for key, some in cells.items()}
            links, bound = links_between(self.definitions, figures)
            for together in bound:
                groups.join(together)
        totals_at: dict[Frame, list[Total[CellKey]]] = defaultdict(list)
        for total in sums:
            totals_at[groups.first(total.whole[:2])].append(total)
        links_at: dict[Frame, list[Link[Any]]] = defaultdict(list)
        for link in links:
            links_at[groups.first(link.terms[0][0][:2])].append(link)
        for frames in groups.all():
            first = groups.first(next(iter(frames)))
            yield self._table(sorted(frames), totals_at[first], links_at[first])

    def _period_sums(self, groups: Groups[Frame]) -> list[Total[CellKey]]:
        """Months that a quarter or a year is the sum of: of what flows, in each figure that has both."""
        by_definition: dict[int, list[Period]] = defaultdict(list)
        for definition, code in self.counts:
            if self.definitions[definition].kind == Definition.Kind.FLOW:
                by_definition[definition].append(Period.from_code(code))
        found: list[Total[CellKey]] = []
        for definition, periods in by_definition.items():
            if len({period.kind for period in periods}) == 1:
                continue
            for longer in periods:
                shorter: dict[Any, list[str]] = defaultdict(list)
                for period in periods:
                    if period.kind is not longer.kind and longer.contains(period):
                        shorter[period.kind].append(period.code)
                for codes in shorter.values():
                    groups.join([(definition, longer.code), *((definition, code) for code in codes)])
                    for key in self.counts[definition, longer.code]:
                        parts = [(definition, code, *key) for code in codes if key in self.counts[definition, code]]
                        if parts:
                            found.append(Total((definition, longer.code, *key), tuple(parts)))
        return found

    def _table(self, frames: Sequence[Frame], totals: list[Total[CellKey]], links: list[Link[Any]]) -> Table[CellKey]:
        cells: dict[CellKey, Counts] = {}
        known: set[CellKey] = set()
        costs: dict[CellKey, float] = {}
        totals = list(totals)
        for frame in frames:
            counts = self.counts[frame]
            cells |= {(*frame, *key): some for key, some in counts.items()}
            totals += [
                Total((*frame, *whole), tuple((*frame, *part) for part in parts))
                for whole, parts in totals_over(counts, self.ground.landscape)
            ]
        table = Table(cells, totals, sensitive=self._sensitive(cells), links=links)
        needs = has_anything_small(table, self.rule)
        unpublished: set[CellKey] = set()
        bounds: dict[CellKey, Counts] = {}  # what each figure has at least
        for frame in frames:
            unpublished |= self._then(frame, cells, totals, known, bounds, is_needed=needs)
        if not (needs or unpublished):
            return table
        for frame in frames:
            index = self.of[frame[0]]
            there = self.subjects[index].rolled.cells[frame]
            indicator, earlier = self.subjects[index].indicator.pk, self.earlier[index]
            measure = measure_of(self.definitions[frame[0]])
            for key in self.counts[frame]:
                figure, cell = (*frame, *key), there[key]
                if cell.is_public or earlier.knows(figure, cell.pool.result(measure)):
                    known.add(figure)
                if self.ground.rather_stays(indicator, frame[1], key):
                    costs[figure] = DEAR
        return Table(
            cells, totals, frozenset(known), self._sensitive(cells), links, frozenset(unpublished),
            {figure: width for figure, width in self.dominated.items() if figure in cells}, costs,
            {figure: tuple((count, None) for count in least) for figure, least in bounds.items()},
        )  # fmt: skip

    def _sensitive(self, cells: Mapping[CellKey, Counts]) -> frozenset[CellKey]:
        return frozenset(figure for figure in (*self.late, *self.dominated) if figure in cells)

    def _then(
        self,
        frame: Frame,
        cells: dict[CellKey, Counts],
        totals: list[Total[CellKey]],
        known: set[CellKey],
        bounds: dict[CellKey, Counts],
        *,
        is_needed: bool,
    ) -> set[CellKey]:
        """What earlier releases told and hid of figures that have grown since: cells of their own, with their own totals.
        Returns those that were hidden: shown nowhere, but to be protected against what is shown now. `is_needed`: also
        what a release told that hid nothing, because something is to be protected now."""
        index = self.of[frame[0]]
        earlier, definition = self.earlier[index], self.definitions[frame[0]]
        there = self.subjects[index].rolled.cells[frame]
        since = {release for cell in there.values() for release in cell.late or ()}
        unpublished: set[CellKey] = set()
        for release in sorted(since):
            told = earlier.told(release, frame)
            hid = not all(then.is_shown for then in told.values())
            if not (hid or is_needed):
                continue
            names: dict[Key, CellKey] = {}
            changed = False
            for key, (is_shown, amount) in told.items():
                now = self.counts[frame].get(key)
                then = self._counts_then(definition, there.get(key), now, amount, release)
                if now is None or then is None or len(then) != len(now):
                    continue
                names[key] = (*frame, *key) if then == now else (*frame, *key, then)
                if then == now:
                    continue
                changed = True
                cells[names[key]] = then
                (known if is_shown else unpublished).add(names[key])
                if is_shown and release in (there[key].late or {}):
                    least = bounds.get((*frame, *key), (0,) * len(now))
                    bounds[*frame, *key] = tuple(map(max, least, then))  # it has only grown
            if changed and hid:
                for whole, parts in totals_over(names, self.ground.landscape):
                    totals.append(Total(names[whole], tuple(names[part] for part in parts)))
        return unpublished - known

    def _counts_then(
        self, definition: Definition, cell: Cell | None, now: Counts | None, amount: Amount | None, release: int
    ) -> Counts | None:
        """The counts of a figure when a release was made: as it told them or kept them back; where that is not known,
        without what came in since."""
        if amount is not None:
            told = counts_of(definition, [amount])
            return None if told is None else told[0]
        if cell is None or now is None:
            return None
        pool = (cell.late or {}).get(release)
        if pool is None:
            return now
        added = counts_of(definition, [pool.result(measure_of(definition))])
        if added is None or len(added[0]) != len(now):
            return None
        then = tuple(count - more for count, more in zip(now, added[0], strict=True))
        return then if all(count >= 0 for count in then) else None

    def take(self, table: Table[CellKey]) -> None:
        """Protect a table, and tell each indicator what of it is hidden."""
        told = protect(table, self.rule)
        for cell in told.hidden:
            if len(cell) > 4:
                continue  # an earlier release's
            frame, key = (cell[0], cell[1]), (cell[2], cell[3])
            index = self.of[cell[0]]
            if self.subjects[index].rolled.cells[frame][key].is_public:
                continue
            because = told.protects.get(cell)
            why = self._why(cell, table, cell in told.primary)
            if because is not None and because not in told.hidden and because not in table.unpublished:
                why = KeptBack.Why.REST
            self.protected[index].hidden[frame].add(key)
            amount = self.subjects[index].rolled.cells[frame][key].pool.result(measure_of(self.definitions[frame[0]]))
            self.protected[index].kept.append(Kept(cell, why, amount, None if because is None else because[:4]))

    def _why(self, figure: FigureKey, table: Table[CellKey], is_primary: bool) -> KeptBack.Why:
        if not is_primary:
            return KeptBack.Why.COMPLEMENT
        if figure in table.known:
            return KeptBack.Why.SHOWN_BEFORE
        if any(self.rule.is_small(count) for count in table.cells[figure]):
            return KeptBack.Why.SMALL
        return KeptBack.Why.LATE if figure in self.late else KeptBack.Why.DOMINANCE


def totals_over(keys: Iterable[Key], landscape: Landscape) -> list[tuple[Key, list[Key]]]:
    """All totals that hold between figures of one period: over each dimension of groups, and over places."""
    there = dict.fromkeys(keys)
    parts: dict[tuple[Key, str], list[Key]] = defaultdict(list)
    for place, group in there:
        for dimension, wider in landscape.wider(group):
            if (place, wider) in there:
                parts[(place, wider), dimension].append((place, group))
        above = next((one for one in landscape.chain(place)[1:] if (one, group) in there), None)
        if above is not None:
            parts[(above, group), ""].append((place, group))
    return [(whole, some) for (whole, _dimension), some in parts.items()]
