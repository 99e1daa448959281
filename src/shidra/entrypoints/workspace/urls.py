from __future__ import annotations

from django.urls import include, path

from shidra.entrypoints.workspace import administration, views

_pages = [
    path("", views.home, name="home"),
    path("administration/", administration.overview, name="administration"),
    path("administration/jobs/", administration.jobs, name="jobs"),
    path("administration/jobs/<int:job>/", administration.job, name="job"),
    path("administration/letters/", administration.letters, name="letters"),
    path("administration/letters/<int:letter>/again/", administration.send_letter_again, name="send_letter_again"),
    path("administration/initiatives/", administration.initiatives, name="initiatives"),
    path("administration/initiatives/new/", administration.new_initiative, name="new_initiative"),
    path("administration/initiatives/<int:number>/", administration.initiative, name="administered_initiative"),
    path("administration/places/", administration.places, name="places"),
    path("administration/places/new/", administration.new_place, name="new_place"),
    path("administration/places/list/", administration.place_list, name="place_list"),
    path("administration/places/<int:place>/", administration.place, name="place"),
    path("<slug:initiative>/", views.initiative_home, name="initiative"),
]

urlpatterns = [
    path("jobs/", include("shidra.foundation.jobs.web.urls")),
    path("", include((_pages, "workspace"))),
]
