"""Les entreprises qu'une campagne peut encore programmer."""

from django.db.models import Exists, OuterRef

from entreprises.models import Entreprise, LigneDeCible
from visites.models import Visite


def a_programmer(campagne, membre, le):
    """Celles de la liste figée, hors écartées, que nul n'a touchées depuis la décision ni reçues à visiter.

    Sans cible, tout le tissu en activité. Celles déjà dans la liste, sans développeur, y sont : `inscrite` le dit.
    """
    entreprises = Entreprise.objects.visibles_par(membre)
    visites, cible = Visite.objects.filter(reseau=campagne.reseau).order_by(), campagne.cible
    if cible:
        retenues = LigneDeCible.objects.filter(cible=cible, motif_d_ecart="").order_by()
        touchees = visites.touchees(cible.decidee_le, le)
        entreprises = entreprises.filter(pk__in=retenues.values("entreprise"))
        entreprises = entreprises.exclude(pk__in=touchees.values("entreprise"))
    else:
        entreprises = entreprises.actives()
    # Une sous-requête que la base joue une fois, et non une par fiche : cent mille fiches se comptent sans attendre.
    entreprises = entreprises.exclude(pk__in=visites.confiees().values("entreprise"))
    return entreprises.annotate(inscrite=Exists(visites.a_programmer().filter(entreprise=OuterRef("pk"))))
