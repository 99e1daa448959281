from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "shidra.foundation.files"
    label = "files"
