"""Les pages des tableaux : sommaire, choix, papier, classeur, et qui y entre."""

import io
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate
from python_calamine import CalamineWorkbook

from reseau.enums import Geste
from reseau.models import Journal
from tests.factories import ActionFactory, DeportFactory, MembreFactory, ProjetFactory, VisiteFactory
from tests.lib.papier import textes

pytestmark = pytest.mark.django_db
TOUS = ["animateur", "secretariat", "direct", "associe", "prefecture", "observateur"]


@pytest.fixture
def visite(reseau, direct):
    return VisiteFactory(reseau=reseau, developpeur=direct, realisee=True)


@pytest.fixture
def action(visite, direct):
    return ActionFactory(projet=ProjetFactory(visite=visite), responsable=direct, acceptee=True, numero=7001)


def adresse(reseau, code, nom="tableau"):
    return reverse(f"suivi:{nom}", args=[reseau.slug, code])


def numeros(response):
    return [ligne["numero"].valeur for section in response.context["tableau"].sections for ligne in section.lignes]


def chiffres_de(response):
    """Chiffres-clés du sommaire : {code: {libellé: valeur}}."""
    return {
        carte["tableau"].code: {chiffre.libelle: chiffre.valeur for chiffre in carte["chiffres"]}
        for carte in response.context["cartes"]
    }


@pytest.mark.parametrize("profil", TOUS)
def test_sommaire_ne_montre_que_les_tableaux_permis(reseau, clients, profil):
    response = clients[profil].get(reverse("suivi:tableaux", args=[reseau.slug]))
    attendus = ["2.5", "2.7", "suites"] if profil in ("prefecture", "observateur") else ["2.4", "2.5", "2.7", "suites"]
    assert [carte["tableau"].code for carte in response.context["cartes"]] == attendus


def test_sommaire_donne_les_chiffres_cles(reseau, clients, action):
    response = clients["animateur"].get(reverse("suivi:tableaux", args=[reseau.slug]))
    assert chiffres_de(response) == {
        "2.4": {"Actions ouvertes": "1", "Fin prévue passée": "0"},
        "2.5": {"Visites réalisées": "1", "Visites programmées": "0"},
        "2.7": {"Actions": "1", "Actions par visite": "1,00", "Emplois projetés": "0"},
        "suites": {"Délai médian": "–", "Données sous 15 jours": "–", "En attente": "0"},
    }


@pytest.mark.parametrize("code", ["2.4", "2.5", "2.7", "suites"])
@pytest.mark.parametrize("profil", TOUS)
def test_tableau_selon_le_droit(reseau, clients, action, profil, code):
    attendu = 403 if code == "2.4" and profil in ("prefecture", "observateur") else 200
    assert clients[profil].get(adresse(reseau, code)).status_code == attendu


@pytest.mark.parametrize("nom", ["tableau", "tableau-pdf", "tableau-xlsx"])
def test_tableau_inconnu_n_existe_pas(reseau, clients, nom):
    assert clients["animateur"].get(adresse(reseau, "2.6", nom)).status_code == 404


@pytest.mark.parametrize("nom", ["tableau-pdf", "tableau-xlsx"])
@pytest.mark.parametrize(("profil", "code", "attendu"), [("prefecture", "2.4", 403), ("observateur", "2.5", 403)])
def test_fichiers_refuses(reseau, clients, profil, code, attendu, nom):
    assert clients[profil].get(adresse(reseau, code, nom)).status_code == attendu


def test_bouton_d_impression_suit_le_droit(reseau, clients, visite):
    lien = adresse(reseau, "2.5", "tableau-pdf").encode()
    assert lien in clients["prefecture"].get(adresse(reseau, "2.5")).content
    assert lien not in clients["observateur"].get(adresse(reseau, "2.5")).content


