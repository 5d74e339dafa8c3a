"""Choisir une cible : des critères, une décision, une liste figée, des écarts motivés, puis la génération suivante."""

import re

from django.db import transaction
from django.db.models import Max

from entreprises.enums import EtatCible
from entreprises.models import Cible, Entreprise, LigneDeCible
from reseau.enums import Geste
from reseau.lib.erreurs import RegleEnfreinte
from reseau.operations import ajouter, enregistrer, noter

LOT = 2_000  # lignes figées ensemble
VOTE_OUVERT = "Le vote est ouvert sur cette cible : clôturez-le avant d’en changer les critères ou de la décider."
FIGEE = "Cette cible est décidée : sa liste est figée. Préparez une nouvelle cible pour la génération suivante."

_SUFFIXE = re.compile(r" \(génération \d+\)$")


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
    """Enregistre le nom et les critères d'une cible ; `RegleEnfreinte` si sa liste est figée ou un vote ouvert.

    Un vote clos portait sur les critères d'alors : s'ils changent, son résultat est effacé, et l'on peut revoter.
    """
    avant = _exiger_une_ebauche(cible)
    if avant.vote_clos and _utiles(avant.criteres) != _utiles(cible.criteres):
        cible.vote_ouvert_le = cible.vote_clos_le = None
        cible.votes.all().delete()
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
    cible.generation = _prochaine_generation(cible.reseau)
    cible.etat, cible.decidee_le, cible.reunion = EtatCible.DECIDEE, decidee_le, reunion
    enregistrer(cible, par=par)
    LigneDeCible.objects.bulk_create((LigneDeCible(cible=cible, entreprise_id=cle) for cle in cles), batch_size=LOT)
    return len(cles)


@transaction.atomic
def preparer_la_suivante(cible, *, par):
    """La cible en préparation qui suit celle-ci, mêmes critères, à retoucher ; celle qui existe déjà si on l'a demandée.

    Rend (cible, créée). `RegleEnfreinte` si la cible n'est pas décidée.
    """
    cible = Cible.objects.select_for_update(of=("self",)).select_related("reseau").get(pk=cible.pk)
    if not cible.decidee:
        raise RegleEnfreinte("Décidez d’abord cette cible : la génération suivante viendra après elle.")
    if suivante := cible.suivantes.select_related("reseau").first():
        return suivante, False
    generation = _prochaine_generation(cible.reseau)
    suffixe = f" (génération {generation})"
    racine = _SUFFIXE.sub("", cible.nom)[: Cible._meta.get_field("nom").max_length - len(suffixe)]
    suivante = Cible(nom=racine + suffixe, criteres=cible.criteres, precedente=cible, generation=generation)
    return creer_cible(suivante, par=par), True


@transaction.atomic
def ecarter(ligne, *, motif, par):
    """Retire une entreprise du compte de la cible, avec son motif ; sa ligne reste."""
    if not motif.strip():
        raise RegleEnfreinte("Dites en quelques mots pourquoi vous l’écartez.")
    return _marquer(ligne, motif.strip(), par)


@transaction.atomic
def ecarter_ensemble(lignes, *, cible, motif, par):
    """Écarte d'un coup ces lignes (un QuerySet déjà borné à ce que voit le membre), avec un motif ; rend leur nombre.

    Celles qu'un autre vient d'écarter gardent le motif qu'il a donné.
    """
    if not motif.strip():
        raise RegleEnfreinte("Dites en quelques mots pourquoi vous les écartez.")
    nombre = lignes.retenues().filter(cible=cible).update(motif_d_ecart=motif.strip())
    if not nombre:
        raise RegleEnfreinte("Cochez au moins une entreprise de la liste.")
    noter(par, Geste.MODIFICATION, cible, nombre=nombre, precision="entreprises écartées")
    return nombre


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
    """La cible telle qu'elle est enregistrée, verrouillée ; `RegleEnfreinte` si elle est figée ou qu'un vote est ouvert."""
    avant = Cible.objects.select_for_update().get(pk=cible.pk)
    if avant.decidee:
        raise RegleEnfreinte(FIGEE)
    if avant.vote_en_cours:
        raise RegleEnfreinte(VOTE_OUVERT)
    return avant


def _utiles(criteres):
    """Les critères qui trient quelque chose, pour comparer : une liste vide vaut une liste absente."""
    return {critere: sorted(valeurs) for critere, valeurs in criteres.items() if valeurs}


def _prochaine_generation(reseau):
    derniere = Cible.objects.decidees().filter(reseau=reseau).aggregate(derniere=Max("generation"))["derniere"]
    return (derniere or 0) + 1
