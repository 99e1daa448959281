from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "shidra.foundation.places"
    label = "places"
