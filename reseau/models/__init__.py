"""La vie du réseau : réseau et signataires, institutions, membres, réunions, journal et compteurs."""

from reseau.models.absence import Absence
from reseau.models.competence import FicheCompetence
from reseau.models.dispositif import Dispositif
from reseau.models.entree import Essai, IdentiteAttestee, Session
from reseau.models.formation import Binome, Formation, Participation
from reseau.models.membre import Institution, Membre, Utilisateur
from reseau.models.pli import PieceJointe, Pli
from reseau.models.presentation import LogoDInstitution, Presentation
from reseau.models.registre import Compteur, JetonUtilise, Journal, Versionne
from reseau.models.reseau import Reseau, Signataire
from reseau.models.reunion import Convocation, Expose, Presence, Reunion

__all__ = [
    "Absence",
    "Binome",
    "Compteur",
    "Convocation",
    "Dispositif",
    "Essai",
    "Expose",
    "FicheCompetence",
    "Formation",
    "IdentiteAttestee",
    "Institution",
    "JetonUtilise",
    "Journal",
    "LogoDInstitution",
    "Membre",
    "Participation",
    "PieceJointe",
    "Pli",
    "Presence",
    "Presentation",
    "Reseau",
    "Reunion",
    "Session",
    "Signataire",
    "Utilisateur",
    "Versionne",
]
