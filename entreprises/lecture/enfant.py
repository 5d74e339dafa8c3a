"""Le processus qui lit un classeur, seul dans sa mémoire bornée : `python -m entreprises.lecture.enfant <genre> <jeu de champs>`.

Entrée standard : le classeur. Sortie standard : une ligne JSON par rangée de l'onglet choisi, précédée d'une ligne
{"onglet": nom, "autres": [noms]}. Code de sortie : 0 lu, REFUSE avec la phrase du refus sur la sortie d'erreur.
"""

import contextlib
import datetime
import errno
import io
import json
import resource
import signal
import sys
from collections.abc import Iterator

from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum, load_workbook

from entreprises.lecture.archive import ABIME, PROTEGE, mesurer, trop_de_cases
from entreprises.lecture.colonnes import ENTREPRISES, Jeu, chercher_entete
from entreprises.lecture.refus import (
    CELLULES_MAX,
    LECTURE_DUREE_MAX,
    LECTURE_MEMOIRE_MAX,
    LIGNES_DE_TITRE_MAX,
    REFUSE,
    SANS_PLACE,
    TAILLE_DECOMPRESSEE_MAX,
    TROP_LOURD,
    FichierRefuse,
)
from entreprises.lecture.sollicitations import SOLLICITATIONS

JEUX = {jeu.nom: jeu for jeu in (ENTREPRISES, SOLLICITATIONS)}


def borner() -> None:
    """Mémoire, durée de calcul et taille écrite : au-delà, le système arrête ce processus et lui seul."""
    resource.setrlimit(resource.RLIMIT_AS, (LECTURE_MEMOIRE_MAX, LECTURE_MEMOIRE_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (LECTURE_DUREE_MAX, LECTURE_DUREE_MAX))
    resource.setrlimit(resource.RLIMIT_FSIZE, (TAILLE_DECOMPRESSEE_MAX, TAILLE_DECOMPRESSEE_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Par défaut Python ignore ce signal et l'écriture échouerait au milieu d'une rangée.
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)


def lire(contenu: bytes, genre: str, jeu: Jeu) -> Iterator[str]:
    """Lignes JSON à écrire ; lève `FichierRefuse`."""
    if genre != "xls":
        mesurer(contenu, genre)
    classeur = _ouvrir(contenu)
    noms = [
        onglet.name
        for onglet in classeur.sheets_metadata
        if onglet.typ == SheetTypeEnum.WorkSheet and onglet.visible == SheetVisibleEnum.Visible
    ]
    rangees = {nom: _rangees(classeur, nom) for nom in noms}
    onglet, autres = _choisir(rangees, jeu)
    yield json.dumps({"onglet": onglet, "autres": autres})
    for rangee in rangees.get(onglet, ()):
        yield json.dumps([_texte(valeur) for valeur in rangee])


def _ouvrir(contenu: bytes) -> CalamineWorkbook:
    try:
        return load_workbook(io.BytesIO(contenu))
    except PasswordError as erreur:
        raise FichierRefuse(PROTEGE) from erreur


def _rangees(classeur: CalamineWorkbook, nom: str) -> list[list[object]]:
    feuille = classeur.get_sheet_by_name(nom)
    if feuille.total_height * feuille.total_width > CELLULES_MAX:
        raise trop_de_cases(feuille.total_height, feuille.total_width)
    return feuille.to_python(skip_empty_area=False)


def _choisir(rangees: dict[str, list[list[object]]], jeu: Jeu) -> tuple[str, list[str]]:
    """Le premier onglet dont l'en-tête est le plus complet, "" si tous sont vides ; et les autres onglets non vides."""
    poids = {}
    for nom, contenu in rangees.items():
        if contenu:
            tete = [[_texte(valeur) for valeur in rangee] for rangee in contenu[:LIGNES_DE_TITRE_MAX]]
            poids[nom] = chercher_entete(list(enumerate(tete, start=1)), jeu).poids
    if not poids:
        return "", []
    onglet = max(poids, key=lambda nom: poids[nom][0])
    return onglet, [nom for nom in poids if nom != onglet]


def _texte(valeur: object) -> str:
    """La valeur telle qu'on la lirait à l'écran : un nombre entier perd son « .0 », une date prend sa forme ISO."""
    if isinstance(valeur, str):
        return valeur
    if isinstance(valeur, bool):
        return "VRAI" if valeur else "FAUX"
    if isinstance(valeur, float):
        return str(int(valeur)) if valeur.is_integer() and abs(valeur) < 1e15 else str(valeur)
    if isinstance(valeur, (datetime.date, datetime.time)):
        return valeur.isoformat()
    return str(valeur)


def principal() -> int:
    """Point d'entrée : tout échec devient un code de sortie, jamais une trace."""
    borner()
    try:
        for ligne in lire(sys.stdin.buffer.read(), sys.argv[1], JEUX[sys.argv[2]]):
            sys.stdout.write(ligne + "\n")
        sys.stdout.flush()
    except FichierRefuse as refus:
        phrase = str(refus)
    except MemoryError:
        phrase = TROP_LOURD
    except OSError as erreur:
        phrase = SANS_PLACE if erreur.errno in (errno.ENOSPC, errno.EDQUOT) else ABIME
    except BaseException:  # la bibliothèque Rust signale ses paniques hors d'Exception
        phrase = ABIME
    else:
        return 0
    with contextlib.suppress(OSError):
        sys.stderr.buffer.write(phrase.encode())
    return REFUSE


if __name__ == "__main__":
    sys.exit(principal())
