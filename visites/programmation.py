"""Les entreprises qu'une campagne peut encore programmer."""

from django.db.models import Exists, OuterRef

from entreprises.models import Entreprise, LigneDeCible
from visites.models import Visite


def a_programmer(campagne, membre, le):
    """Celles de la liste figée, hors écartées, que nul n'a touchées depuis la décision ni reçues à visiter.

    Sans cible, tout le tissu en activité. Celles déjà dans la liste, sans développeur, y sont : `inscrite` le dit.
    """
    entreprises = Entreprise.objects.visibles_par(membre)
    visites = Visite.objects.filter(entreprise=OuterRef("pk"))
    cible = campagne.cible
    if cible:
        lignes = LigneDeCible.objects.filter(cible=cible, entreprise=OuterRef("pk"), motif_d_ecart="")
        entreprises = entreprises.filter(Exists(lignes))
        entreprises = entreprises.exclude(Exists(visites.touchees(cible.decidee_le, le)))
    else:
        entreprises = entreprises.actives()
    entreprises = entreprises.exclude(Exists(visites.confiees()))
    return entreprises.annotate(inscrite=Exists(visites.a_programmer()))
