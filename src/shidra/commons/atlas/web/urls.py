"""Public pages of the atlas, each under its language."""

from __future__ import annotations

from django.urls import path

from shidra.commons.atlas.web import atlas, listings

app_name = "atlas"
urlpatterns = [
    path("", atlas.atlas, name="atlas"),
    path("initiatives/<slug:slug>/", listings.listing, name="listing"),
]
