"""Listes closes des visites et des lettres (conception, section 4)."""

from django.db.models import TextChoices


class EtatVisite(TextChoices):
    A_PROGRAMMER = "a_programmer", "À programmer"
    PROGRAMMEE = "programmee", "Programmée"
    ANNONCEE = "annoncee", "Annoncée"
    RENDEZ_VOUS_PRIS = "rendez_vous_pris", "Rendez-vous pris"
    REALISEE = "realisee", "Réalisée"
    RESTITUEE = "restituee", "Restituée"
    REFUSEE = "refusee", "Refusée"
    INJOIGNABLE = "injoignable", "Injoignable"
    ANNULEE = "annulee", "Annulée"


EN_COURS = [EtatVisite.A_PROGRAMMER, EtatVisite.PROGRAMMEE, EtatVisite.ANNONCEE, EtatVisite.RENDEZ_VOUS_PRIS]
CONFIEES = EN_COURS[1:]
FAITES = [EtatVisite.REALISEE, EtatVisite.RESTITUEE]


class OrigineVisite(TextChoices):
    CIBLE = "cible", "Cible du réseau"
    DEMANDE = "demande", "Demande de l’entreprise"
    RAPPEL = "rappel", "Rappel après une visite"
    SIGNALEMENT = "signalement", "Signalement d’un membre"


class MotifRefus(TextChoices):
    TEMPS = "temps", "Manque de temps"
    INDIVIDUALISME = "individualisme", "Individualisme"
    CONCURRENCE = "concurrence", "Concurrence"
    PAS_CONVAINCU = "pas_convaincu", "Pas convaincu"
    DEJA_SOLLICITE = "deja_sollicite", "Déjà sollicité"
    MAUVAISE_EXPERIENCE = "mauvaise_experience", "Mauvaise expérience passée"
    DIFFICULTE = "difficulte", "Entreprise en difficulté"
    AUTRE = "autre", "Autre"


class GenreCourrier(TextChoices):
    ANNONCE = "annonce", "Annonce de la visite"
    RELANCE = "relance", "Relance"


class MotifRetour(TextChoices):
    ADRESSE = "adresse", "N’habite pas à l’adresse indiquée"
    INCOMPLETE = "incomplete", "Adresse incomplète ou introuvable"
    REFUSEE = "refusee", "Pli refusé"
    NON_RECLAMEE = "non_reclamee", "Pli non réclamé"
    NON_REMIS = "non_remis", "Courriel non remis"


class EnCopie(TextChoices):
    """Qui reçoit copie d'une lettre envoyée par courriel."""

    DEVELOPPEUR = "developpeur", "Développeur"
    ACCOMPAGNANT = "accompagnant", "Accompagnant"
    PREFECTURE = "prefecture", "Préfecture"


class EtatCourrier(TextChoices):
    BROUILLON = "brouillon", "Brouillon"
    A_SIGNER = "a_signer", "À la signature"
    SIGNEE = "signee", "Signée"
    ENVOYEE = "envoyee", "Envoyée"


class GenreDeQuestion(TextChoices):
    """Comment on répond à une question du guide ; seul le texte ne s'agrège pas."""

    TEXTE = "texte", "Texte court"
    OUI_NON = "oui_non", "Oui ou non"
    CHOIX = "choix", "Choix dans une liste"
    NOMBRE = "nombre", "Nombre"
    ECHELLE = "echelle", "Échelle de 1 à 5"


class MethodeInvitation(TextChoices):
    DEMANDE = "demande", "Invitation"
    ANNULATION = "annulation", "Annulation"


class RoleInvite(TextChoices):
    ENTREPRISE = "entreprise", "Entreprise"
    DEVELOPPEUR = "developpeur", "Développeur"
    ACCOMPAGNANT = "accompagnant", "Accompagnant"


class EtatDemande(TextChoices):
    """D'une demande déposée sur la page publique ; non confirmée, elle n'existe pas pour le réseau."""

    A_CONFIRMER = "a_confirmer", "À confirmer"
    A_TRAITER = "a_traiter", "À traiter"
    ACCEPTEE = "acceptee", "Acceptée"
    DECLINEE = "declinee", "Déclinée"
    DOUBLON = "doublon", "En double"
