from django.apps import AppConfig


class PublicSiteConfig(AppConfig):
    name = "shidra.entrypoints.public_site"
    label = "public_site"
