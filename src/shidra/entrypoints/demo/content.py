"""The words of the demo, in three languages. Facts about real initiatives come from the sources named in
`published_figures.csv`; everything about Shezaf Valley is made up, and says so."""
# ruff: noqa: E501  (a text stays on its line, so that the three languages can be read side by side)

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Words = dict[str, str]


def t(he: str, ar: str, en: str) -> Words:
    return {"he": he, "ar": ar, "en": en}


@dataclass(frozen=True)
class IndicatorText:
    code: str
    fields: dict[str, Any]
    outcome: str
    is_headline: bool = True
    level: str = "population"
    dimensions: tuple[str, ...] = ()
    targets: tuple[tuple[str, str, str, Words], ...] = ()  # kind, period, amount, rationale or name


@dataclass(frozen=True)
class PartnerText:
    key: str
    names: Words
    sector: str
    places: tuple[str, ...]
    indicators: tuple[str, ...]
    state: str = "accepted"  # in the open round
    size: int = 60
    language: str = "he"  # of the person who reports and approves


@dataclass(frozen=True)
class Story:
    """An initiative with everything that is told about it."""

    slug: str
    names: Words
    summary: Words
    problem: Words
    goal: Words
    vision: Words
    outcomes: tuple[tuple[str, str, Words], ...]  # code, parent, text
    indicators: tuple[IndicatorText, ...]
    later_goal: tuple[str, Words] | None = None  # from which day on, and how the goal was worded then
    # The day of each release: that of its source where it is known, else the last day of the year.
    released_on: tuple[str, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)


PLACES: tuple[tuple[str, str, str, Words, str, str], ...] = (
    # code, parent, kind, names, latitude, longitude
    ("IL", "", "country", t("ישראל", "إسرائيل", "Israel"), "31.5", "34.9"),
    ("US", "", "country", t("ארצות הברית", "الولايات المتحدة", "United States"), "39.8", "-98.6"),
    ("US-MKE", "US", "city", t("מילווקי", "ميلووكي", "Milwaukee"), "43.04", "-87.91"),
)

# Nowhere: the points of the made-up valley lie in an empty part of the desert.
SHEZAF_PLACES: tuple[tuple[str, str, str, Words, str, str], ...] = (
    ("SHZ", "IL", "district", t("עמק השיזף", "وادي السدر", "Shezaf Valley"), "", ""),
    ("9101", "SHZ", "city", t("רמת שיזף", "رمات شيزاف", "Ramat Shezaf"), "30.655", "35.032"),
    ("9102", "SHZ", "city", t("כפר אס־סידר", "كفر السدر", "Kafr as-Sidr"), "30.622", "35.101"),
    ("9103", "SHZ", "city", t("גבעות רותם", "جفعوت روتم", "Givot Rotem"), "30.704", "35.084"),
    ("9114", "9101", "neighbourhood", t("נווה אגוז", "نفيه إيغوز", "Neve Egoz"), "30.648", "35.046"),
    ("9127", "9103", "neighbourhood", t("נווה אגוז", "نفيه إيغوز", "Neve Egoz"), "30.711", "35.069"),
)

# Whose groups together are everybody: a partner whose file has no totals is then in the total all the same.
COMPLETE_DIMENSIONS = ("sex",)
DIMENSIONS: dict[str, tuple[Words, tuple[tuple[str, Words, bool], ...]]] = {
    "sex": (
        t("מגדר", "النوع الاجتماعي", "sex"),
        (
            ("total", t("סך הכול", "المجموع", "total"), True),
            ("female", t("נשים", "نساء", "women"), False),
            ("male", t("גברים", "رجال", "men"), False),
        ),
    ),
    "origin": (
        t("קבוצת אוכלוסייה", "المجموعة السكّانية", "population group"),
        (
            ("total", t("סך הכול", "المجموع", "total"), True),
            ("white", t("לבנות", "بيضاوات", "White"), False),
            ("black", t("שחורות", "سوداوات", "Black"), False),
            ("hispanic", t("היספניות", "من أصل إسباني", "Hispanic"), False),
        ),
    ),
}

