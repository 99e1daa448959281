from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "shared_measurement"
urlpatterns: list[URLPattern | URLResolver] = []
