"""All public listings as narrow columns in memory: what map, list, counts and downloads ask in common.

A question over 100,000 listings is a few passes over arrays (some milliseconds) instead of a query for each of its parts.
Memory follows the database by the edition: a request asks for its number, and reads what has changed since.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import FloatField
from django.db.models.functions import Cast

from shidra.commons.atlas.models import BackboneKind, Listing, ListingPlace, Part, State
from shidra.commons.atlas.queries.filters import Bounds, Filter
from shidra.commons.atlas.queries.listings import edition
from shidra.foundation.initiatives.models import FieldOfAction
from shidra.foundation.places.drawn_map import latitude_of, mercator, mercators

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

CELL = 64  # px of the map that one mark stands for
FINEST = 18  # zoom
_ROOM_OF_SEVERAL, _ROOM_OF_ONE = 17, 9  # px between the middle of a mark and the edge of its cell
_FIELDS = {code: 1 << bit for bit, code in enumerate(FieldOfAction.values)}
_STATUSES = {code: number for number, code in enumerate(Listing.Status.values)}
_KINDS = {code: 1 << bit for bit, code in enumerate(BackboneKind.values)}
_WHERE = {"local": 1, "national": 2, "global": 4, "none": 8}
_PLACE_WHERE = {"point": 1, "area": 1, "national": 2, "global": 4}
_MOST_MASKS = 64
KINDS_OF_VALUES = ("fields", "countries", "statuses", "backbones", "languages", "where")


@dataclass(frozen=True, slots=True)
class Cluster:
    """Listings that one mark stands for: where it is drawn (degrees), how many, the window that holds them all, the
    number of the one nearest to their middle."""

    latitude: float
    longitude: float
    count: int
    box: Bounds
    listing: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of the listings asked for have each value; by country a listing counts once in each."""

    total: int
    fields: dict[str, int]
    countries: dict[str, int]
    statuses: dict[str, int]
    backbones: dict[str, int]
    languages: dict[str, int]
    where: dict[str, int]
    started: dict[int, int]  # by year; without those whose beginning is not known