TOP15 = Story(
    slug="top15",
    names=t("TOP15 (עד 2021: 5פי2)", "TOP15 (حتى 2021: ‏5x2)", "TOP15 (until 2021: 5x2)"),
    summary=t(
        "במשך עשר שנים פעלו כ־100 ארגונים בתיאום, כדי שיותר תלמידות ותלמידים יסיימו 5 יחידות במתמטיקה ובמדעים.",
        "على مدى عشر سنوات عملت نحو 100 منظمة بتنسيق مستمرّ كي يُنهي عدد أكبر من الطالبات والطلّاب 5 وحدات في الرياضيات والعلوم.",
        "For ten years some 100 organisations worked in step so that more students would finish 5-unit mathematics and science.",
    ),
    problem=t(
        "פחות ופחות תלמידות ותלמידים נבחנו במתמטיקה ברמה הגבוהה: כ־13,000 בשנת 2006, 8,869 בשנת 2012.",
        "تناقص عدد الطالبات والطلّاب الممتحَنين في أعلى مستوى للرياضيات: نحو 13,000 في عام 2006 و8,869 في عام 2012.",
        "Ever fewer students were examined at the highest level of mathematics: about 13,000 in 2006, 8,869 in 2012.",
    ),
    goal=t(
        "להכפיל את מספר המסיימים 5 יחידות במתמטיקה ובמדעים.",
        "مضاعفة عدد من يُنهون 5 وحدات في الرياضيات والعلوم.",
        "Double the number who finish 5-unit mathematics and science.",
    ),
    later_goal=(
        "2022-01-01",
        t(
            "להכפיל את מספר המסיימים 5 יחידות במתמטיקה ובמדעים. מאז 2021: להיות בין 15 המדינות המובילות בחינוך מדעי.",
            "مضاعفة عدد من يُنهون 5 وحدات في الرياضيات والعلوم. ومنذ 2021: أن نكون بين الدول الخمس عشرة الرائدة في التعليم العلمي.",
            "Double the number who finish 5-unit mathematics and science. Since 2021: to be among the 15 leading countries in science education.",
        ),
    ),
    vision={},  # none was found in the sources
    outcomes=(
        (
            "double",
            "",
            t(
                "מספר המסיימים 5 יחידות במתמטיקה ובמדעים מוכפל",
                "مضاعفة عدد من يُنهون 5 وحدات في الرياضيات والعلوم",
                "The number who finish 5 units in mathematics and science doubles",
            ),
        ),
        (
            "gaps",
            "double",
            t(
                "הפער בין מגזרי החינוך מצטמצם",
                "تقلّص الفجوة بين قطاعات التعليم",
                "The gap between school sectors narrows",
            ),
        ),
        (
            "network",
            "",
            t(
                "רשת שותפים רחבה מכל המגזרים",
                "شبكة واسعة من الشركاء والشريكات من جميع القطاعات",
                "A broad network of partners from all sectors",
            ),
        ),
    ),
    indicators=(
        IndicatorText(
            "math-5",
            {
                "names": t(
                    "תלמידות ותלמידים שנבחנו במתמטיקה ברמת 5 יחידות",
                    "الطلّاب والطالبات الممتحَنون في الرياضيات بمستوى 5 وحدات",
                    "Students examined in 5-unit mathematics",
                ),
                "meaning": t(
                    "תלמידות ותלמידי כיתה י״ב שנבחנו במתמטיקה ברמת 5 יחידות, הגבוהה משלוש הרמות של בחינת הבגרות.",
                    "طالبات وطلّاب الصفّ الثاني عشر الممتحَنون في الرياضيات بمستوى 5 وحدات، وهو الأعلى بين مستويات امتحان البجروت الثلاثة.",
                    "12th-grade students examined in mathematics at 5 units, the highest of three levels of the matriculation examination.",
                ),
                "population": t(
                    "תלמידות ותלמידי כיתה י״ב בישראל",
                    "طالبات وطلّاب الصفّ الثاني عشر في إسرائيل",
                    "12th-grade students in Israel",
                ),
                "unit": "count",
                "unit_names": t("נבחנים ונבחנות", "ممتحَنون وممتحَنات", "students"),
                "kind": "flow",
                "direction": "up",
                "frequency": "year",
                "source": t(
                    "פרסומים ציבוריים; ראו את המקור של כל נתון",
                    "منشورات عامّة؛ انظروا مصدر كلّ معطى",
                    "Public publications; see the source of each figure",
                ),
                "rationale": t(
                    "המדד שעל שמו נקראה היוזמה: להכפיל את מספר המסיימים.",
                    "المؤشّر الذي سُمّيت المبادرة باسمه: مضاعفة عدد المُنهين.",
                    "The measure that gave the initiative its name: to double the number.",
                ),
                "limits": t(
                    "חלק מן הנתונים מעוגלים במקור, ונתוני 2012 ו־2013 באים ממקורות שונים. לשנים 2019 עד 2022 לא נמצא נתון.",
                    "بعض المعطيات مقرَّبة في المصدر، ومعطيات 2012 و2013 من مصدرين مختلفين. لم نجد معطيات للأعوام 2019 حتى 2022.",
                    "Some figures are rounded in the source, and those of 2012 and 2013 come from different sources. No figure was found for 2019 to 2022.",
                ),
            },
            "double",
            targets=(
                (
                    "target",
                    "2018",
                    "18200",
                    t(
                        "פי שניים מן הנתון של 2013, 9,100. שנת יעד לא נמצאה; מוצג מול 2018, השנה האחרונה שיש לה נתון.",
                        "ضعف معطى عام 2013، وهو 9,100. لم نجد سنة محدّدة للهدف؛ يُعرض مقابل 2018، آخر سنة لها معطى.",
                        "Twice the 2013 figure of 9,100. No target year was found; shown at 2018, the last year with a figure.",
                    ),
                ),
            ),
        ),
        IndicatorText(
            "math-5-share",
            {
                "names": t(
                    "שיעור הנבחנים ברמת 5 יחידות מכלל תלמידי י״ב",
                    "نسبة الممتحَنين بمستوى 5 وحدات من جميع طلّاب الصفّ الثاني عشر",
                    "Share of 12th-graders examined at 5 units",
                ),
                "meaning": t(
                    "נבחנות ונבחנים במתמטיקה ברמת 5 יחידות, מתוך כל תלמידות ותלמידי כיתה י״ב.",
                    "الممتحَنون والممتحَنات في الرياضيات بمستوى 5 وحدات من بين جميع طالبات وطلّاب الصفّ الثاني عشر.",
                    "Students examined in 5-unit mathematics, of all students in grade 12.",
                ),
                "unit": "percent",
                "decimals": 1,
                "numerator": t(
                    "נבחנות ונבחנים ברמת 5 יחידות",
                    "الممتحَنون والممتحَنات بمستوى 5 وحدات",
                    "Students examined at 5 units",
                ),
                "denominator": t(
                    "כל תלמידות ותלמידי כיתה י״ב", "جميع طالبات وطلّاب الصفّ الثاني عشر", "All students in grade 12"
                ),
                "kind": "flow",
                "direction": "up",
                "frequency": "year",
            },
            "double",
        ),
        IndicatorText(
            "gap-arab",
            {
                "names": t("פער: ממלכתי מעל ערבי", "الفجوة: الرسمية فوق العربية", "Gap: state above Arab schools"),
                "meaning": t(
                    "בכמה אחוזים גבוה שיעור הנבחנים בבתי הספר הממלכתיים מן השיעור בבתי הספר הערביים.",
                    "بكم في المئة تزيد نسبة الممتحَنين في المدارس الرسمية على النسبة في المدارس العربية.",
                    "By how many percent the share examined is higher in state schools than in Arab schools.",
                ),
                "unit": "index",
                "unit_names": t("אחוזים מעל", "في المئة فوق", "percent above"),
                "kind": "stock",
                "direction": "down",
                "frequency": "year",
                "limits": t(
                    "שתי גרסאות של עמוד אחד; ניסוח הבסיס שונה ביניהן.",
                    "نسختان من الصفحة نفسها، وصياغة الأساس مختلفة.",
                    "Two versions of one page; the wording of the base differs.",
                ),
            },
            "gaps",
        ),
        IndicatorText(
            "gap-religious",
            {
                "names": t(
                    "פער: ממלכתי מעל ממלכתי־דתי",
                    "الفجوة: الرسمية فوق الرسمية الدينية",
                    "Gap: state above state-religious schools",
                ),
                "meaning": t(
                    "בכמה אחוזים גבוה שיעור הנבחנים בבתי הספר הממלכתיים מן השיעור בממלכתיים־דתיים.",
                    "بكم في المئة تزيد نسبة الممتحَنين في المدارس الرسمية على النسبة في الرسمية الدينية.",
                    "By how many percent the share examined is higher in state schools than in state-religious schools.",
                ),
                "unit": "index",
                "unit_names": t("אחוזים מעל", "في المئة فوق", "percent above"),
                "kind": "stock",
                "direction": "down",
                "frequency": "year",
            },
            "gaps",
            is_headline=False,
        ),
        IndicatorText(
            "partners",
            {
                "names": t("ארגונים שותפים", "المنظمات الشريكة", "Partner organisations"),
                "meaning": t(
                    "ארגונים שהצטרפו ליוזמה, לפי אתריה.",
                    "منظمات انضمّت إلى المبادرة بحسب مواقعها.",
                    "Organisations that joined the initiative, by its own sites.",
                ),
                "unit": "count",
                "counts_people": False,
                "unit_names": t("ארגונים", "منظمات", "organisations"),
                "kind": "stock",
                "direction": "up",
                "frequency": "year",
            },
            "network",
            level="programme",
        ),
    ),
    released_on=("2023-12-31",),
    more={
        "status": "closed",
        "closed_on": "2023-12-31",
        "reason": t(
            "סיבת הסגירה לא נמסרה במקורות שבידינו.",
            "لم يُذكر سبب الإغلاق في المصادر المتاحة لنا.",
            "The reason for closing is not stated in our sources.",
        ),
        "legacy": t(
            "מספר הנבחנים עלה מ־8,869 ב־2012 ל־18,347 ב־2018; הפער בין בתי הספר הממלכתיים לערביים הצטמצם ונשאר רחב.",
            "ارتفع عدد الممتحَنين من 8,869 في 2012 إلى 18,347 في 2018؛ وتقلّصت الفجوة بين المدارس الرسمية والعربية وبقيت واسعة.",
            "The number examined rose from 8,869 in 2012 to 18,347 in 2018; the gap between state and Arab schools narrowed and stayed wide.",
        ),
        "backbone": t("שיתופים", "شيتوفيم", "Sheatufim"),
        "past_names": (t("5פי2", "5x2", "5x2"), "2021-12-31"),
        "fields": ["education"],
        "place": "IL",
        "website": "https://top15.org.il",
        "founded": "2013-01-01",
    },
)

