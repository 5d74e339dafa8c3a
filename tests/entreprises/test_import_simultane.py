"""Deux imports du même fichier au même instant, sur de vraies transactions : un seul crée, l'autre reconnaît."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from entreprises.enums import EtatImport
from entreprises.models import Contact, Entreprise, Import
from entreprises.operations import deposer, ecrire_import, importer
from reseau.lib.erreurs import RegleEnfreinte
from tests.entreprises.donnees_d_import import fichier, ligne
from tests.factories import MembreFactory, ReseauFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("references"),
]
CONTENU = fichier(*[ligne(rang, Nom_du_dirigeant="Fictive") for rang in range(1, 51)])


@pytest.fixture(autouse=True)
def vraie_base():
    if connection.vendor == "sqlite":
        pytest.skip("la base d'essai de SQLite, en mémoire, ne se partage pas entre fils")


def ensemble(*gestes):
    """Joue ces gestes en même temps ; rend leurs résultats, ou l'exception de chacun."""
    depart = Barrier(len(gestes))

    def jouer(geste):
        depart.wait()
        try:
            return geste()
        except RegleEnfreinte as erreur:
            return str(erreur)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(gestes)) as fils:
        return list(fils.map(jouer, gestes))


def test_meme_fichier_importe_quatre_fois_ne_double_rien():
    reseau = ReseauFactory()
    bilans = ensemble(*[lambda: importer(CONTENU, "liste.csv", reseau)] * 4)
    assert sorted((bilan.crees, bilan.inchanges) for bilan in bilans) == [(0, 50)] * 3 + [(50, 0)]
    assert (Entreprise.objects.count(), Contact.objects.count()) == (50, 50)


def test_meme_depot_confirme_deux_fois_n_est_ecrit_qu_une():
    membre = MembreFactory()
    depot = deposer(CONTENU, "liste.csv", par=membre)
    resultats = ensemble(*[lambda: ecrire_import(Import.objects.get(pk=depot.pk), par=membre)] * 2)
    assert sorted(type(resultat).__name__ for resultat in resultats) == ["Import", "str"]
    assert (Import.objects.get().etat, Entreprise.objects.count()) == (EtatImport.ECRIT, 50)
