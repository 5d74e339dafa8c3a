"""D5 : le disque est plein quand un formulaire arrive. Une page claire, rien d'à moitié écrit, et le même envoi passe ensuite.

De trois façons sur SQLite : la base bornée à ses pages ; une vraie partition pleine, base et journal compris ; /tmp plein. Sur
PostgreSQL, toute une grappe sur une partition pleine : elle refuse, ou tombe, et se relance quand la place revient.
"""

import os
import subprocess
import tempfile
from contextlib import contextmanager, nullcontext
from io import BytesIO
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponseServerError
from django.urls import reverse
from xlsxwriter import Workbook

from entreprises.models import Import
from entreprises.operations import deposer
from reseau.cloisons import tables
from reseau.enums import Geste, Qualite, Role
from reseau.lib.documents import OCTETS_MAX
from reseau.models import Journal
from reseau.sauvegarde.empreintes import ecarts, empreintes
from tests.bancs.importation import fichier
from tests.conftest import REFERENCE, connecter
from tests.factories import EntrepriseFactory, MembreFactory
from tests.fiabilite.verification import verification
from tests.lib.base_de_version import base_de_version, servie
from tests.lib.grappe import grappe
from tests.lib.simultane import sur_disque

pytestmark = pytest.mark.django_db(transaction=True)
LIGNES = 1_000  # de l'import
RESTE = 128 << 10  # octets
PANNE = "Une panne de notre côté"
PLUS_DE_PLACE = ("Il n’y a plus de place", "Le service n’a plus de place")  # ce que disent l'export, et la lecture d'un classeur


@pytest.fixture
def partition(tmp_path_factory):
    """Un dossier sur une partition à lui, de 64 Mio."""
    if os.geteuid():
        pytest.skip("Monter une partition demande d’être administrateur.")
    dossier = tmp_path_factory.mktemp("partition")
    with monter(dossier, "64m"):
        yield dossier


@pytest.fixture
def grappe_sur_partition(django_db_blocker):
    """Une grappe à elle, sur une partition de 160 Mio ; la base, vide et à jour, est celle de la connexion par défaut."""
    if os.geteuid():
        pytest.skip("Monter une partition demande d’être administrateur.")
    with TemporaryDirectory(prefix="pg-", dir="/tmp") as dossier, monter(dossier, "160m"):
        os.chmod(dossier, 0o711)  # PostgreSQL y tourne sous un autre compte
        with grappe(dossier) as sienne, django_db_blocker.unblock():
            acces = {"HOST": str(sienne.dossier), "USER": "essais", "NAME": "postgres", "PASSWORD": "", "PORT": ""}
            with servie(acces), base_de_version("v1-vide", sienne.dossier):
                call_command("migrate", verbosity=0)
                call_command("charger_references", verbosity=0)
                yield sienne


@contextmanager
def monter(dossier, taille):
    """Une partition de cette taille en ce dossier, le temps du bloc."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={taille}", "tmpfs", dossier], check=True)
    yield
    subprocess.run(["umount", "--lazy", dossier], check=True)


@pytest.fixture
def base_sur_partition(transactional_db, partition):
    with sur_disque(partition):
        yield partition


@contextmanager
def partition_pleine(dossier, reste=0):
    """Plus que `reste` octets libres le temps du bloc ; le journal de la base, vidé d'abord, n'a plus de place d'avance."""
    with connection.cursor() as curseur:
        curseur.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with bouchee(dossier, reste):
        yield


@contextmanager
def bouchee(dossier, reste):
    bouchon, place = dossier / "bouchon", os.statvfs(dossier)
    with bouchon.open("wb") as occupant:
        os.posix_fallocate(occupant.fileno(), 0, place.f_bavail * place.f_frsize - reste)
    yield
    bouchon.unlink()


@contextmanager
def grappe_pleine(sienne):
    """De même, d'une grappe ; la place revenue, l'exploitant relance ce qui est tombé."""
    with bouchee(sienne.dossier, 0):
        yield
    sienne.relancer()


@contextmanager
def base_pleine():
    """Le fichier de la base ne peut plus grossir le temps du bloc."""
    with connection.cursor() as curseur:
        pages = curseur.execute("PRAGMA page_count").fetchone()[0]
        curseur.execute(f"PRAGMA max_page_count = {pages}")
        yield
        curseur.execute("PRAGMA max_page_count = 1073741823")


class Bureau:
    """Un animateur et ses envois, chacun avec son jeton, comme une page : {quoi: (adresse, champs, est-il fait ?)}."""

    def __init__(self):
        self.membre = MembreFactory(role=Role.ANIMATEUR, qualite=Qualite.AUCUN)
        self.client = connecter(self.membre)
        self.client.raise_request_exception = False
        self.entreprise = EntrepriseFactory(reseau=self.membre.reseau)

    def adresse(self, nom, *cles):
        return reverse(nom, args=[self.membre.reseau.slug, *cles])

    def envoyer(self, adresse, champs):
        for champ in champs.values():
            if isinstance(champ, SimpleUploadedFile):
                champ.seek(0)
        return self.client.post(adresse, champs)

    def pour_la_base(self):
        document = SimpleUploadedFile("plan.pdf", b"%PDF-1.4".ljust(OCTETS_MAX))
        depot = deposer(fichier(LIGNES, dirigeants=True), "liste.csv", par=self.membre)
        siennes = self.membre.reseau.entreprises.all()
        joindre, ecrire = self.adresse("entreprises:document-deposer", self.entreprise.pk), "entreprises:import-ecrire"
        return {
            "document": (joindre, {"fichier": document, "jeton": uuid4()}, self.entreprise.documents.exists),
            "import": (self.adresse(ecrire, depot.pk), {"jeton": uuid4()}, lambda: siennes.count() > LIGNES),
        }

    def pour_tmp(self):
        classeur = SimpleUploadedFile("liste.xlsx", un_classeur())
        exports = Journal.objects.filter(geste=Geste.EXPORT)
        return {
            "export": (self.adresse("suivi:export-complet"), {"jeton": uuid4()}, exports.exists),
            "classeur": (self.adresse("entreprises:importer"), {"fichier": classeur, "jeton": uuid4()}, Import.objects.exists),
        }


