"""Frames and the page of snippets, under their language."""

from __future__ import annotations

from django.urls import path

import shidra.entrypoints.public_site.converters  # noqa: F401  (registers them)
from shidra.entrypoints.embeds import frames, making

app_name = "embeds"
urlpatterns = [
    path("make/", making.make, name="make"),
    path("i/<slug:initiative>/", frames.initiative, name="initiative"),
    path("i/<slug:initiative>/indicators/<code:code>/", frames.indicator, name="indicator"),
    path("i/<slug:initiative>/releases/<int:number>/", frames.release, name="release"),
    path(
        "i/<slug:initiative>/releases/<int:number>/indicators/<code:code>/", frames.indicator, name="release_indicator"
    ),
]
