"""Where each partner stands on a new version of a definition, and whose move it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q

from shidra.conditions.shared_measurement.models import (
    Adoption,
    AdoptionMessage,
    AdoptionRound,
    Expectation,
    Indicator,
    Series,
)
from shidra.conditions.shared_measurement.queries.rounds import BACKBONE, NOBODY, PARTNER
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.queries import partners, today_in
from shidra.foundation.organisations.models import Organisation


def partners_reporting(indicator: Indicator) -> list[Organisation]:
    """Present partners that are, or were, asked for the indicator or reported it."""
    asked = Expectation.objects.filter(definition__indicator=indicator).values("submission__organisation_id")
    gave = Series.objects.filter(definition__indicator=indicator).values("organisation_id")
    return list(partners(indicator.initiative).filter(Q(pk__in=asked) | Q(pk__in=gave)).distinct().order_by("pk"))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one partner stands on a new version. `messages` are None for whoever may not read them."""

    adoption: Adoption
    whose_move: str
    is_late: bool
    messages: tuple[AdoptionMessage, ...] | None

    @property
    def organisation(self) -> Organisation:
        return self.adoption.organisation


@dataclass(frozen=True, slots=True)
class AdoptionBoard:
    """A new version with all the partners it was put to; whose move it is first."""

    round: AdoptionRound
    standings: tuple[Standing, ...]

    @property
    def adopted(self) -> int:
        return sum(one.adoption.state == Adoption.State.ADOPTED for one in self.standings)


def adoption_board(put: AdoptionRound, readable: set[int] | None) -> AdoptionBoard:
    """Who stands where. `readable`: partners whose questions the reader may read; None for all. Two queries."""
    today = today_in(put.definition.indicator.initiative)
    rows = put.adoptions.select_related("organisation", "answered_by").prefetch_related(
        Prefetch("messages", AdoptionMessage.objects.select_related("by"))
    )
    order = {BACKBONE: 0, PARTNER: 1, NOBODY: 2}
    standings = [
        Standing(
            one,
            whose_move(one, put),
            _is_late(one, put, today),
            tuple(one.messages.all()) if readable is None or one.organisation_id in readable else None,
        )
        for one in rows.order_by("pk")
    ]
    return AdoptionBoard(put, tuple(sorted(standings, key=lambda one: order[one.whose_move])))


def whose_move(adoption: Adoption, put: AdoptionRound) -> str:
    """The partner's until it asks or adopts; a question is the backbone team's."""
    if adoption.state == Adoption.State.ADOPTED or put.closed_at is not None:
        return NOBODY
    return BACKBONE if adoption.state == Adoption.State.ASKED else PARTNER


def _is_late(adoption: Adoption, put: AdoptionRound, today: date) -> bool:
    return put.due_on < today and whose_move(adoption, put) == PARTNER


def waiting_adoptions(initiative: Initiative) -> list[Adoption]:
    """What partners have not adopted yet of what they are asked, the first due first. One query."""
    found = Adoption.objects.filter(round__definition__indicator__initiative=initiative, round__closed_at=None).exclude(
        state=Adoption.State.ADOPTED
    )
    return list(found.select_related("organisation", "round__definition__indicator").order_by("round__due_on", "pk"))
