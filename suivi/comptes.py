"""Plusieurs listes, comptées d'une seule requête."""

from django.db.models import Count, Subquery, Value
from django.db.models.functions import Coalesce

from reseau.models import Reseau


def compter(reseau, listes):
    """[combien de lignes dans chacun de ces QuerySet], dans leur ordre."""
    return list(Reseau.objects.filter(pk=reseau.pk).values_list(*map(_compte, listes)).get()) if listes else []


def _compte(lignes):
    groupees = lignes.order_by().annotate(tout_ensemble=Value(1)).values("tout_ensemble")
    return Coalesce(Subquery(groupees.annotate(combien=Count("pk", distinct=True)).values("combien")), 0)
