"""Repérer, dans un texte libre, ce qu'on n'écrit pas : santé, opinions, religion, syndicat, origine, vie privée, jugement.

Un avertissement, jamais un blocage (CNIL, « zones de bloc-note et commentaires » ; règlement général sur la protection des
données, articles 9 et 10). Un lexique par sujet (`reperage.toml`), et ce qui l'innocente : la « santé financière », un « syndicat
mixte ». Il se trompe : il aide à se relire, il ne juge pas.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from reseau.lib.recherche import cle_de_recherche

MOTS_MIN = 3  # un nom, un mot-clé n'est pas une phrase


@dataclass(frozen=True)
class Trouvaille:
    """Un sujet que le texte semble aborder, et les mots qui le font croire, sans accents ni majuscules."""

    sujet: str
    mots: str


def reperer(texte):
    """[`Trouvaille`], une par sujet au plus, dans l'ordre du lexique ; vide s'il n'y a rien à relire."""
    nu = cle_de_recherche(texte)
    if len(nu.split()) < MOTS_MIN:
        return []
    innocents, sujets = _lexique()
    nu = innocents.sub(" | ", nu)
    trouves = ((sujet, motif.search(nu)) for sujet, motif in sujets)
    return [Trouvaille(sujet, trouve.group()) for sujet, trouve in trouves if trouve]


@cache
def _lexique():
    """(ce qui innocente, [(sujet, motif)])"""
    lu = tomllib.loads(files("reseau.lib").joinpath("reperage.toml").read_text(encoding="utf-8"))
    return _motif(lu["innocents"]), [(sujet["nom"], _motif(sujet)) for sujet in lu["sujets"]]


def _motif(entree):
    mots = [mot.replace("*", r"\w*") for mot in entree.get("mots", "").split()]
    tournures = [ligne.strip() for ligne in entree["tournures"].splitlines() if ligne.strip()]
    return re.compile(rf"\b(?:{'|'.join([*tournures, *mots])})\b")
