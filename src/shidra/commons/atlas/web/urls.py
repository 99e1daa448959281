"""Public pages of the atlas, each under its language."""

from __future__ import annotations

from django.urls import path

from shidra.commons.atlas.web import atlas, bodies, listings, map

app_name = "atlas"
urlpatterns = [
    path("", atlas.atlas, name="atlas"),
    path("map.json", map.marks, name="marks"),
    path("here/", map.here, name="here"),
    path("countries.json", map.country_names, name="country_names"),
    path("bodies/", bodies.bodies, name="bodies"),
    path("bodies/<slug:slug>/", bodies.body, name="body"),
    path("initiatives/<slug:slug>/", listings.listing, name="listing"),
]
