"""What a row of a file says of an initiative: its content, what somebody must be asked, what cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from typing import Any
from uuid import UUID

from shidra.commons.atlas.content import ListingContent, SourceContent, address_of, read_content
from shidra.commons.atlas.importing.reading import Row
from shidra.commons.atlas.importing.words import code_of, codes_near, label_of, language_named
from shidra.commons.atlas.telling import PARTS
from shidra.foundation.places import gazetteer
from shidra.foundation.places.countries import countries, country, country_named
from shidra.foundation.places.outlines import country_at
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.languages import LANGUAGES, language_of_script
from shidra.kernel.writing import DIGITS, excerpt, folded, is_deceptive, without_invisibles

NONE = "none"  # the answer "none of these": the row is kept without it
NEAR = 40.0  # km: a point told so near the town of that name lies in it

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_SEPARATORS = re.compile(r"\s*[;\n|؛]\s*")
_COMMAS = re.compile(r"\s*[,،/]\s*")
_NOTHING = frozenset(
    map(
        folded, ("not found", "n/a", "na", "none", "unknown", "-", "?", "tbd", "לא ידוע", "אין", "غير معروف", "لا يوجد")
    )
)
_NATIONAL = re.compile(
    r"\b(national|nationwide|nation wide|countrywide|whole country|entire country"
    r"|ארצית?|כלל ארצית?|כל הארץ|وطني|قطري|كل البلاد)\b"
)
_GLOBAL = re.compile(
    r"\b(global|worldwide|world wide|international|multinational|עולמית?|גלובלית?|בינלאומית?|عالمي|دولي)\b"
)
_PAST_IN_NAME = re.compile(
    r"\s*\((?:(?:until|before|till|עד|حتى)\s+(?P<until>\d{4})\s*[:,]?|formerly:?|previously:?|former name:?|לשעבר:?|سابقا:?)\s*"
    r"(?P<names>[^()]+)\)", re.IGNORECASE,
)  # fmt: skip
_PAST_NAME = re.compile(r"(?P<name>.*?)\s*(?:\((?:–|-|until\s*|עד\s*|حتى\s*)\s*(?P<until>\d{4})\))?")
_IN_PARENTHESES = re.compile(r"\s*\(([^()]+)\)")
_DEGREES = re.compile(r"([-−+]?)\s*(\d{1,3}(?:[.,٫]\d{1,12})?)\s*°?\s*([NSEW]?)", re.IGNORECASE)
_COUNT = re.compile(
    r"(?:(?:about|around|approximately|approx\.?|circa|ca\.?|some|over|more than|at least|מעל|יותר מ|לפחות|حوالي|نحو|أكثر من) "
    r"|כ?[-־]|~|>)?\s*(\d{1,7}|\d{1,3}(?:,\d{3})+)\s*\+?"
    r"(?:\s*(?:partners?|organi[sz]ations|bodies|שותפים|ארגונים|شركاء|شريكا|منظمات|منظمة))?", re.IGNORECASE,
)  # fmt: skip
_YEAR_FIRST = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")
_YEAR_LAST = re.compile(r"(?:(\d{1,2})[-/.])?(\d{1,2})[-/.](\d{4})")
_SPAN = re.compile(r"(\d{4})\s*[-/–]\s*(\d{2}|\d{4})")
_BARE_ADDRESS = re.compile(r"[\w-]+(\.[\w-]+)+(/\S*)?")
# What the notes of a row say was not checked, and of which fact they say it.
_DOUBTS = (
    ("places", r"coordinates|city|place|seat|location|point"), ("backbone", r"type|backbone|hosting|hosted|anchor"),
    ("start", r"start(?:ing)? year|founding year|founded"), ("end", r"end year"), ("fields", r"field"),
)  # fmt: skip
_TOGETHER = frozenset(("names", "started", "ended"))
# The column to point at when content is refused, by the name that content gives it.
_COLUMN_OF = {
    "names": "name", "past_names": "past_names", "places": "latitude", "parts": "backbone", "started": "start",
    "ended": "end", "sources": "source", "fields": "field",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody must answer before the row can be taken in.

    `key` is the same for the same question in other rows, so that one answer serves them all. `candidates`: each with
    its `answer` and what tells it apart; `none` can always be answered.
    """

    key: str
    column: str
    text: str
    code: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)
    candidates: Sequence[Mapping[str, Any]] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key, "column": self.column, "text": self.text, "code": self.code, "message": self.message,
            "params": dict(self.params), "candidates": [dict(one) for one in self.candidates],
        }  # fmt: skip


