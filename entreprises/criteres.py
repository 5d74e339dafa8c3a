"""Les critères d'une cible, en mots : ce que relisent la fiche, le papier et le classeur."""

from entreprises.enums import Tranche
from entreprises.models import Arrondissement, Division, Epci, Etiquette, ZoneEmploi

INDUSTRIE = "Toute l’industrie et l’agroalimentaire"


def decrire(criteres):
    """[(critère, [choix en mots])] : territoire, activité et effectif toujours, les autres s'ils servent.

    L'industrie entière se dit d'un mot. Six requêtes au plus, quel que soit le nombre de choix.
    """
    facultatifs = [
        ("Arrondissements", _noms(Arrondissement, criteres, "arrondissements")),
        ("Intercommunalités", _noms(Epci, criteres, "epci")),
        ("Filières", list(criteres.get("filieres", []))),
        ("Étiquettes", _noms(Etiquette, criteres, "etiquettes")),
    ]
    return [
        ("Zones d’emploi", _noms(ZoneEmploi, criteres, "zones_emploi") or ["Toutes"]),
        ("Activités", _secteurs(set(criteres.get("divisions", []))) or ["Toutes"]),
        ("Effectif", [Tranche(code).label for code in criteres.get("tranches", [])] or ["Tous"]),
        *((critere, choix) for critere, choix in facultatifs if choix),
    ]


def _noms(modele, criteres, critere):
    """Les lignes choisies, par leur nom ; celle qui a disparu depuis se dit : le critère, lui, compte toujours."""
    cles = criteres.get(critere, [])
    noms = [str(ligne) for ligne in modele.objects.filter(pk__in=cles)] if cles else []
    return noms + ["(supprimée depuis)"] * (len(cles) - len(noms))


def _secteurs(divisions):
    toutes = list(Division.objects.all())
    industrie = {division.code for division in toutes if division.industrielle}
    secteurs = []
    if industrie <= divisions:
        secteurs, divisions = [INDUSTRIE], divisions - industrie
    return secteurs + [str(division) for division in toutes if division.code in divisions]
