"""D3 et E6 : une migration tuée reprend et finit au même schéma ; toutes sont écrites, réversibles ou le disent, et brèves."""

import os
import random
import signal
import time
from collections import Counter
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations import RunPython

from reseau.models import Membre
from reseau.sauvegarde.empreintes import ecarts, empreintes, migrations_du_code
from tests.fiabilite.verification import verification
from tests.lib.base_de_version import base_a_jour, base_de_version
from tests.lib.recopie import recopier

pytestmark = pytest.mark.base
VERROU_MAX = 5.0  # secondes : le plus qu'une migration retienne une table qui sert
ORDRES = 90  # d'une migration à l'autre, de un à cent cinquante
SIENNES = ("reseau", "entreprises", "visites", "suivi")
SCHEMA = {
    "sqlite": "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%%' ORDER BY 1, 2",
    "postgresql": """
        SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
            WHERE table_schema = 'public'
        UNION ALL SELECT tablename, indexname, indexdef, '', '' FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', '' FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), '', '' FROM pg_trigger WHERE NOT tgisinternal
        ORDER BY 1, 2, 3""",
}


def sans_transaction(monkeypatch):
    """Chaque ordre d'une migration se valide seul."""
    monkeypatch.setattr("django.db.migrations.migration.Migration.atomic", False)
    # SQLite : le schéma se change alors hors de toute transaction.
    monkeypatch.setattr("django.db.backends.sqlite3.schema.DatabaseSchemaEditor.atomic_migration", False, raising=False)


def schema():
    with connection.cursor() as curseur:
        curseur.execute(SCHEMA[connection.vendor])
        return curseur.fetchall()


@verification("D3", "tout migrer depuis rien, tué en route, repris jusqu’au bout", casser=sans_transaction)
def test_migration_tuee_reprend_depuis_rien(bilan, tmp_path, django_db_blocker):
    with django_db_blocker.unblock(), base_de_version(None, tmp_path):
        repris = _migrer_en_tuant(bilan, bilan.taille(5, 6))
        trouve = schema() if repris else []
    if repris:
        with django_db_blocker.unblock(), base_de_version(None, tmp_path):
            call_command("migrate", verbosity=0)
            bilan.noter(schema() == trouve, "le schéma n’est pas celui d’une base neuve")


@verification("D3", "mettre à jour la première version, tué dans chaque migration : rien de perdu", casser=sans_transaction)
def test_mise_a_jour_tuee_ne_perd_rien(bilan, tmp_path, django_db_blocker):
    """Toutes celles qui ont suivi la première version, chacune entre deux de ses ordres ; une sur cinq, en abrégé."""
    hasard = random.Random(7)
    with django_db_blocker.unblock(), base_de_version("v1-pleine", tmp_path):
        _revenir_en_arriere()
        ordres = _migrer_en_comptant()
        voulu, attendues = schema(), empreintes()
    with django_db_blocker.unblock(), base_de_version("v1-pleine", tmp_path):
        _revenir_en_arriere()
        for migration, combien in list(ordres.items())[:: 1 if bilan.casse else bilan.taille(5, 1)]:
            statut = _migrer_a_part(mourir_apres=hasard.randint(1, combien), dans=migration)
            bilan.noter(statut == signal.SIGKILL, f"{migration} : la mise à jour s’arrête avant, ou n’y meurt pas")
        if _finir_de_migrer(bilan):
            bilan.noter(schema() == voulu, "le schéma n’est pas celui de la mise à jour tranquille")
            bilan.noter(ecarts(_de_metier(attendues), _de_metier(empreintes())) == [], "des lignes ont changé")


def _revenir_en_arriere():
    """S'il n'y a rien à migrer depuis la première version, on défait les dernières migrations : il y aura à refaire."""
    if not MigrationExecutor(connection).migration_plan(MigrationLoader(connection).graph.leaf_nodes()):
        call_command("migrate", "reseau", "0005_boite_d_envoi", verbosity=0)


def _de_metier(relevees):
    return {table: dite for table, dite in relevees.items() if table.partition("_")[0] in SIENNES}


def _migrer_en_tuant(bilan, combien):
    """Tue la mise à jour `combien` fois, puis la laisse finir ; rend False si elle ne le peut plus."""
    hasard = random.Random(7)
    tues = 0
    while tues < combien and _reste():
        _migrer_a_part(mourir_apres=hasard.randint(1, ORDRES))
        tues += 1
    bilan.noter_lot(tues, [])
    return _finir_de_migrer(bilan)


def _finir_de_migrer(bilan):
    fini = _migrer_a_part(mourir_apres=0) == 0
    bilan.noter(fini, "la reprise échoue")
    return fini


def _migrer_a_part(mourir_apres, dans=None):
    """Un processus migre ; il est tué net entre deux ordres SQL, après le énième (0 : jamais) : de tous, ou de la migration
    `dans`. Rend son statut.
    """
    connections.close_all()
    enfant = os.fork()
    if not enfant:
        _finir(lambda: _migrer(mourir_apres, dans))
    return os.waitpid(enfant, 0)[1]