@dataclass(slots=True)
class Index:
    """The columns. Listings are in the order of their numbers; points name theirs by position."""

    number: int = -1
    whole: int = -1
    ids: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    fields: npt.NDArray[np.uint32] = field(default_factory=lambda: np.zeros(0, np.uint32))
    status: npt.NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, np.uint8))
    backbones: npt.NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, np.uint8))
    languages: npt.NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    networks: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    started: npt.NDArray[np.int16] = field(default_factory=lambda: np.zeros(0, np.int16))
    ended: npt.NDArray[np.int16] = field(default_factory=lambda: np.zeros(0, np.int16))
    changed: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(0, np.float64))
    verified: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))  # day; 0: never
    names: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    # Places, in the order of their listings: of which (by number), of what kind, in which country, where on the square
    # map (0 to 1; NaN: no point).
    place_ids: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    place_where: npt.NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, np.uint8))
    place_country: npt.NDArray[np.int16] = field(default_factory=lambda: np.zeros(0, np.int16))
    place_x: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(0, np.float64))
    place_y: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(0, np.float64))
    # Worked out from the above.
    where: npt.NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, np.uint8))
    positions: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    place_is_new: Mask = field(default_factory=lambda: np.zeros(0, np.bool_))  # its listing's first in that country
    by_name: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    country_codes: list[str] = field(default_factory=list)
    language_codes: list[str] = field(default_factory=list)
    # Answers to what was asked lately.
    masks: dict[Filter, Mask] = field(default_factory=dict)

    # --- Questions --------------------------------------------------------------------------------------------

    def matching(self, asked: Filter) -> Mask:
        """Which listings are asked for, by position. Not to be written to: it is kept for the next who asks."""
        mask = self.masks.get(asked)
        if mask is None:
            mask = self._matching(asked)
            if len(self.masks) >= _MOST_MASKS:
                self.masks.pop(next(iter(self.masks)), None)
            self.masks[asked] = mask
        return mask

    def _matching(self, asked: Filter) -> Mask:
        if asked.text and asked != Filter(text=asked.text):  # the words are the costly part: looked for once
            mask = self.matching(Filter(text=asked.text)).copy()
        elif asked.text:
            return self._with_words(asked.words)
        else:
            mask = np.ones(len(self.ids), np.bool_)
        if asked.fields:
            mask &= (self.fields & sum(_FIELDS[code] for code in asked.fields)) != 0
        if asked.statuses:
            mask &= np.isin(self.status, [_STATUSES[code] for code in asked.statuses])
        if asked.backbones:
            mask &= (self.backbones & sum(_KINDS[code] for code in asked.backbones)) != 0
        if asked.languages:
            wanted = sum(
                1 << self.language_codes.index(code) for code in asked.languages if code in self.language_codes
            )
            mask &= (self.languages & np.uint64(wanted)) != 0
        if asked.where:
            mask &= (self.where & sum(_WHERE[code] for code in asked.where)) != 0
        if asked.network is not None:
            mask &= (self.networks == asked.network) | (self.ids == asked.network)
        if asked.countries or asked.bounds is not None:
            mask &= self._at_places(asked)
        return mask

    def _with_words(self, words: Sequence[str]) -> Mask:
        left: Sequence[int] = range(len(self.texts))
        for word in sorted(words, key=len, reverse=True):  # the longest leaves the fewest
            left = [at for at in left if word in self.texts[at]]
        mask = np.zeros(len(self.ids), np.bool_)
        mask[left] = True
        return mask

    def _at_places(self, asked: Filter) -> Mask:
        """Listings with a place in one of the countries and in the window, where these are asked for."""
        held = np.ones(len(self.place_ids), np.bool_)
        if asked.countries:
            known = [self.country_codes.index(code) for code in asked.countries if code in self.country_codes]
            held &= np.isin(self.place_country, known)
        if asked.bounds is not None:
            held &= self._within(asked.bounds)
        mask = np.zeros(len(self.ids), np.bool_)
        mask[self.positions[held]] = True
        return mask

    def _within(self, bounds: Bounds, across: int = 0) -> Mask:
        """Places in the window; in all cells that it touches, of the map in so many of them across."""
        west, east = (bounds.west + 180) / 360, (bounds.east + 180) / 360
        north, south = mercator(bounds.north), mercator(bounds.south)
        if across:
            west, north = (np.floor(edge * across) / across for edge in (west, north))
            east, south = (np.ceil(edge * across) / across for edge in (east, south))
        inside = (self.place_x >= west) & (self.place_x <= east)
        return inside & (self.place_y >= north) & (self.place_y <= south)

    def page(self, mask: Mask, order: str, start: int, stop: int) -> list[int]:
        """The numbers of the listings from `start` to `stop` in an order: name, newest (changed last), start (youngest)."""
        if order == "name":
            ordered = self.by_name[mask[self.by_name]]
        else:
            found = np.flatnonzero(mask)
            keys = self.changed if order == "newest" else self.started
            ordered = found[np.argsort(-keys[found].astype(np.float64), kind="stable")]
        return [int(number) for number in self.ids[ordered[start:stop]]]

    def counts(self, mask: Mask) -> Counts:
        """What the listings asked for have in common."""
        years = np.bincount(self.started[mask])
        told = {kind: self._count(kind, mask) for kind in KINDS_OF_VALUES}
        return Counts(
            total=int(np.count_nonzero(mask)),
            started={int(year): int(years[year]) for year in np.flatnonzero(years) if year > 0},
            **told,
        )

    def choices(self, asked: Filter) -> dict[str, dict[str, int]]:
        """By kind of value: how many there would be of each value besides those of this kind that are chosen."""
        none: dict[str, Any] = dict.fromkeys(KINDS_OF_VALUES, ())
        return {kind: self._count(kind, self.matching(replace(asked, **{kind: none[kind]}))) for kind in none}

    def _count(self, kind: str, mask: Mask) -> dict[str, int]:
        if kind == "countries":
            held = mask[self.positions] & self.place_is_new
            counts = np.bincount(self.place_country[held], minlength=len(self.country_codes))
            return {code: int(count) for code, count in zip(self.country_codes, counts, strict=False) if count}
        if kind == "statuses":
            of_status = np.bincount(self.status[mask], minlength=len(_STATUSES))
            return {code: int(of_status[number]) for code, number in _STATUSES.items()}
        if kind == "languages":
            spoken = self.languages[mask]
            bits = {code: np.uint64(1 << bit) for bit, code in enumerate(self.language_codes)}
            return {code: count for code, bit in bits.items() if (count := int(np.count_nonzero(spoken & bit)))}
        columns: dict[str, tuple[Any, dict[str, int]]] = {
            "fields": (self.fields, _FIELDS), "backbones": (self.backbones, _KINDS), "where": (self.where, _WHERE),
        }  # fmt: skip
        column, known = columns[kind]
        column = column[mask]
        return {code: int(np.count_nonzero(column & bit)) for code, bit in known.items()}

    def confirmed(self, mask: Mask, since: date) -> int:
        """How many of them somebody has said to be true since that day."""
        return int(np.count_nonzero(self.verified[mask] >= since.toordinal()))

    def extent(self, mask: Mask) -> Bounds | None:
        """The window that holds all points of the listings asked for; None where there is no point."""
        held = mask[self.positions] & ~np.isnan(self.place_x)
        x, y = self.place_x[held], self.place_y[held]
        return _window(x.min(), y.min(), x.max(), y.max()) if len(x) else None

    def clusters(self, mask: Mask, zoom: int, bounds: Bounds | None = None) -> list[Cluster]:
        """Marks for a window of the map at a zoom: listings that are close together as one, in the middle of their
        points, but so far inside their cell that marks do not lie on each other. Cells at the window's edge are counted
        whole, so that a mark stays the same wherever the window begins."""
        across = 256 * 2 ** min(max(zoom, 0), FINEST) // CELL
        held = mask[self.positions] & ~np.isnan(self.place_x)
        if bounds is not None:
            held &= self._within(bounds, across)
        x, y, positions = self.place_x[held], self.place_y[held], self.positions[held]
        if not len(x):
            return []
        row, column = (np.minimum(part * across, across - 1).astype(np.int64) for part in (y, x))
        keys = row * across + column
        if across <= 256:
            keys = keys.astype(np.uint16)  # which are put in order many times faster
        order = np.argsort(keys, kind="stable")
        keys, x, y, positions = keys[order], x[order], y[order], positions[order]
        is_other = keys[1:] != keys[:-1]
        starts = np.concatenate([[0], np.flatnonzero(is_other) + 1])
        points = np.diff(np.append(starts, len(keys)))
        # Several points of one listing in a cell lie next to each other, and count once.
        counted = np.concatenate([[True], is_other | (positions[1:] != positions[:-1])])
        at_x, at_y = np.add.reduceat(x, starts) / points, np.add.reduceat(y, starts) / points
        far = np.hypot(x - np.repeat(at_x, points), y - np.repeat(at_y, points))
        nearest = np.flatnonzero(far == np.repeat(np.minimum.reduceat(far, starts), points))
        counts = np.add.reduceat(counted.astype(np.int64), starts)
        edge = np.where(counts > 1, _ROOM_OF_SEVERAL, _ROOM_OF_ONE) / CELL
        drawn_x, drawn_y = (
            np.clip(middle * across, cell[starts] + edge, cell[starts] + 1 - edge) / across
            for middle, cell in ((at_x, column[order]), (at_y, row[order]))
        )
        columns = zip(
            drawn_x,
            drawn_y,
            counts.tolist(),
            *(low.reduceat(part, starts) for low in (np.minimum, np.maximum) for part in (x, y)),
            self.ids[positions[nearest[np.searchsorted(nearest, starts)]]].tolist(),
            strict=True,
        )
        return [
            Cluster(latitude_of(mid_y), float(mid_x) * 360 - 180, count, _window(west, north, east, south), listing)
            for mid_x, mid_y, count, west, north, east, south, listing in columns
        ]

    def nationals(self, mask: Mask) -> dict[str, int]:
        """How many listings asked for work in the whole of a country, by country."""
        held = mask[self.positions] & (self.place_where == _WHERE["national"]) & (self.place_country >= 0)
        counts = np.bincount(self.place_country[held], minlength=len(self.country_codes))
        return {code: int(count) for code, count in zip(self.country_codes, counts, strict=False) if count}

    # --- Following the database -----------------------------------------------------------------------------------

    def follow(self, number: int, whole: int) -> Index:
        """The columns as they are at this edition: these, with what has changed; all anew where much may have."""
        is_new = self.number < 0 or whole != self.whole
        base = Index() if is_new else self
        rows = Listing.objects.all() if not is_new else Listing.objects.filter(state=State.PUBLIC)
        if not is_new:
            rows = rows.filter(edition__gt=self.number)
        told = list(
            rows.order_by("pk").values_list(
                "pk", "state", "fields", "status", "languages", "network_id", "started", "ended", "changed_at", "sort_name",
                "search_text", "verified_on",
            )
        )  # fmt: skip
        touched = np.array([row[0] for row in told], np.int64)
        public = [row for row in told if row[1] == State.PUBLIC]
        return _joined(base, touched, public, is_new, number, whole)


