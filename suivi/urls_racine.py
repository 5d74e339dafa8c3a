"""Adresses de `suivi` hors d'un réseau : la réponse à une convocation, sans compte."""

from django.urls import path

from suivi.views import reponses

urlpatterns = [path("reponse/<str:jeton>/", reponses.repondre, name="reponse")]
