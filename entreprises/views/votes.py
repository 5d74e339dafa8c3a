"""Le vote sur une cible en préparation : l'ouvrir, y donner sa voix, le clore."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect

from entreprises import operations
from entreprises.models import Cible
from reseau.acces import geste


@geste("cibles.gerer")
def ouvrir(request, pk):
    cible = operations.ouvrir_le_vote(_cible(request, pk), par=request.membre)
    messages.success(request, "Le vote est ouvert : chaque membre peut donner sa voix sur cette page.")
    return redirect(cible)


@geste("cibles.voter")
def voter(request, pk):
    cible = _cible(request, pk)
    vote = operations.voter(cible, request.POST.get("voix", ""), par=request.membre)
    messages.success(
        request, f"Votre voix est enregistrée ({vote.get_voix_display().lower()}). Elle se change jusqu’à la clôture."
    )
    return redirect(cible)


@geste("cibles.gerer")
def clore(request, pk):
    cible = operations.clore_le_vote(_cible(request, pk), par=request.membre)
    messages.success(request, "Le vote est clos. La décision reste au réseau.")
    return redirect(cible)


def _cible(request, pk):
    return get_object_or_404(Cible.objects.visibles_par(request.membre).select_related("reseau"), pk=pk)
