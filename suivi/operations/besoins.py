"""Regrouper le même besoin, entendu dans plusieurs entreprises."""

from django.db import transaction
from django.utils.timezone import localdate

from reseau.enums import Geste
from reseau.lib.erreurs import exiger
from reseau.operations import ajouter, enregistrer, noter
from suivi.models import BesoinCommun, BesoinRepere

TRAITE = "Ce besoin est traité : rouvrez-le d’abord."


@transaction.atomic
def ouvrir_un_besoin(besoin, *, par, projet=None):
    """Nomme un besoin commun, et le repère dans un premier projet s'il en naît."""
    besoin.reseau, besoin.ouvert_par, besoin.ouvert_le = par.reseau, par, localdate()
    deja = BesoinCommun.objects.filter(reseau=par.reseau, titre=besoin.titre).ouverts()
    exiger(not deja.exists(), "Ce besoin est déjà ouvert : rattachez-y le projet.")
    ajouter(besoin, par=par)
    return rattacher(besoin, [projet], par=par) if projet else besoin


@transaction.atomic
def rattacher(besoin, projets, *, par):
    """Repère ce besoin dans ces projets ; l'y avoir déjà repéré n'y change rien."""
    besoin = BesoinCommun.objects.select_for_update(no_key=True).get(pk=besoin.pk)
    exiger(besoin.clos_le is None, TRAITE)
    reperes = [BesoinRepere(besoin=besoin, projet=projet, par=par, le=localdate()) for projet in projets]
    BesoinRepere.objects.bulk_create(reperes, ignore_conflicts=True)
    noter(par, Geste.MODIFICATION, besoin, nombre=len(reperes), precision="projets rattachés")
    return besoin


@transaction.atomic
def detacher(besoin, projet, *, par):
    """Ce projet ne parlait pas de ce besoin."""
    BesoinRepere.objects.filter(besoin=besoin, projet=projet).delete()
    noter(par, Geste.MODIFICATION, besoin, precision="projet détaché")


def modifier_un_besoin(besoin, *, par):
    """Corrige le besoin, dit ce que le réseau en fait, ou qu'il est traité (`clos_le`)."""
    exiger(besoin.clos_le is None or besoin.clos_le <= localdate(), "La date est dans l’avenir.")
    return enregistrer(besoin, par=par)
