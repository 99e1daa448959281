"""The gallery: every component on one page, in three languages, for those who build pages and those who check them.

What it says is made up and stands here in the three languages, not among the messages that translators work on.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from shidra.foundation.look import charts
from shidra.foundation.look.charts import ChartBand, ChartBar, ChartBreak, ChartPoint, ChartSeries
from shidra.foundation.look.formats import reader_language
from shidra.foundation.look.forms import InLanguagesField
from shidra.foundation.look.parts import STATUSES, Excerpt, ExcerptCell, Fact, FilterChoice, Progress, Step
from shidra.foundation.look.shell import Link
from shidra.foundation.look.templatetags.look import icon_names
from shidra.kernel.languages import Text
from shidra.kernel.quantities import Quantity, ValueState

_WORDS: dict[str, tuple[str, str, str]] = {
    # name: Hebrew, Arabic, English
    "gallery": ("גלריית הרכיבים", "معرض المكوّنات", "Gallery of components"),
    "so_what": (
        "כל רכיב, כפי שהוא נראה בעמודים.", "كل مكوّن كما يظهر في الصفحات.", "Every part, as it looks on the pages."
    ),
    "partner": ("מרכז הצעירים רמת שיזף", "مركز الشباب رمات شيزف", "Ramat Shezaf Young Adults Centre"),
    "latin": ("עמותת TOP15 (Haifa)", "جمعية TOP15 ‏(Haifa)", "עמותת שיזף (Haifa)"),
    "indicator": ("התחילו לעבוד בתוך חצי שנה", "بدأوا العمل خلال نصف سنة", "Started work within six months"),
    "sentence": (
        "ב־2024 התחילו לעבוד 68% מהמצטרפים, לעומת 52% בשנת 2016.",
        "في عام 2024 بدأ العمل 68% من المنضمين، مقابل 52% في عام 2016.",
        "In 2024, 68% of those who joined started work, compared with 52% in 2016.",
    ),
    "target": ("יעד: 75%", "الهدف: 75%", "Target: 75%"),
    "baseline": ("נקודת המוצא", "خط الأساس", "Baseline"),
    "break_note": ("הגדרה חדשה", "تعريف جديد", "New definition"),
    "women": ("נשים", "نساء", "Women"),
    "men": ("גברים", "رجال", "Men"),
    "youth": ("בני 18 עד 21", "أعمار 18 حتى 21", "Aged 18 to 21"),
    "all": ("הכול", "الكل", "All"),
    "people": ("אנשים", "أشخاص", "people"),
    "what": ("מה נספר", "ما الذي يُعدّ", "What is counted"),
    "place": ("מקום", "المكان", "Place"),
    "valley": ("עמק השיזף", "وادي الشيزف", "Shezaf Valley"),
    "part_above": (
        "בתא F9 כתוב 51, מתוך 26 שהצטרפו. חלק לא יכול להיות גדול מהשלם.",
        "في الخلية F9 مكتوب 51 من أصل 26 انضموا. لا يمكن أن يكون الجزء أكبر من الكل.",
        "Cell F9 says 51, of 26 who joined. A part cannot be larger than the whole.",
    ),
    "sheet": ("סיכום", "ملخّص", "Summary"),
    "right_number": ("המספר הנכון", "العدد الصحيح", "The right number"),
    "leave_out": ("להשאיר את השורה בחוץ", "إبقاء الصف خارجًا", "Leave this row out"),
    "reading": ("הקובץ נקרא", "تتم قراءة الملف", "Reading your file"),
    "no_round": ("אין עדיין סבב", "لا توجد جولة بعد", "No round yet"),
    "round_is": (
        "סבב מבקש משותפים נתונים של תקופה אחת, עד תאריך. השותפים שולחים את הקבצים שלהם, וכאן מקבלים את הערכים.",
        "تطلب الجولة من الشركاء معطيات فترة واحدة حتى تاريخ محدد. يرسل الشركاء ملفاتهم، وهنا تُقبل القيم.",
        "A round asks partners for measures of one period, by a date. They send their own files; you accept values.",
    ),
    "open_round": ("פתיחת סבב ראשון", "فتح الجولة الأولى", "Open the first round"),
    "give_back": ("להחזיר את הערך?", "إعادة القيمة؟", "Return the value?"),
    "goes_back": (
        "השותף יקבל הודעה וישיב עד יום חמישי.", "سيتلقى الشريك رسالة ويجيب حتى يوم الخميس.",
        "The partner gets a message and answers by Thursday.",
    ),
    "keep": ("להשאיר", "إبقاء", "Keep it"),
    "return": ("להחזיר", "إعادة", "Return it"),
    "name": ("שם", "الاسم", "Name"),
    "name_help": ("כפי שיופיע לציבור", "كما سيظهر للجمهور", "As the public will see it"),
    "mail": ("דואר אלקטרוני", "البريد الإلكتروني", "E-mail"),
    "kind": ("סוג", "النوع", "Kind"),
    "agree": ("לשלוח לי תזכורת", "إرسال تذكير لي", "Send me a reminder"),
    "why": ("מה לבדוק", "ما الذي ينبغي فحصه", "What should be checked"),
    "save": ("שמירה", "حفظ", "Save"),
    "steps": ("קובץ|מיפוי|תצוגה מקדימה|הגשה", "ملف|مطابقة|معاينة|تقديم", "File|Mapping|Preview|Hand in"),
    "tabs": ("ערכים|הגדרה|היסטוריה", "قيم|تعريف|سجل", "Values|Definition|History"),
}  # fmt: skip


def _words() -> dict[str, str]:
    language = reader_language()
    return {
        name: Text({"he": hebrew, "ar": arabic, "en": english}).pick(language).text
        for name, (hebrew, arabic, english) in _WORDS.items()
    }


def _form(words: dict[str, str]) -> forms.Form:
    class Sample(forms.Form):
        name = InLanguagesField(label=words["name"], help_text=words["name_help"], needed=["he"])
        mail = forms.EmailField(label=words["mail"])
        kind = forms.ChoiceField(
            label=words["kind"], choices=[("women", words["women"]), ("men", words["men"])], widget=forms.RadioSelect
        )
        place = forms.ChoiceField(label=words["place"], choices=[("", ""), ("valley", words["valley"])], required=False)
        why = forms.CharField(label=words["why"], widget=forms.Textarea, required=False)
        file = forms.FileField(label=words["sheet"], required=False)
        agree = forms.BooleanField(label=words["agree"], required=False)

    return Sample({"name_en": "Shezaf", "mail": "nobody@", "kind": "women"})


def _charts(words: dict[str, str], language: str) -> dict[str, Any]:
    def points(first: int, *figures: str) -> list[ChartPoint]:
        made = []
        for at, figure in enumerate(figures):
            number, _space, state = figure.partition(" ")
            made.append(ChartPoint(str(first + at), None if number == "-" else Decimal(number), state or "reported"))
        return made

    run = points(
        2012, "41.5", "- missing", "- missing", "48", "52", "49.5 restated", "- suppressed", "58", "61 restated", "57",
        "64.5", "66 provisional", "68 provisional",
    )  # fmt: skip
    return {
        "run": charts.run_charts(
            run, target=Decimal(75), target_label=words["target"],
            baseline=ChartBand(Decimal(40), Decimal(44), words["baseline"]),
            breaks=[ChartBreak("2019", words["break_note"])],
            language=language, unit="%", title=words["sentence"], name="run",
        ),
        "groups": charts.run_charts(
            points(2018, "1200", "1310", "1250", "1480", "1610", "1720"),
            series=[
                ChartSeries(words["women"], points(2018, "700", "740", "- suppressed", "820", "905", "980")),
                ChartSeries(words["men"], points(2018, "500", "570", "560", "660", "705", "740 provisional")),
                ChartSeries(words["youth"], points(2018, "410", "395", "402", "450", "470", "495")),
            ],
            label=words["all"], language=language, unit=words["people"], title=words["indicator"], name="groups",
        ),
        "spark": charts.sparkline(run, language=language, target=Decimal(75), title=words["sentence"], name="spark"),
        "bars": charts.bar_chart(
            [ChartBar("2018", Decimal("14.1")), ChartBar("2020", Decimal("10.7")), ChartBar("2022", None, "suppressed"),
             ChartBar("2024", Decimal("15.67"), now=True)],
            language=language, unit="%", title=words["indicator"], name="bars",
        ),
    }  # fmt: skip


def gallery(request: HttpRequest) -> HttpResponse:
    """Shown in debug mode, and to staff; to others there is no such page."""
    if not (settings.DEBUG or getattr(getattr(request, "user", None), "is_staff", False)):
        raise Http404
    language, words = reader_language(), _words()
    excerpt = Excerpt(
        words["sheet"],
        ["E", "F"],
        [(9, [ExcerptCell("26"), ExcerptCell("51", bad=True)])],
        "ltr" if language == "en" else "rtl",
    )
    context = {
        "w": words,
        "crumbs": [("Shidra", "/"), (words["gallery"], "")],
        "icons": sorted(icon_names()),
        "statuses": list(STATUSES),
        "conditions": ["agenda", "measurement", "activities", "communication", "backbone"],
        "colours": [f"series-{at}" for at in range(1, 8)],
        "choices": [
            FilterChoice("", words["all"], 12),
            *(
                FilterChoice(name, str(STATUSES[name].word), at + 1, name)
                for at, name in enumerate(("accepted", "late", "returned"))
            ),
        ],
        "chosen": {"place": words["valley"], "group": words["women"]},
        "steps": [
            Step(label, ("done", "done", "current", "ahead")[at], "?" if at == 0 else "")
            for at, label in enumerate(words["steps"].split("|"))
        ],
        "tabs": [Link(label, "?", current=at == 1) for at, label in enumerate(words["tabs"].split("|"))],
        "facts": [
            Fact(words["indicator"], "68%", words["valley"]),
            Fact(words["target"], "75%", status="watch"),
            Fact(words["all"], words["sentence"].split(",")[0], icon="rising", word=True),
            Fact(words["people"], "18,347", status="on_course"),
        ],
        "pips": ["accepted"] * 3 + ["submitted", "submitted", "returned", "draft", "missing", "missing"],
        "excerpts": [excerpt],
        "work": Progress(words["reading"], 41200, 100000),
        "page": Paginator(range(312), 25).page(4),
        "form": _form(words),
        "amounts": [
            Quantity(ValueState.REPORTED, Decimal("1234567.5")),
            Quantity(ValueState.SUPPRESSED, None),
            None,
            Decimal(-12),
        ],
        "day": date(2026, 3, 14),
        "moment": datetime(2026, 3, 14, 15, 30, tzinfo=UTC),
        "periods": ["2021", "2021-03"],
        "foreign": Text(
            {"he": "שתי שורות בקובץ", "ar": "سطران"} if language == "en" else {"en": "Two rows (of 12) in the file"}
        ),
        "pairs": [(words["what"], words["sentence"]), (words["place"], words["valley"]), (words["mail"], "")],
        **_charts(words, language),
    }
    return render(request, "look/gallery.html", context)
