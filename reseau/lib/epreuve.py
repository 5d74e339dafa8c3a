"""Éprouver un lot de lettres avant de le numéroter : chacune tient sur sa page, sans les mettre toutes en page.

Un témoin se compose, sûrement plus haut que toutes : la plus haute, rallongée. S'il tient, toutes tiennent. Sinon, la plus
haute se compose ; une autre s'en passe si ses lignes, comptées au plus, ne dépassent pas celles, comptées au moins, d'une lettre
déjà composée. La longueur seule ne dirait rien : vingt alinéas d'un mot sont plus hauts qu'un pavé de mille caractères.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from math import ceil, inf

from reseau.lib.lettre import Lettre, tient
from reseau.lib.polices import caracteres, largeur

LARGEUR_TEXTE, CORPS = 170, 9  # mm, points : la page la plus serrée (css/pdf/lettre.css)
JEU = 0.03  # part de la largeur : le crénage n'est pas mesuré
ALINEA = (0.47, 0.48)  # en lignes, au moins et au plus : le blanc qui suit un alinéa


def trop_haute(lettres: Iterable[Lettre]) -> Lettre | None:
    """La première qui ne se met pas en page, de la plus haute à la moins ; None si toutes tiennent."""
    mesurees = [(Counter(_alineas(lettre)), lettre) for lettre in lettres]
    mesurees.sort(key=lambda mesuree: _hauteurs(mesuree[0])[::-1], reverse=True)
    sures = [mesuree for mesuree in mesurees if _hauteurs(mesuree[0])[1] < inf]
    if sures and tient(_rallonger(*sures[0])):
        mesurees = mesurees[: -len(sures)]  # celles qu'on ne sait pas mesurer viennent d'abord
    composees: list[Counter[str]] = []
    for alineas, lettre in mesurees:
        if not any(_tient_dans(alineas, autre) for autre in composees):
            if not tient(lettre):
                return lettre
            composees.append(alineas)
    return None


def _rallonger(alineas: Counter[str], lettre: Lettre) -> Lettre:
    """La même, d'assez d'alinéas d'un mot pour que ses lignes, comptées au moins, atteignent celles qu'elle a au plus."""
    au_moins, au_plus = _hauteurs(alineas)
    de_plus = ceil((au_plus - au_moins) / (1 + ALINEA[0]))
    return replace(lettre, paragraphes=[*lettre.paragraphes, *["…"] * de_plus])


def _alineas(lettre: Lettre) -> Sequence[str]:
    return [f"Objet : {lettre.objet}", *lettre.paragraphes, lettre.politesse]


def _tient_dans(alineas: Counter[str], autres: Counter[str]) -> bool:
    """Vrai si ces alinéas ne sont sûrement pas plus hauts ; ceux qu'ils ont en commun se valent."""
    return _hauteurs(alineas - autres)[1] <= _hauteurs(autres - alineas)[0]


def _hauteurs(alineas: Counter[str]) -> tuple[float, float]:
    """Hauteur en lignes, au moins et au plus."""
    bornes = [(_bornes(texte), combien) for texte, combien in alineas.items()]
    return tuple(sum((borne[cote] + ALINEA[cote]) * combien for borne, combien in bornes) for cote in (0, 1))


@lru_cache(maxsize=4096)
def _bornes(texte: str) -> tuple[int, float]:
    """Nombre de lignes, au moins et au plus ; sans borne si un mot se coupe, ou si un caractère vient d'une autre police."""
    mots = [_largeur(mot) for mot in texte.split(" ")]
    mesurable = max(mots) < LARGEUR_TEXTE * (1 - JEU) and caracteres().issuperset(texte)
    tout = sum(mots) + (len(mots) - 1) * _largeur(" ")
    au_moins = max(1, int(tout * (1 - JEU) // (LARGEUR_TEXTE + _largeur(" "))))
    return au_moins, _lignes(mots, LARGEUR_TEXTE * (1 - JEU)) if mesurable else inf


def _lignes(mots: Sequence[float], place: float) -> int:
    lignes, occupe = 1, 0.0
    for mot in mots:
        suite = occupe + _largeur(" ") + mot if occupe else mot
        lignes, occupe = (lignes + 1, mot) if suite > place else (lignes, suite)
    return lignes


@lru_cache(maxsize=4096)
def _largeur(mot: str) -> float:
    return largeur(mot, CORPS)
