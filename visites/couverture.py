"""La couverture d'une cible : quelles entreprises de la liste ont été touchées depuis la décision (annexe 2.5)."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from entreprises.models import LigneDeCible
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


def couverture(cible, au):
    """`Couverture` de la cible au soir du jour `au`, en une requête ; les lignes écartées ne comptent nulle part.

    Touchée : visitée ou ayant refusé entre la décision et `au` ; programmée : confiée à un développeur ce jour-là et pas
    encore touchée. Une cible sans décision n'a touché personne. La visite compte quelle que soit son origine : c'est
    l'entreprise qui est, ou non, de la liste. Aucun filtre de lecteur : c'est un total du réseau, le même pour tous.
    """
    visites = Visite.objects.filter(entreprise=OuterRef("entreprise"))
    touchees = visites.touchees(cible.decidee_le, au) if cible.decidee_le else Visite.objects.none()
    lignes = LigneDeCible.objects.filter(cible=cible, motif_d_ecart="")
    lignes = lignes.annotate(touchee=Exists(touchees), programmee=Exists(visites.confiees_au(au)))
    return Couverture(
        **lignes.aggregate(
            entreprises=Count("pk"),
            touchees=Count("pk", filter=Q(touchee=True)),
            programmees=Count("pk", filter=Q(touchee=False, programmee=True)),
        )
    )
