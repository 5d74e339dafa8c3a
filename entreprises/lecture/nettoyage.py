"""Rendre une cellule propre, et deux textes comparables."""

import re
import unicodedata

BLANCS = re.compile(r"[\x00-\x20\x7f-\xa0\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
INVISIBLES = re.compile("[\ud800-\udfff\ufffe\uffff\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]+")
TEXTE_FORCE = re.compile(r'^=\s*"(.*)"$')  # ="0123" : l'astuce des exports pour garder un zéro
SANS_VALEUR = frozenset(("NULL", "[ND]", "#N/A", "#N/D", "#REF!", "#VALUE!", "#VALEUR!", "#NAME?", "#NOM?", "#DIV/0!"))
HORS_CLE = re.compile(r"[^a-z0-9]+")
LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss"})


def nettoyer(cellule: str) -> str:
    """Cellule sur une ligne, sans caractère de contrôle, sans blanc superflu ni amorce de formule (« = », « ' »)."""
    # Presque toutes : ni invisible, ni blanc autre qu'une espace simple, ni accent décomposé.
    if cellule.isprintable() and "  " not in cellule and unicodedata.is_normalized("NFC", cellule):
        texte = cellule.strip(" ")
    else:
        texte = BLANCS.sub(" ", unicodedata.normalize("NFC", INVISIBLES.sub("", cellule))).strip(" ")
    while texte and texte[0] in "='":
        force = TEXTE_FORCE.match(texte)
        texte = (force[1].replace('""', '"') if force else texte[1:]).strip(" ")
    return texte


def sans_accents(texte: str) -> str:
    """« Œuvre Générale » → « OEuvre Generale »."""
    if texte.isascii():
        return texte
    decompose = unicodedata.normalize("NFKD", texte.translate(LIGATURES))
    return "".join(c for c in decompose if not unicodedata.combining(c))


def cle(texte: str) -> str:
    """Clé de comparaison, lettres et chiffres seulement : « N° SIRET » → « nsiret », « Œuvre » → « oeuvre »."""
    return HORS_CLE.sub("", sans_accents(texte).lower())
