from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    name = "shidra.entrypoints.workspace"
    label = "workspace"
