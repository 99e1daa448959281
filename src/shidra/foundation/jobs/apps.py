from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "shidra.foundation.jobs"
    label = "jobs"
