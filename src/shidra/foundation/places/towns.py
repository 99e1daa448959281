"""The towns that a map names: the most populous of a window, from the gazetteer's places (GeoNames, CC BY 4.0)."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians
from pathlib import Path
from typing import Any

import numpy as np

from shidra.foundation.places.gazetteer import distance

_PLACES = Path(__file__).with_name("gazetteer_data") / "places.tsv.gz"
_NAMES = {"en": 6, "he": 7, "ar": 8}  # where they stand in a line of the places


@dataclass(frozen=True, slots=True)
class Town:
    """A town as a map writes it: its name in a language, in English where it has none there; degrees."""

    name: str
    latitude: float
    longitude: float


def largest_towns(west: float, south: float, east: float, north: float, language: str, most: int) -> list[Town]:
    """The most populous towns of a window (degrees), the largest first, at most so many."""
    lines, latitude, longitude = _by_population()
    held = (latitude >= south) & (latitude <= north) & (longitude >= west) & (longitude <= east)
    return [
        Town(_name(lines[at], language), float(latitude[at]), float(longitude[at]))
        for at in np.flatnonzero(held)[:most].tolist()
    ]


def country_of_nearest_town(latitude: float, longitude: float, most: float) -> str | None:
    """The code of the country of the town nearest to a point (degrees), at most so many kilometres away."""
    lines, latitudes, longitudes = _by_population()
    high = most / 111.2
    wide = high / max(cos(radians(latitude)), 0.01)
    near = np.flatnonzero((abs(latitudes - latitude) <= high) & (abs(longitudes - longitude) <= wide)).tolist()
    found = [(distance((latitude, longitude), (float(latitudes[at]), float(longitudes[at]))), at) for at in near]
    if not found or min(found)[0] > most:
        return None
    country: bytes = lines[min(found)[1]].split(b"\t", 2)[1]
    return country.decode()


def _name(line: bytes, language: str) -> str:
    cells = line.decode().split("\t")
    return cells[_NAMES.get(language, _NAMES["en"])] or cells[_NAMES["en"]]


@lru_cache
def _by_population() -> tuple[list[bytes], Any, Any]:
    """The lines of the places, the most populous first, and their latitudes and longitudes."""
    lines = gzip.decompress(_PLACES.read_bytes()).splitlines()
    lines.sort(key=lambda line: -int(line.split(b"\t", 6)[5]))
    degrees = np.array([line.split(b"\t", 5)[3:5] for line in lines]).astype(np.float64)
    return lines, degrees[:, 0], degrees[:, 1]
