"""Les campagnes : liste, fiche, création, modification ; la couverture d'une cible."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from reseau.lib.formulaires import FICHE_MODIFIEE
from tests.factories import (
    CampagneFactory,
    CibleFactory,
    DeportFactory,
    LigneDeCibleFactory,
    MembreFactory,
    VisiteFactory,
)
from visites.couverture import Couverture
from visites.models import Campagne

pytestmark = pytest.mark.django_db
SAISIE = {"nom": "Automne", "debut_le": "2026-09-01", "fin_le": "2026-12-31"}


@pytest.fixture
def cible(reseau):
    return CibleFactory(reseau=reseau, decidee=True, decidee_le=localdate() - timedelta(days=30))


@pytest.fixture
def campagne(reseau, cible):
    return CampagneFactory(reseau=reseau, cible=cible)


@pytest.mark.parametrize(
    ("role", "statut"),
    [("animateur", 200), ("secretariat", 200), ("direct", 200), ("associe", 403), ("prefecture", 200), ("observateur", 403)],
)
def test_campagnes_selon_le_role(clients, adresse, campagne, role, statut):
    pages = [adresse("visites:campagnes"), adresse("visites:campagne", campagne.pk)]
    assert [clients[role].get(page).status_code for page in pages] == [statut, statut]


@pytest.mark.parametrize("role", ["direct", "associe", "prefecture", "observateur"])
def test_campagne_ne_se_gere_que_par_l_animation(clients, adresse, campagne, role):
    pages = [adresse("visites:campagne-creer"), adresse("visites:campagne-modifier", campagne.pk)]
    assert [clients[role].post(page, SAISIE).status_code for page in pages] == [403, 403]


def test_campagne_d_ailleurs_est_introuvable(clients, adresse):
    ailleurs = CampagneFactory()
    noms = ["visites:campagne", "visites:campagne-modifier", "visites:programmer"]
    assert [clients["animateur"].get(adresse(nom, ailleurs.pk)).status_code for nom in noms] == [404] * 3


def test_creer_une_campagne(clients, adresse, reseau, cible):
    response = clients["secretariat"].post(adresse("visites:campagne-creer"), SAISIE | {"cible": cible.pk, "objectif": "12"})
    campagne = Campagne.objects.get()
    assert response.url == adresse("visites:campagne", campagne.pk)
    assert (campagne.reseau, campagne.cible, campagne.objectif) == (reseau, cible, 12)


@pytest.mark.parametrize(
    ("saisie", "fautif"),
    [
        ({"fin_le": "2026-01-01"}, "__all__"),
        ({"debut_le": "0001-01-01"}, "debut_le"),
        ({"fin_le": "9999-12-31"}, "fin_le"),
        ({"nom": "Déjà prise"}, "nom"),
        ({"nom": ""}, "nom"),
        ({"objectif": "-1"}, "objectif"),
        ({"cible": "0"}, "cible"),
    ],
)
def test_creer_une_campagne_fautive_est_refuse(clients, adresse, reseau, saisie, fautif):
    CampagneFactory(reseau=reseau, nom="Déjà prise")
    response = clients["animateur"].post(adresse("visites:campagne-creer"), SAISIE | saisie)
    assert list(response.context["form"].errors) == [fautif]
    assert Campagne.objects.count() == 1


def test_creer_ne_propose_que_les_cibles_decidees_du_reseau(clients, adresse, reseau, cible):
    CibleFactory(reseau=reseau)
    CibleFactory(decidee=True)
    form = clients["animateur"].get(adresse("visites:campagne-creer")).context["form"]
    assert list(form.fields["cible"].queryset) == [cible]


def test_creer_sur_la_cible_d_un_autre_reseau_est_refuse(clients, adresse):
    ailleurs = CibleFactory(decidee=True)
    response = clients["animateur"].post(adresse("visites:campagne-creer"), SAISIE | {"cible": ailleurs.pk})
    assert list(response.context["form"].errors) == ["cible"]


def test_modifier_une_campagne(clients, adresse, campagne):
    saisie = SAISIE | {"version": campagne.version}
    assert clients["animateur"].post(adresse("visites:campagne-modifier", campagne.pk), saisie).status_code == 302
    campagne.refresh_from_db()
    assert (campagne.nom, campagne.version) == ("Automne", 2)


def test_modifier_une_campagne_changee_entre_temps_garde_la_saisie(clients, adresse, campagne):
    response = clients["animateur"].post(adresse("visites:campagne-modifier", campagne.pk), SAISIE | {"version": 9})
    assert response.context["form"].non_field_errors() == [FICHE_MODIFIEE]
    assert response.context["form"]["nom"].value() == "Automne"


# La fiche


def test_fiche_compte_par_etat_ce_que_le_lecteur_voit(clients, adresse, membres, reseau, campagne):
    VisiteFactory(reseau=reseau, campagne=campagne, programmee=True)
    cachee = VisiteFactory(reseau=reseau, campagne=campagne, programmee=True)
    VisiteFactory(reseau=reseau, campagne=campagne, realisee=True)
    DeportFactory(entreprise=cachee.entreprise, membre=membres["direct"])
    page = adresse("visites:campagne", campagne.pk)
    comptes = [
        [(etat.value, nombre) for etat, nombre in clients[role].get(page).context["etats"] if nombre]
        for role in ("animateur", "direct")
    ]
    assert comptes == [[("programmee", 2), ("realisee", 1)], [("programmee", 1), ("realisee", 1)]]


def test_fiche_montre_la_couverture_du_reseau_meme_a_un_deporte(clients, adresse, membres, reseau, campagne):
    ligne = LigneDeCibleFactory(cible=campagne.cible)
    LigneDeCibleFactory(cible=campagne.cible)
    VisiteFactory(reseau=reseau, entreprise=ligne.entreprise, realisee=True, realisee_le=localdate())
    DeportFactory(entreprise=ligne.entreprise, membre=membres["direct"])
    page = adresse("visites:campagne", campagne.pk)
    trouvees = [clients[role].get(page).context["couverture"]["faits"] for role in ("animateur", "direct")]
    assert trouvees == [Couverture(entreprises=2, touchees=1, programmees=0)] * 2


def test_fiche_range_les_developpeurs_par_ordre_alphabetique(clients, adresse, reseau, campagne):
    charge = MembreFactory(reseau=reseau, nom="Zeller")
    for _ in range(3):
        VisiteFactory(reseau=reseau, campagne=campagne, developpeur=charge, programmee=True)
    MembreFactory(reseau=reseau, nom="Aubry")
    MembreFactory(reseau=reseau, nom="Parti", parti_le="2021-01-01")
    lignes = clients["animateur"].get(adresse("visites:campagne", campagne.pk), {"tri": "-charge"}).context["developpeurs"]
    assert [(ligne.membre.nom, ligne.charge.total) for ligne in lignes] == [("Aubry", 0), ("Direct", 0), ("Zeller", 3)]


def test_fiche_garde_le_parti_qui_y_a_des_visites(clients, adresse, reseau, campagne):
    parti = MembreFactory(reseau=reseau, nom="Parti", parti_le="2021-01-01")
    VisiteFactory(reseau=reseau, campagne=campagne, developpeur=parti, realisee=True)
    lignes = clients["animateur"].get(adresse("visites:campagne", campagne.pk)).context["developpeurs"]
    assert [ligne.membre.nom for ligne in lignes] == ["Direct", "Parti"]


def test_fiche_chaque_charge_s_ouvre_sur_ses_lignes(clients, adresse, reseau, direct, campagne):
    for etat in ["programmee", "realisee", "refusee"]:
        VisiteFactory(reseau=reseau, campagne=campagne, developpeur=direct, **{etat: True})
    ligne = clients["animateur"].get(adresse("visites:campagne", campagne.pk)).context["developpeurs"][0]
    choix = {"campagne": campagne.pk, "developpeur": direct.pk, "etat": "au_plan"}
    assert clients["animateur"].get(adresse("visites:liste"), choix).context["nombre"] == ligne.charge.total == 2


def test_fiche_sans_pour_cent_ni_rouge_par_personne(clients, adresse, reseau, direct, campagne):
    VisiteFactory(reseau=reseau, campagne=campagne, developpeur=direct, programmee=True)
    page = clients["animateur"].get(adresse("visites:campagne", campagne.pk)).content.decode()
    tableau = page[page.index("Qui a quoi") : page.index("</table>", page.index("Qui a quoi"))]
    assert "error" not in tableau
    assert tableau.replace('%"', "").count("%") == 0


@pytest.mark.parametrize(
    ("role", "gestes"),
    [("animateur", ["peut_programmer", "peut_gerer", "peut_preparer"]), ("direct", []), ("prefecture", ["peut_preparer"])],
)
def test_fiche_offre_les_gestes_permis(clients, adresse, campagne, role, gestes):
    contexte = clients[role].get(adresse("visites:campagne", campagne.pk)).context
    assert [geste for geste in ("peut_programmer", "peut_gerer", "peut_preparer") if contexte[geste]] == gestes


def test_fiche_requetes_constantes(clients, adresse, reseau, campagne, constantes):
    def ajouter():
        VisiteFactory(reseau=reseau, campagne=campagne, programmee=True)
        LigneDeCibleFactory(cible=campagne.cible)

    page = adresse("visites:campagne", campagne.pk)
    assert constantes(lambda: clients["animateur"].get(page), ajouter, (1, 2, 197)) <= 38


def test_liste_requetes_constantes(clients, adresse, reseau, constantes):
    def ajouter():
        VisiteFactory(reseau=reseau, campagne=CampagneFactory(reseau=reseau, cible=CibleFactory(reseau=reseau)))

    assert constantes(lambda: clients["animateur"].get(adresse("visites:campagnes")), ajouter, (1, 2, 27)) <= 10


# La couverture d'une cible


@pytest.mark.parametrize(
    ("role", "statut"),
    [("animateur", 200), ("secretariat", 200), ("direct", 200), ("associe", 403), ("prefecture", 200), ("observateur", 403)],
)
def test_cible_couverture_selon_le_role(clients, adresse, cible, role, statut):
    assert clients[role].get(adresse("visites:cible-couverture", cible.pk)).status_code == statut


def test_cible_couverture_d_ailleurs_est_introuvable(clients, adresse):
    assert clients["animateur"].get(adresse("visites:cible-couverture", CibleFactory().pk)).status_code == 404


def test_cible_couverture_dit_son_denominateur(clients, adresse, reseau, cible):
    ligne = LigneDeCibleFactory(cible=cible)
    LigneDeCibleFactory(cible=cible)
    VisiteFactory(reseau=reseau, entreprise=ligne.entreprise, refusee=True, refusee_le=localdate())
    couverture = clients["animateur"].get(adresse("visites:cible-couverture", cible.pk)).context["couverture"]
    assert (couverture["part"], couverture["sur"]) == (50, "1 sur 2 entreprises")


def test_cible_couverture_d_une_liste_vide(clients, adresse, cible):
    couverture = clients["animateur"].get(adresse("visites:cible-couverture", cible.pk)).context["couverture"]
    assert (couverture["part"], couverture["sur"]) == (None, "0 sur 0 entreprises")
