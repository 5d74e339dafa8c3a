"""Le tableau que nomme une adresse, et qui y a droit : commun aux pages des tableaux et à ce qui les fige."""

from django.http import Http404
from django.utils.timezone import localdate

from reseau.acces import exiger
from suivi.indicateurs.periodes import CHOIX

# Ce qu'il faut en plus de « tableaux.voir » : le 2.4 nomme des entreprises, le relevé une institution.
DROITS = {"2.4": "tableaux.actions", "institution": "tableaux.lignes", "evaluations": "evaluations.agregats"}


def choix_de_tableau(request, code):
    """Le formulaire de choix de ce tableau : 404 s'il n'existe pas, 403 si ce lecteur n'y a pas droit."""
    if code not in CHOIX:
        raise Http404("Tableau inconnu")
    donnees = request.POST if request.method == "POST" else request.GET
    exiger(request.membre, DROITS.get(code, "tableaux.voir"), request.membre)
    return CHOIX[code](donnees, membre=request.membre, le=localdate())
