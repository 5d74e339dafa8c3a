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
    """Dictionnaire clé d'entreprise → `Empechement`, en deux requêtes quel que soit le nombre d'entreprises."""
    fiches = {entreprise.pk: entreprise for entreprise in entreprises}
    visites = Visite.objects.filter(entreprise__in=fiches)
    # Celles en cours se lisent d'abord : qu'une finisse entre deux lectures, elle est encore parmi les faites ou les refusées.
    tenues = list(visites.confiees().select_related("developpeur"))
    trouves = {}
    finies = (visites.refusees() | visites.realisees()).order_by().values_list("entreprise")
    for cle, refusee, realisee in finies.annotate(Max("refusee_le"), Max("realisee_le")):
        if realisee and realisee > plus_mois(le, -reseau.espacement_mois):
            raison = f"Visitée le {realisee:%d/%m/%Y}, il y a moins de {reseau.espacement_mois} mois."
            trouves[cle] = Empechement(raison, franchissable=True)
        elif refusee and refusee > plus_mois(le, -reseau.refus_mois):
            raison = f"A refusé le {refusee:%d/%m/%Y}, il y a moins de {reseau.refus_mois} mois."
            trouves[cle] = Empechement(raison, franchissable=True)
    for visite in tenues:
        trouves[visite.entreprise_id] = Empechement(deja_en_cours(visite), franchissable=False)
    return trouves | {cle: refus for cle, fiche in fiches.items() if (refus := _de_la_fiche(fiche, le))}


def deja_en_cours(visite):
    """Dit par qui une visite en cours est déjà tenue : celui qui arrive second doit savoir à qui parler."""
    if visite is None or visite.developpeur is None:
        return "Déjà dans la liste des entreprises à visiter."
    return f"Visite déjà confiée à {visite.developpeur} le {visite.programmee_le:%d/%m/%Y}."


def _de_la_fiche(entreprise, le):
    if entreprise.etat == Etat.FERME:
        return Empechement("Établissement fermé.", franchissable=False)
    jusqu_au = entreprise.ne_plus_solliciter_jusqu_au
    if jusqu_au and jusqu_au >= le:
        return Empechement(f"Ne plus solliciter jusqu’au {jusqu_au:%d/%m/%Y}.", franchissable=False)
    return None
