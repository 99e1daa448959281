from __future__ import annotations

from django.urls import path

from shidra.foundation.organisations.web import views

app_name = "organisations"
urlpatterns = [path("<slug:sha256>.png", views.logo, name="logo")]
