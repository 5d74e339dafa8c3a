"""Les pages des guides : voir, imprimer vierge, modifier sans JavaScript, mettre en service."""

import pytest
from django.urls import reverse

from tests.factories import CompteRenduFactory, GuideFactory, QuestionFactory, ReponseFactory
from tests.lib.papier import textes
from visites import guides
from visites.guides_fournis import guides_fournis
from visites.models import Guide, Question
from visites.papier_du_guide import imprimer_vierge

pytestmark = pytest.mark.django_db


@pytest.fixture
def question(reseau):
    return QuestionFactory(theme__guide__reseau=reseau, libelle="Exportez-vous ?")


@pytest.fixture
def guide(question):
    return question.theme.guide


def adresse(nom, objet, reseau):
    return reverse(f"visites:{nom}", args=[reseau.slug, objet.pk])


def test_reseau_sans_guide_voit_les_quatre_fournis(reseau, clients):
    response = clients["animateur"].get(reverse("visites:guides", args=[reseau.slug]))
    assert (len(response.context["guides"]), [fourni.code for fourni in response.context["fournis"]]) == (
        0,
        ["une_page", "court", "fonctions", "complet"],
    )
    assert "n’a pas de guide" in response.content.decode()


def test_ajouter_un_fourni_mene_a_sa_page(reseau, clients):
    response = clients["secretariat"].post(reverse("visites:guide-ajouter", args=[reseau.slug]), {"modele": "une_page"})
    assert response.url == adresse("guide-modifier", Guide.objects.get(nom="Une page"), reseau)


def test_apercu_montre_les_questions_et_n_offre_que_l_impression_au_developpeur(guide, reseau, clients):
    page = clients["direct"].get(guide.get_absolute_url()).content.decode()
    assert ["Exportez-vous ?" in page, "Imprimer vierge" in page, "Mettre en service" in page] == [True, True, False]


@pytest.mark.parametrize("code", guides_fournis())
def test_vierge_tient_dans_les_pages_annoncees(reseau, code):
    """Le plus court tient sur une page, les deux suivants sur deux, le complet sur trois ; toutes les questions y sont."""
    pages = textes(imprimer_vierge(guides_fournis()[code], reseau=reseau))
    assert len(pages) == {"une_page": 1, "complet": 3}.get(code, 2)
    dit = "".join("".join(pages).split())
    questions = [question.libelle for theme in guides_fournis()[code].themes for question in theme.questions]
    assert [libelle for libelle in questions if "".join(libelle.split()) not in dit] == []


def test_vierge_d_un_guide_du_reseau_et_d_un_fourni(guide, reseau, clients):
    pdf = clients["associe"].get(adresse("guide-pdf", guide, reseau)).content
    assert "Exportez-vous ? Oui Non" in " ".join(textes(pdf)[0].split())
    fourni = clients["associe"].get(reverse("visites:guide-fourni-pdf", args=[reseau.slug]), {"modele": "inconnu"})
    assert len(textes(fourni.content)) == 1


def test_renommer(guide, reseau, clients):
    envoi = {"nom": " Le  nôtre ", "version": guide.version}
    clients["animateur"].post(adresse("guide-modifier", guide, reseau), envoi)
    guide.refresh_from_db()
    assert (guide.nom, guide.version) == ("Le nôtre", 2)


def test_renommer_comme_un_autre_se_refuse_et_garde_la_saisie(guide, reseau, clients):
    GuideFactory(reseau=reseau, nom="Court")
    response = clients["animateur"].post(adresse("guide-modifier", guide, reseau), {"nom": "court", "version": guide.version})
    assert "porte déjà ce nom" in response.content.decode()
    assert response.context["form"]["nom"].value() == "court"


def test_ajouter_un_theme_puis_une_question(guide, reseau, clients):
    clients["animateur"].post(adresse("guide-theme-ajouter", guide, reseau), {"titre": "Export", "version": guide.version})
    theme = guide.themes.get(titre="Export")
    envoi = {"libelle": "Quel pays ?", "genre": "choix", "liste": "Suisse\n\n Italie \nSuisse", "version": guide.version + 1}
    response = clients["animateur"].post(adresse("theme-question-ajouter", theme, reseau), envoi)
    question = Question.objects.get(libelle="Quel pays ?")
    assert (question.choix, question.theme) == (["Suisse", "Italie"], theme)
    assert response.url.endswith(f"#question-{question.pk}")


