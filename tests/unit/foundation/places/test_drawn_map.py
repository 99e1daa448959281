"""The window of a picture on the square map, and the shapes of countries drawn in it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from shidra.foundation.places.drawn_map import Projection, drawn_countries, latitude_of, mercator, mercators


def test_the_square_map_of_the_web() -> None:
    """EPSG:3857 as tiles number it: the equator in the middle, 66.51326° a quarter from the top (slippy map names)."""
    assert mercator(0) == pytest.approx(0.5)
    assert mercator(66.51326044) == pytest.approx(0.25)
    assert mercator(90) == pytest.approx(0, abs=1e-6)
    for latitude in (-80.0, -33.9, 0.0, 32.8, 71.2):
        assert latitude_of(mercator(latitude)) == pytest.approx(latitude)
    assert mercators(np.array([0, 66.51326044, np.nan])) == pytest.approx([0.5, 0.25, np.nan], nan_ok=True)


def test_a_window_holds_what_it_is_to_show() -> None:
    at = Projection.fitting(34, 29, 36, 33.5, 1200, 460, margin=40, finest=6)
    for latitude, longitude in ((29, 34), (33.5, 36), (31, 35)):
        x, y = at.point(latitude, longitude)
        assert 40 <= round(x, 6) <= 1160
        assert 40 <= round(y, 6) <= 420
    assert at.point(latitude_of((mercator(29) + mercator(33.5)) / 2), 35) == pytest.approx((600, 230))
    west, south, east, north = at.window
    assert west < 34 < 36 < east
    assert south < 29 < 33.5 < north
    assert at.zoom <= 6
    one = Projection.fitting(35, 32, 35, 32, 1200, 460, margin=40, finest=6)
    assert one.zoom == pytest.approx(6), "a single point is not looked at from nearer"


def test_countries_in_the_window_alone() -> None:
    near = drawn_countries(
        Projection.fitting(34, 29, 36, 33.5, 600, 300, margin=10, finest=8), land="#fff", shore="#000"
    )
    world = drawn_countries(
        Projection.fitting(-170, -50, 180, 70, 600, 300, margin=0, finest=8), land="#fff", shore="#000"
    )
    for drawn in (near, world):
        root = ElementTree.fromstring(drawn)
        assert root.get("viewBox") == "0 0 600 300"
        assert not "".join(root.itertext()).strip(), "no words"
    assert 3 <= near.count("M") < 40 < world.count("M")
    assert all(-600 <= float(x) <= 1200 for x in re.findall(r"[ML](-?[\d.]+) ", near))


def test_an_operators_shapes_and_none(settings: Any, tmp_path: Path) -> None:
    square = {
        "type": "Topology", "arcs": [[[34, 29], [36, 29], [36, 33], [34, 33], [34, 29]], [[0, 0], [1, 0], [1, 1], [0, 0]]],
        "objects": {"countries": {"type": "GeometryCollection", "geometries": [
            {"type": "Polygon", "arcs": [[0]], "id": "IL"}, {"type": "Polygon", "arcs": [[-2]], "id": "AQ"}]}},
    }  # fmt: skip
    (tmp_path / "own.json").write_text(json.dumps(square), encoding="utf-8")
    (tmp_path / "own.about.json").write_text('{"view": "Ours"}', encoding="utf-8")
    settings.COUNTRY_SHAPES = str(tmp_path / "own.json")
    at = Projection.fitting(-10, -10, 40, 40, 400, 400, margin=0, finest=8)
    drawn = drawn_countries(at, land="#fff", shore="#000")
    assert drawn.count("M") == 1, "without Antarctica"
    x, y = at.point(29, 34)
    first = re.search(r"M([\d.]+) ([\d.]+)", drawn)
    assert first is not None
    assert (float(first[1]), float(first[2])) == pytest.approx((x, y), abs=0.5)
    (tmp_path / "own.about.json").unlink()
    settings.COUNTRY_SHAPES = str(tmp_path / "none.json")
    assert drawn_countries(at, land="#fff", shore="#000") == "", "an operator's own view is not replaced by another's"
