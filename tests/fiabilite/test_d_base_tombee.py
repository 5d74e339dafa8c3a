"""D4 : la base tombe et revient sous charge ; aucune écriture confirmée ne se perd, le service reprend de lui-même.

Les connexions sont celles du service : ce sont les réglages de production qui les gardent d'une demande à l'autre, et qui
les vérifient. Les écritures sont de simples ordres, cent fois plus pressés que des pages.

Un écrivain pressé se heurte à la coupure, et son erreur suffit à lui faire rouvrir sa connexion : seul celui qui ne demandait
rien alors éprouve le contrôle des connexions gardées.
"""

import threading
import time

import pytest
from django.db import Error, close_old_connections, connection, connections

from tests.fiabilite.production import reglages
from tests.fiabilite.verification import sans_rien_abimer, verification
from tests.lib.base_de_version import servie
from tests.lib.grappe import grappe

pytestmark = pytest.mark.base
ECRIVAINS = 8
DORMEUR = ECRIVAINS  # un de plus, qui n'écrit qu'une fois la base revenue
COUPURE_MAX = 5.0  # secondes sans réponse, de l'arrêt net à la première écriture de chacun
REPOS = 0.005  # seconde : une charge, pas une course
# Le produit cassé : ses réglages, sans le contrôle des connexions gardées.
SANS_CONTROLE = {"DJANGO_SETTINGS_MODULE": "tests.lib.reglages_sans_controle"}


class Charge:
    """Huit écrivains, une connexion gardée chacun, comme huit fils du service ; `confirmees` : ce que la base a dit écrit."""

    def __init__(self):
        self.confirmees, self.ratees, self.derniers = [], [], {}
        self._fin = threading.Event()
        self._fils = [threading.Thread(target=self._ecrire, args=(rang,)) for rang in range(ECRIVAINS)]

    def __enter__(self):
        for fil in self._fils:
            fil.start()
        return self

    def __exit__(self, *_):
        self._fin.set()
        for fil in self._fils:
            fil.join()

    def _ecrire(self, rang):
        numero = 0
        while not self._fin.wait(REPOS):
            numero += 1
            self.demander(rang, numero)
        connections.close_all()

    def demander(self, rang, numero):
        """Une demande au service, qui n'écrit qu'une ligne ; vrai si la base l'a dite écrite."""
        close_old_connections()  # ce que fait Django au début et à la fin de chaque demande
        try:
            with connection.cursor() as curseur:
                curseur.execute("INSERT INTO ecrit VALUES (%s, %s)", [rang, numero])
        except Error:
            self.ratees.append((time.monotonic(), rang))
            return False
        else:
            self.confirmees.append((rang, numero))
            self.derniers[rang] = time.monotonic()
            return True
        finally:
            close_old_connections()


@verification("D4", "huit écrivains, la base arrêtée net et relancée", casser=sans_rien_abimer, moteurs=("postgresql",))
def test_base_tombee_sous_charge(bilan, django_db_blocker):
    with django_db_blocker.unblock(), grappe() as sienne, servie(_du_service(sienne, **SANS_CONTROLE if bilan.casse else {})):
        with connection.cursor() as curseur:
            curseur.execute("CREATE TABLE ecrit (rang int, numero int, PRIMARY KEY (rang, numero))")
        with Charge() as charge:
            for chute in range(bilan.taille(1, 5)):
                time.sleep(1)
                _tomber(bilan, sienne, charge)
                bilan.noter(charge.demander(DORMEUR, chute), "qui ne demandait rien pendant la coupure échoue au retour")
        with connection.cursor() as curseur:
            curseur.execute("SELECT rang, numero FROM ecrit")
            ecrites = {*curseur.fetchall()}
    perdues = {*charge.confirmees} - ecrites
    bilan.noter_lot(len(charge.confirmees), [f"écriture {numero} de {rang} perdue" for rang, numero in perdues])


def _tomber(bilan, sienne, charge):
    sienne.arreter_net()
    arret = time.monotonic()
    time.sleep(0.2)  # le temps que chacun s'y heurte
    sienne.demarrer()
    revenue = time.monotonic()
    limite = arret + COUPURE_MAX + 2
    while len([fin for fin in charge.derniers.values() if fin > revenue]) < ECRIVAINS and time.monotonic() < limite:
        time.sleep(0.02)
    coupure = time.monotonic() - arret
    bilan.noter(coupure <= COUPURE_MAX, f"{coupure:.1f} s sans écrire")
    tardives = [rang for instant, rang in charge.ratees if instant > revenue + 0.5]
    bilan.noter(not tardives, f"{len(tardives)} écritures ratées après le retour de la base")


def _du_service(sienne, **environnement):
    """Les réglages de la base tels que la production les lit, pour cette grappe."""
    adresse = f"postgres://essais@/{sienne.dossier}/postgres"
    return reglages("DATABASES", DATABASE_URL=adresse, **environnement)["DATABASES"]["default"]
