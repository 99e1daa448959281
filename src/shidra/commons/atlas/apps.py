from django.apps import AppConfig


class AtlasConfig(AppConfig):
    name = "shidra.commons.atlas"
    label = "atlas"

    def ready(self) -> None:
        from shidra.commons.atlas import receivers  # noqa: F401
