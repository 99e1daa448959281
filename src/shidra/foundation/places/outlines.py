"""The outlines of countries, of the shapes in use, and which country a point clearly lies in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians
from typing import Any

import numpy as np
import numpy.typing as npt

from shidra.foundation.places.base_map import SHIPPED, country_shapes, own_country_shapes
from shidra.foundation.places.towns import country_of_nearest_town

Points = npt.NDArray[np.float64]

_DEGREE = 111.2  # kilometres of latitude
_NEAR = 15.0  # km: shapes of 1:50 million are drawn about so roughly
_FAR = 100.0  # km: a town so near tells the country


@dataclass(frozen=True, slots=True)
class Outline:
    """A ring of a shape: corners as longitude and latitude in degrees, the first again as the last. `code`: of its
    country, "" where it has none."""

    code: str
    corners: Points


def country_at(latitude: float, longitude: float) -> str | None:
    """The code of the country that a point (degrees) lies in; None where there may be doubt.

    There is none if no other shape comes within 15 km, and the nearest town of the gazetteer is of the same country:
    shapes and gazetteer do not always agree whose a place is. A point in no shape may lie so near the shore of one, if a
    town does too.
    """
    shapes = country_shapes()
    if shapes is None:
        return None
    inside: set[str] = set()
    close: set[str] = set()
    for code, corners in _around(shapes.sha256, latitude, longitude):
        if _holds(corners, latitude, longitude):
            inside ^= {code}  # a ring within a ring is a hole
        if _distance(corners, latitude, longitude) < _NEAR:
            close.add(code)
    if len(inside | close) != 1:
        return None
    (code,) = inside | close
    town = country_of_nearest_town(latitude, longitude, _FAR if inside else _NEAR)
    return code if code and code == town else None


@lru_cache(maxsize=2)
def outlines(sha256: str) -> tuple[Outline, ...]:
    """All rings of all countries, of the shapes that have this sum."""
    told = json.loads(own_country_shapes() or SHIPPED.read_bytes())
    arcs = [_unfolded(arc, told.get("transform")) for arc in told["arcs"]]
    rings = [
        Outline(shape.get("id") or "", _joined(arcs, ring))
        for shape in told["objects"]["countries"]["geometries"]
        for polygon in _polygons(shape)
        for ring in polygon
    ]
    return tuple(ring for ring in rings if len(ring.corners) > 2)


def _around(sha256: str, latitude: float, longitude: float) -> Iterator[tuple[str, Points]]:
    """Code and corners of the rings whose box comes within 15 km of a point."""
    south, west, north, east = _boxes(sha256)
    up = _NEAR / _DEGREE
    right = up / max(cos(radians(latitude)), 0.01)
    is_near = (
        (south <= latitude + up) & (north >= latitude - up) & (west <= longitude + right) & (east >= longitude - right)
    )
    rings = outlines(sha256)
    yield from ((rings[at].code, rings[at].corners) for at in np.flatnonzero(is_near).tolist())


@lru_cache(maxsize=2)
def _boxes(sha256: str) -> tuple[Points, ...]:
    """South, west, north and east of each ring."""
    rings = [one.corners for one in outlines(sha256)]
    low, high = np.array([ring.min(axis=0) for ring in rings]), np.array([ring.max(axis=0) for ring in rings])
    return low[:, 1], low[:, 0], high[:, 1], high[:, 0]


def _holds(corners: Points, latitude: float, longitude: float) -> bool:
    """Whether a ring has a point within: a line from there to the east crosses it an odd number of times."""
    x, y = corners[:, 0] - longitude, corners[:, 1] - latitude
    crossing = np.flatnonzero((y[:-1] > 0) != (y[1:] > 0))
    first, last = crossing, crossing + 1
    at = x[first] - y[first] * (x[last] - x[first]) / (y[last] - y[first])
    return bool(np.count_nonzero(at > 0) % 2)


def _distance(corners: Points, latitude: float, longitude: float) -> float:
    """From a point to the nearest place of a ring, in kilometres, as on a flat map of the surroundings."""
    flat = (corners - (longitude, latitude)) * (cos(radians(latitude)), 1.0) * _DEGREE
    start, step = flat[:-1], np.diff(flat, axis=0)
    length = np.maximum((step**2).sum(axis=1), 1e-12)
    along = np.clip(-(start * step).sum(axis=1) / length, 0, 1)
    return float(np.hypot(*(start + along[:, None] * step).T).min())


def _polygons(shape: Any) -> list[Any]:
    if shape.get("type") == "Polygon":
        return [shape["arcs"]]
    return list(shape["arcs"]) if shape.get("type") == "MultiPolygon" else []


def _unfolded(arc: Any, transform: Any) -> Points:
    """The points of an arc in degrees. TopoJSON tells of each how far it lies from the one before, in whole steps."""
    points = np.array([point[:2] for point in arc], np.float64).reshape(-1, 2)
    if not transform:
        return points
    return np.asarray(np.cumsum(points, axis=0) * transform["scale"] + transform["translate"])


def _joined(arcs: list[Points], ring: Sequence[int]) -> Points:
    """The arcs of a ring one after another; a number below 0 is the arc ~number, backwards."""
    parts = [arcs[number] if number >= 0 else arcs[~number][::-1] for number in ring]
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])]) if parts else np.zeros((0, 2))
