from __future__ import annotations

from django.urls import path

from shidra.foundation.places.web import views

app_name = "places"
urlpatterns = [path("country-shapes-<slug:sha256>.json", views.country_shapes, name="country_shapes")]
