"""The brief of a document: what a list of indicators shows of it, and what names its figures.

A list of three hundred indicators would else read documents of fifty megabytes to draw three hundred small lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_KEPT = (
    "code", "level", "is_headline", "names", "kind", "direction", "range", "unit", "definitions", "dimensions", "places",
    "periods", "references", "like_for_like", "headline", "sets",
)  # fmt: skip


def brief_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with the series of the whole alone, and without its sources, which a list does not show."""
    places = document["places"]
    whole = places[0]["code"] if places else ""
    return {
        **{key: document[key] for key in _KEPT if key in document},
        "series": [one for one in document["series"] if one["place"] == whole and one["group"] == ""],
        "sources": [],
    }
