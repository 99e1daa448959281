"""Ground for tests of releases: an initiative with places, partners, an indicator, and accepted values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from shidra.conditions.shared_measurement.models import (
    Batch,
    Category,
    Definition,
    Dimension,
    Group,
    Indicator,
    Observation,
    Remark,
    Review,
    Series,
)
from shidra.foundation.initiatives.models import Initiative, Partnership
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.places.models import Place
from shidra.kernel import clock


@dataclass
class Ground:
    """An initiative in a country with two cities. `accept` brings values in as one accepted taking."""

    initiative: Initiative
    places: dict[str, Place]
    organisations: dict[str, Organisation] = field(default_factory=dict)
    taken: int = 0

    def partner(self, name: str) -> Organisation:
        if name not in self.organisations:
            made = Organisation.objects.create(names={"en": name}, sector="third_sector")
            Partnership.objects.create(initiative=self.initiative, organisation=made, starts_on=date(2020, 1, 1))
            self.organisations[name] = made
        return self.organisations[name]

    def dimension(self, code: str, *categories: str, complete: bool = False) -> Dimension:
        made = Dimension.objects.create(
            initiative=self.initiative, code=code, names={"en": code.title()}, is_complete=complete
        )
        for order, category in enumerate(categories):
            Category.objects.create(dimension=made, code=category, names={"en": category.title()}, order=order)
        return made

    def define(self, code: str, *dimensions: Dimension, detail: str = "marginal", **fields: Any) -> Definition:
        indicator = Indicator.objects.create(
            initiative=self.initiative, code=code, detail=detail, is_headline=True, order=Indicator.objects.count() + 1
        )
        return self.version(indicator, 1, *dimensions, **fields)

    def version(self, indicator: Indicator, number: int, *dimensions: Dimension, **fields: Any) -> Definition:
        made = Definition.objects.create(
            indicator=indicator,
            number=number,
            state=Definition.State.PUBLISHED,
            published_at=clock.now(),
            **{"names": {"en": indicator.code.title()}, "meaning": {"en": "What it means."}, **fields},
        )
        made.dimensions.set(dimensions)
        return made

    def accept(
        self, definition: Definition, *rows: tuple[Any, ...], source: str = "form", verdict: str = "accepted"
    ) -> Batch:
        """Rows are (partner, place, group key, period, numbers), and numbers a value, a pair of parts, or a state.

        A further item is a dict of remarks.
        """
        self.taken += 1
        batch = Batch.objects.create(
            initiative=self.initiative,
            source=source,
            created_at=clock.now(),
            taken_order=self.taken,
            taken_at=clock.now(),
        )
        review = (
            Review.objects.create(
                initiative=self.initiative,
                verdict=verdict,
                at=clock.now(),
                reason="" if verdict == "accepted" else "Why?",
            )
            if verdict
            else None
        )
        for index, (partner, place, key, period, numbers, *rest) in enumerate(rows):
            group, _ = Group.objects.get_or_create(initiative=self.initiative, key=key)
            series, _ = Series.objects.get_or_create(
                definition=definition, organisation=self.partner(partner), place=self.places[place], group=group
            )
            said: dict[str, Any] = {"state": Observation.State.REPORTED}
            if isinstance(numbers, Observation.State):
                said["state"] = numbers
            elif isinstance(numbers, tuple):
                said["numerator"], said["denominator"] = (None if n is None else Decimal(str(n)) for n in numbers)
            else:
                said["value"] = Decimal(str(numbers))
            observation = Observation.objects.create(
                batch=batch, series=series, period=period, review=review, sheet=0, row=index + 1, column=4, **said
            )
            for about, text in (rest[0] if rest else {}).items():
                Remark.objects.create(observation=observation, about=about, text=text, at=clock.now())
        return batch


def make_ground(slug: str = "north") -> Ground:
    initiative = Initiative.objects.create(slug=slug, names={"en": "North"}, original_language="en")
    places: dict[str, Place] = {}
    for code, kind, above in (("IL", "country", None), ("HFA", "city", "IL"), ("NZT", "city", "IL")):
        places[code] = Place.objects.create(
            code=f"{slug}-{code}", names={"en": code}, kind=kind, parent=places[above] if above else None
        )
    initiative.places.set(places.values())
    return Ground(initiative, places)
