"""Changer des lignes en gardant de quoi revenir en arrière : ce qu'une fusion déplace, retire et complète."""

from datetime import date, datetime

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F

from reseau.models import Versionne


class Ecritures:
    """Joue des changements et les note dans l'ordre ; `liste` est faite de valeurs JSON.

    Un changement : {"modele", "pk", "avant": {colonne: valeur}, "apres": {…}} ; un retrait : {"modele", "pk", "retire": {…}}.
    """

    def __init__(self):
        self.liste = []

    def changer(self, objet, **valeurs):
        """Écrit ces colonnes (« entreprise_id », « nom ») si elles changent."""
        apres = {colonne: valeur for colonne, valeur in valeurs.items() if getattr(objet, colonne) != valeur}
        if not apres:
            return
        avant = {colonne: getattr(objet, colonne) for colonne in apres}
        _ecrire(type(objet)._base_manager.filter(pk=objet.pk), apres)
        for colonne, valeur in apres.items():
            setattr(objet, colonne, valeur)
        self._noter(objet, avant=_en_json(avant), apres=_en_json(apres))

    def retirer(self, objet):
        """Efface la ligne, et garde tout ce qu'elle portait."""
        self._noter(
            objet, retire=_en_json({champ.attname: getattr(objet, champ.attname) for champ in objet._meta.concrete_fields})
        )
        objet.delete()

    def _noter(self, objet, **suite):
        self.liste.append({"modele": objet._meta.label_lower, "pk": objet.pk, **suite})


def revenir(ecritures):
    """Défait ces écritures, la dernière d'abord ; rend celles qu'un changement survenu depuis empêche de défaire."""
    return [ecriture for ecriture in reversed(ecritures) if not _defaire(ecriture)]


def _defaire(ecriture):
    modele = apps.get_model(ecriture["modele"])
    try:
        with transaction.atomic():
            if "retire" in ecriture:
                _remettre(modele, ecriture["retire"])
                return True
            # Ce que quelqu'un a changé depuis n'est plus à nous : on ne le reprend pas.
            lignes = modele._base_manager.filter(pk=ecriture["pk"], **ecriture["apres"])
            return _ecrire(lignes, ecriture["avant"]) == 1
    except (IntegrityError, ValidationError):
        return False


def _remettre(modele, valeurs):
    """Recrée la ligne à sa place, avec ses dates ; `ValidationError` si ce qu'elle désigne a disparu ou si elle a un jumeau."""
    valeurs = {colonne: modele._meta.get_field(colonne).to_python(valeur) for colonne, valeur in valeurs.items()}
    objet = modele(**valeurs)
    objet.full_clean()
    objet.save(force_insert=True)
    modele._base_manager.filter(pk=objet.pk).update(**valeurs)  # les dates posées d'office à la création


def _ecrire(lignes, valeurs):
    """Une fiche à plusieurs change de version : qui la tient ouverte l'apprend au lieu de rétablir l'ancienne."""
    version = {"version": F("version") + 1} if issubclass(lignes.model, Versionne) else {}
    return lignes.update(**valeurs, **version)


def _en_json(valeurs):
    return {nom: valeur.isoformat() if isinstance(valeur, date | datetime) else valeur for nom, valeur in valeurs.items()}
