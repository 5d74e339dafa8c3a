"""Lier deux entreprises concurrentes, et les délier."""

from django.db import IntegrityError, transaction

from entreprises.models import Concurrence
from reseau.enums import Geste
from reseau.lib.erreurs import RegleEnfreinte
from reseau.operations import ajouter, noter

DEJA_LIEES = "Ce lien est déjà enregistré."


@transaction.atomic
def lier(entreprise, autre, *, motif="", par):
    """Les dit concurrentes ; `RegleEnfreinte` si elles le sont déjà, ou si c'est la même."""
    if entreprise == autre:
        raise RegleEnfreinte("Une entreprise n’est pas sa propre concurrente.")
    premiere, seconde = sorted([entreprise, autre], key=lambda fiche: fiche.pk)
    if Concurrence.objects.filter(entreprise=premiere, concurrente=seconde).exists():
        raise RegleEnfreinte(DEJA_LIEES)
    lien = Concurrence(reseau=par.reseau, entreprise=premiere, concurrente=seconde, motif=motif)
    try:
        with transaction.atomic():
            return ajouter(lien, par=par)
    except IntegrityError as erreur:
        raise RegleEnfreinte(DEJA_LIEES) from erreur


@transaction.atomic
def delier(lien, *, par):
    noter(par, Geste.MODIFICATION, lien, precision="lien de concurrence retiré")
    lien.delete()
