"""Addresses without a language: oEmbed, and the style sheets of frames."""

from __future__ import annotations

from django.urls import path, re_path

from shidra.entrypoints.embeds import frames, oembed

app_name = "embed_files"
urlpatterns = [
    path("oembed", oembed.oembed, name="oembed"),
    re_path(r"^embed/theme/(?P<accent>[0-9a-f]{6}|plain)-(?P<mode>auto|light|dark)\.css$", frames.theme, name="theme"),
]
