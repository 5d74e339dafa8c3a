"""Le tableau 2.5 : deux périodes, un stock, des parts ; qui lit quelles lignes."""

from datetime import date

import pytest

from reseau.lib.tableau import ADRESSES, Valeur
from suivi.indicateurs import tableau_2_5
from tests.factories import (
    CibleFactory,
    DeportFactory,
    InstitutionFactory,
    LigneDeCibleFactory,
    MembreFactory,
    PresenceFactory,
    ReunionFactory,
    VisiteFactory,
)

AU = date(2026, 6, 30)
pytestmark = pytest.mark.django_db


def nues(lignes):
    """Les lignes d'une section, valeurs nues, vides ôtés."""
    return [
        {cle: v.valeur if isinstance(v, Valeur) else v for cle, v in ligne.items() if v not in (None, "") and cle != ADRESSES}
        for ligne in lignes
    ]


def section(tableau, rang=0):
    return nues(tableau.sections[rang].lignes)


def pied(tableau):
    return {ligne.pop("nom"): ligne for ligne in nues(tableau.sections[0].pied)}


def visite(reseau, membre, jour=None, **champs):
    if jour:
        champs |= {"realisee": True, "realisee_le": jour}
    return VisiteFactory(reseau=reseau, developpeur=membre, **champs)


@pytest.fixture
def alix(reseau):
    return MembreFactory(reseau=reseau, prenom="Alix", nom="Bargeau")


def test_reseau_vide_donne_un_tableau_vide(reseau):
    tableau = tableau_2_5(reseau, au=AU)
    assert section(tableau) == []
    assert pied(tableau) == {
        "Somme": {"realisees": 0, "programmees": 0},
        "Refus": {"realisees": 0},
        "Total": {"realisees": 0, "programmees": 0},
    }
    assert tableau.periode == (
        "Visites jusqu’au 30 juin 2026\u00a0; participation aux réunions du 1er juillet 2025 au 30 juin 2026"
    )


def test_realisees_sont_datees_dans_la_periode_bornes_comprises(reseau, alix):
    for jour in (date(2026, 1, 31), date(2026, 2, 1), AU, date(2026, 7, 1)):
        visite(reseau, alix, jour)
    tableau = tableau_2_5(reseau, visites_depuis=date(2026, 2, 1), au=AU)
    assert section(tableau)[0]["realisees"] == 2


def test_restituees_comptent_comme_realisees(reseau, alix):
    visite(reseau, alix, restituee=True)
    assert section(tableau_2_5(reseau, au=AU))[0]["realisees"] == 1


def test_programmees_sont_le_stock_en_fin_de_periode(reseau, alix):
    for etat in ("programmee", "annoncee", "rendez_vous"):
        visite(reseau, alix, **{etat: True})
    VisiteFactory(reseau=reseau)
    visite(reseau, alix, realisee=True, programmee_le=date(2026, 6, 1), realisee_le=date(2026, 7, 2))
    assert section(tableau_2_5(reseau, au=AU))[0]["programmees"] == 4


def test_binome_compte_une_fois_au_titulaire(reseau, alix):
    autre = MembreFactory(reseau=reseau, nom="Caribert")
    visite(reseau, alix, AU, accompagnant=autre)
    tableau = tableau_2_5(reseau, au=AU)
    assert [(ligne["nom"], ligne["realisees"]) for ligne in section(tableau)] == [("Bargeau Alix", 1), ("Caribert Camille", 0)]
    assert pied(tableau)["Somme"] == {"realisees": 1, "programmees": 0}


def test_participation_ne_compte_que_les_reunions_tenues_en_tant_que_membre(reseau, alix):
    alix.entre_le = date(2026, 3, 1)
    alix.save()
    ReunionFactory(reseau=reseau, le=date(2026, 2, 1), tenue=True)
    ReunionFactory(reseau=reseau, le=date(2026, 3, 20), annulee=True)
    PresenceFactory(reunion=ReunionFactory(reseau=reseau, le=date(2026, 3, 10), tenue=True), membre=alix)
    PresenceFactory(reunion=ReunionFactory(reseau=reseau, le=date(2026, 4, 10), tenue=True), membre=alix, etat="excuse")
    ligne = section(tableau_2_5(reseau, au=AU))[0]
    assert (ligne["participation"], ligne["reunions"]) == (0.5, "1 sur 2")


