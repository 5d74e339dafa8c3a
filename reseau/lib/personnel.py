"""Ce qu'un champ dit d'une personne, et ce qu'il devient quand elle s'efface ; chaque `<application>/personnel.py` en use."""

from enum import Enum


class Sort(Enum):
    """Un sort par champ où l'on peut écrire. Un essai d'architecture refuse le champ qui n'en a pas."""

    NEUTRE = "Ne dit rien d’une personne : reste."
    IDENTITE = "Dit qui elle est : vidé, ou sa fiche supprimée."
    SIEN = "Écrit par elle, ou sur elle seule : vidé avec sa fiche."
    LIBRE = "Texte libre où l’on peut la citer : les phrases qui la nomment s’effacent."
    ENCODE = "Formulaire ou adresse encodés : se lit et s’efface comme un texte libre."
    ENSEIGNE = "Nom d’une entreprise, parfois celui d’une personne : l’animateur tranche."
    OCTETS = "Fichier : détruit, ou recomposé sans elle."
    SECRET = "Ne sert qu’à entrer ou à reconnaître un envoi : effacé avec le compte."
    DERIVE = "Se recompose du reste."


# Les plus courants se nomment seuls dans les listes.
IDENTITE, SIEN, LIBRE, NEUTRE = Sort.IDENTITE, Sort.SIEN, Sort.LIBRE, Sort.NEUTRE
OCTETS, SECRET = Sort.OCTETS, Sort.SECRET
# Ce qui se lit comme un texte.
LUS = frozenset({Sort.IDENTITE, Sort.SIEN, Sort.LIBRE, Sort.ENCODE, Sort.ENSEIGNE})
