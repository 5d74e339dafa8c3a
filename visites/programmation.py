"""Les entreprises qu'une campagne peut encore programmer."""

from django.db.models import Exists, OuterRef, Q

from entreprises.models import Entreprise, LigneDeCible
from visites.models import Visite


def a_programmer(campagne, membre, le):
    """Celles de la liste figée, hors écartées, que nul n'a touchées depuis la décision ni reçues à visiter.

    Sans cible, tout le tissu en activité. Celles déjà dans la liste, sans développeur, y sont : `inscrite` le dit. Celles
    que la campagne a inscrites hors de sa cible (une demande, un signalement) y sont aussi.
    """
    entreprises = Entreprise.objects.visibles_par(membre)
    visites, cible = Visite.objects.filter(reseau=campagne.reseau).order_by(), campagne.cible
    if cible:
        retenues = LigneDeCible.objects.retenues().filter(cible=cible).order_by()
        touchees = visites.touchees(cible.decidee_le, le)
        de_la_cible = retenues.exclude(entreprise__in=touchees.values("entreprise")).values("entreprise")
        hors_cible = visites.a_programmer().filter(campagne=campagne).values("entreprise")
        entreprises = entreprises.filter(pk__in=de_la_cible.union(hors_cible))
    else:
        entreprises = entreprises.actives()
    # Une sous-requête que la base joue une fois, et non une par fiche : cent mille fiches se comptent sans attendre.
    entreprises = entreprises.exclude(pk__in=visites.confiees().values("entreprise"))
    return entreprises.annotate(inscrite=Exists(visites.a_programmer().filter(entreprise=OuterRef("pk"))))


def a_prendre(campagne, membre):
    """Celles de la liste, sans développeur, que cette campagne ou nulle autre a inscrites : un développeur les prend."""
    visites = Visite.objects.visibles_par(membre).a_programmer().filter(Q(campagne=campagne) | Q(campagne=None)).order_by()
    return Entreprise.objects.visibles_par(membre).filter(pk__in=visites.values("entreprise"))