def test_direct_voit_d_abord_les_siennes_puis_toutes_s_il_le_demande(reseau, clients, action):
    ActionFactory(projet=action.projet, responsable=MembreFactory(reseau=reseau, nom="Autre"), numero=7002)
    assert numeros(clients["direct"].get(adresse(reseau, "2.4"))) == ["7001"]
    assert numeros(clients["direct"].get(adresse(reseau, "2.4"), {"responsable": ""})) == ["7002", "7001"]


def test_responsable_se_choisit(reseau, clients, action):
    autre = MembreFactory(reseau=reseau, nom="Autre")
    ActionFactory(projet=action.projet, responsable=autre, numero=7002)
    response = clients["animateur"].get(adresse(reseau, "2.4"), {"responsable": autre.pk})
    assert response.context["tableau"].titre == "Liste des actions dont est responsable : Autre Camille"
    assert numeros(response) == ["7002"]


def test_etat_se_choisit_sans_changer_de_responsable(reseau, clients, action):
    ActionFactory(projet=action.projet, responsable=action.responsable, close=True, numero=7002)
    ActionFactory(projet=action.projet, responsable=MembreFactory(reseau=reseau, nom="Autre"), numero=7003)
    assert numeros(clients["direct"].get(adresse(reseau, "2.4"), {"etat": "ouvertes"})) == ["7001"]


def test_responsable_d_un_autre_reseau_est_une_erreur_du_formulaire(reseau, clients, action):
    ailleurs = ActionFactory(responsable=MembreFactory()).responsable
    response = clients["animateur"].get(adresse(reseau, "2.4"), {"responsable": ailleurs.pk})
    assert list(response.context["form"].errors) == ["responsable"]


def test_responsables_proposes_sans_ceux_que_seul_un_deport_cacherait(reseau, clients, membres, action):
    DeportFactory(membre=membres["animateur"], entreprise=action.projet.visite.entreprise)
    response = clients["animateur"].get(adresse(reseau, "2.4"))
    assert list(response.context["form"].fields["responsable"].queryset) == []
    assert action.projet.visite.entreprise.raison_sociale.encode() not in response.content


def test_associe_n_a_pas_de_selecteur(reseau, clients, membres, action):
    response = clients["associe"].get(adresse(reseau, "2.4"), {"responsable": membres["direct"].pk})
    assert list(response.context["form"].fields) == ["etat", "du", "au"]
    assert numeros(response) == []


@pytest.mark.parametrize("champ", ["visites_depuis", "participation_du", "au"])
@pytest.mark.parametrize("valeur", [str(localdate() + timedelta(days=1)), "1989-12-31", "hier", "2026-02-30"])
def test_periode_hors_bornes_est_dite_et_le_tableau_reste_celui_par_defaut(reseau, clients, visite, champ, valeur):
    response = clients["animateur"].get(adresse(reseau, "2.5"), {champ: valeur})
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [champ]
    assert response.context["tableau"].sections[0].pied[0]["realisees"] == 1


def test_periode_a_l_envers_est_dite(reseau, clients):
    response = clients["animateur"].get(adresse(reseau, "2.7"), {"du": "2026-03-02", "au": "2026-03-01"})
    assert response.context["form"].errors == {"du": ["Le début de la période vient avant sa fin."]}


def test_periode_choisie_compte_et_ecarte_les_deports(reseau, clients, membres, visite):
    assert clients["animateur"].get(adresse(reseau, "2.7"), {"du": "2026-03-02"}).context["tableau"].periode == (
        "Visites réalisées depuis le 2 mars 2026"
    )
    DeportFactory(membre=membres["animateur"], entreprise=visite.entreprise)
    visites = clients["animateur"].get(adresse(reseau, "2.7"), {"du": "2026-03-02"}).context["tableau"].sections[0].lignes[0]
    assert visites["nombre"] == 0


