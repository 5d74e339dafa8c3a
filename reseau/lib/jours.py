"""Jours fériés et jours ouvrés d'un département (code du travail, L. 3133-1, L. 3134-13 et L. 3422-2).

La liste vient du paquet `holidays`, qui ne connaît l'Alsace que d'un bloc et les collectivités que par leurs lettres.
"""

from datetime import timedelta
from functools import cache

from holidays import France

# Département → subdivision du paquet ; ailleurs, la liste nationale.
SUBDIVISIONS = {
    "57": "57",
    "67": "6AE",
    "68": "6AE",
    "971": "971",
    "972": "972",
    "973": "973",
    "974": "974",
    "975": "PM",
    "976": "976",
    "977": "BL",
    "978": "MF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}
SAMEDI, DIMANCHE = 5, 6


def jours_feries(annee, departement):
    """Dictionnaire date → nom des jours fériés de cette année : code à deux ou trois signes (« 70 », « 2A », « 974 »).

    Le vendredi saint y est pour toute l'Alsace-Moselle, quoique la loi le borne aux communes qui ont un temple.
    """
    return dict(_feries(annee, SUBDIVISIONS.get(departement)))


def est_ouvre(jour, departement):
    """Du lundi au vendredi, hors jours fériés."""
    return jour.weekday() < SAMEDI and jour not in _feries(jour.year, SUBDIVISIONS.get(departement))


def jours_ouvres(du, au, departement):
    """Les jours ouvrés de la période, bornes comprises, dans l'ordre."""
    jours = (du + timedelta(days=rang) for rang in range((au - du).days + 1))
    return [jour for jour in jours if est_ouvre(jour, departement)]


def raison_de_repos(jour, departement):
    """Pourquoi l'on ne visite pas ce jour-là : « jour férié : Toussaint », « un dimanche », "" un autre jour.

    Le samedi n'avertit pas : bien des ateliers ouvrent.
    """
    if nom := _feries(jour.year, SUBDIVISIONS.get(departement)).get(jour):
        return f"jour férié : {nom}"
    return "un dimanche" if jour.weekday() == DIMANCHE else ""


@cache
def _feries(annee, subdivision):
    feries = France(subdiv=subdivision, years=annee, language="fr")
    return {jour: nom.replace("'", "’").replace("; ", " et ") for jour, nom in sorted(feries.items())}
