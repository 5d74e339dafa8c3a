"""Une couleur d'accent : sa forme, son contraste, et la feuille de style qui la porte."""

import re

COULEUR = re.compile(r"#[0-9a-f]{6}")
BLEU_FRANCE = "#000091"
CONTRASTE_MIN = 4.5  # WCAG 2.1, 1.4.3, niveau AA
FONCE = 0.75  # part de chaque composante gardée au survol


def contraste_avec_le_blanc(couleur):
    """Rapport de contraste, de 1 (blanc) à 21 (noir), d'une couleur « #rrggbb » (WCAG 2.1, luminance relative)."""
    rouge, vert, bleu = (_lineaire(composante / 255) for composante in _composantes(couleur))
    return 1.05 / (0.2126 * rouge + 0.7152 * vert + 0.0722 * bleu + 0.05)


def foncer(couleur):
    """La même couleur, plus sombre : elle contraste au moins autant avec le blanc."""
    return "#" + "".join(f"{int(composante * FONCE):02x}" for composante in _composantes(couleur))


def feuille_de_couleur(couleur):
    """Feuille CSS qui pose `--accent` et `--accent-survol` ; `ValueError` si ce n'est pas une couleur « #rrggbb »."""
    if not COULEUR.fullmatch(couleur):
        raise ValueError("Une couleur s’écrit #000091.")
    return f":root {{ --accent: {couleur}; --accent-survol: {foncer(couleur)} }}\n"


def _composantes(couleur):
    return [int(couleur[rang : rang + 2], 16) for rang in (1, 3, 5)]


def _lineaire(part):
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
