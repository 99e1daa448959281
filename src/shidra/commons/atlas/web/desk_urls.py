"""The editors' desk."""

from __future__ import annotations

from django.urls import path

from shidra.commons.atlas.web import body_desk, desk

app_name = "atlas_desk"
urlpatterns = [
    path("", desk.desk, name="desk"),
    path("bodies/", body_desk.bodies, name="bodies"),
    path("bodies/new/", body_desk.new_body, name="new_body"),
    path("bodies/<int:body>/", body_desk.body, name="body"),
    path("bodies/<int:keep>/merge/<int:drop>/", body_desk.merge, name="merge"),
]
