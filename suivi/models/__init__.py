"""Le suivi : les projets qu'une visite révèle, les actions qu'ils appellent, leur journal."""

from suivi.models.action import Action, MouvementDAction
from suivi.models.brouillon import Brouillon
from suivi.models.dossier import dossiers
from suivi.models.fusion import Doublon, Fusion
from suivi.models.projet import Projet
from suivi.models.relance import Relance, Resume
from suivi.models.suites import LettreDeSuites

__all__ = [
    "Action",
    "Brouillon",
    "Doublon",
    "Fusion",
    "LettreDeSuites",
    "MouvementDAction",
    "Projet",
    "Relance",
    "Resume",
    "dossiers",
]
