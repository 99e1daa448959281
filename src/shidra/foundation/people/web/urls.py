"""Everything about one's own account. Sign-in and second factors are django-allauth's, on our pages."""

from __future__ import annotations

from django.urls import include, path

from shidra.foundation.people.web import views

_pages = [
    path("", views.profile, name="profile"),
    path("my-data/", views.download_my_data, name="my_data"),
    path("close/", views.close, name="close"),
]

urlpatterns = [
    path("", include((_pages, "people"))),
    path("", include("allauth.account.urls")),
    path("two-factor/", include("allauth.mfa.urls")),
]
