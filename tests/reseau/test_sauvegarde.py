"""Les commandes qui gardent : ce qu'elles écrivent, refusent et disent. Les restaurations sont dans `tests/fiabilite`."""

import errno
import stat
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from reseau.lib.avancement import Avancement
from reseau.lib.erreurs import RegleEnfreinte
from reseau.sauvegarde import archive, copies, echange, moteurs
from tests.factories import ReseauFactory
from tests.lib.base_de_version import base_de_version

INSTANT = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


@pytest.fixture
def service(tmp_path, django_db_blocker):
    """Une base à elle, sans transaction autour : ni pg_dump ni SQLite ne copient celle d'un essai."""
    (tmp_path / "base").mkdir()
    with django_db_blocker.unblock(), base_de_version("v1-vide", tmp_path / "base"):
        yield tmp_path / "sauvegardes"


@pytest.fixture
def gardee(tmp_path):
    """Une archive d'un seul membre, sans base."""

    def ecrire(genre=copies.SAUVEGARDE, **champs):
        with archive.brouillon(tmp_path) as brouillon:
            with brouillon.membre("base.sqlite3") as verser:
                verser(b"octets" * 1000)
            defauts = {"genre": genre, "migrations": [], "moteur": connection.vendor, "tables": {}, "cle": ""}
            brouillon.finir(defauts | {"faite_le": INSTANT.isoformat()} | champs, tmp_path / "a.zip")
        return tmp_path / "a.zip"

    return ecrire


@pytest.mark.base
def test_sauvegarder_ecrit_pour_soi_seul_et_garde_les_dernieres(service, capsys):
    for jour in range(2):
        copies.sauvegarder(service, maintenant=INSTANT + timedelta(days=jour), garder=2)
    call_command("sauvegarder", dossier=service, garder=2)
    gardees = sorted(service.iterdir())
    assert [stat.S_IMODE(fichier.stat().st_mode) for fichier in gardees] == [0o600, 0o600]
    assert gardees[0].name == "reseau-20260330-003000.zip"
    assert "Archive ancienne effacée : reseau-20260329-003000.zip" in capsys.readouterr().out


@pytest.mark.base
def test_eprouver_prend_la_derniere_et_dit_son_age(service, capsys):
    copies.sauvegarder(service, maintenant=INSTANT)
    with pytest.raises(CommandError, match=r"La dernière sauvegarde date du 29/03/2026"):
        call_command("eprouver_sauvegarde", dossier=service)
    assert "toutes égales" in capsys.readouterr().out


@pytest.mark.base
def test_base_tenue_par_un_autre_se_dit(service, monkeypatch):
    """Remettre une base qui sert : un refus au bout d'un délai, jamais une attente sans fin."""
    archive_ = copies.sauvegarder(service, maintenant=INSTANT).archive
    monkeypatch.setattr(moteurs, "ATTENTE", 1)
    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA busy_timeout = 200")
    with tenue_par_un_autre(), pytest.raises(RegleEnfreinte, match="sert encore"):
        copies.restaurer(archive_, remplacer=True)


@contextmanager
def tenue_par_un_autre():
    autre = connection.copy()
    try:
        with autre.cursor() as curseur:
            curseur.execute("BEGIN")
            curseur.execute("UPDATE django_migrations SET name = name")
            yield
            curseur.execute("ROLLBACK")
    finally:
        autre.close()


def test_disque_plein_se_dit_et_ne_laisse_rien(tmp_path):
    with pytest.raises(RegleEnfreinte, match="plus de place"), archive.brouillon(tmp_path) as brouillon:
        _remplir(brouillon)
    assert list(tmp_path.iterdir()) == []


def _remplir(brouillon):
    with brouillon.membre("base") as ecrire:
        ecrire(b"x" * 1000)
        raise OSError(errno.ENOSPC, "No space left on device")


def test_archive_abimee_se_refuse(gardee):
    chemin = gardee()
    octets = bytearray(chemin.read_bytes())
    octets[40] ^= 1
    chemin.write_bytes(octets)
    with pytest.raises(RegleEnfreinte, match="altérée"), archive.ouvrir(chemin):
        pass


@pytest.mark.django_db
def test_restaurer_refuse_une_base_qui_sert(gardee):
    ReseauFactory()
    with pytest.raises(CommandError, match="--remplacer"):
        call_command("restaurer", gardee())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("champs", "raison"),
    [
        ({"moteur": "oracle", "version_du_moteur": "Oracle 23"}, "exporter_tout"),
        ({"migrations": ["reseau.9999_demain"]}, "plus récente"),
        ({"genre": echange.EXPORT}, "importer_tout"),
    ],
)
def test_restaurer_dit_par_ou_passer(gardee, champs, raison):
    with pytest.raises(CommandError, match=raison):
        call_command("restaurer", gardee(**champs))


@pytest.mark.django_db
def test_importer_refuse_une_sauvegarde(gardee):
    with pytest.raises(CommandError, match=r"manage\.py restaurer"):
        call_command("importer_tout", gardee())


def test_outil_absent_ou_trop_vieux_se_dit(monkeypatch):
    monkeypatch.setattr(moteurs, "_version_du_serveur", lambda connexion: 99)
    monkeypatch.setattr(moteurs.shutil, "which", lambda nom: "/bin/false" if nom == "vieux" else None)
    with pytest.raises(RegleEnfreinte, match="installez le paquet postgresql-client"):
        moteurs._outil("pg_dump", None)
    with pytest.raises(RegleEnfreinte, match="installez postgresql-client-99"):
        moteurs._outil("vieux", None)


def test_avancement_se_tait_d_abord_puis_une_fois_par_seconde():
    dits = []
    Avancement(dits.append)("Copie", 1, 10)
    assert dits == []
    bavard = Avancement(dits.append, silence=0)
    bavard("Copie", 2, 10)
    bavard("Copie", 3, 10)
    assert dits == ["Copie : 2 sur 10"]
