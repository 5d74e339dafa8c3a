"""Voter sur une cible : une voix par membre, des totaux à la clôture, et rien qui se décide tout seul."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from entreprises.enums import EtatCible
from entreprises.models import Cible, Vote
from entreprises.operations import (
    clore_le_vote,
    decider_cible,
    modifier_cible,
    ouvrir_le_vote,
    preparer_la_suivante,
    scrutin,
    voter,
)
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Journal
from tests.factories import CibleFactory, EntrepriseFactory, MembreFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cible(reseau, animateur):
    """Une cible en préparation, vote ouvert."""
    return ouvrir_le_vote(CibleFactory(reseau=reseau, criteres={"divisions": ["16"]}), par=animateur)


def test_voix_se_donne_puis_se_change(cible, direct):
    voter(cible, "pour", par=direct)
    voter(cible, "contre", par=direct)
    assert [(vote.membre, vote.voix) for vote in cible.votes.all()] == [(direct, "contre")]


def test_base_refuse_deux_voix_du_meme_membre(cible, direct):
    voter(cible, "pour", par=direct)
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(cible=cible, membre=direct, voix="contre")


def test_resultat_se_tait_jusqu_a_la_cloture(cible, membres, animateur):
    for profil, voix in {"direct": "pour", "prefecture": "pour", "secretariat": "abstention"}.items():
        voter(cible, voix, par=membres[profil])
    avant = scrutin(cible, membres["direct"])
    assert (avant.votants, avant.totaux, avant.resultat, avant.la_mienne) == (3, [], "", "pour")
    cible = clore_le_vote(cible, par=animateur)
    apres = scrutin(cible, animateur)
    assert apres.totaux == [("Pour", 2), ("Contre", 0), ("Abstention", 1)]
    assert apres.resultat == "2 pour, 0 contre, 1 abstention"


def test_participation_se_compte_sur_les_membres_qui_peuvent_voter(cible, membres, direct):
    voter(cible, "pour", par=direct)
    MembreFactory(reseau=cible.reseau, parti_le=localdate() - timedelta(days=1))
    # Six profils, dont l'associé et l'observateur ne votent pas.
    assert scrutin(cible, direct).participation == "1 voix exprimée sur 4 membres"


@pytest.mark.parametrize("voix", ["", "oui", "Pour"])
def test_voix_inconnue_est_refusee(cible, direct, voix):
    with pytest.raises(RegleEnfreinte, match="pour, contre"):
        voter(cible, voix, par=direct)


def test_on_ne_vote_ni_avant_l_ouverture_ni_apres_la_cloture(reseau, animateur, direct):
    cible = CibleFactory(reseau=reseau)
    with pytest.raises(RegleEnfreinte, match="pas ouvert"):
        voter(cible, "pour", par=direct)
    clore_le_vote(ouvrir_le_vote(cible, par=animateur), par=animateur)
    with pytest.raises(RegleEnfreinte, match="pas ouvert"):
        voter(cible, "pour", par=direct)
    assert Vote.objects.count() == 0


def test_vote_ne_s_ouvre_qu_une_fois_et_avant_la_decision(reseau, animateur, cible):
    with pytest.raises(RegleEnfreinte, match="déjà été ouvert"):
        ouvrir_le_vote(cible, par=animateur)
    with pytest.raises(RegleEnfreinte, match="décidée"):
        ouvrir_le_vote(CibleFactory(reseau=reseau, decidee=True), par=animateur)
    with pytest.raises(RegleEnfreinte, match="Aucun vote"):
        clore_le_vote(CibleFactory(reseau=reseau), par=animateur)


def test_vote_ouvert_interdit_de_modifier_et_de_decider(reseau, animateur, cible):
    EntrepriseFactory(reseau=reseau)
    le = localdate()
    gestes = (lambda: modifier_cible(cible, par=animateur), lambda: decider_cible(cible, decidee_le=le, le=le, par=animateur))
    for geste in gestes:
        with pytest.raises(RegleEnfreinte, match="vote est ouvert"):
            geste()


def test_vote_ne_decide_pas_et_reste_lisible_apres_la_decision(reseau, animateur, direct, cible):
    EntrepriseFactory(reseau=reseau)
    voter(cible, "contre", par=direct)
    cible = clore_le_vote(cible, par=animateur)
    assert cible.etat == EtatCible.BROUILLON
    decider_cible(cible, decidee_le=localdate(), le=localdate(), par=animateur)
    assert scrutin(cible, animateur).resultat == "0 pour, 1 contre, 0 abstention"


@pytest.mark.parametrize(("criteres", "reste"), [({"divisions": ["16"], "epci": []}, 1), ({"divisions": ["10"]}, 0)])
def test_changer_les_criteres_efface_un_vote_clos(animateur, direct, cible, criteres, reste):
    voter(cible, "pour", par=direct)
    cible = clore_le_vote(cible, par=animateur)
    cible.nom, cible.criteres = "Autre nom", criteres
    modifier_cible(cible, par=animateur)
    cible.refresh_from_db()
    assert (cible.votes.count(), cible.vote_clos) == (reste, bool(reste))


def test_ni_le_journal_ni_le_texte_d_un_vote_ne_disent_la_voix(cible, direct):
    avant = Journal.objects.count()
    vote = voter(cible, "contre", par=direct)
    assert (Journal.objects.count(), "ontre" in str(vote)) == (avant, False)


def test_generation_suivante_reprend_les_criteres(reseau, animateur):
    cible = CibleFactory(reseau=reseau, decidee=True, nom="Industrie", criteres={"divisions": ["16"]})
    suivante, creee = preparer_la_suivante(cible, par=animateur)
    assert (str(suivante), suivante.criteres, suivante.precedente, creee) == (
        "Industrie (génération 2)",
        {"divisions": ["16"]},
        cible,
        True,
    )
    assert (suivante.etat, suivante.decidee_le, suivante.vote_ouvert_le) == (EtatCible.BROUILLON, None, None)


def test_generation_suivante_ne_se_cree_qu_une_fois(reseau, animateur):
    cible = CibleFactory(reseau=reseau, decidee=True)
    premiere, _ = preparer_la_suivante(cible, par=animateur)
    assert preparer_la_suivante(cible, par=animateur) == (premiere, False)
    with pytest.raises(IntegrityError), transaction.atomic():
        CibleFactory(reseau=reseau, precedente=cible)


def test_nom_de_la_generation_suivante_remplace_le_numero_et_tient(reseau, animateur):
    cible = CibleFactory(reseau=reseau, decidee=True, generation=2, nom="N" * 120)
    longue, _ = preparer_la_suivante(cible, par=animateur)
    courte, _ = preparer_la_suivante(
        CibleFactory(reseau=reseau, decidee=True, generation=3, nom="Bois (génération 3)"), par=animateur
    )
    assert (len(longue.nom), longue.nom[-15:], courte.nom) == (120, " (génération 3)", "Bois (génération 4)")


def test_cible_en_preparation_n_a_pas_de_suite(reseau, animateur):
    with pytest.raises(RegleEnfreinte, match="Décidez d’abord"):
        preparer_la_suivante(CibleFactory(reseau=reseau), par=animateur)
    assert Cible.objects.count() == 1
