"""L'atelier des gros lots de lettres : les composer à plusieurs processus, puis les relier en un fichier.

Les compositeurs naissent d'un processus qui a déjà lu Django, les polices et les feuilles : dupliquer un serveur web à
plusieurs fils ne serait pas sûr, et en lancer un tout neuf coûterait une seconde à chacun. Ils ne touchent pas à la base. Le
relieur, lui, part de rien et ne connaît que pikepdf : pour cinq cents lettres, chacun tient en moins de 150 Mio.
"""

import gc
import multiprocessing
import multiprocessing.forkserver
import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from itertools import chain, islice
from tempfile import NamedTemporaryFile
from typing import IO, Any

import django
import pikepdf
from django.apps import apps
from django.utils import timezone

from reseau.lib.assemblage import attendre, fondre, fondre_fichier
from reseau.lib.lettre import Lettre, imprimer_lettres
from reseau.lib.pdf import ImpressionImpossible
from reseau.lib.processus import quitter_avec_son_parent

SEUIL = 12  # lettres : en dessous, un seul processus a plus vite fait
CAHIER = 8  # lettres mises en page ensemble : plus, l’on attendrait le dernier cahier sans rien y gagner
COMPOSITEURS_MAX = 4
INTERROMPU = "La composition des lettres s’est interrompue : relancez-la, rien n’est perdu."


def ouvrir(combien: int) -> None:
    """Sans l'attendre, fait naître le processus d'où viendront les compositeurs, si tant de lettres les demanderont bientôt."""
    if combien >= SEUIL:
        _contexte()
        multiprocessing.forkserver.ensure_running()


def composer_lettres(lettres: Iterable[tuple[Lettre, datetime]]) -> Iterator[bytes | None]:
    """Le PDF de chaque lettre datée, dans l'ordre et au fil de l'eau ; None pour celle qui ne se met pas en page.

    Lève `ImpressionImpossible` si un compositeur s'arrête en chemin.
    """
    lettres = iter(lettres)
    premieres = list(islice(lettres, SEUIL))
    if len(premieres) < SEUIL:
        yield from imprimer_lettres(premieres)
        return
    combien, attendus = _compositeurs(), deque()
    try:
        with ProcessPoolExecutor(combien, mp_context=_contexte(), initializer=_embaucher) as equipe:
            for cahier in _cahiers(chain(premieres, lettres)):
                attendus.append(equipe.submit(_composer, cahier))
                if len(attendus) > 2 * combien:  # de l'avance pour chacun, sans garder tout le lot en mémoire
                    yield from attendus.popleft().result()
            while attendus:
                yield from attendus.popleft().result()
    except BrokenProcessPool as erreur:
        raise ImpressionImpossible(INTERROMPU) from erreur


def relier(pdfs: Iterable[bytes], *, titre: str, date: datetime | None = None) -> IO[bytes]:
    """Les PDF bout à bout, balisage gardé : un fichier ouvert, que sa fermeture efface.

    Lève `ImpressionImpossible` si l'un est illisible, ou s'il n'y en a aucun.
    """
    pdfs = iter(pdfs)
    premiers = list(islice(pdfs, SEUIL))
    choix = {"titre": titre, "date": date or timezone.now()}
    try:
        if len(premiers) < SEUIL:
            return _relier_ici(premiers, choix)
        return _relier_a_part(chain(premiers, pdfs), choix)
    except (pikepdf.PdfError, ValueError, BrokenProcessPool) as erreur:
        raise ImpressionImpossible("Les lettres n’ont pas pu être assemblées.") from erreur


@cache
def preparer() -> None:
    """Une fois par processus : lire ce qui sert à toutes les lettres, et le mettre hors de portée du ramasse-miettes."""
    if not apps.ready:
        django.setup()
    blanche = dict.fromkeys(["reseau", "lieu", "objet", "appel", "politesse", "signataire_titre", "signataire_nom"], "")
    imprimer_lettres([(Lettre(intitule=(), adresse=(), paragraphes=(), **blanche), datetime(2000, 1, 1, tzinfo=UTC))])
    gc.freeze()


def _relier_ici(pdfs: Iterable[bytes], choix: Mapping[str, Any]) -> IO[bytes]:
    sortie = BytesIO()
    fondre(map(BytesIO, pdfs), sortie, **choix)
    sortie.seek(0)
    return sortie


def _relier_a_part(pdfs: Iterable[bytes], choix: Mapping[str, Any]) -> IO[bytes]:
    """Un gros lot, dans un processus qui s'ouvre pendant que les PDF se lisent."""
    ailleurs = {"mp_context": multiprocessing.get_context("spawn"), "initializer": quitter_avec_son_parent}
    with ExitStack() as ouverts, NamedTemporaryFile() as cahier, ProcessPoolExecutor(1, **ailleurs) as relieur:
        sortie = ouverts.enter_context(NamedTemporaryFile(suffix=".pdf"))
        relieur.submit(attendre)
        longueurs = [cahier.write(pdf) for pdf in pdfs]
        cahier.flush()
        relieur.submit(fondre_fichier, cahier.name, longueurs, sortie.name, **choix).result()
        ouverts.pop_all()  # qui le reçoit le ferme
        return sortie


def _embaucher() -> None:
    quitter_avec_son_parent()
    preparer()
    gc.disable()  # ses passages, au fil de la mise en page, prendraient un dixième du temps


def _composer(cahier: Sequence[tuple[Lettre, datetime]]) -> list[bytes | None]:
    """Un cahier de lettres, dans un compositeur ; ce qu'elles ont occupé se libère d'un coup."""
    pdfs = imprimer_lettres(cahier)
    gc.collect()
    return pdfs


def _cahiers(lettres: Iterable[tuple[Lettre, datetime]]) -> Iterator[list[tuple[Lettre, datetime]]]:
    lettres = iter(lettres)
    while cahier := list(islice(lettres, CAHIER)):
        yield cahier


def _compositeurs() -> int:
    return min(len(os.sched_getaffinity(0)), COMPOSITEURS_MAX)


@cache
def _contexte() -> multiprocessing.context.BaseContext:
    contexte = multiprocessing.get_context("forkserver")
    contexte.set_forkserver_preload(["reseau.lib.compositeur"])
    return contexte
