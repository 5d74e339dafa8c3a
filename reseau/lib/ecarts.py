"""Compter des jours dans la base : l'écart de deux dates, et la médiane d'un décompte."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil

from django.db.models import CharField, Func, IntegerField
from django.db.models.functions import TruncDate
from django.utils.timezone import get_current_timezone


class Jours(Func):
    """Jours de la première date à la seconde (deux `DateField`) ; NULL si l'une manque."""

    output_field = IntegerField()
    arity = 2
    template = "(%(expressions)s)"

    def as_sqlite(self, compilateur, connexion, **contexte):
        gabarit = "CAST(julianday(%(expressions)s) AS INTEGER)"
        return super().as_sql(compilateur, connexion, template=gabarit, arg_joiner=") - julianday(", **contexte)

    def as_postgresql(self, compilateur, connexion, **contexte):
        return super().as_sql(compilateur, connexion, arg_joiner=" - ", **contexte)

    def __init__(self, debut, fin, **mots):
        super().__init__(fin, debut, **mots)


class Mois(Func):
    """Le mois d'un `DateField`, « 2026-03 », par les fonctions de la base : `TruncMonth` repasse par Python sur SQLite."""

    output_field = CharField()
    arity = 1

    def as_sqlite(self, compilateur, connexion, **contexte):
        return super().as_sql(compilateur, connexion, template="strftime('%%%%Y-%%%%m', %(expressions)s)", **contexte)

    def as_postgresql(self, compilateur, connexion, **contexte):
        return super().as_sql(compilateur, connexion, template="to_char(%(expressions)s, 'YYYY-MM')", **contexte)


class JourLocal(TruncDate):
    """Le jour d'un `DateTimeField` à l'heure du réseau, comme `TruncDate`.

    Sur SQLite, `TruncDate` appelle Python à chaque ligne ; le jour se lit dans le texte même, en UTC, sauf aux heures où le
    décalage du fuseau peut le changer.
    """

    def as_sqlite(self, compilateur, connexion):
        exact, mots = self.as_sql(compilateur, connexion)
        instant, valeurs = compilateur.compile(self.lhs)
        premiere, derniere = _heures_sures(self.get_tzname() and get_current_timezone())
        heure = f"CAST(substr({instant}, 12, 2) AS INTEGER) BETWEEN {premiere} AND {derniere}"
        return f"CASE WHEN {heure} THEN substr({instant}, 1, 10) ELSE {exact} END", (*valeurs, *valeurs, *mots)


def _heures_sures(fuseau):
    """Première et dernière heures UTC où le jour local est celui d'UTC, été comme hiver."""
    ecarts = [datetime(2025, mois, 1, tzinfo=fuseau).utcoffset() / timedelta(hours=1) for mois in (1, 7)]
    return max(0, ceil(-min(ecarts))), 23 - max(0, ceil(max(ecarts)))


def mediane(comptes: Mapping[int, int]) -> float | None:
    """La médiane d'un décompte {valeur: nombre} ; None s'il est vide."""
    total, cumul, milieux = sum(comptes.values()), 0, []
    rangs = {(total - 1) // 2, total // 2} if total else set()
    for valeur in sorted(comptes):
        avant, cumul = cumul, cumul + comptes[valeur]
        milieux += [valeur for rang in rangs if avant <= rang < cumul]
    return sum(milieux) / len(milieux) if milieux else None


def fondre(*decomptes: Mapping[int, int]) -> Counter:
    """Le décompte de tous ces décomptes ensemble."""
    somme: Counter = Counter()
    for comptes in decomptes:
        somme.update(comptes)
    return somme
