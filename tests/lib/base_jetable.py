"""Une base jetable sur le moteur des essais, servie par des processus à part que l'on peut tuer."""

import os
import sqlite3
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from django.db import connection

RACINE = Path(__file__).parent.parent.parent


class Base:
    """Une base à part, servie par des processus à part ; lue et vidée en SQL, sans attendre un Django de plus."""

    def __init__(self, adresse, connexion):
        self.environ = os.environ | {"DATABASE_URL": adresse, "DJANGO_SETTINGS_MODULE": "reseau.config.settings_test"}
        self.connexion = connexion

    def lancer(self, code):
        commande = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
        return subprocess.Popen(
            commande, cwd=RACINE, env=self.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def commencer(self, code):
        """Lance ce code et attend qu'il dise « prêt » : c'est le geste que l'on tuera, pas l'attente de Django."""
        processus = self.lancer(code)
        assert processus.stdout.readline() == "prêt\n"
        return processus

    def lire(self, requete):
        curseur = self.connexion.cursor()
        curseur.execute(requete)
        return curseur.fetchall()

    def ecrire(self, requete):
        self.connexion.cursor().execute(requete)


def finir(processus):
    sortie = processus.communicate()[0]
    assert processus.returncode == 0, sortie


def _joindre(nom, acces):
    connexion = psycopg2.connect(dbname=nom, **acces)
    connexion.autocommit = True
    # Vider une table entre deux essais n'est pas un geste du produit : ce qui garde le journal n'a rien à en dire.
    connexion.cursor().execute("SET session_replication_role = replica")
    return connexion


@contextmanager
def base_jetable(dossier, sorte=Base, *, preparer):
    """Une `sorte` de `Base`, copie de la base des essais où le code `preparer` a tourné ; effacée en sortant."""
    with _copie(dossier) as (adresse, connecter):
        connexion = connecter()
        try:
            base = sorte(adresse, connexion)
            finir(base.lancer(preparer))
            yield base
        finally:
            connexion.close()


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
