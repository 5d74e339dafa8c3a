"""Répondre à une personne qui exerce ses droits : la demande se date, se mène, et ne garde d'elle que des nombres."""

from django.db import transaction
from django.utils.timezone import localdate

from reseau.lib.erreurs import exiger
from reseau.operations import ajouter, enregistrer
from suivi.enums import DroitExerce
from suivi.operations.effacements import effacer

DEJA = "Cette demande est déjà répondue : rien n’y reste de la personne."


@transaction.atomic
def ouvrir_une_demande(demande, *, par):
    """Inscrit la demande au registre du réseau."""
    demande.reseau, demande.ouverte_par = par.reseau, par
    return ajouter(demande, par=par)


@transaction.atomic
def effacer_la_personne(demande, *, par, instant, choix):
    """Efface la personne de tout le réseau et clôt la demande ; rend le bilan (voir `effacements.effacer`)."""
    exiger(not demande.traitee, DEJA)
    bilan = effacer(demande.reseau, demande.identite, par=par, instant=instant, le=localdate(instant), choix=choix)
    demande.droit, demande.bilan = DroitExerce.EFFACEMENT, bilan
    _oublier(demande, par, localdate(instant))
    return bilan


@transaction.atomic
def clore_la_demande(demande, *, par, le):
    """La réponse est donnée : le nom de la personne s'efface de la demande."""
    exiger(not demande.traitee, DEJA)
    return _oublier(demande, par, le)


def _oublier(demande, par, le):
    demande.nom = demande.prenom = demande.courriel = demande.telephone = ""
    demande.traitee_le, demande.traitee_par = le, par
    return enregistrer(demande, par=par)
