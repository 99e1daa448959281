from django.apps import AppConfig


class CliConfig(AppConfig):
    name = "shidra.entrypoints.cli"
    label = "cli"
