"""Le suivi : les projets qu'une visite révèle, les actions qu'ils appellent, leur journal."""

from suivi.models.action import Action, MouvementDAction
from suivi.models.brouillon import Brouillon
from suivi.models.compte_rendu_fige import CompteRenduFige
from suivi.models.dossier import dossiers
from suivi.models.fusion import Doublon, Fusion
from suivi.models.ordre_du_jour import Note, Point, Proposition
from suivi.models.projet import Projet
from suivi.models.suites import LettreDeSuites

__all__ = [
    "Action",
    "Brouillon",
    "CompteRenduFige",
    "Doublon",
    "Fusion",
    "LettreDeSuites",
    "MouvementDAction",
    "Note",
    "Point",
    "Projet",
    "Proposition",
    "dossiers",
]
