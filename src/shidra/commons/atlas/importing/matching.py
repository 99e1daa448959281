"""Which listing a row means, what the row adds to it, and what contradicts it.

What is missing is filled in; what differs is asked, never overwritten.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from shidra.commons.atlas.content import ListingContent, PartContent, PlaceContent
from shidra.commons.atlas.models import Fact, Listing, ListingPlace
from shidra.foundation.places.gazetteer import distance
from shidra.kernel.errors import gettext_noop
from shidra.kernel.writing import folded

_PARENTHESES = re.compile(r"\s*\([^()]*\)\s*")
NEAR = 60.0  # km: points of one place may differ so far, an area's more
TAKE, KEEP = "take", "keep"
_SMALL_WORDS = frozenset(("the", "a", "an", "of", "for", "and", "in"))
_MOST_ALIKE = 200  # names that share all words but one are looked through so far


class Where(NamedTuple):
    """A place as far as it tells towns apart."""

    kind: str
    country: str
    region: str
    point: tuple[float, float] | None

    @classmethod
    def of(cls, place: PlaceContent) -> Where:
        # A point that stands for a country is no town's.
        has_point = place.latitude and place.precision != "country"
        point = (float(place.latitude), float(place.longitude)) if has_point else None
        return cls(place.kind, place.country, place.region, point)

    def may_be(self, other: Where) -> bool:
        """Whether nothing that is known tells the two apart."""
        if "global" in (self.kind, other.kind) or not self.country or not other.country:
            return True
        if self.country != other.country:
            return False
        if "national" in (self.kind, other.kind):
            return True
        if self.point and other.point:
            return distance(self.point, other.point) <= _reach(self.kind, other.kind)
        return not self.region or not other.region or folded(self.region) == folded(other.region)


def _reach(*kinds: str) -> float:
    return NEAR * (3 if "area" in kinds else 1)


@dataclass(slots=True)
class Known:
    """All listings by what a row can name them by. `names`: folded name -> numbers; also without what is in parentheses.
    `alike`: what names nearly alike have in common -> number and name.
    """

    uids: dict[UUID, int] = field(default_factory=dict)
    names: dict[str, set[int]] = field(default_factory=dict)
    bare_names: dict[str, set[int]] = field(default_factory=dict)
    websites: dict[str, set[int]] = field(default_factory=dict)
    countries: dict[int, set[str]] = field(default_factory=dict)
    withdrawn: set[int] = field(default_factory=set)
    places: dict[int, list[Where]] = field(default_factory=dict)
    alike: dict[int, list[tuple[int, str]]] = field(default_factory=dict)

    @classmethod
    def read(cls) -> Known:
        """Those of the database, in two queries."""
        known = cls()
        columns = ("pk", "uid", "names", "past_names", "website", "state")
        for number, uid, names, past, website, state in Listing.objects.values_list(*columns).iterator(5_000):
            known.add(number, uid, names, past, website, ())
            if state == "withdrawn":
                known.withdrawn.add(number)
        of_place = ("listing_id", "country", "kind", "region", "precision", "latitude", "longitude")
        rows = ListingPlace.objects.values_list(*of_place).iterator(5_000)
        for number, code, kind, region, precision, north, east in rows:
            known.countries.setdefault(number, set()).add(code)
            has_point = north is not None and east is not None and precision != "country"
            point = (float(north), float(east)) if has_point else None
            known.places.setdefault(number, []).append(Where(kind, code, region, point))
        return known

    def add(
        self, number: int, uid: UUID | None, names: Mapping[str, str], past_names: Iterable[Mapping[str, Any]],
        website: str, codes: Iterable[str], places: Iterable[PlaceContent] = (),
    ) -> None:  # fmt: skip
        """One more; rows of the file itself have numbers below zero."""
        if uid is not None:
            self.uids[uid] = number
        for name in (*names.values(), *(text for one in past_names for text in one.get("names", {}).values())):
            self.names.setdefault(name_key(name), set()).add(number)
            self.bare_names.setdefault(name_key(_bare(name)), set()).add(number)
            if number > 0:
                plain = folded(name)
                for key in _keys_alike(plain):
                    self.alike.setdefault(key, []).append((number, plain))
        if website:
            self.websites.setdefault(website_key(website), set()).add(number)
        self.countries.setdefault(number, set()).update(codes)
        if told := [Where.of(place) for place in places]:
            self.places[number] = told

    def named(self, content: ListingContent, codes: set[str]) -> set[int]:
        """Those of the same name (or past name) that are in one of these countries, or in none that is known."""
        names = list(content.names.values())
        found = {number for name in names for number in self.names.get(name_key(name), ())}
        if not found:
            found = {number for name in names for number in self.bare_names.get(name_key(name), ())}
            found |= {number for name in names for number in self.names.get(name_key(_bare(name)), ())}
        if not found:
            past = [text for one in content.past_names for text in one["names"].values()]
            found = {number for name in past for number in self.names.get(name_key(name), ())}
        return {number for number in found if self._may_be_in(number, codes)}

    def named_alike(self, content: ListingContent, codes: set[str]) -> set[int]:
        """Listings of a name nearly the same, in one of these countries and not elsewhere in it."""
        found: set[int] = set()
        for name in map(folded, content.names.values()):
            for key in _keys_alike(name):
                for number, other in self.alike.get(key, ())[:_MOST_ALIKE]:
                    if number not in found and number not in self.withdrawn and are_alike(name, other):
                        found.add(number)
        return {
            number
            for number in found
            if (self.countries.get(number, set()) & codes or self.countries.get(number, set()) == codes)
            and not self.is_elsewhere(number, content)
        }

    def is_elsewhere(self, number: int, content: ListingContent) -> bool:
        """Whether the towns or regions of both are known, and none is near one of the other's."""
        here, said = self.places.get(number, []), [Where.of(place) for place in content.places]
        return bool(here and said) and not any(one.may_be(other) for one in here for other in said)

    def _may_be_in(self, number: int, codes: set[str]) -> bool:
        there = self.countries.get(number, set())
        return not codes or not there or "" in there or "" in codes or not codes.isdisjoint(there)


