"""Figures of a release in words: with their unit, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from babel.numbers import get_currency_symbol
from django.utils.translation import gettext, pgettext

from shidra.conditions.shared_measurement.models import IndicatorSet
from shidra.foundation.look.formats import number_words, period_words, picked, reader_language
from shidra.kernel.quantities import canonical

SHOWN = ("reported", "restated")


class Unit:
    """The unit of an indicator's document, for a reader."""

    def __init__(self, unit: Mapping[str, Any], original: str) -> None:
        self.kind = str(unit["kind"])
        self.decimals = int(unit["decimals"])
        self.currency = str(unit.get("currency") or "")
        self.name = picked(unit.get("names") or {}, original).text

    @property
    def sign(self) -> str:
        """What the axis of a chart is told."""
        return "%" if self.kind == "percent" else self.name

    @property
    def gap_sign(self) -> str:
        """What the axis of a chart of distances is told: percentages lie percentage points apart."""
        return gettext("percentage points") if self.kind == "percent" else self.sign

    def number(self, value: str | Decimal | None, text: str = "", decimals: int | None = None) -> str:
        """The figure without the name of its unit: 18,347, 12.5%, ₪1,200, Yes, B+."""
        if value is None or (self.kind == "grade" and text):
            return text
        amount = Decimal(value)
        if self.kind == "yes_no":
            return gettext("Yes") if amount else gettext("No")
        words = number_words(amount, self.decimals if decimals is None else decimals)
        if self.kind == "percent":
            return pgettext("percentage", "%(number)s%%") % {"number": words}
        if self.kind == "money":
            symbol = get_currency_symbol(
                self.currency, locale={"en": "en_GB"}.get(reader_language(), reader_language())
            )
            return pgettext("amount of money", "%(currency)s%(number)s") % {"currency": symbol, "number": words}
        return words

    def exactly(self, value: str | Decimal | None) -> str:
        """A figure that people set, such as a target, with the decimals that they gave it."""
        if value is None or self.kind in ("yes_no", "grade"):
            return self.number(value)
        return self.number(value, decimals=len(canonical(Decimal(value)).partition(".")[2]))

    def words(self, value: str | Decimal | None, text: str = "") -> str:
        """The figure with its unit, as in a sentence: 18,347 students."""
        number = self.number(value, text)
        if not self.name or self.kind in ("percent", "money", "yes_no", "grade"):
            return number
        return pgettext("figure with its unit", "%(number)s %(unit)s") % {"number": number, "unit": self.name}

    def shown(self, amount: Decimal) -> Decimal:
        """The amount as `number` shows it: rounded half away from zero."""
        return amount.quantize(Decimal(1).scaleb(-self.decimals), ROUND_HALF_UP)

    def gap(self, amount: Decimal) -> str:
        """The distance between two figures: percentages lie percentage points apart."""
        words = number_words(amount, self.decimals)
        if self.kind == "percent":
            return pgettext("distance between percentages", "%(number)s percentage points") % {"number": words}
        return self.words(amount)


def period(code: str) -> str:
    """A period in a sentence."""
    return period_words(code)


def short_period(code: str) -> str:
    """A period on an axis or in a table."""
    return period_words(code, "short")


def status_words(figure: Mapping[str, Any]) -> str:
    """What kind of figure it is, or why there is none."""
    if figure["status"] == "reported" and is_incomplete(figure):
        return pgettext("kind of figure", "incomplete")
    return {
        "reported": pgettext("kind of figure", "released"),
        "restated": pgettext("kind of figure", "restated"),
        "missing": pgettext("kind of figure", "no figure"),
        "suppressed": pgettext("kind of figure", "not shown"),
        "not_applicable": pgettext("kind of figure", "not applicable"),
    }[str(figure["status"])]


def set_level_words(level: str) -> str:
    """What partners do together with the figures of a set of indicators."""
    return str(IndicatorSet.Level(level).label)


def is_incomplete(figure: Mapping[str, Any]) -> bool:
    """Whether partners that were asked are not in it."""
    reporting, expected = figure.get("reporting"), figure.get("expected")
    return reporting is not None and expected is not None and reporting < expected


def is_shown(figure: Mapping[str, Any]) -> bool:
    return figure["status"] in SHOWN and (figure.get("value") is not None or bool(figure.get("text")))
