from django.apps import AppConfig


class LookConfig(AppConfig):
    """The design system: templates, styles, icons and charts. No tables."""

    name = "shidra.foundation.look"
    label = "look"