def un_classeur():
    octets = BytesIO()
    with Workbook(octets, {"in_memory": True}) as classeur:
        feuille = classeur.add_worksheet()
        for rang, ligne in enumerate(fichier(LIGNES, dirigeants=True).decode().splitlines()):
            feuille.write_row(rang, 0, ligne.split(";"))
    return octets.getvalue()


def eprouver(bilan, bureau, envois, plein, *, tombe=False):
    """Chaque envoi, le disque plein puis non : une page de panne en français, aucune table changée, puis il passe.

    `tombe` : la base peut s'arrêter, faute de place ; toute page est alors celle de panne.
    """
    modeles = [modele for modele in tables() if modele.__module__ != REFERENCE]
    for quoi, (adresse, champs, fait) in envois.items():
        avant = empreintes(modeles=modeles)
        with plein():
            response = bureau.envoyer(adresse, champs)
            accueil = bureau.client.get(bureau.adresse("suivi:accueil"))
        bilan.noter(claire(response, accueil), f"{quoi} : {response.status_code}, {response.content[:80]}")
        lisible = accueil.status_code == 200 or (tombe and PANNE in accueil.content.decode())
        bilan.noter(lisible, f"{quoi} : l’accueil ne se lit plus, {accueil.status_code}")
        bilan.noter_lot(len(modeles), ecarts(avant, empreintes(modeles=modeles)))
        if connection.vendor == "sqlite":
            with connection.cursor() as curseur:
                sain = curseur.execute("PRAGMA integrity_check").fetchone()[0]
            bilan.noter(sain == "ok", f"{quoi} : base abîmée, {sain}")
        repris = bureau.envoyer(adresse, champs)
        bilan.noter(repris.status_code in (200, 302) and fait(), f"{quoi}, la place revenue : {repris.status_code}")


def claire(response, accueil):
    """Notre page de panne ; ou, d'un geste qui sait que la place manque, sa phrase, sur sa page ou sur celle où il ramène."""
    if response.status_code == 302:
        response = accueil
    corps = response.content.decode(errors="replace")
    panne = response.status_code == 500 and PANNE in corps and 'lang="fr"' in corps
    return panne or (response.status_code == 200 and any(phrase in corps for phrase in PLUS_DE_PLACE))


def envoi_par_morceaux(monkeypatch):
    """Un envoi n'est plus une seule transaction : chaque geste se garde quand il veut."""
    monkeypatch.setattr("reseau.acces.transaction", SimpleNamespace(atomic=nullcontext))


def panne_en_anglais(monkeypatch):
    """La page de panne n'est plus la nôtre."""
    anglaise = HttpResponseServerError("Server Error (500)")
    monkeypatch.setattr("reseau.config.urls.handler500", lambda request: anglaise, raising=False)


def place_jamais_dite(monkeypatch):
    """L'archive ne sait plus que le disque est plein."""
    monkeypatch.setattr("reseau.sauvegarde.archive.PLEIN", set())


CASSES = (envoi_par_morceaux, panne_en_anglais)


@verification("D5", "la base ne peut plus grossir : un document, un import de mille lignes", casser=CASSES, moteurs=("sqlite",))
def test_base_pleine_n_ecrit_rien_a_moitie(bilan, base_sur_disque):
    bureau = Bureau()
    eprouver(bilan, bureau, bureau.pour_la_base(), base_pleine)


@verification("D5", "une partition pleine : un document, un import de mille lignes", casser=CASSES, moteurs=("sqlite",))
def test_partition_pleine_n_ecrit_rien_a_moitie(bilan, base_sur_partition):
    """D'abord la place du premier ordre de l'envoi, pas de tous ; puis aucune."""
    for reste in (RESTE, 0):
        bureau = Bureau()
        eprouver(bilan, bureau, bureau.pour_la_base(), lambda reste=reste: partition_pleine(base_sur_partition, reste))


@verification(
    "D5",
    "une grappe dont la partition est pleine : un document, un import de mille lignes",
    casser=envoi_par_morceaux,
    moteurs=("postgresql",),
)
def test_grappe_pleine_n_ecrit_rien_a_moitie(bilan, grappe_sur_partition):
    bureau = Bureau()
    eprouver(bilan, bureau, bureau.pour_la_base(), lambda: grappe_pleine(grappe_sur_partition), tombe=True)


@verification("D5", "/tmp plein : un export complet, un classeur déposé", casser=place_jamais_dite, moteurs=("sqlite",))
def test_tmp_plein_n_ecrit_rien_a_moitie(bilan, base_sur_disque, partition, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(partition))
    bureau = Bureau()
    eprouver(bilan, bureau, bureau.pour_tmp(), lambda: partition_pleine(partition))
