"""Montrer ce qu'un dossier personnel contient."""

from django import template

from suivi.dossier_personnel import parts as parts_de

register = template.Library()


@register.filter
def parts(passages):
    """[(libellé du champ, texte)] de tous ces passages, à la suite."""
    return [part for passage in passages for part in parts_de(passage)]


@register.filter
def est_un_papier(trouve):
    """Un fichier, ou un passage ?"""
    return hasattr(trouve, "devient")


@register.filter
def genre_de(modele):
    """Le nom français d'un modèle, avec sa majuscule."""
    nom = str(modele._meta.verbose_name)
    return nom[0].upper() + nom[1:]
