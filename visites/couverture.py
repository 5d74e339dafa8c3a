"""La couverture d'une cible : quelles entreprises de la liste ont été touchées depuis la décision (annexe 2.5)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, TruncMonth

from entreprises.models import LigneDeCible
from reseau.lib.dates import plus_mois, premier_du_mois
from visites.models import Visite


@dataclass(frozen=True)
class Couverture:
    """Des entreprises distinctes, en trois parts qui ne se recoupent pas : touchées, programmées, sans contact."""

    entreprises: int
    touchees: int
    programmees: int

    @property
    def sans_contact(self):
        """Ni visitées, ni ayant refusé, ni confiées à un développeur."""
        return self.entreprises - self.touchees - self.programmees

    @property
    def part(self):
        """Fraction touchée de la liste, entre 0 et 1 ; None si la liste est vide."""
        return self.touchees / self.entreprises if self.entreprises else None


def couverture(cible, au, *, lignes=None, visites=None):
    """`Couverture` de la cible au soir du jour `au`, en une requête ; les lignes écartées ne comptent nulle part.

    Touchée : visitée ou ayant refusé entre la décision et `au` ; programmée : confiée à un développeur ce jour-là et pas
    encore touchée. Une cible sans décision n'a touché personne. La visite compte quelle que soit son origine : c'est
    l'entreprise qui est, ou non, de la liste. Un total du réseau, le même pour tous ; ou, pour `lignes` et `visites`
    choisies (des QuerySets), ce qu'elles en laissent.
    """
    visites = (Visite.objects.all() if visites is None else visites).filter(entreprise=OuterRef("entreprise"))
    touchees = visites.touchees(cible.decidee_le, au) if cible.decidee_le else Visite.objects.none()
    lignes = (LigneDeCible.objects.all() if lignes is None else lignes).retenues().filter(cible=cible)
    lignes = lignes.annotate(touchee=Exists(touchees), programmee=Exists(visites.confiees_au(au)))
    return Couverture(
        **lignes.aggregate(
            entreprises=Count("pk"),
            touchees=Count("pk", filter=Q(touchee=True)),
            programmees=Count("pk", filter=Q(touchee=False, programmee=True)),
        )
    )


@dataclass(frozen=True)
class Mois:
    """Un mois de la vie d'une cible : entreprises touchées pour la première fois ce mois-là, et depuis la décision."""

    premier: date
    nouvelles: int
    cumul: int
    part: float | None


def evolution(cible, au):
    """Un `Mois` par mois, de la décision au jour `au`, sans trou ; [] tant que la cible n'est pas décidée. Deux requêtes.

    Une entreprise compte au mois de sa première touche ; le dernier cumul est `couverture(cible, au).touchees`. Le
    dénominateur est la liste d'aujourd'hui : une entreprise écartée depuis ne compte pour aucun mois.
    """
    if not cible.decidee_le or cible.decidee_le > au:
        return []
    lignes = LigneDeCible.objects.retenues().filter(cible=cible)
    visites = Visite.objects.filter(entreprise=OuterRef("entreprise")).touchees(cible.decidee_le, au)
    visites = visites.annotate(touchee_le=Coalesce("refusee_le", "realisee_le")).order_by("touchee_le")
    touchees = lignes.annotate(premiere=Subquery(visites.values("touchee_le")[:1])).exclude(premiere=None)
    touchees = touchees.annotate(mois=TruncMonth("premiere")).order_by().values_list("mois")
    par_mois, entreprises = dict(touchees.annotate(Count("pk"))), lignes.count()
    mois, cumul, premier = [], 0, premier_du_mois(cible.decidee_le)
    while premier <= au:
        cumul += par_mois.get(premier, 0)
        mois.append(Mois(premier, par_mois.get(premier, 0), cumul, cumul / entreprises if entreprises else None))
        premier = plus_mois(premier, 1)
    return mois
