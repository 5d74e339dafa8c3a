"""Mettre le service des essais sur une autre base : celle d'une version livrée (`tests/bases`), ou une vide."""

import gzip
import os
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from django.conf import settings
from django.db import connections

BASES = Path(__file__).parent.parent / "bases"
SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL;"},
}


def versions() -> list[str]:
    """« v1 », « v2 »… : celles dont la base est gardée."""
    return sorted({fichier.name.partition("-")[0] for fichier in BASES.glob("v*-*.gz")})


@contextmanager
def base_de_version(nom, dossier, moteur=None):
    """« v1-pleine », ou None pour une base sans table ; `moteur` : « sqlite » pour en changer, sinon celui des essais."""
    if moteur == "sqlite" or "sqlite" in settings.DATABASES["default"]["ENGINE"]:
        fichier = dossier / f"{nom or 'vide'}-{len(list(dossier.iterdir()))}.sqlite3"
        fichier.write_bytes(gzip.decompress((BASES / f"{nom}.sqlite3.gz").read_bytes()) if nom else b"")
        with servie(SQLITE | {"NAME": str(fichier)}):
            yield
        return
    with _postgresql(nom) as cree, servie({"NAME": cree}):
        yield


@contextmanager
def servie(reglages):
    """La connexion par défaut mène là ; ce qu'elle était revient ensuite."""
    avant, connexion = connections.settings["default"], connections["default"]
    connections.settings["default"] = {**avant, **reglages}
    del connections["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"], connections["default"] = avant, connexion


@contextmanager
def _postgresql(nom):
    acces = connections["default"].get_connection_params()
    maitre = _joindre(acces | {"dbname": "postgres"})
    cree = f"version_{os.getpid()}_{id(maitre) % 10_000}"
    maitre.cursor().execute(f"CREATE DATABASE {cree} TEMPLATE template0 ENCODING 'UTF8'")
    try:
        if nom:
            base = _joindre(acces | {"dbname": cree})
            base.cursor().execute(gzip.decompress((BASES / f"{nom}.sql.gz").read_bytes()).decode())
            base.close()
        yield cree
    finally:
        maitre.cursor().execute(f"DROP DATABASE IF EXISTS {cree} WITH (FORCE)")
        maitre.close()


def _joindre(acces):
    connexion = psycopg2.connect(**{mot: valeur for mot, valeur in acces.items() if mot not in ("cursor_factory", "options")})
    connexion.autocommit = True
    return connexion
