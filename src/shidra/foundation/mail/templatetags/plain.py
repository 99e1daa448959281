"""Formatting for letters: the same words as on a page, without markup."""

from __future__ import annotations

from typing import Any

from django import template

from shidra.foundation.look import formats

register = template.Library()


@register.filter
def day_plain(value: Any) -> str:
    """A date with the month in words."""
    return formats.day_words(value)


@register.filter
def period_plain(value: Any) -> str:
    """A period, by its code or itself, in words."""
    return formats.period_words(value)
