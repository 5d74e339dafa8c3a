"""Le guide vierge : des lignes et des cases à remplir à la main, sur le gabarit commun."""

from dataclasses import dataclass

from reseau.lib.pdf import rendre_pdf
from reseau.lib.polices import largeur
from visites.enums import GenreDeQuestion
from visites.models import Question

NOTES_PAR_THEME = 1  # lignes blanches sous chaque thème
NOTES_DE_LA_FIN = 3
# En points et millimètres, ceux de static/css/pdf/guide.css.
CORPS, CORPS_DE_L_AIDE = 9.5, 8
CARRE, LARGEUR = 9, 172


@dataclass(frozen=True)
class QuestionVierge:
    """`cases` : ce que l'on coche ; `ligne` : une ligne entière pour écrire ; sans l'un ni l'autre, la place d'un nombre."""

    libelle: str
    aide: str
    cases: list[str]
    ligne: bool

    @property
    def dessous(self):
        """Les cases passent sous la question si elles ne tiennent pas à sa suite, plutôt que d'être coupées."""
        place = largeur(self.libelle, CORPS) + largeur(self.aide, CORPS_DE_L_AIDE)
        return place + sum(largeur(case, CORPS) + CARRE for case in self.cases) > LARGEUR


@dataclass(frozen=True)
class ThemeVierge:
    titre: str
    questions: list[QuestionVierge]


def imprimer_vierge(guide, *, reseau):
    """Octets PDF A4 ; `guide` : un `Guide` (`avec_contenu`) ou un `GuideFourni`."""
    themes = [ThemeVierge(theme.titre, [_question(question) for question in _questions(theme)]) for theme in _themes(guide)]
    contexte = {
        "nom_reseau": reseau.nom,
        "guide": guide,
        "themes": [theme for theme in themes if theme.questions],
        "notes": range(NOTES_PAR_THEME),
        "notes_de_la_fin": range(NOTES_DE_LA_FIN),
    }
    return rendre_pdf("pdf/guide.html", contexte, titre=f"Guide d’entretien – {guide.nom}")


def _themes(guide):
    return guide.themes if isinstance(guide.themes, tuple) else guide.themes.all()


def _questions(theme):
    return theme.questions if isinstance(theme.questions, tuple) else theme.questions.all()


def _question(question):
    options = Question(genre=question.genre, choix=list(question.choix)).options
    ligne = question.genre == GenreDeQuestion.TEXTE
    return QuestionVierge(question.libelle, question.aide, [libelle for _, libelle in options], ligne)
