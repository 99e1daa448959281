"""Formatting for letters: the same words as on a page, without markup."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse

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


@register.filter
def isolated_plain(value: Any) -> str:
    """Words that people typed, kept apart from the direction around them by characters that cannot be seen."""
    return formats.isolated_words(value)


@register.simple_tag
def address(name: str, *args: Any, **kwargs: Any) -> str:
    """The full address of a page, in the letter's language, at the site's own configured name."""
    return settings.SITE_URL + reverse(name, args=args, kwargs=kwargs)
