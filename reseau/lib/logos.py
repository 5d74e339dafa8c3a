"""Les logos des institutions au bas de la lettre (dossier, annexe 2.1) : à la plus grande taille qui les montre tous."""

import io
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import ceil

from PIL import Image

from reseau.lib.pdf import image_admise
from reseau.lib.polices import largeur

HAUTEURS = {"grands": 9, "moyens": 7, "petits": 5}  # mm ; les classes de css/pdf/lettre.css
LARGEUR_MAX, ECART = 28, 5  # mm
LARGEUR, HAUTEUR = 170, 22.5  # mm, du pied
CORPS, LIGNE = 7.5, 3.5  # points, mm : les sigles, écrits dessous
VIGNETTE = (340, 110)  # pixels : 300 points par pouce


def ajuster(logos: Mapping[str, bytes], *, dessous: Sequence[str], mention: str = "") -> tuple[str, dict[str, bytes]]:
    """La taille des logos (clé de `HAUTEURS`) et leurs vignettes JPEG, par sigle ; `dessous` : les sigles écrits dessous.

    S'il y en a trop pour la plus petite, les derniers ne paraissent pas : toutes les institutions sont nommées dessous.
    Lève `ImpressionImpossible` pour une image illisible.
    """
    vignettes = {sigle: _vignette(octets) for sigle, octets in logos.items() if octets}
    ecrit = largeur(" – ".join(dessous), CORPS) + 45
    place = HAUTEUR - LIGNE * (ceil(ecrit / LARGEUR) + bool(mention))
    essais = {
        taille: _qui_tiennent(vignettes, hauteur, max(1, int(place // (hauteur + 1)))) for taille, hauteur in HAUTEURS.items()
    }
    return next((essai for essai in essais.items() if len(essai[1]) == len(vignettes)), ("petits", essais["petits"]))


@lru_cache(maxsize=64)
def _vignette(octets: bytes) -> bytes:
    """À la taille du pied : un logo de mille pixels, vingt fois par lettre, ferait des papiers d'un mégaoctet."""
    image = Image.open(io.BytesIO(image_admise(octets)))
    image.thumbnail(VIGNETTE)
    sortie = io.BytesIO()
    image.save(sortie, "JPEG", quality=90, subsampling=0)
    return sortie.getvalue()


def _qui_tiennent(vignettes: Mapping[str, bytes], hauteur: float, rangs: int) -> dict[str, bytes]:
    """Les premières vignettes, posées de gauche à droite, jusqu'à remplir `rangs` rangs."""
    tiennent, reste = {}, LARGEUR
    for sigle, octets in vignettes.items():
        cotes = Image.open(io.BytesIO(octets)).size
        place = min(LARGEUR_MAX, hauteur * cotes[0] / cotes[1]) + ECART
        if place > reste:
            rangs, reste = rangs - 1, LARGEUR
        if not rangs:
            break
        tiennent[sigle], reste = octets, reste - place
    return tiennent