def year_of(text: str) -> int:
    """The year of "2013-09"; 0 where nothing is said."""
    return int(text[:4]) if text else 0


def _window(west: float, north: float, east: float, south: float) -> Bounds:
    """The window between places on the square map."""
    return Bounds(float(west) * 360 - 180, latitude_of(south), float(east) * 360 - 180, latitude_of(north))


def _joined(
    base: Index, touched: Numbers, rows: Sequence[tuple[Any, ...]], is_new: bool, number: int, whole: int
) -> Index:
    """What stays of the base, and the rows that are new or different, in the order of their numbers."""
    made = Index(number=number, whole=whole)
    made.country_codes, made.language_codes = list(base.country_codes), list(base.language_codes)
    stays = ~np.isin(base.ids, touched)
    place_stays = ~np.isin(base.place_ids, touched)
    ids = np.array([row[0] for row in rows], np.int64)
    order = np.argsort(np.concatenate([base.ids[stays], ids]), kind="stable")

    def column(name: str, values: Iterable[Any], kind: Any) -> Any:
        return np.concatenate([getattr(base, name)[stays], np.fromiter(values, kind, len(rows))])[order]

    made.ids = np.concatenate([base.ids[stays], ids])[order]
    made.fields = column("fields", (sum(_FIELDS.get(code, 0) for code in row[2]) for row in rows), np.uint32)
    made.status = column("status", (_STATUSES[row[3]] for row in rows), np.uint8)
    made.languages = column("languages", (_bits(row[4], made.language_codes) for row in rows), np.uint64)
    made.networks = column("networks", (row[5] or 0 for row in rows), np.int64)
    made.started = column("started", (year_of(row[6]) for row in rows), np.int16)
    made.ended = column("ended", (year_of(row[7]) for row in rows), np.int16)
    made.changed = column("changed", (row[8].timestamp() for row in rows), np.float64)
    made.verified = column("verified", (row[11].toordinal() if row[11] else 0 for row in rows), np.int32)
    kinds = dict.fromkeys(ids.tolist(), 0)
    for listing, kind in _about(Part.objects.filter(part=Part.Kind.BACKBONE), ids, is_new, "backbone_kind"):
        if listing in kinds:
            kinds[listing] |= _KINDS.get(kind, 0)
    made.backbones = column("backbones", (kinds[one] for one in ids.tolist()), np.uint8)
    staying = np.flatnonzero(stays).tolist()
    names = [base.names[at] for at in staying] + [row[9] for row in rows]
    texts = [base.texts[at] for at in staying] + [row[10] for row in rows]
    made.names, made.texts = [names[at] for at in order], [texts[at] for at in order]
    made.by_name = np.array(sorted(range(len(made.names)), key=made.names.__getitem__), np.int64)

    known = set(ids.tolist())
    columns = ("kind", "country", "north", "east")
    rows_of_places = ListingPlace.objects.order_by("pk").annotate(
        north=Cast("latitude", FloatField()),
        east=Cast("longitude", FloatField()),  # Decimals take ten times as long
    )
    places = [row for row in _about(rows_of_places, ids, is_new, *columns) if row[0] in known]
    codes = {code: at for at, code in enumerate(made.country_codes)}
    for row in places:
        if row[2] and row[2] not in codes:
            codes[row[2]] = len(codes)
            made.country_codes.append(row[2])

    made.place_ids = np.concatenate([base.place_ids[place_stays], np.fromiter((row[0] for row in places), np.int64)])
    place_order = np.argsort(made.place_ids, kind="stable")
    made.place_ids = made.place_ids[place_order]

    def of_place(name: str, values: Iterable[Any], kind: Any) -> Any:
        return np.concatenate([getattr(base, name)[place_stays], np.fromiter(values, kind, len(places))])[place_order]

    made.place_where = of_place("place_where", (_PLACE_WHERE[row[1]] for row in places), np.uint8)
    made.place_country = of_place("place_country", (codes.get(row[2], -1) for row in places), np.int16)
    north, east = (np.array([row[at] for row in places], np.float64) for at in (3, 4))
    made.place_x = of_place("place_x", (east + 180) / 360, np.float64)
    made.place_y = of_place("place_y", mercators(north), np.float64)
    made.positions = np.searchsorted(made.ids, made.place_ids)
    pairs, first = np.unique(made.positions * 1024 + made.place_country, return_index=True)
    made.place_is_new = np.zeros(len(made.place_ids), np.bool_)
    made.place_is_new[first[pairs % 1024 != 1023]] = True  # 1023: no country, -1 of the one before
    made.where = np.zeros(len(made.ids), np.uint8)
    np.bitwise_or.at(made.where, made.positions, made.place_where)
    made.where[made.where == 0] = _WHERE["none"]
    return made


def _about(rows: Any, ids: Numbers, is_new: bool, *columns: str) -> Iterable[tuple[Any, ...]]:
    """The number of its listing and these columns of each row, of all listings or of these."""
    if is_new:
        rows = rows.filter(listing__state=State.PUBLIC)
        return list(rows.values_list("listing_id", *columns))
    found: list[tuple[Any, ...]] = []
    for start in range(0, len(ids), 500):
        found += rows.filter(listing_id__in=ids[start : start + 500].tolist()).values_list("listing_id", *columns)
    return found


def _bits(codes: Iterable[str], known: list[str]) -> int:
    """The languages as bits; up to 64 different ones are told apart, which is more than the atlas has."""
    bits = 0
    for code in codes:
        if code not in known and len(known) < 64:
            known.append(code)
        if code in known:
            bits |= 1 << known.index(code)
    return bits


_kept = Index()
_following = Lock()


def index() -> Index:
    """All public listings as they are now. One query; more after something has changed."""
    global _kept
    whole, number = edition()
    if (number, whole) != (_kept.number, _kept.whole):
        with _following:
            if (number, whole) != (_kept.number, _kept.whole):
                _kept = _kept.follow(number, whole)
    return _kept
