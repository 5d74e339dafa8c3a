"""Listes closes des projets et des actions : ce sont celles de l'annexe 2.7, dans son ordre."""

from django.db.models import TextChoices


class Nature(TextChoices):
    """Première classification : la nature du projet."""

    IDENTITE = "identite", "Identité"
    PRODUCTION = "production", "Production"
    PRODUITS = "produits", "Produits et marchés"
    FORMATION = "formation", "Formation et personnel"
    ENVIRONNEMENT = "environnement", "Environnement"
    DIVERS = "divers", "Divers"


class TypeAction(TextChoices):
    """Deuxième classification : l'action induite."""

    AIDE = "aide", "Aide"
    INFORMATION = "information", "Information"
    CONTACT = "contact", "Mise en contact"
    RESERVE = "reserve", "Mise en réserve"
    DIVERS = "divers", "Divers"


class Sujet(TextChoices):
    """Ce que précise une action : sujet d'une information, domaine d'un contact, sorte d'aide."""

    INFO_AIDES = "info_aides", "Aides matérielles et immatérielles"
    INFO_EMPLOI = "info_emploi", "Aides à l’emploi"
    INFO_FORMATION = "info_formation", "Formation"
    INFO_EXPORT = "info_export", "Export"
    INFO_IMMOBILIER = "info_immobilier", "Aides à l’immobilier"
    INFO_FINANCES = "info_finances", "Questions financières"
    INFO_ICPE = "info_icpe", "Législation des installations classées et environnement"
    INFO_QUALITE = "info_qualite", "Qualité"
    INFO_AUTRES = "info_autres", "Énergie et autres"
    CONTACT_IDENTITE = "contact_identite", "Identité"
    CONTACT_PRODUITS = "contact_produits", "Produits et marchés"
    CONTACT_COMMERCE = "contact_commerce", "Commerce"
    CONTACT_RECHERCHE = "contact_recherche", "Recherche et développement"
    CONTACT_PRODUCTION = "contact_production", "Production"
    CONTACT_FINANCE = "contact_finance", "Finance"
    CONTACT_FORMATION = "contact_formation", "Formation et personnel"
    CONTACT_LOCAUX = "contact_locaux", "Extension de locaux"
    AIDE_INNOVATION = "aide_innovation", "Aide à l’innovation"
    AIDE_PROJETS = "aide_projets", "Aide aux projets d’innovation"
    AIDE_SERVICES = "aide_services", "Aide aux services de l’innovation"
    AIDE_TRANSFERTS = "aide_transferts", "Aide aux transferts"
    AIDE_JEUNES = "aide_jeunes", "Aide aux jeunes pour l’innovation"
    AIDE_INGENIEURS = "aide_ingenieurs", "Aide à l’embauche d’ingénieurs en R & D"

    @classmethod
    def du_type(cls, type_action):
        """Les sujets qui précisent ce type d'action (vide pour réserve et divers)."""
        prefixe = {"information": "info_", "contact": "contact_", "aide": "aide_"}.get(type_action)
        return [sujet for sujet in cls if prefixe and sujet.value.startswith(prefixe)]


class Maturite(TextChoices):
    IDEE = "idee", "Une idée"
    ETUDE = "etude", "À l’étude"
    LANCE = "lance", "Lancé"


class EtatAction(TextChoices):
    PROPOSEE = "proposee", "Proposée"
    ACCEPTEE = "acceptee", "Acceptée"
    EN_COURS = "en_cours", "En cours"
    ENDORMIE = "endormie", "En réserve"
    CLOSE = "close", "Close"


class Issue(TextChoices):
    AIDE = "aide", "Aide obtenue"
    INFORMATION = "information", "Information donnée"
    CONTACT = "contact", "Mise en contact faite"
    SANS_SOLUTION = "sans_solution", "Sans solution"
    ABANDONNEE = "abandonnee", "Abandonnée"


