"""Montrer ce qu'un dossier personnel contient."""

from django import template

from suivi.dossier_personnel import parts as parts_de

register = template.Library()


@register.filter
def parts(passages):
    """[(libellé du champ, texte)] de tous ces passages, à la suite."""
    return [part for passage in passages for part in parts_de(passage)]
