"""Un texte mis partout où l'on écrit : chaque champ de texte de chaque ligne d'un réseau, où il tient et où la base l'admet."""

from django.db import DatabaseError, models, transaction

from reseau.models import Reseau
from tests.fiabilite.cloisons import chemins

SAISIS = (models.CharField, models.TextField)
CODES = (models.EmailField, models.SlugField)  # une adresse qui n'en est pas une empêche d'ouvrir la page


def textes_des_modeles():
    """(modèle, son chemin vers le réseau, champ) de chaque texte que l'on saisit, et qui n'est pas un code."""
    for modele, chemin in {**chemins(), Reseau: "pk"}.items():
        for champ in modele._meta.concrete_fields:
            if isinstance(champ, SAISIS) and not isinstance(champ, CODES) and not (champ.choices or champ.unique):
                yield modele, chemin, champ


def planter(reseau, texte_pour):
    """Met `texte_pour(longueur permise, ou None)` dans chaque champ, ou rien s'il est vide ; rend le nombre de champs touchés."""
    plantes = 0
    for modele, chemin, champ in textes_des_modeles():
        if texte := texte_pour(champ.max_length):
            try:
                with transaction.atomic():
                    plantes += bool(modele._base_manager.filter(**{chemin: reseau.pk}).update(**{champ.name: texte}))
            except DatabaseError:  # une forme que la base impose (SIRET, empreinte…), ou un nom unique
                continue
    return plantes
