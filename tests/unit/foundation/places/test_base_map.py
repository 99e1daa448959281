from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from shidra.foundation.places.base_map import (
    SHIPPED,
    country_shapes,
    read_country_shapes,
    read_tile_source,
    tile_source,
)
from shidra.foundation.places.countries import countries
from shidra.kernel.errors import RuleBroken

SMALL = {
    "type": "Topology",
    "arcs": [[[0, 0], [1, 0], [1, 1], [0, 0]]],
    "objects": {"countries": {"type": "GeometryCollection", "geometries": [
        {"type": "Polygon", "arcs": [[0]], "id": "IL"}, {"type": "Polygon", "arcs": [[0]]},
    ]}},
}  # fmt: skip


def put(folder: Path, shapes: Any, about: Any) -> str:
    path = folder / "borders.json"
    path.write_text(shapes if isinstance(shapes, str) else json.dumps(shapes), encoding="utf-8")
    if about is not None:
        (folder / "borders.about.json").write_text(json.dumps(about), encoding="utf-8")
    return str(path)


def test_the_shapes_shipped_are_small_and_keyed_by_code() -> None:
    content = SHIPPED.read_bytes()
    assert len(gzip.compress(content, 9)) <= 160 * 1024
    about = json.loads(SHIPPED.with_suffix(".about.json").read_text(encoding="utf-8"))
    assert about["sha256"] == hashlib.sha256(content).hexdigest()
    topology = json.loads(content)
    shapes = topology["objects"]["countries"]["geometries"]
    keyed = [shape["id"] for shape in shapes if "id" in shape]
    assert len(set(keyed)) == len(keyed)
    assert set(keyed) == {one.code for one in countries() if one.box}
    assert [shape["properties"]["name"] for shape in shapes if "id" not in shape] == [
        "Indian Ocean Ter.", "N. Cyprus", "Siachen Glacier", "Somaliland",
    ]  # fmt: skip
    scale, origin = topology["transform"]["scale"], topology["transform"]["translate"]
    for arc in topology["arcs"]:
        x = y = 0
        before = None
        for dx, dy in arc:
            x, y = x + dx, y + dy
            longitude, latitude = x * scale[0] + origin[0], y * scale[1] + origin[1]
            assert -180.01 <= longitude <= 180.01
            assert -90.01 <= latitude <= 90.01
            if before is not None and abs(latitude) < 85:
                assert abs(longitude - before) < 90, "no line across the whole map"
            before = longitude


def test_without_a_setting_the_shapes_shipped_are_used() -> None:
    shapes = country_shapes()
    assert shapes is not None
    assert shapes.url.startswith("/static/places/countries-50m")
    assert "Natural Earth" in shapes.source
    with translation.override("en"):
        assert "Natural Earth" in shapes.view("en")
    assert tile_source() is None


def test_an_operator_puts_other_borders(settings: Any, tmp_path: Path, client: Client) -> None:
    view = {"en": "Borders as the ministry draws them", "he": "גבולות"}
    settings.COUNTRY_SHAPES = put(tmp_path, SMALL, {"source": "S", "licence": "L", "view": view})
    shapes = country_shapes()
    assert shapes is not None
    assert (shapes.view("he"), shapes.view("en"), shapes.view("ar")) == (view["he"], view["en"], view["he"])
    answer = client.get(shapes.url)
    assert (answer.status_code, answer.json()) == (200, SMALL)
    assert "immutable" in answer["Cache-Control"]
    assert client.get(shapes.url.replace(shapes.sha256[:12], "0" * 12)).status_code == 404
    settings.COUNTRY_SHAPES = ""
    assert client.get(shapes.url).status_code == 404


