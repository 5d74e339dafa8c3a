"""Les rangées d'un fichier du stock, une par une : CSV nu, .gz ou .zip, ou Parquet ; jamais le fichier entier."""

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from entreprises.lecture.refus import COLONNES_MAX, FichierRefuse

GZIP, ZIP, PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"PAR1"
SEPARATEURS = ",;\t|"
LOT = 10_000  # rangées Parquet rendues ensemble
MEMOIRE_PARQUET = "512MB"
SANS_DUCKDB = (
    "Lire un fichier Parquet demande la bibliothèque duckdb, qui n’est pas installée : "
    "« pip install duckdb==2.0.0 », ou prenez la version CSV du fichier de l’Insee."
)
ILLISIBLES = {
    FileNotFoundError: "Fichier introuvable",
    IsADirectoryError: "C’est un dossier, pas un fichier",
    PermissionError: "Lecture interdite",
}
Rangees = Iterator[tuple[int, list[str]]]
Lecture = tuple[list[str], str, Rangees]


@contextmanager
def ouvrir_rangees(chemin: Path, indispensables: Sequence[str], utiles: Sequence[str]) -> Iterator[Lecture]:
    """Donne (colonnes lues, « csv » ou « parquet », rangées) : l'ordre des colonnes du fichier est indifférent.

    Une rangée est (numéro de ligne dans le fichier, cellules dans l'ordre des colonnes lues). `utiles` : les colonnes
    qui intéressent, absentes ou non. Lève `FichierRefuse`, ici ou en cours de lecture.
    """
    try:
        with chemin.open("rb") as flux:
            signature = flux.read(4)
            flux.seek(0)
            if signature == PARQUET:
                yield _parquet(chemin, indispensables, utiles)
            else:
                decompresse = _decompresse(flux, signature, chemin.name)
                with decompresse as octets, io.TextIOWrapper(octets, encoding="utf-8-sig", newline="") as texte:
                    yield _csv(texte, chemin.name, indispensables, utiles)
    except OSError as erreur:
        if isinstance(erreur, gzip.BadGzipFile):
            raise FichierRefuse(_abime(chemin.name)) from erreur
        raise FichierRefuse(f"{ILLISIBLES.get(type(erreur), 'Fichier illisible')} : « {chemin} ».") from erreur
    except (EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError) as erreur:
        raise FichierRefuse(_abime(chemin.name)) from erreur


def _abime(nom: str) -> str:
    return f"« {nom} » est abîmé, incomplet ou protégé par un mot de passe : téléchargez-le de nouveau."


@contextmanager
def _decompresse(flux: IO[bytes], signature: bytes, nom: str) -> Iterator[IO[bytes]]:
    if signature.startswith(GZIP):
        with gzip.GzipFile(fileobj=flux) as contenu:
            yield contenu
    elif signature == ZIP:
        with zipfile.ZipFile(flux) as archive:
            membres = [membre for membre in archive.infolist() if membre.filename.lower().endswith(".csv")]
            if len(membres) != 1:
                raise FichierRefuse(f"« {nom} » doit contenir un fichier CSV et un seul : il en contient {len(membres)}.")
            with archive.open(membres[0]) as contenu:
                yield contenu
    else:
        yield flux


def _csv(texte: IO[str], nom: str, indispensables: Sequence[str], utiles: Sequence[str]) -> Lecture:
    try:
        premiere = texte.readline(100_000)
    except UnicodeDecodeError as erreur:
        raise FichierRefuse(_mal_encode(nom)) from erreur
    entetes, separateur = max(((_couper(premiere, signe), signe) for signe in SEPARATEURS), key=lambda essai: len(essai[0]))
    reperees = _reperer(entetes, nom, indispensables, utiles)
    lignes = csv.reader(texte, delimiter=separateur)
    return list(reperees), "csv", _choisir(lignes, list(reperees.values()), len(entetes), nom)


def _couper(ligne: str, separateur: str) -> list[str]:
    cellules = next(csv.reader([ligne], delimiter=separateur), [])
    return [cellule.strip() for cellule in cellules[:COLONNES_MAX]]


def _choisir(lignes: Any, indices: Sequence[int], largeur: int, nom: str) -> Rangees:
    """Les cellules utiles de chaque ligne, l'en-tête étant la ligne 1."""
    try:
        for cellules in lignes:
            if len(cellules) == largeur:
                yield lignes.line_num + 1, [cellules[indice] for indice in indices]
            elif cellules:
                raise FichierRefuse(
                    f"« {nom} », ligne {lignes.line_num + 1} : {len(cellules)} colonnes pour {largeur} en-têtes. "
                    "Le fichier est coupé ou a été modifié : téléchargez-le de nouveau."
                )
    except UnicodeDecodeError as erreur:
        raise FichierRefuse(_mal_encode(nom)) from erreur
    except csv.Error as erreur:
        raise FichierRefuse(f"« {nom} », ligne {lignes.line_num + 1} : ce n’est pas du CSV lisible.") from erreur


def _mal_encode(nom: str) -> str:
    return f"« {nom} » n’est pas un CSV en UTF-8, l’encodage des fichiers de l’Insee : téléchargez-le de nouveau."


def _reperer(entetes: Sequence[str], nom: str, indispensables: Sequence[str], utiles: Sequence[str]) -> dict[str, int]:
    """Colonne utile → son rang dans le fichier, celles qui y sont ; lève `FichierRefuse` si une indispensable manque."""
    rangs = {entete.lower(): rang for rang, entete in reversed(list(enumerate(entetes)))}
    manquantes = [colonne for colonne in indispensables if colonne.lower() not in rangs]
    if manquantes:
        s = "s" if len(manquantes) > 1 else ""
        raise FichierRefuse(f"Colonne{s} indispensable{s} absente{s} de « {nom} » : {', '.join(manquantes)}.")
    return {colonne: rangs[colonne.lower()] for colonne in utiles if colonne.lower() in rangs}


def _parquet(chemin: Path, indispensables: Sequence[str], utiles: Sequence[str]) -> Lecture:
    try:
        duckdb = import_module("duckdb")
    except ImportError as erreur:
        raise FichierRefuse(SANS_DUCKDB) from erreur
    connexion = duckdb.connect(config={"memory_limit": MEMOIRE_PARQUET, "threads": 1})
    try:
        connexion.execute("SELECT * FROM read_parquet(?) LIMIT 0", [str(chemin)])
        entetes = [colonne[0] for colonne in connexion.description]
        reperees = _reperer(entetes, chemin.name, indispensables, utiles)
        choix = ", ".join('"' + entetes[rang].replace('"', '""') + '"' for rang in reperees.values())
        connexion.execute(f"SELECT {choix} FROM read_parquet(?)", [str(chemin)])
    except duckdb.Error as erreur:
        raise FichierRefuse(_abime(chemin.name)) from erreur
    return list(reperees), "parquet", _tirer(connexion, duckdb.Error, chemin.name)


def _tirer(connexion: Any, erreurs: type[Exception], nom: str) -> Rangees:
    """Les rangées Parquet, par lots ; leur numéro compte depuis 1."""
    numero = 0
    try:
        while lot := connexion.fetchmany(LOT):
            for valeurs in lot:
                numero += 1
                yield numero, ["" if valeur is None else str(valeur) for valeur in valeurs]
    except erreurs as erreur:
        raise FichierRefuse(_abime(nom)) from erreur
    finally:
        connexion.close()
