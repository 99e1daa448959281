"""The populated places of the world with 5,000 people or more (GeoNames, CC BY 4.0), and what place a text means.

Shipped as three packed files in `gazetteer_data`, made by scripts/refresh_gazetteer; see docs/geography.md. Unpacked they
stay as they are, lines in the order of their bytes, and are searched by halving: nothing is parsed when they are loaded.
`places`: id, country, region code, latitude, longitude, population, name, Hebrew, Arabic. `names`: folded name, ids of the
places that are called so, ids of those also called so. `regions`: country, code, name, short form.
"""

from __future__ import annotations

import gzip
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from shidra.foundation.places.countries import country_named
from shidra.kernel.languages import language_of_script
from shidra.kernel.writing import folded

_DATA = Path(__file__).with_name("gazetteer_data")
_DEGREE = 111.2  # kilometres of latitude
_SUBURB = 30  # km: a namesake so near a far larger place is a part of it
_AROUND = 60  # km: a place may be told by the city it lies near
_FAR_LARGER = 20
_MOST = 20
_ALIKE = 0.6  # of the letters of two spellings of one name


class How(StrEnum):
    """How a text tells of a place, surest first."""

    NAME = "name"
    """It is the name of the place."""
    OTHER_NAME = "other_name"
    """It is another name of the place: an older one, one in another language."""
    AREA = "area"
    """It tells of the place and what lies around it: "Greater Houston"."""
    PART = "part"
    """It tells of a part of the place, or of several places: "West London", "Minneapolis and Saint Paul"."""
    COUNTY = "county"
    """It tells of a county or district that is called like the place, and may be elsewhere: "Dallas County"."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that a text may mean.

    `id`: GeoNames; `names` by language, where there is one; `country`: ISO 3166-1 alpha-2; `region`, `region_name`: of the
    first level, by GeoNames ("OH", "Ohio"; the name may be ""); `point`: latitude and longitude in degrees;
    `told_region`: the text or the caller told the region or a city near by, and it fits.
    """

    id: int
    names: Mapping[str, str]
    country: str
    region: str
    region_name: str
    point: tuple[float, float]
    population: int
    how: How
    told_region: bool


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Somebody must say which is meant; best first."""

    candidates: tuple[Candidate, ...]


def candidates(text: str, country: str | None = None, region: str | None = None) -> list[Candidate]:
    """The places that a text may mean, best first, 20 at most; none for a text that tells of no town ("national").

    `country`: alpha-2 code; `region`: name or code of a region of the first level. Both may also be in the text: "Dayton,
    Ohio", "Haifa, Israel". A place in another country, or in another region than the one told, is left out.
    """
    asked = _Question.of(text, country, region)
    found: dict[int, Candidate] = {}
    for part in asked.parts:
        for forms in part:
            known: dict[int, Candidate] = {}
            for one in (one for name, how in forms for one in asked.called(name, how)):
                if one.id not in known or one.how is How.NAME:
                    known[one.id] = one
            if known:
                found |= known
                break
    order = list(How)
    ranked = sorted(
        _without_suburbs(list(found.values())),
        key=lambda one: (not one.told_region, order.index(one.how), -one.population, one.id),
    )
    return ranked[:_MOST]


def match(text: str, country: str | None = None, region: str | None = None) -> Candidate | Ambiguous | None:
    """The place that a text means, if there is no doubt; what it may mean, if there is; None if nothing is known.

    No doubt is left by the one place of that name, or the area around it, in the country; by the region, where several
    places of the country are called so. A name that is also that of a region the place does not lie in, a county, a part
    or several places are always asked about, and so is the country when it is not told and several have the name.
    """
    found = candidates(text, country, region)
    if not found:
        return None
    asked = _Question.of(text, country, region)
    sure = [one for one in found if one.told_region] or found
    by_name = [one for one in sure if one.how is not How.OTHER_NAME]
    # Places that were once called so, or are in some language, count only if they are not far smaller, and not at all
    # beside the one of the country that is called so.
    exact = [one for one in by_name if one.how is How.NAME]
    if len(by_name) == 1 and all(
        one is by_name[0] or one.population * _FAR_LARGER <= by_name[0].population for one in sure
    ):
        sure = by_name
    elif country and len(exact) == 1:
        sure = exact
    if len(sure) == 1 and asked.is_certainly(sure[0]):
        return sure[0]
    return Ambiguous(tuple(found))


@dataclass(frozen=True, slots=True)
class _Place:
    id: int
    country: str
    region: str
    point: tuple[float, float]
    population: int
    names: Mapping[str, str]

    def candidate(self, how: How, *, told_region: bool) -> Candidate:
        region_name = next((name for code, name, _ in _regions(self.country) if code == self.region), "")
        return Candidate(
            id=self.id, names=self.names, country=self.country, region=self.region, region_name=region_name,
            point=self.point, population=self.population, how=how, told_region=told_region,
        )  # fmt: skip


# Texts that tell of no single town.
_NOWHERE = re.compile(
    r"\b(national|nationwide|nation wide|statewide|state wide|countrywide|country wide|provincewide|global|worldwide"
    r"|world wide|international|multinational|online|virtual|no single place|everywhere|whole country"
    r"|ה?ארצית?|בינלאומית?|עולמית?|ברחבי הארץ|כל הארץ|(?:ال)?(?:وطني|قطري|عالمي|دولي)ه?|علي مستوي البلاد)\b"
)
_WORDS_OF_AREA = (
    "greater", "metro", "metropolitan", "metropolitan area", "metro area", "area", "city region", "and surroundings",
    "אזור", "מטרופולין", "והסביבה", "منطقه", "وضواحيها", "ومحيطها",
)  # fmt: skip
_WORDS_OF_PART = (
    "north", "northern", "south", "southern", "east", "eastern", "west", "western", "central", "inner", "outer", "upper",
    "lower", "mid", "downtown", "northeast", "northwest", "southeast", "southwest", "northeastern", "northwestern",
    "southeastern", "southwestern", "צפון", "דרום", "מזרח", "מערב", "מרכז", "شمال", "جنوب", "شرق", "غرب", "وسط",
)  # fmt: skip
_WORDS_OF_COUNTY = (
    "county", "counties", "parish", "district", "department", "province", "region", "state", "governorate", "prefecture",
    "canton", "island", "valley", "state of", "province of", "county of", "מחוז", "נפת", "מועצה אזורית", "محافظه", "قضاء",
    "مقاطعه", "لواء",
)  # fmt: skip
_WORDS_OF_CITY = ("city of", "town of", "municipality of", "city", "municipality", "העיר", "עיריית", "مدينه", "بلديه")
_SHORT_FORMS = {"saint": "st", "sainte": "ste", "mount": "mt", "fort": "ft"}
_AND = re.compile(r"\s+(?:and|&|/|\+)\s+|\s*[/&+;]\s*|\s+ו־", re.IGNORECASE)


_Form = tuple[str, How | None]


@dataclass(frozen=True, slots=True)
class _Question:
    """What a text asks for.

    `parts`: the places it names, mostly one. Each is told by its folded name and then, if that is not known, by what
    stays of it without words such as `county`, with how it then tells of the place (None: by name). `told`: folded words
    for where they lie: a country, a region, a city near by.
    """

    parts: tuple[tuple[tuple[_Form, ...], ...], ...]
    country: str | None
    told: tuple[str, ...]

    @classmethod
    def of(cls, text: str, country: str | None, region: str | None) -> _Question:
        inside = [folded(part) for part in re.findall(r"\(([^()]*)\)", text)]
        head, *rest = (part.strip() for part in re.split(r"[,،]", re.sub(r"\([^()]*\)", " ", text)))
        told = [folded(part) for part in (*rest, region or "")]
        whole = folded(head)
        # National City is a town.
        is_town = " " in whole and any(is_name for _, is_name in _called(whole))
        if len(text) > 200 or any(_NOWHERE.search(word) for word in (*inside, *told, "" if is_town else whole)):
            return cls((), country, ())
        spellings = list(_spellings(whole))
        for word in inside:
            if country_named(word) or _is_region(word, country):
                told.append(word)
            else:
                spellings += _spellings(word)
        parts = [(tuple(spellings), *((form,) for form in _bared(whole, country)))]
        pieces = [folded(piece) for piece in _AND.split(head)]
        if len(pieces) > 1 and not any(True for name, _ in spellings for _ in _called(name)):
            parts = [
                (
                    tuple((name, How.PART) for name, _ in _spellings(piece)),
                    *(((name, how if how is How.COUNTY else How.PART),) for name, how in _bared(piece, country)),
                )
                for piece in pieces
            ]
        return cls(tuple(parts), country, tuple(filter(None, told)))

    def called(self, name: str, how: How | None) -> Iterator[Candidate]:
        """The places of a name that may be meant."""
        for id_, is_name in _called(name):
            place = _place(id_)
            fits = self.fits(place)
            if fits is None or (self.country and place.country != self.country):
                continue
            one = place.candidate(how or (How.NAME if is_name else How.OTHER_NAME), told_region=fits)
            # Missouri is a state, whatever town was once called so elsewhere.
            if one.how is not How.OTHER_NAME or not self.is_other_region(one):
                yield one

    def fits(self, place: _Place) -> bool | None:
        """Whether the region or a city near by is told, and true of the place; None if what is told is not true of it."""
        fitting = False
        for word in self.told:
            named = country_named(word)
            if named and named.code == place.country:
                continue
            if _is_region(word, place.country):
                if not _is_region(word, place.country, of=place.region):
                    return None
                fitting = True
            elif named:
                return None
            else:
                fitting |= _near(word, place)
        return fitting

    def is_certainly(self, one: Candidate) -> bool:
        """Whether nothing else can be meant, if this is the only place."""
        if one.how is How.OTHER_NAME:
            # Sandusky was once called Portland; the Portland that is meant may be a village that is not here.
            names = [name for part in self.parts for name, _ in part[0] if language_of_script(name) == "en"]
            return not names or max(_alike(name, other) for name in names for other in one.names.values()) >= _ALIKE
        return one.how in (How.NAME, How.AREA) and not self.is_other_region(one)

    def is_other_region(self, one: Candidate) -> bool:
        """Whether the name is that of a region too, which is not the one in which the place lies."""
        return not one.told_region and any(
            _is_region(name, one.country) and not _is_region(name, one.country, of=one.region)
            for part in self.parts
            for name, _ in part[0]
        )


def _spellings(name: str) -> Iterator[_Form]:
    """A folded name as it is, and with its short forms written out or its long ones shortened."""
    long = {short: long for long, short in _SHORT_FORMS.items()}
    words = name.split()
    for table in ({}, long, _SHORT_FORMS):
        yield " ".join(table.get(word, word) for word in words), None


def _bared(name: str, country: str | None) -> Iterator[_Form]:
    """What stays of a folded name without the words that tell what it is, and how it then tells of a place.

    "Northeast Indiana" tells of a state, not of the town of Indiana; so does "New York State".
    """
    for kinds, how in (
        (_WORDS_OF_CITY, None), (_WORDS_OF_AREA, How.AREA), (_WORDS_OF_COUNTY, How.COUNTY), (_WORDS_OF_PART, How.PART),
    ):  # fmt: skip
        for kind in kinds:
            for bare in (name.removeprefix(f"{kind} "), name.removesuffix(f" {kind}")):
                if bare != name and not (how in (How.PART, How.COUNTY) and _is_region(bare, country)):
                    for form, _ in _spellings(bare):
                        yield form, how


def _is_region(word: str, country: str | None, *, of: str | None = None) -> bool:
    """Whether a folded word names a region of the first level of a country; `of`: the one with this code."""
    if not country:
        return False
    names, shorts = _words_of_regions(country)
    codes = shorts.get(word, frozenset()).union(
        *(names[bare] for bare in (word, *_without_kind(word)) if bare in names)
    )
    return bool(codes) if of is None else of in codes


def is_region_somewhere(text: str) -> bool:
    """Whether a text is the name of a region of the first level of any country."""
    return folded(text) in _words_of_all_regions()


@cache
def _words_of_all_regions() -> frozenset[str]:
    return frozenset(name for country in _regions_by_country() for name in _words_of_regions(country)[0])


@cache
def _words_of_regions(country: str) -> tuple[Mapping[str, frozenset[str]], Mapping[str, frozenset[str]]]:
    """Codes of a country's regions by their folded names, with and without the word for what they are; and by short
    forms."""
    names: dict[str, frozenset[str]] = {}
    shorts: dict[str, frozenset[str]] = {}
    for code, name, short in _regions(country):
        known = folded(name)
        for form in (known, *(_without_kind(known) if known else ())):
            names[form] = names.get(form, frozenset()) | {code}
        # Codes of digits are nobody's words for a region.
        for form in (folded(short) if short else "", folded(code) if code.isalpha() else ""):
            if form:
                shorts[form] = shorts.get(form, frozenset()) | {code}
    return names, shorts


def _without_kind(name: str) -> Iterator[str]:
    """A folded name of a region without the word for what it is."""
    for kind in _WORDS_OF_COUNTY:
        yield from {name.removeprefix(f"{kind} "), name.removesuffix(f" {kind}")} - {name}


def _near(word: str, place: _Place) -> bool:
    """Whether a folded word, perhaps with a word such as `region`, names a larger place near by."""
    for form, _ in ((word, None), *_bared(word, None)):
        for id_, _ in _called(form):
            other = _place(id_)
            if (
                other.id != place.id
                and other.country == place.country
                and other.population > place.population
                and distance(other.point, place.point) <= _AROUND
            ):
                return True
    return False


def _without_suburbs(found: list[Candidate]) -> list[Candidate]:
    """Without the namesakes that are parts of a far larger place: the City of London is in London."""
    return [
        one
        for one in found
        if not any(
            other.population >= one.population * _FAR_LARGER
            and list(How).index(other.how) <= list(How).index(one.how)
            and distance(other.point, one.point) <= _SUBURB
            for other in found
            if other is not one
        )
    ]


def _alike(name: str, other: str) -> float:
    return SequenceMatcher(None, name, folded(other), autojunk=False).ratio()


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Kilometres between two points (latitude, longitude in degrees) on a sphere, by the haversine formula."""
    (lat1, lon1), (lat2, lon2) = ((math.radians(lat), math.radians(lon)) for lat, lon in (one, other))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * math.degrees(math.asin(min(1, math.sqrt(half)))) * _DEGREE


