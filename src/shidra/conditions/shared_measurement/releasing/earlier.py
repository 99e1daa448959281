"""What published releases told of an indicator's figures; asked only where something small has to be protected."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef

from shidra.conditions.shared_measurement.models import Figure, Indicator, KeptBack, Release
from shidra.conditions.shared_measurement.releasing.people import FigureKey, Key
from shidra.methods.rollup import REPORTED, Amount

Numbers = tuple[Decimal | None, Decimal | None, Decimal | None]  # numerator, denominator, value
_SHOWN = (Figure.Status.REPORTED, Figure.Status.RESTATED)


class Then(NamedTuple):
    """A figure of an earlier release; `amount` is None where it is not known what was kept back."""

    is_shown: bool
    amount: Amount | None


class Earlier:
    """Releases are named by their index in `published`, oldest first."""

    def __init__(self, published: Sequence[Release], indicator: Indicator) -> None:
        self.published, self.indicator = published, indicator
        self._known: dict[FigureKey, set[Numbers]] | None = None
        self._shown: dict[int, set[FigureKey]] = {}

    def knows(self, key: FigureKey, amount: Amount) -> bool:
        """Whether a release showed the figure with these very numbers."""
        if self._known is None:
            self._known = defaultdict(set)
            for row in self._figures():
                self._known[row[0], row[1], row[2], row[3]].add((row[4], row[5], row[6]))
        return (amount.numerator, amount.denominator, amount.value) in self._known.get(key, ())

    def showed(self, index: int, key: FigureKey) -> bool:
        """Whether the release of this index showed a number for the figure."""
        if index not in self._shown:
            rows = Figure.objects.filter(release=self.published[index], indicator=self.indicator, status__in=_SHOWN)
            self._shown[index] = set(rows.values_list("definition_id", "period", "place_id", "group_id"))
        return key in self._shown[index]

    def told(self, index: int, frame: tuple[int, str]) -> Mapping[Key, Then]:
        """What the release of this index showed of a definition in a period, and what it kept back."""
        definition, period = frame
        release = self.published[index]
        kept: Any = KeptBack.objects.filter(release=release, definition=definition, period=period)
        hidden = {
            (place, group): Amount(REPORTED, *numbers)
            for place, group, *numbers in kept.values_list("place_id", "group_id", "value", "numerator", "denominator")
            if any(number is not None for number in numbers)
        }
        rows: Any = Figure.objects.filter(
            release=release, indicator=self.indicator, definition=definition, period=period,
            status__in=(*_SHOWN, Figure.Status.SUPPRESSED),
        ).values_list("place_id", "group_id", "status", "value", "numerator", "denominator")  # fmt: skip
        return {
            (place, group): Then(True, Amount(REPORTED, *numbers))
            if status in _SHOWN
            else Then(False, hidden.get((place, group)))
            for place, group, status, *numbers in rows
        }

    def _figures(self) -> list[tuple[int, str, int, int, Decimal | None, Decimal | None, Decimal | None]]:
        """What the last release shows, and what an older one showed that the last one hides."""
        if not self.published:
            return []
        mine = Figure.objects.filter(indicator=self.indicator)
        columns = ("definition_id", "period", "place_id", "group_id", "numerator", "denominator", "value")
        last = mine.filter(release=self.published[-1])
        same = {name: OuterRef(name) for name in ("definition", "period", "place", "group")}
        older = mine.filter(
            Exists(last.filter(**same, status=Figure.Status.SUPPRESSED)),
            release__in=self.published[:-1],
            status__in=_SHOWN,
        )
        return [*last.filter(status__in=_SHOWN).values_list(*columns), *older.values_list(*columns)]
