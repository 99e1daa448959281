from django.apps import AppConfig


class InitiativesConfig(AppConfig):
    name = "shidra.foundation.initiatives"
    label = "initiatives"

    def ready(self) -> None:
        from shidra.foundation.initiatives import receivers  # noqa: F401
