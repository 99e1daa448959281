from __future__ import annotations

from django.urls import URLPattern, URLResolver

from shidra.conditions.shared_measurement.web import (
    adoption,
    agreements,
    curve,
    dictionary,
    fill,
    quality,
    releases,
    rounds,
    sets,
    trace,
    uploads,
)

app_name = "shared_measurement"
urlpatterns: list[URLPattern | URLResolver] = [
    *dictionary.urlpatterns,
    *adoption.urlpatterns,
    *curve.urlpatterns,
    *agreements.urlpatterns,
    *sets.urlpatterns,
    *rounds.urlpatterns,
    *quality.urlpatterns,
    *fill.urlpatterns,
    *uploads.urlpatterns,
    *releases.urlpatterns,
    *trace.urlpatterns,
]
