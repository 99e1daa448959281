"""A made-up curve that turns: six years of quarters, a forecast frozen before anything was done, and what came after.
And an agreement under which some partners show each other their figures."""
# ruff: noqa: E501  (a text stays on its line, so that the three languages can be read side by side)

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from shidra.conditions.shared_measurement.codebook import Codebook
from shidra.conditions.shared_measurement.usecases import keep_agreement, keep_curve, keep_dictionary
from shidra.conditions.shared_measurement.usecases.build_release import build_release
from shidra.conditions.shared_measurement.usecases.publish_release import publish_release
from shidra.conditions.shared_measurement.usecases.report_values import report_values
from shidra.conditions.shared_measurement.values import REPORTED, ReportedValue
from shidra.entrypoints.demo.content import t
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person
from shidra.foundation.places.models import Place
from shidra.kernel.periods import Period, PeriodKind, period_containing

_QUARTERS = 20
_WORDING: dict[str, Any] = {
    "names": t("פגישה עם מנטור בתוך שבועיים", "لقاء مع مرشد خلال أسبوعين", "Met a mentor within two weeks"),
    "meaning": t(
        "צעירות וצעירים שביקשו ליווי ונפגשו עם מנטורית או מנטור בתוך שבועיים, מתוך כל מי שביקשו ברבעון.",
        "شابّات وشبّان طلبوا مرافقة والتقوا بمرشدة أو مرشد خلال أسبوعين، من بين كلّ من طلب في الربع.",
        "Young people who asked for support and met a mentor within two weeks, of all who asked in the quarter.",
    ),
    "population": t("מבקשי ליווי בעמק", "طالبو المرافقة في الوادي", "Those in the valley who asked for support"),
    "numerator": t("נפגשו בתוך שבועיים", "التقوا خلال أسبوعين", "Met within two weeks"),
    "denominator": t("ביקשו ליווי ברבעון", "طلبوا مرافقة في الربع", "Asked for support in the quarter"),
    "unit": "percent",
    "decimals": 1,
    "kind": "flow",
    "direction": "up",
    "frequency": "quarter",
    "source": t(
        "יומני הפניות של השותפים (בדוי)", "سجلّات الإحالة لدى الشركاء (متخيَّل)", "Partners’ referral logs (fictional)"
    ),
}
_TEXTS = {
    "story": t(
        "עד לפני שנה המתינו רוב הצעירים יותר מחודש. הבקשות הגיעו לשמונה ארגונים, כל אחד ניהל רשימה משלו, והמנטורים פעלו בעיקר בבוקר, כשצעירים עובדים.",
        "حتى قبل سنة انتظر معظم الشبّان أكثر من شهر. وصلت الطلبات إلى ثماني منظمات، لكلّ منها قائمتها، وعمل المرشدون في الصباح غالبًا، حين يكون الشبّان في العمل.",
        "Until a year ago most young people waited for more than a month. Requests reached eight organisations, each with a list of its own, and mentors worked mostly in the morning, when young people are at work.",
    ),
    "works": t(
        "רשימת המתנה משותפת אחת, ופגישה ראשונה בערב. שני דברים שלא עלו כסף: שיחת טלפון ביום הבקשה, ומנטורים שמחליפים זה את זה בין ארגונים.",
        "قائمة انتظار مشتركة واحدة، ولقاء أوّل في المساء. وأمران لم يكلّفا مالًا: مكالمة في يوم الطلب، ومرشدون يحلّ بعضهم محلّ بعض بين المنظمات.",
        "One shared waiting list, and a first meeting in the evening. Two things cost nothing: a call on the day of the request, and mentors who stand in for each other across organisations.",
    ),
    "proposal": t(
        "להרחיב את הערבים לכפר אס־סידר עד הקיץ, ולקבוע יעד לפער בין נשים לגברים: הגברים עדיין ממתינים יותר.",
        "توسيع لقاءات المساء إلى كفر السدر حتى الصيف، وتحديد هدف للفجوة بين النساء والرجال: ما زال الرجال ينتظرون أكثر.",
        "Bring the evenings to Kafr as-Sidr by summer, and set a target for the gap between women and men: men still wait longer.",
    ),
}