def name_key(name: str) -> str:
    """A name as it is compared: folded, its words in any order."""
    return " ".join(sorted(folded(name).split()))


def _keys_alike(name: str) -> Iterator[int]:
    """What a folded name shares with names nearly alike: its letters; or all words but one, and how that one begins.

    Words with digits tell names apart: "Cohort 1" is not "Cohort 2".
    """
    words = [word for word in name.split() if word not in _SMALL_WORDS]
    yield hash("".join(words))
    words.sort()
    for at, word in enumerate(words):
        if len(word) > 3 and word.isalpha():
            yield hash((" ".join((*words[:at], *words[at + 1 :])), word[:2]))


def are_alike(name: str, other: str) -> bool:
    """Whether two folded names differ by spaces and small words only, or by a letter or two of one word."""
    mine, theirs = ([word for word in one.split() if word not in _SMALL_WORDS] for one in (name, other))
    if not mine or not theirs:
        return False
    if "".join(mine) == "".join(theirs):
        return True
    more, less = list((Counter(mine) - Counter(theirs)).elements()), list((Counter(theirs) - Counter(mine)).elements())
    if len(more) != 1 or len(less) != 1 or not (more[0] + less[0]).isalpha():
        return False
    shorter = min(len(more[0]), len(less[0]))
    return shorter > 3 and _letters_apart(more[0], less[0]) <= (1 if shorter < 8 else 2)


def _letters_apart(one: str, other: str) -> int:
    """Letters to put in, take out or change to make one word of the other (Levenshtein)."""
    if abs(len(one) - len(other)) > 2:
        return 3
    row = list(range(len(other) + 1))
    for at, sign in enumerate(one, 1):
        before, row[0] = row[0], at
        for to, there in enumerate(other, 1):
            before, row[to] = row[to], min(row[to] + 1, row[to - 1] + 1, before + (sign != there))
    return row[-1]


def _bare(name: str) -> str:
    return _PARENTHESES.sub(" ", name)


