"""Tenir un guide : il change sur place tant qu'il n'a pas servi ; ensuite, une version nouvelle naît."""

import pytest
from django.db import IntegrityError, transaction

from reseau.lib.erreurs import RegleEnfreinte
from tests.factories import CompteRenduFactory, GuideFactory, QuestionFactory, ReponseFactory, ThemeFactory, VisiteFactory
from visites import guides
from visites.models import Guide, Question, Reponse, Theme, Visite

pytestmark = pytest.mark.django_db


@pytest.fixture
def court(animateur):
    return guides.installer("court", par=animateur)


@pytest.fixture
def servi(court, reseau, animateur):
    """Le guide court, en service, avec une réponse à sa première question."""
    guides.mettre_en_service(court, par=animateur)
    court.refresh_from_db()
    visite = VisiteFactory(reseau=reseau, realisee=True)
    ReponseFactory(compte_rendu=CompteRenduFactory(visite=visite), question=premiere(court), valeur="Des portes")
    return court


def premiere(guide):
    return Question.objects.filter(theme__guide=guide).order_by("theme__rang", "rang")[0]


def libelles(guide):
    return list(Question.objects.filter(theme__guide=guide).order_by("theme__rang", "rang").values_list("libelle", flat=True))


def test_installer_recopie_le_guide_fourni_hors_service(court):
    assert (court.en_service, court.edition, len(libelles(court))) == (False, 1, 18)


def test_installer_deux_fois_donne_deux_noms(court, animateur):
    assert str(guides.installer("court", par=animateur)) == "Court (2)"


def test_installer_un_guide_inconnu_se_refuse(animateur):
    with pytest.raises(RegleEnfreinte):
        guides.installer("imaginaire", par=animateur)


def test_mettre_en_service_retire_le_precedent(court, animateur):
    autre = GuideFactory(reseau=court.reseau, en_service=True)
    guides.mettre_en_service(court, par=animateur)
    assert list(Guide.objects.en_service()) == [court]
    autre.refresh_from_db()
    assert autre.version == 2


def test_mettre_en_service_un_guide_vide_se_refuse(animateur):
    with pytest.raises(RegleEnfreinte, match="aucune question"):
        guides.mettre_en_service(guides.installer("", par=animateur), par=animateur)


