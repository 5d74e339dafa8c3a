"""Adresses : la connexion d'abord, puis `/<réseau>/…`, les quatre applications nommées par chaînes."""

from django.urls import include, path

RESEAU = [
    path("", include("suivi.urls")),
    path("", include("visites.urls")),
    path("", include("entreprises.urls")),
]

urlpatterns = [
    path("", include("reseau.urls_racine")),
    path("", include("reseau.urls_du_compte")),
    path("", include("visites.urls_racine")),
    path("", include("suivi.urls_racine")),
    path("<slug:reseau>/", include(RESEAU)),
]