def test_question_a_liste_sans_liste_dit_ce_qui_manque(question, reseau, clients):
    envoi = {"libelle": "Quel pays ?", "genre": "choix", "liste": "Suisse", "version": question.theme.guide.version}
    response = clients["animateur"].post(adresse("question-modifier", question, reseau), envoi)
    assert response.context["form"].errors == {"liste": ["Donnez de 2 à 12 réponses différentes, une par ligne."]}


def test_question_qui_n_est_plus_une_liste_perd_ses_choix(reseau, clients):
    question = QuestionFactory(theme__guide__reseau=reseau, genre="choix", choix=["Oui", "Non"])
    envoi = {"libelle": "Libre ?", "genre": "texte", "liste": "Oui\nNon", "version": question.theme.guide.version}
    clients["animateur"].post(adresse("question-modifier", question, reseau), envoi)
    question.refresh_from_db()
    assert (question.libelle, question.choix) == ("Libre ?", [])


def test_conflit_garde_le_texte_et_un_second_envoi_l_emporte(question, guide, reseau, clients):
    guides.renommer(Guide.objects.get(pk=guide.pk), par=reseau.membres.get(role="animateur"))
    envoi = {"libelle": "Vendez-vous au loin ?", "genre": "oui_non", "version": guide.version}
    response = clients["animateur"].post(adresse("question-modifier", question, reseau), envoi)
    form = response.context["form"]
    assert "modifié cette fiche" in form.non_field_errors()[0]
    assert (form["libelle"].value(), form["version"].value()) == ("Vendez-vous au loin ?", guide.version + 1)
    clients["animateur"].post(adresse("question-modifier", question, reseau), envoi | {"version": guide.version + 1})
    question.refresh_from_db()
    assert question.libelle == "Vendez-vous au loin ?"


def test_enregistrer_sans_rien_changer_ne_fait_pas_de_version(question, guide, reseau, clients):
    ReponseFactory(compte_rendu=CompteRenduFactory(visite__reseau=reseau), question=question)
    envoi = {"libelle": question.libelle, "genre": question.genre, "version": guide.version}
    clients["animateur"].post(adresse("question-modifier", question, reseau), envoi)
    assert Guide.objects.count() == 1


def test_monter_une_question_qui_a_servi_mene_a_la_version_neuve(question, guide, reseau, clients):
    seconde = QuestionFactory(theme=question.theme, libelle="Où ?")
    ReponseFactory(compte_rendu=CompteRenduFactory(visite__reseau=reseau), question=question)
    geste = {"geste": "monter", "version": guide.version}
    response = clients["animateur"].post(adresse("question-changer", seconde, reseau), geste, follow=True)
    neuf = Guide.objects.courants().get()
    assert [str(q) for q in neuf.themes.get().questions.all()] == ["Où ?", "Exportez-vous ?"]
    assert "la version 2 commence" in response.content.decode()
    assert response.redirect_chain[0][0].endswith(f"#question-{Question.objects.get(theme__guide=neuf, libelle='Où ?').pk}")


@pytest.mark.parametrize("geste", ["", "sauter"])
def test_geste_inconnu_ne_change_rien(question, guide, reseau, clients, geste):
    clients["animateur"].post(adresse("question-changer", question, reseau), {"geste": geste, "version": guide.version})
    assert Question.objects.filter(pk=question.pk).exists()


def test_mettre_en_service_puis_desactiver(guide, reseau, clients):
    for service, attendu in (("1", True), ("", False)):
        clients["secretariat"].post(adresse("guide-servir", guide, reseau), {"service": service})
        guide.refresh_from_db()
        assert guide.en_service is attendu


def test_guide_remplace_est_introuvable(guide, question, reseau, animateur, clients):
    ReponseFactory(compte_rendu=CompteRenduFactory(visite__reseau=reseau), question=question)
    guides.retirer(question, version=guide.version, par=animateur)
    assert clients["animateur"].get(adresse("guide-modifier", guide, reseau)).status_code == 404
