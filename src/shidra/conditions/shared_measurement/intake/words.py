"""The words that partners use, held against the shared codes.

A word is known when it is a code, a name in any language, or a synonym that this partner confirmed before. Everything
else is asked; what looks alike is offered, never applied.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext

from shidra.conditions.shared_measurement.intake.mapping import Role
from shidra.conditions.shared_measurement.models import (
    Category,
    Definition,
    Dimension,
    Expectation,
    Round,
    Synonym,
)
from shidra.conditions.shared_measurement.queries.versions import Versions
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.places.models import Place
from shidra.foundation.spreadsheets.layout import is_total
from shidra.kernel.errors import RuleBroken
from shidra.kernel.periods import Period, PeriodAmbiguous, PeriodKind, PeriodUnreadable, parse_period
from shidra.kernel.writing import DIGITS, SPACES, without_invisibles

_LOOKS = str.maketrans(
    {
        **SPACES,
        **DIGITS,
        **dict.fromkeys("‐‑‒–—―−־_", "-"),
        **dict.fromkeys("״“”„″", '"'),
        **dict.fromkeys("׳’‘`´′", "'"),
        **dict.fromkeys("أإآٱ", "ا"),
        **dict.fromkeys("ىی", "ي"),
        "ة": "ه",
        "ک": "ك",
        "ـ": None,
    }
)
VERSION_MARK = "#"  # between the code of an indicator and the number of a version; no code has it in it
LEAVE_OUT = "-"  # the code of a word that is not for this report
_ENDS = " \t:;,.*†‡-()[]"


def normalised(word: str) -> str:
    """The one spelling in which words are compared and synonyms kept: small letters, plain marks and digits, single
    spaces, without points, vowel signs, invisible marks and footnote marks."""
    text = unicodedata.normalize("NFKC", without_invisibles(word)).translate(_LOOKS).casefold()
    # Points of Hebrew and vowel signs of Arabic are left out by custom; a name with them is the same name.
    text = "".join(character for character in text if unicodedata.category(character) != "Mn")
    text = re.sub(r"\s*-\s*", " ", text).replace('"', "").replace("'", "")
    return " ".join(text.split()).strip(_ENDS)[:200]


def _words(text: str) -> frozenset[str]:
    return frozenset(normalised(word) for word in text.split("|"))


# Headers that say what a column is, whatever is measured.
HEADERS: dict[Role, frozenset[str]] = {
    Role.INDICATOR: _words(
        "indicator|measure|metric|indicator code|indicator name|מדד|המדד|שם המדד|קוד "
        "מדד|אינדיקטור|مؤشر|المؤشر|اسم المؤشر|رمز المؤشر|المقياس"
    ),
    Role.PERIOD: _words(
        "period|year|month|quarter|date|school year|fiscal year|reporting "
        "period|time|תקופה|שנה|חודש|רבעון|תאריך|שנת לימודים|"
        'שנה"ל|שנת תקציב|תקופת דיווח|فترة|الفترة|سنة|السنة|عام|العام|شهر|الشهر|ربع|الربع|تاريخ|التاريخ|'
        "العام الدراسي|السنة الدراسية"
    ),
    Role.PLACE: _words(
        "place|city|town|locality|settlement|municipality|neighbourhood|neighborhood|district|area|region|location|geography|"
        "מקום|יישוב|ישוב|היישוב|עיר|רשות|רשות מקומית|שכונה|מחוז|אזור|איזור|שם יישוב|"
        "مكان|المكان|بلدة|البلدة|بلد|مدينة|المدينة|حي|الحي|منطقة|المنطقة|لواء|اللواء|سلطة محلية|السلطة المحلية|الموقع"
    ),
    Role.GROUP: _words("group|category|population group|קבוצה|קבוצת אוכלוסייה|פילוח|مجموعة|المجموعة|الفئة|فئة"),
    Role.NUMERATOR: _words("numerator|num|מונה|בסט|البسط|بسط"),
    Role.DENOMINATOR: _words("denominator|den|denom|out of|base|מכנה|מתוך|مقام|المقام|من أصل|من اصل"),
    Role.VALUE: _words(
        "value|count|number|amount|figure|percent|percentage|%|rate|result|ערך|מספר|כמות|נתון|אחוז|אחוזים|שיעור|תוצאה|"
        "قيمة|القيمة|عدد|العدد|رقم|نسبة|النسبة|النسبة المئوية|معدل|المعدل|نتيجة|النتيجة"
    ),
    Role.NOTE: _words("note|notes|comment|comments|remark|remarks|הערה|הערות|ملاحظة|ملاحظات|تعليق|تعليقات"),
    Role.IGNORE: _words("no|no.|#|row|serial|id|מס'|מס|מס\"ד|מספר סידורי|الرقم|رقم تسلسلي|م"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """A word and the shared codes it can mean; one code: it is known. `how`: code, name, synonym, period or answer."""

    codes: tuple[str, ...] = ()
    how: str = ""

    @property
    def code(self) -> str:
        return self.codes[0] if len(self.codes) == 1 else ""


@dataclass
class Vocabulary:
    """All shared terms that a partner's words can stand for, with the partner's own synonyms.

    `words`: by kind (indicator, place, category, period, dimension), normalised word and how it is known, the codes.
    """

    # By indicator code. Where a partner reports by two versions, the older one is an indicator of its own: `code#1`.
    definitions: dict[str, Definition] = field(default_factory=dict)
    # By which version this partner is asked for a period, or reports it: (indicator code, period), where it is not the
    # one above.
    by_period: dict[tuple[str, str], Definition] = field(default_factory=dict)
    codes: dict[int, str] = field(default_factory=dict)  # of every published version by its id
    places: dict[str, Place] = field(default_factory=dict)  # by code
    categories: dict[str, Category] = field(default_factory=dict)  # by "dimension=category"
    dimensions: dict[str, Dimension] = field(default_factory=dict)
    periods: tuple[str, ...] = ()  # those that the round asks for
    asked: frozenset[tuple[str, str, str]] = (
        frozenset()
    )  # (indicator, period, place) that the round asks this partner for
    fiscal_year_start: int = 1
    school_year_start: int = 9
    words: dict[str, dict[str, dict[str, set[str]]]] = field(default_factory=dict)
    versions: Versions | None = None  # where a version was put to the partners
    organisation_id: int | None = None

    def learn(self, kind: str, word: str, code: str, how: str) -> None:
        """Count `word` as one for `code`."""
        spelling = normalised(word)
        if spelling:
            self.words.setdefault(kind, {}).setdefault(spelling, {}).setdefault(how, set()).add(code)

    def find(self, kind: str, word: str, *, dimension: str = "") -> Known:
        """What the word can mean. A partner's own synonym stands before a code, a code before a name."""
        found = self.words.get(kind, {}).get(normalised(word), {})
        for how in ("answer", "synonym", "code", "name"):  # what the person said goes before what we think
            codes = found.get(how, set())
            if dimension:
                codes = {code for code in codes if code == LEAVE_OUT or code.partition("=")[0] == dimension}
            if codes:
                return Known(tuple(sorted(codes)), how)
        if kind == "category" and dimension and is_total(word):
            # "Total" in a column of groups is the whole, whatever the shared name of the whole is.
            totals = [code for code, category in self.categories.items() if category.is_total]
            total = next((code for code in totals if code.partition("=")[0] == dimension), f"{dimension}=")
            return Known((total,), "total")
        return Known()

    def find_period(self, word: str, *, expected: PeriodKind | None = None, day_first: bool | None = None) -> Known:
        """The periods that the word can mean; a synonym stands before what can be read."""
        known = self.find("period", word)
        if known.codes:
            return known
        try:
            parsed = parse_period(
                word,
                expected=expected,
                fiscal_year_start=self.fiscal_year_start,
                school_year_start=self.school_year_start,
                day_first=day_first,
            )
        except PeriodAmbiguous as ambiguous:
            return Known(tuple(candidate.code for candidate in ambiguous.candidates), "period")
        except PeriodUnreadable:
            return Known()
        return Known((parsed.period.code,), "period")

    def alike(self, kind: str, word: str, *, dimension: str = "", most: int = 5) -> list[str]:
        """Codes whose names look like the word, likeliest first: to be offered, never applied."""
        wanted = normalised(word)
        scores: dict[str, float] = {}
        for spelling, found in self.words.get(kind, {}).items():
            score = SequenceMatcher(None, wanted, spelling).ratio()
            if (
                wanted
                and spelling
                and (wanted in spelling or spelling in wanted)
                and min(len(wanted), len(spelling)) > 2
            ):
                score = max(score, 0.75)
            if score >= 0.6:
                for codes in found.values():
                    for code in codes:
                        if not dimension or code.partition("=")[0] == dimension:
                            scores[code] = max(score, scores.get(code, 0))
        return sorted(scores, key=lambda code: (-scores[code], code))[:most]

    def expected_kind(self, indicators: Iterable[str]) -> PeriodKind | None:
        """The one kind of period that all these indicators are measured by, None if they differ."""
        kinds = {self.definitions[code].frequency for code in indicators if code in self.definitions}
        return PeriodKind(kinds.pop()) if len(kinds) == 1 else None

    def definition_of(self, indicator: str, period: str) -> Definition | None:
        """The version by which this partner reports an indicator for a period."""
        found = self.definitions.get(indicator)
        if found is None or VERSION_MARK in indicator:
            return found
        if (indicator, period) in self.by_period:
            return self.by_period[indicator, period]
        if self.versions is None or not is_period_code(period):
            return found
        return self.versions.reported_by(found, self.organisation_id, period)[0]


