"""Le classeur : des colonnes et des lignes aux fichiers .xlsx, .ods et .csv, en vrais nombres, pourcentages et dates.

Aucune cellule ne devient une formule ni un lien (fiabilité, B6 ; ASVS 1.2.10) : xlsxwriter écrit des chaînes, l'ODS
aussi, et l'apostrophe protège le CSV et celui qui réenregistre un classeur en CSV.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter
from django.utils.text import slugify
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reseau.lib.tableau import FINE, Colonne, Genre, Tableau, Valeur, date_longue, nombre_francais

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
_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_ODS_ENTETE = f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document-content office:version="1.3" xmlns:office="{_OASIS}office:1.0" xmlns:table="{_OASIS}table:1.0" \
xmlns:text="{_OASIS}text:1.0" xmlns:style="{_OASIS}style:1.0" xmlns:number="{_OASIS}datastyle:1.0"><office:automatic-styles>
<number:date-style style:name="jj"><number:day number:style="long"/><number:text>/</number:text><number:month \
number:style="long"/><number:text>/</number:text><number:year number:style="long"/></number:date-style>
<number:date-style style:name="mm"><number:month number:textual="true" number:style="long"/><number:text> </number:text>\
<number:year number:style="long"/></number:date-style>
<number:percentage-style style:name="pc"><number:number number:min-integer-digits="1"/><number:text>%</number:text>\
</number:percentage-style>
<style:style style:name="date" style:family="table-cell" style:data-style-name="jj"/>
<style:style style:name="mois" style:family="table-cell" style:data-style-name="mm"/>
<style:style style:name="pourcentage" style:family="table-cell" style:data-style-name="pc"/>
</office:automatic-styles><office:body><office:spreadsheet>
"""
_ODS_MANIFESTE = f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="{_OASIS}manifest:1.0" manifest:version="1.3"><manifest:file-entry \
manifest:full-path="/" manifest:media-type="{_ODS}"/><manifest:file-entry manifest:full-path="content.xml" \
manifest:media-type="text/xml"/></manifest:manifest>"""
_SANS_TEXTE = re.compile(r"[\x00-\x08\x0B\x0C\x0E-\x1F\uD800-\uDFFF\uFFFE\uFFFF]")


@dataclass(frozen=True)
class Feuille:
    """Une feuille : chaque ligne est un dictionnaire clé de colonne → valeur nue ou `Valeur`. `lignes` peut être un flux.

    `triable` : faux pour une liste de personnes ; ses en-têtes ne portent alors ni tri ni filtre.
    """

    titre: str
    colonnes: Sequence[Colonne]
    lignes: Iterable[Mapping[str, Any]]
    pied: Sequence[Mapping[str, Any]] = ()
    notes: Sequence[str] = ()
    triable: bool = True


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


def ecrire_ods(feuilles: Iterable[Feuille], *, edite_le: datetime | None = None) -> bytes:
    """Le même classeur au format OpenDocument, que LibreOffice ouvre sans conversion."""
    sortie, titres = io.BytesIO(), set()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as archive:
        # La norme veut le genre en tête, sans compression : c'est à cela qu'un .ods se reconnaît.
        archive.writestr(entree("mimetype", edite_le, zipfile.ZIP_STORED), _ODS)
        archive.writestr(entree("META-INF/manifest.xml", edite_le), _ODS_MANIFESTE)
        with archive.open(entree("content.xml", edite_le), "w") as contenu:
            contenu.write(_ODS_ENTETE.encode())
            for feuille in feuilles:
                contenu.write(f"<table:table table:name={quoteattr(_titre_permis(feuille.titre, titres))}>".encode())
                for rangee in _rangees(feuille, _cellule_ods):
                    contenu.write(f"<table:table-row>{''.join(rangee)}</table:table-row>\n".encode())
                contenu.write(b"</table:table>\n")
            contenu.write(b"</office:spreadsheet></office:body></office:document-content>")
    return sortie.getvalue()


def ecrire_csv(feuilles: Iterable[Feuille], *, edite_le: datetime | None = None) -> bytes:
    """Une archive .zip : un .csv par feuille (UTF-8 avec BOM, « ; »).

    Une archive, car un .csv ne porte qu'une feuille : dire les filtres dans celle des données y ajouterait des lignes
    qu'aucun logiciel ne saurait ignorer.
    """
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as archive:
        for feuille in feuilles:
            with (
                archive.open(entree(f"{slugify(feuille.titre)}.csv", edite_le), "w") as brut,
                io.TextIOWrapper(brut, "utf-8-sig", newline="") as texte,
            ):
                csv.writer(texte, delimiter=";").writerows(_rangees(feuille, _cellule_csv))
    return sortie.getvalue()


FORMATS = {"xlsx": ecrire_xlsx, "ods": ecrire_ods, "zip": ecrire_csv}


def tableau_en_xlsx(tableau: Tableau) -> bytes:
    """Le classeur d'un tableau : une feuille par section, puis « Définitions » avec la période, les filtres et la date."""
    return ecrire_xlsx(feuilles_du_tableau(tableau), edite_le=tableau.edite_le)


