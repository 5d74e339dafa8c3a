"""Les emblèmes de l'État : leurs dessins, et la Marianne en image, parce qu'un traitement de texte ne lit pas toujours le SVG.

Son usage est réservé à l'État : elle se lit dans le paquet django-dsfr installé, aucune copie n'en est gardée ici.
"""

import io
import re
from functools import cache
from urllib.parse import unquote

from fontTools.pens.basePen import BasePen
from fontTools.svgLib.path import parse_path
from PIL import Image, ImageChops, ImageDraw

from reseau.lib.polices import octets_du_dsfr

CADRE = (44, 18)  # celui du dessin
FINESSE = 8  # pixels par unité du cadre : 540 points par pouce à 16,5 mm de large
LISSAGE = 4
PAS = 6  # segments d'une courbe
BLEU, ROUGE = "#000091", "#e1000f"


@cache
def dessins() -> dict[str, str]:
    """« marianne » et « devise » → leur SVG ; vide si le paquet ne les a plus."""
    feuille = octets_du_dsfr("component/logo/logo.main.min.css").decode()
    svg = [unquote(trouve) for trouve in re.findall(r'url\("data:image/svg\+xml;charset=utf8,([^"]+)"\)', feuille)]
    # Le second dessin porte la devise deux fois, en noir puis en blanc : on ne cadre que la noire.
    cadres = [dessin.replace("viewBox='0 0 252 180'", "viewBox='0 0 126 90'") for dessin in svg]
    return dict(zip(("marianne", "devise"), cadres, strict=False))


@cache
def marianne() -> bytes:
    """Son PNG, sur la bande bleue et rouge ; vide si le paquet n'a plus ce dessin."""
    traces = re.findall(r"<path fill='([^']+)' d='([^']+)'", dessins().get("marianne", ""))
    return _peindre(traces) if traces else b""


def _peindre(traces: list[tuple[str, str]]) -> bytes:
    echelle = FINESSE * LISSAGE
    largeur, hauteur = (cote * echelle for cote in CADRE)
    image = Image.new("RGB", (largeur, hauteur), "white")
    pinceau = ImageDraw.Draw(image)
    pinceau.rectangle([0, echelle, largeur // 2, hauteur - echelle], BLEU)
    pinceau.rectangle([largeur // 2, echelle, largeur, hauteur - echelle], ROUGE)
    for couleur, trace in traces:
        image.paste(couleur, mask=_masque(trace, echelle))
    sortie = io.BytesIO()
    image.resize((largeur // LISSAGE, hauteur // LISSAGE), Image.Resampling.LANCZOS).save(sortie, "PNG")
    return sortie.getvalue()


def _masque(trace: str, echelle: int) -> Image.Image:
    """Le plein d'un tracé : chaque contour retourne ce qu'il entoure."""
    plume = _Contours()
    parse_path(trace, plume)
    masque = Image.new("1", tuple(cote * echelle for cote in CADRE))
    for contour in plume.contours:
        if len(contour) > 2:
            couche = Image.new("1", masque.size)
            ImageDraw.Draw(couche).polygon([(x * echelle, y * echelle) for x, y in contour], fill=1)
            masque = ImageChops.logical_xor(masque, couche)
    return masque


class _Contours(BasePen):
    """Les contours d'un tracé, courbes brisées en segments."""

    def __init__(self):
        super().__init__()
        self.contours: list[list[tuple[float, float]]] = []

    def _moveTo(self, point):
        self.contours.append([point])

    def _lineTo(self, point):
        self.contours[-1].append(point)

    def _curveToOne(self, un, deux, fin):
        debut = self._getCurrentPoint()
        for rang in range(1, PAS + 1):
            t = rang / PAS
            poids = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            points = (debut, un, deux, fin)
            self.contours[-1].append(tuple(sum(p * point[axe] for p, point in zip(poids, points, strict=True)) for axe in (0, 1)))