MILWAUKEE = Story(
    slug="milwaukee-teen-births",
    names=t(
        "היוזמה למניעת היריון בגיל ההתבגרות במילווקי",
        "مبادرة الحدّ من حمل المراهقات في ميلووكي",
        "Milwaukee Teen Pregnancy Prevention Initiative",
    ),
    summary=t(
        "שותפות עירונית שהציבה יעד משותף ב־2008: להוריד את שיעור הלידות בגיל 15 עד 17 ב־46 אחוזים עד 2015.",
        "شراكة على مستوى المدينة وضعت عام 2008 هدفًا مشتركًا: خفض معدّل الولادات في سنّ 15 حتى 17 بنسبة 46 في المئة حتى 2015.",
        "A city-wide partnership that set one goal in 2008: to lower the birth rate at ages 15 to 17 by 46 percent by 2015.",
    ),
    problem=t(
        "בשנת 2006 ילדו 52 מכל 1,000 נערות בגיל 15 עד 17 במילווקי, לעומת כ־22 בארצות הברית.",
        "في عام 2006 أنجبت 52 من كلّ 1,000 فتاة في سنّ 15 حتى 17 في ميلووكي، مقابل نحو 22 في الولايات المتحدة.",
        "In 2006, 52 of every 1,000 girls aged 15 to 17 in Milwaukee gave birth, against about 22 in the United States.",
    ),
    goal=t(
        "30 לידות לכל 1,000 עד 2015.",
        "30 ولادة لكلّ 1,000 حتى 2015.",
        "30 births per 1,000 by 2015.",
    ),
    later_goal=(
        "2014-12-31",
        t(
            "30 לידות לכל 1,000 עד 2015; אחר כך: מתחת ל־15 עד 2023, בכל קבוצה.",
            "30 ولادة لكلّ 1,000 حتى 2015؛ وبعدها: أقلّ من 15 حتى 2023 في كلّ مجموعة.",
            "30 births per 1,000 by 2015; then below 15 by 2023, for every group.",
        ),
    ),
    vision={},  # none was found in the sources
    outcomes=(
        (
            "fewer",
            "",
            t(
                "פחות לידות בגיל ההתבגרות, בכל הקבוצות",
                "ولادات أقلّ في سنّ المراهقة، في جميع المجموعات",
                "Fewer births in adolescence, in every group",
            ),
        ),
    ),
    indicators=(
        IndicatorText(
            "teen-births",
            {
                "names": t(
                    "שיעור הלידות בגיל 15 עד 17", "معدّل الولادات في سنّ 15 حتى 17", "Teen birth rate, ages 15 to 17"
                ),
                "meaning": t(
                    "לידות לכל 1,000 נערות בגיל 15 עד 17 המתגוררות בעיר.",
                    "الولادات لكلّ 1,000 فتاة في سنّ 15 حتى 17 من سكّان المدينة.",
                    "Births per 1,000 girls aged 15 to 17 who live in the city.",
                ),
                "population": t(
                    "נערות בנות 15 עד 17 במילווקי",
                    "فتيات في سنّ 15 حتى 17 في ميلووكي",
                    "Girls aged 15 to 17 in Milwaukee",
                ),
                "unit": "rate",
                "rate_base": 1000,
                "unit_names": t("לידות לכל 1,000", "ولادة لكلّ 1,000", "births per 1,000"),
                "decimals": 1,
                "numerator": t(
                    "לידות לנערות בגיל 15 עד 17", "ولادات لفتيات في سنّ 15 حتى 17", "Births to girls aged 15 to 17"
                ),
                "denominator": t("נערות בגיל 15 עד 17", "فتيات في سنّ 15 حتى 17", "Girls aged 15 to 17"),
                "kind": "flow",
                "direction": "down",
                "frequency": "year",
                "source": t(
                    "הודעות העירייה ועיתונות מקומית; ראו את המקור של כל נתון",
                    "بيانات البلدية والصحافة المحلّية؛ انظروا مصدر كلّ معطى",
                    "City announcements and local press; see the source of each figure",
                ),
                "limits": t(
                    "הנתונים של 2012 ו־2014 עודכנו שנה אחרי שפורסמו לראשונה. בקבוצה הלבנה המספרים קטנים.",
                    "حُدِّثت معطيات 2012 و2014 بعد عام من نشرها أوّل مرّة. الأعداد في المجموعة البيضاء صغيرة.",
                    "The figures of 2012 and 2014 were restated a year after they were first published. Numbers in the White group are small.",
                ),
            },
            "fewer",
            dimensions=("origin",),
            targets=(
                (
                    "baseline",
                    "2006",
                    "52.0",
                    t("נקודת המוצא של היעד", "نقطة انطلاق الهدف", "The starting point of the goal"),
                ),
                (
                    "target",
                    "2015",
                    "30",
                    t(
                        "הפחתה של 46 אחוזים לעומת 2006",
                        "خفض بنسبة 46 في المئة مقارنة بعام 2006",
                        "A reduction of 46 percent from 2006",
                    ),
                ),
                (
                    "target",
                    "2023",
                    "15",
                    t(
                        "מתחת ל־15, בכלל האוכלוסייה ובכל קבוצה",
                        "أقلّ من 15 إجمالًا وفي كلّ مجموعة",
                        "Below 15, overall and for every group",
                    ),
                ),
            ),
        ),
    ),
    released_on=("2013-12-31", "2014-12-31", "2015-10-19", "2016-10-27"),
    more={
        "status": "active",
        "backbone": t(
            "יונייטד ויי של מילווקי רבתי ומחוז ווקישה",
            "يونايتد واي ميلووكي الكبرى ومقاطعة واكيشا",
            "United Way of Greater Milwaukee & Waukesha County",
        ),
        "fields": ["health", "youth"],
        "place": "US-MKE",
        "founded": "2008-01-01",
    },
)

