"""Adresses de `reseau`, en un seul espace de noms : hors d'un réseau, puis sous `/<réseau>/`."""

from django.urls import include, path

from reseau.urls import PAGES
from reseau.views import hors_reseau, portes

RESEAU = [
    path("", portes.choix, name="choix"),
    path("aide/", portes.aide, name="aide"),
    path("accessibilite/", portes.accessibilite, name="accessibilite"),
    path("confidentialite/", portes.confidentialite, name="confidentialite"),
    path("<slug:reseau>/", include(PAGES)),
]

urlpatterns = [
    path("", include((RESEAU, "reseau"))),
    path("compte/", portes.compte, name="compte"),
    path("hors-reseau/", hors_reseau.coquille, name="hors-reseau"),
    path("service-worker.js", hors_reseau.service_worker, name="service-worker"),
]