@dataclass(slots=True)
class Said:
    """`content` is None where something cannot be read. `network`: how the row names the network that it is part of;
    `notes`: what was taken from elsewhere than the row's words."""

    row: Row
    content: ListingContent | None = None
    uid: UUID | None = None
    network: str = ""
    network_id: str = ""
    questions: list[Question] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)


def read_row(row: Row, columns: Mapping[str, str], answers: Mapping[str, str], file_source: SourceContent) -> Said:
    """What a row says. `columns`: meaning -> title; `answers`: by the key of questions; `file_source`: the source of
    what names none, unverified."""
    return _Reader(row, columns, answers).read(file_source)


class _Refused(Exception):
    """The row has an error; it has been written down."""


class _Reader:
    def __init__(self, row: Row, columns: Mapping[str, str], answers: Mapping[str, str]) -> None:
        self.row, self.columns, self.answers = row, columns, answers
        self.said = Said(row)

    def read(self, file_source: SourceContent) -> Said:
        for meaning, text in self.row.unusable.items():
            self._error(
                meaning, text, "cell_unusable",
                gettext_noop("The cell shows “%(text)s”, not a value. Put the value itself there."), text=excerpt(text),
            )  # fmt: skip
        told: dict[str, Any] = {}
        parts: tuple[tuple[str, Callable[[], Any]], ...] = (
            ("past_names", self._past_names), ("names", lambda: self._texts("name")),
            ("summary", lambda: self._texts("summary")), ("fields", self._fields),
            ("status", lambda: self._word("status", "status") or "unknown"), ("started", lambda: self._day("start")),
            ("ended", lambda: self._day("end")), ("end_reason", lambda: self._in_script("end_reason")),
            ("legacy", lambda: self._in_script("legacy")), ("places", self._places), ("parts", self._parts),
            ("partner_count", self._partner_count), ("languages", self._languages), ("website", self._website),
            ("links", lambda: [{"address": one} for one in self._list("links")]),
        )  # fmt: skip
        for name, read in parts:
            try:
                told[name] = read()
            except _Refused:
                continue
        told["is_fictional"] = folded(self._cell("is_fictional")) in ("yes", "true", "1")
        if told.get("ended") and told.get("status") == "unknown" and not self._cell("status"):
            told["status"] = "closed"
        try:
            self.said.uid = UUID(self._cell("id"))
        except ValueError:
            self.said.uid = None
        self.said.network, self.said.network_id = self._cell("network"), self._cell("network_id")
        try:
            content = read_content(told)
            if not self.said.errors:
                self.said.content = replace(content, sources=self._sources(list(content.facts()), file_source))
        except RuleBroken as broken:
            self._faults(told, broken)
        return self.said

    def _faults(self, told: Mapping[str, Any], first: RuleBroken) -> None:
        """Write down all that content refuses, so that the row need not be mended fault by fault."""
        found = []
        for names in (("names",), ("started", "ended"), *((name,) for name in told if name not in _TOGETHER)):
            some = {name: told[name] for name in names if name in told}
            if "names" in some and any(meaning.startswith("name") for meaning in self.row.unusable):
                continue
            try:
                read_content({"names": {"en": "-"}, **some})
            except RuleBroken as broken:
                found.append(broken)
        for one in found or ([] if self.said.errors else [first]):
            meaning = _COLUMN_OF.get(one.field or "", one.field or "name")
            self._error(meaning, self._cell(meaning), one.code, one.message, **one.params)

    # --- Cells ------------------------------------------------------------------------------------------------------

    def _cell(self, meaning: str) -> str:
        text = self.row.cells.get(meaning, "")
        if not text:
            return ""
        text = without_invisibles(text).strip()
        return "" if _is_nothing(meaning, text) and meaning not in ("status", "name") else text

    def _list(self, meaning: str) -> list[str]:
        return [text for text in _SEPARATORS.split(self._cell(meaning)) if text and not _is_nothing(meaning, text)]

    def _beside(self, meaning: str) -> list[str]:
        """Values that belong to things named in the same order in another column; unknown ones are empty."""
        text = self._cell(meaning)
        told = [without_invisibles(one).strip() for one in _SEPARATORS.split(text)] if text else []
        return ["" if _is_nothing(meaning, one) else one for one in told]

    def _error(self, meaning: str, text: str, code: str, message: str, /, **params: Any) -> None:
        self.said.errors.append(self._told(meaning, text, code, message, params))

    def _told(self, meaning: str, text: str, code: str, message: str, params: Mapping[str, Any]) -> dict[str, Any]:
        column = self.columns.get(meaning, meaning)
        return {"column": column, "text": excerpt(text), "code": code, "message": message, "params": params}

    def _ask(
        self,
        meaning: str,
        text: str,
        code: str,
        message: str,
        candidates: Sequence[Mapping[str, Any]],
        about: str = "",
        **params: Any,
    ) -> str | None:
        """The answer to a question; None while there is none, and then it is asked."""
        key = f"{code}|{meaning}|{folded(text)[:80]}|{about}"
        answer = self.answers.get(key)
        if answer is None:
            self.said.questions.append(
                Question(
                    key,
                    self.columns.get(meaning, meaning),
                    excerpt(text),
                    code,
                    message,
                    {"text": excerpt(text), **params},
                    candidates,
                )
            )
        return answer

    def _word(self, kind: str, meaning: str, text: str | None = None) -> str:
        text = self._cell(meaning) if text is None else text
        if not text:
            return ""
        if code := code_of(kind, text):
            return code
        answer = self._ask(
            meaning, text, f"{kind}_unknown", _UNKNOWN[kind],
            [{"answer": code, "label": label_of(kind, code)} for code in codes_near(kind, text)],
        )  # fmt: skip
        return answer if answer and answer != NONE else ""

    # --- Facts ------------------------------------------------------------------------------------------------------

    def _past_names(self) -> list[dict[str, Any]]:
        told = [_PAST_NAME.fullmatch(text) for text in self._list("past_names")]
        found = [(one["name"], one["until"] or "") for one in told if one]
        for inside in _PAST_IN_NAME.finditer(self._cell("name")):
            found += [(name, inside["until"] or "") for name in re.split(r"\s*/\s*", inside["names"].strip())]
        return [{"names": {_language(name): name}, "until": until} for name, until in found if name]

    def _texts(self, stem: str) -> dict[str, str]:
        told = {
            meaning.removeprefix(f"{stem}_"): self._cell(meaning)
            for meaning in self.row.cells
            if meaning.startswith(f"{stem}_") and self._cell(meaning)
        }
        plain = self._cell(stem)
        if stem == "name":
            plain = _PAST_IN_NAME.sub("", plain).strip()
            # A name in another script beside it is the name in that language: Yeshtanu (ישותנו).
            for inside in _IN_PARENTHESES.findall(plain):
                language = language_of_script(inside)
                if language in ("he", "ar") and language_of_script(plain) != language and language not in told:
                    told[language] = inside
                    plain = plain.replace(f"({inside})", " ")
            plain = " ".join(plain.split())
        if plain and folded(plain) not in {folded(text) for text in told.values()}:
            told.setdefault(_language(plain), plain)
        return told

    def _in_script(self, meaning: str) -> dict[str, str]:
        text = self._cell(meaning)
        return {_language(text): text} if text else {}

    def _fields(self) -> list[str]:
        found: list[str] = []
        for text in self._list("field"):
            pieces = [text] if code_of("field", text) else _COMMAS.split(text)
            found += [code for piece in pieces if piece and (code := self._word("field", "field", piece))]
        return list(dict.fromkeys(found))

    def _languages(self) -> list[str]:
        found = []
        for text in (piece for one in self._list("languages") for piece in _COMMAS.split(one) if piece):
            code: str | None = language_named(text)
            if not code:
                code = self._ask(
                    "languages", text, "language_unknown", gettext_noop("Which language is “%(text)s”?"),
                    [{"answer": language} for language in LANGUAGES],
                )  # fmt: skip
            if code and code != NONE:
                found.append(code)
        return found

    def _day(self, meaning: str) -> str:
        text = self._cell(meaning).translate(DIGITS)
        if not text:
            return ""
        day = ""
        if told := _YEAR_FIRST.fullmatch(text):
            year, month, of_month = told.groups()
            if month and not of_month and int(month) > 12:
                day = year  # 2013-14, a school year
            else:
                day = "-".join([year, *(part.zfill(2) for part in (month, of_month) if part)])
        elif told := _YEAR_LAST.fullmatch(text):
            first, second, year = told.groups()
            if first is None:
                day = f"{year}-{second.zfill(2)}"
            elif int(first) > 12 or int(second) > 12 or first == second:
                # 3/4/2015 is another day here than elsewhere; 13/4/2015 is not.
                of_month, month = (second, first) if int(second) > 12 else (first, second)
                day = f"{year}-{month.zfill(2)}-{of_month.zfill(2)}"
        elif told := _SPAN.fullmatch(text):
            day = told[1]
        if not day or is_deceptive(self.row.cells.get(meaning, "")):
            self._error(
                meaning, text, "day_unreadable",
                gettext_noop("“%(text)s” is no date. Write a year, 2013, a month, 2013-09, or a day, 2013-09-01."),
                text=excerpt(text),
            )  # fmt: skip
            raise _Refused
        return day

    def _partner_count(self) -> int | None:
        text = self._cell("partner_count").translate(DIGITS)
        if not text:
            text = self._cell("partners").translate(DIGITS)
            if not self._counts_partners():
                return None
        told = _COUNT.fullmatch(text)
        if not told:
            self._error(
                "partner_count", text, "number_unreadable", gettext_noop("“%(text)s” is no number of partners."),
                text=excerpt(text),
            )  # fmt: skip
            raise _Refused
        return int(told[1].replace(",", ""))

    def _website(self) -> str:
        text = self._cell("website")
        return f"https://{text}" if text and "://" not in text and _BARE_ADDRESS.fullmatch(text) else text

    def _parts(self) -> list[dict[str, Any]]:
        names = self._list("backbone")
        kinds = [self._word("backbone_kind", "backbone_kind", text) for text in self._beside("backbone_kind")]
        types = [self._word("backbone_type", "backbone_type", text) for text in self._beside("backbone_type")]
        parts: list[dict[str, Any]] = [
            {
                "names": {_language(name): name}, "part": "backbone", "backbone_kind": _paired(kinds, at, len(names)),
                "backbone_type": _paired(types, at, len(names)),
            }
            for at, name in enumerate(names)
        ]  # fmt: skip
        return [
            *parts,
            *(
                {"names": {_language(name): name}, "part": part}
                for part, meaning in PARTS.items()
                for name in self._list(meaning)
                if meaning != "partners" or not self._counts_partners()
            ),
        ]

    def _counts_partners(self) -> bool:
        """Whether the column of partners tells how many there are ("4", "about 20"), not who."""
        return _COUNT.fullmatch(self._cell("partners").translate(DIGITS)) is not None

    # --- Where ------------------------------------------------------------------------------------------------------

    def _countries(self) -> list[str]:
        codes = [
            self._country("country_code", text)
            for one in self._list("country_code")
            for text in _COMMAS.split(one)
            if text
        ]
        names = [self._country("country", text) for text in self._list("country")]
        codes, names = [code for code in codes if code], [code for code in names if code]
        if codes and names and not set(names) <= set(codes):
            text = f"{self._cell('country')} / {self._cell('country_code')}"
            answer = self._ask(
                "country", text, "country_contradicts",
                gettext_noop("“%(text)s”: the name and the code are of different countries. Which is meant?"),
                [_country_candidate(code) for code in dict.fromkeys([*codes, *names])],
            )  # fmt: skip
            return [answer] if answer and answer != NONE else []
        return list(dict.fromkeys(codes or names))

    def _country(self, meaning: str, text: str) -> str:
        found = country(text.upper()) if meaning == "country_code" else None
        found = found or country_named(text)
        if found:
            return found.code
        answer = self._ask(
            meaning, text, "country_unknown", gettext_noop("Which country is “%(text)s”?"),
            [_country_candidate(code) for code in _countries_near(folded(text))],
        )  # fmt: skip
        return answer if answer and country(answer) else ""

    def _places(self) -> list[dict[str, Any]]:
        codes = self._countries()
        scopes = [self._word("scope", "scope", text) for text in self._list("scope")]
        texts = self._beside("place")
        if len(texts) != len(self._beside("latitude")):  # else a place without a name has its point
            texts = list(filter(None, texts))
        whole_world = "global" in scopes or any(_GLOBAL.search(folded(text)) for text in texts)
        whole_country = not whole_world and ("national" in scopes or any(_is_national(text) for text in texts))
        texts = [text for text in texts if not _GLOBAL.search(folded(text)) and not _is_national(text)]
        places: list[dict[str, Any]] = [{"kind": "global"}] if whole_world else []
        if whole_country:
            places += [{"kind": "national", "country": code} for code in codes]
        # What works in a whole country has no point; the point that such rows hold stands for the country.
        points = [] if places and not texts else self._points(codes)
        if texts or points:
            regions, finenesses = self._beside("region"), self._beside("precision")
            lands = self._beside("country_code")
            count = max(len(texts), 1 if len(points) == 1 else len(points) if not texts else 0)
            for at in range(count):
                point = points[at] if len(points) == count else None
                place = self._place(
                    texts[at] if at < len(texts) else "",
                    lands[at]
                    if len(lands) == count and lands[at] in codes
                    else _paired(codes, at, count) or "".join(codes[:1]),
                    _paired(regions, at, count),
                    point,
                    "area" if "area" in scopes and (set(scopes) == {"area"} or len(scopes) == 1) else "",
                    code_of("precision", _paired(finenesses, at, count)),
                )
                if place:
                    places.append(place)
        elif not places:
            regions = self._list("region")
            for at, code in enumerate(codes):
                region = _paired(regions, at, len(codes))
                places.append(
                    {"kind": "area", "country": code, "region": region, "precision": "region" if region else "country"}
                )
        return places

    def _place(
        self, text: str, code: str, region: str, point: tuple[str, str] | None, kind: str, precision: str
    ) -> dict[str, Any] | None:
        found = _match(text, code, region) if text else None
        if text and not code and found is None:
            code, text = _country_at_the_end(text)
            if code and not text and not point:
                return {
                    "kind": "area",
                    "country": code,
                    "region": region,
                    "precision": "region" if region else "country",
                }
            found = _match(text, code, region) if text else None
        if isinstance(found, gazetteer.Ambiguous) and point is None:
            answer = self._ask(
                "place", ", ".join(filter(None, (text, region))), "place_ambiguous",
                gettext_noop("Which place is “%(text)s”?"), [_candidate(one) for one in by_size(found.candidates)], about=code,
            )  # fmt: skip
            if answer is None and not code:
                return None  # which place it is tells the country
            chosen = next((one for one in found.candidates if str(one.id) == answer), None)
            found = chosen
        sure = found if isinstance(found, gazetteer.Candidate) else None
        is_elsewhere = False
        if sure and point and gazetteer.distance(sure.point, (float(point[0]), float(point[1]))) > NEAR:
            sure, is_elsewhere = None, True
        if sure:
            code = code or sure.country
        if not code and point and not is_elsewhere:
            code = self._country_of(point)
        if not code:
            answer = self._ask(
                "country", text or " ".join(point or ()), "country_missing",
                gettext_noop("In which country is “%(text)s”?"), [],
            )  # fmt: skip
            if not answer or not country(answer):
                return None
            code = answer
        is_area = kind == "area" or (not point and not sure) or (sure is not None and sure.how not in _TOWN)
        place: dict[str, Any] = {
            "kind": "area" if is_area else "point",
            "country": code,
            "region": region or (sure.region_name if sure else ""),
            "names": dict(sure.names) if sure and not is_area else ({_language(text): text} if text else {}),
            "precision": precision or ("region" if is_area else "city"),
        }
        if sure and not is_area:
            place["gazetteer_id"] = sure.id
        if point:
            place["latitude"], place["longitude"] = point
        elif sure:
            place["latitude"], place["longitude"] = (f"{degrees:.5f}" for degrees in sure.point)
        return place

    def _country_of(self, point: tuple[str, str]) -> str:
        """The country in whose shape a point clearly lies; it is noted that the row does not say so."""
        code = country_at(float(point[0]), float(point[1])) or ""
        if code:
            note = gettext_noop("The row names no country. By the shapes of countries its point lies in %(country)s.")
            self.said.notes.append(self._told("country", " ".join(point), "country_of_point", note, {"country": code}))
        return code

    def _points(self, codes: Sequence[str]) -> list[tuple[str, str] | None]:
        norths, easts = self._beside("latitude"), self._beside("longitude")
        if not any(norths) and not any(easts):
            return []
        if len(norths) != len(easts):
            self._error(
                "latitude" if len(norths) < len(easts) else "longitude", "; ".join(norths), "point_unreadable",
                gettext_noop("A point has a latitude and a longitude."),
            )  # fmt: skip
            raise _Refused
        points: list[tuple[str, str] | None] = []
        for north, east in zip(norths, easts, strict=True):
            if not any(map(folded, (north, east))):
                points.append(None)
                continue
            y, x = self._both_degrees(north, east)
            swapped = abs(y) > 90 >= abs(x) or any(
                (found := country(code)) is not None and found.box is not None
                and not _inside(found.box, y, x) and _inside(found.box, x, y)
                for code in codes[:1]
            )  # fmt: skip
            if swapped:
                answer = self._ask(
                    "latitude", f"{north} {east}", "point_swapped",
                    gettext_noop("Latitude and longitude “%(text)s” seem to be swapped. Shall they be swapped back?"),
                    [
                        {"answer": "swap", "latitude": str(x), "longitude": str(y)},
                        *([] if abs(y) > 90 else [{"answer": "keep", "latitude": str(y), "longitude": str(x)}]),
                    ],
                )  # fmt: skip
                if answer == "swap":
                    y, x = x, y
                elif answer != "keep" or abs(y) > 90:
                    continue
            for meaning, degrees, most in (("latitude", y, 90), ("longitude", x, 180)):
                if abs(degrees) > most:
                    self._unreadable(meaning, str(degrees))
            points.append((f"{y:.5f}", f"{x:.5f}"))
        return points

    def _both_degrees(self, north: str, east: str) -> tuple[float, float]:
        told = []
        for meaning, text, sides in (("latitude", north, "NS"), ("longitude", east, "EW")):
            try:
                told.append(self._degrees(meaning, text, sides))
            except _Refused:
                continue
        if len(told) < 2:
            raise _Refused
        return told[0], told[1]

    def _degrees(self, meaning: str, text: str, sides: str) -> float:
        told = _DEGREES.fullmatch(text.translate(DIGITS))
        side = told[3].upper() if told else ""
        if not told or is_deceptive(self.row.cells.get(meaning, "")) or (side and side not in sides):
            self._unreadable(meaning, text)
        assert told is not None
        degrees = float(told[2].replace(",", ".").replace("٫", "."))
        return -degrees if told[1] in ("-", "−") or side in ("S", "W") else degrees

    def _unreadable(self, meaning: str, text: str) -> None:
        self._error(
            meaning, text, "point_unreadable",
            gettext_noop("“%(text)s” is no latitude or longitude, such as 32.79."), text=excerpt(text),
        )  # fmt: skip
        raise _Refused

    # --- Sources ----------------------------------------------------------------------------------------------------

    def _sources(self, facts: Sequence[str], file_source: SourceContent) -> dict[str, tuple[SourceContent, ...]]:
        evidence = self._cell("evidence")
        doubtful = set(self._list("unverified"))
        for clause in re.split(r"[;\n]", evidence):
            if "unverified" in clause.lower():
                doubtful |= {fact for fact, words in _DOUBTS if re.search(rf"\b({words})\b", clause, re.IGNORECASE)}
        named = [
            {"address": address_of(text, "sources")}
            if text.startswith(("http://", "https://"))
            else {"title": _CONTROLS.sub(" ", text)[:300]}
            for text in self._list("source")
        ]
        told: dict[str, tuple[SourceContent, ...]] = {}
        for fact in facts:
            note = excerpt_of_note(evidence) if fact in ("names", *doubtful) else ""
            sources = (SourceContent(**one, note=note, is_verified=fact not in doubtful) for one in named)
            told[fact] = tuple(sources) or (file_source,)
        return told