class Mouvement(TextChoices):
    """Ce que garde le journal d'une action."""

    PROPOSITION = "proposition", "Proposée"
    ACCEPTATION = "acceptation", "Acceptée"
    REFUS = "refus", "Refusée"
    TRANSMISSION = "transmission", "Transmise"
    DESIGNATION = "designation", "Confiée en réunion"
    SUITE = "suite", "Suite donnée"
    SOMMEIL = "sommeil", "Mise en réserve"
    REVEIL = "reveil", "Réveillée"
    CLOTURE = "cloture", "Close"
    NAISSANCE = "naissance", "A fait naître une action"


class Voie(TextChoices):
    """Par où les suites sont parvenues au chef d'entreprise."""

    COURRIEL = "courriel", "par courriel"
    POSTE = "poste", "par la poste"
    VIVE_VOIX = "vive_voix", "de vive voix"


class Lecteurs(TextChoices):
    """À qui s'ouvre un tableau figé, selon ce qu'il nomme."""

    ACTIONS = "actions", "ceux qui lisent les actions"
    LIGNES = "lignes", "ceux qui lisent le détail des tableaux"
    COMPTES_RENDUS = "comptes_rendus", "ceux qui lisent tous les comptes rendus"
    EVALUATIONS = "evaluations", "ceux qui lisent les évaluations"
    TOTAUX = "totaux", "ceux qui lisent les totaux"


class VoieDEvaluation(TextChoices):
    """Par où le chef d'entreprise a répondu."""

    LIEN = "lien", "par le questionnaire"
    ENTRETIEN = "entretien", "pendant un entretien"


class GenreEvenement(TextChoices):
    """Ce que raconte la chronologie d'une entreprise."""

    VISITE = "visite", "Visites"
    LETTRE = "lettre", "Lettres"
    COMPTE_RENDU = "compte_rendu", "Comptes rendus"
    PROJET = "projet", "Projets"
    ACTION = "action", "Actions"
    SOLLICITATION = "sollicitation", "Contacts des institutions"
    CIBLE = "cible", "Cibles"
    DOCUMENT = "document", "Documents"
    DEPORT = "deport", "Déports"
    FICHE = "fiche", "Vie de la fiche"


class MotifRelance(TextChoices):
    """Ce qui attend quelqu'un, et depuis quand l'échelle court : sa fin prévue, le jour où on la lui a confiée, son réveil…"""

    ECHUE = "echue", "Action échue"
    SANS_REPONSE = "sans_reponse", "Action confiée, sans réponse"
    A_REPRENDRE = "a_reprendre", "Action sortie de la réserve, à reprendre"
    SANS_COMPTE_RENDU = "sans_compte_rendu", "Visite sans compte rendu"
    SANS_RENDEZ_VOUS = "sans_rendez_vous", "Lettre sans rendez-vous"
    SUITES = "suites", "Suites à donner au chef d’entreprise"


class GenreDePoint(TextChoices):
    """Ce qui peut figurer à l'ordre du jour, dans l'ordre-type (dossier, II.5)."""

    VISITE = "visite", "Restitution d’une visite"
    ACTIONS = "actions", "Actions à débloquer"
    PROCHAINES = "prochaines", "Prochaines entreprises"
    EXPOSE = "expose", "Exposé"
    LIBRE = "libre", "Autre point"


class VersionDuCompteRendu(TextChoices):
    """À qui le compte rendu d'une réunion se lit."""

    MEMBRES = "membres", "Membres directs"
    EXPURGEE = "expurgee", "Membres directs, sans les entreprises dont l’un d’eux se déporte"
    DIFFUSION = "diffusion", "Diffusion"


class DroitExerce(TextChoices):
    """Ce qu'une personne demande (RGPD, articles 15, 16, 17 et 21)."""

    ACCES = "acces", "Voir ce qu’on garde d’elle"
    RECTIFICATION = "rectification", "Corriger"
    EFFACEMENT = "effacement", "Effacer"
    OPPOSITION = "opposition", "S’opposer à être sollicitée"