def website_key(address: str) -> str:
    """An address as it is compared: without scheme, www and the last slash."""
    parts = urlsplit(address)
    return (parts.hostname or "").removeprefix("www.") + parts.path.rstrip("/")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A column that tells something else than the listing."""

    meaning: str
    text: str
    here: str


CONTRADICTS = gettext_noop("The file says “%(text)s”; the atlas says “%(here)s”. Which is right?")


def merged(
    here: ListingContent, said: ListingContent, answers: Mapping[str, str]
) -> tuple[ListingContent, list[Contradiction]]:
    """The listing with what the row adds, and what contradicts it. `answers`: meaning -> TAKE or KEEP."""
    merging = _Merging(here, said, answers)
    return merging.merge(), merging.contradictions


class _Merging:
    def __init__(self, here: ListingContent, said: ListingContent, answers: Mapping[str, str]) -> None:
        self.here, self.said, self.answers = here, said, answers
        self.contradictions: list[Contradiction] = []
        self.filled: dict[str, Any] = {}
        self.facts: set[str] = set()

    def merge(self) -> ListingContent:
        here, said = self.here, self.said
        self._names()
        for name, fact in (("summary", Fact.SUMMARY), ("end_reason", Fact.END), ("legacy", Fact.END)):
            self._texts(name, fact)
        if not set(said.fields) <= set(here.fields) and (
            not here.fields or self._differs("field", "; ".join(said.fields), "; ".join(here.fields))
        ):
            self._fill("fields", said.fields, Fact.FIELDS)
        if said.status not in ("unknown", here.status) and (
            here.status == "unknown" or self._differs("status", said.status, here.status)
        ):
            self._fill("status", said.status, Fact.STATUS)
        for name, meaning, fact in (("started", "start", Fact.START), ("ended", "end", Fact.END)):
            new, old = getattr(said, name), getattr(here, name)
            if new and not old.startswith(new) and (new.startswith(old) or self._differs(meaning, new, old)):
                self._fill(name, new, fact)
        self._backbones()
        self._partners()
        if said.partner_count not in (None, here.partner_count) and (
            here.partner_count is None
            or self._differs("partner_count", str(said.partner_count), str(here.partner_count))
        ):
            self._fill("partner_count", said.partner_count, Fact.PARTNERS)
        self._places()
        if not set(said.languages) <= set(here.languages):
            self._fill("languages", tuple(dict.fromkeys([*here.languages, *said.languages])), Fact.LANGUAGES)
        if website_key(said.website) not in ("", website_key(here.website)) and (
            not here.website or self._differs("website", said.website, here.website)
        ):
            self._fill("website", said.website, Fact.LINKS)
        known = {link["address"] for link in here.links} | {here.website}
        if more := [link for link in said.links if link["address"] not in known]:
            self._fill("links", (*here.links, *more), Fact.LINKS)
        if said.network not in (None, here.network) and (here.network is None or self._differs("network", "", "")):
            self._fill("network", said.network, Fact.NETWORK)
        sources = {**here.sources}
        for filled in self.facts:
            told = [one for one in said.sources.get(filled, ()) if one not in here.sources.get(filled, ())]
            sources[filled] = (*here.sources.get(filled, ()), *told)
        return replace(here, **self.filled, sources=sources) if self.filled else here

    def _fill(self, name: str, value: Any, fact: Fact) -> None:
        self.filled[name] = value
        self.facts.add(fact.value)

    def _differs(self, meaning: str, text: str, here: str) -> bool:
        """Whether the file's word was chosen; it is asked unless somebody has answered."""
        answer = self.answers.get(meaning)
        if answer is None:
            self.contradictions.append(Contradiction(meaning, text, here))
        return answer == TAKE

    def _names(self) -> None:
        here, said = self.here, self.said
        known = [*here.names.values(), *(text for one in here.past_names for text in one["names"].values())]
        keys = {key for name in known for key in (name_key(name), name_key(_bare(name)))}
        new = {
            language: name
            for language, name in said.names.items()
            if name_key(name) not in keys and name_key(_bare(name)) not in keys
        }
        fresh = {language: name for language, name in new.items() if language not in here.names}
        other = {language: name for language, name in new.items() if language in here.names}
        names = {**here.names, **fresh}
        if other and self._differs("name", "; ".join(other.values()), "; ".join(here.names[one] for one in other)):
            names |= other
        if names != dict(here.names):
            self._fill("names", names, Fact.NAMES)
        keys |= {name_key(name) for name in names.values()}
        past = [one for one in said.past_names if not {name_key(name) for name in one["names"].values()} & keys]
        if past:
            self._fill("past_names", (*here.past_names, *past), Fact.PAST_NAMES)

    def _texts(self, name: str, fact: Fact) -> None:
        here, said = getattr(self.here, name), getattr(self.said, name)
        keys = {folded(text) for text in here.values()}
        told = dict(here)
        for language, text in said.items():
            if folded(text) in keys:
                continue
            if language not in here or self._differs(name, text[:60], here[language][:60]):
                told[language] = text
        if told != dict(here):
            self._fill(name, told, fact)

    def _backbones(self) -> None:
        here = [part for part in self.here.parts if part.part == "backbone"]
        said = [part for part in self.said.parts if part.part == "backbone"]
        if not said:
            return
        others = [part for part in self.here.parts if part.part != "backbone"]
        pairs = [(new, next((old for old in here if _same_body(old, new)), None)) for new in said]
        if here and any(old is None for _new, old in pairs):
            if not self._differs("backbone", _told(said), _told(here)):
                return
            self._fill("parts", (*said, *others), Fact.BACKBONE)
            return
        if not here:
            self._fill("parts", (*said, *others), Fact.BACKBONE)
            return
        better = list(here)
        for new, old in pairs:
            assert old is not None
            for name in ("backbone_kind", "backbone_type"):
                word, known = getattr(new, name), getattr(old, name)
                if word and word != known and (not known or self._differs(name, word, known)):
                    at = next(at for at, one in enumerate(better) if _same_body(one, new))
                    better[at] = replace(better[at], **{name: word})
        if better != here:
            self._fill("parts", (*better, *others), Fact.BACKBONE)

    def _partners(self) -> None:
        said = [part for part in self.said.parts if part.part != "backbone"]
        there: Sequence[PartContent] = self.filled.get("parts", self.here.parts)
        if new := [part for part in said if not any(_same_body(old, part) for old in there)]:
            self._fill("parts", (*there, *new), Fact.PARTNERS)

    def _places(self) -> None:
        here, said = self.here.places, self.said.places
        if not said:
            return
        if not here:
            self._fill("places", said, Fact.PLACES)
            return
        better = list(here)
        for place in said:
            at = next((at for at, one in enumerate(better) if _same_place(one, place)), None)
            if at is None:
                if self._differs("place", _where(said), _where(here)):
                    self._fill("places", said, Fact.PLACES)
                return
            if place.latitude and not better[at].latitude and better[at].kind in ("point", "area"):
                better[at] = replace(
                    better[at], latitude=place.latitude, longitude=place.longitude,
                    gazetteer_id=better[at].gazetteer_id or place.gazetteer_id, precision=place.precision,
                )  # fmt: skip
        if tuple(better) != tuple(here):
            self._fill("places", tuple(better), Fact.PLACES)


