"""Le binôme d'un ancien et d'un nouveau : qui débute, qui l'accompagnerait."""

from datetime import timedelta

import pytest

from tests.factories import JOUR, AbsenceFactory, DeportFactory, MembreFactory, VisiteFactory
from visites.binomes import VISITES_DE_DEBUT, accompagnant_conseille, debutants

pytestmark = pytest.mark.django_db


@pytest.fixture
def nouveau(reseau, direct):
    return MembreFactory(reseau=reseau, entre_le=JOUR - timedelta(days=60), institution=direct.institution)


@pytest.fixture
def aguerri(reseau):
    def creer(**champs):
        membre = MembreFactory(reseau=reseau, **champs)
        for _ in range(VISITES_DE_DEBUT):
            VisiteFactory(reseau=reseau, developpeur=membre, realisee=True)
        return membre

    return creer


@pytest.fixture
def visite(reseau, nouveau):
    return VisiteFactory(reseau=reseau, developpeur=nouveau, programmee=True, prevue_le=JOUR.replace(day=1))


def test_debute_qui_vient_d_entrer_et_a_peu_visite(reseau, nouveau, aguerri):
    recent = aguerri(entre_le=JOUR - timedelta(days=60))
    assert debutants([nouveau, recent, aguerri(), MembreFactory(reseau=reseau)], JOUR) == {nouveau.pk}


def test_debute_compte_aussi_les_visites_accompagnees(reseau, nouveau):
    for _ in range(VISITES_DE_DEBUT):
        VisiteFactory(reseau=reseau, accompagnant=nouveau, realisee=True)
    assert debutants([nouveau], JOUR) == set()


def test_debutants_sans_nouveau_ne_lit_rien(reseau, direct, requetes):
    assert requetes(lambda: debutants([direct], JOUR)) == 0


def test_conseille_un_aguerri_d_une_autre_institution(visite, aguerri, direct):
    collegue, autre = aguerri(institution=direct.institution), aguerri()
    assert accompagnant_conseille(visite, JOUR) == autre
    DeportFactory(entreprise=visite.entreprise, membre=autre)
    assert accompagnant_conseille(visite, JOUR) == collegue


def test_conseille_qui_est_la_ce_mois_la(visite, aguerri):
    AbsenceFactory(membre=aguerri(nom="Aubry"))
    present = aguerri(nom="Zeller")
    assert accompagnant_conseille(visite, JOUR) == present


def test_conseille_le_moins_charge_puis_l_alphabet(reseau, visite, aguerri):
    charge, premier = aguerri(nom="Aubry"), aguerri(nom="Bruat")
    aguerri(nom="Zeller")
    VisiteFactory(reseau=reseau, developpeur=charge, programmee=True)
    assert accompagnant_conseille(visite, JOUR) == premier


def test_conseille_personne_a_un_ancien_ni_a_une_visite_accompagnee(reseau, visite, aguerri):
    seule = VisiteFactory(reseau=reseau, developpeur=aguerri(), programmee=True)
    visite.accompagnant = aguerri()
    assert [accompagnant_conseille(seule, JOUR), accompagnant_conseille(visite, JOUR)] == [None, None]
