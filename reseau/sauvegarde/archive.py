"""Une archive : un ZIP, son manifeste, et un sceau qui couvre chacun de ses bits.

Le manifeste donne la taille et le SHA-256 de chaque membre. Le commentaire du ZIP, ses 71 derniers octets, porte le SHA-256 de
tout ce qui précède : tronquée ou changée d'un seul bit, même dans un en-tête, l'archive se refuse avant qu'on en ait rien lu.
"""

import contextlib
import errno
import json
import os
import re
import shutil
import tempfile
import zipfile
from hashlib import sha256
from pathlib import Path
from time import time

from reseau.lib.erreurs import RegleEnfreinte

MANIFESTE = "MANIFESTE.json"
FORMAT = 1
SCEAU = re.compile(rb"sha256:[0-9a-f]{64}")
TAILLE_DU_SCEAU = 71
BLOC = 1 << 20
BROUILLON = ".en-cours-"
ABANDON = 24 * 3600  # secondes : un brouillon plus vieux est celui d'un processus tué
PLEIN = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
PLUS_DE_PLACE = "Il n’y a plus de place dans {} : l’archive n’est pas faite, rien n’y est laissé."
ALTEREE = "Cette archive est tronquée ou altérée : {}. Rien n’a été écrit."


class Brouillon:
    """Une archive en train de s'écrire ; `dossier` : où poser ce qu'on va y mettre, effacé à la fin quoi qu'il arrive."""

    def __init__(self, dossier: Path):
        self.dossier = dossier
        self.membres: dict[str, dict] = {}
        self._chemin = dossier / "archive.zip"
        self._fichier = os.fdopen(os.open(self._chemin, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")
        self._zip = zipfile.ZipFile(self._fichier, "w")

    @contextlib.contextmanager
    def membre(self, nom: str, *, serrer=True):
        """Rend `ecrire(octets)` ; le membre se compte et se résume au passage. `serrer=False` s'il est déjà comprimé."""
        fiche = zipfile.ZipInfo(nom)
        fiche.compress_type = zipfile.ZIP_DEFLATED if serrer else zipfile.ZIP_STORED
        fiche.external_attr = 0o600 << 16
        cumul, taille = sha256(), 0
        with self._zip.open(fiche, "w", force_zip64=True) as sortie:

            def ecrire(octets):
                nonlocal taille
                taille += len(octets)
                cumul.update(octets)
                sortie.write(octets)

            yield ecrire
        self.membres[nom] = {"octets": taille, "sha256": cumul.hexdigest()}

    def verser(self, nom: str, chemin: Path, **options):
        with self.membre(nom, **options) as ecrire, chemin.open("rb") as source:
            while bloc := source.read(BLOC):
                ecrire(bloc)

    def finir(self, manifeste: dict, cible: Path):
        """Écrit le manifeste, pose le sceau, puis donne son nom à l'archive : avant, rien ne la montre."""
        entier = {"format": FORMAT, **manifeste, "membres": self.membres}
        self._zip.writestr(MANIFESTE, json.dumps(entier, ensure_ascii=False, indent=1))
        self._zip.comment = b"sha256:" + b"0" * 64
        self._zip.close()
        corps = _taille(self._fichier) - TAILLE_DU_SCEAU
        self._fichier.seek(0)
        sceau = _resume(self._fichier, corps)
        self._fichier.seek(corps)
        self._fichier.write(b"sha256:" + sceau.encode())
        self._fichier.flush()
        os.fsync(self._fichier.fileno())
        self._fichier.close()
        self._chemin.replace(cible)
        _fixer(cible.parent)

    def abandonner(self):
        """Ferme ce qui est ouvert, fini ou non : le disque est peut-être plein, et le dossier va s'effacer."""
        with contextlib.suppress(OSError, ValueError):
            self._zip.close()
        with contextlib.suppress(OSError):
            self._fichier.close()


@contextlib.contextmanager
def brouillon(dossier: Path):
    """Un `Brouillon` dans ce dossier. Disque plein ou dossier fermé : `RegleEnfreinte`, et rien de laissé."""
    try:
        dossier.mkdir(parents=True, exist_ok=True)
        _balayer(dossier)
        with tempfile.TemporaryDirectory(prefix=BROUILLON, dir=dossier) as temporaire:
            en_cours = Brouillon(Path(temporaire))
            try:
                yield en_cours
            finally:
                en_cours.abandonner()
    except OSError as erreur:
        if erreur.errno in PLEIN:
            raise RegleEnfreinte(PLUS_DE_PLACE.format(dossier)) from erreur
        raise RegleEnfreinte(f"Impossible d’écrire dans {dossier} : {erreur.strerror or erreur}.") from erreur


@contextlib.contextmanager
def ouvrir(chemin: Path):
    """(manifeste, ZipFile) d'une archive entière et intacte ; `RegleEnfreinte` avant toute lecture sinon."""
    try:
        fichier = chemin.open("rb")
    except OSError as erreur:
        raise RegleEnfreinte(f"L’archive {chemin} ne s’ouvre pas : {erreur.strerror}.") from erreur
    with fichier:
        try:
            _verifier_le_sceau(fichier)
            archive = zipfile.ZipFile(fichier)
            manifeste = json.loads(archive.read(MANIFESTE))
            _verifier_les_membres(archive, manifeste)
        except (zipfile.BadZipFile, KeyError, ValueError) as erreur:
            raise RegleEnfreinte(ALTEREE.format("elle ne se lit pas")) from erreur
        with archive:
            yield manifeste, archive


def extraire(archive, nom: str, cible: Path):
    """Écrit ce membre dans `cible`, lisible de nous seuls."""
    with archive.open(nom) as source, open(os.open(cible, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sortie:
        shutil.copyfileobj(source, sortie, BLOC)


def _verifier_le_sceau(fichier):
    taille = _taille(fichier)
    fichier.seek(max(0, taille - TAILLE_DU_SCEAU))
    sceau = fichier.read()
    if not SCEAU.fullmatch(sceau):
        raise RegleEnfreinte(ALTEREE.format("son sceau manque"))
    fichier.seek(0)
    if _resume(fichier, taille - TAILLE_DU_SCEAU) != sceau[7:].decode():
        raise RegleEnfreinte(ALTEREE.format("son sceau ne correspond pas"))
    fichier.seek(0)


def _verifier_les_membres(archive, manifeste):
    if manifeste["format"] != FORMAT:
        raise RegleEnfreinte("Cette archive est d’un format plus récent que ce code : mettez-le à jour d’abord.")
    if {*archive.namelist()} != {MANIFESTE, *manifeste["membres"]}:
        raise RegleEnfreinte(ALTEREE.format("ses membres ne sont pas ceux du manifeste"))
    for nom, dit in manifeste["membres"].items():
        with archive.open(nom) as membre:
            if _resume(membre, dit["octets"]) != dit["sha256"] or membre.read(1):
                raise RegleEnfreinte(ALTEREE.format(f"{nom} n’a pas l’empreinte attendue"))


def _resume(fichier, combien) -> str:
    """Le SHA-256 des `combien` premiers octets."""
    cumul = sha256()
    while combien > 0 and (bloc := fichier.read(min(BLOC, combien))):
        cumul.update(bloc)
        combien -= len(bloc)
    return cumul.hexdigest()


def _taille(fichier) -> int:
    return fichier.seek(0, os.SEEK_END)


def _fixer(dossier: Path):
    """Le nom aussi doit survivre à une coupure de courant."""
    descripteur = os.open(dossier, os.O_RDONLY)
    try:
        os.fsync(descripteur)
    finally:
        os.close(descripteur)


def _balayer(dossier: Path):
    for laisse in dossier.glob(f"{BROUILLON}*"):
        if laisse.stat().st_mtime < time() - ABANDON:
            shutil.rmtree(laisse, ignore_errors=True)
