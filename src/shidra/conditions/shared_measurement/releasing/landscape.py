"""What an initiative's figures lie on: its places as a tree, its groups, its dimensions; read once for a release."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from shidra.conditions.shared_measurement.models import Category, Dimension, Group, Series
from shidra.conditions.shared_measurement.queries.groups import parts_of
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.places.models import Place
from shidra.kernel.errors import RuleBroken, gettext_noop


class Landscape:
    """Places, groups and dimensions of an initiative by id and by code. A handful of queries, whatever the size."""

    def __init__(self, initiative: Initiative) -> None:
        self.initiative = initiative
        own = set(initiative.places.values_list("pk", flat=True))
        seen = set(
            Series.objects.filter(definition__indicator__initiative=initiative)
            .values_list("place_id", flat=True)
            .distinct()
        )
        self.places = _with_all_above(own | seen)
        self._chains: dict[int, tuple[int, ...]] = {}
        self._wider: dict[int, list[tuple[str, int]]] = {}
        self.whole = self._whole(own, seen)
        # A site (one school, one clinic) is public only where the initiative names it as a place of its own.
        self.published = own | {self.whole} | {pk for pk in seen if self.places[pk].kind != Place.Kind.SITE}
        self.keys: dict[int, str] = dict(Group.objects.filter(initiative=initiative).values_list("pk", "key"))
        self.group_ids = {key: pk for pk, key in self.keys.items()}
        self.parts = {key: parts_of(key) for key in self.group_ids}
        self.dimensions = {one.code: one for one in Dimension.objects.filter(initiative=initiative)}
        self.categories: dict[str, dict[str, Category]] = {code: {} for code in self.dimensions}
        for category in Category.objects.filter(dimension__initiative=initiative).select_related("dimension"):
            self.categories[category.dimension.code][category.code] = category

    def chain(self, place: int) -> tuple[int, ...]:
        """The place and all above it, nearest first."""
        known = self._chains.get(place)
        if known is None:
            parent = self.places[place].parent_id
            known = self._chains[place] = (place, *(self.chain(parent) if parent is not None else ()))
        return known

    def total_group(self) -> int:
        """The id of the group that is the whole population; made when there is none yet."""
        if "" not in self.group_ids:
            made, _ = Group.objects.get_or_create(initiative=self.initiative, key="")
            self.group_ids[""], self.keys[made.pk], self.parts[""] = made.pk, "", {}
            self.__dict__.pop("_by_parts", None)
        return self.group_ids[""]

    def group_order(self, key: str) -> tuple[object, ...]:
        """Where a group stands in a list: by dimension, then by the order of its categories."""
        return tuple(
            (
                self.dimensions[dimension].order if dimension in self.dimensions else 0,
                dimension,
                self.categories[dimension][code].order
                if dimension in self.categories and code in self.categories[dimension]
                else 0,
                code,
            )
            for dimension, code in self.parts[key].items()
        )

    @cached_property
    def _by_parts(self) -> dict[frozenset[tuple[str, str]], int]:
        return {frozenset(parts.items()): self.group_ids[key] for key, parts in self.parts.items()}

    def group_of(self, parts: Iterable[tuple[str, str]]) -> int | None:
        """The id of the group of these (dimension, category), if there is one."""
        return self._by_parts.get(frozenset(parts))

    def wider(self, group: int) -> list[tuple[str, int]]:
        """The groups that this one is a part of: for each of its dimensions the group without it, where there is one."""
        known = self._wider.get(group)
        if known is None:
            parts = frozenset(self.parts[self.keys[group]].items())
            without = ((pair[0], self.group_of(parts - {pair})) for pair in sorted(parts))
            known = self._wider[group] = [(dimension, found) for dimension, found in without if found is not None]
        return known

    def _whole(self, own: set[int], seen: set[int]) -> int:
        """The whole area: the nearest place that contains all of the initiative's, and all that values came from."""
        chains = [set(self.chain(pk)) for pk in own | seen]
        common = set.intersection(*chains) if chains else set()
        if not common:
            raise RuleBroken(
                "release_without_whole_area",
                gettext_noop("No place contains all places of the initiative. Name its area among its places."),
            )
        return max(common, key=lambda pk: len(self.chain(pk)))


def _with_all_above(ids: Iterable[int]) -> dict[int, Place]:
    places: dict[int, Place] = {}
    wanted = set(ids)
    while wanted:
        found = Place.objects.in_bulk(list(wanted))
        places |= found
        wanted = {one.parent_id for one in found.values() if one.parent_id is not None} - places.keys()
    return places
