"""Ce qu'occupe un processus, lu dans /proc, en Mio ; zéro s'il n'est plus."""

import os
import re
import threading
from contextlib import contextmanager
from pathlib import Path

CADENCE = 0.1  # seconde entre deux relevés
PAGE = os.sysconf("SC_PAGESIZE")


def enfants(pid):
    """Les processus nés de celui-ci."""
    try:
        return [int(enfant) for enfant in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def descendants(pid):
    """Les processus nés de celui-ci, et d'eux."""
    return [autre for enfant in enfants(pid) for autre in (enfant, *descendants(enfant))]


def memoire(pid):
    """La mémoire résidente, pages partagées comprises."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 2**20
    except (OSError, IndexError):
        return 0.0


def part(pid):
    """La mémoire résidente, chaque page partagée comptée une fois pour tous ceux qui la partagent."""
    try:
        return int(re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)[1]) / 2**10
    except (OSError, TypeError):
        return 0.0


def ensemble(pid):
    """Ce qu'occupent ce processus et tous ceux qui en sont nés."""
    return sum(map(part, (pid, *descendants(pid))))


@contextmanager
def pic(mesure):
    """Rend une liste d'un nombre, le plus haut que `mesure()` ait rendu le temps du bloc."""
    plus_haut, fini = [mesure()], threading.Event()

    def relever():
        while not fini.wait(CADENCE):
            plus_haut[0] = max(plus_haut[0], mesure())

    temoin = threading.Thread(target=relever)
    temoin.start()
    try:
        yield plus_haut
    finally:
        fini.set()
        temoin.join()


def plus_haut(pid):
    """Le plus qu'ait occupé ce processus depuis qu'il a commencé son programme."""
    try:
        return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 2**10
    except (OSError, TypeError):
        return 0.0


def processeur(pid):
    """Les secondes de processeur de ce processus et de ceux qui en sont nés : la machine, occupée ailleurs, n’y change rien."""
    return sum(map(_temps, (pid, *descendants(pid))))


def _temps(pid):
    try:
        champs = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(champs[11]) + int(champs[12])) / os.sysconf("SC_CLK_TCK")
