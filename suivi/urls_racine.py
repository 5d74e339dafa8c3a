"""Adresses de `suivi` hors d'un réseau : le questionnaire d'un chef d'entreprise, ouvert par son lien."""

from django.urls import path

from suivi.views import evaluations

urlpatterns = [path("evaluation/<slug:jeton>/", evaluations.repondre, name="evaluation")]
