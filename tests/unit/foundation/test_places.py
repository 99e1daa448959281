"""Places stand in a hierarchy."""

from __future__ import annotations

from shidra.foundation.places.models import Place
from tests.world import World


def test_all_below_a_place_begin_with_its_path(world: World) -> None:
    below = Place.objects.filter(path__startswith=world.district.path)
    assert {place.code for place in below} == {"IL-N", "IL-N-1", "IL-N-2", "D-1"}
    assert world.city.path == f"{world.country.pk}/{world.district.pk}/{world.city.pk}/"
