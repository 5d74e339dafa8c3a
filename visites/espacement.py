"""Qui ne peut pas être visité, et pourquoi : visite en cours, espacement, refus, « ne plus solliciter » (section 4)."""

from dataclasses import dataclass

from django.db.models import Max

from entreprises.enums import Etat
from reseau.lib.dates import plus_mois
from visites.models import Visite


@dataclass(frozen=True)
class Empechement:
    """Une raison de ne pas programmer ; l'animateur passe outre celles qui sont `franchissable`, avec un motif."""

    raison: str
    franchissable: bool


def empechements(entreprises, reseau, le):
    """Dictionnaire clé d'entreprise → `Empechement`, en trois requêtes quel que soit le nombre d'entreprises."""
    fiches = {entreprise.pk: entreprise for entreprise in entreprises}
    visites = Visite.objects.filter(entreprise__in=fiches)
    trouves = {}
    for cle, derniere in _derniere(visites.refusees(), "refusee_le"):
        if derniere > plus_mois(le, -reseau.refus_mois):
            raison = f"A refusé le {derniere:%d/%m/%Y}, il y a moins de {reseau.refus_mois} mois."
            trouves[cle] = Empechement(raison, franchissable=True)
    for cle, derniere in _derniere(visites.realisees(), "realisee_le"):
        if derniere > plus_mois(le, -reseau.espacement_mois):
            raison = f"Visitée le {derniere:%d/%m/%Y}, il y a moins de {reseau.espacement_mois} mois."
            trouves[cle] = Empechement(raison, franchissable=True)
    for cle in visites.confiees().values_list("entreprise", flat=True):
        trouves[cle] = Empechement("Une visite est déjà en cours.", franchissable=False)
    return trouves | {cle: refus for cle, fiche in fiches.items() if (refus := _de_la_fiche(fiche, le))}


def _derniere(visites, champ):
    return visites.order_by().values_list("entreprise").annotate(derniere=Max(champ))


def _de_la_fiche(entreprise, le):
    if entreprise.etat == Etat.FERME:
        return Empechement("Établissement fermé.", franchissable=False)
    jusqu_au = entreprise.ne_plus_solliciter_jusqu_au
    if jusqu_au and jusqu_au >= le:
        return Empechement(f"Ne plus solliciter jusqu’au {jusqu_au:%d/%m/%Y}.", franchissable=False)
    return None
