"""A model field for a text in the languages of an initiative."""

from __future__ import annotations

from typing import Any

from django.db import models

from shidra.kernel.languages import LANGUAGES


def clean_texts(value: Any) -> dict[str, str]:
    """Only known languages, only texts, no empty ones, in the product's order of languages."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TypeError(f"a text in several languages is a mapping, not {type(value).__name__}")
    return {code: str(value[code]).strip() for code in LANGUAGES if str(value.get(code) or "").strip()}


class TranslatedField(models.JSONField):
    """A text in up to three languages: `{"he": "…", "ar": "…", "en": "…"}`; a language without text is absent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", dict)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(clean_texts(value) if isinstance(value, dict) else value)
