"""L'atelier des gros lots de lettres : les composer à plusieurs processus, puis les relier en un fichier.

Les compositeurs naissent d'un processus qui a déjà lu Django, les polices et les feuilles : dupliquer un serveur web à
plusieurs fils ne serait pas sûr, et en lancer un tout neuf coûterait une seconde à chacun. Ils ne touchent pas à la base. Le
relieur, lui, part de rien : il ne connaît que pikepdf, et tient en moins de 150 Mio.
"""

import gc
import multiprocessing
import os
from collections.abc import Iterable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime
from functools import cache
from tempfile import NamedTemporaryFile
from typing import IO

import django
import pikepdf
from django.apps import apps
from django.utils import timezone

from reseau.lib.assemblage import fondre_fichier
from reseau.lib.lettre import Lettre, imprimer_lettre
from reseau.lib.pdf import ImpressionImpossible

SEUIL = 12  # lettres : en dessous, un seul processus a plus vite fait
PAR_TACHE = 4
COMPOSITEURS_MAX = 4
INTERROMPU = "La composition des lettres s’est interrompue : relancez-la, rien n’est perdu."


def composer_lettres(lettres: Iterable[tuple[Lettre, datetime]]) -> list[bytes | None]:
    """Le PDF de chaque lettre datée, dans l'ordre reçu ; None pour celle qui ne se met pas en page.

    Lève `ImpressionImpossible` si un compositeur s'arrête en chemin.
    """
    lettres = list(lettres)
    if len(lettres) < SEUIL:
        return [_composer(*lettre) for lettre in lettres]
    try:
        with ProcessPoolExecutor(_compositeurs(), mp_context=_contexte(), initializer=preparer) as equipe:
            return list(equipe.map(_composer, *zip(*lettres, strict=True), chunksize=PAR_TACHE))
    except BrokenProcessPool as erreur:
        raise ImpressionImpossible(INTERROMPU) from erreur


def relier(pdfs: Iterable[bytes], *, titre: str, date: datetime | None = None) -> IO[bytes]:
    """Les PDF bout à bout, balisage gardé : un fichier temporaire ouvert, que sa fermeture efface.

    Lève `ImpressionImpossible` si l'un est illisible, ou s'il n'y en a aucun.
    """
    sortie = NamedTemporaryFile(suffix=".pdf")  # noqa: SIM115 : qui le reçoit le ferme
    with NamedTemporaryFile() as cahier:
        longueurs = [cahier.write(pdf) for pdf in pdfs]
        cahier.flush()
        choix = {"titre": titre, "date": date or timezone.now()}
        try:
            with _relieur(len(longueurs)) as relieur:
                relieur.submit(fondre_fichier, cahier.name, longueurs, sortie.name, **choix).result()
        except (pikepdf.PdfError, ValueError, BrokenProcessPool) as erreur:
            sortie.close()
            raise ImpressionImpossible("Les lettres n’ont pas pu être assemblées.") from erreur
    return sortie


@cache
def preparer() -> None:
    """Une fois par processus : lire ce qui sert à toutes les lettres, et le mettre hors de portée du ramasse-miettes."""
    if not apps.ready:
        django.setup()
    blanche = dict.fromkeys(["reseau", "lieu", "objet", "appel", "politesse", "signataire_titre", "signataire_nom"], "")
    _composer(Lettre(intitule=(), adresse=(), paragraphes=(), **blanche), datetime(2000, 1, 1, tzinfo=UTC))
    gc.freeze()


def _relieur(combien: int) -> Executor:
    """Un processus à part pour un gros lot ; un fil de celui-ci pour quelques lettres."""
    if combien < SEUIL:
        return ThreadPoolExecutor(1)
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))


def _composer(lettre: Lettre, edite_le: datetime) -> bytes | None:
    try:
        return imprimer_lettre(lettre, edite_le=edite_le)
    except ImpressionImpossible:
        return None


def _compositeurs() -> int:
    return min(len(os.sched_getaffinity(0)), COMPOSITEURS_MAX)


@cache
def _contexte() -> multiprocessing.context.BaseContext:
    contexte = multiprocessing.get_context("forkserver")
    contexte.set_forkserver_preload(["reseau.lib.compositeur"])
    return contexte
