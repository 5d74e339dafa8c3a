"""Les entreprises à revoir : l'espacement écoulé, l'abri échu, le rappel demandé ; la page et son classeur."""

from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate

from reseau.lib.dates import plus_mois
from tests.factories import JOUR, DeportFactory, EntrepriseFactory, VisiteFactory
from visites.revoir import ABRI, ESPACEMENT, RAPPEL, a_revoir, detailler

pytestmark = pytest.mark.django_db
HIER = JOUR - timedelta(days=1)


@pytest.fixture
def ancienne(reseau):
    """Une visite faite il y a vingt-cinq mois."""
    return VisiteFactory(reseau=reseau, realisee=True, realisee_le=plus_mois(JOUR, -25))


@pytest.fixture
def protegee(reseau):
    return EntrepriseFactory(reseau=reseau, ne_plus_solliciter_jusqu_au=HIER)


@pytest.fixture
def trouver(animateur):
    return lambda raison="": set(a_revoir(animateur, JOUR, raison))


def test_a_revoir_reunit_les_trois_raisons(trouver, reseau, ancienne, protegee):
    rappel = VisiteFactory(reseau=reseau, origine="rappel").entreprise
    EntrepriseFactory(reseau=reseau)
    VisiteFactory(reseau=reseau)
    assert trouver() == {ancienne.entreprise, protegee, rappel}
    assert [trouver(raison) for raison in (ESPACEMENT, ABRI, RAPPEL)] == [{ancienne.entreprise}, {protegee}, {rappel}]


@pytest.mark.parametrize(
    "etat", [{"programmee": True}, {"realisee": True, "realisee_le": HIER}, {"refusee": True, "refusee_le": HIER}]
)
def test_a_revoir_ecarte_ce_qu_une_visite_empeche(trouver, reseau, ancienne, protegee, etat):
    for entreprise in (ancienne.entreprise, protegee):
        VisiteFactory(reseau=reseau, entreprise=entreprise, **etat)
    assert trouver() == set()


def test_a_revoir_oublie_l_abri_suivi_d_une_visite(trouver, reseau, protegee):
    protegee.ne_plus_solliciter_jusqu_au = plus_mois(JOUR, -30)
    protegee.save()
    VisiteFactory(reseau=reseau, entreprise=protegee, realisee=True, realisee_le=plus_mois(JOUR, -28))
    assert (trouver(ABRI), trouver(ESPACEMENT)) == (set(), {protegee})


def test_a_revoir_cache_au_deporte(trouver, animateur, ancienne, protegee):
    for entreprise in (ancienne.entreprise, protegee):
        DeportFactory(entreprise=entreprise, membre=animateur)
    assert trouver() == set()


def test_detail_dit_depuis_quand_par_qui_pourquoi(animateur, membres, ancienne):
    ancienne.accompagnant = membres["associe"]
    ancienne.save()
    ancienne.entreprise.ne_plus_solliciter_jusqu_au = HIER
    (ligne,) = detailler([ancienne.entreprise], animateur, JOUR)
    assert (ligne.derniere, ligne.depuis) == (ancienne, JOUR)
    assert ligne.vue_par == f"{ancienne.developpeur} et {membres['associe']}"
    assert ligne.raisons == ["Espacement de 24 mois écoulé.", f"« Ne plus solliciter » échu le {HIER:%d/%m/%Y}."]


def test_detail_de_l_espacement_seul(animateur, ancienne):
    (ligne,) = detailler([ancienne.entreprise], animateur, JOUR)
    assert ligne.depuis == date(2026, 2, 2)


# La page


@pytest.mark.parametrize(
    ("role", "statut"),
    [("animateur", 200), ("secretariat", 200), ("direct", 200), ("associe", 403), ("prefecture", 200), ("observateur", 403)],
)
def test_page_selon_le_role(clients, adresse, reseau, role, statut):
    assert clients[role].get(adresse("visites:a-revoir")).status_code == statut


def test_page_mene_a_la_programmation_qui_programme(clients, adresse, ancienne):
    lien = f"{adresse('visites:proposer', ancienne.entreprise_id)}?origine=rappel"
    pages = {role: clients[role].get(adresse("visites:a-revoir")).content.decode() for role in ("animateur", "direct")}
    assert {role: lien in page for role, page in pages.items()} == {"animateur": True, "direct": False}


def test_page_range_la_plus_ancienne_d_abord_et_filtre(clients, adresse, reseau, ancienne):
    plus_vieille = VisiteFactory(reseau=reseau, realisee=True, realisee_le=date(2020, 1, 1)).entreprise
    jamais = EntrepriseFactory(reseau=reseau, ne_plus_solliciter_jusqu_au=date(2021, 1, 1))
    page = adresse("visites:a-revoir")
    lire = lambda **choix: [ligne.entreprise for ligne in clients["direct"].get(page, choix).context["lignes"]]  # noqa: E731
    assert lire() == [plus_vieille, ancienne.entreprise, jamais]
    assert (lire(raison=ABRI), lire(q=ancienne.entreprise.siret)) == ([jamais], [ancienne.entreprise])


def test_page_vide_le_dit(clients, adresse, reseau):
    assert "Aucune entreprise à revoir" in clients["animateur"].get(adresse("visites:a-revoir")).content.decode()


def test_classeur_suit_les_filtres(clients, adresse, ancienne, protegee, monkeypatch):
    ecrits = []
    monkeypatch.setattr("visites.views.a_revoir.tableau_en_xlsx", lambda tableau: ecrits.append(tableau) or b"PK")
    for choix in ({}, {"raison": ABRI}, {"raison": "hasard"}):
        clients["direct"].get(adresse("visites:a-revoir-xlsx"), choix)
    assert [len(tableau.sections[0].lignes) for tableau in ecrits] == [2, 1, 0]
    assert ecrits[1].filtres == [("Pourquoi", "« Ne plus solliciter » échu")]


def test_page_requetes_constantes(clients, adresse, reseau, constantes):
    def ajouter():
        VisiteFactory(reseau=reseau, realisee=True, realisee_le=plus_mois(localdate(), -30))
        VisiteFactory(reseau=reseau, origine="rappel")

    assert constantes(lambda: clients["animateur"].get(adresse("visites:a-revoir")), ajouter, (1, 2, 30)) <= 10