@pytest.mark.parametrize(
    ("shapes", "about", "code"),
    [
        ("{", {"view": "V"}, "shapes_unreadable"),
        ("[" * 100_000, {"view": "V"}, "shapes_unreadable"),
        ({"type": "FeatureCollection", "features": []}, {"view": "V"}, "shapes_wrong"),
        ([], {"view": "V"}, "shapes_wrong"),
        (SMALL | {"objects": {"countries": {"geometries": [{"id": "376"}]}}}, {"view": "V"}, "shapes_wrong"),
        (
            SMALL | {"objects": {"countries": {"geometries": [{"id": "IL"}, {"id": "IL"}]}}},
            {"view": "V"},
            "shapes_wrong",
        ),
        (SMALL, None, "shapes_view_missing"),
        (SMALL, {"source": "S"}, "shapes_view_missing"),
        (SMALL, {"view": {"en": 1}}, "shapes_view_missing"),
        (SMALL, [], "shapes_view_missing"),
    ],
)
def test_borders_that_cannot_be_used_are_not_replaced_by_others(
    shapes: Any, about: Any, code: str, settings: Any, tmp_path: Path
) -> None:
    settings.COUNTRY_SHAPES = put(tmp_path, shapes, about)
    with pytest.raises(RuleBroken) as problem:
        read_country_shapes()
    assert (problem.value.code, problem.value.field) == (code, "SHIDRA_COUNTRY_SHAPES")
    assert str(problem.value)
    assert country_shapes() is None


def test_a_missing_file_is_told(settings: Any, tmp_path: Path) -> None:
    settings.COUNTRY_SHAPES = str(tmp_path / "nothing.json")
    with pytest.raises(RuleBroken, match="cannot be read"):
        read_country_shapes()


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://tiles.example.org/{z}/{x}/{y}.png", "https://tiles.example.org"),
        ("https://tiles.example.org:8443/{z}/{x}/{y}{r}.png?key=a1", "https://tiles.example.org:8443"),
        ("https://{s}.tiles.example.org/{z}/{x}/{y}.png", "https://*.tiles.example.org"),
        ("https://tiles.example.org/wmts?z={z}&x={x}&y={y}", "https://tiles.example.org"),
    ],
)
def test_a_source_of_tiles(url: str, origin: str, settings: Any) -> None:
    settings.TILE_URL, settings.TILE_ATTRIBUTION = url, " © Somebody "
    source = read_tile_source()
    assert source is not None
    assert (source.url, source.origin, source.attribution) == (url, origin, "© Somebody")


@pytest.mark.parametrize(
    "url",
    [
        "http://tiles.example.org/{z}/{x}/{y}.png",
        "https://tiles.example.org/{z}/{x}.png",
        "https://tiles.example.org/{z}/{x}/{y}/{token}.png",
        "https://{z}{x}{y}.example.org/",
        "https://a{s}.example.org/{z}/{x}/{y}.png",
        "https://tiles.example.org/{s}/{z}/{x}/{y}.png",
        "https://user:secret@tiles.example.org/{z}/{x}/{y}.png",
        "https://tiles.example.org; script-src */{z}/{x}/{y}.png",
        "https://tiles.example.org:port/{z}/{x}/{y}.png",
        "https://[::1/{z}/{x}/{y}.png",
        "https://*/{z}/{x}/{y}.png",
        "https:///{z}/{x}/{y}.png",
        "javascript:alert(1)//{z}/{x}/{y}",
    ],
)
def test_what_is_no_source_of_tiles(url: str, settings: Any) -> None:
    settings.TILE_URL, settings.TILE_ATTRIBUTION = url, "© Somebody"
    with pytest.raises(RuleBroken) as problem:
        read_tile_source()
    assert (problem.value.code, problem.value.field) == ("tiles_address", "SHIDRA_TILE_URL")
    assert tile_source() is None


def test_tiles_need_to_say_whose_they_are(settings: Any) -> None:
    settings.TILE_URL, settings.TILE_ATTRIBUTION = "https://tiles.example.org/{z}/{x}/{y}.png", " "
    with pytest.raises(RuleBroken) as problem:
        read_tile_source()
    assert problem.value.code == "tiles_attribution"