def _migrer(mourir_apres, dans):
    compter = Ordres(mourir_apres, dans)
    with compter.suivre():
        call_command("migrate", verbosity=0, interactive=False)


def _migrer_en_comptant():
    """Migre ici même ; rend {« suivi.0007_… » : combien d'ordres SQL}, dans l'ordre où elles se jouent."""
    ordres = Ordres()
    with ordres.suivre():
        call_command("migrate", verbosity=0)
    return {migration: combien for migration, combien in ordres.comptes.items() if migration}


class Ordres:
    """Les ordres SQL de chaque migration, comptés ; au énième de celle que l'on vise (ou de toutes), le processus meurt."""

    def __init__(self, mourir_apres=0, dans=None):
        self.restants, self.dans, self.en_cours, self.comptes = mourir_apres, dans, None, Counter()

    @contextmanager
    def suivre(self):
        appliquer = Migration.apply

        def appliquer_en_le_sachant(migration, *arguments, **mots):
            self.en_cours = str(migration)
            return appliquer(migration, *arguments, **mots)

        with pytest.MonkeyPatch.context() as monkeypatch, connection.execute_wrapper(self._compter):
            monkeypatch.setattr(Migration, "apply", appliquer_en_le_sachant)
            yield

    def _compter(self, executer, sql, *reste):
        resultat = executer(sql, *reste)
        if not sql.startswith(("SELECT", "PRAGMA")) and self.dans in (None, self.en_cours):
            self.comptes[self.en_cours] += 1
            self.restants -= 1
            if self.restants == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return resultat


def _finir(geste):
    """Dans l'enfant : joue le geste et s'arrête là, sans rien dérouler de pytest."""
    statut = 1
    try:
        geste()
        statut = 0
    finally:
        os._exit(statut)


def _reste():
    chargeur = MigrationLoader(connection)
    return bool({*chargeur.graph.nodes} - {*chargeur.applied_migrations})


def une_migration_oubliee(monkeypatch):
    """Un modèle a changé sans sa migration."""
    monkeypatch.setitem(Membre._meta.original_attrs, "verbose_name", "Adhérent")


@verification("E6", "aucune migration ne manque ni n’attend ; chacune se défait ou dit pourquoi", casser=une_migration_oubliee)
def test_migrations_sont_toutes_ecrites(bilan, tmp_path, django_db_blocker):
    with django_db_blocker.unblock(), base_a_jour("v1-vide", tmp_path):
        bilan.noter(_rien_a_ecrire(), "un modèle a changé sans migration")
        bilan.noter(not _reste(), "des migrations attendent encore")
        chargeur = MigrationLoader(connection)
        for (application, nom), migration in chargeur.graph.nodes.items():
            if application in SIENNES:
                irreversibles = [o for o in migration.operations if not o.reversible]
                bilan.noter(
                    not irreversibles or migration.__doc__, f"{application}.{nom} ne se défait pas et ne dit pas pourquoi"
                )
    bilan.noter(len(migrations_du_code()) > 20, "trop peu de migrations")


def _rien_a_ecrire():
    try:
        call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)
    except SystemExit:
        return False
    return True


def une_migration_lente(monkeypatch):
    """La dernière migration écrit dans une table qui sert, puis calcule six secondes avant de la rendre."""

    def tarder(registre, editeur):
        editeur.execute("UPDATE reseau_membre SET version = version")
        fin = time.process_time() + VERROU_MAX + 1
        while time.process_time() < fin:
            pass

    chargeur = MigrationLoader(None)
    derniere = type(chargeur.graph.nodes[chargeur.graph.leaf_nodes("reseau")[0]])
    monkeypatch.setattr(derniere, "operations", [*derniere.operations, RunPython(tarder, RunPython.noop)])


@verification(
    "E6",
    "mise à jour de la première version, dix fois plus grosse : chaque migration tient ses verrous peu de temps",
    casser=une_migration_lente,
)
def test_migrations_sont_breves(bilan, tmp_path, django_db_blocker):
    with django_db_blocker.unblock(), base_de_version("v1-pleine", tmp_path):
        _revenir_en_arriere()
        bilan.mesurer("lignes", recopier(bilan.taille(2, 10)))
        durees, en_base = {}, [0.0]

        def chronometrer(executer, *arguments):
            debut = time.monotonic()
            try:
                return executer(*arguments)
            finally:
                en_base[0] += time.monotonic() - debut

        def noter(action, migration=None, fake=False):
            # Le travail, pas l'attente d'un processeur que d'autres occupent : le nôtre, et celui d'un serveur à part.
            travail = time.process_time() + (en_base[0] if connection.vendor == "postgresql" else 0)
            if action == "apply_start":
                durees[str(migration)] = -travail
            elif action == "apply_success":
                durees[str(migration)] += travail

        executeur = MigrationExecutor(connection, noter)
        with connection.execute_wrapper(chronometrer):
            executeur.migrate(executeur.loader.graph.leaf_nodes())
    longue = max(durees, key=durees.get)
    bilan.mesurer("la plus longue", f"{longue}, {durees[longue]:.1f} s")
    for nom, duree in durees.items():
        bilan.noter(duree <= VERROU_MAX, f"{nom} : {duree:.1f} s")
