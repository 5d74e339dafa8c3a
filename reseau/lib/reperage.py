"""Repérer, dans un texte libre, ce qu'on n'écrit pas : santé, opinions, religion, syndicat, origine, vie privée, jugement.

Un avertissement, jamais un blocage (CNIL, « zones de bloc-note et commentaires » ; règlement général sur la protection des
données, articles 9 et 10). Un lexique par sujet (`reperage.toml`) : ce qui suffit seul ; ce qui ne dit rien sans une personne
dans la même phrase (« brute », « divorce ») ; ce qui innocente, la « santé financière », un « syndicat mixte ». Il se trompe : il
aide à se relire, il ne juge pas.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from reseau.lib.recherche import cle_de_recherche

MOTS_MIN = 3  # un nom, un mot-clé n'est pas une phrase
FIN_DE_PHRASE = re.compile(r"(?<=\w{4})[.!?;…]+\s+|\n+")  # quatre lettres : ni « M. » ni « etc. »


@dataclass(frozen=True)
class Trouvaille:
    """Un sujet que le texte semble aborder, et les mots qui le font croire, sans accents ni majuscules."""

    sujet: str
    mots: str


def reperer(texte):
    """[`Trouvaille`], une par sujet au plus, dans l'ordre du lexique ; vide s'il n'y a rien à relire."""
    phrases = [f" {cle_de_recherche(phrase)} " for phrase in FIN_DE_PHRASE.split(texte)]
    if len("".join(phrases).split()) < MOTS_MIN:
        return []
    innocents, personne, sujets = _lexique()
    phrases = [innocents.sub(" |", phrase) for phrase in phrases]
    peuplees = [phrase for phrase in phrases if personne.search(phrase)]
    premiers = ((sujet, _premier(seul, phrases) or _premier(doute, peuplees)) for sujet, seul, doute in sujets)
    return [Trouvaille(sujet, trouve.group().strip()) for sujet, trouve in premiers if trouve]


def _premier(motif, phrases):
    return next(filter(None, map(motif.search, phrases)), None)


@cache
def _lexique():
    """(ce qui innocente, ce qui désigne une personne, [(sujet, ce qui suffit, ce qui ne suffit qu'avec une personne)])"""
    lu = tomllib.loads(files("reseau.lib").joinpath("reperage.toml").read_text(encoding="utf-8"))
    familles = {f"{{{nom}}}": _choix(famille) for nom, famille in lu["familles"].items()}
    sujets = [(sujet["nom"], _motif(sujet, familles), _motif(sujet["avec"], familles)) for sujet in lu["sujets"]]
    return _motif(lu["innocents"], familles), _motif(lu["familles"]["personne"], familles), sujets


def _motif(entree, familles):
    corps = re.sub(r"\{[a-z]\w*\}", lambda nom: familles[nom.group()], _choix(entree))
    return re.compile(rf" {corps}\b".replace("(", "(?:").replace("(?:?", "(?"))


def _choix(entree):
    """Les mots, « racine* » pour tous ceux qui commencent ainsi, et les tournures, en une seule expression."""
    mots = [mot.replace("*", r"\w*") for mot in entree.get("mots", "").split()]
    tournures = [ligne.strip() for ligne in entree.get("tournures", "").splitlines() if ligne.strip()]
    return f"({'|'.join([*tournures, *mots])})"
