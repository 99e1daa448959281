"""Addresses without a language: the way in, and released data for programs."""

from __future__ import annotations

from django.urls import path

import shidra.entrypoints.public_site.converters  # noqa: F401  (registers them)
from shidra.entrypoints.public_site import open_data, sitemap

_RELEASE = "i/<slug:initiative>/releases/<release:number>/"

app_name = "open_data"
urlpatterns = [
    path("", open_data.choose_language, name="root"),
    path("robots.txt", sitemap.robots, name="robots"),
    path("sitemap.xml", sitemap.index, name="sitemap"),
    path("sitemap-<str:section>-<int:page>.xml", sitemap.section_page, name="sitemap_page"),
    path(f"{_RELEASE}data.csv", open_data.csv, name="csv"),
    path(f"{_RELEASE}data.xlsx", open_data.xlsx, name="xlsx"),
    path(f"{_RELEASE}data.sdmx.csv", open_data.sdmx_csv, name="sdmx_csv"),
    path(f"{_RELEASE}datapackage.zip", open_data.package, name="package"),
    *(
        path(f"{_RELEASE}{name}", open_data.package_file, {"name": name}, name=f"package_{kind}")
        for kind, name in (("json", "datapackage.json"), ("definitions", "definitions.csv"), ("codes", "codes.csv"))
    ),
    path(f"{_RELEASE}indicators/<code:code>.json", open_data.indicator_json, name="indicator_json"),
    path(f"{_RELEASE}indicators/<code:code>.csv", open_data.indicator_csv, name="indicator_csv"),
]
