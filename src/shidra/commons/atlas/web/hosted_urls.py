"""An initiative's settings: its place in the atlas."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from shidra.commons.atlas.web import hosted
from shidra.foundation.initiatives.web.frame import add_tab

app_name = "atlas_hosted"
urlpatterns = [
    path("", hosted.hosted, name="hosted"),
]
add_tab("atlas_hosted:hosted", _("In the atlas"))
