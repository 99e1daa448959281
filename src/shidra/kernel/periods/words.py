"""What people call the parts of the calendar in English, Hebrew and Arabic, and the numerals of Hebrew years."""

from __future__ import annotations

import re

from shidra.kernel.periods.calendar import PeriodKind
from shidra.kernel.writing import DIGITS, SPACES, without_invisibles

_LOOKS = str.maketrans(
    {
        **SPACES,
        **DIGITS,
        **dict.fromkeys("‐‑‒–—―−־~", "-"),
        **dict.fromkeys("״“”„″", '"'),
        **dict.fromkeys("׳’‘`´′", "'"),
        **dict.fromkeys("أإآٱ", "ا"),
        **dict.fromkeys("ىی", "ي"),
        **dict.fromkeys(range(0x0591, 0x05BE)),  # Hebrew points and accents
        **dict.fromkeys((0x05BF, 0x05C1, 0x05C2, 0x05C4, 0x05C5, 0x05C7)),
        **dict.fromkeys(range(0x064B, 0x0653)),  # Arabic vowel signs
        "ة": "ه",
        "ک": "ك",
        "ـ": None,
        "،": ",",
        "⁄": "/",
    }
)


def plain(text: str) -> str:
    """The text in the one spelling that this package compares: small letters, plain marks, single spaces."""
    return " ".join(without_invisibles(text).translate(_LOOKS).casefold().split())


def _words(*rows: str) -> dict[str, int]:
    """Word to number, from one row of spellings a number, divided by `|`."""
    return {plain(word): number for number, row in enumerate(rows, 1) for word in row.split("|")}


# English; Hebrew; Arabic of Egypt and the Gulf; Arabic of the Levant.
MONTHS = _words(
    "january|jan|ינואר|ינו|يناير|كانون الثاني",
    "february|feb|פברואר|פבר|فبراير|شباط",
    "march|mar|מרץ|מרס|مارس|آذار",
    "april|apr|אפריל|אפר|أبريل|إبريل|نيسان",
    "may|מאי|مايو|أيار",
    "june|jun|יוני|يونيو|يونية|حزيران",
    "july|jul|יולי|يوليو|يولية|تموز",
    "august|aug|אוגוסט|אוג|أغسطس|آب",
    "september|sept|sep|ספטמבר|ספט|سبتمبر|أيلول",
    "october|oct|אוקטובר|אוק|أكتوبر|تشرين الأول",
    "november|nov|נובמבר|נוב|نوفمبر|تشرين الثاني",
    "december|dec|דצמבר|דצמ|ديسمبر|كانون الأول",
)
MONTHS |= {f"ב{word}": number for word, number in MONTHS.items() if "א" <= word[0] <= "ת"}

ORDINALS = _words(
    "first|i|ראשון|ראשונה|הראשון|הראשונה|א|א'|الأول|الأولى|أول|أولى",
    "second|ii|שני|שנייה|שניה|השני|השנייה|השניה|ב|ב'|الثاني|الثانية|ثاني|ثان|ثانية",
    "third|iii|שלישי|השלישי|ג|ג'|الثالث|ثالث",
    "fourth|iv|רביעי|הרביעי|ד|ד'|الرابع|رابع",
)

PARTS = {
    plain(word): kind
    for kind, words in {
        PeriodKind.QUARTER: "q|qtr|quarter|t|רבעון|הרבעון|ربع|الربع",
        PeriodKind.HALF_YEAR: "h|s|half|half-year|half year|מחצית|המחצית|חציון|החציון|نصف|النصف",
        PeriodKind.WEEK: "w|wk|week|שבוע|השבוע|أسبوع|الأسبوع",
    }.items()
    for word in words.split("|")
}


def _any(words: str) -> str:
    spellings = sorted({plain(word) for word in words.split("|")}, key=len, reverse=True)
    return "|".join(map(re.escape, spellings))


