"""Le tableau 2.7 : des actions nées de visites, deux classifications, des emplois déclaratifs."""

from datetime import date

import pytest

from reseau.lib.tableau import ADRESSES, Valeur
from suivi.enums import Nature, Sujet, TypeAction
from suivi.indicateurs import tableau_2_7
from tests.factories import ActionFactory, DeportFactory, InstitutionFactory, ProjetFactory, VisiteFactory

MARS, AVRIL = date(2026, 3, 2), date(2026, 4, 2)
pytestmark = pytest.mark.django_db


def projet(reseau, jour=MARS, **champs):
    return ProjetFactory(visite=VisiteFactory(reseau=reseau, realisee=True, realisee_le=jour), **champs)


def chiffres(tableau, rang):
    """{libellé: nombre} des lignes non nulles d'une section."""
    return {ligne["nom"]: ligne["nombre"] for ligne in tableau.sections[rang].lignes if ligne["nombre"]}


def totaux(tableau):
    return {
        section.titre: [{cle: ligne[cle] for cle in ligne if cle != ADRESSES} for ligne in section.pied]
        for section in tableau.sections
    }


def test_reseau_vide_montre_toutes_les_lignes_a_zero(reseau):
    tableau = tableau_2_7(reseau)
    assert [len(section.lignes) for section in tableau.sections] == [3, 6, 5, 9, 8, 0, 6, 6]
    assert tableau.sections[0].lignes[2] == {"nom": "Actions par visite", "nombre": None}
    assert tableau.sections[1].pied == [{"nom": "Total", "nombre": 0, "part": None}]


def test_rapport_divise_les_actions_par_les_visites(reseau):
    VisiteFactory(reseau=reseau, realisee=True)
    ActionFactory.create_batch(3, projet=projet(reseau))
    assert chiffres(tableau_2_7(reseau), 0) == {"Visites réalisées": 2, "Actions": 3, "Actions par visite": 1.5}


def test_action_herite_la_nature_de_son_projet(reseau):
    ActionFactory.create_batch(2, projet=projet(reseau, nature=Nature.ENVIRONNEMENT))
    ActionFactory(projet=projet(reseau, nature=Nature.IDENTITE))
    assert chiffres(tableau_2_7(reseau), 1) == {"Identité": 1, "Environnement": 2}


def test_details_se_rapportent_a_leur_type(reseau):
    for sujet in (Sujet.INFO_ICPE, Sujet.INFO_ICPE, Sujet.INFO_EXPORT, ""):
        ActionFactory(projet=projet(reseau), type=TypeAction.INFORMATION, sujet=sujet)
    ActionFactory(projet=projet(reseau), type=TypeAction.RESERVE)
    parts = {ligne["nom"]: ligne["part"] for ligne in tableau_2_7(reseau).sections[3].lignes if ligne["nombre"]}
    assert parts == {"Export": 0.25, "Législation des installations classées et environnement": 0.5, "Non précisé": 0.25}


def test_mises_en_contact_se_comptent_par_organisme(reseau):
    dedans = InstitutionFactory(reseau=reseau, sigle="CCI")
    for champs in ({"organisme": dedans}, {"organisme_exterieur": "École"}, {"organisme_exterieur": "École"}, {}):
        ActionFactory(projet=projet(reseau), type=TypeAction.CONTACT, **champs)
    assert chiffres(tableau_2_7(reseau), 5) == {"CCI": 1, "École": 2, "Non précisé": 1}


def test_periode_suit_la_date_de_la_visite(reseau):
    ActionFactory(projet=projet(reseau, MARS))
    ActionFactory.create_batch(2, projet=projet(reseau, AVRIL))
    assert chiffres(tableau_2_7(reseau, du=AVRIL, au=date(2026, 12, 31)), 0)["Actions"] == 2
    assert chiffres(tableau_2_7(reseau, au=date(2026, 3, 31)), 0)["Actions"] == 1


def test_action_proposee_apres_la_fin_ne_compte_pas(reseau):
    ActionFactory(projet=projet(reseau), proposee_le=AVRIL)
    assert "Actions" not in chiffres(tableau_2_7(reseau, au=date(2026, 3, 31)), 0)


def test_emplois_s_additionnent_et_comptent_des_entreprises_distinctes(reseau):
    premier = projet(reseau, emplois_embauche=3, embauche_cadres=1)
    ProjetFactory(visite=premier.visite, emplois_embauche=2, emplois_investissement=4)
    projet(reseau, emplois_developpement=1)
    section = tableau_2_7(reseau).sections[-1]
    lignes = {ligne["nom"]: (ligne["nombre"], ligne["entreprises"]) for ligne in section.lignes if ligne["nombre"]}
    assert lignes == {
        "Embauches liées à des investissements matériels": (4, 1),
        "Projets d’embauche": (5, 1),
        "dont cadres": (1, 1),
        "Embauches liées à des développements": (1, 1),
    }
    assert section.pied == [{"nom": "Total (déclaratif)", "nombre": 10, "entreprises": 2}]
    assert section.titre == "Emplois projetés (déclaratif)"


def test_tableau_ne_nomme_personne(reseau, membres):
    ActionFactory(projet=projet(reseau, emplois_embauche=3), responsable=membres["direct"])
    assert "Direct" not in str(tableau_2_7(reseau).en_json())


@pytest.mark.parametrize("profil", ["animateur", "associe", "prefecture", "observateur"])
def test_totaux_sans_filtre_sont_les_memes_pour_tous(reseau, membres, profil):
    action = ActionFactory(projet=projet(reseau, emplois_embauche=3))
    DeportFactory(membre=membres[profil], entreprise=action.projet.visite.entreprise)
    assert totaux(tableau_2_7(reseau, lecteur=membres[profil])) == totaux(tableau_2_7(reseau))


def test_periode_choisie_ecarte_les_deports_du_lecteur(reseau, direct):
    action = ActionFactory(projet=projet(reseau, emplois_embauche=3))
    DeportFactory(membre=direct, entreprise=action.projet.visite.entreprise)
    tableau = tableau_2_7(reseau, lecteur=direct, du=MARS)
    assert chiffres(tableau, 0) == {}
    assert tableau.sections[-1].pied[0]["nombre"] == 0


def test_reseaux_ne_se_melent_pas(reseau):
    ActionFactory()
    assert chiffres(tableau_2_7(reseau), 0) == {}


def test_valeurs_sont_nues(reseau):
    """Rien n'y ouvre de liste : ni adresse, ni ventilation."""
    ActionFactory(projet=projet(reseau))
    cases = [v for section in tableau_2_7(reseau).sections for ligne in section.lignes for v in ligne.values()]
    assert [v for v in cases if isinstance(v, Valeur)] == []


def test_requetes_constantes(reseau, requetes):
    ActionFactory(projet=projet(reseau))
    une = requetes(lambda: tableau_2_7(reseau))
    for nature in Nature.values:
        ActionFactory(projet=projet(reseau, nature=nature), type=TypeAction.CONTACT)
    assert requetes(lambda: tableau_2_7(reseau)) == une == 4
