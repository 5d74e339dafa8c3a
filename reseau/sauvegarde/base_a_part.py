"""Une autre base que celle du service, jointe le temps d'un geste : la copie qu'on relève, la base d'un exercice."""

import contextlib
import os
from pathlib import Path

from django.db import DEFAULT_DB_ALIAS, Error, connections

from reseau.lib.erreurs import RegleEnfreinte

REFUS = (
    "PostgreSQL refuse de créer la base jetable : {}. Donnez à ce compte le droit d’en créer "
    "(ALTER ROLE … CREATEDB), ou jouez l’exercice sous un compte qui l’a."
)


@contextlib.contextmanager
def jointe(nom, alias="a_part", **reglages):
    """L'alias d'une base de même moteur et de mêmes accès que celle du service ; `nom` : un chemin pour SQLite."""
    du_service = connections.settings[DEFAULT_DB_ALIAS]
    connections.settings[alias] = {**du_service, "NAME": str(nom), "CONN_MAX_AGE": 0, **reglages}
    try:
        yield alias
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.settings[alias]


@contextlib.contextmanager
def jetable(dossier: Path):
    """L'alias d'une base neuve et vide, sans table ; effacée en sortant."""
    if connections[DEFAULT_DB_ALIAS].vendor == "sqlite":
        with jointe(dossier / "jetable.sqlite3", "jetable") as alias:
            yield alias
        return
    nom = f"exercice_{os.getpid()}"
    try:
        _ordonner(f"CREATE DATABASE \"{nom}\" TEMPLATE template0 ENCODING 'UTF8'")
    except Error as erreur:
        raise RegleEnfreinte(REFUS.format(str(erreur).strip())) from erreur
    try:
        with jointe(nom, "jetable") as alias:
            yield alias
    finally:
        _ordonner(f'DROP DATABASE IF EXISTS "{nom}" WITH (FORCE)')


def _ordonner(ordre):
    """Un ordre qui ne se joue dans aucune base : une connexion à « postgres », refermée aussitôt."""
    with connections[DEFAULT_DB_ALIAS]._nodb_cursor() as curseur:
        curseur.execute(ordre)