# Words that say no more than that a year follows.
_OF_THE_YEAR = _any("of|the|year|calendar year|cy|של|שנת|בשנת|לשנת|عام|العام|لعام|سنة|السنة|لسنة|من عام|من سنة")
FILLER = re.compile(rf"(?:(?<=\s)|^)(?:{_OF_THE_YEAR})(?=\s)|(?<=\d)\s?(?:{_any('م|ميلادي')})(?=\s|$)")
SCHOOL = _any(
    'school year|schoolyear|academic year|sy|ay|שנת לימודים|שנת הלימודים|שנה"ל|שנת לימוד|שנה אקדמית|'
    "العام الدراسي|عام دراسي|السنة الدراسية|سنة دراسية|العام الأكاديمي|السنة الأكاديمية"
)
FISCAL = _any(
    "fiscal year|financial year|budget year|tax year|fy|שנת כספים|שנת הכספים|שנת תקציב|שנת התקציב|"
    "السنة المالية|سنة مالية|العام المالي|عام مالي"
)
ON_A_DAY = _any("as of|as at|at|on|night of|the night of|נכון ליום|נכון ל-|נכון ל|ליל|בליל|ב-|حتى تاريخ|كما في|في|ليلة")
RANGE_OPENS = re.compile(rf"(?:{_any('from|between|מ-|מ|משנת|משנה|בין השנים|בין|من عام|من سنة|من|بين')})\s*(?=\S)")
RANGE_AND = re.compile(r"\s(?:and\s|ו-?|ל-?|و\s?)(?=[0-9])")
RANGE_WORDS = re.compile(
    rf"\s(?:{_any('to|until|till|through|up to|עד|ועד|עד שנת|إلى|الى|إلى عام|حتى|حتى عام|لغاية')})\s|\s-\s|\s?\.\.\s?"
)

_HUNDREDS, _TENS, _ONES = "קרשת", "יכלמנסעפצ", "אבגדהוזחט"
_FINAL = str.maketrans("כמנפצ", "ךםןףץ")


def _hebrew_numeral(number: int) -> str:
    """The letters that write a number from 1 to 999, without marks."""
    hundreds, rest = divmod(number, 100)
    letters = "ת" * (hundreds // 4) + (_HUNDREDS[hundreds % 4 - 1] if hundreds % 4 else "")
    if rest in (15, 16):  # not spelt as the letters of God's name
        return letters + ("טו" if rest == 15 else "טז")
    tens, ones = divmod(rest, 10)
    return letters + (_TENS[tens - 1] if tens else "") + (_ONES[ones - 1] if ones else "")


def hebrew_year(year: int) -> str:
    """A year of the Hebrew calendar as people write it, without the thousands: 5784 is `תשפ״ד`, 5780 `תש״ף`."""
    letters = _hebrew_numeral(year % 1000)
    return f"{letters[:-1]}״{letters[-1].translate(_FINAL)}"


HEBREW_YEARS: dict[str, int] = {}
for _year in range(5560, 5962):  # 1800 to 2200
    _letters = _hebrew_numeral(_year % 1000)
    _spellings = {_letters, _letters[:-1] + _letters[-1].translate(_FINAL)}
    if len(_letters) == 4:  # 5744 and 5698 are written out of order, for the sake of the word they would make
        _swapped = _letters[:2] + _letters[3]
        _spellings |= {_swapped + _letters[2], _swapped + _letters[2].translate(_FINAL)}
    for _spelling in _spellings:
        HEBREW_YEARS.setdefault(_spelling, _year)


def year_of_hebrew(text: str) -> int | None:
    """The Hebrew year that `plain` text such as `תשפ"ד`, `תשפד` or `ה'תשפ"ד` names; None if it names none."""
    letters = text.replace('"', "").replace("'", "")
    year = HEBREW_YEARS.get(letters) or HEBREW_YEARS.get(letters.removeprefix("ה"))
    # Without its mark a word of two letters (תת) is too little to go by.
    return year if year is not None and (len(letters) > 2 or letters != text) else None
