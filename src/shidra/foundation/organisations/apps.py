from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "shidra.foundation.organisations"
    label = "organisations"
