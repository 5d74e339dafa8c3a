"""Où en est une cible : sa couverture, mois par mois, et la génération qui la suit."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from entreprises.models import Cible
from reseau.acces import geste, page
from reseau.lib.tableau import mois_long
from visites.couverture import evolution
from visites.generations import epuisement, preparer_la_generation_suivante
from visites.models import Campagne
from visites.views.chiffres import chiffres_de_couverture

MOIS_DESSINES = 12  # le graphique garde les derniers mois, le tableau les garde tous


@page("cibles.voir")
def couverture(request, pk):
    """Où en est une cible, aujourd'hui : un total du réseau, le même pour tous."""
    cible, le = _cible(request, pk), localdate()
    etat, mois = epuisement(cible, le), evolution(cible, le)
    contexte = {
        "cible": cible,
        "couverture": chiffres_de_couverture(etat.couverture),
        "campagnes": Campagne.objects.visibles_par(request.membre).filter(cible=cible),
        "le": le,
        "mois": [(un_mois, None if un_mois.part is None else 100 * un_mois.part) for un_mois in mois],
        "barres": [(mois_long(un_mois.premier), un_mois.cumul) for un_mois in mois[-MOIS_DESSINES:]],
        "repere": (etat.couverture.entreprises, f"les {etat.couverture.entreprises} entreprises de la liste"),
        "abrege": len(mois) > MOIS_DESSINES,
        "mois_dessines": MOIS_DESSINES,
        "epuisement": etat,
        "suivante": cible.suivantes.select_related("reseau").first(),
    }
    return render(request, "visites/cible_couverture.html", contexte)


@geste("cibles.gerer")
def generation(request, pk):
    """Prépare la génération suivante, ou ouvre celle que l'on a déjà préparée."""
    suivante, creee = preparer_la_generation_suivante(_cible(request, pk), par=request.membre, le=localdate())
    if not creee:
        messages.info(request, f"La génération suivante est déjà préparée : {suivante}.")
        return redirect(suivante)
    messages.success(request, f"{suivante} est en préparation, avec les mêmes critères : retouchez-les, puis décidez-la.")
    return redirect("entreprises:cible-modifier", request.reseau.slug, suivante.pk)


def _cible(request, pk):
    return get_object_or_404(Cible.objects.visibles_par(request.membre).select_related("reseau", "reunion"), pk=pk)
