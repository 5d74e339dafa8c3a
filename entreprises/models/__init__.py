"""Le tissu : références géographiques et d'activité, entreprises, contacts, accès, cibles, imports."""

from entreprises.models.cible import Cible, LigneDeCible
from entreprises.models.entreprise import Acces, Contact, Deport, Entreprise
from entreprises.models.imports import Import
from entreprises.models.reference import Activite, Commune, Division, ZoneEmploi

__all__ = [
    "Acces",
    "Activite",
    "Cible",
    "Commune",
    "Contact",
    "Deport",
    "Division",
    "Entreprise",
    "Import",
    "LigneDeCible",
    "ZoneEmploi",
]
