"""Le tissu d'entreprises vu de ses visites : où en est chacune, et dans quel ordre les voir."""

from dataclasses import dataclass

from django.db.models import Case, DateField, F, Max, OuterRef, Q, Subquery, When

from visites.enums import EN_COURS, FAITES
from visites.models import Visite


@dataclass
class Suivi:
    """Ce qu'un lecteur sait des visites d'une entreprise : celle en cours, et la dernière faite (None s'il n'y en a pas)."""

    en_cours: Visite | None = None
    derniere: Visite | None = None


def suivis(entreprises, membre):
    """Dictionnaire clé d'entreprise → `Suivi`, en une requête, bornée à ce que voit ce membre."""
    trouves = {entreprise.pk: Suivi() for entreprise in entreprises}
    visites = Visite.objects.visibles_par(membre).filter(Q(etat__in=EN_COURS) | Q(etat__in=FAITES), entreprise__in=trouves)
    for visite in visites.select_related("developpeur").order_by("realisee_le", "pk"):
        suivi = trouves[visite.entreprise_id]
        if visite.en_cours:
            suivi.en_cours = visite
        else:
            suivi.derniere = visite
    return trouves


def par_derniere_visite(entreprises, membre, *, decroissant=False):
    """Triées par la date de leur dernière visite ; celles qu'on n'a jamais visitées à la fin."""
    faites = Visite.objects.visibles_par(membre).realisees().order_by()
    siennes = faites.filter(entreprise=OuterRef("pk")).values("entreprise")
    # Les autres sont bien plus nombreuses : les reconnaître d'abord évite de chercher leur date une à une.
    visitee = When(pk__in=faites.values("entreprise"), then=Subquery(siennes.values_list(Max("realisee_le"))))
    derniere = Case(visitee, output_field=DateField())
    quand = F("derniere_le").desc(nulls_last=True) if decroissant else F("derniere_le").asc(nulls_last=True)
    return entreprises.annotate(derniere_le=derniere).order_by(quand, "recherche", "pk")
