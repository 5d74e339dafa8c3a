"""Deux personnes au même instant, sur de vraies transactions : un départ joué deux fois, une réponse donnée deux fois."""

import pytest
from django.test import Client
from django.utils.timezone import localdate

from reseau.enums import Role
from suivi import liens, operations
from suivi.enums import EtatAction, Mouvement, TypeAction
from suivi.models import Action
from tests.factories import (
    ActionFactory,
    FicheCompetenceFactory,
    InstitutionFactory,
    MembreFactory,
    ProjetFactory,
    ReseauFactory,
    VisiteFactory,
)
from tests.lib.simultane import ensemble, refus

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("base_sur_disque")]


@pytest.fixture
def membres():
    reseau = ReseauFactory()
    commun = {"reseau": reseau, "institution": InstitutionFactory(reseau=reseau)}
    animateurs = [MembreFactory(**commun, role=Role.ANIMATEUR) for _ in range(2)]
    return [*animateurs, *(MembreFactory(**commun) for _ in range(3))]


@pytest.fixture
def projet(membres):
    visite = VisiteFactory(reseau=membres[0].reseau, developpeur=membres[2], realisee=True)
    return ProjetFactory(visite=visite)


def test_deux_assistants_du_meme_depart_ne_donnent_chaque_chose_qu_une_fois(membres, projet):
    une, autre, partant, *repreneurs = membres
    actions = [ActionFactory(projet=projet, en_cours=True) for _ in range(4)]
    fiche = FicheCompetenceFactory(membre=partant)

    def jouer(par, receveur):
        choix = [*(("action", action.pk, receveur) for action in actions), ("fiche", fiche.pk, receveur)]
        return lambda: operations.redistribuer(partant, choix, par=par, le=localdate())

    resultats = ensemble(jouer(une, repreneurs[0]), jouer(autre, repreneurs[1]))
    assert refus(resultats) == []
    assert sorted((sum(faite.faits.values()), faite.deja) for faite in resultats) == [(0, 5), (5, 0)]
    recus = set(Action.objects.values_list("responsable", flat=True))
    assert (len(recus), recus <= {membre.pk for membre in repreneurs}) == (1, True)


def test_deux_reponses_par_le_meme_lien_n_en_font_qu_une(membres, projet):
    action = Action(type=TypeAction.AIDE, libelle="Étudier", responsable=membres[3])
    operations.proposer(action, projet=projet, par=membres[2])
    lien, envoi = liens.adresse_de_reponse(action, racine=""), {"reponse": "accepter", "version": action.version}
    statuts = [response.status_code for response in ensemble(*[lambda: Client().post(lien, envoi)] * 2)]
    action.refresh_from_db()
    assert (302 in statuts, set(statuts) <= {302, 200, 410}, action.etat) == (True, True, EtatAction.ACCEPTEE)
    assert action.mouvements.filter(mouvement=Mouvement.ACCEPTATION).count() == 1
