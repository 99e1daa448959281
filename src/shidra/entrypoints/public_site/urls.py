from __future__ import annotations

from django.urls import path

import shidra.entrypoints.public_site.converters  # noqa: F401  (registers them)
from shidra.entrypoints.public_site import views

app_name = "public_site"
urlpatterns = [
    path("", views.home, name="home"),
    path("i/<slug:initiative>/", views.initiative, name="initiative"),
    path("i/<slug:initiative>/picture.png", views.picture, name="initiative_png"),
    path("i/<slug:initiative>/agenda/", views.agenda, name="agenda"),
    path("i/<slug:initiative>/agenda/<int:number>/", views.agenda, name="agenda_version"),
    path("i/<slug:initiative>/agenda/<int:number>/compare/<int:other>/", views.compare_agendas, name="agenda_compare"),
    path("i/<slug:initiative>/indicators/<code:code>/", views.indicator, name="indicator"),
    path("i/<slug:initiative>/releases/", views.release_list, name="releases"),
    path("i/<slug:initiative>/releases/<int:number>/", views.release, name="release"),
    path("i/<slug:initiative>/releases/<int:number>/picture.png", views.picture, name="release_png"),
    path("i/<slug:initiative>/releases/<int:number>/compare/<int:other>/", views.compare, name="compare"),
    path(
        "i/<slug:initiative>/releases/<int:number>/indicators/<code:code>/", views.indicator, name="release_indicator"
    ),
    *(
        path(
            f"i/<slug:initiative>/{of}indicators/<code:code>/{part}.{form}",
            views.take_indicator,
            {"part": part, "form": form},
            name=f"{name}_{form}",
        )
        for of, name in (("", "indicator"), ("releases/<int:number>/", "release_indicator"))
        for part, form in (("page", "pdf"), ("picture", "png"), ("picture", "svg"))
    ),
]
