"""Une base jetable sur le moteur des essais, servie par des processus à part que l'on peut tuer."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from django.db import connection

RACINE = Path(__file__).parent.parent.parent


class Base:
    """Une base à part, servie par des processus à part ; lue et vidée en SQL, sans attendre un Django de plus."""

    def __init__(self, connexion, souche):
        self.connexion, self.souche = connexion, souche

    def commencer(self, code):
        """Un processus neuf joue ce code ; on peut le tuer, puis il faut l'attendre."""
        self.souche.stdin.write(json.dumps(code) + "\n")
        self.souche.stdin.flush()
        return Geste(int(self.souche.stdout.readline()), self.souche)

    def finir(self, code):
        """Joue ce code jusqu'au bout."""
        assert self.commencer(code).attendre() == 0

    def lire(self, requete):
        curseur = self.connexion.cursor()
        curseur.execute(requete)
        return curseur.fetchall()

    def ecrire(self, requete):
        self.connexion.cursor().execute(requete)


@dataclass(frozen=True)
class Geste:
    """Un processus né de la souche."""

    pid: int
    souche: subprocess.Popen

    def tuer_apres(self, secondes):
        """Net, à cet instant ; sans effet s'il a déjà fini : la souche n'en fait naître un autre qu'une fois le statut lu."""
        time.sleep(secondes)
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.attendre()

    def attendre(self):
        return int(self.souche.stdout.readline())


def _joindre(nom, acces):
    connexion = psycopg2.connect(dbname=nom, **acces)
    connexion.autocommit = True
    # Vider une table entre deux essais n'est pas un geste du produit : ce qui garde le journal n'a rien à en dire.
    connexion.cursor().execute("SET session_replication_role = replica")
    return connexion


@contextmanager
def base_jetable(dossier, sorte=Base, *, imports, preparer):
    """Une `sorte` de `Base`, copie de la base des essais où le code `preparer` a tourné ; effacée en sortant.

    `imports` : ce que les codes joués ensuite trouvent déjà lu.
    """
    with _copie(dossier) as (adresse, connecter), _souche(adresse, imports) as souche, closing(connecter()) as connexion:
        base = sorte(connexion, souche)
        base.finir(preparer)
        yield base


@contextmanager
def _souche(adresse, imports):
    environ = os.environ | {"DATABASE_URL": adresse, "DJANGO_SETTINGS_MODULE": "reseau.config.settings_test"}
    commande = [sys.executable, "-m", "tests.lib.souche", imports]
    tubes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(commande, cwd=RACINE, env=environ, text=True, **tubes) as souche:
        yield souche


@contextmanager
def _copie(dossier):
    """L'adresse d'une copie de la base des essais, tables prêtes, et de quoi s'y connecter."""
    if connection.vendor == "sqlite":
        fichier = dossier / "tue.sqlite3"
        connection.cursor().execute("VACUUM INTO %s", [str(fichier)])
        yield f"sqlite:///{fichier}", lambda: sqlite3.connect(fichier, isolation_level=None, timeout=20)
        return
    reglages = connection.settings_dict
    acces = {
        "host": reglages["HOST"],
        "user": reglages["USER"],
        "password": reglages["PASSWORD"],
        "port": reglages["PORT"] or None,
    }
    connection.close()  # une base ne se copie que si personne ne s'en sert
    maitre = _joindre("postgres", acces)
    nom = f"tue_{os.getpid()}"
    try:
        maitre.cursor().execute(f'CREATE DATABASE {nom} TEMPLATE "{reglages["NAME"]}"')
        # Une socket s'écrit « /dossier » après une barre, un hôte tel quel : comme dans le DATABASE_URL des scripts.
        lieu = f"/{reglages['HOST']}" if reglages["HOST"].startswith("/") else f"{reglages['HOST']}:{reglages['PORT']}"
        yield f"postgres://{reglages['USER']}:{reglages['PASSWORD']}@{lieu}/{nom}", lambda: _joindre(nom, acces)
    finally:
        maitre.cursor().execute(f"DROP DATABASE IF EXISTS {nom} WITH (FORCE)")
        maitre.close()
