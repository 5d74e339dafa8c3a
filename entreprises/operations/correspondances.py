"""Les colonnes d'un fichier, corrigées à l'écran, et retenues pour le prochain fichier de mêmes en-têtes."""

import hashlib
from itertools import islice

from entreprises.enums import GenreImport
from entreprises.lecture.nettoyage import cle, nettoyer
from entreprises.models import Correspondance

EXEMPLES = 3
LIGNES_D_EXEMPLE = 200  # au-delà, une colonne encore vide est dite vide
LARGEUR = 40  # caractères d'un exemple


def empreinte(entetes):
    """SHA-256 des en-têtes réduits à leur clé : la casse, les accents et les espaces n'y changent rien."""
    return hashlib.sha256("\n".join(map(cle, entetes)).encode()).hexdigest()


def retenue(reseau, entetes, genre=GenreImport.ENTREPRISES):
    """{"champ": [rangs]} que ce réseau a retenue pour ces en-têtes, {} sinon."""
    retenues = Correspondance.objects.filter(reseau=reseau, genre=genre, entetes=empreinte(entetes))
    return retenues.values_list("colonnes", flat=True).first() or {}


def retenir(depot, entetes):
    """Retient la correspondance d'un dépôt qu'on vient d'écrire ; sans correction, oublie l'ancienne."""
    de_ces_entetes = {"reseau": depot.reseau, "genre": depot.genre, "entetes": empreinte(entetes)}
    if depot.correspondance:
        valeurs = {"nom": depot.nom, "colonnes": depot.correspondance}
        Correspondance.objects.update_or_create(**de_ces_entetes, defaults=valeurs)
    else:
        Correspondance.objects.filter(**de_ces_entetes).delete()


def decrire_colonnes(feuille):
    """Ce qu'il faut pour les corriger : "champs" {champ: [rangs]}, "colonnes" [{"entete", "champ", "exemples"}]."""
    principaux = {}
    for champ, rangs in feuille.colonnes.items():
        for rang in rangs:
            principaux.setdefault(rang, champ)
    exemples = _exemples(feuille)
    return {
        "champs": {champ: list(rangs) for champ, rangs in feuille.colonnes.items()},
        "colonnes": [
            {"entete": entete, "champ": principaux.get(rang, ""), "exemples": exemples[rang]}
            for rang, entete in enumerate(feuille.entetes)
        ],
    }


def corriger(description, choix):
    """La correspondance après ces choix, un champ ("" : ignorer) par colonne ; ce qu'on n'a pas changé reste entier."""
    champs = {champ: list(rangs) for champ, rangs in description["champs"].items()}
    changes = [
        (rang, champ)
        for rang, (colonne, champ) in enumerate(zip(description["colonnes"], choix, strict=True))
        if champ != colonne["champ"]
    ]
    for rang, champ in reversed(changes):
        champs = {nom: [autre for autre in rangs if autre != rang] for nom, rangs in champs.items()}
        if champ:  # désignée à la main, elle passe avant celles qu'on a devinées
            champs[champ] = [rang, *champs.get(champ, [])]
    return {champ: rangs for champ, rangs in champs.items() if rangs}


def _exemples(feuille):
    """Par colonne, les premières valeurs différentes."""
    trouves = [{} for _ in feuille.entetes]
    for _, cellules in islice(feuille.lignes(), LIGNES_D_EXEMPLE):
        for valeurs, cellule in zip(trouves, cellules, strict=False):
            if len(valeurs) < EXEMPLES and (valeur := nettoyer(cellule)[:LARGEUR]):
                valeurs[valeur] = None
    return [list(valeurs) for valeurs in trouves]
