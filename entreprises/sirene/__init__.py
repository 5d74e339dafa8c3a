"""Le stock SIRENE de l'Insee : deux fichiers lus en flux, filtrés, et rendus comme une feuille à importer.

with lire_stock(etablissements, unites_legales, criteres, connus) as stock:
    feuille = stock.feuille  # la même que celle d'un fichier déposé
"""

from entreprises.sirene.criteres import Criteres
from entreprises.sirene.stock import Stock, lire_stock

__all__ = ["Criteres", "Stock", "lire_stock"]