def _called(name: str) -> Iterator[tuple[int, bool]]:
    """The ids of the places of a folded name; whether it is the name in a language of ours, not another one."""
    line = _line(_unpacked("names"), name) if name else None
    if line:
        _, primary, also = line.split("\t")
        yield from ((int(id_), True) for id_ in primary.split(",") if id_)
        yield from ((int(id_), False) for id_ in also.split(",") if id_)


@lru_cache(maxsize=4096)
def _place(id_: int) -> _Place:
    line = _line(_unpacked("places"), str(id_))
    if line is None:
        raise LookupError(id_)
    _, country, region, latitude, longitude, population, name, hebrew, arabic = line.split("\t")
    names = {"en": name, "he": hebrew, "ar": arabic}
    return _Place(
        id=id_,
        country=country,
        region=region,
        point=(float(latitude), float(longitude)),
        population=int(population),
        names={language: text for language, text in names.items() if text},
    )


def place(id_: int) -> Candidate | None:
    """The place of a GeoNames id; None if it is not in the gazetteer."""
    try:
        return _place(id_).candidate(How.NAME, told_region=True)
    except LookupError:
        return None


@lru_cache
def _regions_by_country() -> Mapping[str, list[tuple[str, str, str]]]:
    found: dict[str, list[tuple[str, str, str]]] = {}
    for line in _unpacked("regions").decode().splitlines():
        country, code, name, short = line.split("\t")
        found.setdefault(country, []).append((code, name, short))
    return found


def _regions(country: str) -> list[tuple[str, str, str]]:
    return _regions_by_country().get(country, [])


@lru_cache
def _unpacked(name: str) -> bytes:
    return gzip.decompress((_DATA / f"{name}.tsv.gz").read_bytes())


def _line(lines: bytes, key: str) -> str | None:
    """The line that begins with a key and a tab, by halving."""
    sought = key.encode()
    low, high = 0, len(lines)
    while low < high:
        start = lines.rfind(b"\n", 0, (low + high) // 2) + 1
        start = max(start, low)
        end = lines.index(b"\n", start)
        line = lines[start:end]
        here = line[: line.index(b"\t")]
        if here == sought:
            return line.decode()
        if here < sought:
            low = end + 1
        else:
            high = start
    return None
