"""Les budgets gardés : lus comme ils sont écrits, un par page que l'on charge."""

from tests.adresses import routes
from tests.fiabilite.budgets import accordes, relever
from tests.fiabilite.lieu_de_charge import DU_JOUR
from tests.lib.personnes import ASSEZ, Mesures


def test_chaque_page_du_jour_a_son_budget():
    budgets = accordes()
    assert {nom + suite for nom, suite, _ in DU_JOUR} <= budgets.keys()
    assert {page.partition("?")[0] for page in budgets} <= {route.nom for route in routes()}


def test_budget_est_le_double_de_ce_qui_fut_releve(tmp_path):
    mesures, fichier = Mesures(), tmp_path / "reports" / "budgets.csv"
    mesures.durees["suivi:accueil"] = [0.15] * ASSEZ
    mesures.durees["suivi:actions"] = [0.01] * ASSEZ
    mesures.durees["trop peu ouverte"] = [3.0]
    relever(mesures, fichier)
    assert accordes(fichier) == {"suivi:accueil": 0.3, "suivi:actions": 0.1}
