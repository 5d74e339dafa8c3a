"""Ce qu'un inconnu a tapé, rendu inoffensif : ni caractère de commande, ni sens d'écriture forcé, ni fin de ligne cachée.

D'une adresse ou d'un envoi forgés, une clé ou un mois se lisent, ou ne se lisent pas : jamais une erreur.
"""

import re
import unicodedata
from argparse import ArgumentTypeError
from datetime import date

COMBINANTS_MAX = 2  # signes posés sur une même lettre ; au-delà, c'est une tour, pas un accent

# Ce qu'on tape d'ordinaire en français, et qu'aucune des règles d'ici ne touche : se reconnaît d'un coup.
ORDINAIRE = re.compile("[ -~\u00a0-\u00ac\u00ae-\u017f\u2018\u2019“”–—…€\u202f]*")

CHIFFRES_MAX = 18  # d'un numéro de ligne : au-delà, aucune des deux bases ne sait le comparer
ANNEES = range(1990, 2100)  # où les pages par mois se lisent


def lire_cle(texte):
    """Le numéro de ligne que dit ce texte ; None s'il n'en dit aucun."""
    return int(texte) if texte and texte.isdecimal() and len(texte) <= CHIFFRES_MAX else None


def lire_cles(textes):
    """Ceux de ces textes qui disent un numéro de ligne, dans l'ordre."""
    return [cle for texte in textes if (cle := lire_cle(texte)) is not None]


def lire_mois(texte):
    """« 2026-03 » : le 1er mars 2026 ; None si c'est illisible ou hors du temps."""
    try:
        premier = date.fromisoformat(f"{texte}-01")
    except ValueError:
        return None
    return premier if premier.year in ANNEES else None


def lire_jour(texte):
    """« 2026-03-05 », donné à une commande ; `ArgumentTypeError` si ce n'est pas un jour."""
    try:
        return date.fromisoformat(texte)
    except ValueError as erreur:
        raise ArgumentTypeError(f"« {texte} » n’est pas une date AAAA-MM-JJ") from erreur


def une_ligne(texte):
    """Le texte sur une seule ligne : un retour glissé dans un nom ne devient jamais un en-tête de courriel."""
    return " ".join(_depouiller(" ".join(texte.split())).split())


def plusieurs_lignes(texte):
    """Le texte, ses lignes gardées ; jamais deux lignes vides de suite."""
    lignes = [une_ligne(ligne) for ligne in texte.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    gardees = [ligne for rang, ligne in enumerate(lignes) if ligne or (rang and lignes[rang - 1])]
    return "\n".join(gardees).strip("\n")


def visible(texte):
    """Le texte moins ce qui ne se voit pas : commandes, sens d'écriture forcé, largeurs nulles ; espaces et lignes gardées."""
    return "\n".join(_depouiller(ligne) for ligne in texte.splitlines())


def _depouiller(texte):
    if ORDINAIRE.fullmatch(texte):
        return texte
    gardes, combinants = [], 0
    for caractere in unicodedata.normalize("NFC", texte):
        genre = unicodedata.category(caractere)
        combinants = combinants + 1 if genre[0] == "M" else 0
        if genre[0] != "C" and combinants <= COMBINANTS_MAX:
            gardes.append(caractere)
    return "".join(gardes)
