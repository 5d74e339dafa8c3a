"""Un lot de lettres tué net, à n'importe quel instant, puis repris : aucune lettre manquante, doublée ou deux fois numérotée.

La suite en tue un, un passage de fiabilité vingt. Une base jetable, sur le moteur des essais.
"""

import random
import time
from hashlib import sha256

import pytest

from tests.fiabilite.verification import sans_rien_abimer, verification
from tests.lib.base_jetable import Base, base_jetable, finir
from visites.models import Courrier, PdfFige

pytestmark = pytest.mark.base  # la sienne, par des processus à part
LETTRES = 16
PREPARER = (
    "from django.core.management import call_command\n"
    "from tests.bancs.lots import lot\n"
    "call_command('charger_references', verbosity=0)\n"
    f"lot({LETTRES})"
)
TRAITER = (
    "from tests.bancs.lettres import du_parapheur_au_papier\n"
    "from reseau.models import Membre\n"
    "from visites import papier_des_lettres\n"
    "from visites.models import Courrier\n"
    "papier_des_lettres.PAQUET = 4\n"
    "par = Membre.objects.get(role='prefecture')\n"
    "print('prêt', flush=True)\n"
    "du_parapheur_au_papier(Courrier.objects.all(), par)"
)


class Lot(Base):
    def traiter(self):
        return self.commencer(TRAITER)

    def remettre_au_parapheur(self):
        self.ecrire(f"DELETE FROM {PdfFige._meta.db_table}")
        vide = "numero=NULL, annee=NULL, signe_le=NULL, signataire_id=NULL, signe_par_id=NULL, contenu='{}'"
        self.ecrire(f"UPDATE {Courrier._meta.db_table} SET etat='a_signer', {vide}")

    def numeros(self):
        return [numero for (numero,) in self.lire(f"SELECT numero FROM {Courrier._meta.db_table} ORDER BY numero")]

    def figes(self):
        return self.lire(f"SELECT courrier_id, pdf, empreinte FROM {PdfFige._meta.db_table} ORDER BY courrier_id")


@pytest.fixture
def base(tmp_path, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), base_jetable(tmp_path, Lot, preparer=PREPARER) as base:
        yield base


@verification("D2", "lots de lettres tués n’importe quand, puis repris", casser=sans_rien_abimer, rapide=["sqlite"])
def test_lot_tue_n_importe_quand_reprend_sans_manque_ni_double(bilan, base):
    hasard = random.Random(70)
    processus, depart = base.traiter(), time.monotonic()
    finir(processus)
    duree = time.monotonic() - depart
    for _ in range(bilan.taille(1, 20)):
        base.remettre_au_parapheur()
        processus = base.traiter()
        time.sleep(hasard.uniform(0, 1) * duree)
        processus.kill()
        processus.communicate()
        avant = base.numeros()
        finir(base.traiter())
        if bilan.casse:  # un lot sans reprise : une lettre figée manque
            base.ecrire(f"DELETE FROM {PdfFige._meta.db_table} WHERE id = (SELECT max(id) FROM {PdfFige._meta.db_table})")
        apres = base.numeros()
        bilan.noter(avant in ([None] * LETTRES, apres), "signé à moitié, ou renuméroté à la reprise")
        bilan.noter(len(set(apres)) == apres[-1] - apres[0] + 1 == LETTRES, "un numéro en double ou un trou")
        figes = base.figes()
        bilan.noter(len({cle for cle, _, _ in figes}) == len(figes) == LETTRES, "une lettre manque ou est doublée")
        for cle, pdf, empreinte in figes:
            bilan.noter(sha256(bytes(pdf)).hexdigest() == empreinte, f"la lettre {cle} n’a pas son empreinte")
