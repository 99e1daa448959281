from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "shidra.foundation.mail"
    label = "mail"
