"""Le suivi : les projets qu'une visite révèle, les actions qu'ils appellent, leur journal."""

from suivi.models.action import Action, MouvementDAction
from suivi.models.besoin import BesoinCommun, BesoinRepere
from suivi.models.brouillon import Brouillon
from suivi.models.dossier import dossiers
from suivi.models.echange import MessageDAction, PieceDAction
from suivi.models.evaluation import ChefDuPanel, ConsultationDuPanel, Evaluation
from suivi.models.fige import FichierFige, TableauFige
from suivi.models.fusion import Doublon, Fusion
from suivi.models.projet import Projet
from suivi.models.relance import Relance, Resume
from suivi.models.suites import LettreDeSuites

__all__ = [
    "Action",
    "BesoinCommun",
    "BesoinRepere",
    "Brouillon",
    "ChefDuPanel",
    "ConsultationDuPanel",
    "Doublon",
    "Evaluation",
    "FichierFige",
    "Fusion",
    "LettreDeSuites",
    "MessageDAction",
    "MouvementDAction",
    "PieceDAction",
    "Projet",
    "Relance",
    "Resume",
    "TableauFige",
    "dossiers",
]
