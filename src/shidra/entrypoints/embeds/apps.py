from django.apps import AppConfig


class EmbedsConfig(AppConfig):
    name = "shidra.entrypoints.embeds"
    label = "embeds"
