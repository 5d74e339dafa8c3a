"""Des réseaux d'exemple, entiers et plausibles : les chiffres du dossier, des personnes et des sociétés inventées."""

from random import Random

from django.contrib.auth.hashers import make_password
from django.db import transaction

from entreprises.recherche import reindexer
from entreprises.referentiels import charger
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Membre, Reseau
from suivi.demonstration import (
    absences,
    agendas,
    annuaire,
    courriels,
    deontologie,
    dispositifs,
    echanges,
    entretiens,
    evaluations,
    fichier,
    figes,
    lettres,
    lettres_de_suites,
    parcours,
    personnes,
    presentation,
    projets,
    recits,
    registre,
    reunions,
    seances,
    sollicitations,
    suites,
    tissu,
    vie_privee,
)
from suivi.demonstration.chantier import Chantier
from suivi.demonstration.controle import verifier
from suivi.demonstration.plans import plan
from suivi.demonstration.territoires import TERRITOIRES

MOT_DE_PASSE = "Tilleul-Ardoise-Verveine-1996"
ROLES = ("animateur", "adjoint", "secretariat", "direct", "associe", "prefecture", "observateur")
RESEAUX_MAX = len(TERRITOIRES)


@transaction.atomic
def creer(nombre, *, graine, le):
    """Crée `nombre` réseaux d'exemple, tous ou aucun ; rend leurs `Reseau`.

    Même graine et même jour de référence : mêmes données. Lève `RegleEnfreinte` si la base a déjà un réseau, ou si
    `nombre` n'est pas entre 1 et `RESEAUX_MAX`.
    """
    if not 1 <= nombre <= RESEAUX_MAX:
        raise RegleEnfreinte(f"On crée de 1 à {RESEAUX_MAX} réseaux d’exemple.")
    if Reseau.objects.exists():
        raise RegleEnfreinte("La base contient déjà un réseau : les exemples ne se mêlent pas à de vraies données.")
    charger()
    mot_de_passe = make_password(MOT_DE_PASSE)
    reseaux = [_creer_un_reseau(rang, graine, le, mot_de_passe) for rang in range(nombre)]
    reindexer()  # les fiches sont posées en lot : leur vocabulaire s'apprend ici
    return reseaux


def comptes():
    """[(réseau, rôle, courriel, membre)] des comptes d'exemple de la base ; vide s'il n'y en a pas. Lecture seule."""
    trouves = []
    for reseau in Reseau.objects.order_by("pk"):
        membres = Membre.objects.filter(reseau=reseau, parti_le=None).select_related("utilisateur", "institution")
        par_courriel = {membre.utilisateur.email: membre for membre in membres}
        for role in ROLES:
            courriel = personnes.adresse_du_compte(role, reseau.slug)
            if courriel in par_courriel:
                trouves.append((reseau, role, courriel, par_courriel[courriel]))
    return trouves


def _creer_un_reseau(rang, graine, le, mot_de_passe):
    hasard = Random(f"{graine} {rang}")
    chantier = Chantier(plan(rang, hasard), hasard, le, mot_de_passe)
    personnes.poser(chantier)
    seances.poser(chantier)
    tissu.poser(chantier)
    parcours.poser(chantier)
    esquisses = projets.poser(chantier)
    suites.poser(chantier, esquisses)
    racontes = {}
    for esquisse in esquisses:
        racontes.setdefault(esquisse.visite.pk, []).append((esquisse.modele, esquisse.mots))
    recits.poser(chantier, racontes)
    entretiens.poser(chantier)
    dispositifs.poser(chantier)
    lettres.poser(chantier)
    sollicitations.poser(chantier)
    fichier.poser(chantier)
    agendas.poser(chantier)
    absences.poser(chantier)
    annuaire.poser(chantier)
    echanges.poser(chantier)
    lettres_de_suites.poser(chantier)
    evaluations.poser(chantier)
    figes.poser(chantier)
    presentation.poser(chantier)
    reunions.poser(chantier)
    courriels.poser(chantier)
    deontologie.poser(chantier)
    vie_privee.poser(chantier)
    registre.poser(chantier)
    verifier(chantier.reseau, le)
    return chantier.reseau
