from __future__ import annotations

from django.urls import path

from shidra.entrypoints.health import views

app_name = "health"
urlpatterns = [
    path("healthz", views.health, name="health"),
    path("readyz", views.readiness, name="readiness"),
]
