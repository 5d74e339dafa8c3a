"""Un lot de lettres tué net, à n'importe quel instant, puis repris : aucune lettre manquante, doublée ou deux fois numérotée.

La suite tue une fois un lot de seize lettres ; un passage de fiabilité, quatorze fois, puis quatre fois un lot de cent vingt.
Une base jetable, sur le moteur des essais.
"""

import random
import time
from hashlib import sha256

import pytest

from tests.fiabilite.verification import sans_rien_abimer, verification
from tests.lib.base_jetable import Base, base_jetable
from visites.models import Courrier, PdfFige

pytestmark = pytest.mark.base  # la sienne, par des processus à part
TUES = {16: 14, 120: 4}  # fois, par taille de lot
SIGNATURE = 0.1  # part du temps où le lot se signe : un coup sur deux y tombe, et, cassé, tous, puisque c'est là qu'il l'est
IMPORTS = (
    "from django.db import connection, transaction\n"
    "from tests.bancs.lettres import du_parapheur_au_papier\n"
    "from tests.bancs.lots import lot\n"
    "from reseau.models import Membre\n"
    "from visites import papier_des_lettres\n"
    "from visites.models import Courrier\n"
    "papier_des_lettres.PAQUET = 4\n"
)
PREPARER = "lot({})"
TRAITER = "du_parapheur_au_papier(Courrier.objects.all(), Membre.objects.get(role='prefecture'))"
# Le produit cassé : la signature n'est plus une transaction, chaque ordre se garde dès qu'il est joué.
SANS_TRANSACTION = (
    "transaction.Atomic.__enter__ = transaction.Atomic.__exit__ = lambda *_: None\n"
    "connection.features.has_select_for_update = False\n"
)


class Lot(Base):
    def remettre_au_parapheur(self):
        self.ecrire(f"DELETE FROM {PdfFige._meta.db_table}")
        vide = "numero=NULL, annee=NULL, signe_le=NULL, signataire_id=NULL, signe_par_id=NULL, contenu='{}'"
        self.ecrire(f"UPDATE {Courrier._meta.db_table} SET etat='a_signer', {vide}")

    def numeros(self):
        return [numero for (numero,) in self.lire(f"SELECT numero FROM {Courrier._meta.db_table} ORDER BY numero")]

    def figes(self):
        return self.lire(f"SELECT courrier_id, pdf, empreinte FROM {PdfFige._meta.db_table} ORDER BY courrier_id")


@pytest.fixture
def base(lettres, tmp_path, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), base_jetable(tmp_path, Lot, imports=IMPORTS, preparer=PREPARER.format(lettres)) as base:
        yield base


@verification("D2", "lots de lettres tués n’importe quand, puis repris", casser=sans_rien_abimer, rapide=["sqlite"])
@pytest.mark.parametrize("lettres", [16, pytest.param(120, marks=pytest.mark.entiere)])
def test_lot_tue_n_importe_quand_reprend_sans_manque_ni_double(bilan, lettres, base):
    hasard = random.Random(70)
    depart, traiter = time.monotonic(), SANS_TRANSACTION * bilan.casse + TRAITER
    base.finir(TRAITER)
    duree, dernier = time.monotonic() - depart, base.numeros()[-1]
    for rang in range(TUES[lettres] if bilan.casse else bilan.taille(1, TUES[lettres])):
        base.remettre_au_parapheur()
        base.commencer(traiter).tuer_apres(hasard.uniform(0, duree * (SIGNATURE if bilan.casse or rang % 2 else 1)))
        avant = base.numeros()
        base.finir(traiter)
        apres = base.numeros()
        bilan.noter(avant in ([None] * lettres, apres), "signé à moitié, ou renuméroté à la reprise")
        bilan.noter(apres == list(range(dernier + 1, dernier + 1 + lettres)), f"après {dernier}, les numéros {apres}")
        dernier = apres[-1]
        figes = base.figes()
        bilan.noter(len({cle for cle, _, _ in figes}) == len(figes) == lettres, "une lettre manque ou est doublée")
        for cle, pdf, empreinte in figes:
            bilan.noter(sha256(bytes(pdf)).hexdigest() == empreinte, f"la lettre {cle} n’a pas son empreinte")
