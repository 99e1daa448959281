from django.apps import AppConfig


class SharedMeasurementConfig(AppConfig):
    name = "shidra.conditions.shared_measurement"
    label = "shared_measurement"
