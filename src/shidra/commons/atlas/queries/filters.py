"""What somebody asks of the atlas: the same question for map, list, table, counts and downloads, kept in the address."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urlencode

from django.http import QueryDict

from shidra.commons.atlas.models import BackboneKind, Listing
from shidra.foundation.initiatives.models import FieldOfAction
from shidra.foundation.places.countries import country
from shidra.kernel.writing import folded

_LONGEST_QUESTION = 100
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_COUNTRY = re.compile(r"[A-Z]{2}")

# Where a listing is said to be: at points or in areas; in a whole country; worldwide; nowhere in particular.
WHERE = ("local", "national", "global", "none")
ORDERS = ("name", "newest", "start")


@dataclass(frozen=True, slots=True)
class Bounds:
    """A window on the map, in degrees; west is not east of east."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def read(cls, text: str) -> Self | None:
        """`west,south,east,north`; None where it is not that. What lies beyond the world is cut off."""
        try:
            west, south, east, north = (float(part) for part in text.split(","))
        except ValueError:
            return None
        if not (west <= east and south <= north):  # which NaN is not either
            return None
        if east - west >= 360:
            west, east = -180.0, 180.0
        return cls(max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0))

    def __str__(self) -> str:
        return ",".join(
            f"{degrees:.4f}".rstrip("0").rstrip(".") for degrees in (self.west, self.south, self.east, self.north)
        )


@dataclass(frozen=True, slots=True)
class Filter:
    """Listings must have one of the values of each kind that is asked for; and all words of the text."""

    fields: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    backbones: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    network: int | None = None
    text: str = ""
    bounds: Bounds | None = None

    @classmethod
    def read(cls, asked: QueryDict) -> Self:
        """From an address. What is not known here is passed over: an old link still leads somewhere."""
        network = asked.get("network", "")
        return cls(
            fields=_known(asked.getlist("field"), FieldOfAction.values),
            countries=tuple(
                dict.fromkeys(one.upper() for one in asked.getlist("country")[:50] if _may_be_country(one))
            ),
            statuses=_known(asked.getlist("status"), Listing.Status.values),
            backbones=_known(asked.getlist("backbone"), BackboneKind.values),
            languages=tuple(dict.fromkeys(one for one in asked.getlist("language")[:50] if _LANGUAGE.fullmatch(one))),
            where=_known(asked.getlist("where"), WHERE),
            network=int(network) if network.isdecimal() and len(network) < 12 else None,
            text=" ".join(asked.get("q", "")[:_LONGEST_QUESTION].split()),
            bounds=Bounds.read(asked.get("in", "")),
        )

    @property
    def words(self) -> list[str]:
        """The words of the text, folded."""
        return folded(self.text).split()

    def pairs(self) -> list[tuple[str, str]]:
        """As it stands in an address, name by name."""
        pairs: list[tuple[str, str]] = [("q", self.text)] if self.text else []
        for name, values in (
            ("field", self.fields), ("country", self.countries), ("status", self.statuses),
            ("backbone", self.backbones), ("language", self.languages), ("where", self.where),
        ):  # fmt: skip
            pairs += [(name, value) for value in values]
        if self.network is not None:
            pairs.append(("network", str(self.network)))
        if self.bounds is not None:
            pairs.append(("in", str(self.bounds)))
        return pairs

    def query(self, **more: Any) -> str:
        """As it stands in an address after the question mark, with what else the address says."""
        return urlencode([*self.pairs(), *((name, value) for name, value in more.items() if value not in ("", None))])

    def without(self, name: str, value: str = "") -> Self:
        """The same question without one of its values: a chip that is taken away."""
        if name in ("text", "network", "bounds"):
            left: Any = "" if name == "text" else None
        else:
            left = tuple(one for one in getattr(self, name) if one != value)
        changed: dict[str, Any] = {name: left}
        return replace(self, **changed)

    def __bool__(self) -> bool:
        return bool(self.pairs())


def _may_be_country(text: str) -> bool:
    return _COUNTRY.fullmatch(text) is not None or country(text.upper()) is not None


def _known(values: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    allowed = set(known)
    return tuple(dict.fromkeys(value for value in values if value in allowed))
