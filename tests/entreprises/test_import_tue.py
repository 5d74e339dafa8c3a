"""Un import tué net, à n'importe quel instant : tout ou rien dans la base, et on relance.

`IMPORTS_TUES=20` en joue vingt ; la suite en joue un. Une base jetable, sur le moteur des essais.
"""

import os
import random
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest
from django.db import connection

from entreprises.models import Contact, Entreprise, Import, LotEcrit, Mot
from reseau.models import Journal
from tests.bancs.importation import fichier

pytestmark = pytest.mark.base  # la sienne, par des processus à part
RACINE = Path(__file__).parent.parent.parent
FOIS = int(os.environ.get("IMPORTS_TUES", "1"))
LIGNES = 5_000  # trois lots
PREPARER = (
    "from django.core.management import call_command\n"
    "from reseau.models import Reseau\n"
    "call_command('migrate', verbosity=0)\n"
    "call_command('charger_references', verbosity=0)\n"
    "Reseau.objects.create(slug='tue', nom='Tué', territoire='T', de_territoire='T', departement='70', prefecture='P', lieu='L')"
)
# Le départ se dit une fois Django chargé : c'est l'import que l'on tue, pas son attente.
IMPORTER = (
    "from django.core.management import call_command\n"
    "print('prêt', flush=True)\n"
    "call_command('importer_entreprises', '{}', reseau='tue', ecrire=True)"
)
MODELES = (Contact, Entreprise, LotEcrit, Import, Journal, Mot)  # dans l'ordre où ils s'effacent


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

    def importer(self, chemin):
        """Lance un import et attend qu'il commence."""
        processus = self.lancer(IMPORTER.format(chemin))
        assert processus.stdout.readline() == "prêt\n"
        return processus

    def compter(self):
        curseur = self.connexion.cursor()
        comptes = []
        for modele in MODELES:
            curseur.execute(f"SELECT count(*) FROM {modele._meta.db_table}")
            comptes += curseur.fetchone()
        return comptes

    def vider(self):
        curseur = self.connexion.cursor()
        for modele in MODELES:
            curseur.execute(f"DELETE FROM {modele._meta.db_table}")


def finir(processus):
    sortie = processus.communicate()[0]
    assert processus.returncode == 0, sortie


def joindre(nom, acces):
    connexion = psycopg2.connect(dbname=nom, **acces)
    connexion.autocommit = True
    return connexion


@contextmanager
def base_jetable(dossier):
    """L'adresse d'une base neuve, et de quoi s'y connecter."""
    if connection.vendor == "sqlite":
        yield (
            f"sqlite:///{dossier}/tue.sqlite3",
            lambda: sqlite3.connect(dossier / "tue.sqlite3", isolation_level=None, timeout=20),
        )
        return
    reglages = connection.settings_dict
    acces = {
        "host": reglages["HOST"],
        "user": reglages["USER"],
        "password": reglages["PASSWORD"],
        "port": reglages["PORT"] or None,
    }
    maitre = joindre("postgres", acces)
    nom = f"tue_{os.getpid()}"
    try:
        maitre.cursor().execute(f"CREATE DATABASE {nom}")
        # Une socket s'écrit « /dossier » après une barre, un hôte tel quel : comme dans le DATABASE_URL des scripts.
        lieu = f"/{reglages['HOST']}" if reglages["HOST"].startswith("/") else f"{reglages['HOST']}:{reglages['PORT']}"
        yield f"postgres://{reglages['USER']}:{reglages['PASSWORD']}@{lieu}/{nom}", lambda: joindre(nom, acces)
    finally:
        maitre.cursor().execute(f"DROP DATABASE IF EXISTS {nom} WITH (FORCE)")
        maitre.close()


@pytest.fixture
def base(tmp_path):
    with base_jetable(tmp_path) as (adresse, connecter):
        connexion = connecter()
        base = Base(adresse, connexion)
        finir(base.lancer(PREPARER))
        yield base
        connexion.close()


def test_import_tue_n_importe_quand_ne_laisse_rien_a_moitie(base, tmp_path):
    hasard = random.Random(70)
    chemin = tmp_path / "liste.csv"
    chemin.write_bytes(fichier(LIGNES, dirigeants=True))
    rien = base.compter()
    processus, depart = base.importer(chemin), time.monotonic()
    finir(processus)
    duree, tout = time.monotonic() - depart, base.compter()
    assert (rien, tout[:5]) == ([0] * len(MODELES), [LIGNES, LIGNES, 3, 1, 1])
    for _ in range(FOIS):
        base.vider()
        processus = base.importer(chemin)
        time.sleep(hasard.uniform(0, 1) * duree)
        processus.kill()
        processus.communicate()
        assert base.compter() in (rien, tout)
        finir(base.importer(chemin))
        assert base.compter()[:2] == tout[:2]
