"""Ce que les relances n'ont pas fait avancer va, de lui-même, à l'ordre du jour de la prochaine réunion."""

from datetime import timedelta

import pytest
from django.urls import reverse

from suivi.ordre_du_jour import EN_SOUFFRANCE, actions_a_debloquer, ordre_du_jour
from tests.factories import (
    JOUR,
    ActionFactory,
    CompteRenduFactory,
    DeportFactory,
    LettreDeSuitesFactory,
    ReunionFactory,
    VisiteFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def reunion(reseau):
    return ReunionFactory(reseau=reseau)


def codes(reunion, membre, jours):
    return [sujet.code for sujet in ordre_du_jour(reunion, membre, JOUR + timedelta(days=jours))]


@pytest.mark.parametrize(("trait", "jours"), [("realisee", 15), ("rendez_vous", 15), ("annoncee", 45)])
def test_visite_va_a_l_ordre_du_jour_apres_la_derniere_relance(reunion, reseau, animateur, trait, jours):
    VisiteFactory(reseau=reseau, **{trait: True})
    assert [EN_SOUFFRANCE in codes(reunion, animateur, jours + ecart) for ecart in (0, 1)] == [False, True]


@pytest.mark.parametrize("trait", ["realisee", "restituee"])
def test_suites_jamais_donnees_vont_a_l_ordre_du_jour_et_en_sortent_une_fois_donnees(reunion, reseau, animateur, clients, trait):
    visite = CompteRenduFactory(visite=VisiteFactory(reseau=reseau, realisee_le=JOUR, **{trait: True}), termine=True).visite
    assert [EN_SOUFFRANCE in codes(reunion, animateur, jours) for jours in (45, 46)] == [False, True]
    page = clients["animateur"].get(reverse("suivi:seance", args=[reseau.slug, reunion.pk]) + "?sujet=souffrance")
    assert f"{visite.entreprise}</a> : visite du 2 mars 2026, suites à donner au chef d’entreprise" in page.content.decode()
    LettreDeSuitesFactory(visite=visite, donnee=True)
    assert EN_SOUFFRANCE not in codes(reunion, animateur, 90)


def test_action_sans_reponse_va_aux_actions_a_debloquer(reunion, reseau, animateur):
    action = ActionFactory(projet__visite__reseau=reseau)
    lues = [list(actions_a_debloquer(reunion, animateur, JOUR + timedelta(days=jours))) for jours in (30, 31)]
    assert lues == [[], [action]]


def test_qui_se_deporte_n_en_lit_rien(reunion, reseau, animateur):
    DeportFactory(entreprise=VisiteFactory(reseau=reseau, realisee=True).entreprise, membre=animateur)
    assert EN_SOUFFRANCE not in codes(reunion, animateur, 60)


def test_seance_les_montre(clients, reunion, reseau):
    visite = VisiteFactory(reseau=reseau, annoncee=True)
    page = clients["animateur"].get(reverse("suivi:seance", args=[reseau.slug, reunion.pk]) + "?sujet=souffrance")
    attendus = (str(visite.entreprise), "lettre partie le 2 mars 2026", str(visite.developpeur))
    assert [mot for mot in attendus if mot not in page.content.decode()] == []
