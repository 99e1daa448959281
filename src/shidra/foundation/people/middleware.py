"""The language of an address decides; without one, the person's, then the browser's."""

from __future__ import annotations

from django.middleware.locale import LocaleMiddleware


class LanguageMiddleware(LocaleMiddleware):
    pass
