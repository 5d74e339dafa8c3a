"""L'import et l'insertion brute, un processus et une base chacun, se relaient lot par lot : ils courent sous la même charge."""

import json
import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

RACINE = Path(__file__).resolve().parent.parent.parent


def peser(moteur, base_brute, base_importee, nombre):
    """Imprime les deux durées, leur rapport, et la mémoire de l'import, du fichier lu à la fin."""
    with ExitStack() as pile:
        coureurs = [
            pile.enter_context(coureur(geste, adresse, nombre))
            for geste, adresse in (("brut", base_brute), ("import", base_importee))
        ]
        brut, importe = courir(coureurs)
    print(
        f"{moteur:11} {nombre:8} {brut['secondes']:9.1f} {importe['secondes']:10.1f} "
        f"{brut['secondes'] / importe['secondes']:6.2f}  {importe['avant']} → {importe['apres']}",
        flush=True,
    )


@contextmanager
def coureur(geste, adresse, nombre):
    """Un processus prêt à courir ; voir `importation.principal`."""
    code = f"from tests.bancs.importation import principal; principal('{geste}', {nombre})"
    processus = subprocess.Popen(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"DATABASE_URL": adresse},
        cwd=RACINE,
    )
    try:
        assert processus.stdout.readline() == "prêt\n"
        yield processus
    finally:
        processus.stdin.close()
        processus.wait()


def courir(coureurs):
    """Passe le relais de l'un à l'autre, un lot chacun, jusqu'à leurs bilans."""
    bilans = {}
    while len(bilans) < len(coureurs):
        for processus in coureurs:
            if processus not in bilans:
                processus.stdin.write("\n")
                processus.stdin.flush()
                if (ligne := processus.stdout.readline()) != "lot\n":
                    bilans[processus] = json.loads(ligne)
    return [bilans[processus] for processus in coureurs]
