"""The largest towns of a window, as a map names them."""

from __future__ import annotations

from shidra.foundation.places.towns import largest_towns

LOWER_GALILEE = (34.9, 32.6, 35.4, 32.9)


def test_the_largest_first_in_the_readers_language() -> None:
    assert [town.name for town in largest_towns(*LOWER_GALILEE, "en", 1)] == ["Haifa"]
    assert [town.name for town in largest_towns(*LOWER_GALILEE, "he", 1)] == ["חיפה"]
    towns = largest_towns(*LOWER_GALILEE, "ar", 12)
    assert len(towns) == 12
    assert towns[0].name == "حيفا"
    assert all(34.9 <= town.longitude <= 35.4 and 32.6 <= town.latitude <= 32.9 for town in towns)


def test_a_name_that_is_not_known_in_a_language_is_told_in_english() -> None:
    assert all(town.name for town in largest_towns(-84.6, 39.0, -84.3, 39.3, "he", 40))


def test_nobody_lives_there() -> None:
    assert largest_towns(-140, -40, -130, -30, "en", 12) == []
