"""The editors' desk."""

from __future__ import annotations

from django.urls import path

from shidra.commons.atlas.web import desk

app_name = "atlas_desk"
urlpatterns = [
    path("", desk.desk, name="desk"),
]