def vocabulary_of(initiative: Initiative, organisation: Organisation | None, round: Round | None = None) -> Vocabulary:
    """Everything that a file of this partner may speak of. Call it in the initiative's scope."""
    vocabulary = Vocabulary(
        fiscal_year_start=initiative.fiscal_year_start, school_year_start=initiative.school_year_start
    )
    if round is not None:
        vocabulary.periods = tuple(round.periods)
    asked = _asked(round, organisation)
    _learn_indicators(vocabulary, initiative, organisation, asked)
    _learn_places(vocabulary, initiative, asked)
    _learn_categories(vocabulary, initiative)
    synonyms = Synonym.objects.filter(initiative=initiative).filter(Q(organisation=organisation) | Q(organisation=None))
    for synonym in synonyms:
        vocabulary.words.setdefault(synonym.kind, {}).setdefault(synonym.word, {}).setdefault("synonym", set()).add(
            synonym.code
        )
    return vocabulary


def _asked(round: Round | None, organisation: Organisation | None) -> QuerySet[Expectation]:
    if round is None:
        return Expectation.objects.none()
    return Expectation.objects.filter(submission__round=round, submission__organisation=organisation)


def _learn_indicators(
    vocabulary: Vocabulary, initiative: Initiative, organisation: Organisation | None, asked: QuerySet[Expectation]
) -> None:
    """The definitions that a value is reported by: those that the round asks for, else what the partner adopted, else
    the newest published. A name of an earlier version still names the indicator, where it names no other."""
    versions = Versions(initiative)
    published = {one.pk: one for known in versions.published.values() for one in known}
    vocabulary.codes = {pk: one.indicator.code for pk, one in published.items()}
    if not versions.is_one_for_all:
        vocabulary.versions, vocabulary.organisation_id = versions, organisation.pk if organisation else None
    for known in versions.published.values():
        if known[-1].indicator.retired_on is None:
            vocabulary.definitions[known[-1].indicator.code] = known[-1]
    triples = [
        (published[definition_id], period, place)
        for definition_id, period, place in asked.order_by("definition__number", "pk").values_list(
            "definition_id", "period", "place__code"
        )
        if definition_id in published
    ]
    for definition, period, _place in triples:  # older versions first: the newest of a period stays
        vocabulary.definitions[definition.indicator.code] = definition
        vocabulary.by_period[definition.indicator.code, period] = definition
    told = set()
    for definition, period, place in triples:
        code = definition.indicator.code
        if vocabulary.by_period[code, period].pk != definition.pk:
            code = versioned(definition)
            vocabulary.definitions[code] = definition
            vocabulary.codes[definition.pk] = code
        told.add((code, period, place))
    vocabulary.asked = frozenset(told)
    for code, definition in vocabulary.definitions.items():
        _learn_version(vocabulary, definition, code)
    for known in versions.published.values():
        code = known[-1].indicator.code
        for earlier in known[:-1] if code in vocabulary.definitions else ():
            for name in earlier.names.values():
                if not vocabulary.find("indicator", name).codes:
                    vocabulary.learn("indicator", name, code, "name")


