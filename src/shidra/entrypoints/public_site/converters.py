"""Parts of public addresses."""

from __future__ import annotations

from django.urls import register_converter


class _AsItStands:
    """Text that is taken as it stands."""

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: object) -> str:
        return str(value)


class ReleaseNumber(_AsItStands):
    """The number of a release, or `latest`."""

    regex = "latest|[1-9][0-9]{0,8}"


class IndicatorCode(_AsItStands):
    """The code of an indicator: letters of any script, digits, hyphens."""

    regex = r"[-\w]+"


register_converter(ReleaseNumber, "release")
register_converter(IndicatorCode, "code")
