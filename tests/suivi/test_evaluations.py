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
from suivi.operations.evaluations import SANS_TEMOIGNAGE
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


def il_y_a(jours):
    return localdate() - timedelta(days=jours)


@pytest.fixture
def retour(visite):
    """Un retour dont le témoignage n'a pas d'accord ; la visite a neuf jours."""
    visite.realisee_le = il_y_a(9)
    visite.save()
    return EvaluationFactory(visite=visite, signature="")


def test_accord_donne_apres_coup_se_date_du_jour_ou_il_est_donne(retour, reseau, clients):
    fiche, adresse = retour.get_absolute_url(), page("evaluation-accord-donner", reseau, retour.pk)
    assert f'href="{adresse}"' in clients["animateur"].get(fiche).content.decode()
    clients["direct"].post(adresse, {"signature": "Mme Fictive", "le": il_y_a(3)})
    retour.refresh_from_db()
    assert (retour.publiable, retour.accord_le, retour.signature) == (True, il_y_a(3), "Mme Fictive")
    assert f'href="{adresse}"' not in clients["animateur"].get(fiche).content.decode()
    clients["animateur"].post(page("evaluation-accord-retirer", reseau, retour.pk))
    clients["animateur"].post(adresse, {"signature": "Mme Fictive", "le": localdate()})
    retour.refresh_from_db()
    assert (retour.publiable, retour.accord_le, retour.accord_retire_le) == (True, localdate(), None)


@pytest.mark.parametrize(
    ("jours", "signature", "dit"),
    [(-1, "Mme Fictive", "avenir"), (10, "Mme Fictive", "précède la visite"), (3, "", "obligatoire")],
)
def test_accord_a_venir_avant_la_visite_ou_sans_nom_se_refuse(retour, reseau, clients, jours, signature, dit):
    adresse = page("evaluation-accord-donner", reseau, retour.pk)
    response = clients["animateur"].post(adresse, {"signature": signature, "le": il_y_a(jours)})
    assert dit in response.content.decode()
    retour.refresh_from_db()
    assert retour.accord_le is None


def test_accord_saisi_par_qui_ne_lit_pas_le_retour_ramene_a_la_visite(retour, reseau, clients):
    adresse = page("evaluation-accord-donner", reseau, retour.pk)
    response = clients["secretariat"].post(adresse, {"signature": "Mme Fictive", "le": localdate()})
    assert response.url == retour.visite.get_absolute_url()
    assert clients["secretariat"].get(response.url).status_code == 200


def test_accord_sans_temoignage_se_refuse_avec_sa_raison(retour, reseau, clients):
    Evaluation.objects.filter(pk=retour.pk).update(temoignage="")
    adresse = page("evaluation-accord-donner", reseau, retour.pk)
    response = clients["animateur"].get(adresse)
    dits = [str(message) for message in response.wsgi_request._messages]
    assert (response.url, dits) == (reseau.get_absolute_url(), [SANS_TEMOIGNAGE])
    assert clients["animateur"].post(adresse, {"signature": "Mme Fictive"}).url == reseau.get_absolute_url()


def test_accord_ne_precede_pas_le_retrait_du_dernier(retour, reseau, clients):
    Evaluation.objects.filter(pk=retour.pk).update(signature="Mme", accord_le=il_y_a(5), accord_retire_le=il_y_a(2))
    response = clients["animateur"].post(
        page("evaluation-accord-donner", reseau, retour.pk), {"signature": "M.", "le": il_y_a(3)}
    )
    assert "précède le retrait" in response.content.decode()


def test_accord_ne_se_tient_que_par_qui_a_visite(retour, reseau, aide):
    client = connecter(aide)
    assert "Enregistrer un accord" not in client.get(retour.get_absolute_url()).content.decode()
    assert client.get(page("evaluation-accord-donner", reseau, retour.pk)).status_code == 403


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


@pytest.mark.parametrize(("jours", "date"), [(4, 4), ("", 0)])
def test_entretien_garde_le_jour_ou_l_accord_a_ete_donne(visite, clients, jours, date):
    type(visite).objects.filter(pk=visite.pk).update(realisee_le=il_y_a(9))
    dit = {"temoignage": "Une vraie écoute.", "signature": "Mme Fictive", "accord": "on"}
    donne = {"accord_le": il_y_a(jours)} if jours else {}
    clients["direct"].post(page("evaluation-entretien", visite.reseau, visite.pk), dit | donne)
    assert Evaluation.objects.get().accord_le == il_y_a(date)


def test_entretien_refuse_un_accord_a_venir(visite, clients):
    dit = {"temoignage": "Une écoute.", "signature": "Mme", "accord": "on", "accord_le": il_y_a(-1)}
    response = clients["direct"].post(page("evaluation-entretien", visite.reseau, visite.pk), dit)
    assert ("avenir" in response.content.decode(), Evaluation.objects.count()) == (True, 0)


def test_avis_a_recueillir_se_demande_depuis_son_onglet_et_depuis_la_visite(visite, reseau, clients):
    demander, entretien = (page(f"evaluation-{nom}", reseau, visite.pk) for nom in ("demander", "entretien"))
    onglet = page("evaluations-a-recueillir", reseau)
    VisiteFactory(reseau=reseau, realisee=True)  # d’un autre : l’animateur seul la voit ici
    lus = {profil: clients[profil].get(onglet) for profil in ("animateur", "secretariat", "direct")}
    assert [lu.context["nombre"] for lu in lus.values()] == [2, 2, 1]
    assert [f'href="{adresse}"' in lus["direct"].content.decode() for adresse in (demander, entretien)] == [True, True]
    assert f'href="{demander}"' in clients["direct"].get(visite.get_absolute_url()).content.decode()
    EvaluationFactory(visite=visite)
    assert clients["direct"].get(onglet).context["nombre"] == 0
    assert clients["direct"].get(entretien).url == demander


def test_reseau_sans_questionnaire_ne_propose_que_l_entretien(visite, reseau, clients):
    type(reseau).objects.filter(pk=reseau.pk).update(evaluation=False)
    demander, entretien = (page(f"evaluation-{nom}", reseau, visite.pk) for nom in ("demander", "entretien"))
    for lieu in (page("evaluations-a-recueillir", reseau), visite.get_absolute_url()):
        lu = clients["direct"].get(lieu).content.decode()
        assert [f'href="{adresse}"' in lu for adresse in (demander, entretien)] == [False, True]
    assert "Envoyer le questionnaire" not in clients["direct"].get(demander).content.decode()


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
