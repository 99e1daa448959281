"""Sets of indicators, and a new version of a definition that partners are adopting: some have, one asks, some wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from shidra.conditions.shared_measurement.usecases import keep_adoption, keep_dictionary, keep_indicator_set
from shidra.entrypoints.demo.content import t
from shidra.entrypoints.demo.turned_curve import Cast
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.people.models import Person
from shidra.kernel.periods import Period

_SETS: tuple[tuple[str, dict[str, str], dict[str, str], bool, str, tuple[str, ...]], ...] = (
    (
        "common",
        t("המדדים המשותפים", "المؤشّرات المشتركة", "The common measures"),
        t(
            "מה שכל השותפים מודדים באותה הגדרה, כדי לראות יחד אם העמק מתקדם.",
            "ما يقيسه جميع الشركاء بالتعريف نفسه، كي نرى معًا هل يتقدّم الوادي.",
            "What all partners measure by the same definition, to see together whether the valley moves.",
        ),
        True,
        "comparative",
        ("leavers", "work-experience"),
    ),
    (
        "employers",
        t("עבודה ומעסיקים", "العمل والمشغّلون", "Work and employers"),
        t(
            "השותפים שפועלים מול מעסיקים בוחנים יחד מה עובד, ומשנים בכל רבעון.",
            "الشركاء الذين يعملون مع المشغّلين يفحصون معًا ما ينجح، ويغيّرون كلّ ربع.",
            "Partners that work with employers look together at what works, and change course each quarter.",
        ),
        False,
        "adaptive",
        ("started-work", "year-in-job", "places-opened"),
    ),
)
_CHANGE = t(
    "נספרים רק ימי התנסות בליווי חונך אצל המעסיק; עד כה נספר כל יום.",
    "تُحسب فقط أيّام التجربة بمرافقة مرشد لدى المشغّل؛ حتى الآن حُسب كلّ يوم.",
    "Only days with a mentor at the employer’s count; until now every day did.",
)
_MEANING = t(
    "מבין תלמידות ותלמידי י״א, מי שהשלימו לפחות עשרה ימי התנסות אצל מעסיק בליווי חונך.",
    "من بين طالبات وطلّاب الصفّ الحادي عشر، من أكملوا عشرة أيّام تجربة على الأقلّ لدى مشغّل بمرافقة مرشد.",
    "Of pupils in grade 11, those who completed at least ten days with an employer, accompanied by a mentor.",
)
_WHY = t(
    "יום בלי ליווי אינו מלמד דבר, וכל שותף ספר אחרת. מעתה נוכל להשוות בין בתי הספר.",
    "يوم بلا مرافقة لا يعلّم شيئًا، وكلّ شريك حسب بطريقته. من الآن يمكننا المقارنة بين المدارس.",
    "A day without a mentor teaches little, and each partner counted in its own way. From now on schools can be compared.",
)
_QUESTION = "هل يُحسب يوم كان فيه المرشد على الهاتف فقط؟ عندنا مشغّلون صغار لا يملكون مرشدًا كلّ يوم."


def make_sets(initiative: Initiative, steward: Person, definitions: Mapping[str, Any]) -> None:
    """A core set and an optional one, each with the level that it is used at."""
    for code, names, purpose, is_core, level, indicators in _SETS:
        keep_indicator_set.keep_indicator_set(
            by=steward, initiative=initiative, code=code, names=names, purpose=purpose, is_core=is_core, level=level,
            indicators=[definitions[one].indicator for one in indicators],
        )  # fmt: skip


def adopt_a_version(cast: Cast, definition: Any, next_year: int, today: date) -> None:
    """A version of `definition` from the school year `next_year` on is under way: that year may be reported by both."""
    period = Period.from_code(f"SY{next_year}")
    indicator = definition.indicator
    with cast.on(today - timedelta(days=6)):
        draft = keep_dictionary.begin_new_version(
            by=cast.steward, indicator=indicator, is_break=True, break_from=period
        )
        wording = {name: getattr(draft, name) for name in keep_dictionary.WORDING}
        keep_dictionary.word_definition(
            by=cast.steward,
            definition=draft,
            wording=keep_dictionary.Wording(
                wording | {"meaning": _MEANING, "change_note": _CHANGE}, tuple(definition.dimensions.all())
            ),
        )
        draft.refresh_from_db()
        put = keep_adoption.put_to_partners(
            by=cast.steward, definition=draft, why=_WHY, due_on=today + timedelta(days=8), overlap_from=period,
            overlap_until=period,
        )  # fmt: skip
    rows = {one.organisation_id: one for one in put.adoptions.all()}
    for day, key, both in ((4, "municipality", True), (3, "hagesher", False), (2, "kafr-as-sidr", True)):
        with cast.on(today - timedelta(days=day)):
            keep_adoption.adopt_definition(
                by=cast.approvers[key], adoption=rows[cast.partners[key].pk], from_period=period, reports_both=both
            )
    with cast.on(today - timedelta(days=1)):
        asks = "al-sindyan"
        keep_adoption.ask_about_definition(
            by=cast.approvers[asks], adoption=rows[cast.partners[asks].pk], text=_QUESTION
        )
