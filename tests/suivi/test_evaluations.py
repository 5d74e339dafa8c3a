"""Le questionnaire au chef d'entreprise : un lien, une réponse ; qui la lit ; rien sous cinq ; l'accord daté."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate, now

from suivi.enums import VoieDEvaluation
from suivi.indicateurs import tableau_des_evaluations
from suivi.indicateurs.entretiens import MOINS_DE_CINQ
from suivi.models import ChefDuPanel, Evaluation
from suivi.models.evaluation import VALIDITE
from suivi.operations import proposer_l_evaluation, trouver_l_evaluation
from tests.conftest import connecter
from tests.factories import (
    ActionFactory,
    CompteRenduFactory,
    ContactFactory,
    DeportFactory,
    EvaluationFactory,
    InstitutionFactory,
    MembreFactory,
    ProjetFactory,
    VisiteFactory,
)

pytestmark = pytest.mark.django_db
REPONSES = {"utilite": "5", "recommande": "oui", "commentaire": "On m’a rappelé."}


@pytest.fixture
def visite(reseau, direct):
    visite = VisiteFactory(reseau=reseau, developpeur=direct, realisee=True, realisee_le=localdate())
    CompteRenduFactory(visite=visite, termine=True)
    return visite


@pytest.fixture
def aide(visite):
    """Celle, d'une autre institution, qui porte une action née de la visite."""
    autre = MembreFactory(reseau=visite.reseau, institution=InstitutionFactory(reseau=visite.reseau), nom="Aidante")
    return ActionFactory(projet=ProjetFactory(visite=visite), responsable=autre, acceptee=True).responsable


@pytest.fixture
def lien(visite, direct):
    _, jeton = proposer_l_evaluation(visite, "chef@exemple.fr", par=direct, instant=now())
    return reverse("evaluation", args=[jeton])


def page(nom, reseau, *arguments):
    return reverse(f"suivi:{nom}", args=[reseau.slug, *arguments])


