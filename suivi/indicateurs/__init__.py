"""Les tableaux de bord (annexes 2.4, 2.5, 2.7, réponses au guide) : écran, papier, classeur et JSON partent d'ici."""

from suivi.indicateurs.actions import tableau_2_4
from suivi.indicateurs.entretiens import tableau_des_entretiens
from suivi.indicateurs.presences import tableau_2_5
from suivi.indicateurs.projets import tableau_2_7
from suivi.indicateurs.suites import tableau_des_suites

__all__ = ["tableau_2_4", "tableau_2_5", "tableau_2_7", "tableau_des_entretiens", "tableau_des_suites"]
