"""Le tissu : références géographiques et d'activité, entreprises, contacts, accès, cibles, imports, sollicitations."""

from entreprises.models.anonymisation import Anonymisation
from entreprises.models.cible import Cible, LigneDeCible, Vote
from entreprises.models.classement import Document, Etiquette, VueEnregistree
from entreprises.models.entreprise import Acces, Contact, Deport, Entreprise
from entreprises.models.imports import Changement, Correspondance, Import, LotEcrit
from entreprises.models.recherche import Mot
from entreprises.models.reference import Activite, Arrondissement, Commune, Contour, Division, Epci, ZoneEmploi
from entreprises.models.sollicitation import Concurrence, Sollicitation

__all__ = [
    "Acces",
    "Activite",
    "Anonymisation",
    "Arrondissement",
    "Changement",
    "Cible",
    "Commune",
    "Concurrence",
    "Contact",
    "Contour",
    "Correspondance",
    "Deport",
    "Division",
    "Document",
    "Entreprise",
    "Epci",
    "Etiquette",
    "Import",
    "LigneDeCible",
    "LotEcrit",
    "Mot",
    "Sollicitation",
    "Vote",
    "VueEnregistree",
    "ZoneEmploi",
]
