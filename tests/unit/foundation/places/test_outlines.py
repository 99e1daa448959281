"""Which country a point clearly lies in."""

from __future__ import annotations

from typing import Any

import pytest

from shidra.foundation.places.outlines import country_at


@pytest.mark.parametrize(
    ("latitude", "longitude", "code"),
    [
        (32.7, 35.3, "IL"), (40.71, -74.0, "US"), (-18.13, 178.44, "FJ"), (32.22, 35.26, "PS"),
        # At borders; where shapes and gazetteer see it differently; without a shape; in a shape without a code; at sea.
        (31.78, 35.22, None), (42.33, -83.05, None), (44.95, 34.1, None), (4.92, -52.33, None), (36.14, -5.35, None),
        (9.56, 44.06, None), (0, 0, None), (-90, 0, None), (90, 180, None),
    ],
)  # fmt: skip
def test_the_country_of_a_point_or_none_in_doubt(latitude: float, longitude: float, code: str | None) -> None:
    assert country_at(latitude, longitude) == code


def test_without_shapes_nothing_is_known(settings: Any) -> None:
    settings.COUNTRY_SHAPES = "/nowhere/shapes.json"
    assert country_at(32.7, 35.3) is None