def _same_body(one: PartContent, other: PartContent) -> bool:
    """Of the same name in a language; or the one's name is within the other's ("City of X (began with Y)")."""
    for name in map(folded, one.names.values()):
        for word in map(folded, other.names.values()):
            if f" {name} " in f" {word} " or f" {word} " in f" {name} ":
                return True
    return False


def _same_place(here: PlaceContent, said: PlaceContent) -> bool:
    if here.kind == "global" or said.kind == "global":
        return here.kind == said.kind
    if here.country != said.country:
        return False
    if said.kind == "area" and said.precision == "country":
        return True  # it tells the country, no more
    if "national" in (here.kind, said.kind):
        return here.kind == said.kind
    if here.gazetteer_id and here.gazetteer_id == said.gazetteer_id:
        return True
    points = [(float(one.latitude), float(one.longitude)) for one in (here, said) if one.latitude]
    if len(points) == 2:  # Portland in Oregon is not Portland in Maine
        return distance(points[0], points[1]) <= _reach(here.kind, said.kind) or (
            "area" in (here.kind, said.kind) and _share_a_name(here, said)
        )
    return _share_a_name(here, said) or (not said.names and here.region == said.region)


def _share_a_name(here: PlaceContent, said: PlaceContent) -> bool:
    """Whether the name of one is within the other's, or the region of the one that is known is named."""
    for name in map(folded, (*here.names.values(), here.region)):
        for word in map(folded, said.names.values()):
            if name and (f" {name} " in f" {word} " or f" {word} " in f" {name} "):
                return True
    return False


def _told(parts: Iterable[PartContent]) -> str:
    return "; ".join(next(iter(part.names.values()), "") for part in parts)


def _where(places: Iterable[PlaceContent]) -> str:
    return "; ".join(
        ", ".join(filter(None, (next(iter(one.names.values()), ""), one.region, one.country))) or one.kind
        for one in places
    )