_TOWN = (gazetteer.How.NAME, gazetteer.How.OTHER_NAME)
_UNKNOWN = {
    "field": gettext_noop("Which field of action is “%(text)s”?"),
    "status": gettext_noop("Which status is “%(text)s”?"),
    "backbone_kind": gettext_noop("Which kind of backbone is “%(text)s”?"),
    "backbone_type": gettext_noop("Which type of backbone is “%(text)s”?"),
    "scope": gettext_noop("Where does it work, if “%(text)s”?"),
    "precision": gettext_noop("How precise is “%(text)s”?"),
}


def excerpt_of_note(text: str) -> str:
    """A note as long as a source may have."""
    text = _CONTROLS.sub(" ", text)
    return text if len(text) <= 500 else f"{text[:499]}…"


@lru_cache(maxsize=4096)
def _language(text: str) -> str:
    return language_of_script(text) or "en"


def _paired(values: Sequence[str], at: int, count: int) -> str:
    """The value of one of several: its own, or the one for all."""
    if len(values) == count:
        return values[at]
    return values[0] if len(values) == 1 else ""


def _country_at_the_end(text: str) -> tuple[str, str]:
    """The country that a text names alone or at its end, and what stands before it: "Basalt, United States". None for a
    name that a region of another country has too: Georgia."""
    before, _comma, last = text.replace("،", ",").rpartition(",")
    found = country_named(last)
    if found is None or gazetteer.is_region_somewhere(last):
        return "", text
    return found.code, before.strip()


