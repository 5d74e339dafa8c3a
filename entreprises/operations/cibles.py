"""Choisir une cible : des critères, une décision, une liste figée, des écarts motivés."""

from django.db import transaction
from django.db.models import Max

from entreprises.enums import EtatCible
from entreprises.models import Cible, Entreprise, LigneDeCible
from reseau.enums import Geste
from reseau.lib.erreurs import RegleEnfreinte
from reseau.operations import ajouter, enregistrer, noter

LOT = 2_000  # lignes figées ensemble
FIGEE = "Cette cible est décidée : sa liste est figée. Préparez une nouvelle cible pour la génération suivante."


def candidates(cible, le):
    """Les entreprises que la liste figerait ce jour-là : celles du réseau, actives, sollicitables, selon les critères.

    Un total du réseau, le même pour tous : n'en montrer des noms qu'après `visibles_par`.
    """
    return Entreprise.objects.filter(reseau=cible.reseau).sollicitables(le).selon(cible.criteres)


def avertir_de_la_taille(nombre, reseau):
    """La phrase à montrer si la cible est plus petite que le réseau ne le conseille, "" sinon (dossier, conclusion)."""
    if nombre >= reseau.cible_minimum:
        return ""
    return (
        f"Le réseau conseille au moins {reseau.cible_minimum} entreprises dans une cible : élargissez les critères, "
        "ou décidez-la telle quelle."
    )


@transaction.atomic
def creer_cible(cible, *, par):
    """Crée une cible en préparation dans le réseau du membre."""
    cible.reseau = par.reseau
    return ajouter(cible, par=par)


@transaction.atomic
def modifier_cible(cible, *, par):
    """Enregistre le nom et les critères d'une cible ; `RegleEnfreinte` si sa liste est figée."""
    _exiger_une_ebauche(cible)
    return enregistrer(cible, par=par)


@transaction.atomic
def decider_cible(cible, *, decidee_le, par, le, reunion=None):
    """Fige la liste au jour de la décision ; rend le nombre d'entreprises. `le` : aujourd'hui.

    `RegleEnfreinte` si la cible est déjà décidée, si la date est dans l'avenir, si personne ne répond aux critères.
    """
    _exiger_une_ebauche(cible)
    if decidee_le > le:
        raise RegleEnfreinte("La décision ne peut pas être datée de l’avenir.")
    cles = list(candidates(cible, decidee_le).order_by().values_list("pk", flat=True))
    if not cles:
        raise RegleEnfreinte("Aucune entreprise ne répond à ces critères : modifiez-les avant de décider.")
    derniere = Cible.objects.decidees().filter(reseau=cible.reseau).aggregate(derniere=Max("generation"))["derniere"]
    cible.generation = (derniere or 0) + 1
    cible.etat, cible.decidee_le, cible.reunion = EtatCible.DECIDEE, decidee_le, reunion
    enregistrer(cible, par=par)
    LigneDeCible.objects.bulk_create((LigneDeCible(cible=cible, entreprise_id=cle) for cle in cles), batch_size=LOT)
    return len(cles)


@transaction.atomic
def ecarter(ligne, *, motif, par):
    """Retire une entreprise du compte de la cible, avec son motif ; sa ligne reste."""
    if not motif.strip():
        raise RegleEnfreinte("Dites en quelques mots pourquoi vous l’écartez.")
    return _marquer(ligne, motif.strip(), par)


@transaction.atomic
def reprendre(ligne, *, par):
    """Remet dans le compte une entreprise écartée."""
    return _marquer(ligne, "", par)


def _marquer(ligne, motif, par):
    ligne.motif_d_ecart = motif
    ligne.save(update_fields=["motif_d_ecart"])
    noter(par, Geste.MODIFICATION, ligne)
    return ligne


def _exiger_une_ebauche(cible):
    if Cible.objects.decidees().filter(pk=cible.pk).exists():
        raise RegleEnfreinte(FIGEE)
