"""Le brouillon synchronisé : de plusieurs appareils, rien ne s'écrase sans se montrer."""

from urllib.parse import parse_qs

import pytest

from suivi import operations
from suivi.models import Brouillon
from suivi.operations import EcritAilleurs
from tests.factories import CompteRenduFactory, VisiteFactory
from visites.models import PartieReservee


@pytest.fixture
def visite(reseau, direct):
    return VisiteFactory(reseau=reseau, programmee=True, developpeur=direct)


@pytest.fixture
def rendu(reseau, direct):
    visite = VisiteFactory(reseau=reseau, realisee=True, developpeur=direct)
    rendu = CompteRenduFactory(visite=visite, termine=True, phrase="La leur", urgent=True)
    PartieReservee.objects.create(compte_rendu=rendu, texte="Trésorerie tendue.")
    return rendu


def garder(visite, par, contenu="phrase=A", version=0, marque=""):
    return operations.synchroniser_le_brouillon(visite, contenu, version=version, marque=marque, par=par)


def test_chaque_enregistrement_part_du_precedent(visite, direct):
    premier = garder(visite, direct)
    second = garder(visite, direct, "phrase=B", marque=premier.marque)
    assert (Brouillon.objects.get().contenu, second.marque != premier.marque) == ("phrase=B", True)


def test_un_appareil_qui_ignore_le_dernier_enregistrement_n_ecrit_rien(visite, direct):
    premier = garder(visite, direct)
    dernier = garder(visite, direct, "phrase=B", marque=premier.marque)
    with pytest.raises(EcritAilleurs) as leve:
        garder(visite, direct, "phrase=C", marque=premier.marque)
    assert (leve.value.autre.contenu, leve.value.autre.marque) == ("phrase=B", dernier.marque)
    assert Brouillon.objects.get().contenu == "phrase=B"


def test_le_meme_texte_renvoye_n_est_pas_un_conflit(visite, direct):
    garder(visite, direct)
    assert garder(visite, direct, marque="").contenu == "phrase=A"


def test_brouillon_efface_ailleurs_se_recree(visite, direct):
    marque = garder(visite, direct).marque
    Brouillon.objects.all().delete()
    assert garder(visite, direct, "phrase=B", marque=marque).contenu == "phrase=B"


def test_chacun_a_le_sien(visite, direct, animateur):
    garder(visite, direct)
    garder(visite, animateur, "phrase=B")
    assert Brouillon.objects.count() == 2


def test_compte_rendu_enregistre_entre_temps_se_montre_a_l_auteur(rendu, direct):
    with pytest.raises(EcritAilleurs) as leve:
        garder(rendu.visite, direct, version=rendu.version - 1)
    autre = leve.value.autre
    champs = parse_qs(autre.contenu)
    assert (autre.version, champs["phrase"], champs["urgent"]) == (rendu.version, ["La leur"], ["on"])
    assert champs["reserve"] == ["Trésorerie tendue."]
    assert Brouillon.objects.count() == 0


def test_partie_reservee_ne_se_montre_pas_a_qui_ne_la_lit_pas(rendu, membres):
    with pytest.raises(EcritAilleurs) as leve:
        garder(rendu.visite, membres["secretariat"], version=rendu.version - 1)
    assert "reserve" not in parse_qs(leve.value.autre.contenu)