def test_participation_a_sa_propre_periode(reseau, alix):
    visite(reseau, alix, date(2024, 3, 1))
    PresenceFactory(reunion=ReunionFactory(reseau=reseau, le=date(2025, 6, 1), tenue=True), membre=alix)
    ligne = section(tableau_2_5(reseau, visites_depuis=date(2024, 1, 1), participation_du=date(2026, 1, 1), au=AU))[0]
    assert ligne == {"nom": "Bargeau Alix", "realisees": 1, "programmees": 0}


def test_parti_est_dit_depart_et_garde_ses_visites(reseau, alix):
    visite(reseau, alix, date(2026, 3, 2))
    alix.parti_le = date(2026, 5, 1)
    alix.save()
    assert section(tableau_2_5(reseau, au=AU)) == [{"nom": "Bargeau Alix", "realisees": 1, "participation": "départ"}]


def test_parti_avant_la_periode_sans_visite_n_y_est_plus(reseau, alix):
    alix.parti_le = date(2025, 5, 1)
    alix.save()
    assert section(tableau_2_5(reseau, visites_depuis=date(2026, 1, 1), au=AU)) == []


def test_pas_encore_parti_au_jour_lu(reseau, alix):
    alix.parti_le = date(2026, 12, 1)
    alix.save()
    assert "participation" not in section(tableau_2_5(reseau, au=AU))[0]


def test_ancien_direct_devenu_associe_garde_sa_ligne(reseau, alix):
    visite(reseau, alix, AU)
    alix.qualite = "associe"
    alix.save()
    tableau = tableau_2_5(reseau, au=AU)
    assert sum(ligne["realisees"] for ligne in section(tableau)) == pied(tableau)["Somme"]["realisees"] == 1


def test_refus_s_ajoutent_au_total_sans_etre_imputes(reseau, alix):
    visite(reseau, alix, date(2026, 3, 2))
    visite(reseau, alix, refusee=True)
    tableau = tableau_2_5(reseau, au=AU)
    assert section(tableau)[0]["realisees"] == 1
    assert pied(tableau)["Total"] == {"realisees": 2, "programmees": 0}


def test_refus_sont_dates_dans_la_periode(reseau, alix):
    for jour in (date(2026, 1, 31), date(2026, 2, 1), date(2026, 7, 1)):
        visite(reseau, alix, refusee=True, refusee_le=jour)
    assert pied(tableau_2_5(reseau, visites_depuis=date(2026, 2, 1), au=AU))["Refus"] == {"realisees": 1}


def test_part_compte_des_entreprises_de_la_cible(reseau, alix):
    cible = CibleFactory(reseau=reseau, decidee=True)
    lignes = LigneDeCibleFactory.create_batch(4, cible=cible)
    LigneDeCibleFactory(cible=cible, motif_d_ecart="Fermée")
    visite(reseau, alix, date(2026, 3, 2), entreprise=lignes[0].entreprise)
    visite(reseau, alix, date(2026, 6, 2), entreprise=lignes[0].entreprise)
    visite(reseau, alix, refusee=True, entreprise=lignes[1].entreprise)
    visite(reseau, alix, date(2026, 3, 2))
    tableau = tableau_2_5(reseau, au=AU)
    assert pied(tableau)["Part de la cible"] == {"realisees": 0.5}
    assert pied(tableau)["Total"]["realisees"] == 4
    assert section(tableau, 2) == [
        {"nom": "Visitées ou ayant refusé", "entreprises": 2, "part": 0.5},
        {"nom": "Visite programmée", "entreprises": 0, "part": 0.0},
        {"nom": "Sans contact", "entreprises": 2, "part": 0.5},
    ]


