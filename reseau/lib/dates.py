"""Compter en mois, dire une durée."""

from calendar import monthrange
from datetime import timedelta


def plus_mois(jour, mois):
    """Le même jour, `mois` plus tard (ou plus tôt s'il est négatif) ; le 31 devient le dernier jour du mois."""
    rang = jour.year * 12 + jour.month - 1 + mois
    annee, numero = divmod(rang, 12)
    return jour.replace(year=annee, month=numero + 1, day=min(jour.day, monthrange(annee, numero + 1)[1]))


def premier_du_mois(jour):
    return jour.replace(day=1)


def dernier_du_mois(jour):
    return plus_mois(premier_du_mois(jour), 1) - timedelta(days=1)


def duree_en_mots(minutes):
    """« 45 min », « 1 h », « 1 h 30 »."""
    heures, reste = divmod(minutes, 60)
    if not heures:
        return f"{reste}\u00a0min"
    return f"{heures}\u00a0h\u00a0{reste:02d}" if reste else f"{heures}\u00a0h"
