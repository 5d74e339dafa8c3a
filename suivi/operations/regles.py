"""Ce que tous les gestes du suivi vérifient : un membre encore là et qui ne se déporte pas."""

from django.utils.timezone import localdate

from entreprises.models import Deport
from reseau.lib.erreurs import exiger
from visites.concurrences import motif_pour_passer_outre
from visites.operations import verifier_appartenance


def verifier_concurrence(visite, membre, *, par, motif, confiee):
    """Le motif s'il a servi ; `RegleEnfreinte` s'il en faut un, parce que ce membre suit une concurrente.

    Qui a fait la visite l'a donné quand on la lui a confiée (`Visite.malgre_concurrence`). `confiee` : « cette action ».
    """
    if membre is None or membre.pk in (visite.developpeur_id, visite.accompagnant_id):
        return ""
    return motif_pour_passer_outre(visite.entreprise, [membre], par=par, le=localdate(), motif=motif, confiee=confiee)


def verifier_acces(membre, entreprise):
    """Un membre du même réseau, déjà et encore là, et qui ne se déporte pas de cette entreprise."""
    verifier_appartenance(membre, entreprise, localdate())
    deporte = Deport.objects.filter(entreprise=entreprise, membre=membre).exists()
    exiger(not deporte, f"{membre} ne peut pas être désigné pour cette entreprise.")