def test_base_n_admet_qu_un_guide_en_service_par_reseau(court):
    GuideFactory(reseau=court.reseau, en_service=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        GuideFactory(reseau=court.reseau, en_service=True)


@pytest.mark.parametrize(("genre", "choix"), [("choix", []), ("oui_non", ["Oui"])])
def test_base_lie_la_liste_et_le_genre(genre, choix):
    with pytest.raises(IntegrityError), transaction.atomic():
        QuestionFactory(genre=genre, choix=choix)


def test_guide_qui_n_a_pas_servi_change_sur_place(court, animateur):
    tenu = guides.retirer(premiere(court), version=court.version, par=animateur)
    assert (tenu.pk, tenu.edition, len(libelles(tenu))) == (court.pk, 1, 17)


def test_guide_qui_a_servi_donne_une_version_neuve_et_garde_ses_reponses(servi, animateur):
    tenu = guides.retirer(premiere(servi), version=servi.version, par=animateur)
    servi.refresh_from_db()
    assert (tenu.edition, tenu.precedent, tenu.en_service, len(libelles(tenu))) == (2, servi, True, 17)
    assert (servi.en_service, servi.retire_le is None, len(libelles(servi))) == (False, False, 18)
    assert Reponse.objects.get().question.theme.guide == servi


def test_question_modifiee_d_un_guide_qui_a_servi_ne_change_que_dans_la_version_neuve(servi, animateur):
    question, avant = premiere(servi), premiere(servi).libelle
    question.libelle = "Que faites-vous de particulier ?"
    tenu = guides.enregistrer_question(question, version=servi.version, par=animateur)
    assert (libelles(servi)[0], libelles(tenu)[0]) == (avant, "Que faites-vous de particulier ?")


def test_version_neuve_se_modifie_ensuite_sur_place(servi, animateur):
    tenu = guides.retirer(premiere(servi), version=servi.version, par=animateur)
    assert guides.retirer(premiere(tenu), version=tenu.version, par=animateur) == tenu


def test_version_perimee_est_un_conflit(court, animateur):
    guides.retirer(premiere(court), version=court.version, par=animateur)
    with pytest.raises(RegleEnfreinte, match="modifié cette fiche"):
        guides.retirer(premiere(court), version=court.version, par=animateur)


def test_guide_remplace_ne_se_modifie_plus(servi, animateur):
    guides.retirer(premiere(servi), version=servi.version, par=animateur)
    with pytest.raises(RegleEnfreinte, match="remplacé"):
        guides.retirer(premiere(servi), version=servi.version, par=animateur)


def ranger(guide, *series):
    """Un thème par série de libellés."""
    for rang, serie in enumerate(series):
        theme = ThemeFactory(guide=guide, titre=f"T{rang}", rang=rang)
        for place, libelle in enumerate(serie):
            QuestionFactory(theme=theme, libelle=libelle, rang=place)


@pytest.mark.parametrize(
    ("libelle", "pas", "attendu"),
    [
        ("b", -1, [["b", "a"], ["c"]]),
        ("a", 1, [["b", "a"], ["c"]]),
        ("b", 1, [["a"], ["b", "c"]]),
        ("c", -1, [["a", "b", "c"], []]),
        ("a", -1, [["a", "b"], ["c"]]),
        ("c", 1, [["a", "b"], ["c"]]),
    ],
)
def test_deplacer_une_question_dans_son_theme_puis_au_voisin(reseau, animateur, libelle, pas, attendu):
    guide = GuideFactory(reseau=reseau)
    ranger(guide, ["a", "b"], ["c"])
    guides.deplacer(Question.objects.get(libelle=libelle), pas, version=1, par=animateur)
    assert [[str(question) for question in theme.questions.all()] for theme in guide.themes.all()] == attendu


@pytest.mark.parametrize(("titre", "pas", "attendu"), [("T1", -1, ["T1", "T0"]), ("T0", -1, ["T0", "T1"])])
def test_deplacer_un_theme(reseau, animateur, titre, pas, attendu):
    guide = GuideFactory(reseau=reseau)
    ranger(guide, ["a"], ["b"])
    guides.deplacer(Theme.objects.get(titre=titre), pas, version=1, par=animateur)
    assert [str(theme) for theme in guide.themes.all()] == attendu


def test_remettre_rend_le_contenu_fourni(court, animateur):
    tenu = guides.retirer(premiere(court).theme, version=court.version, par=animateur)
    assert len(libelles(tenu)) == 15
    assert len(libelles(guides.remettre(tenu, version=tenu.version, par=animateur))) == 18


def test_remettre_un_guide_a_soi_se_refuse(reseau, animateur):
    with pytest.raises(RegleEnfreinte, match="rien à remettre"):
        guides.remettre(GuideFactory(reseau=reseau), version=1, par=animateur)


def test_dupliquer_donne_un_guide_neuf_de_meme_contenu(servi, animateur):
    copie = guides.dupliquer(servi, par=animateur)
    assert (str(copie), copie.en_service, copie.edition, libelles(copie)) == ("Court (copie)", False, 1, libelles(servi))


def test_supprimer_efface_ce_qui_n_a_pas_servi(court, animateur):
    assert guides.supprimer(court, par=animateur)
    assert not Guide.objects.exists()


def test_supprimer_garde_les_reponses_de_ce_qui_a_servi(servi, animateur):
    assert not guides.supprimer(servi, par=animateur)
    assert (Guide.objects.courants().count(), Reponse.objects.count()) == (0, 1)


def test_bornes_du_guide(reseau, animateur, monkeypatch):
    monkeypatch.setattr(guides, "QUESTIONS_MAX", 1)
    monkeypatch.setattr(guides, "THEMES_MAX", 1)
    theme = QuestionFactory(theme__guide__reseau=reseau).theme
    with pytest.raises(RegleEnfreinte, match="questions au plus"):
        guides.enregistrer_question(Question(theme=theme, libelle="Encore ?"), version=1, par=animateur)
    with pytest.raises(RegleEnfreinte, match="thèmes au plus"):
        guides.enregistrer_theme(Theme(guide=theme.guide, titre="Encore"), version=1, par=animateur)


def test_repondre_ajoute_corrige_et_efface(reseau):
    rendu = CompteRenduFactory(visite__reseau=reseau)
    ranger(guide := GuideFactory(reseau=reseau), ["a", "b", "c"])
    a, b, c = Question.objects.order_by("rang")
    guides.repondre(rendu, guide, {a.pk: "oui", b.pk: "non", c.pk: ""})
    premiers = list(rendu.reponses.order_by("pk").values_list("pk", "valeur"))
    guides.repondre(rendu, guide, {a.pk: "non", b.pk: "", c.pk: "oui"})
    assert [valeur for _, valeur in premiers] == ["oui", "non"]
    assert list(rendu.reponses.order_by("pk").values_list("question", "valeur")) == [(a.pk, "non"), (c.pk, "oui")]
    assert rendu.reponses.get(question=a).pk == premiers[0][0]


def test_repondre_ignore_la_question_d_un_autre_guide(reseau):
    rendu = CompteRenduFactory(visite__reseau=reseau)
    etrangere = QuestionFactory()
    guides.repondre(rendu, GuideFactory(reseau=reseau), {etrangere.pk: "oui"})
    assert not rendu.reponses.exists()


def test_reponses_suivent_le_droit_de_lire_le_compte_rendu(servi, membres):
    visites = Visite.objects.all()
    vues = {nom: Reponse.objects.visibles_par(membre, visites).count() for nom, membre in membres.items()}
    assert vues == {"animateur": 1, "secretariat": 1, "direct": 1, "associe": 1, "prefecture": 0, "observateur": 0}
