from __future__ import annotations

from django.urls import URLPattern, URLResolver

from shidra.conditions.shared_measurement.web import agreements, curve, dictionary, fill, releases, rounds, trace, uploads

app_name = "shared_measurement"
urlpatterns: list[URLPattern | URLResolver] = [
    *dictionary.urlpatterns,
    *curve.urlpatterns,
    *agreements.urlpatterns,
    *rounds.urlpatterns,
    *fill.urlpatterns,
    *uploads.urlpatterns,
    *releases.urlpatterns,
    *trace.urlpatterns,
]
