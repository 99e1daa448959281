"""The process that reads one GeoJSON file: limits itself, reads standard input, writes a line a feature, ends.

Started as `python -I -m shidra.commons.atlas.importing.geojson_process TASK`. A line is {"number", "cells"}: texts by the
property's name, and latitude, longitude, scope from the geometry (RFC 7946); the last one {"end": true}.
"""

from __future__ import annotations

import gc
import json
import math
import sys
from itertools import pairwise
from typing import Any

from shidra.foundation.spreadsheets.encodings import find_encoding
from shidra.foundation.spreadsheets.reading_process import limit_this_process
from shidra.foundation.spreadsheets.workbook import FileRefused, Limits

LONGEST_CELL = 32_767
MOST_PROPERTIES = 200
MOST_POINTS = 50


def cells_of(feature: Any) -> dict[str, str]:
    """What a feature tells, as texts; what has no form that can be meant is told as it stands."""
    if not isinstance(feature, dict):
        return {}
    properties = feature.get("properties")
    cells: dict[str, str] = {}
    for name, value in list((properties if isinstance(properties, dict) else {}).items())[:MOST_PROPERTIES]:
        if isinstance(value, dict) and name in ("name", "names", "summary", "summaries"):
            stem = "summary" if name.startswith("summar") else "name"
            cells |= {f"{stem}_{_text(language)[:20]}": _text(text) for language, text in value.items() if _text(text)}
        elif value not in (None, "", [], {}):
            cells[_text(name)[:200]] = _text(value)
    if feature.get("id") not in (None, "") and "id" not in cells:
        cells["id"] = _text(feature["id"])
    return cells | _where(feature.get("geometry"))


def _text(value: Any) -> str:
    if isinstance(value, str):
        # What no database can keep: the sign of number zero, halves of a pair.
        plain = value[: LONGEST_CELL + 1].replace("\0", "")
        return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, int | float):
        return repr(value)[: LONGEST_CELL + 1]
    if isinstance(value, list):
        return "; ".join(_text(one) for one in value[:1_000] if one not in (None, ""))[: LONGEST_CELL + 1]
    return json.dumps(value, ensure_ascii=False)[: LONGEST_CELL + 1] if value else ""


def _where(geometry: Any) -> dict[str, str]:
    """Latitude and longitude of a point or points; of an area, its middle."""
    if not isinstance(geometry, dict):
        return {}
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "GeometryCollection":
        several = geometry.get("geometries")
        return _where(several[0]) if isinstance(several, list) and several else {}
    if kind == "Point":
        return _points([coordinates])
    if kind == "MultiPoint" and isinstance(coordinates, list):
        return _points(coordinates)
    if kind in ("Polygon", "MultiPolygon"):
        rings: Any = [coordinates] if kind == "Polygon" else coordinates
        try:
            middle = _middle(max((polygon[0] for polygon in rings), key=lambda ring: abs(_area(ring))))
        except (TypeError, ValueError, IndexError, KeyError, ZeroDivisionError, OverflowError):
            return {"latitude": "unreadable", "longitude": "unreadable"}
        return {**_points([middle]), "scope": "area"}
    return {}


def _points(points: list[Any]) -> dict[str, str]:
    if not all(isinstance(point, list | tuple) and len(point) >= 2 for point in points[:MOST_POINTS]):
        return {"latitude": "unreadable", "longitude": "unreadable"}
    return {
        "latitude": "; ".join(_text(point[1]) for point in points[:MOST_POINTS]),
        "longitude": "; ".join(_text(point[0]) for point in points[:MOST_POINTS]),
    }


def _area(ring: Any) -> float:
    area: float = sum(x1 * y2 - x2 * y1 for (x1, y1, *_), (x2, y2, *_) in pairwise(ring)) / 2
    return area


def _middle(ring: Any) -> tuple[float, float]:
    """The centroid of a ring in degrees, as on a flat map; the mean of its corners where it has no area."""
    area = _area(ring)
    if not area or not math.isfinite(area):
        return sum(point[0] for point in ring) / len(ring), sum(point[1] for point in ring) / len(ring)
    pairs = list(pairwise(ring))
    x = sum((one[0] + two[0]) * (one[0] * two[1] - two[0] * one[1]) for one, two in pairs) / (6 * area)
    y = sum((one[1] + two[1]) * (one[0] * two[1] - two[0] * one[1]) for one, two in pairs) / (6 * area)
    return round(x, 5), round(y, 5)


def main() -> None:
    limits = Limits(**json.loads(sys.argv[1])["limits"])
    gc.disable()
    limit_this_process(limits)

    def say(told: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(told) + "\n")

    try:
        data = sys.stdin.buffer.read()
        # NaN and Infinity are no JSON; they stay words, which no latitude is.
        told = json.loads(data.decode(find_encoding(data).name), parse_constant=lambda word: word)
        features = told.get("features") if isinstance(told, dict) else None
        if isinstance(told, dict) and told.get("type") == "Feature":
            features = [told]
        if not isinstance(features, list):
            say({"refused": "geojson_unreadable"})
            return
        if len(features) > limits.max_rows:
            say({"refused": "file_too_many_rows", "row": len(features)})
            return
        for number, feature in enumerate(features, 1):
            say({"number": number, "cells": cells_of(feature)})
        say({"end": True})
    except FileRefused as refusal:
        say({"refused": refusal.code, **{name: str(value) for name, value in refusal.params.items()}})
    except (ValueError, KeyError):
        say({"refused": "geojson_unreadable"})
    except MemoryError:
        say({"refused": "file_too_heavy"})
    except RecursionError:
        say({"refused": "file_unsafe"})


if __name__ == "__main__":
    main()
