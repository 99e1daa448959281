"""Public pages of the atlas, each under its language."""

from __future__ import annotations

from django.urls import path

from shidra.commons.atlas.web import (
    atlas,
    atlas_picture,
    bodies,
    figures,
    keeping,
    listings,
    map,  # noqa: A004  (of the atlas)
    places_and_fields,
    proposing,
)

app_name = "atlas"
urlpatterns = [
    path("", atlas.atlas, name="atlas"),
    path("picture.png", atlas_picture.map_picture, name="png"),
    path("map.json", map.marks, name="marks"),
    path("here/", map.here, name="here"),
    path("countries.json", map.country_names, name="country_names"),
    path("bodies/", bodies.bodies, name="bodies"),
    path("bodies/<slug:slug>/", bodies.body, name="body"),
    path("bodies/<slug:slug>/correct/", proposing.correct_body, name="correct_body"),
    path("bodies/<slug:slug>/preview.png", bodies.picture, name="body_png"),
    path("initiatives/<slug:slug>/", listings.listing, name="listing"),
    path("initiatives/<slug:slug>/history/", listings.history, name="listing_history"),
    path("initiatives/<slug:slug>/preview.png", listings.picture, name="listing_png"),
    path("initiatives/<slug:slug>/correct/", proposing.correct, name="correct"),
    path("initiatives/<slug:slug>/claim/", proposing.claim, name="claim"),
    path("initiatives/<slug:slug>/remove/", proposing.remove, name="remove"),
    path("countries/", places_and_fields.all_countries, name="countries"),
    path("countries/<str:code>/", places_and_fields.country, name="country"),
    path("fields/", places_and_fields.all_fields, name="fields"),
    path("fields/<slug:code>/", places_and_fields.field, name="field"),
    path("figures/", figures.figures, name="figures"),
    path("propose/", proposing.new, name="propose"),
    path("propose/sent/", proposing.sent, name="sent"),
    path("propose/confirm/<str:token>/", proposing.confirm, name="confirm"),
    path("keep/", keeping.links, name="keep_links"),
    path("keep/<str:token>/", keeping.keep, name="keep"),
    path("keep/<str:token>/mend/", keeping.mend, name="keep_mend"),
]
