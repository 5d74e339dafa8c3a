"""Ce qui arrête une lecture, et les bornes au-delà desquelles on n'essaie pas."""

MEBI = 1024 * 1024

TAILLE_MAX = 20 * MEBI  # octets reçus
TAILLE_DECOMPRESSEE_MAX = 100 * MEBI  # octets, somme des membres d'un classeur ou contenu d'un .gz
MEMBRES_MAX = 2_000  # fichiers dans un classeur
CELLULES_MAX = 1_000_000  # cases d'un classeur, vides comprises : la lecture réserve le rectangle entier
COLONNES_MAX = 500
LIGNE_MAX = 100_000  # caractères d'une ligne de texte
LIGNES_PAR_FICHE_MAX = 50  # lignes physiques qu'une cellule entre guillemets peut traverser
LIGNES_DE_TITRE_MAX = 30  # lignes où l'on cherche l'en-tête
LECTURE_MEMOIRE_MAX = 768 * MEBI  # octets d'espace d'adressage du processus enfant
LECTURE_DUREE_MAX = 20  # secondes

REFUSE = 3  # code de sortie du processus enfant quand il dit pourquoi
TROP_LOURD = (
    "Ce classeur demande trop de mémoire ou de temps pour être lu. Ne gardez que la feuille utile, sans mise en forme, "
    "ou enregistrez-la en CSV."
)
SANS_PLACE = "Le service n’a plus de place pour lire ce classeur : votre fichier n’y est pour rien. Réessayez plus tard."


class FichierRefuse(Exception):
    """Le fichier ne peut pas être lu ; `str()` est une phrase française qui dit pourquoi et quoi faire."""


class ValeurRefusee(Exception):
    """La valeur interdit d'accepter la ligne ; `str()` est la raison du rejet."""


class ValeurEcartee(Exception):
    """La valeur est inutilisable mais la ligne reste bonne ; `str()` est l'avertissement."""
