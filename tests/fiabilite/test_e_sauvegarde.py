"""E1 à E3 : une sauvegarde se remet à l'identique, se fait juste sous écriture, et suffit à elle seule."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.utils.timezone import now

from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Reseau
from reseau.sauvegarde import copies
from reseau.sauvegarde.empreintes import ecarts, empreintes
from tests.factories import EtiquetteFactory
from tests.fiabilite import pages
from tests.fiabilite.verification import verification
from tests.lib.base_de_version import base_a_jour, base_de_version

pytestmark = pytest.mark.base
MINUTES = 15
# Deux cents fiches dans deux tables, toutes portées au même nombre par une transaction : une copie qui en mêle deux se voit.
ECRIRE = """
import sqlite3, sys
base = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
base.execute("PRAGMA journal_mode=WAL")
base.execute("PRAGMA wal_autocheckpoint=5000")
for table in "ab":
    base.execute(f"CREATE TABLE temoin_{table} (k INTEGER, corps TEXT)")
    base.executemany(f"INSERT INTO temoin_{table} VALUES (0, ?)", [("x" * 2000,)] * 200)
print("prêt", flush=True)
for k in range(1, 1_000_000):
    base.execute("BEGIN IMMEDIATE")
    for table in "ab":
        base.execute(f"UPDATE temoin_{table} SET k = ?, corps = corps", (k,))
    base.execute("COMMIT")
"""


@pytest.fixture
def service(tmp_path, django_db_blocker):
    """La base de la première version, mise à jour : c'est celle que l'on sauvegarde."""
    with django_db_blocker.unblock(), base_a_jour("v1-pleine", tmp_path):
        yield


@pytest.fixture
def vierge(tmp_path):
    """Rend de quoi passer à une base neuve et sans table, comme sur une machine nue."""

    def passer():
        return base_de_version(None, tmp_path)

    return passer


def sans_sceau(monkeypatch):
    """Plus personne ne vérifie l'archive avant de s'en servir."""
    monkeypatch.setattr("reseau.sauvegarde.archive._verifier_le_sceau", lambda fichier: fichier.seek(0))
    monkeypatch.setattr("reseau.sauvegarde.archive._verifier_les_membres", lambda *_: None)


def une_table_oubliee(monkeypatch):
    """pg_dump ne prend pas les membres."""
    jouer = copies.moteurs._jouer

    def en_oublier(nom, connexion, *options):
        jouer(nom, connexion, *options, "--exclude-table-data=suivi_mouvementdaction")

    monkeypatch.setattr(copies.moteurs, "_jouer", en_oublier)


def par_cp(monkeypatch):
    """La copie naïve : celle du fichier."""
    monkeypatch.setattr(
        copies.moteurs, "_copier_sqlite", lambda connexion, cible, _: shutil.copy(connexion.settings_dict["NAME"], cible)
    )
    monkeypatch.setattr(copies.moteurs, "_verifier_sqlite", lambda connexion: None)


def sans_transaction(monkeypatch):
    """Une remise qui commence par tout effacer, puis s'arrête là."""

    def effacer(source, alias="default", *, avancer):
        with connections[alias].cursor() as curseur:
            curseur.execute("DROP TABLE suivi_mouvementdaction" + (" CASCADE" if connection.vendor == "postgresql" else ""))

    monkeypatch.setattr(copies.moteurs, "remettre", effacer)


@verification(
    "E1", "chaque table remise, empreinte à empreinte, et une écriture de plus", casser=une_table_oubliee, moteurs=("postgresql",)
)
def test_sauvegarde_se_remet_table_a_table(bilan, service, vierge, tmp_path):
    avant = empreintes()
    archive = copies.sauvegarder(tmp_path / "s", maintenant=now()).archive
    with vierge():
        try:
            copies.restaurer(archive)
        except RegleEnfreinte as erreur:
            bilan.noter(False, str(erreur))
        bilan.noter_lot(len(avant), ecarts(avant, empreintes()))
        champs = {"nom": "N", "territoire": "T", "de_territoire": "T", "departement": "70", "prefecture": "P", "lieu": "L"}
        bilan.noter(Reseau.objects.create(slug="neuf", **champs).pk, "aucune fiche ne s’ajoute")


@verification("E1", "archive tronquée ou d’un bit altérée : refusée, rien d’écrit", casser=sans_sceau)
def test_archive_abimee_est_refusee_avant_d_ecrire(bilan, service, tmp_path):
    hasard = random.Random(7)
    archive = copies.sauvegarder(tmp_path / "s", maintenant=now()).archive
    saine = archive.read_bytes()
    combien = bilan.taille(8, 60)
    abimees = [_un_bit(saine, hasard.randrange(len(saine) * 8)) for _ in range(combien)]
    abimees += [saine[: hasard.randrange(len(saine))] for _ in range(combien)]
    avant = empreintes()
    for rang, octets in enumerate(abimees):
        archive.write_bytes(octets)
        bilan.noter(_refusee(archive), f"archive {rang} admise")
    if not bilan.casse:
        bilan.noter(ecarts(avant, empreintes()) == [], "la base a changé")