@dataclass(frozen=True)
class Cast:
    """Those who act, and how a day is set."""

    initiative: Initiative
    steward: Person
    partners: Mapping[str, Organisation]
    approvers: Mapping[str, Person]
    place: Place
    on: Callable[[date], AbstractContextManager[None]]


def turn_a_curve(cast: Cast, frozen_on: date, today: date) -> None:
    """Report the quarters until `frozen_on`, freeze the forecast, act, and report what came until today."""
    definition = _define(cast, frozen_on)
    indicator = definition.indicator
    last = period_containing(frozen_on, PeriodKind.QUARTER).previous()
    before = [last]
    while len(before) < _QUARTERS:
        before.insert(0, before[0].previous())
    after = []
    while (last := last.next()).end < today - timedelta(days=20):
        after.append(last)
    with cast.on(frozen_on):
        _report(cast, definition, before, lambda _at: 0.41)
        _release(cast, t("רבעונים קודמים", "أرباع سابقة", "Earlier quarters"))
        keep_curve.freeze_forecast(
            by=cast.steward, indicator=indicator, periods_ahead=8,
            note=t("לפני שהתחלנו בפגישות ערב", "قبل أن نبدأ لقاءات المساء", "Before the evening meetings began"),
        )  # fmt: skip
        # What was before we acted sets the limits: later quarters are held against it.
        keep_curve.read_curve(
            by=cast.steward, indicator=indicator, chart="auto", rule_set="auto", screens_ranges=True,
            fixed_after=_QUARTERS,
        )  # fmt: skip
        _write(cast, definition, frozen_on)
    with cast.on(today - timedelta(days=15)):
        # In the first of these quarters the evening meetings had not begun yet: nothing gets better before something is
        # done, and no run of points begins before it either.
        _report(cast, definition, after, lambda at: min(0.5 + 0.035 * (at - 1), 0.6) if at else 0.37)
        _release(cast, t("רבעונים חדשים", "أرباع جديدة", "New quarters"))


def _define(cast: Cast, on: date) -> Any:
    with cast.on(on - timedelta(days=20)):
        sex = Codebook(cast.initiative).dimension("sex")
        indicator = keep_dictionary.define_indicator(
            by=cast.steward,
            initiative=cast.initiative,
            code="mentor-soon",
            wording=keep_dictionary.Wording(_WORDING, (sex,)),
            level="programme",
            outcome_code="prepared",
            is_headline=True,
        )
        definition = keep_dictionary.publish_definition(by=cast.steward, definition=indicator.definitions.get())
        keep_dictionary.set_reference_value(
            by=cast.steward, indicator=indicator, kind="target", period=Period.from_code(f"{on.year + 2}-Q4"),
            amount=Decimal(65),
            rationale=t(
                "כך נהוג במקום אחר שבו רשימה אחת", "كما هو الحال حيث القائمة واحدة", "As where there is one list"
            ),
        )  # fmt: skip
    return definition


def _report(cast: Cast, definition: Any, quarters: list[Period], share: Callable[[int], float]) -> None:
    values = []
    codebook = Codebook(cast.initiative)
    for at, quarter in enumerate(quarters):
        dice = random.Random(f"mentor-{quarter.code}")  # noqa: S311  (figures of a demo)
        parts = {}
        for key, tilt, size in (("sex=female", 0.05, 108), ("sex=male", -0.05, 96)):
            whole = size + dice.randint(-14, 14)
            parts[key] = (round(whole * (share(at) + tilt + dice.uniform(-0.035, 0.035))), whole)
        parts[""] = (sum(part for part, _whole in parts.values()), sum(whole for _part, whole in parts.values()))
        for key, (part, whole) in parts.items():
            values.append(
                ReportedValue(
                    definition_id=definition.pk, organisation_id=cast.partners["young-adults"].pk,
                    place_id=cast.place.pk, group_id=codebook.group_id(key), period=quarter.code, state=REPORTED,
                    numerator=Decimal(part), denominator=Decimal(whole), verdict="accepted",
                )
            )  # fmt: skip
    report_values(
        by=cast.steward, initiative=cast.initiative, source="import", organisation=cast.partners["young-adults"],
        values=values,
    )  # fmt: skip


