"""Plusieurs gestes au même instant, sur de vraies transactions : un fil et une connexion chacun."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

from django.db import connection, connections

from reseau.lib.erreurs import RegleEnfreinte

DELAI = 20  # secondes : celui de l'attente d'un verrou


@contextmanager
def sur_disque(dossier):
    """Sur SQLite, un vrai fichier : la base des essais est en mémoire, où ni WAL ni l'attente d'un verrou n'existent."""
    if connection.vendor != "sqlite":
        yield
        return
    reglages, en_memoire = connections.settings["default"], connections["default"]
    nom, fichier = reglages["NAME"], str(dossier / "base.sqlite3")
    en_memoire.cursor().execute("VACUUM INTO %s", [fichier])
    reglages["NAME"] = fichier
    del connections["default"]
    yield
    connections["default"].close()
    reglages["NAME"], connections["default"] = nom, en_memoire


def ensemble(*gestes):
    """Joue les gestes au même instant ; rend, dans l'ordre, ce que chacun rend, ou l'exception qu'il lève."""
    depart = Barrier(len(gestes), timeout=DELAI)

    def jouer(geste):
        try:
            connection.ensure_connection()  # ouvrir la connexion décalerait le départ
            depart.wait()
            return geste()
        except Exception as erreur:
            return erreur
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(gestes)) as fils:
        return list(fils.map(jouer, gestes))


def refus(resultats):
    """Les messages des règles enfreintes ; toute autre exception est un échec."""
    inattendues = [r for r in resultats if isinstance(r, Exception) and not isinstance(r, RegleEnfreinte)]
    assert inattendues == []
    return [str(r) for r in resultats if isinstance(r, RegleEnfreinte)]
