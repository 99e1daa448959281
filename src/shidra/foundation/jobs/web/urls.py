from __future__ import annotations

from django.urls import path

from shidra.foundation.jobs.web import views

app_name = "jobs"
urlpatterns = [path("<int:job>/", views.show_job, name="job")]
