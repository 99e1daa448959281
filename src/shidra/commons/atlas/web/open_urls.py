"""Addresses without a language: what programs read."""

from __future__ import annotations

from django.urls import path

from shidra.commons.atlas.web import downloads, listings

app_name = "open_atlas"
urlpatterns = [
    path("atlas/initiatives.geojson", downloads.geojson, name="geojson"),
    path("atlas/initiatives.csv", downloads.csv, name="csv"),
    path("atlas/initiatives.jsonld", downloads.linked_data, name="linked_data"),
    path("atlas/initiatives/<uuid:uid>.json", listings.entry, name="entry"),
    path(".well-known/collective-impact.json", downloads.feed, name="feed"),
]
