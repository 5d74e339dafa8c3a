"""Adresses de `suivi` hors d'un réseau : la réponse à une proposition d'action, par le lien reçu."""

from django.urls import path

from suivi.views import reponses

urlpatterns = [
    path("repondre/fait/", reponses.repondu, name="action-repondue"),
    path("repondre/<str:jeton>/", reponses.repondre, name="action-repondre"),
]