def test_institution_participe_par_un_seul_de_ses_membres(reseau, alix):
    alix.institution.sigle = "CMA"
    alix.institution.save()
    collegue = MembreFactory(reseau=reseau, institution=alix.institution)
    for jour, membre in ((1, alix), (2, collegue), (3, None)):
        reunion = ReunionFactory(reseau=reseau, le=date(2026, 3, jour), tenue=True)
        if membre:
            PresenceFactory(reunion=reunion, membre=membre)
    visite(reseau, collegue, AU)
    ligne = {"nom": "CMA", "realisees": 1, "programmees": 0, "participation": 2 / 3, "reunions": "2 sur 3"}
    assert section(tableau_2_5(reseau, au=AU), 1) == [ligne]


def test_institution_partie_est_dite_depart_si_elle_a_des_visites(reseau, alix):
    alix.institution.fermee_le = date(2026, 4, 1)
    alix.institution.save()
    InstitutionFactory(reseau=reseau, fermee_le=date(2026, 4, 1))
    assert section(tableau_2_5(reseau, au=AU), 1) == []
    visite(reseau, alix, date(2026, 3, 2))
    assert [ligne["participation"] for ligne in section(tableau_2_5(reseau, au=AU), 1)] == ["départ"]


def test_ordre_alphabetique_ignore_les_accents(reseau):
    for nom in ("Élan", "Zèbre", "Elbe", "abeille"):
        MembreFactory(reseau=reseau, prenom="A", nom=nom)
    noms = [ligne["nom"] for ligne in section(tableau_2_5(reseau, au=AU))]
    assert noms == ["abeille A", "Élan A", "Elbe A", "Zèbre A"]


def test_associe_lit_sa_ligne_et_les_totaux(reseau, alix, membres):
    visite(reseau, alix, AU)
    tableau = tableau_2_5(reseau, lecteur=membres["associe"], au=AU)
    assert [ligne["nom"] for ligne in section(tableau)] == ["Associe Camille"]
    assert [partie.titre for partie in tableau.sections] == ["Par développeur"]
    assert pied(tableau) == pied(tableau_2_5(reseau, au=AU))


def test_observateur_lit_les_totaux_seulement(reseau, alix, membres):
    visite(reseau, alix, AU)
    tableau = tableau_2_5(reseau, lecteur=membres["observateur"], au=AU)
    assert section(tableau) == []
    assert pied(tableau)["Somme"]["realisees"] == 1


@pytest.mark.parametrize("profil", ["animateur", "secretariat", "direct", "prefecture"])
def test_les_autres_lisent_toutes_les_lignes(reseau, alix, membres, profil):
    visite(reseau, alix, AU)
    assert section(tableau_2_5(reseau, lecteur=membres[profil], au=AU)) == section(tableau_2_5(reseau, au=AU))


def test_deport_ne_change_pas_les_totaux_sans_filtre(reseau, alix, direct):
    DeportFactory(membre=direct, entreprise=visite(reseau, alix, AU).entreprise)
    tableau = tableau_2_5(reseau, lecteur=direct, au=AU)
    assert pied(tableau)["Somme"]["realisees"] == 1


@pytest.mark.parametrize("choix", [{"visites_depuis": date(2026, 1, 1)}, {"participation_du": AU}, {"filtre": True}])
def test_deport_sort_des_comptes_des_qu_une_periode_est_choisie(reseau, alix, direct, choix):
    DeportFactory(membre=direct, entreprise=visite(reseau, alix, AU).entreprise)
    tableau = tableau_2_5(reseau, lecteur=direct, au=AU, **choix)
    assert pied(tableau)["Somme"]["realisees"] == 0


def test_reseaux_ne_se_melent_pas(reseau, alix):
    visite(reseau, alix, AU)
    VisiteFactory(realisee=True)
    assert pied(tableau_2_5(reseau, au=AU))["Somme"]["realisees"] == 1


def test_requetes_constantes(reseau, requetes):
    def garnir(combien):
        for membre in MembreFactory.create_batch(combien, reseau=reseau):
            visite(reseau, membre, AU)
            PresenceFactory(reunion=ReunionFactory(reseau=reseau, tenue=True), membre=membre)

    garnir(1)
    une = requetes(lambda: tableau_2_5(reseau, au=AU))
    garnir(9)
    assert requetes(lambda: tableau_2_5(reseau, au=AU)) == une <= 10
