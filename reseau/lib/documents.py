"""Reconnaître une pièce jointe à ses octets, jamais à son nom ; et lui donner un nom sûr."""

import io
import re
import unicodedata
import zipfile

from reseau.lib.erreurs import RegleEnfreinte

OCTETS_MAX = 5 * 1024 * 1024
NOM_MAX = 100  # la colonne en tient 120, extension comprise
ADMIS = "PDF, image PNG ou JPEG, DOCX, XLSX, ODT ou ODS"
ENTREES_MAX = 5_000  # un document de bureau en compte quelques dizaines

SIGNATURES = {b"%PDF-": "pdf", b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}
# Un document de bureau est une archive : sa première entrée (OpenDocument) ou ses entrées (Office) disent ce qu'il est.
MIMETYPE = b"mimetypeapplication/vnd.oasis.opendocument."
OPEN_DOCUMENT = {b"text": "odt", b"spreadsheet": "ods"}
OFFICE = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}


def genre_de(octets):
    """« pdf », « png », « jpg », « docx », « xlsx », « odt » ou « ods » ; `RegleEnfreinte` si c'est autre chose."""
    for signature, genre in SIGNATURES.items():
        if octets.startswith(signature):
            return genre
    genre = _open_document(octets) or _office(octets) if octets.startswith(b"PK\x03\x04") else ""
    if not genre:
        raise RegleEnfreinte(f"Ce fichier n’est pas d’un genre admis ({ADMIS}), quel que soit son nom.")
    return genre


def _open_document(octets):
    if octets[30 : 30 + len(MIMETYPE)] != MIMETYPE:
        return ""
    suite = re.match(rb"[a-z-]+", octets[30 + len(MIMETYPE) : 60 + len(MIMETYPE)])
    return OPEN_DOCUMENT.get(suite.group(), "") if suite else ""


def _office(octets):
    """Par la table des matières de l'archive, sans rien décompresser ; un document à macros n'est pas admis."""
    try:
        entrees = zipfile.ZipFile(io.BytesIO(octets)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError):
        return ""
    if len(entrees) > ENTREES_MAX or any(nom.lower().endswith("vbaproject.bin") for nom in entrees):
        return ""
    return next((genre for entree, genre in OFFICE.items() if entree in entrees), "")


def nom_propre(nom, genre):
    """« C:\\dossier\\Plan <1>.PDF » → « Plan 1.pdf » : sans chemin ni caractère qui agisse, l'extension de son vrai genre."""
    base = re.split(r"[/\\]", nom)[-1].rpartition(".")
    souche = unicodedata.normalize("NFC", base[0] or base[2])
    souche = "".join(c if c.isalnum() or c in " -_.,()’'&" or unicodedata.category(c) == "Mn" else " " for c in souche)
    souche = " ".join(souche.split()).strip(". ")[:NOM_MAX].strip()
    return f"{souche or 'document'}.{genre}"
