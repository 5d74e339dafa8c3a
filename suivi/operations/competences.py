"""Tenir l'annuaire des compétences : écrire une fiche, la confirmer, la retirer."""

from django.db import transaction

from reseau.enums import Geste
from reseau.lib.erreurs import exiger
from reseau.models import FicheCompetence
from reseau.operations import ajouter, enregistrer, noter


@transaction.atomic
def tenir_une_fiche(fiche, *, dispositifs, par, le):
    """Ajoute ou corrige une fiche ; l'écrire la confirme."""
    exiger(fiche.membre.reseau_id == par.reseau_id, "Cette personne n’est pas du réseau.")
    exiger(not fiche.membre.est_parti(le), f"{fiche.membre} a quitté le réseau.")
    fiche.confirmee_le = le
    enregistrer(fiche, par=par) if fiche.pk else ajouter(fiche, par=par)
    fiche.dispositifs.set(dispositifs)
    return fiche


@transaction.atomic
def confirmer_les_fiches(membre, *, par, le):
    """« Toujours vrai » : toutes ses fiches en service, d'un clic ; rend leur nombre."""
    fiches = FicheCompetence.objects.filter(membre=membre, confirmee_le__lt=le).en_service(le)
    nombre = fiches.update(confirmee_le=le)
    if nombre:
        noter(par, Geste.MODIFICATION, "fiches de compétence", nombre=nombre, precision=f"confirmées, membre {membre.pk}")
    return nombre


def retirer_une_fiche(fiche, *, par, le):
    """Elle ne se propose plus ; elle reste au nom de qui l'a tenue."""
    exiger(fiche.retiree_le is None, "Cette fiche est déjà retirée.")
    fiche.retiree_le = le
    return enregistrer(fiche, par=par)
