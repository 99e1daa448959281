"""Addresses without a language: the way in, and released data for programs."""

from __future__ import annotations

from django.urls import path, register_converter

from shidra.entrypoints.public_site import open_data


class ReleaseNumber:
    """The number of a release, or `latest`."""

    regex = "latest|[1-9][0-9]{0,8}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: object) -> str:
        return str(value)


register_converter(ReleaseNumber, "release")

_RELEASE = "i/<slug:initiative>/releases/<release:number>/"

app_name = "open_data"
urlpatterns = [
    path("", open_data.choose_language, name="root"),
    path(f"{_RELEASE}data.csv", open_data.csv, name="csv"),
    path(f"{_RELEASE}data.xlsx", open_data.xlsx, name="xlsx"),
    path(f"{_RELEASE}indicators/<str:code>.json", open_data.indicator_json, name="indicator_json"),
    path(f"{_RELEASE}indicators/<str:code>.csv", open_data.indicator_csv, name="indicator_csv"),
]
