"""Who is asked for what in a round: partners by indicators, and in each field the places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from shidra.conditions.shared_measurement.models import Definition, Expectation, Round
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.queries import partners, today_in
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.places.models import Place
from shidra.kernel.periods import Period, PeriodKind

BOXES_A_PAGE = 800  # a browser's form carries no more than a thousand fields

Figure = tuple[Definition, Period, Place]


@dataclass(frozen=True, slots=True)
class Box:
    """One place at which a partner is, or is not, asked for an indicator, in all periods of the round that fit it."""

    name: str
    place: Place
    is_asked: bool


@dataclass(slots=True)
class Matrix:
    """A page of the matrix."""

    periods: list[Period]
    definitions: list[Definition]
    others: list[Definition]  # could be asked for too
    places: list[Place]
    partners: list[Organisation]
    page: int
    pages: int
    asked: dict[tuple[int, int, int], set[str]] = field(default_factory=dict)  # partner, definition, place: periods

    @property
    def by_two(self) -> set[int]:
        """The indicators (by id) that stand here in more than one version."""
        ids = [definition.indicator_id for definition in self.definitions]
        return {one for one in ids if ids.count(one) > 1}

    @property
    def rows(self) -> list[tuple[Organisation, list[tuple[Definition, list[Box]]]]]:
        return [
            (partner, [(definition, self._boxes(partner, definition)) for definition in self.definitions])
            for partner in self.partners
        ]

    def _boxes(self, partner: Organisation, definition: Definition) -> list[Box]:
        return [
            Box(name, place, bool(self.asked.get((partner.pk, definition.pk, place.pk))))
            for place in self.places
            for name in [f"{partner.pk}-{definition.pk}-{place.pk}"]
        ]

    def wanted(self, ticked: set[str]) -> dict[Organisation, list[Figure]]:
        """What each partner on this page is asked for, by the boxes that are ticked. Where some periods only were asked
        for, and the box stays ticked, it stays at those."""
        found: dict[Organisation, list[Figure]] = {partner: [] for partner in self.partners}
        for partner, cells in self.rows:
            for definition, boxes in cells:
                periods = fitting(definition, self.periods)
                for box in boxes:
                    if box.name in ticked:
                        known = self.asked.get((partner.pk, definition.pk, box.place.pk))
                        found[partner] += [
                            (definition, period, box.place) for period in periods if not known or period.code in known
                        ]
        return found


def fitting(definition: Definition, periods: Iterable[Period]) -> list[Period]:
    """The periods by which the indicator can be reported; spans and days of a count stand beside any rhythm."""
    free = (PeriodKind.SPAN, PeriodKind.POINT)
    return [period for period in periods if period.kind == definition.frequency or period.kind in free]


def definitions_that_fit(initiative: Initiative, periods: Iterable[Period]) -> list[Definition]:
    """The newest published definition of each indicator in use that can be reported in these periods."""
    published = Definition.objects.filter(
        indicator__initiative=initiative, indicator__retired_on=None, state=Definition.State.PUBLISHED
    )
    ordered = published.select_related("indicator").order_by("indicator__order", "indicator_id", "-number")
    when = list(periods)
    return [definition for definition in _newest(ordered) if fitting(definition, when)]


def matrix(round: Round, added: str = "", page: str = "") -> Matrix:
    """A page of a round's matrix; `added` is the code of an indicator to be shown though nobody is asked for it yet."""
    initiative = round.initiative
    periods = [Period.from_code(code) for code in round.periods]
    asked: dict[tuple[int, int, int], set[str]] = defaultdict(set)
    rows = Expectation.objects.filter(submission__round=round)
    for organisation_id, definition_id, place_id, period in rows.values_list(
        "submission__organisation_id", "definition_id", "place_id", "period"
    ):
        asked[organisation_id, definition_id, place_id].add(period)
    in_round = {definition_id for _organisation, definition_id, _place in asked}
    known = list(
        Definition.objects.filter(indicator__initiative=initiative, state=Definition.State.PUBLISHED)
        .select_related("indicator")
        .order_by("indicator__order", "-number")
    )
    chosen = [definition for definition in known if definition.pk in in_round]
    indicators = {definition.indicator_id for definition in chosen}
    others = [
        definition
        for definition in _newest(known)
        if definition.indicator_id not in indicators
        and definition.indicator.retired_on is None
        and fitting(definition, periods)
    ]
    chosen += [definition for definition in others if definition.indicator.code == added]
    place_ids = {place_id for _organisation, _definition, place_id in asked}
    places = list(
        Place.objects.filter(pk__in=place_ids | set(initiative.places.values_list("pk", flat=True))).order_by("path")
    )
    organisation_ids = {organisation_id for organisation_id, _definition, _place in asked}
    organisations = list(
        Organisation.objects.filter(
            pk__in=organisation_ids | set(partners(initiative, today_in(initiative)).values_list("pk", flat=True))
        ).order_by("pk")
    )
    size = max(1, BOXES_A_PAGE // max(1, len(chosen) * len(places)))
    pages = max(1, -(-len(organisations) // size))
    at = min(max(int(page), 1), pages) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    shown = organisations[(at - 1) * size : at * size]
    return Matrix(periods, chosen, [one for one in others if one not in chosen], places, shown, at, pages, dict(asked))


def _newest(definitions: Iterable[Definition]) -> list[Definition]:
    newest: dict[int, Definition] = {}
    for definition in definitions:
        newest.setdefault(definition.indicator_id, definition)
    return list(newest.values())
