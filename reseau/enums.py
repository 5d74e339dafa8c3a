"""Listes closes du réseau : rôles, qualités, pôles, états de réunion."""

from django.db.models import TextChoices


class Civilite(TextChoices):
    MONSIEUR = "M.", "Monsieur"
    MADAME = "Mme", "Madame"


class Role(TextChoices):
    """Rôle d'accès : ce que la personne peut faire dans l'outil (conception, section 5)."""

    ANIMATEUR = "animateur", "Animateur"
    SECRETARIAT = "secretariat", "Secrétariat"
    DEVELOPPEUR = "developpeur", "Développeur"
    PREFECTURE = "prefecture", "Préfecture"
    OBSERVATEUR = "observateur", "Observateur"


class Qualite(TextChoices):
    """Qualité de visiteur : un champ distinct du rôle, car un animateur peut aussi visiter."""

    DIRECT = "direct", "Développeur direct"
    ASSOCIE = "associe", "Développeur associé"
    AUCUN = "aucun", "Ne visite pas"


class Profil(TextChoices):
    """Colonne de la table des droits : déduite du rôle et, pour un développeur, de sa qualité."""

    ANIMATEUR = "animateur", "Animateur"
    SECRETARIAT = "secretariat", "Secrétariat"
    DIRECT = "direct", "Développeur direct"
    ASSOCIE = "associe", "Développeur associé"
    PREFECTURE = "prefecture", "Préfecture"
    OBSERVATEUR = "observateur", "Observateur"


class Pole(TextChoices):
    ECONOMIQUE = "economique", "Économique"
    EMPLOI = "emploi", "Emploi et ressources humaines"
    FINANCIER = "financier", "Financier"
    COORDINATION = "coordination", "Coordination"
    TERRITOIRES = "territoires", "Territoires et partenaires"


class Cercle(TextChoices):
    NOYAU_DUR = "noyau_dur", "Noyau dur"
    MEMBRE = "membre", "Membre"
    ASSOCIEE = "associee", "Associée"


class Domaine(TextChoices):
    """Ce à quoi sert un dispositif : les domaines des mises en contact (annexe 2.7), et l'environnement."""

    IDENTITE = "identite", "Identité et transmission"
    PRODUITS = "produits", "Produits et marchés"
    COMMERCE = "commerce", "Commerce"
    RECHERCHE = "recherche", "Recherche et développement"
    PRODUCTION = "production", "Production"
    FINANCE = "finance", "Finance"
    FORMATION = "formation", "Formation et personnel"
    LOCAUX = "locaux", "Locaux"
    ENVIRONNEMENT = "environnement", "Environnement et énergie"


class EtatReunion(TextChoices):
    PREVUE = "prevue", "Prévue"
    TENUE = "tenue", "Tenue"
    ANNULEE = "annulee", "Annulée"


class EtatPresence(TextChoices):
    PRESENT = "present", "Présent"
    EXCUSE = "excuse", "Excusé"
    REPRESENTE = "represente", "Représenté"
    ABSENT = "absent", "Absent"


class GenreDeFormation(TextChoices):
    FORMATION = "formation", "Formation"
    IMMERSION = "immersion", "Immersion dans un service"


class Geste(TextChoices):
    """Ce que le journal retient : qui a lu, exporté, modifié quoi."""

    LECTURE = "lecture", "Lecture"
    EXPORT = "export", "Export"
    IMPRESSION = "impression", "Impression"
    AJOUT = "ajout", "Ajout"
    MODIFICATION = "modification", "Modification"
    IMPORT = "import", "Import"
    SIGNATURE = "signature", "Signature"
    ENVOI = "envoi", "Envoi par courriel"
    REFUS = "refus", "Refus"
    EFFACEMENT = "effacement", "Effacement"


class GenreDAlerte(TextChoices):
    """Ce qui, lu en nombre par une seule personne, alerte l'animateur."""

    FICHES = "fiches", "Fiches d’entreprises et de visites"
    COMPTES_RENDUS = "comptes_rendus", "Comptes rendus"
    EXPORTS = "exports", "Exports"


class SecondFacteur(TextChoices):
    """De qui un réseau exige un second facteur."""

    AUCUN = "aucun", "De personne : chacun choisit"
    ANIMATEURS = "animateurs", "Des animateurs"
    TOUS = "tous", "De tous les membres"


class GenrePli(TextChoices):
    """De quoi parle un courriel du produit."""

    ACCES = "acces", "Invitation à entrer"
    MOT_DE_PASSE = "mot_de_passe", "Mot de passe oublié"
    LIEN = "lien", "Lien pour entrer"
    SECURITE = "securite", "Sécurité du compte"
    CONFIRMATION = "confirmation", "Demande de visite à confirmer"
    DEMANDE = "demande", "Demande de visite reçue"
    URGENCE = "urgence", "Urgence"
    AGENDA = "agenda", "Rendez-vous"
    LETTRE = "lettre", "Lettre de la préfecture"
    SUITES = "suites", "Suites d’une visite"
    RESUME = "resume", "Résumé des relances"
    RESTITUTIONS = "restitutions", "Nouveaux comptes rendus"
    PROPOSITION = "proposition", "Action proposée"
    QUESTIONNAIRE = "questionnaire", "Questionnaire au chef d’entreprise"
    RETOUR = "retour", "Retour d’un chef d’entreprise"
    RAPPORT = "rapport", "Rapport ou tableau figé"
    CONVOCATION = "convocation", "Convocation à une réunion"
    DIFFUSION = "diffusion", "Compte rendu de réunion"
    ALERTE = "alerte", "Lecture en masse"


class EtatPli(TextChoices):
    """Où en est un courriel de la boîte d'envoi."""

    ATTEND = "attend", "En attente"
    EN_COURS = "en_cours", "En train de partir"
    PARTI = "parti", "Parti"
    ABANDONNE = "abandonne", "Abandonné"
    INCERTAIN = "incertain", "Parti ou non ?"
    RETIRE = "retire", "Retiré"


class FrequenceResume(TextChoices):
    """Quand chacun reçoit le résumé de ce qui l'attend."""

    SEMAINE = "semaine", "Chaque semaine"
    QUINZAINE = "quinzaine", "Toutes les deux semaines"
    MOIS = "mois", "Toutes les quatre semaines"
    JAMAIS = "jamais", "Jamais : je lis mon accueil"

    @property
    def semaines(self):
        """Semaines entre deux résumés ; None s'il n'y en a pas."""
        return {"semaine": 1, "quinzaine": 2, "mois": 4}.get(self.value)
