"""Qui ne peut pas être visité, et pourquoi."""

from datetime import date, timedelta

import pytest
from django.db import connection

from reseau.lib.dates import plus_mois
from tests.factories import JOUR, EntrepriseFactory, VisiteFactory
from visites.espacement import Empechement, empechements
from visites.models import Visite

pytestmark = pytest.mark.django_db


@pytest.fixture
def entreprise(reseau):
    return EntrepriseFactory(reseau=reseau)


def empechement(entreprise, le=JOUR):
    return empechements([entreprise], entreprise.reseau, le).get(entreprise.pk)


def test_empechement_d_une_entreprise_libre_est_vide(entreprise):
    assert empechement(entreprise) is None


@pytest.mark.parametrize(("jours", "raison"), [(-1, None), (1, "Visitée le {:%d/%m/%Y}, il y a moins de 24 mois.")])
def test_empechement_de_l_espacement_s_arrete_au_jour_dit(entreprise, jours, raison):
    derniere = plus_mois(JOUR, -24) + timedelta(days=jours)
    VisiteFactory(reseau=entreprise.reseau, entreprise=entreprise, realisee=True, realisee_le=derniere)
    attendu = Empechement(raison.format(derniere), franchissable=True) if raison else None
    assert empechement(entreprise) == attendu


def test_empechement_du_refus_dure_douze_mois(entreprise):
    VisiteFactory(reseau=entreprise.reseau, entreprise=entreprise, refusee=True)
    assert empechement(entreprise, plus_mois(JOUR, 12)) is None
    trouve = empechement(entreprise, plus_mois(JOUR, 12) - timedelta(days=1))
    assert trouve == Empechement("A refusé le 02/03/2026, il y a moins de 12 mois.", franchissable=True)


def test_empechement_suit_les_reglages_du_reseau(entreprise):
    entreprise.reseau.espacement_mois = 6
    VisiteFactory(reseau=entreprise.reseau, entreprise=entreprise, realisee=True, realisee_le=plus_mois(JOUR, -7))
    assert empechement(entreprise) is None


def test_empechement_en_cours_dit_a_qui_elle_est(entreprise):
    visite = VisiteFactory(reseau=entreprise.reseau, entreprise=entreprise, programmee=True)
    raison = f"Visite déjà confiée à {visite.developpeur} le 02/03/2026."
    assert empechement(entreprise) == Empechement(raison, franchissable=False)


def test_empechement_ferme_et_ne_plus_solliciter_ne_se_franchissent_pas(reseau):
    fermee = EntrepriseFactory(reseau=reseau, etat="ferme")
    protegee = EntrepriseFactory(reseau=reseau, ne_plus_solliciter_jusqu_au=JOUR)
    assert empechement(fermee) == Empechement("Établissement fermé.", franchissable=False)
    assert empechement(protegee) == Empechement("Ne plus solliciter jusqu’au 02/03/2026.", franchissable=False)
    assert empechement(protegee, date(2026, 3, 3)) is None


@pytest.mark.parametrize("combien", [1, 3, 30])
def test_empechements_en_deux_requetes(reseau, requetes, combien):
    entreprises = [EntrepriseFactory(reseau=reseau) for _ in range(combien)]
    for entreprise in entreprises:
        VisiteFactory(reseau=reseau, entreprise=entreprise, programmee=True)
    assert requetes(lambda: empechements(entreprises, reseau, JOUR)) == 2


@pytest.mark.parametrize("lues", [1, 2, 3])
def test_empechement_d_une_visite_realisee_entre_deux_lectures(entreprise, lues):
    """À tout instant tenue, puis visitée : quoi qu'un autre enregistre pendant qu'on lit, l'entreprise n'est pas libre."""
    visite, reste = VisiteFactory(reseau=entreprise.reseau, entreprise=entreprise, programmee=True), [lues]

    def un_autre_realise(executer, *arguments):
        resultat = executer(*arguments)
        reste[0] -= 1
        if reste[0] == 0:
            Visite.objects.filter(pk=visite.pk).update(etat="realisee", realisee_le=JOUR)
        return resultat

    with connection.execute_wrapper(un_autre_realise):
        assert empechement(entreprise) is not None
