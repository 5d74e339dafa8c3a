"""Le budget de chaque page, gardé à chaque version livrée (F1).

`tests/donnees/budgets.csv` dit ce que chaque page prenait à la dernière : quantile 95 de ce qu'attendent vingt personnes, en
millisecondes. Une page a droit au double, le bruit d'une machine à l'autre compris. F1 écrit `reports/budgets.csv`, de même
forme : livrer une version, c'est l'y recopier, et l'histoire du fichier est celle des temps de réponse.
"""

import csv

from tests.fiabilite.rapport import RACINE

GARDES = RACINE / "tests" / "donnees" / "budgets.csv"
RELEVES = RACINE / "reports" / "budgets.csv"
COLONNES = ["page", "p95_ms"]
MARGE = 2
PLANCHER = 0.1  # seconde : en dessous, personne n'attend, et le bruit dépasse la mesure


def accordes(fichier=GARDES):
    """{page: le plus que peut prendre son quantile 95, en secondes}."""
    with fichier.open(encoding="utf-8", newline="") as lignes:
        releves = {ligne["page"]: int(ligne["p95_ms"]) / 1000 for ligne in csv.DictReader(lignes, delimiter=";")}
    return {page: max(PLANCHER, MARGE * p95) for page, p95 in releves.items()}


def relever(mesures, fichier=RELEVES):
    """Écrit ce que ces `Mesures` ont vu prendre à chaque page."""
    fichier.parent.mkdir(exist_ok=True)
    with fichier.open("w", encoding="utf-8", newline="") as sortie:
        lignes = csv.writer(sortie, delimiter=";", lineterminator="\n")
        lignes.writerow(COLONNES)
        lignes.writerows([page, round(1000 * mesures.quantile(95, page))] for page in mesures.pages())
