"""Le tableau 2.4 : une action par ligne, composé pour qui le lit."""

from datetime import date

import pytest

from reseau.lib.tableau import Valeur
from suivi.indicateurs import tableau_2_4
from tests.factories import (
    ActionFactory,
    CompteRenduFactory,
    ContactFactory,
    DeportFactory,
    MembreFactory,
    ProjetFactory,
    VisiteFactory,
)

AU = date(2026, 6, 30)
pytestmark = pytest.mark.django_db


@pytest.fixture
def michu(reseau):
    return MembreFactory(reseau=reseau, prenom="Agathe", nom="Michu")


def confier(membre, **champs):
    """Une action de ce membre, dans son réseau, née d'une visite d'un autre."""
    visite = VisiteFactory(reseau=membre.reseau, realisee=True)
    return ActionFactory(projet=ProjetFactory(visite=visite), responsable=membre, acceptee=True, **champs)


def titres(tableau):
    return [section.titre for section in tableau.sections]


def lignes(tableau):
    """Toutes les lignes, valeurs nues."""
    return [
        {cle: v.valeur if isinstance(v, Valeur) else v for cle, v in ligne.items()}
        for section in tableau.sections
        for ligne in section.lignes
    ]


def test_ligne_dit_tout_ce_que_demande_l_annexe(michu):
    action = confier(michu, numero=7001, libelle="Rechercher un terrain", fin_prevue=date(2026, 9, 15))
    projet = action.projet
    ContactFactory(entreprise=projet.visite.entreprise, prenom="Achille", nom="Fictif")
    assert lignes(tableau_2_4(michu.reseau, responsable=michu, au=AU)) == [
        {
            "numero": "7001",
            "societe": projet.visite.entreprise.raison_sociale,
            "action": "Rechercher un terrain",
            "projet": projet.titre,
            "fin_prevue": date(2026, 9, 15),
            "fin_reelle": None,
            "interlocuteur": projet.interlocuteur.nom_alphabetique,
            "contact": "M. Achille Fictif",
        }
    ]


def test_contact_est_la_personne_vue_avant_le_dirigeant(michu):
    action = confier(michu)
    ContactFactory(entreprise=action.projet.visite.entreprise)
    vue = ContactFactory(entreprise=action.projet.visite.entreprise, prenom="Odile", nom="Vue", dirigeant=False)
    CompteRenduFactory(visite=action.projet.visite, vu=vue)
    assert lignes(tableau_2_4(michu.reseau, au=AU))[0]["contact"] == "M. Odile Vue"


def test_fin_reelle_est_vide_tant_qu_elle_n_est_pas_passee(michu):
    ActionFactory(projet=confier(michu).projet, responsable=michu, close=True, fin_reelle=date(2026, 7, 1))
    tableau = tableau_2_4(michu.reseau, responsable=michu, au=AU)
    assert [ligne["fin_reelle"] for ligne in lignes(tableau)] == [None, None]
    assert tableau_2_4(michu.reseau, responsable=michu, au=date(2026, 7, 1)).sections[0].notes == [
        "Actions ouvertes : 1 ; closes : 1."
    ]


def test_ouvertes_seulement_retire_les_closes_et_le_dit(michu):
    ouverte = confier(michu)
    ActionFactory(projet=ouverte.projet, responsable=michu, close=True, fin_reelle=AU)
    tableau = tableau_2_4(michu.reseau, au=AU, ouvertes=True)
    assert [ligne["numero"] for ligne in lignes(tableau)] == [str(ouverte.numero)]
    assert tableau.filtres == [("Actions", "ouvertes seulement")]


def test_action_proposee_apres_le_jour_lu_n_y_est_pas(michu):
    confier(michu, proposee_le=date(2026, 7, 1))
    assert lignes(tableau_2_4(michu.reseau, au=AU)) == []


def test_titre_nomme_le_responsable(michu):
    assert tableau_2_4(michu.reseau, responsable=michu, au=AU).titre == ("Liste des actions dont est responsable : Michu Agathe")


def test_sans_responsable_une_section_par_personne_alphabetique(reseau, michu):
    confier(michu)
    confier(MembreFactory(reseau=reseau, nom="Élan"))
    confier(MembreFactory(reseau=reseau, nom="Fauchet", parti_le=date(2026, 6, 1)))
    ActionFactory(projet=confier(michu).projet, responsable=None)
    attendus = ["Élan Camille", "Fauchet Camille (départ)", "Michu Agathe", "Sans responsable"]
    assert titres(tableau_2_4(reseau, au=AU)) == attendus


def test_actions_se_suivent_par_numero(michu):
    for numero in (12, 3, 7):
        confier(michu, numero=numero)
    assert [ligne["numero"] for ligne in lignes(tableau_2_4(michu.reseau, au=AU))] == ["3", "7", "12"]


def test_associe_ne_lit_que_les_siennes(reseau, michu, membres):
    confier(michu)
    sienne = confier(membres["associe"])
    for choix in ({}, {"responsable": michu}, {"responsable": membres["associe"]}):
        tableau = tableau_2_4(reseau, lecteur=membres["associe"], au=AU, **choix)
        assert {ligne["numero"] for ligne in lignes(tableau)} <= {str(sienne.numero)}
    assert titres(tableau_2_4(reseau, lecteur=membres["associe"], au=AU)) == ["Associe Camille"]


def test_associe_qui_accompagne_ne_lit_pas_les_actions_des_autres(reseau, michu, membres):
    visite = VisiteFactory(reseau=reseau, realisee=True, accompagnant=membres["associe"])
    ActionFactory(projet=ProjetFactory(visite=visite), responsable=michu)
    assert lignes(tableau_2_4(reseau, lecteur=membres["associe"], au=AU)) == []


@pytest.mark.parametrize("profil", ["prefecture", "observateur"])
def test_qui_n_a_pas_droit_aux_actions_n_en_recoit_aucune(michu, membres, profil):
    confier(michu)
    assert lignes(tableau_2_4(michu.reseau, lecteur=membres[profil], au=AU)) == []


@pytest.mark.parametrize("profil", ["animateur", "secretariat", "direct"])
def test_deport_retire_la_ligne_a_ce_lecteur_seulement(michu, membres, profil):
    action = confier(michu)
    DeportFactory(membre=membres[profil], entreprise=action.projet.visite.entreprise)
    assert lignes(tableau_2_4(michu.reseau, lecteur=membres[profil], au=AU)) == []
    assert titres(tableau_2_4(michu.reseau, lecteur=membres[profil], au=AU)) == []
    assert len(lignes(tableau_2_4(michu.reseau, au=AU))) == 1


def test_reseaux_ne_se_melent_pas(michu):
    confier(MembreFactory())
    assert lignes(tableau_2_4(michu.reseau, au=AU)) == []


def test_json_porte_les_mois(michu):
    confier(michu, fin_prevue=date(2026, 9, 15))
    assert tableau_2_4(michu.reseau, au=AU).en_json()["sections"][0]["lignes"][0]["fin_prevue"] == "2026-09"


def test_requetes_constantes(michu, requetes, animateur):
    def garnir(combien):
        for _ in range(combien):
            action = confier(MembreFactory(reseau=michu.reseau))
            CompteRenduFactory(visite=action.projet.visite, vu=ContactFactory(entreprise=action.projet.visite.entreprise))

    garnir(1)
    une = requetes(lambda: tableau_2_4(michu.reseau, lecteur=animateur, au=AU))
    garnir(9)
    assert requetes(lambda: tableau_2_4(michu.reseau, lecteur=animateur, au=AU)) == une <= 3
