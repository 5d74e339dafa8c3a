"""Les quatre guides fournis : lisibles, mesurés, et que l'entreprise peut voir."""

import pytest

from visites.enums import GenreDeQuestion
from visites.guides import QUESTIONS_MAX, THEMES_MAX
from visites.guides_fournis import guides_fournis

GUIDES = list(guides_fournis().values())


def test_fournis_vont_du_plus_court_au_complet():
    assert [(guide.code, guide.nb_questions) for guide in GUIDES] == [
        ("une_page", 9),
        ("court", 18),
        ("fonctions", 32),
        ("complet", 47),
    ]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.code)
def test_fournis_respectent_les_bornes_et_les_genres(guide):
    questions = [question for theme in guide.themes for question in theme.questions]
    assert len(guide.themes) <= THEMES_MAX
    assert len(questions) <= QUESTIONS_MAX
    assert {question.genre for question in questions} <= set(GenreDeQuestion.values)
    assert [q.libelle for q in questions if bool(q.choix) != (q.genre == GenreDeQuestion.CHOIX)] == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.code)
def test_fournis_ne_mettent_en_avant_ni_l_emploi_ni_des_aides(guide):
    """Dossier, I.2, question 1 : on ne vend ni mesures pour l'emploi ni aides."""
    dits = [mot for theme in guide.themes for mot in [theme.titre, *(q.libelle for q in theme.questions)]]
    interdits = ("emploi", "embauch", "recrut", "aide", "subvention")
    assert [dit for dit in dits if any(mot in dit.lower() for mot in interdits)] == []


def test_une_question_commune_a_deux_guides_s_y_dit_pareil():
    """C'est par ses mots qu'une question s'agrège d'un guide à l'autre : même libellé, même genre, mêmes réponses."""
    formes = {}
    for guide in GUIDES:
        for question in (question for theme in guide.themes for question in theme.questions):
            formes.setdefault(question.libelle, set()).add((question.genre, question.choix))
    assert {libelle: formes for libelle, formes in formes.items() if len(formes) > 1} == {}
