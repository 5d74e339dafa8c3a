"""Les tableaux de bord (annexes 2.4, 2.5, 2.7, réponses au guide) : écran, papier, classeur et JSON partent d'ici."""

from suivi.indicateurs.actions import tableau_2_4
from suivi.indicateurs.delais import tableau_des_delais
from suivi.indicateurs.entretiens import tableau_des_entretiens
from suivi.indicateurs.evaluations import tableau_des_evaluations
from suivi.indicateurs.institution import releve_d_institution
from suivi.indicateurs.presences import tableau_2_5
from suivi.indicateurs.projets import tableau_2_7
from suivi.indicateurs.refus import tableau_des_refus
from suivi.indicateurs.reseaux import tableau_des_reseaux
from suivi.indicateurs.suites import tableau_des_suites
from suivi.indicateurs.territoires import tableau_des_territoires
from suivi.indicateurs.valeur import tableau_de_la_valeur_ajoutee

__all__ = [
    "releve_d_institution",
    "tableau_2_4",
    "tableau_2_5",
    "tableau_2_7",
    "tableau_de_la_valeur_ajoutee",
    "tableau_des_delais",
    "tableau_des_entretiens",
    "tableau_des_evaluations",
    "tableau_des_refus",
    "tableau_des_reseaux",
    "tableau_des_suites",
    "tableau_des_territoires",
]
