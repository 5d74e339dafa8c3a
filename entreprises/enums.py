"""Listes closes du tissu d'entreprises."""

from django.db.models import TextChoices


class Etat(TextChoices):
    """État administratif au répertoire SIRENE."""

    ACTIF = "actif", "En activité"
    FERME = "ferme", "Fermé"


class Section(TextChoices):
    """Sections de la NAF rév. 2, dans l'ordre : le secteur, dont les divisions sont le détail."""

    A = "A", "A – Agriculture, sylviculture et pêche"
    B = "B", "B – Industries extractives"
    C = "C", "C – Industrie manufacturière"
    D = "D", "D – Électricité, gaz, vapeur et air conditionné"
    E = "E", "E – Eau, assainissement, déchets et dépollution"
    F = "F", "F – Construction"
    G = "G", "G – Commerce, réparation d’automobiles"
    H = "H", "H – Transports et entreposage"
    I = "I", "I – Hébergement et restauration"  # noqa: E741  (la lettre de l'Insee)
    J = "J", "J – Information et communication"
    K = "K", "K – Finance et assurance"
    L = "L", "L – Immobilier"
    M = "M", "M – Activités spécialisées, scientifiques et techniques"
    N = "N", "N – Services administratifs et de soutien"
    O = "O", "O – Administration publique"  # noqa: E741  (la lettre de l'Insee)
    P = "P", "P – Enseignement"
    Q = "Q", "Q – Santé humaine et action sociale"
    R = "R", "R – Arts, spectacles et loisirs"
    S = "S", "S – Autres services"
    T = "T", "T – Ménages employeurs"
    U = "U", "U – Activités extraterritoriales"


class Tranche(TextChoices):
    """Tranches d'effectifs salariés de l'Insee, dans l'ordre."""

    NON_EMPLOYEUSE = "NN", "Non employeuse"
    AUCUN = "00", "0 salarié"
    DE_1_A_2 = "01", "1 ou 2 salariés"
    DE_3_A_5 = "02", "3 à 5 salariés"
    DE_6_A_9 = "03", "6 à 9 salariés"
    DE_10_A_19 = "11", "10 à 19 salariés"
    DE_20_A_49 = "12", "20 à 49 salariés"
    DE_50_A_99 = "21", "50 à 99 salariés"
    DE_100_A_199 = "22", "100 à 199 salariés"
    DE_200_A_249 = "31", "200 à 249 salariés"
    DE_250_A_499 = "32", "250 à 499 salariés"
    DE_500_A_999 = "41", "500 à 999 salariés"
    DE_1000_A_1999 = "42", "1 000 à 1 999 salariés"
    DE_2000_A_4999 = "51", "2 000 à 4 999 salariés"
    DE_5000_A_9999 = "52", "5 000 à 9 999 salariés"
    PLUS_DE_10000 = "53", "10 000 salariés et plus"


PLAFOND = 2**31 - 1  # le plus grand effectif que la base sache écrire
# Effectif le plus bas et le plus haut de chaque tranche, en salariés.
BORNES = {
    Tranche.NON_EMPLOYEUSE: (0, 0),
    Tranche.AUCUN: (0, 0),
    Tranche.DE_1_A_2: (1, 2),
    Tranche.DE_3_A_5: (3, 5),
    Tranche.DE_6_A_9: (6, 9),
    Tranche.DE_10_A_19: (10, 19),
    Tranche.DE_20_A_49: (20, 49),
    Tranche.DE_50_A_99: (50, 99),
    Tranche.DE_100_A_199: (100, 199),
    Tranche.DE_200_A_249: (200, 249),
    Tranche.DE_250_A_499: (250, 499),
    Tranche.DE_500_A_999: (500, 999),
    Tranche.DE_1000_A_1999: (1_000, 1_999),
    Tranche.DE_2000_A_4999: (2_000, 4_999),
    Tranche.DE_5000_A_9999: (5_000, 9_999),
    Tranche.PLUS_DE_10000: (10_000, PLAFOND),
}


ENTRE_ETIQUETTES = ",;|"  # ce qui les sépare dans un fichier : aucun nom n'en contient


class OrigineAcces(TextChoices):
    """Ce qui ouvre une entreprise à un développeur associé."""

    VISITE = "visite", "Accompagne une visite"
    ACTION = "action", "Responsable d’une action"


class EtatCible(TextChoices):
    BROUILLON = "brouillon", "En préparation"
    DECIDEE = "decidee", "Décidée"


class Voix(TextChoices):
    POUR = "pour", "Pour"
    CONTRE = "contre", "Contre"
    ABSTENTION = "abstention", "Abstention"


class EtatImport(TextChoices):
    APERCU = "apercu", "À confirmer"
    ECRIT = "ecrit", "Importé"
    ABANDONNE = "abandonne", "Abandonné"
    ANNULE = "annule", "Annulé"


class GenreImport(TextChoices):
    """Ce que porte le fichier déposé."""

    ENTREPRISES = "entreprises", "Liste d’entreprises"
    SIRENE = "sirene", "Répertoire SIRENE"
    SOLLICITATIONS = "sollicitations", "Contacts d’une institution"


class GenreChangement(TextChoices):
    """Ce qu'une mise à jour apprend d'une entreprise déjà connue."""

    FERMETURE = "fermeture", "Fermée"
    REOUVERTURE = "reouverture", "Rouverte"
    DEMENAGEMENT = "demenagement", "Déménagée"
    EFFECTIF = "effectif", "Effectif changé"


class Canal(TextChoices):
    """Comment une institution a joint l'entreprise."""

    VISITE = "visite", "Visite"
    TELEPHONE = "telephone", "Téléphone"
    COURRIEL = "courriel", "Courriel"
    COURRIER = "courrier", "Courrier"
    EVENEMENT = "evenement", "Réunion, salon"
    AUTRE = "autre", "Autre"


class ObjetDeContact(TextChoices):
    """De quoi l'institution a parlé : deux contacts « de même objet » ont la même valeur."""

    DEVELOPPEMENT = "developpement", "Projet de développement"
    EMPLOI = "emploi", "Emploi et recrutement"
    FORMATION = "formation", "Formation"
    FINANCEMENT = "financement", "Financement"
    EXPORT = "export", "Export"
    INNOVATION = "innovation", "Innovation et numérique"
    ENVIRONNEMENT = "environnement", "Environnement et énergie"
    IMMOBILIER = "immobilier", "Locaux et terrains"
    ENQUETE = "enquete", "Enquête"
    AUTRE = "autre", "Autre"
