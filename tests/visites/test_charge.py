"""La charge des développeurs : un repère en mots et en barre, jamais un classement."""

from datetime import date
from decimal import Decimal

import pytest

from tests.factories import JOUR, CampagneFactory, MembreFactory, VisiteFactory
from visites.charge import Charge, charges, mois_montres, plan, repere
from visites.models import Visite

pytestmark = pytest.mark.django_db


@pytest.fixture
def campagne(reseau):
    return CampagneFactory(reseau=reseau)


@pytest.mark.parametrize(
    ("charge", "mots"),
    [
        (Charge(), "aucune visite"),
        (Charge(faites=1), "1 faite"),
        (Charge(en_cours=2), "2 en cours"),
        (Charge(3, 2), "3 faites, 2 en cours"),
    ],
)
def test_charge_se_dit_en_mots(charge, mots):
    assert charge.en_mots == mots


def test_charges_comptent_faites_et_en_cours(reseau, direct):
    for etat in ["programmee", "rendez_vous", "realisee", "restituee", "annulee"]:
        VisiteFactory(reseau=reseau, developpeur=direct, **{etat: True})
    VisiteFactory(reseau=reseau)
    assert charges(Visite.objects.all()) == {direct.pk: Charge(faites=2, en_cours=2)}


@pytest.mark.parametrize(
    ("objectif", "rythme", "attendu"),
    [(None, None, Decimal(24)), (None, Decimal("1.5"), Decimal(18)), (10, Decimal("1.5"), Decimal(10)), (0, None, Decimal(0))],
)
def test_repere_vient_de_l_objectif_sinon_du_rythme(campagne, reseau, objectif, rythme, attendu):
    campagne.objectif = objectif
    assert repere(campagne, MembreFactory(reseau=reseau, rythme=rythme)) == attendu


@pytest.mark.parametrize(
    ("le", "premier", "dernier"),
    [
        (date(2025, 6, 1), date(2026, 1, 1), date(2026, 6, 1)),
        (date(2026, 3, 15), date(2026, 3, 1), date(2026, 8, 1)),
        (date(2028, 1, 1), date(2026, 7, 1), date(2026, 12, 1)),
    ],
)
def test_mois_montres_restent_dans_la_campagne(campagne, le, premier, dernier):
    mois = mois_montres(campagne, le)
    assert (mois[0], mois[-1], len(mois)) == (premier, dernier, 6)


def test_mois_montres_d_une_campagne_courte():
    campagne = CampagneFactory.build(reseau=None, debut_le=date(2026, 3, 10), fin_le=date(2026, 4, 2))
    assert mois_montres(campagne, JOUR) == [date(2026, 3, 1), date(2026, 4, 1)]


def test_plan_garde_l_ordre_recu_et_les_mois(campagne, reseau):
    premier, second = MembreFactory(reseau=reseau, nom="Aubry"), MembreFactory(reseau=reseau, nom="Tissot")
    commun = {"reseau": reseau, "campagne": campagne, "developpeur": second, "programmee": True}
    VisiteFactory(**commun, prevue_le=date(2026, 4, 1))
    VisiteFactory(**commun)
    mois, lignes = plan(campagne, [premier, second], Visite.objects.filter(campagne=campagne), JOUR)
    assert [ligne.membre for ligne in lignes] == [premier, second]
    assert [case.nombre for case in lignes[1].mois] == [1, 1, 0, 0, 0, 0]
    assert mois[:2] == [date(2026, 3, 1), date(2026, 4, 1)]


def test_plan_mesure_la_barre_a_la_plus_longue(campagne, reseau):
    campagne.objectif = 4
    membre = MembreFactory(reseau=reseau)
    VisiteFactory(reseau=reseau, campagne=campagne, developpeur=membre, programmee=True)
    ligne = plan(campagne, [membre], Visite.objects.filter(campagne=campagne), JOUR)[1][0]
    assert (ligne.largeur, ligne.place_du_repere, ligne.en_mots) == ("25.0", "100.0", "1 en cours ; repère\u00a0:\u00a04")


@pytest.mark.parametrize("combien", [1, 3, 30])
def test_plan_en_cinq_requetes(campagne, reseau, requetes, combien):
    membres = [MembreFactory(reseau=reseau) for _ in range(combien)]
    visites = Visite.objects.filter(campagne=campagne)
    assert requetes(lambda: plan(campagne, membres, visites, JOUR)) == 4
