"""La couverture d'une cible (annexe 2.5)."""

from datetime import date, timedelta

import pytest

from tests.factories import JOUR, CibleFactory, LigneDeCibleFactory, VisiteFactory
from visites.couverture import Couverture, couverture, evolution

pytestmark = pytest.mark.django_db
VEILLE, LENDEMAIN = JOUR - timedelta(days=1), JOUR + timedelta(days=1)


@pytest.fixture
def cible(reseau):
    """Quatre entreprises décidées le 2 mars 2026, et une écartée."""
    cible = CibleFactory(reseau=reseau, decidee=True)
    for motif in ["", "", "", "", "Déménage"]:
        LigneDeCibleFactory(cible=cible, motif_d_ecart=motif)
    return cible


def visiter(cible, rang, **etat):
    entreprise = cible.lignes.order_by("pk")[rang].entreprise
    return VisiteFactory(reseau=cible.reseau, entreprise=entreprise, **etat)


def test_couverture_sans_visite_ne_touche_personne(cible):
    assert couverture(cible, JOUR) == Couverture(entreprises=4, touchees=0, programmees=0)


def test_couverture_compte_visitees_et_refus(cible):
    visiter(cible, 0, realisee=True)
    visiter(cible, 1, restituee=True)
    visiter(cible, 2, refusee=True)
    trouvee = couverture(cible, JOUR)
    assert (trouvee.touchees, trouvee.sans_contact, trouvee.part) == (3, 1, 0.75)


def test_couverture_compte_des_entreprises_distinctes(cible):
    visiter(cible, 0, realisee=True)
    visiter(cible, 0, refusee=True)
    visiter(cible, 0, programmee=True)
    assert couverture(cible, JOUR) == Couverture(entreprises=4, touchees=1, programmees=0)


def test_couverture_ignore_l_ecartee(cible):
    visiter(cible, 4, realisee=True)
    assert couverture(cible, JOUR) == Couverture(entreprises=4, touchees=0, programmees=0)


def test_couverture_ignore_ce_qui_precede_la_decision(cible):
    visiter(cible, 0, realisee=True, realisee_le=VEILLE)
    assert couverture(cible, JOUR).touchees == 0


def test_couverture_ignore_ce_qui_suit_la_date(cible):
    visiter(cible, 0, realisee=True, realisee_le=LENDEMAIN, programmee_le=JOUR)
    assert couverture(cible, JOUR) == Couverture(entreprises=4, touchees=0, programmees=1)
    assert couverture(cible, LENDEMAIN) == Couverture(entreprises=4, touchees=1, programmees=0)


@pytest.mark.parametrize("etat", ["programmee", "annoncee", "rendez_vous"])
def test_couverture_dit_les_programmees(cible, etat):
    visiter(cible, 0, **{etat: True})
    assert couverture(cible, JOUR) == Couverture(entreprises=4, touchees=0, programmees=1)


@pytest.mark.parametrize("etat", [{}, {"annulee": True}, {"injoignable": True}])
def test_couverture_sans_contact_pour_le_reste(cible, etat):
    visiter(cible, 0, **etat)
    assert couverture(cible, JOUR).sans_contact == 4


def test_couverture_programmee_puis_annulee_plus_tard(cible):
    visiter(cible, 0, annulee=True, annulee_le=LENDEMAIN, confiee=True)
    assert couverture(cible, JOUR).programmees == 1
    assert couverture(cible, LENDEMAIN).programmees == 0


def test_couverture_d_une_liste_vide_n_a_pas_de_part(reseau):
    assert couverture(CibleFactory(reseau=reseau, decidee=True), JOUR).part is None


def test_couverture_d_une_cible_en_preparation_ne_touche_personne(reseau):
    ligne = LigneDeCibleFactory(cible=CibleFactory(reseau=reseau))
    VisiteFactory(reseau=reseau, entreprise=ligne.entreprise, realisee=True)
    assert couverture(ligne.cible, date(2030, 1, 1)) == Couverture(entreprises=1, touchees=0, programmees=0)


def test_couverture_ne_depend_pas_de_l_origine(cible):
    """L'entreprise est de la liste : qu'elle ait demandé la visite ne la rend pas sans contact."""
    visiter(cible, 0, realisee=True, origine="demande")
    assert couverture(cible, JOUR).touchees == 1


def test_couverture_en_une_requete(cible, requetes):
    assert requetes(lambda: couverture(cible, JOUR)) == 1


def test_evolution_cumule_mois_par_mois_sans_trou(cible):
    visiter(cible, 0, realisee=True)
    visiter(cible, 1, refusee=True, refusee_le=date(2026, 5, 31))
    trouvee = evolution(cible, date(2026, 6, 15))
    assert [(mois.premier.month, mois.nouvelles, mois.cumul, mois.part) for mois in trouvee] == [
        (3, 1, 1, 0.25),
        (4, 0, 1, 0.25),
        (5, 1, 2, 0.5),
        (6, 0, 2, 0.5),
    ]


def test_evolution_compte_l_entreprise_au_mois_de_sa_premiere_touche(cible):
    visiter(cible, 0, refusee=True, refusee_le=date(2026, 5, 4))
    visiter(cible, 0, realisee=True, realisee_le=date(2026, 4, 7))
    assert [mois.nouvelles for mois in evolution(cible, date(2026, 5, 31))] == [0, 1, 0]


def test_evolution_finit_sur_la_couverture_et_s_arrete_au_jour_dit(cible):
    for rang, jour in enumerate([VEILLE, JOUR, LENDEMAIN, date(2026, 4, 1)]):
        visiter(cible, rang, realisee=True, realisee_le=jour)
    assert [evolution(cible, jour)[-1].cumul for jour in (JOUR, LENDEMAIN, date(2026, 4, 1))] == [1, 2, 3]
    assert all(evolution(cible, jour)[-1].cumul == couverture(cible, jour).touchees for jour in (JOUR, LENDEMAIN))


def test_evolution_ignore_l_ecartee_et_ce_qui_n_est_pas_decide(reseau, cible):
    visiter(cible, 4, realisee=True)
    assert [mois.cumul for mois in evolution(cible, JOUR)] == [0]
    assert (evolution(cible, VEILLE), evolution(CibleFactory(reseau=reseau), JOUR)) == ([], [])


def test_evolution_d_une_liste_vide_n_a_pas_de_part(reseau):
    assert [mois.part for mois in evolution(CibleFactory(reseau=reseau, decidee=True), JOUR)] == [None]


def test_evolution_coute_autant_pour_un_mois_que_pour_trente(cible, requetes):
    visiter(cible, 0, realisee=True)
    assert [requetes(lambda le=le: evolution(cible, le)) for le in (JOUR, date(2028, 9, 1))] == [2, 2]
