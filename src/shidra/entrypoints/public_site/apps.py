from django.apps import AppConfig


class PublicSiteConfig(AppConfig):
    name = "shidra.entrypoints.public_site"
    label = "public_site"

    def ready(self) -> None:
        from shidra.entrypoints.public_site import receivers  # noqa: F401