def _un_bit(octets, rang):
    abimes = bytearray(octets)
    abimes[rang // 8] ^= 1 << rang % 8
    return bytes(abimes)


def _refusee(archive):
    """Vrai si l'archive est refusée avant toute écriture, en français."""
    try:
        with copies.archive.ouvrir(archive):
            return False
    except RegleEnfreinte as refus:
        return "altérée" in str(refus)
    except Exception:
        return False


@verification("E2", "copies prises pendant qu’un autre écrit sans arrêt", casser=par_cp, moteurs=("sqlite",))
def test_copie_sous_ecriture_est_juste(bilan, tmp_path, django_db_blocker):
    with django_db_blocker.unblock(), base_de_version("v1-vide", tmp_path):
        fichier = connection.settings_dict["NAME"]
        connection.close()
        with subprocess.Popen([sys.executable, "-c", ECRIRE, fichier], stdout=subprocess.PIPE) as autre:
            try:
                assert autre.stdout.readline()
                for rang in range(10 if bilan.casse else bilan.taille(3, 20)):
                    bilan.noter(*_copie_juste(fichier, tmp_path / f"copie-{rang}.sqlite3"))
            finally:
                autre.kill()


def _copie_juste(fichier, cible):
    """(juste ?, pourquoi) : intacte, d'un seul instant, et rien de validé avant elle n'y manque."""
    lecteur = sqlite3.connect(fichier)
    valide = lecteur.execute("SELECT max(k) FROM temoin_a").fetchone()[0]
    lecteur.close()
    connections["default"].ensure_connection()
    try:
        with copies.moteurs.copier(cible, avancer=lambda *_: None) as alias, connections[alias].cursor() as curseur:
            curseur.execute("PRAGMA integrity_check")
            etat = curseur.fetchone()[0]
            curseur.execute("SELECT DISTINCT k FROM (SELECT k FROM temoin_a UNION ALL SELECT k FROM temoin_b)")
            lus = [k for (k,) in curseur.fetchall()]
    except Exception as erreur:
        return False, f"copie illisible : {erreur}"
    return etat == "ok" and len(lus) == 1 and lus[0] >= valide, f"{etat}, lus {lus[:3]}, validé {valide}"


@verification(
    "E3", "une archive, une machine nue : tout revient, les pages s’ouvrent, en quinze minutes au plus", casser=sans_sceau
)
def test_une_archive_suffit(bilan, service, vierge, tmp_path):
    debut, avant = time.monotonic(), empreintes()
    archive = copies.sauvegarder(tmp_path / "s", maintenant=now()).archive
    with vierge():
        copies.restaurer(archive)
        call_command("migrate", verbosity=0)
        connection.check_constraints()
        bilan.noter_lot(len(avant), ecarts(avant, empreintes()))
        pages.ouvrir(bilan)
        bilan.noter(_refus_si_pleine(archive), "une base pleine a été écrasée sans --remplacer")
        archive.write_bytes(_un_bit(archive.read_bytes(), 4001))
        bilan.noter(_refusee(archive), "une archive altérée est admise")
    bilan.noter(time.monotonic() - debut < MINUTES * 60, "plus de quinze minutes")


def _refus_si_pleine(archive):
    try:
        copies.restaurer(archive)
    except RegleEnfreinte as refus:
        return "--remplacer" in str(refus)
    return False


@verification(
    "E3", "restauration tuée n’importe quand : l’ancienne base ou la nouvelle, jamais un mélange", casser=sans_transaction
)
def test_restauration_tuee_ne_melange_rien(bilan, service, tmp_path):
    hasard = random.Random(7)
    archive = copies.sauvegarder(tmp_path / "s", maintenant=now()).archive
    neuve, ancienne = empreintes(), _changer()
    for _ in range(4 if bilan.casse else bilan.taille(2, 8)):
        _restaurer_et_tuer(archive, hasard.uniform(0.3, 4))
        try:
            trouvee = empreintes()
        except Exception as erreur:
            bilan.noter(False, f"la base ne se lit plus : {erreur}")
            break
        bilan.noter([] in (ecarts(ancienne, trouvee), ecarts(neuve, trouvee)), "un mélange des deux bases")
        ancienne = _changer()


def _changer():
    """Une fiche de plus qu'à la sauvegarde ; rend les empreintes d'alors."""
    EtiquetteFactory(reseau=Reseau.objects.order_by("pk").first())
    return empreintes()


def _restaurer_et_tuer(archive, delai):
    connections.close_all()
    enfant = os.fork()
    if not enfant:
        try:
            copies.restaurer(archive, remplacer=True)
        finally:
            os._exit(0)
    time.sleep(delai)
    os.kill(enfant, signal.SIGKILL)
    os.waitpid(enfant, 0)
