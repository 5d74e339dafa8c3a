"""Fichiers d'import inventés, tenus en quelques mots."""

from tests.donnees.fabrique import siret, texte

ENTETES = [
    "SIRET",
    "Raison sociale",
    "NAF",
    "Effectif",
    "Adresse",
    "Code postal",
    "Ville",
    "Nom du dirigeant",
    "Prénom",
    "Fonction",
]


def ligne(rang, nom=None, **champs):
    """Une rangée dans l'ordre d'ENTETES."""
    defauts = {
        "SIRET": siret(rang),
        "Raison sociale": nom or f"Tôlerie fictive {rang}",
        "NAF": "25.50B",
        "Effectif": "12",
        "Adresse": "1 rue des Essais",
        "Code postal": "70000",
        "Ville": "Vesoul",
    }
    valeurs = defauts | {entete.replace("_", " "): valeur for entete, valeur in champs.items()}
    return [valeurs.get(entete, "") for entete in ENTETES]


def fichier(*lignes, entetes=ENTETES, **options):
    return texte([entetes, *lignes], **options)
