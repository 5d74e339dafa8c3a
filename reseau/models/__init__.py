"""La vie du réseau : réseau et signataires, institutions, membres, réunions, journal et compteurs."""

from reseau.models.absence import Absence
from reseau.models.charte import Acceptation, Charte
from reseau.models.competence import FicheCompetence
from reseau.models.convention import Convention, ConventionSignee
from reseau.models.dispositif import Dispositif
from reseau.models.entree import Essai, IdentiteAttestee, Session
from reseau.models.formation import Binome, Formation, Participation
from reseau.models.membre import Institution, Membre, Utilisateur
from reseau.models.pli import PieceJointe, Pli
from reseau.models.presentation import LogoDInstitution, Presentation
from reseau.models.registre import Compteur, JetonUtilise, Journal, Versionne
from reseau.models.reseau import Reseau, Signataire
from reseau.models.reunion import Convocation, Expose, Presence, Reunion
from reseau.models.vigilance import Alerte

__all__ = [
    "Absence",
    "Acceptation",
    "Alerte",
    "Binome",
    "Charte",
    "Compteur",
    "Convention",
    "ConventionSignee",
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
