"""Fabrique de fichiers d'entreprises inventées : SIRET, textes séparés, classeurs XLSX, ODS et XLS faits au vol."""

import csv
import io
import struct
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

import xlsxwriter
from stdnum import luhn

Rangees = Sequence[Sequence[object]]

TYPE_ODS = "application/vnd.oasis.opendocument.spreadsheet"
ESPACE_MANIFESTE = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
ESPACES_ODS = " ".join(
    f'xmlns:{prefixe}="urn:oasis:names:tc:opendocument:xmlns:{prefixe}:1.0"' for prefixe in ("office", "table", "text")
)


def siret(rang: int) -> str:
    """Un SIRET à la clé juste et manifestement fictif : il commence toujours par 9999."""
    siren = f"9999{rang:04d}"
    siren += luhn.calc_check_digit(siren)
    return siren + "0001" + luhn.calc_check_digit(siren + "0001")


def texte(rangees: Rangees, separateur: str = ";", encodage: str = "utf-8", fin_de_ligne: str = "\r\n") -> bytes:
    """Un fichier de texte séparé, guillemets au besoin."""
    flux = io.StringIO()
    csv.writer(flux, delimiter=separateur, lineterminator=fin_de_ligne).writerows(rangees)
    return flux.getvalue().encode(encodage)


def xlsx(*onglets: tuple[str, Rangees], caches: Sequence[str] = ()) -> bytes:
    """Un classeur XLSX : (nom, rangées) par onglet."""
    flux = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "default_date_format": "dd/mm/yyyy"}
    with xlsxwriter.Workbook(flux, options) as classeur:
        for nom, rangees in onglets:
            feuille = classeur.add_worksheet(nom)
            for ligne, cellules in enumerate(rangees):
                feuille.write_row(ligne, 0, cellules)
            if nom in caches:
                feuille.hide()
    return flux.getvalue()


def ods(rangees: Rangees) -> bytes:
    """Un classeur ODS d'un onglet, tout en texte."""
    lignes = "".join(
        "<table:table-row>" + "".join(_case_ods(str(cellule)) for cellule in cellules) + "</table:table-row>"
        for cellules in rangees
    )
    return ods_brut(lignes)


def _case_ods(valeur: str) -> str:
    contenu = f"<text:p>{escape(valeur)}</text:p>" if valeur else ""
    genre = ' office:value-type="string"' if valeur else ""
    return f"<table:table-cell{genre}>{contenu}</table:table-cell>"


def ods_brut(lignes: str, prologue: str = "") -> bytes:
    """Un classeur ODS dont on donne l'XML des lignes."""
    contenu = (
        f'<?xml version="1.0" encoding="UTF-8"?>{prologue}<office:document-content {ESPACES_ODS}><office:body>'
        f'<office:spreadsheet><table:table table:name="Liste">{lignes}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    manifeste = f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="{ESPACE_MANIFESTE}"/>'
    return archive({"mimetype": TYPE_ODS, "content.xml": contenu, "META-INF/manifest.xml": manifeste})


def archive(membres: dict[str, str | bytes]) -> bytes:
    """Une archive zip compressée."""
    flux = io.BytesIO()
    with zipfile.ZipFile(flux, "w", zipfile.ZIP_DEFLATED) as zip_:
        for nom, contenu in membres.items():
            zip_.writestr(nom, contenu)
    return flux.getvalue()


def remplacer(classeur: bytes, membres: dict[str, str | bytes]) -> bytes:
    """Le même classeur, certains membres remplacés ou ajoutés."""
    with zipfile.ZipFile(io.BytesIO(classeur)) as zip_:
        anciens = {nom: zip_.read(nom) for nom in zip_.namelist()}
    return archive(anciens | membres)


def feuille_xlsx(donnees: str, prologue: str = "") -> bytes:
    """Un classeur XLSX dont on donne l'XML de `sheetData`."""
    espace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = f'<?xml version="1.0"?>{prologue}<worksheet xmlns="{espace}"><sheetData>{donnees}</sheetData></worksheet>'
    return remplacer(xlsx(("Liste", [])), {"xl/worksheets/sheet1.xml": xml})


def xls(rangees: Rangees) -> bytes:
    """Un classeur XLS (BIFF8) d'un onglet, tout en texte."""
    return xls_brut([(ligne, colonne, str(c)) for ligne, cellules in enumerate(rangees) for colonne, c in enumerate(cellules)])


def xls_brut(cases: Sequence[tuple[int, int, str]]) -> bytes:
    """Un classeur XLS dont on donne les cases (ligne, colonne, texte)."""
    debut = struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)
    onglet = struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6)
    nom = b"\x00\x00\x05\x00Liste"
    position = len(_biff(0x0809, debut) + _biff(0x0085, bytes(4) + nom) + _biff(0x000A))
    flux = _biff(0x0809, debut) + _biff(0x0085, struct.pack("<I", position) + nom) + _biff(0x000A) + _biff(0x0809, onglet)
    for ligne, colonne, valeur in cases:
        entete = struct.pack("<HHHHB", ligne, colonne, 0, len(valeur), 1)
        flux += _biff(0x0204, entete + valeur.encode("utf-16-le"))
    return conteneur_ole("Workbook", flux + _biff(0x000A))


def _biff(genre: int, donnees: bytes = b"") -> bytes:
    return struct.pack("<HH", genre, len(donnees)) + donnees


def conteneur_ole(nom: str, flux: bytes) -> bytes:
    """Un conteneur OLE d'un seul flux : secteurs de 512 octets, table en 0, répertoire en 1, flux ensuite."""
    flux = flux.ljust(4096, b"\0")  # en deçà, le flux irait dans les petits secteurs
    flux += bytes(-len(flux) % 512)
    nombre = len(flux) // 512
    chaine = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, nombre + 2), 0xFFFFFFFE]
    table = struct.pack("<128I", *chaine, *[0xFFFFFFFF] * (128 - len(chaine)))
    entete = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    entete += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    entete += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    racine = _entree_ole("Root Entry", 5, 1, 0xFFFFFFFE, 0)
    return entete + table + racine + _entree_ole(nom, 2, 0xFFFFFFFF, 2, len(flux)) + bytes(256) + flux


def _entree_ole(nom: str, genre: int, enfant: int, secteur: int, taille: int) -> bytes:
    brut = nom.encode("utf-16-le") + b"\0\0"
    liens = struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, enfant)
    return (
        brut.ljust(64, b"\0") + struct.pack("<HBB", len(brut), genre, 1) + liens + bytes(36) + struct.pack("<IQ", secteur, taille)
    )
