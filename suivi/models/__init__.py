"""Le suivi : les projets qu'une visite révèle, les actions qu'ils appellent, leur journal."""

from suivi.models.action import Action, MouvementDAction
from suivi.models.besoin import BesoinCommun, BesoinRepere
from suivi.models.brouillon import Brouillon
from suivi.models.compte_rendu_fige import CompteRenduFige
from suivi.models.dossier import dossiers
from suivi.models.droit import DemandeDeDroit
from suivi.models.echange import MessageDAction, PieceDAction
from suivi.models.evaluation import ChefDuPanel, ConsultationDuPanel, Evaluation
from suivi.models.fige import FichierFige, TableauFige
from suivi.models.fusion import Doublon, Fusion
from suivi.models.ordre_du_jour import Note, Point, Proposition
from suivi.models.projet import Projet
from suivi.models.relance import Relance, Resume
from suivi.models.suites import LettreDeSuites

__all__ = [
    "Action",
    "BesoinCommun",
    "BesoinRepere",
    "Brouillon",
    "ChefDuPanel",
    "CompteRenduFige",
    "ConsultationDuPanel",
    "DemandeDeDroit",
    "Doublon",
    "Evaluation",
    "FichierFige",
    "Fusion",
    "LettreDeSuites",
    "MessageDAction",
    "MouvementDAction",
    "Note",
    "PieceDAction",
    "Point",
    "Projet",
    "Proposition",
    "Relance",
    "Resume",
    "TableauFige",
    "dossiers",
]
