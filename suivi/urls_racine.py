"""Adresses de `suivi` hors d'un réseau : la réponse à une proposition d'action, par le lien reçu."""

from django.urls import path

from suivi.views import reponses_d_action

urlpatterns = [
    path("repondre/fait/", reponses_d_action.repondu, name="action-repondue"),
    path("repondre/<str:jeton>/", reponses_d_action.repondre, name="action-repondre"),
]
