"""Unduplicated reach: how many different people partners reach together, without anybody handing over a list.

Each partner turns its list into a theta sketch (Dasgupta, Lang, Rhodes and Thaler, A framework for estimating stream
expression cardinalities, ICDT 2016; Apache DataSketches): up to 4096 different people it counts exactly, beyond that with a
relative standard error of 1.56%. Sketches can be united, intersected and subtracted, always with bounds. The relative
standard error of an intersection is about sqrt(union / intersection / k): 7% when 5% are shared, 16% at 1%; below that only
"small" is told.

A sketch is not anonymous (Desfontaines, Lochbihler and Basin, Cardinality estimators do not preserve privacy, PETS 2019).
So identifiers are hashed with a key that partners share and the platform does not hold, partners with few people make none,
and sketches are to be kept like personal data and deleted after the union.

`datasketches` is loaded when first needed.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Form = Literal["text", "name", "email", "digits", "date"]

NORMALISATION = "1"
"""Version of the rule of `normalised`; raised with every change, because sketches of two versions show no overlap."""
LG_K = 12
SEED = 9001
LEAST_MEMBERS = 50
LEAST_SHOWN = 10
SMALL_SHARE = 0.01
_DEVIATIONS = 2  # bounds of about 95%

_LETTERS = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ـ": None, "ß": "ss", "ø": "o", "ł": "l"}
)


def normalised(identifier: str | date, form: Form) -> str:
    """An identifier as all partners write it, so that the same person gives the same hash.

    All forms: compatibility forms of Unicode composed, outer spaces off. `text`: case and runs of spaces made equal.
    `name`: also accents, vowel points and marks off, variants of Arabic letters made one, and anything but letters and
    digits a space. `email`: case made equal. `digits` (phone, identity number): digits alone, of any script, as 0 to 9,
    without leading zeros. `date`: a date, or text as YYYY-MM-DD. ValueError when nothing is left, or for another date.
    """
    if isinstance(identifier, date):
        return identifier.isoformat()[:10]
    text = unicodedata.normalize("NFKC", identifier).strip()
    if form == "date":
        told = date.fromisoformat("".join(str(unicodedata.digit(mark, mark)) for mark in text)).isoformat()
    elif form == "digits":
        told = "".join(str(unicodedata.digit(mark)) for mark in text if mark.isdigit()).lstrip("0")
    elif form == "name":
        bare = "".join(
            mark
            for mark in unicodedata.normalize("NFD", text.casefold().translate(_LETTERS))
            if unicodedata.category(mark) not in ("Mn", "Cf")
        )
        told = " ".join(re.findall(r"[^\W_]+", bare))
    else:
        told = " ".join(text.casefold().split())
    if not told:
        raise ValueError("an identifier without letters or digits")
    return told


def keyed(key: bytes, parts: Sequence[str]) -> str:
    """HMAC-SHA256 of the normalised parts that name a person (such as name and birthday), as hexadecimal digits.

    ValueError for a key of under 16 bytes or no parts.
    """
    if len(key) < 16 or not parts:
        raise ValueError("a key of 16 bytes or more and at least one part are needed")
    said = b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in (NORMALISATION, *parts))
    return hmac.new(key, said, hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Sketch:
    """A partner's sketch with what must agree before two may be compared.

    `key` is a fingerprint of the key, not the key. `data` is a compact theta sketch of DataSketches.
    """

    data: bytes
    key: str
    normalisation: str
    lg_k: int
    seed: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """About how many people, with bounds of two standard errors; `exact` when the sketches were not full."""

    value: float
    lower: float
    upper: float
    exact: bool


def sketch(
    key: bytes,
    people: Iterable[Sequence[str]],
    *,
    least_members: int = LEAST_MEMBERS,
    lg_k: int = LG_K,
    seed: int = SEED,
) -> Sketch:
    """The sketch of a partner's people, each a sequence of normalised parts; whoever is there twice counts once.

    ValueError when there are fewer than `least_members` different people.
    """
    from datasketches import update_theta_sketch

    made = update_theta_sketch(lg_k, seed=seed)
    seen: set[str] = set()
    for parts in people:
        told = keyed(key, parts)
        if len(seen) < least_members:
            seen.add(told)
        made.update(told)
    if len(seen) < least_members:
        raise ValueError(f"fewer than {least_members} people")
    fingerprint = hmac.new(key, b"fingerprint of the key", hashlib.sha256).hexdigest()[:16]
    return Sketch(made.compact().serialize(), fingerprint, NORMALISATION, lg_k, seed)


@dataclass(frozen=True, slots=True)
class Reach:
    """The people whom partners reach together.

    `members` is the sum of the partners' own numbers, `duplicates` that less the union. `partners` handed in a sketch,
    `missing` did not: their people are not in the union. `people` is None when the union is below what may be shown,
    `members` and `duplicates` also when there are duplicates, but fewer than may be shown.
    """

    people: Estimate | None
    members: float | None
    duplicates: float | None
    partners: tuple[str, ...]
    missing: tuple[str, ...]


def reach(sketches: Mapping[str, Sketch | None], *, least_shown: int = LEAST_SHOWN) -> Reach:
    """The union of partners' sketches, None for a partner without one. ValueError when two cannot be compared."""
    from datasketches import theta_union

    given = {partner: one for partner, one in sketches.items() if one is not None}
    missing = tuple(partner for partner in sketches if partner not in given)
    if not given:
        return Reach(None, None, None, (), missing)
    first = _comparable(list(given.values()))
    union = theta_union(first.lg_k, seed=first.seed)
    members = 0.0
    for one in given.values():
        loaded = _loaded(one)
        members += loaded.get_estimate()
        union.update(loaded)
    people = estimate(union.get_result())
    if people.value < least_shown:
        return Reach(None, None, None, tuple(given), missing)
    duplicates = max(members - people.value, 0.0)
    few = 0.5 <= duplicates < least_shown
    return Reach(people, None if few else members, None if few else duplicates, tuple(given), missing)


