from django.apps import AppConfig


class AtlasConfig(AppConfig):
    name = "shidra.commons.atlas"
    label = "atlas"
