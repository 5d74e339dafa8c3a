from django.apps import AppConfig


class VisitesConfig(AppConfig):
    name = "visites"
