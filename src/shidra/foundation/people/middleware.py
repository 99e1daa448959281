"""The language of an address decides; without one, the person's, then the browser's. Times are in the person's zone."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import timezone, translation


class LanguageMiddleware(LocaleMiddleware):
    """Stands after the session's and the sign-in's middleware; without a session cookie it asks nobody anything."""

    def process_request(self, request: HttpRequest) -> None:
        person = request.user if settings.SESSION_COOKIE_NAME in request.COOKIES else None
        if person is not None and not person.is_authenticated:
            person = None
        language = (
            translation.get_language_from_path(request.path_info)
            or getattr(person, "language", None)
            or translation.get_language_from_request(request)
        )
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()
        try:
            zone = ZoneInfo(getattr(person, "time_zone", settings.TIME_ZONE))
        except (ZoneInfoNotFoundError, ValueError):
            zone = ZoneInfo(settings.TIME_ZONE)
        timezone.activate(zone)
