"""Un import tué net, à n'importe quel instant : tout ou rien dans la base, et on relance.

La suite en tue un, un passage de fiabilité vingt. Une base jetable, sur le moteur des essais.
"""

import random
import time

import pytest

from entreprises.models import Contact, Entreprise, Import, LotEcrit, Mot
from reseau.models import Journal
from tests.bancs.importation import fichier
from tests.fiabilite.verification import sans_rien_abimer, verification
from tests.lib.base_jetable import Base, base_jetable

pytestmark = pytest.mark.base  # la sienne, par des processus à part
LIGNES = 4_100  # trois lots
IMPORTS = (
    "from django.core.management import call_command\n"
    "from django.db import connection, transaction\n"
    "from reseau.models import Reseau\n"
)
PREPARER = (
    "Reseau.objects.create(slug='tue', nom='Tué', territoire='T', de_territoire='T', departement='70', prefecture='P', lieu='L')"
)
IMPORTER = "call_command('importer_entreprises', '{}', reseau='tue', ecrire=True)"
MODELES = (Contact, Entreprise, LotEcrit, Import, Journal, Mot)  # dans l'ordre où ils s'effacent


# La contre-épreuve : chaque lot se valide seul, comme un import sans transaction.
LOT_PAR_LOT = (
    "transaction.Atomic.__enter__ = transaction.Atomic.__exit__ = lambda *_: None\n"
    "connection.features.has_select_for_update = False\n"
)


class Liste(Base):
    def compter(self):
        return [self.lire(f"SELECT count(*) FROM {modele._meta.db_table}")[0][0] for modele in MODELES]

    def vider(self):
        for modele in MODELES:
            self.ecrire(f"DELETE FROM {modele._meta.db_table}")


@pytest.fixture
def base(tmp_path, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), base_jetable(tmp_path, Liste, imports=IMPORTS, preparer=PREPARER) as base:
        yield base


@verification(
    "D1", "imports tués n’importe quand : tout ou rien, et la reprise finit", casser=sans_rien_abimer, rapide=["sqlite"]
)
def test_import_tue_n_importe_quand_ne_laisse_rien_a_moitie(bilan, base, tmp_path):
    hasard = random.Random(70)
    chemin = tmp_path / "liste.csv"
    chemin.write_bytes(fichier(LIGNES, dirigeants=True))
    rien, importer, depart = base.compter(), IMPORTER.format(chemin), time.monotonic()
    base.finir(importer)
    duree, tout = time.monotonic() - depart, base.compter()
    assert (rien, tout[:5]) == ([0] * len(MODELES), [LIGNES, LIGNES, 3, 1, 1])
    for _ in range(20 if bilan.casse else bilan.taille(1, 20)):
        base.vider()
        geste = base.commencer(LOT_PAR_LOT * bilan.casse + importer)
        geste.tuer_apres(hasard.uniform(0, 1) * duree)
        bilan.noter(base.compter() in (rien, tout), "un import à moitié fait")
        if not bilan.casse:
            base.finir(importer)
            bilan.noter(base.compter()[:2] == tout[:2], "la reprise ne finit pas")
