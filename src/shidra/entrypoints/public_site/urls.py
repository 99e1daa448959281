from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "public_site"
urlpatterns: list[URLPattern | URLResolver] = []