def gives_away(published: Iterable[Reach], new: Reach, *, least_shown: int = LEAST_SHOWN) -> tuple[Reach, ...]:
    """The published unions from which a new one differs by few people, so that showing both would tell of these.

    Of unions where the partners of one are among those of the other; the people of the same day, so of the same sketches.
    """
    told = []
    for old in published:
        nested = set(old.partners) < set(new.partners) or set(new.partners) < set(old.partners)
        if (
            nested
            and old.people is not None
            and new.people is not None
            and 0.5 <= abs(old.people.value - new.people.value) < least_shown
        ):
            told.append(old)
    return tuple(told)


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two partners share. None stands for "small": too few to tell, or too few to show.

    `relative_error` is the standard error of what they share as a share of it. `only_first`: people of the first partner
    alone.
    """

    union: Estimate
    shared: Estimate | None
    only_first: Estimate | None
    relative_error: float | None


def overlap(
    first: Sketch, second: Sketch, *, least_shown: int = LEAST_SHOWN, small_share: float = SMALL_SHARE
) -> Overlap:
    """What two partners share; "small" below `least_shown` people or `small_share` of the union when it is estimated.

    For two partners only: intersections of many, or by adding and subtracting unions, tell little but error. ValueError
    when the two cannot be compared.
    """
    _comparable([first, second])
    union, shared, only_first, _ = set_operations(_loaded(first), _loaded(second), first.lg_k, first.seed)
    small = shared.value < least_shown or (not shared.exact and shared.value < small_share * union.value)
    error = None if small else 0.0 if shared.exact else math.sqrt(union.value / shared.value / 2**first.lg_k)
    # Who knows the first partner's number has what they share from the rest: both are shown, or none.
    hidden = small or only_first.value < least_shown
    return Overlap(union, None if hidden else shared, None if hidden else only_first, None if hidden else error)


def set_operations(first: Any, second: Any, lg_k: int, seed: int) -> tuple[Estimate, Estimate, Estimate, float]:
    """Union, intersection and difference of two theta sketches, and the share of the intersection in the union."""
    from datasketches import theta_a_not_b, theta_intersection, theta_jaccard_similarity, theta_union

    union, intersection = theta_union(lg_k, seed=seed), theta_intersection(seed)
    for one in (first, second):
        union.update(one)
        intersection.update(one)
    return (
        estimate(union.get_result()),
        estimate(intersection.get_result()),
        estimate(theta_a_not_b(seed).compute(first, second)),
        float(theta_jaccard_similarity.jaccard(first, second, seed)[1]),
    )


def estimate(one: Any) -> Estimate:
    """The number that a theta sketch stands for, with bounds."""
    return Estimate(
        float(one.get_estimate()),
        float(one.get_lower_bound(_DEVIATIONS)),
        float(one.get_upper_bound(_DEVIATIONS)),
        not one.is_estimation_mode(),
    )


def _comparable(sketches: Sequence[Sketch]) -> Sketch:
    """The first; ValueError unless key, rule, size and seed of all agree: else they would silently share nobody."""
    if len({(one.key, one.normalisation, one.lg_k, one.seed) for one in sketches}) != 1:
        raise ValueError("sketches of different keys, normalisations, sizes or seeds")
    return sketches[0]


def _loaded(one: Sketch) -> Any:
    from datasketches import compact_theta_sketch

    return compact_theta_sketch.deserialize(one.data, one.seed)
