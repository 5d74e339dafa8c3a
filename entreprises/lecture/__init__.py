"""Lire un fichier d'entreprises : des octets aux lignes validées, sans connaître la base.

feuille = ouvrir(contenu, nom)
for resultat in analyser(feuille, referentiel_embarque()):
    ...  # LigneEntreprise ou Rejet
"""

from entreprises.lecture.analyse import analyser
from entreprises.lecture.feuille import ColonnesARevoir, Feuille, ouvrir
from entreprises.lecture.lignes import CHAMPS_ENTREPRISE, LONGUEURS, LigneEntreprise, Rejet
from entreprises.lecture.referentiel import Referentiel, ReferentielEmbarque, referentiel_embarque
from entreprises.lecture.refus import FichierRefuse

__all__ = [
    "CHAMPS_ENTREPRISE",
    "LONGUEURS",
    "ColonnesARevoir",
    "Feuille",
    "FichierRefuse",
    "LigneEntreprise",
    "Referentiel",
    "ReferentielEmbarque",
    "Rejet",
    "analyser",
    "ouvrir",
    "referentiel_embarque",
]
