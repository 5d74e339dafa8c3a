"""La génération suivante : quand une cible est épuisée, ou presque, le réseau en prépare une autre (dossier, II.4)."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q

from entreprises.models import Entreprise, LigneDeCible
from entreprises.operations import preparer_la_suivante
from reseau.lib.dates import plus_mois
from reseau.lib.erreurs import RegleEnfreinte
from reseau.lib.tableau import nombre_francais
from visites.couverture import Couverture, couverture
from visites.models import Visite

SEUIL = 0.9  # part touchée de la liste à partir de laquelle la génération suivante se propose : le temps de la décider


@dataclass(frozen=True)
class Epuisement:
    """`restantes` : entreprises de la liste pas encore touchées, et que l'on peut visiter."""

    couverture: Couverture
    restantes: int

    @property
    def a_preparer(self):
        """Plus personne à visiter, ou presque."""
        return self.restantes == 0 or self.couverture.part >= SEUIL

    @property
    def raison(self):
        """Pourquoi on la propose, ou ce qui manque pour la proposer."""
        if not self.couverture.entreprises:
            return "Toutes les entreprises de la liste ont été écartées."
        if self.restantes == 0 and self.couverture.sans_contact:
            return "Les entreprises qui restent ne se visitent pas : fermées, ayant refusé, ou à ne plus solliciter."
        if self.restantes == 0:
            return "Toutes les entreprises de la liste ont été visitées, ou ont refusé."
        seuil = f"{nombre_francais(100 * SEUIL)}\u00a0%"
        restent = "reste une entreprise" if self.restantes == 1 else f"reste {nombre_francais(self.restantes)} entreprises"
        if self.a_preparer:
            return f"Au moins {seuil} de la liste est touchée ; il {restent} à visiter."
        return f"Il {restent} à visiter : la génération suivante se propose à partir de {seuil} de la liste touchée."


def epuisement(cible, au):
    """`Epuisement` de la cible au soir du jour `au` ; deux requêtes.

    Se visite : une entreprise qu'une visite en cours tient déjà, ou qui est en activité, sollicitable, et n'a pas refusé
    depuis moins que le délai du réseau. L'espacement ne compte pas : il finit par passer.
    """
    visites = Visite.objects.filter(entreprise=OuterRef("entreprise"))
    touchees = visites.touchees(cible.decidee_le, au) if cible.decidee_le else Visite.objects.none()
    refus = visites.refusees(au=au).filter(refusee_le__gt=plus_mois(au, -cible.reseau.refus_mois))
    lignes = LigneDeCible.objects.retenues().filter(cible=cible).exclude(Exists(touchees))
    restantes = lignes.annotate(
        tenue=Exists(visites.en_cours()),
        libre=Exists(Entreprise.objects.sollicitables(au).filter(pk=OuterRef("entreprise"))),
        refus=Exists(refus),
    ).aggregate(nombre=Count("pk", filter=Q(tenue=True) | Q(libre=True, refus=False)))
    return Epuisement(couverture(cible, au), restantes["nombre"])


@transaction.atomic
def preparer_la_generation_suivante(cible, *, par, le):
    """La cible en préparation qui suit celle-ci ; celle qui existe, si on l'a déjà demandée. Rend (cible, créée).

    `RegleEnfreinte` tant que la cible n'est ni épuisée ni touchée aux neuf dixièmes.
    """
    if not cible.suivantes.exists():
        etat = epuisement(cible, le)
        if not etat.a_preparer:
            raise RegleEnfreinte(etat.raison)
    return preparer_la_suivante(cible, par=par)
