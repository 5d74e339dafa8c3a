"""Chercher sans accents, sans casse et sans ponctuation."""

import re
import unicodedata

MOT = re.compile(r"[a-z0-9]+")
LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})


def cle_de_recherche(texte):
    """« Mme Élise D'Œuvre (CCI) » → « mme elise d oeuvre cci »."""
    decompose = unicodedata.normalize("NFKD", texte.translate(LIGATURES))
    return " ".join(MOT.findall("".join(c for c in decompose if not unicodedata.combining(c)).lower()))
