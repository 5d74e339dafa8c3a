"""Les quatre guides fournis, du plus court au complet : des fichiers TOML que l'on peut relire et corriger à la main.

Aucun ne met en avant l'emploi ni des mesures d'aide (dossier, I.2, question 1) : ils se laissent voir de l'entreprise.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

CODES = ("une_page", "court", "fonctions", "complet")


@dataclass(frozen=True)
class QuestionFournie:
    """Les champs d'une `visites.models.Question`, sans base."""

    libelle: str
    genre: str
    aide: str = ""
    choix: tuple[str, ...] = ()


@dataclass(frozen=True)
class ThemeFourni:
    titre: str
    questions: tuple[QuestionFournie, ...]


@dataclass(frozen=True)
class GuideFourni:
    code: str
    nom: str
    resume: str
    themes: tuple[ThemeFourni, ...]

    @property
    def nb_questions(self):
        return sum(len(theme.questions) for theme in self.themes)


@cache
def guides_fournis():
    """`GuideFourni` par code, du plus court au complet."""
    return {code: _lire(code) for code in CODES}


def _lire(code):
    donnees = tomllib.loads((files("visites.guides_fournis") / f"{code}.toml").read_text(encoding="utf-8"))
    themes = tuple(ThemeFourni(theme["titre"], tuple(_question(q) for q in theme["questions"])) for theme in donnees["themes"])
    return GuideFourni(code, donnees["nom"], donnees["resume"], themes)


def _question(champs):
    return QuestionFournie(**champs | {"choix": tuple(champs.get("choix", ()))})
