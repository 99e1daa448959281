"""The site administrator's page for the atlas: its editors."""

from __future__ import annotations

from django.urls import path

from shidra.commons.atlas.web import editors

app_name = "atlas_administration"
urlpatterns = [
    path("", editors.editors, name="editors"),
    path("<int:editor>/end/", editors.end, name="end_editor"),
]
