"""Le classeur : des colonnes et des lignes au fichier .xlsx, en vrais nombres, pourcentages et dates.

Aucune cellule ne devient une formule ni un lien (fiabilité, B6 ; ASVS 1.2.10) : xlsxwriter écrit des chaînes, et
l'apostrophe protège celui qui réenregistre le classeur en CSV.
"""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reseau.lib.tableau import Colonne, Genre, Tableau, Valeur, date_longue

TEXTE_MAX = 32_767  # limite d'une cellule d'Excel, au-delà de laquelle xlsxwriter n'écrit rien
ECHANTILLON = 200  # lignes lues d'avance pour choisir les largeurs
LARGEURS = (8, 60)  # caractères, au moins et au plus
TITRE_MAX = 31  # caractères d'un nom de feuille
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_FORMULE = re.compile(r"[\s\x00]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|[\t\r\n]")
_INOFFENSIF = re.compile(r"[+-]?[\d\s.,/()\u00A0\u202F-]+\s?[%€]?")
_SANS_TEXTE = re.compile(r"[\x00-\x08\x0B\x0C\x0E-\x1F\uD800-\uDFFF\uFFFE\uFFFF]")


@dataclass(frozen=True)
class Feuille:
    """Une feuille : chaque ligne est un dictionnaire clé de colonne → valeur nue ou `Valeur`. `lignes` peut être un flux."""

    titre: str
    colonnes: Sequence[Colonne]
    lignes: Iterable[Mapping[str, Any]]
    pied: Sequence[Mapping[str, Any]] = ()
    notes: Sequence[str] = ()


def ecrire_xlsx(feuilles: Iterable[Feuille], *, edite_le: datetime | None = None) -> bytes:
    """Un classeur : en-tête figé et filtrable, largeurs ajustées, nombres et dates calculables.

    `edite_le` date les propriétés du fichier ; à date égale, mêmes octets.
    """
    sortie = io.BytesIO()
    with xlsxwriter.Workbook(sortie, OPTIONS) as classeur:
        classeur.set_properties({"created": edite_le.replace(tzinfo=None)} if edite_le else {})
        styles = _Styles(classeur)
        titres: set[str] = set()
        for feuille in feuilles:
            _ecrire_feuille(classeur.add_worksheet(_titre_permis(feuille.titre, titres)), feuille, styles)
    return sortie.getvalue()


def tableau_en_xlsx(tableau: Tableau) -> bytes:
    """Le classeur d'un tableau : une feuille par section, puis « Définitions » avec la période, les filtres et la date."""
    sections = [
        Feuille(section.titre or tableau.titre, section.colonnes, section.lignes, section.pied, section.notes)
        for section in tableau.sections
    ]
    return ecrire_xlsx([*sections, _definitions(tableau)], edite_le=tableau.edite_le)


def neutraliser(texte: str) -> str:
    """Un texte qu'aucun tableur ne prendra pour une formule : « =1+1 » reçoit une apostrophe.

    Nombres et téléphones restent intacts : « -12,5 », « +33 3 81 00 00 00 ». Les caractères qu'un classeur ne sait pas
    porter disparaissent.
    """
    propre = _SANS_TEXTE.sub("", texte)
    if _FORMULE.match(propre) and not _INOFFENSIF.fullmatch(propre):
        return "'" + propre
    return propre


class _Styles:
    """Les mises en forme d'un classeur, faites une fois : genre de la valeur, décimales, gras ou non."""

    def __init__(self, classeur: xlsxwriter.Workbook):
        self._classeur = classeur
        self._connus: dict[tuple, Format] = {}
        self.entete = classeur.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})

    def pour(self, genre: Genre, decimales: int, gras: bool) -> Format:
        cle = (genre, decimales, gras)
        if cle not in self._connus:
            virgule = "." + "0" * decimales if decimales else ""
            formats = {
                "nombre": "#,##0" + virgule,
                "pourcentage": "0" + virgule + "%",
                "date": "dd/mm/yyyy",
                "mois": "mmmm yyyy",
                "texte": "@",
            }
            mise_en_forme = {"num_format": formats[genre], "valign": "top", "bold": gras, "text_wrap": genre == "texte"}
            self._connus[cle] = self._classeur.add_format(mise_en_forme)
        return self._connus[cle]


