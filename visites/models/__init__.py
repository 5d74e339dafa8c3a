"""Les visites : campagnes, visites, lettres, comptes rendus."""

from visites.models.agenda import FluxAgenda, Invitation
from visites.models.campagne import Campagne
from visites.models.compte_rendu import CompteRendu, PartieReservee
from visites.models.courrier import Courrier, PdfFige
from visites.models.demande import DemandeDeVisite
from visites.models.envoi import EnvoiDeLettre
from visites.models.guide import Guide, Question, Reponse, Theme
from visites.models.modele import ModeleDeCourrier
from visites.models.visite import Visite

__all__ = [
    "Campagne",
    "CompteRendu",
    "Courrier",
    "DemandeDeVisite",
    "EnvoiDeLettre",
    "FluxAgenda",
    "Guide",
    "Invitation",
    "ModeleDeCourrier",
    "PartieReservee",
    "PdfFige",
    "Question",
    "Reponse",
    "Theme",
    "Visite",
]
