"""A window of the map drawn by the server, for pictures: the shapes of countries in use, as SVG without words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import atan, degrees, log, pi, radians, sin, sinh

import numpy as np

from shidra.foundation.places.base_map import country_shapes
from shidra.foundation.places.outlines import Points, outlines

_EDGE = 85.0511  # degrees: the square map of the web goes up to here
_FINENESS = 0.5  # px: points that lie closer together are drawn as one
_TILE = 256  # px: the side of the whole world at zoom 0


@dataclass(frozen=True, slots=True)
class Projection:
    """The window of a picture on the square map of the web (Mercator): the place of its top left corner, in parts of
    the world's side, and how many pixels that side is long."""

    left: float
    top: float
    side: float
    width: int
    height: int

    @classmethod
    def fitting(
        cls,
        west: float,
        south: float,
        east: float,
        north: float,
        width: int,
        height: int,
        *,
        margin: int,
        finest: float,
    ) -> Projection:
        """The window in whose middle this one (degrees) lies, as large as leaves a margin (pixels) around it, at most
        at the zoom `finest`."""
        first, last = (west + 180) / 360, (east + 180) / 360
        upper, lower = mercator(north), mercator(south)
        room = (max(width - 2 * margin, 1), max(height - 2 * margin, 1))
        side = min(
            room[0] / max(last - first, 1e-9), room[1] / max(lower - upper, 1e-9), float(_TILE * 2**finest)
        )  # fmt: skip
        middle, centre = (first + last) / 2, (upper + lower) / 2
        return cls(middle - width / 2 / side, centre - height / 2 / side, side, width, height)

    @property
    def zoom(self) -> float:
        return log(self.side / _TILE, 2)

    @property
    def window(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the picture, in degrees, within the world."""
        right, bottom = self.left + self.width / self.side, self.top + self.height / self.side
        west, east = (min(max(part, 0.0), 1.0) * 360 - 180 for part in (self.left, right))
        south, north = (latitude_of(min(max(part, 0.0), 1.0)) for part in (bottom, self.top))
        return west, south, east, north

    def point(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Where a place (degrees) lies in the picture, in pixels from its top left corner."""
        return (
            ((longitude + 180) / 360 - self.left) * self.side,
            (mercator(latitude) - self.top) * self.side,
        )


def mercator(latitude: float) -> float:
    """Where a latitude (degrees) lies on the square map: 0 at its northern edge, 1 at its southern."""
    sine = sin(radians(min(max(latitude, -_EDGE), _EDGE)))
    return 0.5 - log((1 + sine) / (1 - sine)) / (4 * pi)


def mercators(latitudes: Points) -> Points:
    """The same of many latitudes; NaN stays NaN."""
    sine = np.sin(np.radians(np.clip(latitudes, -_EDGE, _EDGE)))
    return np.asarray(0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi))


def latitude_of(y: float) -> float:
    """The latitude (degrees) of a place on the square map."""
    return degrees(atan(sinh(pi * (1 - 2 * y))))


def drawn_countries(at: Projection, *, land: str, shore: str) -> str:
    """The countries in a window as an SVG of its size, in these colours (#rrggbb); empty where there are no shapes.

    Without Antarctica, as on the page: on a map of this kind it is larger than all else.
    """
    shapes = country_shapes()
    if shapes is None:
        return ""
    paths = "".join(_paths(_outlines(shapes.sha256), at))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{at.width}" height="{at.height}" '
        f'viewBox="0 0 {at.width} {at.height}"><path d="{paths}" fill="{land}" fill-rule="evenodd" stroke="{shore}" '
        'stroke-width="0.8" stroke-linejoin="round"/></svg>'
    )


def _paths(outlines: Iterable[Points], at: Projection) -> Iterator[str]:
    for outline in outlines:
        drawn = (outline - (at.left, at.top)) * at.side
        low, high = drawn.min(axis=0), drawn.max(axis=0)
        if (high < 0).any() or (low > (at.width, at.height)).any() or (high - low).max() < _FINENESS:
            continue
        steps = np.round(drawn / _FINENESS)
        moves = np.concatenate([[True], (steps[1:] != steps[:-1]).any(axis=1)])
        # Far outside the picture a point says no more than at its edge; the shape inside stays as it is.
        kept = np.clip(steps[moves] * _FINENESS, (-at.width, -at.height), (2 * at.width, 2 * at.height))
        if len(kept) > 2:
            yield "M" + "L".join(f"{x:g} {y:g}" for x, y in kept) + "Z"


@lru_cache(maxsize=2)
def _outlines(sha256: str) -> tuple[Points, ...]:
    """All rings of all countries on the square map, of the shapes that have this sum."""
    return tuple(_on_the_square(one.corners) for one in outlines(sha256) if one.code != "AQ")


def _on_the_square(ring: Points) -> Points:
    return np.column_stack([(ring[:, 0] + 180) / 360, mercators(ring[:, 1])])
