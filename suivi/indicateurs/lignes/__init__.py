"""Les fiches que compte un chiffre d'un tableau : les mêmes critères que lui, pour ce que le lecteur a le droit de lire.

Chaque genre est un formulaire GET, rempli par l'adresse que porte le chiffre (`champ.adresse_des_lignes`). Aucun ordre ne
se choisit : les fiches se rangent par date ou par nom, jamais par un nombre.
"""

from suivi.indicateurs.lignes.actions import LignesDActions
from suivi.indicateurs.lignes.cible import LignesDeCibleComptees
from suivi.indicateurs.lignes.membres import LignesDeMembres
from suivi.indicateurs.lignes.projets import LignesDeProjets
from suivi.indicateurs.lignes.reunions import LignesDeReunions
from suivi.indicateurs.lignes.visites import LignesDeVisites

LIGNES = {
    "visites": LignesDeVisites,
    "actions": LignesDActions,
    "projets": LignesDeProjets,
    "cible": LignesDeCibleComptees,
    "reunions": LignesDeReunions,
    "membres": LignesDeMembres,
}