_SHEZAF_PERCENT = {"unit": "percent", "decimals": 0, "kind": "flow", "direction": "up", "frequency": "school_year"}

SHEZAF = Story(
    slug="shezaf-valley",
    names=t("מהלימודים לעבודה, עמק השיזף", "من المدرسة إلى العمل، وادي السدر", "From School to Work, Shezaf Valley"),
    summary=t(
        "יוזמה בדויה, להמחשה. שנים־עשר שותפים מכל המגזרים פועלים יחד כדי שכל צעירה וצעיר בעמק ימצאו עבודה או לימודים בתוך חצי שנה מסיום בית הספר.",
        "مبادرة متخيَّلة للتوضيح. اثنا عشر شريكًا من جميع القطاعات يعملون معًا كي تجد كلّ شابّة وكلّ شابّ في الوادي عملًا أو دراسة خلال نصف سنة من إنهاء المدرسة.",
        "A fictional initiative, for illustration. Twelve partners from all sectors act together so that every young person in the valley finds work or study within six months of leaving school.",
    ),
    problem=t(
        "ארבעה מכל עשרה צעירים בעמק אינם עובדים ואינם לומדים חצי שנה אחרי בית הספר. כל ארגון מטפל בחלק שלו, ואיש אינו רואה את הדרך כולה.",
        "أربعة من كلّ عشرة شبّان وشابّات في الوادي لا يعملون ولا يدرسون بعد نصف سنة من المدرسة. كلّ منظمة تعالج جزءها، ولا أحد يرى الطريق كلّه.",
        "Four of ten young people in the valley neither work nor study six months after school. Each organisation deals with its own part, and nobody sees the whole way.",
    ),
    goal=t(
        "עד סוף שנת הלימודים 2028/29 יהיו 80 אחוזים מבוגרי בתי הספר בעמק בעבודה או בלימודים כעבור חצי שנה.",
        "حتى نهاية السنة الدراسية 2028/29 يكون 80 في المئة من خرّيجي مدارس الوادي في عمل أو دراسة بعد نصف سنة.",
        "By the end of the school year 2028/29, 80 percent of the valley’s school leavers are in work or study after six months.",
    ),
    vision=t(
        "עמק שבו לכל צעירה וצעיר יש מחר.",
        "وادٍ لكلّ شابّة وشابّ فيه غد.",
        "A valley in which every young person has a tomorrow.",
    ),
    outcomes=(
        (
            "way",
            "",
            t(
                "כל צעירה וצעיר ממשיכים הלאה: לעבודה או ללימודים",
                "كلّ شابّة وشابّ يواصلون الطريق: إلى العمل أو الدراسة",
                "Every young person moves on: to work or to study",
            ),
        ),
        (
            "prepared",
            "way",
            t("בית הספר מכין לעולם העבודה", "المدرسة تهيّئ لعالم العمل", "School prepares for the world of work"),
        ),
        (
            "hired",
            "way",
            t(
                "מעסיקים בעמק פותחים את הדלת",
                "المشغّلون في الوادي يفتحون الباب",
                "Employers of the valley open the door",
            ),
        ),
        ("lasting", "way", t("העבודה מחזיקה מעמד", "العمل يدوم", "The work lasts")),
    ),
    indicators=(
        IndicatorText(
            "leavers",
            {
                **_SHEZAF_PERCENT,
                "names": t(
                    "בוגרות ובוגרי תיכון בעבודה או בלימודים כעבור חצי שנה",
                    "خرّيجات وخرّيجو الثانوية في عمل أو دراسة بعد نصف سنة",
                    "School leavers in work or study after six months",
                ),
                "meaning": t(
                    "מבין מי שסיימו את בית הספר בשנת הלימודים, מי שעובדים או לומדים שישה חודשים אחר כך.",
                    "من بين من أنهوا المدرسة في السنة الدراسية، من يعملون أو يدرسون بعد ستّة أشهر.",
                    "Of those who left school in the school year, those who work or study six months later.",
                ),
                "numerator": t("בעבודה או בלימודים", "في عمل أو دراسة", "In work or study"),
                "denominator": t("סיימו את בית הספר", "أنهوا المدرسة", "Left school"),
                "source": t(
                    "שיחת טלפון של בתי הספר ומרכזי הצעירים",
                    "مكالمة هاتفية من المدارس ومراكز الشبيبة",
                    "Telephone follow-up by schools and young adults’ centres",
                ),
            },
            "way",
            dimensions=("sex",),
            targets=(
                (
                    "target",
                    "SY2028",
                    "80",
                    t("יעד העל של האג׳נדה", "الهدف الأعلى في الأجندة", "The population goal of the agenda"),
                ),
            ),
        ),
        IndicatorText(
            "started-work",
            {
                **_SHEZAF_PERCENT,
                "names": t(
                    "התחלת עבודה בתוך חצי שנה מההצטרפות",
                    "بدء العمل خلال نصف سنة من الانضمام",
                    "Started work within six months of joining",
                ),
                "meaning": t(
                    "מבין מי שהצטרפו לתוכנית של שותף, מי שהתחילו לעבוד בתוך שישה חודשים. כל אדם נספר פעם אחת.",
                    "من بين من انضمّوا إلى برنامج أحد الشركاء، من بدؤوا العمل خلال ستّة أشهر. يُحسب كلّ شخص مرّة واحدة.",
                    "Of those who joined a partner’s programme, those who started work within six months. Each person counts once.",
                ),
                "numerator": t("התחילו לעבוד", "بدؤوا العمل", "Started work"),
                "denominator": t("הצטרפו", "انضمّوا", "Joined"),
            },
            "hired",
            level="programme",
            dimensions=("sex",),
            targets=(
                (
                    "target",
                    "SY2028",
                    "70",
                    t(
                        "לפי שלוש התוכניות הטובות בעמק",
                        "بحسب أفضل ثلاثة برامج في الوادي",
                        "By the three best programmes in the valley",
                    ),
                ),
            ),
        ),
        IndicatorText(
            "work-experience",
            {
                **_SHEZAF_PERCENT,
                "names": t(
                    "תלמידות ותלמידים שהשלימו התנסות בעבודה",
                    "طالبات وطلّاب أكملوا تجربة عمل",
                    "Pupils who completed work experience",
                ),
                "meaning": t(
                    "מבין תלמידות ותלמידי י״א, מי שהשלימו לפחות עשרה ימי התנסות אצל מעסיק.",
                    "من بين طالبات وطلّاب الصفّ الحادي عشر، من أكملوا عشرة أيّام تجربة على الأقلّ لدى مشغّل.",
                    "Of pupils in grade 11, those who completed at least ten days with an employer.",
                ),
                "numerator": t("השלימו התנסות", "أكملوا التجربة", "Completed work experience"),
                "denominator": t("תלמידות ותלמידי י״א", "طالبات وطلّاب الصفّ الحادي عشر", "Pupils in grade 11"),
            },
            "prepared",
            dimensions=("sex",),
        ),
        IndicatorText(
            "certificates",
            {
                "names": t("תעודות מקצוע שהושגו", "شهادات مهنية تمّ الحصول عليها", "Vocational certificates earned"),
                "meaning": t(
                    "תעודות מקצוע מוכרות שקיבלו צעירות וצעירים בשנת הלימודים.",
                    "شهادات مهنية معترف بها حصلت عليها شابّات وشبّان في السنة الدراسية.",
                    "Recognised vocational certificates that young people earned in the school year.",
                ),
                "unit": "count",
                "unit_names": t("תעודות", "شهادات", "certificates"),
                "kind": "flow",
                "direction": "up",
                "frequency": "school_year",
            },
            "prepared",
            dimensions=("sex",),
        ),
        IndicatorText(
            "year-in-job",
            {
                **_SHEZAF_PERCENT,
                "names": t(
                    "עדיין באותה עבודה כעבור שנה", "ما زالوا في العمل نفسه بعد سنة", "Still in the job after a year"
                ),
                "meaning": t(
                    "מבין מי שהתחילו לעבוד בשנה הקודמת, מי שעובדים באותו מקום כעבור שנה.",
                    "من بين من بدؤوا العمل في السنة السابقة، من يعملون في المكان نفسه بعد سنة.",
                    "Of those who started work the year before, those who work at the same place a year later.",
                ),
                "numerator": t("עדיין באותה עבודה", "ما زالوا في العمل نفسه", "Still in the job"),
                "denominator": t(
                    "התחילו לעבוד בשנה הקודמת", "بدؤوا العمل في السنة السابقة", "Started work the year before"
                ),
            },
            "lasting",
            level="programme",
            dimensions=("sex",),
        ),
        IndicatorText(
            "places-opened",
            {
                "names": t("מקומות שפתחו מעסיקים", "أماكن فتحها المشغّلون", "Places opened by employers"),
                "meaning": t(
                    "מקומות התנסות ועבודה ראשונה שמעסיקים בעמק הציעו בשנת הלימודים.",
                    "أماكن تجربة وعمل أوّل عرضها مشغّلو الوادي في السنة الدراسية.",
                    "Places for work experience and first jobs that employers of the valley offered in the school year.",
                ),
                "unit": "count",
                "counts_people": False,
                "unit_names": t("מקומות", "أماكن", "places"),
                "kind": "flow",
                "direction": "up",
                "frequency": "school_year",
            },
            "hired",
            level="programme",
        ),
    ),
    more={
        "status": "active",
        "backbone": t("מרכז חיבורים", "مركز حيبوريم", "Hiburim Centre"),
        "fields": ["employment", "youth"],
        "place": "SHZ",
        "founded": "2021-09-01",
    },
)
# What a partner's file says of the last year that is closed (numerator, denominator): the demo's own history agrees
# with it, so that the file's other column shows only what is new, and its two planted faults.
LAST_YEAR: dict[tuple[str, str], dict[str, dict[str, tuple[int, int]]]] = {
    ("young-adults", "started-work"): {
        "9101": {"sex=female": (71, 118), "sex=male": (52, 97)},
        "9102": {"sex=female": (31, 64), "sex=male": (38, 71)},
        "9114": {"sex=female": (9, 22), "sex=male": (11, 19)},
    },
}

