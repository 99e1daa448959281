"""Numbers as partners write them, read exactly, with silence kept apart from zero.

`docs/quantities.md` tells the same grammar for people who prepare files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from enum import StrEnum
from functools import lru_cache
from math import isfinite
from typing import Any

from babel.numbers import format_decimal, get_minus_sign_symbol

from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.languages import base_language
from shidra.kernel.writing import DIGITS, SPACES, excerpt, is_deceptive, without_invisibles

MOST_DIGITS = 28  # what PostgreSQL, SQLite text and the decimal context all hold exactly
_LONGEST_TEXT = 100


class ValueState(StrEnum):
    REPORTED = "reported"
    MISSING = "missing"
    SUPPRESSED = "suppressed"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Quantity:
    """`amount` is there exactly when the state is reported, zero included.

    `note`: the mark that stood in the cell beside or instead of the number (`*`, `[e]`, `<5`, `n.a.`).
    `is_percent`: the cell had a percent sign; 12% is the amount 12.
    """

    state: ValueState
    amount: Decimal | None
    note: str = ""
    is_percent: bool = False


class NumberUnreadable(RuleBroken):
    """The text is not a number, or not one that can be stored exactly."""


class NumberAmbiguous(RuleBroken):
    """The text can be two numbers (`1,234`); `candidates` are with a point and with a comma as decimal mark."""

    def __init__(self, raw: str, with_point: Decimal, with_comma: Decimal) -> None:
        super().__init__(
            "quantity.ambiguous",
            gettext_noop("“%(raw)s” can be read as %(first)s or as %(second)s. Say which mark stands before decimals."),
            raw=raw,
            first=canonical(with_point),
            second=canonical(with_comma),
        )
        self.candidates = [with_point, with_comma]


_UNREADABLE = {
    "text": gettext_noop("“%(raw)s” is not a number. Write digits, or leave the cell empty if there is no value."),
    "fraction": gettext_noop("“%(raw)s” holds a fraction sign. Write it with decimals, such as 0.5."),
    "not_finite": gettext_noop("“%(raw)s” is not a number that can be stored."),
    "scientific": gettext_noop("“%(raw)s” is in scientific notation, which may have lost digits. Write it in full."),
    "too_long": gettext_noop("“%(raw)s” has more than %(most)s digits."),
    "cell_error": gettext_noop("The cell holds the error “%(raw)s”. Mend the formula, or leave the cell empty."),
    "date": gettext_noop("“%(raw)s” is a date, not a number."),
    "truth": gettext_noop("“%(raw)s” is a yes or no, not a number."),
    "marks": gettext_noop("“%(raw)s” has hidden marks between its digits. Type the number again."),
    "decimal_mark": gettext_noop("“%(raw)s” does not fit a file in which decimals are written after “%(mark)s”."),
}


def _unreadable(raw: object, why: str, **params: Any) -> NumberUnreadable:
    return NumberUnreadable(f"quantity.{why}", _UNREADABLE[why], raw=excerpt(raw), **params)


_MISSING = Quantity(ValueState.MISSING, None)

# What statistical offices and partners write instead of a number. `x` alone is left out on purpose: it means
# "not available" to some and "suppressed" to others.
_WORDS: dict[ValueState, tuple[str, ...]] = {
    ValueState.MISSING: (
        "-", "--", "---", "..", "...", "…", ":", "?", "[x]", "missing", "no data", "not available", "not known",
        "unknown", "null", "חסר", "אין נתון", "אין נתונים", "אין מידע", "לא ידוע", "לא זמין", "غير متوفر", "غير متاح",
        "غير معروف", "لا توجد بيانات", "لا يوجد", "ناقص",
    ),
    ValueState.NOT_APPLICABLE: (
        "n.a.", "n.a", "na", "n/a", "[z]", "not applicable", "לא רלוונטי", "לא רלבנטי", 'ל"ר', "ל״ר", "לא ישים",
        "لا ينطبق", "غير منطبق", "غير قابل للتطبيق",
    ),
    ValueState.SUPPRESSED: (
        "*", "[c]", "suppressed", "confidential", "חסוי", "הוסתר", "מוסתר", "محجوب", "سري",
    ),
}  # fmt: skip
_STATE_OF_WORD = {word: state for state, words in _WORDS.items() for word in words}
_SMALL = re.compile(
    r"(?:[<≤]\s*|(?:less than|fewer than|under|below)\s+|(?:פחות מ|מתחת ל|קטן מ)[\s-]*|(?:أقل من|اقل من|دون)\s*)"
    r"(?:[0-9]{1,6}%?)",
    re.ASCII,
)

_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.(?:[0-9]?[1-9]|[0-9]{3,9}[1-9]))?").fullmatch
_DIGIT_SCRIPTS = (re.compile("[0-9]"), re.compile("[٠-٩]"), re.compile("[۰-۹]"))
_LOOKS = str.maketrans(
    {
        **SPACES,
        "\u2212": "-",  # the true minus sign
        "–": "-",  # what word processors make of a typed minus
        "—": "-",
        "٪": "%",
        "’": "'",
        "،": ",",  # the Arabic comma, where the keyboard has no decimal mark
    }
)
_NOTE = re.compile(r"(?P<number>.*?\d%?)\s*(?P<note>(?:[*†‡¹²³⁰⁴⁵⁶⁷⁸⁹]|\[[^\W\d_]{1,12}\]|\([^()\d]{1,60}\))+)")
_SIGNED = re.compile(
    r"(?P<open>\()?\s*(?P<before>%)?\s*(?P<sign>[-+])?\s*"
    r"(?P<digits>[0-9.,' ٫٬]*[0-9])\s*(?P<after>%)?\s*(?P<close>\))?",
    re.ASCII,
)
_CELL_ERROR = re.compile(r"#(?:N/A|DIV/0!|REF!|VALUE!|NAME\?|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA|#+)", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"[-+(]?\s*[0-9.,]+\s*[eE]\s*[-+]?[0-9]+\)?", re.ASCII)
_FRACTIONS = re.compile("[¼-¾⅐-⅞↉⁄]")


def parse_quantity(raw: str | int | float | Decimal | None, *, decimal_mark: str | None = None) -> Quantity:
    """What a cell says: a number, or why there is none.

    Text is read by this grammar (no other text is a number):

    - digits of one script: European, Arabic-Indic or Persian; at most 28 digits;
    - decimals after a point, a comma or the Arabic mark U+066B; `.5` has a zero before it;
    - thousands in whole groups of three, all with the same mark: comma, point, U+066C, apostrophe or any space;
    - a sign before the digits: `-`, `+`, the true minus U+2212, an en or em dash; or parentheses, `(5)` is -5;
    - a percent sign at either end (`%` or U+066A), kept in `is_percent`: 12% is 12;
    - a footnote mark behind the number, kept in `note`: `*`, raised digits, `[e]`, `(estimate)`;
    - directional marks and other invisible characters anywhere but between digits.

    Missing: an empty cell, `-`, `..`, `:`, "no data" and the like. Not applicable: `n.a.`, `n/a`, `[z]`.
    Suppressed: `*`, `[c]`, `<5`, "fewer than 5" and the like. The mark stays in `note`.

    `decimal_mark` is `"."` or `","` where the file or its column makes that known (see `infer_decimal_mark`);
    without it `1,234` and `1.234` raise NumberAmbiguous.
    NumberUnreadable for all else: `100.0.5`, `1_000`, `NaN`, `Infinity`, `1e400`, `½`, yes and no, cell errors.
    A float is what a spreadsheet shows of it: 15 significant digits, so that 0.1 + 0.2 is 0.3.
    """
    if type(raw) is str:
        return _from_text(raw, decimal_mark)
    if raw is None:
        return _MISSING
    if isinstance(raw, bool):
        raise _unreadable(raw, "truth")
    if isinstance(raw, int):
        if abs(raw) >= 10**MOST_DIGITS:
            raise _unreadable(raw, "too_long", most=MOST_DIGITS)
        return _reported(Decimal(raw))
    if isinstance(raw, float):
        if not isfinite(raw):
            raise _unreadable(raw, "not_finite")
        return _reported(_limited(Decimal(f"{raw:.15g}"), raw))
    if isinstance(raw, Decimal):
        if not raw.is_finite():
            raise _unreadable(raw, "not_finite")
        return _reported(_limited(raw, raw))
    if isinstance(raw, str):
        return _from_text(str(raw), decimal_mark)
    raise _unreadable(raw, "date" if hasattr(raw, "isoformat") else "text")


# Filled through its slots: the constructor of a frozen dataclass takes more than twice as long, a million times.
_set_state, _set_amount, _set_note, _set_is_percent = (
    vars(Quantity)[name].__set__ for name in ("state", "amount", "note", "is_percent")
)
_REPORTED, _ZERO = ValueState.REPORTED, Decimal(0)


def _reported(amount: Decimal, note: str = "", is_percent: bool = False) -> Quantity:
    quantity = Quantity.__new__(Quantity)
    _set_state(quantity, _REPORTED)
    _set_amount(quantity, amount or _ZERO)  # never "-0"
    _set_note(quantity, note)
    _set_is_percent(quantity, is_percent)
    return quantity


def _limited(amount: Decimal, raw: object) -> Decimal:
    """The amount, if it has few enough digits when written out; zeros that end its decimals do not count."""
    if not amount:
        return _ZERO
    # Looked at before it is written out: 1E+999999999 in full would fill the memory.
    if abs(amount.adjusted()) <= MOST_DIGITS:
        text = canonical(amount)
        if sum(map(str.isdigit, text)) - text.lstrip("-").startswith("0.") <= MOST_DIGITS:
            return Decimal(text)  # so that equal amounts look equal: 1E+3 is 1000, 1.50 is 1.5
    raise _unreadable(raw, "too_long", most=MOST_DIGITS)


@lru_cache(maxsize=16384)
def _from_text(raw: str, decimal_mark: str | None) -> Quantity:
    if decimal_mark not in (None, ".", ","):
        raise ValueError("the decimal mark is a point, a comma, or not known")
    # The plain case first: unambiguous as it stands.
    if (
        (len(raw) < 16 and raw.isascii() and raw.isdigit())
        or (decimal_mark != "," and _PLAIN(raw))
        or (decimal_mark == "." and is_canonical(raw))
    ):
        return _reported(Decimal(raw))
    if not raw or raw.isspace():
        return _MISSING
    if len(raw) > _LONGEST_TEXT:
        raise _unreadable(raw, "text")
    if is_deceptive(raw):
        raise _unreadable(raw, "marks")
    text = without_invisibles(raw).translate(_LOOKS).strip()
    if not text:
        return _MISSING
    word = " ".join(text.translate(DIGITS).lower().split())
    state = _STATE_OF_WORD.get(word) or (ValueState.SUPPRESSED if _SMALL.fullmatch(word) else None)
    if state is not None:
        return Quantity(state, None, without_invisibles(raw).strip())
    noted = _NOTE.fullmatch(text)
    number, note = (noted["number"], noted["note"]) if noted else (text, "")
    if sum(bool(script.search(number)) for script in _DIGIT_SCRIPTS) > 1:
        raise _unreadable(raw, "text")
    match = _SIGNED.fullmatch(number.translate(DIGITS))
    if match is None:
        raise _unreadable(raw, _why_not(text))
    negative = match["sign"] == "-"
    if match["open"] or match["close"]:
        if not (match["open"] and match["close"]) or match["sign"]:
            raise _unreadable(raw, "text")
        negative = True
    if match["before"] and match["after"]:
        raise _unreadable(raw, "text")
    amount = _amount(match["digits"], negative, decimal_mark, raw)
    return _reported(_limited(amount, raw), note, bool(match["before"] or match["after"]))


def _why_not(text: str) -> str:
    if _CELL_ERROR.fullmatch(text):
        return "cell_error"
    if _FRACTIONS.search(text):
        return "fraction"
    if _SCIENTIFIC.fullmatch(text):
        return "scientific"
    if text.strip("+-()").lower() in ("nan", "inf", "infinity", "∞"):
        return "not_finite"
    return "text"


_BARE = re.compile("[0-9]+", re.ASCII)
_WHOLE = {mark: re.compile(f"[1-9][0-9]{{0,2}}(?:{re.escape(mark)}[0-9]{{3}})+", re.ASCII) for mark in ",.'٬ "}
_INTEGER = re.compile("0|[1-9][0-9]*", re.ASCII)


def _readings(digits: str) -> dict[str, Decimal]:
    """What unsigned digits with marks can mean, by decimal mark; `""` where no decimal mark is at stake."""
    if _BARE.fullmatch(digits):
        return {"": Decimal(digits)}
    readings: dict[str, Decimal] = {}
    for mark in ".,٫":
        whole, found, decimals = digits.rpartition(mark)
        if not found:
            whole, decimals = digits, ""
        if found and not _BARE.fullmatch(decimals):
            continue
        if whole and not _INTEGER.fullmatch(whole):
            for thousands, pattern in _WHOLE.items():
                if thousands != mark and pattern.fullmatch(whole):
                    whole = whole.replace(thousands, "")
                    break
            else:
                continue
        readings[mark] = Decimal(f"{whole or 0}.{decimals or 0}")
    return readings


def _amount(digits: str, negative: bool, decimal_mark: str | None, raw: str) -> Decimal:
    readings = {mark: -amount if negative else amount for mark, amount in _readings(digits).items()}
    if len(set(readings.values())) == 1:
        amount = next(iter(readings.values()))
        # `89,7` in a file whose decimals stand after a point is a slip, not a number.
        if decimal_mark is None or decimal_mark in readings or "" in readings or "٫" in digits:
            return amount
        raise _unreadable(raw, "decimal_mark", mark=decimal_mark)
    if not readings:
        raise _unreadable(raw, "text")
    if decimal_mark is None:
        raise NumberAmbiguous(excerpt(raw), readings["."], readings[","])
    return readings[decimal_mark]


def infer_decimal_mark(raws: Iterable[object]) -> str | None:
    """The decimal mark of a whole column, `"."` or `","`; None if nothing shows it, or both do.

    `12.5`, `0.123` and `1,234,567` show a point, `12,5` and `1.234.567` a comma; `1,234` shows nothing.
    Cells that are not text, and text that is not a number, are passed over.
    """
    shown: set[str] = set()
    for raw in raws:
        if isinstance(raw, str) and len(raw) <= _LONGEST_TEXT and ("." in raw or "," in raw or "،" in raw):
            text = without_invisibles(raw).translate(_LOOKS).strip()
            noted = _NOTE.fullmatch(text)
            match = _SIGNED.fullmatch((noted["number"] if noted else text).translate(DIGITS))
            if match is not None:
                readings = _readings(match["digits"]).keys() & {".", ","}
                if len(readings) == 1:
                    shown |= readings
    return shown.pop() if len(shown) == 1 else None


def canonical(amount: Decimal) -> str:
    """The amount as plain text, exact: no exponent, no zeros that say nothing, a point before decimals (`1234.5`, `0`).

    Equal amounts have equal texts, and `Decimal(canonical(amount)) == amount`. ValueError if it is not finite.
    """
    if not amount.is_finite():
        raise ValueError("only finite amounts have a canonical text")
    if not amount:
        return "0"
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_SHORT_CANONICAL = re.compile(r"-?[1-9][0-9]{0,14}(?:\.[0-9]{0,8}[1-9])?|-?0\.[0-9]{0,8}[1-9]|0", re.ASCII).fullmatch


def is_canonical(text: str) -> bool:
    """Whether it is a number of at most 24 digits just as `canonical` writes it."""
    return _SHORT_CANONICAL(text) is not None


_WIDE = Context(prec=100, rounding=ROUND_HALF_UP)


def format_number(amount: Decimal, locale: str, decimals: int | None = None) -> str:
    """The amount for a reader: grouped by the locale, digits 0 to 9 in Arabic too.

    With `decimals` it is rounded half away from zero to so many; without, all its decimals are shown.
    """
    if decimals is not None:
        amount = amount.quantize(Decimal(1).scaleb(-decimals), context=_WIDE)
    shown = len(canonical(amount).partition(".")[2]) if decimals is None else decimals
    language = base_language(locale)
    cldr_locale = "en_GB" if language == "en" else language
    with localcontext(_WIDE):  # Babel computes in the context it finds
        text: str = format_decimal(
            abs(amount),
            format="#,##0" + ("." + "0" * shown if shown else ""),
            locale=cldr_locale,
            decimal_quantization=False,
            numbering_system="latn",
        )
    # Babel leaves out the directional mark that keeps the sign before the digits in a right-to-left line.
    return get_minus_sign_symbol(cldr_locale, numbering_system="latn") + text if amount < 0 else text
