"""Les classeurs compressés (XLSX, ODS) : contrôles faits sur l'archive avant toute lecture des cellules."""

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from typing import IO
from xml.parsers import expat

from entreprises.lecture.refus import CELLULES_MAX, MEBI, MEMBRES_MAX, TAILLE_DECOMPRESSEE_MAX, FichierRefuse

MEMBRES_A_MESURER = {
    "xlsx": re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE),
    "ods": re.compile(r"content\.xml"),
}
TYPE_ODS = "application/vnd.oasis.opendocument.spreadsheet"
ABIME = "Ce classeur est abîmé ou incomplet. Ouvrez-le dans votre tableur, enregistrez-le de nouveau, puis réessayez."
PROTEGE = "Ce classeur est protégé par un mot de passe : enregistrez-en une copie sans mot de passe."
MORCEAU = 1 << 16  # octets d'XML lus à la fois


def genre_d_archive(contenu: bytes) -> str:
    """« xlsx » ou « ods » d'après le sommaire de l'archive, sans rien décompresser d'important.

    Lève `FichierRefuse` : archive abîmée, trop de membres, trop gros une fois décompressé, ou pas un classeur.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
            _verifier_sommaire(archive.infolist())
            return _reconnaitre(archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as erreur:
        raise FichierRefuse(ABIME) from erreur


def _verifier_sommaire(membres: list[zipfile.ZipInfo]) -> None:
    if len(membres) > MEMBRES_MAX:
        raise FichierRefuse(f"Ce classeur contient {len(membres)} fichiers : il en faut {MEMBRES_MAX} au plus.")
    total = sum(membre.file_size for membre in membres)
    if total > TAILLE_DECOMPRESSEE_MAX:
        raise FichierRefuse(
            f"Ce classeur occupe {total // MEBI} Mo une fois décompressé : la limite est de "
            f"{TAILLE_DECOMPRESSEE_MAX // MEBI} Mo. Ne gardez que la feuille utile ou enregistrez-la en CSV."
        )
    if any(membre.flag_bits & 1 for membre in membres):
        raise FichierRefuse(PROTEGE)


def _reconnaitre(archive: zipfile.ZipFile) -> str:
    noms = set(archive.namelist())
    if "xl/workbook.xml" in noms:
        return "xlsx"
    if "xl/workbook.bin" in noms:
        raise FichierRefuse("Ce classeur est au format .xlsb : enregistrez-le en .xlsx.")
    if "mimetype" in noms and "content.xml" in noms and _debut(archive, "mimetype").startswith(TYPE_ODS.encode()):
        if b"encryption-data" in _debut(archive, "META-INF/manifest.xml"):
            raise FichierRefuse(PROTEGE)
        return "ods"
    raise FichierRefuse("Cette archive n’est pas un classeur : décompressez-la, puis importez le fichier .csv, .xlsx ou .ods.")


def _debut(archive: zipfile.ZipFile, nom: str) -> bytes:
    try:
        with archive.open(nom) as membre:
            return membre.read(MEBI)
    except KeyError:
        return b""


def mesurer(contenu: bytes, genre: str) -> None:
    """Compte les cases qu'occuperait la lecture, en parcourant l'XML des feuilles sans le garder.

    Lève `FichierRefuse` : trop de cases, XML piégé (déclaration de type), archive abîmée.
    """
    mesure = _MesureXlsx if genre == "xlsx" else _MesureOds
    try:
        with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
            total = 0
            for nom in filter(MEMBRES_A_MESURER[genre].fullmatch, archive.namelist()):
                with archive.open(nom) as flux:
                    total += _parcourir(flux, mesure(CELLULES_MAX - total))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, expat.ExpatError) as erreur:
        raise FichierRefuse(ABIME) from erreur


def trop_de_cases(hauteur: int, largeur: int) -> FichierRefuse:
    """Le refus à lever pour une feuille qui occupe ce rectangle."""
    return FichierRefuse(
        f"Ce classeur va jusqu’à la ligne {hauteur} et la colonne {largeur}, soit plus d’un million de cases en tout. "
        "Supprimez les lignes, colonnes et feuilles inutiles, ou enregistrez la feuille en CSV."
    )


def _parcourir(flux: IO[bytes], mesure: "_Mesure") -> int:
    analyseur = expat.ParserCreate()
    analyseur.StartElementHandler = mesure.debut
    analyseur.EndElementHandler = mesure.fin  # None pour un .xlsx : un rappel de moins par balise
    analyseur.StartDoctypeDeclHandler = _refuser_doctype
    for morceau in iter(lambda: flux.read(MORCEAU), b""):
        analyseur.Parse(morceau, False)
    analyseur.Parse(b"", True)
    mesure.clore()
    return mesure.total


def _refuser_doctype(*_: object) -> None:
    raise FichierRefuse("Ce classeur contient une déclaration XML interdite (DOCTYPE) : enregistrez-le de nouveau.")


class _Mesure:
    """Rectangle occupé par les cases remplies : la bibliothèque de lecture le réserve en entier."""

    debut: Callable[[str, dict[str, str]], None]
    fin: Callable[[str], None] | None = None

    def __init__(self, reste: int) -> None:
        self.reste = reste
        self.total = 0
        self.ligne = self.colonne = self.hauteur = self.largeur = 0

    def clore(self) -> None:
        """Compte la feuille finie et repart d'une feuille vide."""
        self.total += self.hauteur * self.largeur
        self.ligne = self.colonne = self.hauteur = self.largeur = 0

    def occuper(self, ligne: int, colonne: int) -> None:
        """Étend le rectangle ; lève `FichierRefuse` dès qu'il passe la borne."""
        if ligne <= self.hauteur and colonne <= self.largeur:
            return
        self.hauteur, self.largeur = max(self.hauteur, ligne), max(self.largeur, colonne)
        if self.total + self.hauteur * self.largeur > self.reste:
            raise trop_de_cases(self.hauteur, self.largeur)


