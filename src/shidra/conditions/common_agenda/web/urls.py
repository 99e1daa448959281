from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "common_agenda"
urlpatterns: list[URLPattern | URLResolver] = []
