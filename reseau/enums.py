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