def test_demande_part_par_courriel_et_ne_dit_rien_de_l_entreprise(visite, clients, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        clients["direct"].post(page("evaluation-demander", visite.reseau, visite.pk), {"courriel": "chef@exemple.fr"})
    (message,) = mail.outbox
    assert message.to == ["chef@exemple.fr"]
    assert "/evaluation/" in message.body
    assert visite.entreprise.raison_sociale not in message.body + message.subject


def test_lien_sert_une_fois_sans_compte_et_previent_ceux_qui_ont_aide(
    lien, visite, aide, direct, django_capture_on_commit_callbacks
):
    anonyme = Client()
    assert anonyme.get(lien).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        assert anonyme.post(lien, REPONSES).status_code == 200
    evaluation = Evaluation.objects.get()
    assert (evaluation.utilite, evaluation.recommande, evaluation.empreinte) == (5, True, "")
    assert {adresse for message in mail.outbox for adresse in message.to} == {direct.utilisateur.email, aide.utilisateur.email}
    assert all(visite.entreprise.raison_sociale not in message.body for message in mail.outbox)
    assert [anonyme.get(lien).status_code, anonyme.post(lien, REPONSES | {"utilite": "1"}).status_code] == [410, 410]


def test_lien_expire_ou_invente_ne_s_ouvre_pas(lien, visite):
    jeton = lien.rstrip("/").rpartition("/")[2]
    assert trouver_l_evaluation(jeton, now() + VALIDITE - timedelta(hours=1))
    assert trouver_l_evaluation(jeton, now() + VALIDITE) is None
    assert Client().get(reverse("evaluation", args=["invente"])).status_code == 410


def test_lien_nouveau_remplace_le_premier(lien, visite, direct):
    _, jeton = proposer_l_evaluation(visite, "chef@exemple.fr", par=direct, instant=now())
    assert [Client().get(adresse).status_code for adresse in (lien, reverse("evaluation", args=[jeton]))] == [410, 200]


def test_reponse_vide_ou_accord_sans_temoignage_se_refusent(lien):
    for reponses, champ in (({}, "__all__"), ({"accord": "on", "utilite": "4"}, "accord")):
        response = Client().post(lien, reponses)
        assert list(response.context["form"].errors) == [champ]
    assert Evaluation.objects.get().repondue_le is None


def test_accord_se_date_puis_se_retire(lien, reseau, clients):
    dit = {"temoignage": "Une vraie écoute.", "signature": "Mme Fictive", "accord": "on"}
    Client().post(lien, dit)
    evaluation = Evaluation.objects.get()
    assert (evaluation.accord_le, evaluation.publiable) == (localdate(), True)
    assert "Une vraie écoute." in clients["animateur"].get(page("temoignages", reseau)).content.decode()
    clients["animateur"].post(page("evaluation-accord-retirer", reseau, evaluation.pk))
    evaluation.refresh_from_db()
    assert (evaluation.publiable, evaluation.accord_retire_le) == (False, localdate())
    assert "Une vraie écoute." not in clients["animateur"].get(page("temoignages", reseau)).content.decode()


@pytest.mark.parametrize("champs", [{"accord_le": "2026-03-02", "temoignage": ""}, {"utilite": 6}])
def test_base_refuse_un_accord_sans_temoignage_et_une_note_hors_echelle(visite, champs):
    with pytest.raises(IntegrityError):
        EvaluationFactory(visite=visite, **champs)


def test_retour_se_lit_de_qui_a_aide_et_de_personne_d_autre(visite, aide, reseau, clients):
    retour = EvaluationFactory(visite=visite)
    etranger = MembreFactory(reseau=reseau)
    adresse = page("evaluation", reseau, retour.pk)
    lus = [connecter(membre).get(adresse).status_code for membre in (visite.developpeur, aide, etranger)]
    assert lus == [200, 200, 404]
    assert [clients[profil].get(adresse).status_code for profil in ("animateur", "secretariat", "prefecture")] == [200, 403, 403]
    DeportFactory(entreprise=visite.entreprise, membre=aide)
    assert connecter(aide).get(adresse).status_code == 404


def test_entretien_se_saisit(visite, clients):
    response = clients["direct"].post(page("evaluation-entretien", visite.reseau, visite.pk), REPONSES)
    assert response.url == visite.get_absolute_url()
    assert Evaluation.objects.get().voie == VoieDEvaluation.ENTRETIEN


def test_agregats_avancent_cinq_par_cinq(reseau, clients):
    def accords():
        return {ligne["nom"]: ligne["accord"] for ligne in tableau_des_evaluations(reseau).sections[1].lignes}

    vues = []
    for nombre in (4, 1, 4):
        for _ in range(nombre):
            EvaluationFactory(visite=VisiteFactory(reseau=reseau, realisee=True), utilite=5)
        vues.append(accords()["La visite m’a été utile"])
    assert vues == [MOINS_DE_CINQ, 5, 5]
    adresse = page("tableau", reseau, "evaluations")
    assert [clients[profil].get(adresse).status_code for profil in ("animateur", "prefecture", "direct")] == [200, 200, 403]


def test_panel_s_agrandit_et_note_un_avis(visite, reseau, clients):
    contact = ContactFactory(entreprise=visite.entreprise)
    clients["animateur"].post(page("panel-ajouter", reseau), {"contact": contact.pk, "entre_le": "2026-03-02"})
    chef = ChefDuPanel.objects.get()
    avis = {"le": "2026-03-09", "sujet": "La plaquette", "avis": "Trop longue."}
    clients["secretariat"].post(page("panel-consulter", reseau, chef.pk), avis)
    assert b"Trop longue." in clients["animateur"].get(page("panel", reseau)).content
    clients["animateur"].post(page("panel-sortir", reseau, chef.pk))
    assert ChefDuPanel.objects.get().sorti_le == localdate()
