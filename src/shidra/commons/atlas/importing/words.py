"""Words for what the atlas knows by codes, in three languages and as people write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from babel import Locale
from django.utils import translation

from shidra.commons.atlas.models import BackboneKind, BackboneType, Listing, ListingPlace, Precision
from shidra.foundation.initiatives.models import FieldOfAction
from shidra.kernel.languages import LANGUAGES
from shidra.kernel.writing import folded

_MORE: dict[str, dict[str, str]] = {
    "field": {
        "early_childhood": "early years|0-5|preschool|kindergarten|גיל רך|הגיל הרך|الطفولة المبكرة",
        "child_wellbeing": "children|child welfare|child well-being|families|ילדים|רווחת ילדים|الأطفال|رفاه الأطفال",
        "education": "school|schools|learning|cradle to career|literacy|stem|חינוך|למידה|التعليم|التربية|تعليم",
        "youth": "young people|youth and young adults|opportunity youth|adolescents|נוער|צעירים|בני נוער|الشباب|شباب",
        "employment": "jobs|work|workforce|workforce development|labour|labor|תעסוקה|עבודה|التشغيل|العمل"
        "|توظيف|التوظيف",
        "livelihoods": "livelihood|income|פרנסה|سبل العيش|سبل كسب الرزق",
        "economic_development": "economy|economic growth|business|פיתוח כלכלי|כלכלה|التنمية الاقتصادية|الاقتصاد",
        "poverty": "poverty reduction|welfare|עוני|רווחה|الفقر|مكافحة الفقر",
        "health": "public health|healthcare|mental health|medicine|בריאות|الصحة|صحة",
        "nutrition": "food security|hunger|תזונה|התזונה|التغذية|الأمن الغذائي",
        "food_system": "food|food systems|agriculture|farming|מזון|חקלאות|الغذاء|الزراعة",
        "housing_homelessness": "housing|homelessness|homeless|דיור|חסרי בית|דרות רחוב|السكن|الإسكان|التشرد",
        "public_safety_justice": "justice|crime|public safety|safety|criminal justice|ביטחון|צדק|בטיחות"
        "|العدالة|الأمن",
        "violence_prevention": "violence|domestic violence|family violence|אלימות|מניעת אלימות|العنف|منع العنف",
        "ageing": "aging|older people|elderly|seniors|old age|זקנה|אזרחים ותיקים|קשישים|الشيخوخة|كبار السن|المسنون",
        "inclusion": "equity|shared society|diversity|disability|immigrants|הכלה|חברה משותפת|שילוב|الدمج"
        "|المجتمع المشترك",
        "environment": "climate|sustainability|nature|water|energy|סביבה|אקלים|קיימות|البيئة|المناخ|الاستدامة",
        "community_development": "community|neighbourhood|neighborhood|place-based|קהילה|פיתוח קהילתי"
        "|تنمية المجتمع|التنمية المجتمعية",
    },
    "status": {
        "emerging": "starting|new|early|early stage|planned|forming|pilot|מתחיל|בהקמה|מתהווה|ناشئة|قيد التأسيس|جديدة",
        "active": "running|ongoing|open|current|alive|in progress|פעיל|פעילה|פועל|نشطة|نشط|فعالة|مستمرة|جارية",
        "closed": "ended|finished|completed|inactive|dissolved|over|past|סגור|הסתיים|הסתיימה|לא פעיל|مغلقة"
        "|انتهت|منتهية|متوقفة",
        "unknown": "not known|n/a|na|unclear|לא ידוע|غير معروف|غير معروفة",
    },
    "backbone_kind": {
        "dedicated": "set up for it|own|independent|ייעודי|ייעודית|مخصصة|مستقلة",
        "part_of_work": "part of work|part of a larger body|hosted|host|חלק מעבודה|جزء من عمل",
    },
    "backbone_type": {
        "new_nonprofit": "new non-profit|new nonprofit|new ngo",
        "existing_nonprofit": "nonprofit|non-profit|ngo|charity|existing non-profit|עמותה|מלכ\"ר|جمعية"
        "|منظمة غير ربحية",
        "funder": "foundation|philanthropy|קרן|مؤسسة مانحة|صندوق",
        "government": "local authority|municipality|council|state|public body|ממשלה|רשות מקומית|עירייה"
        "|حكومة|سلطة محلية|بلدية",
        "shared": "several bodies|partnership|coalition|משותף|مشترك",
        "steering_committee": "committee|steering group|leadership group|ועדת היגוי|لجنة توجيهية",
        "business_association": "chamber of commerce|business|התאחדות עסקית|غرفة تجارة",
        "university": "academia|college|אוניברסיטה|جامعة",
        "consultancy": "consulting|consultant|ייעוץ|شركة استشارية",
    },
    "scope": {
        "national": "nationwide|whole country|countrywide|ארצי|ארצית|כלל ארצי|كل البلاد|وطني|قطري",
        "global": "worldwide|international|עולמי|גלובלי|בינלאומי|عالمي|دولي",
        "area": "region|regional|אזורי|إقليمي",
        "point": "local|city|מקומי|محلي",
    },
    "precision": {},
}  # fmt: skip
_CHOICES: dict[str, Any] = {
    "field": FieldOfAction, "status": Listing.Status, "backbone_kind": BackboneKind, "backbone_type": BackboneType,
    "scope": ListingPlace.Kind, "precision": Precision,
}  # fmt: skip


def code_of(kind: str, word: str) -> str:
    """The code that a word means: `code_of("field", "חינוך")` is `education`; "" if it means none.

    kind  field, status, backbone_kind, backbone_type, scope, precision
    """
    return _table(kind).get(folded(word), "")


def codes_near(kind: str, word: str) -> list[str]:
    """All codes of a kind, those whose words look most like this one first."""
    table = _table(kind)
    near = [table[found] for found in get_close_matches(folded(word), table, n=3, cutoff=0.6)]
    return list(dict.fromkeys([*near, *_CHOICES[kind].values]))


def label_of(kind: str, code: str) -> str:
    """What a code is called, in the language of whoever looks."""
    return str(_CHOICES[kind](code).label)


def language_named(word: str) -> str:
    """The code of a language that a word names: its code, or its name in a language of ours or in itself; else ""."""
    return _languages().get(folded(word), "")


@lru_cache
def _table(kind: str) -> Mapping[str, str]:
    choices, found = _CHOICES[kind], {}
    for code in choices.values:
        found[folded(code)] = code
    for language in LANGUAGES:
        with translation.override(language):
            for code, label in choices.choices:
                found.setdefault(folded(str(label)), code)
    for code, words in _MORE[kind].items():
        for word in words.split("|"):
            found.setdefault(folded(word), code)
    return found


@lru_cache
def _languages() -> Mapping[str, str]:
    found: dict[str, str] = {}
    tables: Iterable[Mapping[str, str]] = [Locale(language).languages for language in LANGUAGES]
    for table in tables:
        for code, name in table.items():
            if code.isalpha() and len(code) <= 3:
                found.setdefault(folded(name), code)
                found.setdefault(folded(code), code)
    for word, code in (
        ("français", "fr"),
        ("español", "es"),
        ("deutsch", "de"),
        ("português", "pt"),
        ("русский", "ru"),
    ):
        found.setdefault(folded(word), code)
    return found