def _learn_version(vocabulary: Vocabulary, definition: Definition, code: str) -> None:
    vocabulary.learn("indicator", code, code, "code")
    current = vocabulary.definitions[definition.indicator.code] if VERSION_MARK in code else None
    for language, name in definition.names.items():
        if current is None or name not in current.names.values():
            vocabulary.learn("indicator", name, code, "name")
        vocabulary.learn("indicator", name_with_version(definition, name, language), code, "name")
    if definition.has_parts:
        for part in ("numerator", "denominator"):
            for name in getattr(definition, part).values():
                if current is None or name not in getattr(current, part).values():
                    vocabulary.learn(part, name, code, "name")


def versioned(definition: Definition) -> str:
    """The code under which files name one version of a definition beside another: `attendance#1`."""
    return f"{definition.indicator.code}{VERSION_MARK}{definition.number}"


def name_with_version(definition: Definition, name: str, language: str) -> str:
    """The name of a version where two stand beside each other, in a language: `Attendance (version 1)`."""
    with translation.override(language):
        return gettext("%(name)s (version %(number)s)") % {"name": name, "number": definition.number}


def _learn_places(vocabulary: Vocabulary, initiative: Initiative, asked: QuerySet[Expectation]) -> None:
    """The initiative's places with all below and above them, and those that the round asks for."""
    roots = list(initiative.places.all())
    wanted = Q(tenant=initiative.pk) | Q(pk__in=asked.order_by().values("place_id"))
    for path in {place.path for place in roots if place.path}:
        wanted |= Q(path__startswith=path, tenant=None)
    above = {int(part) for place in roots for part in place.path.split("/") if part.isdigit()}
    places = Place.objects.filter(wanted | Q(pk__in=[*above, *(place.pk for place in roots)])).order_by("path")
    for place in places:
        vocabulary.places[place.code] = place
        vocabulary.learn("place", place.code, place.code, "code")
        for name in place.names.values():
            vocabulary.learn("place", name, place.code, "name")


def _learn_categories(vocabulary: Vocabulary, initiative: Initiative) -> None:
    for dimension in Dimension.objects.filter(initiative=initiative).prefetch_related("categories"):
        vocabulary.dimensions[dimension.code] = dimension
        vocabulary.learn("dimension", dimension.code, dimension.code, "code")
        for name in dimension.names.values():
            vocabulary.learn("dimension", name, dimension.code, "name")
        for category in dimension.categories.all():
            code = f"{dimension.code}={category.code}"
            vocabulary.categories[code] = category
            vocabulary.learn("category", category.code, code, "code")
            vocabulary.learn("category", code, code, "code")
            for name in category.names.values():
                vocabulary.learn("category", name, code, "name")


def is_period_code(code: str) -> bool:
    """Whether this is the code of a period."""
    try:
        Period.from_code(code)
    except RuleBroken:
        return False
    return True


__all__ = ["HEADERS", "Known", "Vocabulary", "is_period_code", "normalised", "vocabulary_of"]
