"""Indicators to report on, in the world of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django_scopes import scope

from shidra.conditions.shared_measurement.models import (
    Category,
    Definition,
    Dimension,
    Expectation,
    Group,
    Indicator,
    Round,
    Submission,
)
from shidra.conditions.shared_measurement.usecases.report_values import Taking, report_values
from shidra.conditions.shared_measurement.values import REPORTED, ReportedValue
from shidra.kernel import clock
from tests.world import World


def define(initiative: Any, code: str, unit: str, **more: Any) -> Definition:
    """An indicator with a published first definition, reported by year unless it says otherwise."""
    indicator = Indicator.objects.create(initiative=initiative, code=code)
    return Definition.objects.create(
        indicator=indicator, number=1, state="published", published_at=clock.now(), unit=unit,
        names={"en": code.title()}, **{"frequency": "year", "kind": "stock", **more},
    )  # fmt: skip


@dataclass
class Measures:
    """`share` is a percent, `people` a count of what happens, `homes` a count at a moment; groups by sex."""

    world: World
    share: Definition
    people: Definition
    homes: Definition
    whole: Group
    girls: Group
    boys: Group
    more: dict[str, Definition] = field(default_factory=dict)

    def value(self, definition: Definition | None = None, period: str = "2020", **more: Any) -> ReportedValue:
        """A value of the first partner; numbers may be texts. What is not given: 1 of 4, or 7."""
        definition = definition or self.share
        told: dict[str, Any] = {
            "organisation_id": self.world.organisation.pk, "place_id": self.world.city.pk, "group_id": self.whole.pk,
            "state": REPORTED,
        }  # fmt: skip
        if not {"numerator", "denominator", "value", "state", "text"} & set(more):
            told |= {"numerator": "1"} if definition.has_parts else {"value": "7"}
        told |= more
        if definition.has_parts and "numerator" in told:
            told.setdefault("denominator", "4")
        for name in ("numerator", "denominator", "value"):
            if told.get(name) is not None:
                told[name] = Decimal(told[name])
        return ReportedValue(definition_id=definition.pk, period=period, **told)

    def report(self, *values: ReportedValue, by: Any = None, source: str = "command", **more: Any) -> Taking:
        return report_values(by=by, initiative=self.world.initiative, source=source, values=values, **more)

    def open_round(self, *definitions: Definition, periods: tuple[str, ...] = ("2020",)) -> Submission:
        """A round that asks the first partner for these figures in the city."""
        round = Round.objects.create(
            initiative=self.world.initiative, number=Round.objects.count() + 1, state="open", periods=list(periods),
            opens_on=date(2026, 1, 1), due_on=date(2026, 2, 1), review_until=date(2026, 3, 1),
        )  # fmt: skip
        submission = Submission.objects.create(round=round, organisation=self.world.organisation, due_on=round.due_on)
        for definition in definitions:
            for period in periods:
                Expectation.objects.create(
                    submission=submission, definition=definition, period=period, place=self.world.city
                )
        return submission


@pytest.fixture
def measures(world: World) -> Iterator[Measures]:
    """Inside the initiative's scope."""
    with scope(initiative=world.initiative):
        yield make_measures(world)


def make_measures(world: World) -> Measures:
    initiative = world.initiative
    sex = Dimension.objects.create(initiative=initiative, code="sex", names={"en": "Sex"})
    for order, (code, is_total) in enumerate([("all", True), ("female", False), ("male", False)]):
        Category.objects.create(dimension=sex, code=code, names={"en": code}, is_total=is_total, order=order)
    groups = [Group.objects.create(initiative=initiative, key=key) for key in ("", "sex=female", "sex=male")]
    made = Measures(
        world,
        define(initiative, "ready", "percent"),
        define(initiative, "people", "count", kind="flow"),
        define(initiative, "homes", "count"),
        *groups,
    )
    for definition in (made.share, made.people, made.homes):
        definition.dimensions.add(sex)
    return made


__all__ = ["Measures", "define", "make_measures", "measures", "replace"]
