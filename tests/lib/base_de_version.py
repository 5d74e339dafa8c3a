"""Mettre le service des essais sur une autre base : celle d'une version livrée (`tests/bases`), ou une vide."""

import gzip
import os
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

BASES = Path(__file__).parent.parent / "bases"
SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL;"},
}


def versions() -> list[str]:
    """« v1 », « v2 »… : celles dont la base est gardée."""
    return sorted({fichier.name.partition("-")[0] for fichier in BASES.glob("v*-*.gz")})


MODELES = ExitStack()  # les bases PostgreSQL que `base_a_jour` copie ; la fin de la session les efface


@contextmanager
def base_de_version(nom, dossier, moteur=None):
    """« v1-pleine », ou None pour une base sans table ; `moteur` : « sqlite » pour en changer, sinon celui des essais."""
    if _sur_sqlite(moteur):
        octets = gzip.decompress((BASES / f"{nom}.sqlite3.gz").read_bytes()) if nom else b""
        with _sqlite(octets, dossier):
            yield
        return
    with _postgresql(nom) as cree, servie({"NAME": cree}):
        yield


@contextmanager
def base_a_jour(nom, dossier, moteur=None):
    """De même, les migrations d'aujourd'hui jouées : une fois par processus d'essais, puis copiées."""
    if _sur_sqlite(moteur):
        with _sqlite(_migree(nom), dossier):
            yield
        return
    with _postgresql(modele=_modele(nom)) as cree, servie({"NAME": cree}):
        yield


def _sur_sqlite(moteur):
    return moteur == "sqlite" or "sqlite" in settings.DATABASES["default"]["ENGINE"]


@contextmanager
def _sqlite(octets, dossier):
    fichier = dossier / f"base-{len(list(dossier.iterdir()))}.sqlite3"
    fichier.write_bytes(octets)
    with servie(SQLITE | {"NAME": str(fichier)}):
        yield


@cache
def _migree(nom):
    """Cette version mise à jour sur SQLite, en octets."""
    with TemporaryDirectory() as dossier, base_de_version(nom, Path(dossier), "sqlite"):
        call_command("migrate", verbosity=0)
        return connection.connection.serialize()


@cache
def _modele(nom):
    """Le nom de la base PostgreSQL de cette version mise à jour, à laquelle personne n'est connecté."""
    cree = MODELES.enter_context(_postgresql(nom))
    with servie({"NAME": cree}):
        call_command("migrate", verbosity=0)
    return cree


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
def _postgresql(nom=None, modele="template0"):
    acces = connections["default"].get_connection_params()
    maitre = _joindre(acces | {"dbname": "postgres"})
    cree = f"version_{os.getpid()}_{id(maitre) % 10_000}"
    maitre.cursor().execute(f"CREATE DATABASE {cree} TEMPLATE {modele} ENCODING 'UTF8'")
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
