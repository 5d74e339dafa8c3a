"""Deux bases côte à côte, une petite et une grande : le temps médian de chaque geste, tours alternés, et ses requêtes SQL."""

import hashlib
import json
import os
import statistics
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

RACINE = Path(__file__).resolve().parent.parent.parent
PETIT = 1_000
LENTE = 3  # ms : au-delà, une requête figure au détail


@contextmanager
def serveur(adresse, nombre):
    """Un processus de mesure sur cette base ; rend ses gestes, et une fonction geste → (ms, requêtes, leurs ms)."""
    code = f"from tests.bancs.pages import servir; servir({nombre})"
    processus = subprocess.Popen(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"DATABASE_URL": adresse},
        cwd=RACINE,
    )
    gestes = json.loads(processus.stdout.readline())

    def jouer(geste):
        processus.stdin.write(geste + "\n")
        processus.stdin.flush()
        return json.loads(processus.stdout.readline())

    try:
        yield gestes, jouer
    finally:
        processus.stdin.close()
        processus.wait()


def comparer(moteur, petite, grande, options):
    """Imprime une ligne par geste : médianes en ms, rapport, nombre de requêtes, et si ce sont partout les mêmes."""
    with serveur(petite, PETIT) as (gestes, petit), serveur(grande, options.fiches) as (_, grand):
        for geste in gestes:
            if options.geste_nomme and options.geste_nomme not in geste:
                continue
            tours = [(petit(geste), grand(geste)) for _ in range(options.tours + 1)][1:]  # le premier réchauffe
            medianes = [statistics.median(tour[rang][0] for tour in tours) for rang in (0, 1)]
            textes = [mesure[1] for tour in tours for mesure in tour]
            memes = "mêmes" if all(texte == textes[0] for texte in textes) else "AUTRES"
            print(
                f"{moteur:11} {geste:26} {medianes[0]:8.1f} {medianes[1]:8.1f} {medianes[1] / medianes[0]:6.2f}  "
                f"{len(textes[0]):2} {memes} {hashlib.sha256(''.join(textes[0]).encode()).hexdigest()[:8]}",
                flush=True,
            )
            if options.detail:
                detailler(tours)


def detailler(tours):
    """Les requêtes lentes de la grande base, à côté de leur durée dans la petite."""
    petites, grandes = ([tour[rang][2] for tour in tours] for rang in (0, 1))
    for rang, texte in enumerate(tours[0][1][1]):
        durees = [
            statistics.median([tour[rang] for tour in mesures if rang < len(tour)] or [0]) for mesures in (petites, grandes)
        ]
        if durees[1] > LENTE:
            print(f"      {durees[0]:6.1f} {durees[1]:6.1f}  {texte[:3000]}")
