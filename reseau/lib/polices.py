"""Marianne, la police de tous les papiers : ce qu'elle sait dessiner, et la place qu'un texte y prend.

Elle se lit dans le paquet django-dsfr installé : son usage est réservé à l'État, aucune copie n'en est gardée ici.
"""

import io
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from fontTools.ttLib import TTFont

MM_PAR_POINT = 25.4 / 72


def largeur(texte: str, corps: float, *, gras: bool = False) -> float:
    """Largeur en millimètres d'un texte en Marianne (maigre, ou grasse), au corps donné en points.

    Sans la police, chaque caractère compte un cadratin : une majoration.
    """
    chasses = _chasses("Bold" if gras else "Regular")
    return sum(chasses.get(ord(caractere), 1) for caractere in texte) * corps * MM_PAR_POINT


@cache
def caracteres() -> frozenset[str]:
    """Les caractères que Marianne sait dessiner ; vide sans la police."""
    return frozenset(map(chr, _chasses("Regular").keys() & _chasses("Bold").keys()))


def octets_du_dsfr(chemin: str) -> bytes:
    """Un fichier de la distribution du DSFR ; vide s'il n'y est pas."""
    trouve = finders.find(f"dsfr/dist/{chemin}")
    return Path(trouve).read_bytes() if trouve else b""


@cache
def _chasses(graisse: str) -> dict[int, float]:
    """Avance de chaque caractère de Marianne, « Regular » ou « Bold », en cadratins."""
    octets = octets_du_dsfr(f"fonts/Marianne-{graisse}.woff2")
    if not octets:
        return {}
    police = TTFont(io.BytesIO(octets))
    cadratin, avances = police["head"].unitsPerEm, police["hmtx"]
    return {code: avances[glyphe][0] / cadratin for code, glyphe in police.getBestCmap().items()}
