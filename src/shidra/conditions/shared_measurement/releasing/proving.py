"""Whether a release keeps its secrets: what somebody can find out who reads it, all releases before it, and knows how
figures add up. For the backbone: the ranges tell how large a hidden count may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from shidra.conditions.shared_measurement.models import Definition, Figure, Indicator, Release
from shidra.conditions.shared_measurement.queries.releases import draft_release, release_by_number
from shidra.conditions.shared_measurement.releasing.accepted import Mark
from shidra.conditions.shared_measurement.releasing.documents import Telling
from shidra.conditions.shared_measurement.releasing.figures import measure_of, roll_up
from shidra.conditions.shared_measurement.releasing.landscape import Landscape
from shidra.conditions.shared_measurement.releasing.people import FigureKey, Signature, that_count_the_same
from shidra.conditions.shared_measurement.releasing.protection import (
    CellKey,
    Ground,
    Policy,
    Subject,
    signatures_of,
    tables_of,
)
from shidra.foundation.initiatives.models import Initiative
from shidra.kernel.errors import NotFound, gettext_noop
from shidra.methods.disclosure import Range, Table, audit, audit_rests, primary_cells
from shidra.methods.rollup import REPORTED

_SHOWN = (Figure.Status.REPORTED, Figure.Status.RESTATED)
State = Literal["safe", "narrow", "determined", "shown", "known", "differs"]


@dataclass(frozen=True, slots=True)
class Proof:
    """What can be found out about one protected figure: the range of each of its counts, and how wide it has to be.

    `state`: `safe`; `narrow` (a range is not wide enough) or `determined` (a count can be worked out); `shown` although it
    should be protected; `known` from an earlier release, which nothing can change; `differs`: the release shows another
    number than what is stored makes, so that nothing can be proved of it. `is_rest`: not the figure itself, but what its
    groups or places leave of it; `is_earlier`: the figure as an earlier release had it.
    """

    indicator: str
    definition: int
    period: str
    place: str
    group: str
    ranges: tuple[Range, ...]
    width: int
    state: State
    is_rest: bool = False
    is_earlier: bool = False

    @property
    def holds(self) -> bool:
        return self.state in ("safe", "known")


def release_to_prove(initiative: Initiative, number: str) -> Release:
    """A published release by its number or `latest`, or the `draft` when it is whole. Raises NotFound."""
    if number != "draft":
        return release_by_number(initiative, number)
    found = draft_release(initiative)
    if found is None or found.made_at is None:
        raise NotFound("preview_unknown", gettext_noop("There is no preview of a release."))
    return found


def prove(release: Release) -> Iterator[Proof]:
    """The proof of a release (or of a draft that is whole), figure by figure, indicators that count the same together.

    Everything is rolled up again as it was known when the release was made. Inside the initiative's scope.
    """
    work = _Proving(release)
    signatures: dict[int, Signature] = {}
    for indicator in work.indicators:
        signatures[indicator.pk] = signatures_of([work.subject(indicator)], work.ground)[0]
    together = that_count_the_same(signatures)
    linked = set().union(*together) if together else set()
    for members in [*together, *({one.pk} for one in work.indicators if one.pk not in linked)]:
        yield from work.proofs([one for one in work.indicators if one.pk in members])


class _Proving:
    def __init__(self, release: Release) -> None:
        initiative = release.initiative
        self.release, self.landscape = release, Landscape(initiative)
        self.landscape.total_group()
        self.telling = Telling(initiative, self.landscape)
        earlier = Release.objects.filter(
            initiative=initiative, state=Release.State.PUBLISHED, number__lt=release.number
        )
        self.ground = Ground(initiative, self.landscape, list(earlier.order_by("number")), Policy.told_by(release))
        there = release.indicators.order_by("order", "pk").values_list("indicator_id", flat=True)
        self.indicators = [self.telling.indicators[pk] for pk in there if self.telling.definitions.get(pk)]

    def subject(self, indicator: Indicator) -> Subject:
        definitions = self.telling.definitions[indicator.pk]
        rolled = roll_up(
            indicator, definitions, self.landscape, Mark.of(self.release),
            [Mark.of(release) for release in self.ground.published],
            has_been_asked=indicator.pk in self.telling.asked, has_remarks=False,
            weighs_partners=self.ground.policy.dominance is not None,
        )  # fmt: skip
        return Subject(indicator, definitions, rolled)

    def proofs(self, indicators: Sequence[Indicator]) -> Iterator[Proof]:
        subjects = [self.subject(indicator) for indicator in indicators]
        hidden: set[CellKey] = set()
        for subject in subjects:
            mine, others = self._compared(subject)
            hidden |= mine
            yield from (self._proof(figure, (), "differs") for figure in others)
        for table in tables_of(subjects, self.ground):
            yield from self._of_table(table, {cell for cell in hidden if cell in table.cells})

    def _compared(self, subject: Subject) -> tuple[set[FigureKey], list[FigureKey]]:
        """What the release hides of an indicator, and where it shows another number than what is stored makes."""
        hidden: set[FigureKey] = set()
        others: list[FigureKey] = []
        rows = Figure.objects.filter(release=self.release, indicator=subject.indicator).values_list(
            "definition_id", "period", "place_id", "group_id", "status", "numerator", "denominator", "value"
        )
        for definition, period, place, group, status, *numbers in rows.iterator(chunk_size=5000):
            figure: FigureKey = (definition, period, place, group)
            if status == Figure.Status.SUPPRESSED:
                hidden.add(figure)
            elif status in _SHOWN and definition in subject.definitions:
                cell = subject.rolled.cells.get((definition, period), {}).get((place, group))
                made = None if cell is None else cell.pool.result(measure_of(subject.definitions[definition]))
                same = made is not None and made.state is REPORTED
                if not same or made is None or [made.numerator, made.denominator, made.value] != list(numbers):
                    others.append(figure)
        return hidden, others

    def _of_table(self, table: Table[CellKey], hidden: set[CellKey]) -> Iterator[Proof]:
        rule = self.ground.policy.rule
        protected = primary_cells(table, rule)
        for cell in sorted(protected - hidden, key=repr):
            counts = tuple((count, count) for count in table.cells[cell])
            if cell not in table.known:
                yield self._proof(cell, counts, "shown")
        for cell in sorted(protected & hidden & table.known, key=repr):
            yield self._proof(cell, tuple((count, count) for count in table.cells[cell]), "known")
        small = {
            cell for cell in table.unpublished - table.known if any(rule.is_small(count) for count in table.cells[cell])
        }
        wanted = (protected & hidden) | small
        told = audit(table, hidden, rule, only=wanted)
        for cell in sorted(told, key=repr):
            width = table.widths.get(cell, rule.width)
            needed = [
                found
                for found, count in zip(told[cell], table.cells[cell], strict=True)
                if cell in table.sensitive or rule.is_small(count)
            ]
            yield self._proof(cell, tuple(told[cell]), _state(needed, width), width, is_earlier=len(cell) > 4)
        for whole, found in audit_rests(table, hidden, rule):
            yield self._proof(whole, (found,), _state([found], rule.width), rule.width, True, len(whole) > 4)

    def _proof(
        self,
        figure: CellKey,
        ranges: tuple[Range, ...],
        state: State,
        width: int | None = None,
        is_rest: bool = False,
        is_earlier: bool = False,
    ) -> Proof:
        definition = self._definitions[figure[0]]
        return Proof(
            definition.indicator.code, definition.number, figure[1], self.landscape.places[figure[2]].code,
            self.landscape.keys[figure[3]], ranges, self.ground.policy.rule.width if width is None else width, state,
            is_rest, is_earlier,
        )  # fmt: skip

    @cached_property
    def _definitions(self) -> Mapping[int, Definition]:
        return Definition.objects.select_related("indicator").in_bulk(
            [pk for some in self.telling.definitions.values() for pk in some]
        )


def _state(needed: Sequence[Range], width: int) -> State:
    if any(low == high for low, high in needed):
        return "determined"
    if any(high is not None and high - low < width for low, high in needed):
        return "narrow"
    return "safe"
