from django.apps import AppConfig


class CommonAgendaConfig(AppConfig):
    name = "shidra.conditions.common_agenda"
    label = "common_agenda"
