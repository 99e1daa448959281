from __future__ import annotations

from django.urls import path

from shidra.foundation.initiatives.web import invitations

app_name = "invitations"
urlpatterns = [path("<str:token>/", invitations.accept, name="accept")]
