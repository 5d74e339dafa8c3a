"""Un import tué net, à n'importe quel instant : tout ou rien dans la base, et on relance.

`IMPORTS_TUES=20` en joue vingt ; la suite en joue trois. Une base jetable, sur le moteur des essais.
"""

import json
import os
import random
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest
from django.db import connection

from tests.bancs.importation import fichier

RACINE = Path(__file__).parent.parent.parent
FOIS = int(os.environ.get("IMPORTS_TUES", "3"))
LIGNES = 5_000  # trois lots
RESEAU = (
    "from reseau.models import Reseau\n"
    "Reseau.objects.create(slug='tue', nom='Tué', territoire='T', de_territoire='T', departement='70', prefecture='P', lieu='L')"
)
COMPTER = (
    "import json\n"
    "from entreprises.models import *\n"
    "from reseau.models import Journal\n"
    "print(json.dumps([m.objects.count() for m in (Entreprise, Contact, Import, LotEcrit, Journal)]))"
)
VIDER = (
    "from entreprises.models import *\n"
    "from reseau.models import Journal\n"
    "for m in (Contact, Entreprise, Import, Journal): m.objects.all().delete()"
)
RIEN, TOUT = [0, 0, 0, 0, 0], [LIGNES, LIGNES, 1, 3, 1]


class Base:
    """Une base à part, servie par des processus à part."""

    def __init__(self, adresse):
        self.environ = os.environ | {"DATABASE_URL": adresse, "DJANGO_SETTINGS_MODULE": "reseau.config.settings_test"}

    def lancer(self, *arguments):
        commande = [sys.executable, "manage.py", *arguments]
        return subprocess.Popen(commande, cwd=RACINE, env=self.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def jouer(self, *arguments):
        processus = self.lancer(*arguments)
        sortie = processus.communicate()[0].decode()
        assert processus.returncode == 0, sortie
        return sortie

    def compter(self):
        return json.loads(self.jouer("shell", "--no-imports", "-c", COMPTER).splitlines()[-1])


@contextmanager
def base_jetable(dossier):
    if connection.vendor == "sqlite":
        yield f"sqlite:///{dossier}/tue.sqlite3"
        return
    reglages = connection.settings_dict
    acces = {
        "host": reglages["HOST"],
        "user": reglages["USER"],
        "password": reglages["PASSWORD"],
        "port": reglages["PORT"] or None,
    }
    maitre = psycopg2.connect(dbname="postgres", **acces)
    maitre.autocommit = True
    nom = f"tue_{os.getpid()}"
    try:
        maitre.cursor().execute(f"CREATE DATABASE {nom}")
        # Une socket s'écrit « /dossier » après une barre, un hôte tel quel : comme dans le DATABASE_URL des scripts.
        lieu = f"/{reglages['HOST']}" if reglages["HOST"].startswith("/") else f"{reglages['HOST']}:{reglages['PORT']}"
        yield f"postgres://{reglages['USER']}:{reglages['PASSWORD']}@{lieu}/{nom}"
    finally:
        maitre.cursor().execute(f"DROP DATABASE IF EXISTS {nom} WITH (FORCE)")
        maitre.close()


@pytest.fixture
def base(tmp_path):
    with base_jetable(tmp_path) as adresse:
        base = Base(adresse)
        base.jouer("migrate", "--verbosity=0")
        base.jouer("charger_references", "--verbosity=0")
        base.jouer("shell", "--no-imports", "-c", RESEAU)
        yield base


def test_import_tue_n_importe_quand_ne_laisse_rien_a_moitie(base, tmp_path):
    hasard = random.Random(70)
    chemin = tmp_path / "liste.csv"
    chemin.write_bytes(fichier(LIGNES, dirigeants=True))
    commande = ("importer_entreprises", str(chemin), "--reseau", "tue", "--ecrire")
    depart = time.monotonic()
    base.jouer(*commande)
    duree = time.monotonic() - depart
    assert base.compter() == TOUT
    for _ in range(FOIS):
        base.jouer("shell", "--no-imports", "-c", VIDER)
        processus = base.lancer(*commande)
        time.sleep(hasard.uniform(0.15, 1) * duree)
        processus.kill()
        processus.communicate()
        etat = base.compter()
        assert etat in (RIEN, TOUT)
        base.jouer(*commande)
        assert base.compter()[:2] == TOUT[:2]
