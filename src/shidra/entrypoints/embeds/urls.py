"""Frames and the page of snippets, under their language."""

from __future__ import annotations

from django.urls import path

import shidra.entrypoints.public_site.converters  # noqa: F401  (registers them)
from shidra.commons.atlas.web import map as atlas_map
from shidra.entrypoints.embeds import atlas_frames, frames, making

app_name = "embeds"
urlpatterns = [
    path("make/", making.make, name="make"),
    path("i/<slug:initiative>/", frames.initiative, name="initiative"),
    path("i/<slug:initiative>/indicators/<code:code>/", frames.indicator, name="indicator"),
    path("i/<slug:initiative>/releases/<int:number>/", frames.release, name="release"),
    path(
        "i/<slug:initiative>/releases/<int:number>/indicators/<code:code>/", frames.indicator, name="release_indicator"
    ),
    path("atlas/", atlas_frames.atlas, name="atlas"),
    # What the map fetches, at addresses of frames, at which nobody is known (middleware.py).
    path("atlas/map.json", atlas_map.marks, name="atlas_marks"),
    path("atlas/here/", atlas_map.here, name="atlas_here"),
    path("atlas/countries.json", atlas_map.country_names, name="atlas_country_names"),
    path("atlas/initiatives/<slug:slug>/", atlas_frames.listing, name="listing"),
]