def _release(cast: Cast, note: dict[str, str]) -> None:
    publish_release(by=cast.steward, release=build_release(by=cast.steward, initiative=cast.initiative), note=note)


def _write(cast: Cast, definition: Any, began: date) -> None:
    """What stands beside the curve."""
    indicator, by = definition.indicator, cast.steward
    for subject, text in _TEXTS.items():
        keep_curve.write_curve_text(by=by, indicator=indicator, subject=subject, text=text)
    roles = {
        "young-adults": t(
            "מנהל את רשימת ההמתנה המשותפת", "يدير قائمة الانتظار المشتركة", "Keeps the shared waiting list"
        ),
        "khatwa": t("פגישות ערב בערבית", "لقاءات مسائية بالعربية", "Evening meetings in Arabic"),
    }
    for key, role in roles.items():
        keep_curve.name_curve_partner(by=by, indicator=indicator, organisation=cast.partners[key], role=role)
    events = (
        (
            -400,
            "event",
            t(
                "נפתחה תחנת הרכבת ברמת שיזף",
                "افتُتحت محطّة القطار في رمات شيزاف",
                "The railway station in Ramat Shezaf opened",
            ),
        ),
        (12, "change", t("התחילו פגישות הערב", "بدأت لقاءات المساء", "Evening meetings began")),
        (
            100,
            "learning",
            t(
                "מחזור למידה: שיחה ביום הבקשה",
                "دورة تعلّم: مكالمة في يوم الطلب",
                "Learning cycle: a call on the day of the request",
            ),
        ),
    )
    for days, kind, text in events:
        keep_curve.annotate_curve(by=by, indicator=indicator, on=began + timedelta(days=days), kind=kind, text=text)
    quarter = period_containing(began + timedelta(days=460), PeriodKind.QUARTER)
    keep_curve.add_scenario(
        by=cast.approvers["khatwa"],
        indicator=indicator,
        organisation=cast.partners["khatwa"],
        names=t("ערבים גם בכפר אס־סידר", "لقاءات مسائية في كفر السدر أيضًا", "Evenings in Kafr as-Sidr too"),
        assumptions=t("שתי מנטוריות נוספות", "مرشدتان إضافيتان", "Two more mentors"),
        points=[(quarter, Decimal(60)), (quarter.next(), Decimal(62)), (quarter.next().next(), Decimal(64))],
    )
    keep_curve.follow_gap(
        by=by, indicator=indicator, group="sex=male", reference="sex=female", form="difference", target=Decimal(0),
        target_period=Period.from_code(f"{began.year + 2}-Q4"),
        rationale=t("אותו זמן המתנה לכולן ולכולם", "مدّة انتظار واحدة للجميع", "The same wait for everybody"),
    )  # fmt: skip


def agree_to_compare(cast: Cast, on: date) -> None:
    """An agreement in which most partners show each other their figures under a code."""
    with cast.on(on):
        made = keep_agreement.draft_agreement(
            by=cast.steward,
            initiative=cast.initiative,
            names=t("רואים זה את זה, בלי שמות", "نرى بعضنا بعضًا بلا أسماء", "Seen among us, without names"),
            purpose=t(
                "ללמוד ממי שמצליח יותר. איש אינו מדרג, ואין משתמשים בנתונים לחלוקת כסף.",
                "لنتعلّم ممّن ينجح أكثر. لا أحد يرتّب الشركاء، ولا تُستخدم الأرقام لتوزيع المال.",
                "To learn from those who do better. Nobody ranks, and the figures are not used to share out money.",
            ),
            form="coded",
            audience="partners",
            starts_on=on,
            ends_on=None,
        )
        keep_agreement.propose_agreement(by=cast.steward, agreement=made)
    for number, (key, approver) in enumerate(cast.approvers.items()):
        if number % 5 == 4:
            continue
        with cast.on(on + timedelta(days=number + 1)):
            keep_agreement.answer_agreement(
                by=approver, agreement=made, organisation=cast.partners[key],
                verdict="declined" if number == 3 else "agreed",
            )  # fmt: skip
    first = next(iter(cast.approvers))
    with cast.on(on + timedelta(days=60)):
        keep_agreement.revoke_agreement(by=cast.approvers[first], agreement=made, organisation=cast.partners[first])
