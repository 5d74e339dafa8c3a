"""Deux imports du même fichier au même instant, sur de vraies transactions : un seul crée, l'autre reconnaît."""

import pytest

from entreprises.enums import EtatImport
from entreprises.models import Contact, Entreprise, Import
from entreprises.operations import deposer, ecrire_import, importer
from tests.entreprises.donnees_d_import import fichier, ligne
from tests.factories import MembreFactory, ReseauFactory
from tests.lib.simultane import ensemble, refus

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("base_sur_disque")]
CONTENU = fichier(*[ligne(rang, Nom_du_dirigeant="Fictive") for rang in range(1, 51)])


def test_meme_fichier_importe_quatre_fois_ne_double_rien():
    reseau = ReseauFactory()
    bilans = ensemble(*[lambda: importer(CONTENU, "liste.csv", reseau)] * 4)
    assert sorted((bilan.crees, bilan.inchanges) for bilan in bilans) == [(0, 50)] * 3 + [(50, 0)]
    assert (Entreprise.objects.count(), Contact.objects.count()) == (50, 50)


def test_meme_depot_confirme_deux_fois_n_est_ecrit_qu_une():
    membre = MembreFactory()
    depot = deposer(CONTENU, "liste.csv", par=membre)
    resultats = ensemble(*[lambda: ecrire_import(Import.objects.get(pk=depot.pk), par=membre)] * 2)
    assert len(refus(resultats)) == 1
    assert (Import.objects.get().etat, Entreprise.objects.count()) == (EtatImport.ECRIT, 50)
