from django.apps import AppConfig


class EntreprisesConfig(AppConfig):
    name = "entreprises"