def _ecrire_feuille(page: Worksheet, feuille: Feuille, styles: _Styles) -> None:
    lignes = iter(feuille.lignes)
    debut = list(islice(lignes, ECHANTILLON))
    for rang, colonne in enumerate(feuille.colonnes):
        page.set_column(rang, rang, _largeur(colonne, [*debut, *feuille.pied]))
        page.write_string(0, rang, neutraliser(colonne.libelle), styles.entete)
    page.freeze_panes(1, 1)
    numero = 0
    for numero, ligne in enumerate(chain(debut, lignes), start=1):
        _ecrire_ligne(page, numero, feuille.colonnes, ligne, styles)
    page.autofilter(0, 0, numero, len(feuille.colonnes) - 1)
    for numero, ligne in enumerate(feuille.pied, start=numero + 1):  # noqa: B020  (on continue le compte)
        _ecrire_ligne(page, numero, feuille.colonnes, ligne, styles, gras=True)
    for rang, note in enumerate(feuille.notes, start=numero + 2):
        page.write_string(rang, 0, neutraliser(note))


def _ecrire_ligne(
    page: Worksheet,
    numero: int,
    colonnes: Sequence[Colonne],
    ligne: Mapping[str, Any],
    styles: _Styles,
    *,
    gras: bool = False,
) -> None:
    for rang, colonne in enumerate(colonnes):
        valeur, genre = _valeur(colonne, ligne.get(colonne.cle))
        decimales = 0 if isinstance(valeur, int) and genre == "nombre" else colonne.decimales
        _ecrire_cellule(page, numero, rang, valeur, styles.pour(genre, decimales, gras))


def _ecrire_cellule(page: Worksheet, ligne: int, rang: int, valeur: Any, style: Format) -> None:
    if valeur is None or valeur == "":
        page.write_blank(ligne, rang, None, style)
    elif isinstance(valeur, str):
        page.write_string(ligne, rang, neutraliser(valeur)[:TEXTE_MAX], style)
    elif isinstance(valeur, datetime):
        page.write_datetime(ligne, rang, valeur.replace(tzinfo=None), style)
    elif isinstance(valeur, date):
        page.write_datetime(ligne, rang, valeur, style)
    else:
        page.write_number(ligne, rang, float(valeur), style)


def _valeur(colonne: Colonne, valeur: Any) -> tuple[Any, Genre]:
    """La valeur à écrire et son genre ; un code à zéros de tête, dans une colonne de texte, reste un texte."""
    genre = colonne.genre
    if isinstance(valeur, Valeur):
        genre, valeur = valeur.genre or genre, valeur.valeur
    if genre == "texte" and isinstance(valeur, int | float | Decimal):
        valeur = str(valeur)
    return valeur, "texte" if isinstance(valeur, str) else genre


def _largeur(colonne: Colonne, lignes: Iterable[Mapping[str, Any]]) -> float:
    textes = []
    for ligne in lignes:
        valeur, genre = _valeur(colonne, ligne.get(colonne.cle))
        textes.append(colonne.afficher(valeur, genre))
    mots_du_titre = [len(mot) + 3 for mot in colonne.libelle.split()]
    besoin = max([*(len(texte) + 1 for texte in textes), *mots_du_titre], default=0)
    return min(max(besoin, LARGEURS[0]), LARGEURS[1])


def _titre_permis(titre: str, pris: set[str]) -> str:
    """Un nom de feuille qu'Excel accepte, 31 caractères au plus, et qui n'est pas déjà pris."""
    base = _SANS_TEXTE.sub("", re.sub(r"[\[\]:*?/\\]", " ", titre)).strip(" '")[:TITRE_MAX].strip() or "Feuille"
    nom, suite = base, 2
    while nom.lower() in pris:
        nom, suite = f"{base[: TITRE_MAX - 4]} ({suite})", suite + 1
    pris.add(nom.lower())
    return nom


def _definitions(tableau: Tableau) -> Feuille:
    """Ce qu'il faut pour relire les chiffres un an plus tard."""
    faits = [
        ("Tableau", tableau.titre),
        ("Précision", tableau.sous_titre),
        ("Réseau", tableau.reseau),
        ("Période", tableau.periode),
        ("Édité le", f"{date_longue(tableau.edite_le)} à {tableau.edite_le:%H:%M}"),
        *((f"Filtre : {libelle}", choix) for libelle, choix in tableau.filtres),
        *tableau.lexique,
    ]
    colonnes = (Colonne("terme", "Terme"), Colonne("definition", "Définition"))
    lignes = [{"terme": terme, "definition": definition} for terme, definition in faits if definition]
    return Feuille("Définitions", colonnes, lignes)
