"""Faire tenir un texte dans un cadre : on le mesure, on réduit le corps, on coupe ; rien ne déborde jamais.

Les lignes sont coupées ici et imprimées telles quelles : la mise en page n'a plus rien à décider.
"""

import re
import unicodedata
from dataclasses import dataclass

from reseau.lib.polices import MM_PAR_POINT, caracteres, largeur

JEU = 0.98  # part de la largeur employée : le crénage de la mise en page n'est pas mesuré
SUITE = "…"
COUPURE = re.compile(r"(?<=[-@/.])(?=\w)")


@dataclass(frozen=True)
class Bloc:
    """Des lignes et leur corps en points ; `coupe` si la fin du texte n'y est pas."""

    lignes: tuple[str, ...]
    corps: float
    coupe: bool = False

    def __bool__(self):
        return bool(self.lignes)

    @property
    def classe(self):
        """Classe CSS du corps, en dixièmes de point : « corps-85 »."""
        return f"corps-{round(self.corps * 10)}"


def imprimable(texte):
    """Le texte tel que notre police sait le dessiner, sur une ligne : ni caractère de commande, ni sens d'écriture forcé.

    Un caractère absent de la police perd son accent (ou s'efface) : il appellerait une autre police, aux chasses inconnues.
    """
    propre = " ".join(unicodedata.normalize("NFC", texte).split())
    return " ".join("".join(map(_dessinable, propre)).split())


def mettre_en_lignes(texte, place, corps, *, gras=False):
    """Les lignes de `texte` dans `place` millimètres, au corps donné en points ; un mot trop long se coupe."""
    lignes, courante = [], ""
    for mot in texte.split():
        for rang, morceau in enumerate(COUPURE.split(mot)):
            suite = f"{courante} {morceau}" if courante and rang == 0 else courante + morceau
            if _tient(suite, place, corps, gras):
                courante = suite
                continue
            lignes += [courante] if courante else []
            *pleines, courante = _tailler(morceau, place, corps, gras)
            lignes += pleines
    return [*lignes, courante] if courante else lignes


def ajuster(texte, place, essais, *, gras=False):
    """`Bloc` au premier des `essais` (corps en points, nombre de lignes) où tout tient ; au dernier, coupé par « … »."""
    propre = imprimable(texte)
    for corps, nombre in essais:
        lignes = mettre_en_lignes(propre, place, corps, gras=gras)
        if len(lignes) <= nombre:
            return Bloc(tuple(lignes), corps)
    return Bloc((*lignes[: nombre - 1], _abreger(lignes[nombre - 1], place, corps, gras)), corps, coupe=True)


def hauteur(lignes, corps, interligne):
    """Hauteur en millimètres d'un nombre de lignes à ce corps ; `interligne` en cadratins."""
    return lignes * corps * interligne * MM_PAR_POINT


def _dessinable(caractere):
    # Un signe combinant resté seul s'empile hors de sa ligne ; un caractère de commande retourne ou cache le texte.
    if unicodedata.category(caractere)[0] in "CM":
        return ""
    connus = caracteres()
    if not connus or caractere in connus:
        return caractere
    base = unicodedata.normalize("NFKD", caractere)[:1]
    return base if base in connus else ""


def _tient(texte, place, corps, gras):
    return largeur(texte, corps, gras=gras) <= place * JEU


def _tailler(mot, place, corps, gras):
    """Le mot en morceaux qui tiennent chacun sur une ligne."""
    morceaux = [""]
    for caractere in mot:
        if morceaux[-1] and not _tient(morceaux[-1] + caractere, place, corps, gras):
            morceaux.append("")
        morceaux[-1] += caractere
    return morceaux


def _abreger(ligne, place, corps, gras):
    while ligne and not _tient(ligne + SUITE, place, corps, gras):
        ligne = ligne[:-1]
    return ligne.rstrip(" ,-") + SUITE
