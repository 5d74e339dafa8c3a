"""La génération suivante : proposée quand la cible s'épuise, préparée une seule fois."""

from datetime import date, timedelta

import pytest

from entreprises.models import Cible
from reseau.lib.erreurs import RegleEnfreinte
from tests.factories import JOUR, CibleFactory, LigneDeCibleFactory, VisiteFactory
from visites.generations import epuisement, preparer_la_generation_suivante

pytestmark = pytest.mark.django_db


@pytest.fixture
def cible(reseau):
    """Dix entreprises décidées le 2 mars 2026."""
    cible = CibleFactory(reseau=reseau, decidee=True)
    LigneDeCibleFactory.create_batch(10, cible=cible)
    return cible


def lignes(cible):
    return list(cible.lignes.select_related("entreprise").order_by("pk"))


def toucher(cible, combien, **etat):
    for ligne in lignes(cible)[:combien]:
        VisiteFactory(reseau=cible.reseau, entreprise=ligne.entreprise, **(etat or {"realisee": True}))


@pytest.mark.parametrize(("touchees", "restantes", "a_preparer"), [(0, 10, False), (8, 2, False), (9, 1, True), (10, 0, True)])
def test_generation_se_propose_a_partir_des_neuf_dixiemes(cible, touchees, restantes, a_preparer):
    toucher(cible, touchees)
    etat = epuisement(cible, JOUR)
    assert (etat.restantes, etat.a_preparer) == (restantes, a_preparer)


@pytest.mark.parametrize(
    "fiche", [{"etat": "ferme"}, {"ne_plus_solliciter_jusqu_au": JOUR}, {"ne_plus_solliciter_jusqu_au": date(2030, 1, 1)}]
)
def test_generation_se_propose_quand_plus_rien_ne_se_visite(cible, fiche):
    for ligne in lignes(cible):
        type(ligne.entreprise).objects.filter(pk=ligne.entreprise_id).update(**fiche)
    etat = epuisement(cible, JOUR)
    assert (etat.restantes, etat.a_preparer, etat.raison[:34]) == (0, True, "Les entreprises qui restent ne se ")


def test_refus_recent_n_est_plus_a_visiter_un_vieux_refus_le_redevient(cible):
    toucher(cible, 10, refusee=True, refusee_le=JOUR - timedelta(days=1))
    assert epuisement(cible, JOUR).restantes == 0
    assert epuisement(cible, date(2036, 3, 2)).restantes == 10


def test_visite_en_cours_tient_l_entreprise(cible):
    toucher(cible, 10, programmee=True)
    for ligne in lignes(cible):
        type(ligne.entreprise).objects.filter(pk=ligne.entreprise_id).update(etat="ferme")
    assert epuisement(cible, JOUR).restantes == 10


def test_toutes_ecartees_epuisent_la_cible(cible):
    cible.lignes.update(motif_d_ecart="Double")
    etat = epuisement(cible, JOUR)
    assert (etat.a_preparer, etat.raison) == (True, "Toutes les entreprises de la liste ont été écartées.")


def test_epuisement_en_deux_requetes(cible, requetes):
    assert requetes(lambda: epuisement(cible, JOUR)) == 2


def test_generation_trop_tot_est_refusee(cible, animateur):
    with pytest.raises(RegleEnfreinte, match="Il reste 10 entreprises à visiter"):
        preparer_la_generation_suivante(cible, par=animateur, le=JOUR)
    assert Cible.objects.count() == 1


def test_generation_se_prepare_une_fois_puis_s_ouvre(clients, adresse, cible):
    cible.lignes.update(motif_d_ecart="Double")
    page = adresse("visites:cible-generation", cible.pk)
    suivante_en_retouche = clients["animateur"].post(page).url
    suivante = Cible.objects.get(precedente=cible)
    assert suivante_en_retouche == adresse("entreprises:cible-modifier", suivante.pk)
    assert clients["secretariat"].post(page).url == suivante.get_absolute_url()
    assert Cible.objects.count() == 2


@pytest.mark.parametrize("profil", ["direct", "associe", "prefecture", "observateur"])
def test_generation_ne_se_prepare_que_par_l_animation(clients, adresse, cible, profil):
    assert clients[profil].post(adresse("visites:cible-generation", cible.pk)).status_code == 403


def test_generation_d_ailleurs_est_introuvable(clients, adresse):
    assert clients["animateur"].post(adresse("visites:cible-generation", CibleFactory(decidee=True).pk)).status_code == 404


def test_page_de_couverture_propose_ou_ouvre_la_suite(clients, adresse, cible):
    page, bouton = adresse("visites:cible-couverture", cible.pk), adresse("visites:cible-generation", cible.pk)
    toucher(cible, 9)
    montres = [bouton in clients[profil].get(page).content.decode() for profil in ("animateur", "direct")]
    assert montres == [True, False]
    clients["animateur"].post(bouton)
    assert bouton not in clients["animateur"].get(page).content.decode()
