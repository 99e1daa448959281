from __future__ import annotations

from django.urls import path

from shidra.conditions.common_agenda.web import views

app_name = "common_agenda"
urlpatterns = [
    path("", views.agenda, name="agenda"),
    path("versions/<int:number>/", views.version, name="version"),
    path("versions/<int:old>/compare/<int:new>/", views.compare, name="compare"),
    path("begin/", views.begin, name="begin"),
    path("draft/", views.edit, name="edit"),
    path("draft/outcomes/new/", views.outcome, name="new_outcome"),
    path("draft/outcomes/<slug:code>/", views.outcome, name="outcome"),
    path("draft/publish/", views.publish, name="publish"),
]
