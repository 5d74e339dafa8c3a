"""Relire un tableau figé : de la page gardée (`Tableau.en_page`) au `Tableau`, pour en refaire les fichiers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from reseau.lib.tableau import FINE, INSECABLE, Colonne, Section, Tableau, Valeur


def tableau_relu(page: Mapping[str, Any], *, code: str, reseau: str, edite_le: datetime) -> Tableau:
    """Le tableau que montre cette page. Ses chiffres redeviennent des nombres ; le reste est tel quel."""
    return Tableau(
        code=code,
        titre=page["titre"],
        sous_titre=page["sous_titre"],
        periode=page["periode"],
        sections=[_section(section) for section in page["sections"]],
        definitions=[tuple(paire) for paire in page["lexique"]],
        reseau=reseau,
        edite_le=edite_le,
        filtres=[tuple(filtre) for filtre in page["filtres"]],
    )


def _section(section):
    lignes = [*section["corps_affiche"], *section["pied_affiche"]]
    colonnes = [
        Colonne(f"c{rang}", colonne["libelle"], colonne["genre"], decimales=_decimales(ligne[rang] for ligne in lignes))
        for rang, colonne in enumerate(section["colonnes"])
    ]
    entetes = [rang for rang, cellule in enumerate(lignes[0]) if cellule["entete"]] if lignes else []
    return Section(
        titre=section["titre"],
        colonnes=colonnes,
        lignes=[_ligne(ligne) for ligne in section["corps_affiche"]],
        pied=[_ligne(ligne) for ligne in section["pied_affiche"]],
        notes=section["remarques"],
        entete=f"c{entetes[0]}" if entetes else "",
    )


def _ligne(cellules: Sequence[Mapping[str, Any]]):
    return {f"c{rang}": Valeur(_valeur(cellule), cellule["genre"]) for rang, cellule in enumerate(cellules)}


def _valeur(cellule):
    """Le nombre, la fraction ou la date que la case montrait ; son texte s'il ne se relit pas (« départ »)."""
    texte, genre = cellule["texte"], cellule["genre"]
    if not texte:
        return None
    if genre == "date":
        return _date(texte)
    if genre not in ("nombre", "pourcentage"):
        return texte
    try:
        lu = Decimal(texte.replace(FINE, "").replace(INSECABLE, "").removesuffix("%").replace(",", "."))
    except InvalidOperation:
        return texte
    if genre == "pourcentage":
        return lu / 100
    return lu if "," in texte else int(lu)


def _date(texte):
    try:
        jour, mois, annee = map(int, texte.split("/"))
        return datetime(annee, mois, jour).date()  # noqa: DTZ001 (un jour, sans heure)
    except ValueError:
        return texte


def _decimales(cellules):
    return max((len(c["texte"].rstrip(f"{INSECABLE}%").partition(",")[2]) for c in cellules if c["a_droite"]), default=0)
