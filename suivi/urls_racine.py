"""Adresses de `suivi` hors d'un réseau, par un lien reçu : répondre à une action, à une convocation, évaluer une visite."""

from django.urls import path

from suivi.views import convocations, evaluations, reponses_d_action

urlpatterns = [
    path("repondre/fait/", reponses_d_action.repondu, name="action-repondue"),
    path("repondre/<str:jeton>/", reponses_d_action.repondre, name="action-repondre"),
    path("reponse/<str:jeton>/", convocations.repondre, name="reponse"),
    path("evaluation/<slug:jeton>/", evaluations.repondre, name="evaluation"),
]
