"""Le plan : la campagne courante, les cases qui s'ouvrent, la liste à placer ou à prendre, et ce que chacun en lit."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from reseau.lib.dates import plus_mois
from tests.factories import (
    AbsenceFactory,
    CampagneFactory,
    CibleFactory,
    ConcurrenceFactory,
    DeportFactory,
    EntrepriseFactory,
    LigneDeCibleFactory,
    MembreFactory,
    SollicitationFactory,
    VisiteFactory,
)
from visites import operations

pytestmark = pytest.mark.django_db
MOIS = localdate().replace(day=1)


@pytest.fixture
def campagne(reseau):
    cible = CibleFactory(reseau=reseau, decidee=True, decidee_le=MOIS)
    return CampagneFactory(reseau=reseau, cible=cible, debut_le=plus_mois(MOIS, -3), fin_le=plus_mois(MOIS, 12))


@pytest.fixture
def plan(clients, adresse, campagne):
    """`plan("direct", mois="2026-11")` : ce que lit ce rôle."""
    return lambda role="animateur", **choix: clients[role].get(adresse("visites:campagne", campagne.pk), choix)


@pytest.fixture
def confiee(reseau, campagne, direct):
    return VisiteFactory(reseau=reseau, campagne=campagne, developpeur=direct, programmee=True, prevue_le=MOIS)


# Quelle campagne


def test_plan_est_celui_de_la_campagne_en_cours(clients, adresse, campagne, reseau):
    CampagneFactory(reseau=reseau, debut_le=plus_mois(MOIS, 20), fin_le=plus_mois(MOIS, 30))
    assert clients["direct"].get(adresse("visites:plan")).context["campagne"] == campagne


def test_plan_sans_campagne_dit_par_ou_commencer(clients, adresse, reseau):
    page = clients["animateur"].get(adresse("visites:plan")).content.decode()
    assert "Aucune campagne" in page
    assert adresse("visites:campagne-creer") in page


def test_plan_montre_d_autres_mois(plan, campagne):
    assert plan().context["mois"][0] == MOIS
    assert plan(depuis=f"{campagne.debut_le:%Y-%m}").context["mois"][0] == campagne.debut_le
    assert plan(depuis="illisible").context["mois"][0] == MOIS
    assert [libelle for *_, libelle in plan().context["voisins"]] == ["Mois précédents", "Mois suivants"]


# Le tableau


def test_plan_compte_le_binome_une_fois_au_titulaire(plan, reseau, confiee):
    confiee.accompagnant = MembreFactory(reseau=reseau, nom="Zeller")
    confiee.save()
    titulaire, accompagnant = plan().context["developpeurs"]
    assert (titulaire.charge.total, titulaire.mois[0].nombre, titulaire.mois[0].a_deux) == (1, 1, 1)
    assert (accompagnant.charge.total, accompagnant.accompagnees) == (0, 1)


def test_plan_n_ouvre_que_les_cases_a_venir_de_qui_visite(plan, campagne, confiee, reseau):
    VisiteFactory(reseau=reseau, campagne=campagne, programmee=True, developpeur=MembreFactory(reseau=reseau, parti_le=MOIS))
    lignes = plan(depuis=f"{plus_mois(MOIS, -1):%Y-%m}").context["developpeurs"]
    assert [[case.ouverte for case in ligne.mois[:3]] for ligne in lignes] == [[False, True, True], [False] * 3]


def test_plan_dit_les_absences_sur_leur_mois(plan, direct, campagne):
    AbsenceFactory(membre=direct, debut_le=MOIS + timedelta(days=24), fin_le=plus_mois(MOIS, 1) + timedelta(days=2))
    AbsenceFactory(membre=direct, debut_le=plus_mois(MOIS, 1) + timedelta(days=8), fin_le=plus_mois(MOIS, 1) + timedelta(days=8))
    premier, second = plan().context["developpeurs"][0].mois[:2]
    assert premier.absences.startswith("du\u00a025 au\u00a0")
    assert second.absences == "du\u00a01er au\u00a03, le\u00a09"


def test_plan_ne_tait_ni_ne_compte_a_tort_pour_le_deporte(plan, membres, confiee):
    DeportFactory(entreprise=confiee.entreprise, membre=membres["animateur"])
    lectures = {role: plan(role).context["developpeurs"][0] for role in ("animateur", "secretariat")}
    assert {role: (ligne.charge.total, ligne.mois[0].nombre) for role, ligne in lectures.items()} == {
        "animateur": (0, 0),
        "secretariat": (1, 1),
    }


# Une case ouverte


def test_case_s_ouvre_sur_ses_visites(plan, confiee, direct, reseau, campagne):
    VisiteFactory(reseau=reseau, campagne=campagne, developpeur=direct, programmee=True, prevue_le=plus_mois(MOIS, 1))
    contexte = plan("prefecture", developpeur=direct.pk, mois=f"{MOIS:%Y-%m}").context
    assert contexte["ouverte"].visites == [confiee]


@pytest.mark.parametrize("mois", ["9999-12", "0001-01", "illisible"])
def test_case_d_un_mois_hors_du_temps_ne_s_ouvre_pas(plan, direct, mois):
    assert "ouverte" not in plan(developpeur=direct.pk, mois=mois).context


def test_case_ouverte_sur_ce_que_membre_accompagne(plan, confiee, reseau):
    confiee.accompagnant = MembreFactory(reseau=reseau)
    confiee.save()
    assert plan(accompagnant=confiee.accompagnant.pk).context["ouverte"].visites == [confiee]


@pytest.mark.parametrize("choix", [{"developpeur": "0", "mois": "2026-03"}, {"developpeur": "x"}, {"accompagnant": "9" * 30}])
def test_case_qui_n_existe_pas_montre_la_liste(plan, choix):
    assert "lignes" in plan(**choix).context


@pytest.mark.parametrize(
    ("role", "gestes"),
    [("animateur", (True, True)), ("secretariat", (True, True)), ("direct", (False, True)), ("prefecture", (False, False))],
)
def test_case_offre_les_gestes_permis(plan, confiee, direct, role, gestes):
    (carte,) = plan(role, developpeur=direct.pk, mois=f"{MOIS:%Y-%m}").context["cartes"]
    assert (carte["deplace"], carte["rend"]) == gestes


def test_case_cache_la_visite_de_qui_se_deporte(plan, membres, confiee, direct):
    DeportFactory(entreprise=confiee.entreprise, membre=membres["prefecture"])
    page = plan("prefecture", developpeur=direct.pk, mois=f"{MOIS:%Y-%m}")
    assert page.context["ouverte"].visites == []
    assert confiee.entreprise.raison_sociale not in page.content.decode()


# À droite


def test_liste_avertit_avant(plan, campagne, reseau, direct):
    fiche = LigneDeCibleFactory(cible=campagne.cible).entreprise
    SollicitationFactory(entreprise=fiche, le=localdate())
    SollicitationFactory(entreprise=fiche, le=localdate() - timedelta(days=3))
    lien = ConcurrenceFactory(entreprise=fiche)
    deport = DeportFactory(entreprise=fiche)
    (ligne,) = plan().context["lignes"]
    deporte, contact, concurrente = ligne["avertissements"]
    assert deporte == f"Se déporte : {deport.membre}."
    assert (contact.startswith("Contact récent."), contact.endswith("Et 1\u00a0autre contact récent.")) == (True, True)
    assert concurrente == f"Concurrente de « {lien.concurrente} »."


def test_liste_propose_a_qui_confier_et_pourquoi(plan, campagne, reseau, direct):
    fiche = LigneDeCibleFactory(cible=campagne.cible).entreprise
    VisiteFactory(reseau=reseau, entreprise=EntrepriseFactory(reseau=reseau), developpeur=direct, programmee=True)
    page = plan()
    (ligne,) = page.context["lignes"]
    assert (ligne["entreprise"], ligne["proposition"]["membre"]) == (fiche, direct)
    assert f"Confier à {direct}" in page.content.decode()


def test_liste_de_l_animation_dit_qui_a_rendu_et_pourquoi(plan, confiee, direct):
    operations.rendre(confiee, motif="Trop loin de Lure", par=direct)
    motif = f"Rendue par {direct} : Trop loin de Lure"
    assert motif in plan().context["lignes"][0]["avertissements"]
    assert motif not in plan("prefecture").content.decode()


def test_liste_du_developpeur_est_celle_a_prendre(plan, adresse, campagne, reseau):
    LigneDeCibleFactory(cible=campagne.cible)
    inscrite = VisiteFactory(reseau=reseau, campagne=campagne)
    page = plan("direct")
    assert [ligne["entreprise"] for ligne in page.context["lignes"]] == [inscrite.entreprise]
    assert adresse("visites:prendre", inscrite.pk) in page.content.decode()
    assert adresse("visites:prendre", inscrite.pk) not in plan("prefecture").content.decode()


def test_liste_garde_l_inscrite_hors_cible_de_la_campagne(plan, campagne, reseau):
    hors_cible = VisiteFactory(reseau=reseau, campagne=campagne)
    VisiteFactory(reseau=reseau)
    assert [ligne["entreprise"] for ligne in plan().context["lignes"]] == [hors_cible.entreprise]


def test_liste_mene_a_la_carte_sous_les_memes_filtres(plan, campagne, adresse):
    attendu = f"{adresse('visites:carte')}?cible={campagne.cible_id}&q=forge&tranche=12"
    assert plan(q="forge", taille="12").context["vers_la_carte"] == attendu


def test_liste_se_range_et_se_pagine(plan, campagne, reseau):
    for nom in "ABCDEFGHIJKLM":
        LigneDeCibleFactory(cible=campagne.cible, entreprise__raison_sociale=nom)
    assert len(plan().context["lignes"]) == 12
    assert [ligne["entreprise"].raison_sociale for ligne in plan(page=2).context["lignes"]] == ["M"]


def test_plan_d_un_lecteur_n_a_ni_script_ni_depot(plan, campagne):
    page = plan("direct").content.decode()
    assert "js/plan.js" not in page
    assert "data-case" not in page


def test_case_requetes_constantes(plan, reseau, campagne, direct, constantes):
    direct.entre_le = localdate()
    direct.save()

    def ajouter():
        VisiteFactory(reseau=reseau, campagne=campagne, developpeur=direct, programmee=True, prevue_le=MOIS)

    assert constantes(lambda: plan(developpeur=direct.pk, mois=f"{MOIS:%Y-%m}"), ajouter, (1, 2, 30)) <= 24
