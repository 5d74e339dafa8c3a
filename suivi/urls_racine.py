"""Adresses de `suivi` hors d'un réseau, par un lien reçu : répondre à une action, à une convocation, évaluer une visite."""

from django.urls import path

from suivi.views import convocations, evaluations, reponses

urlpatterns = [
    path("repondre/fait/", reponses.repondu, name="action-repondue"),
    path("repondre/<str:jeton>/", reponses.repondre, name="action-repondre"),
    path("reponse/<str:jeton>/", convocations.repondre, name="reponse"),
    path("evaluation/<slug:jeton>/", evaluations.repondre, name="evaluation"),
]
