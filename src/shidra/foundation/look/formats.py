"""Figures, periods, dates and texts for a reader, in the language of the page. Words only, no HTML."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from babel.dates import format_date, format_datetime
from babel.numbers import get_minus_sign_symbol, get_plus_sign_symbol
from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext

from shidra.kernel.languages import Picked, Text, base_language
from shidra.kernel.periods import Period, format_period
from shidra.kernel.quantities import format_number

# What turns the direction of the text around it, and what is no character: nothing that a name needs.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]+"
)
_UNSAFE_BEFORE_A_MARK = re.compile(r"[\u2066-\u2069]+(?=[,;:.،؛!?؟)”])")
_UNBROKEN = re.compile(r"(\S{34})(?=\S)")  # where a line would find no place to break
LANGUAGE_NAMES = {"he": "עברית", "ar": "العربية", "en": "English"}


class WithState(Protocol):
    """A kernel Quantity, or a figure of a release: an amount that is there exactly when the state says so."""

    @property
    def amount(self) -> Decimal | None: ...
    @property
    def state(self) -> str: ...


def reader_language() -> str:
    """`he`, `ar` or `en`: the language of the page."""
    return base_language(get_language() or "en")


def _locale() -> str:
    language = reader_language()
    return "en_GB" if language == "en" else language


def number_words(amount: Any, decimals: int | None = None) -> str:
    """The amount grouped by the locale; a string or int will do. "" for None."""
    if amount is None or amount == "":
        return ""
    return format_number(amount if isinstance(amount, Decimal) else Decimal(str(amount)), reader_language(), decimals)


def change_words(amount: Decimal, decimals: int | None = None) -> str:
    """A difference with its sign, plus included, as the reader's language writes it; what rounds to zero has none."""
    shown = amount if decimals is None else round(amount, decimals)
    words = number_words(abs(shown), decimals)
    if not shown:
        return words
    locale = reader_language()
    sign = get_plus_sign_symbol if amount > 0 else get_minus_sign_symbol
    return sign(locale, numbering_system="latn") + words


def state_words(state: str) -> str:
    """Why there is no figure."""
    return {
        "missing": gettext("not reported"),
        "suppressed": gettext("suppressed"),
        "not_applicable": gettext("not applicable"),
    }.get(str(state), "")


def quantity_words(quantity: WithState | Decimal | float | None, unit: str = "", decimals: int | None = None) -> str:
    """An amount with its unit, or the word that says why there is none. A bare None counts as not reported."""
    if quantity is None:
        return state_words("missing")
    if isinstance(quantity, Decimal | int | float):
        amount: Decimal | float | None = quantity
    else:
        if quantity.amount is None:
            return state_words(quantity.state)
        amount = quantity.amount
        unit = unit or ("%" if getattr(quantity, "is_percent", False) else "")
    words = number_words(amount, decimals)
    if unit == "%":
        return pgettext("percentage", "%(number)s%%") % {"number": words}
    return words


def day_words(value: date | datetime | None, style: str = "long") -> str:
    """A date with the month in words: `long` 14 March 2026, `full` with the weekday, `medium` 14 Mar 2026."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else value
    pattern = {"full": "EEEE, d MMMM y", "long": "d MMMM y", "medium": "d MMM y", "short": "d MMMM"}[style]
    if reader_language() == "he":
        pattern = pattern.replace("d MMM", "d בMMM")
    if reader_language() == "ar":
        # The months by the names that are used in the Levant: تشرين الثاني rather than نوفمبر.
        return format_date(value, format=pattern.replace(",", "،"), locale="ar_PS")
    return format_date(value, format=pattern, locale=_locale())


def moment_words(value: datetime | None) -> str:
    """A date and the time of day in the reader's time zone."""
    if value is None:
        return ""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{day_words(local)}{comma()}{format_datetime(local, format='HH:mm', locale='en_GB')}"


def picked(value: Text | Picked | Mapping[str, str] | str | None, original: str = "") -> Picked:
    """The text for the reader; a plain string is taken as it stands, in a direction the browser finds out."""
    language = reader_language()
    if isinstance(value, Picked):
        return value
    if isinstance(value, Text):
        return value.pick(language, original)
    if isinstance(value, Mapping):
        return Text(value).pick(language, original)
    return Picked(value or "", "", "ltr", False)


def comma() -> str:
    """What stands between names in a list: the Arabic comma in Arabic.

    Not Babel's `format_list`: what CLDR says of such a list in Hebrew is damaged in Babel's data.
    """
    return pgettext("between names in a list", ", ")


def list_words(words: Iterable[object]) -> str:
    """Names one after another, by the comma of the reader's language."""
    return comma().join(map(str, words))


def filled(message: str, params: Mapping[str, Any]) -> str:
    """A translated message with what fills it; a list among that as names by the comma of the reader's language."""
    said = {name: list_words(one) if isinstance(one, list) else one for name, one in params.items()}
    return message % said if said else message


def period_words(value: Any, style: str = "long") -> str:
    """A kernel Period, or the code of one, as the reader writes it."""
    return format_period(Period.from_code(value) if isinstance(value, str) else value, reader_language(), style)


def language_words(language: str) -> str:
    """The name of a language, in the reader's."""
    return {"he": gettext("Hebrew"), "ar": gettext("Arabic"), "en": gettext("English")}.get(language, language)


def note_of_language(language: str) -> str:
    """The note beside a text that is not in the reader's language."""
    return {
        "he": gettext("(in Hebrew)"),
        "ar": gettext("(in Arabic)"),
        "en": gettext("(in English)"),
    }.get(language, f"({language})")


def plain_words(words: object, most: int = 0) -> str:
    """Typed words in one line, without characters that turn what stands around them; cut between words after `most`
    letters, with an ellipsis, so that everybody sees that there is more. For paper, which has no place to scroll."""
    # A blank in the place of an isolate's end would part a name from the comma behind it.
    said = " ".join(_UNSAFE.sub(" ", _UNSAFE_BEFORE_A_MARK.sub("", str(words))).split())
    if most and len(said) > most:
        head = said[:most]
        said = (head[: head.rfind(" ")] if " " in head[most // 2 :] else head).rstrip(" ,;:.،؛") + "…"
    return _UNBROKEN.sub("\\1\u200b", said)


def isolated_words(words: object) -> str:
    """Words that people typed, in a plain text: characters that cannot be seen keep them apart from the direction
    around them. Empty for nothing."""
    return f"\u2068{words}\u2069" if words not in (None, "") else ""
