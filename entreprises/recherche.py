"""Chercher sans accents, sans casse et sans ponctuation."""

import re

from entreprises.lecture.nettoyage import sans_accents

MOT = re.compile(r"[a-z0-9]+")


def cle_de_recherche(texte):
    """« Scierie de l'Œuvre (70) » → « scierie de l oeuvre 70 »."""
    return " ".join(MOT.findall(sans_accents(texte).lower()))