def tableau_en_ods(tableau: Tableau) -> bytes:
    """Le même classeur, au format OpenDocument."""
    return ecrire_ods(feuilles_du_tableau(tableau), edite_le=tableau.edite_le)


def feuilles_du_tableau(tableau: Tableau) -> list[Feuille]:
    """Une `Feuille` par section, puis les définitions."""
    sections = [
        Feuille(
            section.titre or tableau.titre,
            section.colonnes,
            section.lignes,
            section.pied,
            section.remarques,
            not section.personnes,
        )
        for section in tableau.sections
    ]
    return [*sections, _definitions(tableau)]


def neutraliser(texte: str) -> str:
    """Un texte qu'aucun tableur ne prendra pour une formule : « =1+1 » reçoit une apostrophe.

    Nombres et téléphones restent intacts : « -12,5 », « +33 3 81 00 00 00 ». Les caractères qu'un classeur ne sait pas
    porter disparaissent.
    """
    propre = _SANS_TEXTE.sub("", texte)
    if _FORMULE.match(propre) and not _INOFFENSIF.fullmatch(propre):
        return "'" + propre
    return propre


def entree(nom: str, edite_le: datetime | None, compression: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    """Une entrée d'archive ; à date égale, mêmes octets."""
    entree = zipfile.ZipInfo(nom, edite_le.timetuple()[:6] if edite_le else (1980, 1, 1, 0, 0, 0))
    entree.compress_type = compression
    return entree


def _rangees(feuille: Feuille, cellule: Callable[[Any, Genre, Colonne], str]) -> Iterator[list[str]]:
    """L'en-tête, les lignes, le pied puis les notes d'une feuille, chaque case rendue par `cellule`."""
    texte = Colonne("", "")
    yield [cellule(colonne.libelle, "texte", texte) for colonne in feuille.colonnes]
    for ligne in chain(feuille.lignes, feuille.pied):
        yield [cellule(*_valeur(colonne, ligne.get(colonne.cle)), colonne) for colonne in feuille.colonnes]
    for note in feuille.notes:
        yield [cellule(note, "texte", texte)]


def _cellule_ods(valeur: Any, genre: Genre, colonne: Colonne) -> str:
    if valeur is None or valeur == "":
        return "<table:table-cell/>"
    if isinstance(valeur, str):
        lignes = neutraliser(valeur)[:TEXTE_MAX].split("\n")
        contenu = "".join(f"<text:p>{escape(ligne)}</text:p>" for ligne in lignes)
        return f'<table:table-cell office:value-type="string">{contenu}</table:table-cell>'
    if isinstance(valeur, date):
        moment = valeur.replace(tzinfo=None) if isinstance(valeur, datetime) else valeur
        nature = f'office:value-type="date" office:date-value="{moment.isoformat()}"'
    else:
        type_de_valeur = "percentage" if genre == "pourcentage" else "float"
        nature = f'office:value-type="{type_de_valeur}" office:value="{valeur}"'
    style = f'table:style-name="{genre}" ' if genre in ("date", "mois", "pourcentage") else ""
    return f"<table:table-cell {style}{nature}><text:p>{escape(colonne.afficher(valeur, genre))}</text:p></table:table-cell>"


def _cellule_csv(valeur: Any, genre: Genre, colonne: Colonne) -> str:
    if valeur is None:
        return ""
    if genre == "nombre" and not isinstance(valeur, str):  # sans espace de milliers : un tableur y verrait un texte
        return nombre_francais(valeur, colonne.decimales).replace(FINE, "")
    return neutraliser(colonne.afficher(valeur, genre))


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
    if feuille.triable:
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
    base = _SANS_TEXTE.sub("", re.sub(r"[\[\]:*?/\\]", " ", titre)).lstrip(" '")[:TITRE_MAX].rstrip(" '") or "Feuille"
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
