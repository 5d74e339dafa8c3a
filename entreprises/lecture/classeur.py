"""Les classeurs XLSX, XLS et ODS : lus par un processus enfant borné, relus comme une suite de rangées."""

import io
import json
import os
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path

from entreprises.lecture.colonnes import Jeu
from entreprises.lecture.refus import LECTURE_DUREE_MAX, REFUSE, TROP_LOURD, FichierRefuse

RACINE = Path(__file__).resolve().parent.parent.parent


class Classeur:
    """L'onglet retenu d'un classeur, recopié par l'enfant dans un fichier sans nom qui disparaît avec cet objet."""

    def __init__(self, descripteur: int) -> None:
        self._descripteur = descripteur
        weakref.finalize(self, os.close, descripteur)
        sommaire = json.loads(next(self._lignes()))
        self.onglet: str = sommaire["onglet"]
        self.autres: list[str] = sommaire["autres"]

    def rangees(self) -> Iterator[tuple[int, list[str]]]:
        """Rend (numéro de ligne dans l'onglet, cellules en texte)."""
        lignes = self._lignes()
        next(lignes)
        for numero, ligne in enumerate(lignes, start=1):
            yield numero, json.loads(ligne)

    def _lignes(self) -> Iterator[str]:
        yield from io.TextIOWrapper(io.BufferedReader(_Relecture(self._descripteur)), encoding="ascii")


class _Relecture(io.RawIOBase):
    """Lit un descripteur depuis son début sans en déplacer la position : deux parcours ne se gênent pas."""

    def __init__(self, descripteur: int) -> None:
        self.descripteur = descripteur
        self.position = 0

    def readable(self) -> bool:
        return True

    def readinto(self, tampon: memoryview) -> int:
        lus = os.pread(self.descripteur, len(tampon), self.position)
        tampon[: len(lus)] = lus
        self.position += len(lus)
        return len(lus)


def lire_classeur(contenu: bytes, genre: str, jeu: Jeu) -> Classeur:
    """Lit un classeur du genre « xlsx », « xls » ou « ods » ; lève `FichierRefuse`. `jeu` : de quoi choisir l'onglet."""
    with tempfile.TemporaryFile() as copie:
        try:
            fini = subprocess.run(
                [sys.executable, "-m", "entreprises.lecture.enfant", genre, jeu.nom],
                input=contenu,
                stdout=copie,
                stderr=subprocess.PIPE,
                cwd=RACINE,
                timeout=LECTURE_DUREE_MAX,
                check=False,
            )
        except subprocess.TimeoutExpired as erreur:
            raise FichierRefuse(TROP_LOURD) from erreur
        if fini.returncode == REFUSE:
            raise FichierRefuse(fini.stderr.decode())
        if fini.returncode:  # tué par une de ses bornes
            raise FichierRefuse(TROP_LOURD)
        return Classeur(os.dup(copie.fileno()))