class _MesureXlsx(_Mesure):
    def debut(self, nom: str, attributs: dict[str, str]) -> None:
        balise = nom.rpartition(":")[2]
        if balise == "row":
            self.ligne = _entier(attributs.get("r"), self.ligne + 1)
            self.colonne = 0
        elif balise == "c":
            self.colonne += 1
            if "r" in attributs:
                self.ligne, self.colonne = _coordonnees(attributs["r"])
        elif balise in ("v", "is"):
            self.occuper(self.ligne, self.colonne)


class _MesureOds(_Mesure):
    def __init__(self, reste: int) -> None:
        super().__init__(reste)
        self.repetees = self.remplie = 0

    def debut(self, nom: str, attributs: dict[str, str]) -> None:
        if nom == "table:table-row":
            self.repetees = _entier(attributs.get("table:number-rows-repeated"), 1)
            self.colonne = self.remplie = 0
        elif nom in ("table:table-cell", "table:covered-table-cell"):
            self.colonne += _entier(attributs.get("table:number-columns-repeated"), 1)
            if "office:value-type" in attributs:
                self.remplie = self.colonne
        elif nom == "text:p":
            self.remplie = self.colonne
        if self.remplie:
            self.occuper(self.ligne + self.repetees, self.remplie)

    def fin(self, nom: str) -> None:
        if nom == "table:table-row":
            self.ligne += self.repetees
        elif nom == "table:table":
            self.clore()


def _entier(texte: str | None, defaut: int) -> int:
    if texte is None:
        return defaut
    if not (texte.isascii() and texte.isdigit() and len(texte) < 10):
        raise FichierRefuse(ABIME)
    return int(texte)


def _coordonnees(reference: str) -> tuple[int, int]:
    """« BC12 » → (12, 55)."""
    lettres = reference.rstrip("0123456789")
    if not (0 < len(lettres) <= 3 and lettres.isascii() and lettres.isalpha()):
        raise FichierRefuse(ABIME)
    colonne = 0
    for lettre in lettres.upper():
        colonne = colonne * 26 + ord(lettre) - 64
    return _entier(reference[len(lettres) :], 0), colonne
