from django.apps import AppConfig


class InitiativesConfig(AppConfig):
    name = "shidra.foundation.initiatives"
    label = "initiatives"
