from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "shidra.foundation.people"
    label = "people"