def _is_nothing(meaning: str, text: str) -> bool:
    """Whether a text says that nothing is known. NA is the code of Namibia."""
    return folded(text) in _NOTHING and not (meaning == "country_code" and text == "NA")


def _is_national(text: str) -> bool:
    word = folded(text)
    # National City is a town; "national network" tells of none.
    return _NATIONAL.search(word) is not None and not isinstance(_match(text, "", ""), gazetteer.Candidate)


def _inside(box: tuple[float, float, float, float], latitude: float, longitude: float, margin: float = 1.0) -> bool:
    west, south, east, north = box
    between = (
        west - margin <= longitude <= east + margin
        if west <= east
        else longitude >= west - margin or longitude <= east + margin
    )
    return south - margin <= latitude <= north + margin and between


@lru_cache(maxsize=4096)
def _match(text: str, code: str, region: str) -> gazetteer.Candidate | gazetteer.Ambiguous | None:
    return gazetteer.match(text, code or None, region or None)


def by_size(found: Sequence[gazetteer.Candidate]) -> list[gazetteer.Candidate]:
    """Places to choose from, the largest first; before them those that lie where the text says."""
    return sorted(found, key=lambda one: (not one.told_region, -one.population))


def _candidate(one: gazetteer.Candidate) -> dict[str, Any]:
    return {
        "answer": str(one.id), "names": dict(one.names), "region": one.region_name or one.region, "country": one.country,
        "latitude": f"{one.point[0]:.2f}", "longitude": f"{one.point[1]:.2f}", "people": one.population, "how": one.how.value,
    }  # fmt: skip


def _country_candidate(code: str) -> dict[str, Any]:
    found = country(code)
    return {"answer": code, "names": found.names if found else {}}


@lru_cache
def _country_names() -> dict[str, str]:
    return {folded(name): one.code for one in countries() for name in (*one.names.values(), *one.other_names)}


def _countries_near(word: str) -> Iterator[str]:
    names = _country_names()
    yield from dict.fromkeys(names[found] for found in get_close_matches(word, names, n=5, cutoff=0.6))
