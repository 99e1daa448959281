"""Addresses without a language: what programs read."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "open_atlas"
urlpatterns: list[URLPattern] = []
