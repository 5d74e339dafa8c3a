"""Le guide à côté du compte rendu : rien ne paraît sans guide, rien n'est obligatoire, aucune réponse ne se perd."""

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from suivi.models import Brouillon
from tests.factories import GuideFactory, QuestionFactory, ReponseFactory, VisiteFactory
from visites import guides
from visites.models import CompteRendu, Guide, Question, Reponse

pytestmark = pytest.mark.django_db


@pytest.fixture
def visite(reseau, direct):
    return VisiteFactory(reseau=reseau, programmee=True, developpeur=direct)


@pytest.fixture
def guide(reseau):
    return GuideFactory(reseau=reseau, en_service=True)


@pytest.fixture
def export(guide):
    return QuestionFactory(theme__guide=guide, libelle="Exportez-vous ?")


def adresse(nom, visite):
    return reverse(f"suivi:{nom}", args=[visite.reseau.slug, visite.pk])


def terminer(client, visite, **champs):
    series = {"projets-TOTAL_FORMS": "0", "projets-INITIAL_FORMS": "0"}
    existant = CompteRendu.objects.filter(visite=visite).first()
    entete = {"version": existant.version if existant else 0, "phrase": "L’atelier sature.", "realisee_le": str(localdate())}
    return client.post(adresse("compte-rendu-terminer", visite), {**entete, **series, **champs})


def test_sans_guide_rien_ne_parait(visite, clients):
    assert "Guide d’entretien" not in corps(clients["direct"], visite)


def test_guide_hors_service_ne_parait_pas(visite, export, clients):
    Guide.objects.update(en_service=False)
    assert "Exportez-vous" not in corps(clients["direct"], visite)


def corps(client, visite):
    """La page, menu exclu."""
    return client.get(adresse("compte-rendu", visite)).content.decode().partition('id="compte-rendu"')[2]


def test_en_service_il_parait_replie(visite, export, clients):
    page = corps(clients["direct"], visite)
    assert ["Exportez-vous" in page, "data-guide>" in page, "data-guide open" in page] == [True, True, False]


def test_on_termine_sans_y_repondre(visite, export, clients):
    assert terminer(clients["direct"], visite).status_code == 302
    assert not Reponse.objects.exists()


@pytest.mark.parametrize(
    ("genre", "choix", "tape", "garde"),
    [
        ("oui_non", [], "oui", "oui"),
        ("echelle", [], "4", "4"),
        ("choix", ["Suisse", "Italie"], "Italie", "Italie"),
        ("nombre", [], "12.50", "12.5"),
        ("nombre", [], "100", "100"),
        ("texte", [], "  Des  portes ", "Des portes"),
    ],
)
def test_reponse_s_enregistre_selon_son_genre(visite, guide, clients, genre, choix, tape, garde):
    question = QuestionFactory(theme__guide=guide, genre=genre, choix=choix)
    terminer(clients["direct"], visite, **{f"guide-q{question.pk}": tape})
    assert Reponse.objects.get().valeur == garde


def test_reponse_impossible_se_dit_et_ouvre_son_theme(visite, guide, clients):
    question = QuestionFactory(theme__guide=guide, genre="nombre", libelle="Combien ?")
    response = terminer(clients["direct"], visite, **{f"guide-q{question.pk}": "beaucoup"})
    page = response.content.decode()
    assert response.status_code == 200
    assert ["Combien ?</a> :" in page, "data-guide open" in page, 'guide__theme" open' in page] == [True] * 3


def test_brouillon_reprend_les_reponses(visite, export, clients):
    champs = {"version": "0", f"guide-q{export.pk}": "oui", "guide-guide": export.theme.guide_id}
    clients["direct"].post(adresse("compte-rendu-brouillon", visite), champs)
    assert Brouillon.objects.count() == 1
    assert clients["direct"].get(adresse("compte-rendu", visite)).context["saisie"].guide[f"q{export.pk}"].value() == "oui"


def test_version_nee_entre_temps_ne_fait_perdre_aucune_reponse(visite, export, guide, animateur, clients):
    """La page montrait la version 1, remplacée depuis : la réponse s'y attache."""
    ReponseFactory(compte_rendu__visite__reseau=visite.reseau, question=export)
    seconde = Question.objects.get(pk=export.pk)
    seconde.libelle = "Vendez-vous au loin ?"
    guides.enregistrer_question(seconde, version=guide.version, par=animateur)
    terminer(clients["direct"], visite, **{f"guide-q{export.pk}": "non", "guide-guide": guide.pk})
    assert Reponse.objects.get(compte_rendu__visite=visite).question == export


def test_question_retiree_entre_temps_se_dit_une_fois(visite, export, guide, animateur, clients):
    QuestionFactory(theme=export.theme)
    guides.retirer(Question.objects.get(pk=export.pk), version=guide.version, par=animateur)
    response = terminer(clients["direct"], visite, **{f"guide-q{export.pk}": "oui", "guide-guide": guide.pk})
    assert "a été retirée entre-temps" in response.content.decode()
    assert terminer(clients["direct"], visite, **{"guide-guide": guide.pk}).status_code == 302


def test_modifier_un_compte_rendu_remontre_sa_version(visite, export, guide, animateur, clients):
    terminer(clients["direct"], visite, **{f"guide-q{export.pk}": "oui"})
    neuf = guides.retirer(Question.objects.get(pk=export.pk), version=guide.version, par=animateur)
    saisie = clients["direct"].get(adresse("compte-rendu", visite)).context["saisie"]
    assert (saisie.guide.guide, saisie.guide[f"q{export.pk}"].value(), neuf.edition) == (guide, "oui", 2)
    terminer(clients["direct"], visite, **{f"guide-q{export.pk}": ""})
    assert not Reponse.objects.exists()


def test_lecture_montre_les_reponses_en_francais(visite, guide, clients):
    question = QuestionFactory(theme__guide=guide, genre="nombre", libelle="Combien ?")
    terminer(clients["direct"], visite, **{f"guide-q{question.pk}": "12.5"})
    page = clients["secretariat"].get(adresse("compte-rendu-lire", visite)).content.decode()
    assert ["1 réponse" in page, "<dt>Combien ?</dt><dd>12,5</dd>" in page] == [True, True]


def test_guide_d_un_autre_reseau_ne_se_demande_pas(visite, export, clients):
    autre = QuestionFactory(theme__guide__en_service=True)
    champs = {f"guide-q{autre.pk}": "oui", "guide-guide": autre.theme.guide_id}
    assert terminer(clients["direct"], visite, **champs).status_code == 200
    assert not Reponse.objects.exists()
