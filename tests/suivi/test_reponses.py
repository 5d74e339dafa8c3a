"""Répondre à une proposition par le lien reçu : le courriel ne nomme personne, le lien ne sert qu'une fois."""

import re
from datetime import timedelta

import pytest
from django.core import mail, signing
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from reseau import expedition
from reseau.models import Membre
from suivi import liens, operations
from suivi.enums import EtatAction, Mouvement, TypeAction
from suivi.models import Action
from tests.factories import DeportFactory, MembreFactory, ProjetFactory, VisiteFactory

RACINE = "https://reseau.test/"


@pytest.fixture
def responsable(reseau):
    return MembreFactory(reseau=reseau, prenom="Elsa", nom="Fictive")


@pytest.fixture
def action(reseau, direct, responsable):
    projet = ProjetFactory(visite=VisiteFactory(reseau=reseau, realisee=True, developpeur=direct))
    action = Action(type=TypeAction.AIDE, libelle="Étudier la reprise", responsable=responsable)
    return operations.proposer(action, projet=projet, par=direct)


@pytest.fixture
def lien(action):
    return liens.adresse_de_reponse(action, racine="")


def repondre(lien, action, reponse, **champs):
    return Client().post(lien, {"reponse": reponse, "version": action.version, **champs})


def etat(action):
    action.refresh_from_db()
    return action.etat, action.responsable_id


def test_courriel_mene_a_la_reponse_et_ne_nomme_pas_l_entreprise(action, direct, responsable):
    expedition.expedier([pli.pk for pli in operations.prevenir([action], par=direct, racine=RACINE)])
    (courriel,) = mail.outbox
    (adresse,) = re.findall(r"https://\S+", courriel.body)
    assert (courriel.to, liens.lire(adresse.split("/")[-2], localdate())) == (
        [responsable.utilisateur.email],
        (action, responsable),
    )
    secrets = (str(action.projet.visite.entreprise), action.libelle, action.projet.titre)
    assert [mot for mot in secrets if mot in courriel.subject + courriel.body] == []


def test_courriel_groupe_ce_qu_un_meme_geste_propose_et_oublie_ce_qui_est_accepte(action, direct, responsable):
    autres = [Action(type=TypeAction.AIDE, libelle="Étudier", responsable=responsable) for _ in range(2)]
    for autre in autres:
        operations.proposer(autre, projet=action.projet, par=direct)
    operations.accepter(autres[0], par=responsable)
    expedition.expedier([pli.pk for pli in operations.prevenir([action, *autres], par=direct, racine=RACINE)])
    (courriel,) = mail.outbox
    assert ("2 actions" in courriel.subject, courriel.body.count("/repondre/")) == (True, 2)


def test_proposer_depuis_la_page_previent_apres_la_transaction(action, clients, responsable, django_capture_on_commit_callbacks):
    page = reverse("suivi:action-transmettre", args=[action.reseau.slug, action.pk])
    with django_capture_on_commit_callbacks(execute=True):
        clients["animateur"].post(page, {"version": action.version, "responsable": action.projet.interlocuteur_id})
    assert [courriel.to for courriel in mail.outbox] == [[action.projet.interlocuteur.utilisateur.email]]


def test_lire_le_lien_ne_change_rien(action, lien, responsable):
    response = Client().get(lien)
    assert (response.status_code, etat(action)) == (200, (EtatAction.PROPOSEE, responsable.pk))
    assert "no-store" in response.headers["Cache-Control"]


def test_accepter_par_le_lien_une_seule_fois(action, lien, responsable):
    assert repondre(lien, action, "accepter").url == reverse("action-repondue")
    assert etat(action) == (EtatAction.ACCEPTEE, responsable.pk)
    assert [repondre(lien, action, "accepter").status_code, Client().get(lien).status_code] == [410, 410]
    assert action.mouvements.filter(mouvement=Mouvement.ACCEPTATION, membre=responsable).count() == 1


def test_refuser_par_le_lien_demande_un_motif(action, lien):
    response = repondre(lien, action, "refuser")
    assert (response.status_code, "motif" in response.context["form"].errors) == (200, True)
    repondre(lien, action, "refuser", motif="Hors de mon domaine")
    assert (etat(action), Action.objects.refusees().get()) == ((EtatAction.PROPOSEE, None), action)


def test_transmettre_par_le_lien(action, lien, reseau, responsable):
    autre = MembreFactory(reseau=reseau)
    repondre(lien, action, "transmettre", responsable=autre.pk)
    assert etat(action) == (EtatAction.PROPOSEE, autre.pk)
    assert repondre(lien, action, "accepter").status_code == 410


def test_lien_d_une_ancienne_proposition_ne_vaut_plus_pour_la_nouvelle(action, lien, direct, responsable, animateur):
    operations.refuser(action, motif="Trop loin", par=responsable)
    operations.transmettre(action, responsable, par=animateur)
    assert Client().get(lien).status_code == 410


@pytest.mark.parametrize("cas", ["parti", "deporte", "compte ferme", "forge", "ancien"])
def test_lien_perime(cas, action, lien, responsable, monkeypatch):
    if cas == "parti":
        Membre.objects.filter(pk=responsable.pk).update(parti_le=localdate())
    elif cas == "deporte":
        DeportFactory(entreprise=action.projet.visite.entreprise, membre=responsable)
    elif cas == "compte ferme":
        type(responsable.utilisateur).objects.filter(pk=responsable.utilisateur_id).update(is_active=False)
    elif cas == "forge":
        lien = reverse("action-repondre", args=[signing.dumps([action.pk, responsable.pk, 1], salt="autre")])
    else:
        monkeypatch.setattr(liens, "VALIDITE", timedelta(seconds=-1))
    assert (Client().get(lien).status_code, repondre(lien, action, "accepter").status_code) == (410, 410)
    assert etat(action) == (EtatAction.PROPOSEE, responsable.pk)


def test_ce_qui_est_refuse_ou_attend_se_lit_de_qui_l_a_confie(action, direct, responsable, clients):
    page = reverse("suivi:actions-confiees", args=[action.reseau.slug])
    assert "Attend une réponse" in clients["direct"].get(page).content.decode()
    operations.refuser(action, motif="Hors de mon domaine", par=responsable)
    lue = clients["direct"].get(page).content.decode()
    assert ("Refusée par Elsa Fictive" in lue, "Hors de mon domaine" in lue) == (True, True)
    toutes = clients["animateur"].get(reverse("suivi:actions-toutes", args=[action.reseau.slug]), {"etat": "refusees"})
    assert list(toutes.context["page_obj"]) == [action]