def test_defauts_renvoyes_tels_quels_ne_sont_pas_un_filtre(reseau, clients, membres, visite):
    DeportFactory(membre=membres["animateur"], entreprise=visite.entreprise)
    formulaire = clients["animateur"].get(adresse(reseau, "2.5")).context["form"]
    renvoi = {nom: str(valeur) for nom, valeur in formulaire.initial.items() if valeur}
    tableau = clients["animateur"].get(adresse(reseau, "2.5"), renvoi).context["tableau"]
    assert tableau.sections[0].pied[0]["realisees"] == 1


def test_fin_passee_est_un_filtre(reseau, clients, membres, visite):
    DeportFactory(membre=membres["animateur"], entreprise=visite.entreprise)
    hier = str(localdate() - timedelta(days=1))
    tableau = clients["animateur"].get(adresse(reseau, "2.5"), {"au": hier}).context["tableau"]
    assert tableau.sections[0].pied[0]["realisees"] == 0


def test_pdf_porte_le_meme_tableau_et_se_note(reseau, clients, action):
    response = clients["animateur"].get(adresse(reseau, "2.4", "tableau-pdf"))
    assert response.headers["Content-Disposition"] == 'attachment; filename="tableau-2-4.pdf"'
    assert response.headers["Content-Type"] == "application/pdf"
    imprime = "\n".join(textes(response.content))
    assert "7001" in imprime
    assert "Direct Camille" in imprime
    assert list(Journal.objects.values_list("geste", "objet")) == [(Geste.IMPRESSION, "tableau 2.4")]


def test_classeur_porte_le_meme_tableau_et_se_note(reseau, clients, action):
    response = clients["animateur"].get(adresse(reseau, "2.7", "tableau-xlsx"))
    classeur = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
    assert classeur.get_sheet_by_index(0).to_python()[:3] == [["Mesure", "Nombre"], ["Visites réalisées", 1], ["Actions", 1]]
    assert list(Journal.objects.values_list("geste", "objet")) == [(Geste.EXPORT, "tableau 2.7")]


def test_fichier_mal_demande_ramene_a_la_page_qui_dit_pourquoi(reseau, clients):
    response = clients["animateur"].get(adresse(reseau, "2.5", "tableau-pdf"), {"au": "2999-01-01"})
    assert (response.status_code, response.url) == (302, adresse(reseau, "2.5") + "?au=2999-01-01")
    assert Journal.objects.count() == 0


def test_voir_un_tableau_n_ecrit_rien(reseau, clients, action):
    clients["animateur"].get(adresse(reseau, "2.4"))
    assert Journal.objects.count() == 0


def test_graphique_dit_ou_en_sont_les_actions(reseau, clients, action):
    ActionFactory(projet=action.projet, responsable=action.responsable, close=True)
    ActionFactory(projet=action.projet, responsable=action.responsable, acceptee=True, fin_prevue=date(2026, 1, 1))
    ((titre, donnees, _),) = clients["direct"].get(adresse(reseau, "2.4")).context["graphiques"]
    assert titre == "Actions, selon où elles en sont"
    assert [nombre for _, nombre in donnees] == [1, 1, 1]


@pytest.mark.parametrize("code", ["2.4", "2.5", "2.7"])
def test_page_du_reseau_vide(reseau, clients, code):
    assert clients["animateur"].get(adresse(reseau, code)).status_code == 200


@pytest.mark.parametrize("code", ["2.4", "2.5", "2.7"])
def test_requetes_constantes(reseau, clients, requetes, code):
    def garnir(combien):
        for membre in MembreFactory.create_batch(combien, reseau=reseau):
            visite = VisiteFactory(reseau=reseau, developpeur=membre, realisee=True)
            ActionFactory(projet=ProjetFactory(visite=visite), responsable=membre)

    garnir(1)
    une = requetes(lambda: clients["animateur"].get(adresse(reseau, code)))
    garnir(4)
    assert requetes(lambda: clients["animateur"].get(adresse(reseau, code))) == une
