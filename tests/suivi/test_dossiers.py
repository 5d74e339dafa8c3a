"""Qui lit quoi : les dossiers d'un lecteur, les actions qu'il voit, ce qu'il peut en faire."""

from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate

from suivi.gestes import Gestes, gestes_permis
from suivi.models import Action, dossiers
from tests.factories import ActionFactory, DeportFactory, MembreFactory, ProjetFactory, VisiteFactory

JOUR = localdate()


@pytest.fixture
def visite(reseau, direct):
    return VisiteFactory(reseau=reseau, realisee=True, developpeur=direct)


@pytest.mark.parametrize(
    ("profil", "nombre"),
    [("animateur", 1), ("secretariat", 1), ("direct", 1), ("associe", 0), ("prefecture", 0), ("observateur", 0)],
)
def test_dossiers_selon_le_role(visite, membres, profil, nombre):
    assert dossiers(membres[profil]).count() == nombre


def test_dossiers_d_un_associe_sont_ceux_qu_il_accompagne_et_ceux_dont_il_porte_une_action(visite, reseau, membres):
    associe = membres["associe"]
    accompagnee = VisiteFactory(reseau=reseau, realisee=True, accompagnant=associe)
    ActionFactory(projet=ProjetFactory(visite=visite), responsable=associe)
    assert set(dossiers(associe)) == {visite, accompagnee}


@pytest.mark.parametrize("profil", ["animateur", "secretariat", "direct", "associe"])
def test_dossiers_sans_ceux_dont_on_se_deporte(visite, membres, profil):
    ActionFactory(projet=ProjetFactory(visite=visite), responsable=membres[profil])
    DeportFactory(entreprise=visite.entreprise, membre=membres[profil])
    assert (dossiers(membres[profil]).count(), Action.objects.visibles_par(membres[profil]).count()) == (0, 0)


def test_dossiers_d_un_autre_reseau_ne_se_voient_pas(visite):
    assert dossiers(MembreFactory(role="animateur", qualite="aucun")).count() == 0


def gestes(**champs):
    return Gestes(**champs)


def test_gestes_du_responsable_sur_une_action_proposee(visite, membres):
    action = ActionFactory(projet=ProjetFactory(visite=visite), responsable=membres["associe"])
    permis = gestes(accepter=True, refuser=True, transmettre=True, endormir=True, clore=True, modifier=True)
    assert gestes_permis(membres["associe"], action) == permis


def test_gestes_de_l_interlocuteur_n_acceptent_ni_ne_refusent_pour_un_autre(visite, direct, membres):
    action = ActionFactory(projet=ProjetFactory(visite=visite, interlocuteur=direct), responsable=membres["associe"])
    assert gestes_permis(direct, action) == gestes(transmettre=True, endormir=True, clore=True, modifier=True)


def test_gestes_d_un_tiers_et_sur_une_action_close_sont_nuls(visite, direct):
    projet = ProjetFactory(visite=visite)
    assert not gestes_permis(MembreFactory(reseau=visite.reseau), ActionFactory(projet=projet, responsable=direct))
    assert not gestes_permis(direct, ActionFactory(projet=projet, responsable=direct, close=True))


def test_gestes_sur_une_action_endormie(visite, direct):
    action = ActionFactory(projet=ProjetFactory(visite=visite), responsable=direct, endormie=True)
    assert gestes_permis(direct, action) == gestes(reveiller=True, transmettre=True, clore=True, modifier=True)


def test_actions_par_urgence(visite, direct):
    projet = ProjetFactory(visite=visite)
    hier, demain = JOUR - timedelta(days=1), JOUR + timedelta(days=1)
    sorte = {
        "close": ActionFactory(projet=projet, close=True),
        "endormie": ActionFactory(projet=projet, endormie=True),
        "a_temps": ActionFactory(projet=projet, acceptee=True, fin_prevue=demain),
        "echue": ActionFactory(projet=projet, acceptee=True, fin_prevue=hier),
        "proposee": ActionFactory(projet=projet, fin_prevue=demain),
    }
    assert list(Action.objects.par_urgence(JOUR)) == [sorte[nom] for nom in ("proposee", "echue", "a_temps", "endormie", "close")]


@pytest.mark.parametrize(
    ("texte", "trouve"),
    [
        ("FICTIVE", True),
        ("scierie nulle-part", False),
        ("immobilier", True),
        ("Agrandir", True),
        ("7707", True),
        ("7708", False),
    ],
)
def test_actions_cherchees_par_societe_action_projet_ou_numero(visite, texte, trouve):
    ActionFactory(projet=ProjetFactory(visite=visite), numero=7707)
    assert Action.objects.cherche(texte).exists() is trouve


def test_actions_cherchees_par_un_numero_demesure_ne_trouvent_rien(visite):
    ActionFactory(projet=ProjetFactory(visite=visite, titre="Agrandir"), libelle="Renseigner", numero=3)
    assert Action.objects.cherche("9" * 90).count() == 0


def test_actions_echues_et_a_reveiller(visite):
    projet = ProjetFactory(visite=visite)
    echue = ActionFactory(projet=projet, fin_prevue=date(2026, 1, 1))
    dormeuse = ActionFactory(projet=projet, endormie=True, fin_prevue=date(2026, 1, 1), reveil_le=date(2026, 2, 1))
    assert list(Action.objects.echues(date(2026, 2, 1))) == [echue]
    assert list(Action.objects.a_reveiller(date(2026, 2, 1))) == [dormeuse]
    assert (echue.est_echue(date(2026, 2, 1)), dormeuse.est_echue(date(2026, 2, 1))) == (True, False)
