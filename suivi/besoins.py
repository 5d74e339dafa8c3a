"""Ce qu'un lecteur voit d'un besoin commun : ses projets, les entreprises comptées, les projets qui lui ressemblent. Sans HTTP.

Un besoin est au réseau ; ses projets se lisent et se comptent selon les dossiers de chacun.
"""

from dataclasses import dataclass

from django.db.models import Count

from reseau.lib.recherche import cle_de_recherche
from suivi.models import BesoinCommun, BesoinRepere, Projet, dossiers

SEMBLABLES = 12
MOT_UTILE = 4  # lettres ; en deçà, un mot ne dit pas de quoi l'on parle
RACINE = 6  # « recrutement » et « recruter » disent la même chose
A_RAPPROCHER = 400  # projets relus à la recherche de ressemblances, les plus récents


@dataclass(frozen=True)
class Ligne:
    besoin: BesoinCommun
    entreprises: int
    projets: int


def avec_comptes(besoins, membre):
    """[`Ligne`] : entreprises distinctes et projets que ce lecteur voit ; une requête."""
    reperes = BesoinRepere.objects.filter(besoin__in=list(besoins), projet__visite__in=dossiers(membre)).order_by()
    comptes = reperes.values("besoin").annotate(n=Count("projet__visite__entreprise", distinct=True), p=Count("projet"))
    par_besoin = {compte["besoin"]: (compte["n"], compte["p"]) for compte in comptes}
    return [Ligne(besoin, *par_besoin.get(besoin.pk, (0, 0))) for besoin in besoins]


def projets_du_besoin(besoin, membre):
    """Ses projets que ce lecteur voit, par entreprise, leurs actions avec eux."""
    projets = Projet.objects.visibles_par(dossiers(membre)).filter(besoins=besoin).avec_noms()
    projets = projets.select_related("visite__entreprise__commune", "visite__developpeur__institution")
    return projets.prefetch_related("actions__responsable__institution").order_by("visite__entreprise__raison_sociale", "pk")


def semblables(besoin, membre):
    """[Projet] visibles, d'autres entreprises, de même nature et dont le titre partage un mot avec le besoin ou ses projets."""
    deja = list(besoin.projets.values_list("pk", flat=True))
    mots = _mots(besoin.titre)
    projets = Projet.objects.visibles_par(dossiers(membre)).filter(nature=besoin.nature).exclude(pk__in=deja)
    projets = projets.avec_noms().order_by("-pk")[:A_RAPPROCHER]
    return [projet for projet in projets if mots & _mots(projet.titre)][:SEMBLABLES]


def _mots(titre):
    return {mot[:RACINE] for mot in cle_de_recherche(titre).split() if len(mot) >= MOT_UTILE}
