"""Ce que tous les gestes du suivi vérifient : une condition, un membre encore là et qui ne se déporte pas."""

from django.utils.timezone import localdate

from entreprises.models import Deport
from reseau.lib.erreurs import RegleEnfreinte


def exiger(condition, message):
    """Lève `RegleEnfreinte` si la condition est fausse."""
    if not condition:
        raise RegleEnfreinte(message)


def verifier_acces(membre, entreprise):
    """Un membre du même réseau, déjà et encore là, et qui ne se déporte pas de cette entreprise."""
    exiger(membre.reseau_id == entreprise.reseau_id, "Cette personne n’est pas du réseau.")
    exiger(membre.entre_le <= localdate(), f"{membre} n’est pas encore dans le réseau.")
    exiger(not membre.est_parti(localdate()), f"{membre} a quitté le réseau.")
    deporte = Deport.objects.filter(entreprise=entreprise, membre=membre).exists()
    exiger(not deporte, f"{membre} ne peut pas être désigné pour cette entreprise.")
