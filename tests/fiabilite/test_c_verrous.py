"""C6 : sur PostgreSQL, des envois qui verrouillent en ordre inverse aboutissent tous, et nul n'attend plus de cinq secondes."""

import threading
import time

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory

from reseau import acces
from reseau.config.delais import DELAIS
from reseau.lib import verrous
from reseau.lib.erreurs import RegleEnfreinte
from tests.fiabilite.verification import verification
from tests.lib.base_de_version import base_de_version, servie
from tests.lib.simultane import ensemble

pytestmark = pytest.mark.base
ATTENTE_MAX = 5.5  # secondes : les cinq du service, et le temps de le dire


def sans_rejouer(monkeypatch):
    """Un interblocage va droit à la page d'erreur."""
    monkeypatch.setattr(verrous, "ESSAIS", 1)


def sans_delai(monkeypatch):
    """Le service attend un verrou comme une commande : vingt secondes."""
    monkeypatch.setitem(DELAIS, "ATTENTE_VERROU", "20")


@pytest.fixture
def comptes(tmp_path, django_db_blocker):
    """Une base et deux lignes à verrouiller, sous les délais du service."""
    with django_db_blocker.unblock(), base_de_version("v1-vide", tmp_path):
        with connection.cursor() as curseur:
            curseur.execute("CREATE TABLE compte (numero int PRIMARY KEY, valeur int)")
            curseur.execute("INSERT INTO compte VALUES (1, 0), (2, 0)")
        yield


def sous_les_delais_du_service():
    attente, duree = DELAIS["ATTENTE_VERROU"], DELAIS["DUREE_REQUETE"]
    return servie({"OPTIONS": {"options": f"-c lock_timeout={attente}s -c statement_timeout={duree}s"}})


def prendre(numero):
    with connection.cursor() as curseur:
        curseur.execute("UPDATE compte SET valeur = valeur + 1 WHERE numero = %s", [numero])


def envoi(*numeros):
    """Un envoi de formulaire qui verrouille ces lignes dans cet ordre, par la porte de toutes les vues."""

    def vue(request):
        for numero in numeros:
            prendre(numero)
            time.sleep(0.05)
        return HttpResponse()

    return lambda: acces._une_seule_fois(vue, "")(RequestFactory().post("/"))


@verification("C6", "verrous pris en ordre inverse : les deux envois aboutissent", casser=sans_rejouer, moteurs=("postgresql",))
def test_interblocages_se_rejouent(bilan, comptes):
    with sous_les_delais_du_service():
        paires = bilan.taille(3, 12)
        for _ in range(paires):
            debut = time.monotonic()
            resultats = ensemble(envoi(1, 2), envoi(2, 1))
            bilan.noter(all(isinstance(r, HttpResponse) for r in resultats), f"un envoi échoue : {resultats}")
            bilan.noter(time.monotonic() - debut <= ATTENTE_MAX, "plus de cinq secondes")
        with connection.cursor() as curseur:
            curseur.execute("SELECT sum(valeur) FROM compte")
            bilan.noter(curseur.fetchone()[0] == paires * 4, "une écriture est perdue ou doublée")


@verification("C6", "un verrou gardé longtemps : l’envoi le dit en cinq secondes", casser=sans_delai, moteurs=("postgresql",))
def test_attente_d_un_verrou_est_bornee(bilan, comptes):
    tenu, fini = threading.Event(), threading.Event()

    def tenir():
        with transaction.atomic():
            prendre(1)
            tenu.set()
            fini.wait(ATTENTE_MAX * 2)

    def attendre():
        tenu.wait(5)
        debut = time.monotonic()
        try:
            envoi(1)()
        except RegleEnfreinte as refus:
            return time.monotonic() - debut, str(refus)
        finally:
            fini.set()
        return time.monotonic() - debut, "passé"

    with sous_les_delais_du_service():
        _, rendu = ensemble(tenir, attendre)
    bilan.noter(isinstance(rendu, tuple) and rendu == (rendu[0], verrous.OCCUPEE), f"sans message : {rendu}")
    bilan.noter(isinstance(rendu, tuple) and rendu[0] <= ATTENTE_MAX, f"attente : {rendu}")
