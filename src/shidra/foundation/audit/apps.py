from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "shidra.foundation.audit"
    label = "audit"
