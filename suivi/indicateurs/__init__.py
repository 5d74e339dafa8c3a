"""Les tableaux de bord du dossier (annexes 2.4, 2.5, 2.7) : l'écran, le papier, le classeur et le JSON partent d'ici."""

from suivi.indicateurs.actions import tableau_2_4
from suivi.indicateurs.presences import tableau_2_5
from suivi.indicateurs.projets import tableau_2_7

__all__ = ["tableau_2_4", "tableau_2_5", "tableau_2_7"]
