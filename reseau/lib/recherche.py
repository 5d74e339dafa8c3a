"""Chercher sans accents, sans casse et sans ponctuation, même avec une faute de frappe."""

import re
import unicodedata
from string import ascii_lowercase

MOT = re.compile(r"[a-z0-9]+")
ACCENTS = re.compile("[\u0300-\u036f]+")
NUMERO = re.compile(r"(?<!\S)(\d{3}) (\d{3}) (\d{3})(?: ?(\d{5}))?(?!\S)|(?<!\S)(\d{9}) (\d{5})(?!\S)")
LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})
MOTS_TAPES = 10  # au-delà, la phrase ne se cherche plus


def cle_de_recherche(texte):
    """« Mme Élise D'Œuvre (CCI) » → « mme elise d oeuvre cci »."""
    if not texte.isascii():
        texte = ACCENTS.sub("", unicodedata.normalize("NFKD", texte.translate(LIGATURES)))
    return " ".join(MOT.findall(texte.lower()))


def mots_tapes(texte):
    """Les mots d'une recherche, sans répétition, dix au plus ; « 123 456 789 » n'est qu'un numéro."""
    cle = NUMERO.sub(lambda groupes: "".join(filter(None, groupes.groups())), cle_de_recherche(texte)[:200])
    return list(dict.fromkeys(cle.split()))[:MOTS_TAPES]


def a_une_faute(mot):
    """Ce que l'on a pu vouloir écrire : `mot` avec une lettre changée, ajoutée, ôtée, ou deux voisines échangées."""
    coupes = [(mot[:rang], mot[rang:]) for rang in range(len(mot) + 1)]
    proches = {debut + fin[1:] for debut, fin in coupes if fin}
    proches |= {debut + fin[1] + fin[0] + fin[2:] for debut, fin in coupes if len(fin) > 1}
    proches |= {debut + lettre + fin[1:] for debut, fin in coupes if fin for lettre in ascii_lowercase}
    proches |= {debut + lettre + fin for debut, fin in coupes for lettre in ascii_lowercase}
    return proches - {mot}
