"""Adresses de `visites` hors d'un réseau : le flux d'agenda, lu sans session."""

from django.urls import path

from visites.views import agenda

urlpatterns = [path("agenda/<int:pk>/<slug:jeton>.ics", agenda.lire, name="flux-agenda")]
