"""Root urls: language-free addresses first, then every page under its language."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

urlpatterns = [
    path("", include("shidra.entrypoints.health.urls")),
    path("", include("shidra.entrypoints.public_site.open_urls")),
    path("", include("shidra.entrypoints.embeds.open_urls")),
    path("logos/", include("shidra.foundation.organisations.web.urls")),
    path("maps/", include("shidra.foundation.places.web.urls")),
    path("", include("shidra.commons.atlas.web.open_urls")),
    *i18n_patterns(
        path("atlas/", include("shidra.commons.atlas.web.urls")),
        path("work/atlas/", include("shidra.commons.atlas.web.desk_urls")),
        path("account/", include("shidra.foundation.people.web.urls")),
        path("invitation/", include("shidra.foundation.initiatives.web.invitation_urls")),
        path("work/administration/atlas-editors/", include("shidra.commons.atlas.web.administration_urls")),
        path("work/", include("shidra.entrypoints.workspace.urls")),
        path("work/<slug:initiative>/settings/atlas/", include("shidra.commons.atlas.web.hosted_urls")),
        path("work/<slug:initiative>/settings/", include("shidra.foundation.initiatives.web.urls")),
        path("work/<slug:initiative>/agenda/", include("shidra.conditions.common_agenda.web.urls")),
        path("work/<slug:initiative>/measurement/", include("shidra.conditions.shared_measurement.web.urls")),
        path("embed/", include("shidra.entrypoints.embeds.urls")),
        path("", include("shidra.foundation.look.urls")),
        path("", include("shidra.entrypoints.public_site.urls")),
        prefix_default_language=True,
    ),
]
