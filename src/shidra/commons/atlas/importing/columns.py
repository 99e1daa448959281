"""What a column is, by its title: in three languages, as people and our own downloads call it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from shidra.commons.atlas.telling import COLUMNS
from shidra.kernel.writing import folded

MOST_ROWS_ABOVE = 30

# Meaning -> titles. Those of one meaning never mean another.
_TITLES: dict[str, str] = {
    "id": "id|uid|uuid|identifier|listing id|מזהה|معرف|رقم المبادرة",
    "name": "name|initiative|initiative name|name of initiative|project|project name|title"
    "|organisation initiative|שם|שם היוזמה|יוזמה"
    "|שם המיזם|מיזם|שם הפרויקט|פרויקט|الاسم|اسم|اسم المبادرة|المبادرة|مبادرة|اسم المشروع|المشروع",
    "past_names": "past names|former name|former names|formerly|previous name|previous names|old name"
    "|other names|שמות קודמים|שם קודם"
    "|לשעבר|أسماء سابقة|الاسم السابق|سابقا",
    "summary": "summary|description|about|abstract|what it does|goal|aim|תקציר|תיאור|תאור|אודות|מטרה|ملخص"
    "|وصف|الوصف|نبذة|الهدف",
    "field": "field|fields|field of action|fields of action|sector|sectors|topic|topics|theme|themes|issue"
    "|issues|issue area|issue areas|topic area|topic areas|focus|focus area|focus areas|area of focus|cause|domain|area of work"
    "|knowsabout|תחום|תחומים|תחום פעולה|תחומי פעולה|נושא|נושאים|מגזר|المجال|مجال|مجالات|مجال العمل|الموضوع|القطاع",
    "status": "status|state of initiative|current status|מצב|סטטוס|الحالة|الوضع|حالة",
    "start": "start|start year|started|year started|start date|since|founded|founding year|year founded"
    "|year formed|year|launched|launch year"
    "|foundingdate|שנת התחלה|התחלה|שנת הקמה|הוקם|הוקמה|מאז|שנת ייסוד|תאריך התחלה|سنة البدء|سنة التأسيس"
    "|البداية|منذ|تأسست|تاريخ البدء",
    "end": "end|end year|ended|year ended|end date|closed|until|dissolutiondate|שנת סיום|סיום|הסתיים|נסגר"
    "|عام الانتهاء|سنة الانتهاء|النهاية|تاريخ الانتهاء",
    "end_reason": "end reason|reason for ending|why it ended|סיבת הסיום|سبب الانتهاء",
    "legacy": "legacy|what remained|מורשת|מה נשאר|الإرث|ما بقي",
    "backbone": "backbone|backbone organisation|backbone organization|backbones|backbone organisations"
    "|lead organisation|lead organization|lead agency"
    "|lead body|lead|host|host organisation|host organization|anchor|anchor partner|organisation|organization"
    "|ארגון שדרה|ארגון שידרה|שדרה|ארגון מוביל|גוף מוביל|منظمة العمود الفقري|العمود الفقري|الجهة القائدة"
    "|المنظمة القائدة|الجهة الرائدة",
    "backbone_kind": "backbone class|backbone kind|class|kind of backbone|kind|סוג השדרה|نوع العمود الفقري",
    "backbone_type": "backbone type|type|type of backbone|organisation type|organization type"
    "|סוג ארגון השדרה|סוג הארגון|סוג|نوع المنظمة|نوع الجهة|النوع",
    "partners": "partners|partner organisations|partner organizations|partner|שותפים|ארגונים שותפים|الشركاء"
    "|شركاء|المنظمات الشريكة",
    "funders": "funders|funder|funded by|funding bodies|מממנים|גופים מממנים|الممولون|الجهات الممولة",
    "conveners": "conveners|convener|convened by|מכנסים|الجهات الداعية",
    "consultants": "consultants|consultant|advised by|יועצים|ייעוץ|الاستشاريون",
    "research_bodies": "research bodies|research|evaluators|evaluation|מחקר והערכה|البحث والتقييم",
    "partner_count": "partner count|number of partners|partners count|how many partners|מספר שותפים"
    "|מספר השותפים|عدد الشركاء",
    "scope": "scope|place kind|kind of place|reach|היקף|النطاق",
    "place": "city region|city|town|place|location|locality|municipality|address|where|area|city or region"
    "|community|geography|עיר|ישוב|יישוב|מקום|מיקום"
    "|כתובת|אזור|רשות|المدينة|مدينة|البلدة|المكان|الموقع|العنوان|المنطقة",
    "region": "region|state|province|county|district|state province|admin1|מחוז|נפה|המחוז|المحافظة|الولاية"
    "|اللواء|الإقليم",
    "country": "country|nation|country name|land|מדינה|ארץ|الدولة|البلد|دولة|بلد",
    "country_code": "country code|iso|iso2|iso 3166|alpha 2|iso country|קוד מדינה|رمز الدولة|رمز البلد",
    "latitude": "latitude|lat|y|קו רוחב|خط العرض",
    "longitude": "longitude|lon|lng|long|x|קו אורך|خط الطول",
    "precision": "precision|דיוק|الدقة",
    "network": "network|parent|parent network|parent initiative|part of|programme|program|רשת|רשת אם|חלק מ"
    "|الشبكة|شبكة|المبادرة الأم|جزء من",
    "network_id": "network id|parent id|מזהה הרשת|معرف الشبكة",
    "languages": "languages|language|working languages|שפות|שפה|שפות עבודה|اللغات|لغات|اللغة|لغات العمل",
    "website": "website|web site|web|url|homepage|home page|site|web address|webpage|link to website|אתר"
    "|אתר אינטרנט|כתובת אתר|الموقع الإلكتروني|موقع|موقع الويب|رابط الموقع",
    "links": "links|link|further links|קישורים|קישור|روابط|رابط",
    "source": "source|sources|reference|references|source url|citation|found at|מקור|מקורות|אסמכתא|المصدر"
    "|المصادر|مصدر|المرجع",
    "evidence": "evidence|note|notes|remark|remarks|comment|comments|הערה|הערות|ראיות|ملاحظة|ملاحظات",
    "unverified": "unverified|not verified|לא מאומת|غير موثق",
    "is_fictional": "is fictional|fictional|בדיוני|خيالي",
}  # fmt: skip
# What our own downloads tell besides: twice, or what no file can tell: when and by whom it was verified here.
_OURS = frozenset((*COLUMNS, "names", "sources", "indicators"))
_PASSED_OVER = frozenset({"verified on", "verified by", "origin", "page", "start year and end year"})
_LANGUAGE_WORDS = {
    "he": "he|heb|hebrew|עברית|בעברית|العبرية|بالعبرية",
    "ar": "ar|ara|arabic|ערבית|בערבית|العربية|بالعربية",
    "en": "en|eng|english|אנגלית|באנגלית|الإنجليزية|بالإنجليزية|انجليزي",
    "fr": "fr|french|français", "es": "es|spanish|español", "de": "de|german|deutsch", "pt": "pt|portuguese"
    "|português",
    "ru": "ru|russian|русский", "am": "am|amharic|አማርኛ", "da": "da|danish|dansk",
}  # fmt: skip
IN_LANGUAGES = ("name", "summary")
_BY_TITLE = {folded(title): meaning for meaning, titles in _TITLES.items() for title in titles.split("|")}
_LANGUAGES = {folded(word): code for code, words in _LANGUAGE_WORDS.items() for word in words.split("|")}
_OWN = re.compile(r"(name|summary)_([a-z]{2,3})")  # in a language that has no words here
_PARENTHESES = re.compile(r"[()\[\]*:?]")
_OR = re.compile(r"\s*/\s*|\s+(?:or|או|أو)\s+")


def meaning_of(title: str) -> str:
    """What a column with this title holds: `name`, `name_he`, `country`, ...; "" if nobody can know."""
    if told := _OWN.fullmatch(title.strip()):
        return title.strip() if folded(told[2]) not in _LANGUAGES else f"{told[1]}_{_LANGUAGES[told[2]]}"
    text = folded(_PARENTHESES.sub(" ", title))
    if text in _BY_TITLE:
        return _BY_TITLE[text]
    words = [word for word in text.split() if word != "in"]
    for language, rest in ((words[-1:], words[:-1]), (words[:1], words[1:])):
        code = _LANGUAGES.get(" ".join(language), "")
        meaning = _BY_TITLE.get(" ".join(rest), "")
        if code and meaning in IN_LANGUAGES:
            return f"{meaning}_{code}"
    first, *others = _OR.split(title.strip())
    return meaning_of(first) if others else ""  # "Country/Territory"


def is_passed_over(title: str) -> bool:
    """Whether it is no matter that the column is not read: it is one of our own downloads."""
    return title in _OURS or folded(title) in _PASSED_OVER


def find_header(rows: Sequence[Sequence[object]]) -> tuple[int, dict[int, str]] | None:
    """The first row that holds titles, and what each of its columns is (by position); None if there is none.

    A header names the initiative and at least one thing more; of two columns for the same, the fuller title (the
    first) counts, and `start` is better told by the day than by the year.
    """
    for at, row in enumerate(rows[:MOST_ROWS_ABOVE]):
        found: dict[int, str] = {}
        for column, cell in enumerate(row):
            meaning = meaning_of(cell) if isinstance(cell, str) and len(cell) < 100 else ""
            if not meaning:
                continue
            before = next((position for position, known in found.items() if known == meaning), None)
            if before is not None:
                finer = folded(str(cell)) == meaning and folded(str(row[before])) != meaning
                if not finer:
                    continue
                del found[before]
            found[column] = meaning
        if len(found) > 1 and any(meaning.split("_")[0] == "name" for meaning in found.values()):
            return at, found
    return None
