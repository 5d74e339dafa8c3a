"""Compter en mois, dire une durée, une période."""

from calendar import monthrange
from datetime import datetime, time, timedelta

from django.utils import dateformat
from django.utils.timezone import make_aware


def plus_mois(jour, mois):
    """Le même jour, `mois` plus tard (ou plus tôt s'il est négatif) ; le 31 devient le dernier jour du mois."""
    rang = jour.year * 12 + jour.month - 1 + mois
    annee, numero = divmod(rang, 12)
    return jour.replace(year=annee, month=numero + 1, day=min(jour.day, monthrange(annee, numero + 1)[1]))


def minuit(jour):
    """L'instant où commence ce jour, à l'heure en vigueur."""
    return make_aware(datetime.combine(jour, time()))


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


def jour_en_mots(jour, forme="j F Y"):
    """« 3 mars 2026 », « 1er mars 2026 » ; `forme` : celle de Django, qui commence par le jour."""
    texte = dateformat.format(jour, forme)
    return texte.replace("1", "1er", 1) if jour.day == 1 else texte


def periode_en_mots(du, au):
    """« du 3 au 21 août 2026 », « du 28 décembre 2026 au 4 janvier 2027 », « le 3 août 2026 » : bornes comprises."""
    if du == au:
        return f"le {jour_en_mots(du)}"
    forme = "j F Y" if du.year != au.year else "j F" if du.month != au.month else "j"
    return f"du {jour_en_mots(du, forme)} au {jour_en_mots(au)}"