PARTNERS: tuple[PartnerText, ...] = (
    PartnerText(
        "municipality",
        t("עיריית רמת שיזף", "بلدية رمات شيزاف", "Ramat Shezaf Municipality"),
        "public",
        ("9101",),
        ("leavers", "work-experience"),
        "accepted",
        240,
    ),
    PartnerText(
        "hagesher",
        t("בית ספר הגשר", "مدرسة الجسر", "HaGesher School"),
        "public",
        ("9101",),
        ("work-experience", "certificates"),
        "accepted",
        120,
    ),
    PartnerText(
        "aluma",
        t("תעשיות אלומה", "صناعات ألوما", "Aluma Industries"),
        "business",
        ("9101",),
        ("places-opened", "work-experience"),
        "accepted",
        45,
    ),
    PartnerText(
        "lavender",
        t("בתי קפה לבנדר", "مقاهي لافندر", "Lavender Cafés"),
        "business",
        ("9101", "9102"),
        ("places-opened", "year-in-job"),
        "accepted",
        40,
        "en",
    ),
    PartnerText(
        "kafr-as-sidr",
        t("המועצה המקומית כפר אס־סידר", "المجلس المحلّي كفر السدر", "Kafr as-Sidr Local Council"),
        "public",
        ("9102",),
        ("leavers", "work-experience", "certificates"),
        "submitted",
        180,
        "ar",
    ),
    PartnerText(
        "givot-rotem",
        t("המועצה האזורית גבעות רותם", "المجلس الإقليمي جفعوت روتم", "Givot Rotem Regional Council"),
        "public",
        ("9103",),
        ("leavers", "work-experience"),
        "submitted",
        130,
    ),
    PartnerText(
        "sulam",
        t("עמותת סולם", "جمعية سولم", "Sulam Association"),
        "third_sector",
        ("9101", "9102"),
        ("started-work", "year-in-job"),
        "submitted",
        110,
    ),
    PartnerText(
        "nahal-alon",
        t("מכללת נחל אלון", "كلّية ناحل ألون", "Nahal Alon College"),
        "academia",
        ("SHZ",),
        ("certificates",),
        "submitted",
        150,
    ),
    PartnerText(
        "khatwa",
        t("עמותת ח׳טווה", "جمعية خطوة", "Khatwa Association"),
        "third_sector",
        ("9101", "9102"),
        ("started-work",),
        "expected",
        105,
        "ar",
    ),
    PartnerText(
        "maayan",
        t("מעיין לוגיסטיקה", "معيان لوجستيكا", "Ma’ayan Logistics"),
        "business",
        ("9103",),
        ("places-opened", "year-in-job"),
        "reported",
        50,
        "en",
    ),
    PartnerText(
        "al-sindyan",
        t("תיכון אל־סנדיאן", "ثانوية السنديان", "Al-Sindyan High School"),
        "public",
        ("9102",),
        ("work-experience", "certificates", "leavers"),
        "returned",
        140,
        "ar",
    ),
    PartnerText(
        "young-adults",
        t("מרכז הצעירים רמת שיזף", "مركز الشبيبة رمات شيزاف", "Ramat Shezaf Young Adults Centre"),
        "public",
        ("9101", "9102", "9114"),
        ("started-work", "leavers"),
        "extended",
        120,
    ),
)
