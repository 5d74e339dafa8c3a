"""« Mes actions » en colonnes : le geste qui mène de l'une à l'autre, en un clic ou par son formulaire."""

import pytest
from django.urls import reverse

from suivi.colonnes import destinations
from suivi.enums import EtatAction
from tests.factories import ActionFactory, MembreFactory, ProjetFactory, VisiteFactory


@pytest.fixture
def projet(reseau, direct):
    return ProjetFactory(visite=VisiteFactory(reseau=reseau, realisee=True, developpeur=direct))


def deplacer(client, action, geste, **champs):
    return client.post(reverse("suivi:action-deplacer", args=[action.reseau.slug, action.pk]), {"geste": geste, **champs})


def gestes(membre, action):
    return {geste: vers for geste, _, vers in destinations(membre, action)}


def test_destinations_suivent_l_etat(projet, direct):
    assert gestes(direct, ActionFactory(projet=projet)) == {
        "accepter": "acceptee",
        "endormir": "endormie",
        "clore": "close",
        "transmettre": "",
        "refuser": "",
    }
    assert gestes(direct, ActionFactory(projet=projet, endormie=True)) == {
        "reveiller": "en_cours",
        "clore": "close",
        "transmettre": "",
    }
    assert gestes(direct, ActionFactory(projet=projet, close=True)) == {}


def test_colonnes_montrent_les_miennes_chacune_a_sa_place(projet, reseau, clients):
    siennes = {etat: ActionFactory(projet=projet, **{etat: True}) for etat in ("acceptee", "en_cours", "endormie")}
    siennes["proposee"] = ActionFactory(projet=projet)
    ActionFactory(projet=projet, responsable=MembreFactory(reseau=reseau))
    page = clients["direct"].get(reverse("suivi:actions", args=[reseau.slug]), {"vue": "colonnes"})
    colonnes = {colonne.code: colonne.actions for colonne in page.context["colonnes"]}
    assert colonnes == {etat.value: [siennes[etat]] if etat in siennes else [] for etat in EtatAction}


def test_un_clic_accepte_et_revient(projet, clients):
    action = ActionFactory(projet=projet)
    response = deplacer(clients["direct"], action, "accepter", retour="/essai/")
    action.refresh_from_db()
    assert (response.url, action.etat) == ("/essai/", EtatAction.ACCEPTEE)


def test_ce_qui_demande_des_mots_ouvre_son_formulaire(projet, clients):
    action = ActionFactory(projet=projet, en_cours=True)
    response = deplacer(clients["direct"], action, "clore", retour="/essai/")
    assert response.url == reverse("suivi:action-clore", args=[action.reseau.slug, action.pk]) + "?retour=%2Fessai%2F"
    assert 'name="retour" value="/essai/"' in clients["direct"].get(response.url).content.decode()


def test_geste_impossible_ou_invente_ne_change_rien(projet, clients):
    action = ActionFactory(projet=projet, en_cours=True)
    for geste in ("accepter", "modifier", ""):
        deplacer(clients["direct"], action, geste)
    action.refresh_from_db()
    assert action.etat == EtatAction.EN_COURS


def test_retour_ne_mene_jamais_hors_du_site(projet, clients):
    action = ActionFactory(projet=projet)
    response = deplacer(clients["direct"], action, "accepter", retour="https://ailleurs.test/")
    assert response.url == action.get_absolute_url()
