"""Compter des jours dans la base : l'écart de deux dates, et la médiane d'un décompte."""

from collections import Counter
from collections.abc import Mapping

from django.db.models import Func, IntegerField


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
