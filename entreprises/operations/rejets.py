"""Les lignes rejetées, rendues à qui les corrigera : la raison, puis les colonnes d'origine."""

import csv
import io

from entreprises.lecture import Rejet
from reseau.lib.tableur import neutraliser

RAISON = "Raison du rejet"


class RejetsEnCsv:
    """Un CSV écrit au fil de la lecture ; la raison vient en tête : une ligne qui déborde ne la décale pas."""

    def __init__(self, feuille):
        self.feuille = feuille
        # Le fichier corrigé d'un premier rejet porte déjà cette colonne.
        self.gardees = [indice for indice, nom in enumerate(feuille.entetes) if nom != RAISON]
        self.sortie = io.StringIO()
        self.ecriture = csv.writer(self.sortie, delimiter=";", lineterminator="\r\n")
        self.ecriture.writerow([RAISON, *(neutraliser(feuille.entetes[indice]) for indice in self.gardees)])

    def ajouter(self, rejet):
        """Ajoute un `Rejet`."""
        largeur = len(self.feuille.entetes)
        cellules = rejet.valeurs + ("",) * (largeur - len(rejet.valeurs))
        origine = [cellules[indice] for indice in self.gardees] + list(cellules[largeur:])
        self.ecriture.writerow([rejet.raison, *map(_cellule, origine)])

    def octets(self):
        """Le fichier, avec sa marque UTF-8."""
        return self.sortie.getvalue().encode("utf-8-sig")


def composer_rejets(feuille, resultats):
    """Les octets du CSV des rejets parmi les résultats de l'analyse de cette feuille."""
    rejets = RejetsEnCsv(feuille)
    for resultat in resultats:
        if isinstance(resultat, Rejet):
            rejets.ajouter(resultat)
    return rejets.octets()


def _cellule(texte):
    """Quatorze chiffres s'écrivent par groupes : un tableur les prendrait pour un nombre et en perdrait la fin."""
    if len(texte) == 14 and texte.isascii() and texte.isdigit():
        return f"{texte[:3]} {texte[3:6]} {texte[6:9]} {texte[9:]}"
    return neutraliser(texte)
