"""Se déporter soi-même d'une entreprise ; pour l'animateur, voir tous les déports."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from entreprises import operations
from entreprises.forms import MonDeportForm
from entreprises.models import Deport, Entreprise
from reseau.acces import formulaire, page
from reseau.lib.erreurs import tenter
from reseau.lib.listes import page_de


@formulaire("deports.declarer", lit=Entreprise)
def declarer(request, pk):
    """L'effet est immédiat ; seul l'animateur peut y mettre fin."""
    entreprise = get_object_or_404(Entreprise.objects.visibles_par(request.membre), pk=pk)
    deport = Deport(entreprise=entreprise, membre=request.membre, le=localdate())
    form = MonDeportForm(request.POST or None, instance=deport)
    if form.is_valid() and tenter(form, operations.deporter, form.instance, par=request.membre):
        messages.success(request, "Votre déport est enregistré : vous ne voyez plus cette entreprise. L’animateur le voit.")
        return redirect("visites:entreprises", request.reseau.slug)
    return render(request, "entreprises/deport_declarer.html", {"form": form, "entreprise": entreprise})


@page("deports.gerer")
def liste(request):
    """Tous les déports du réseau, par entreprise ; sans celles que ce lecteur ne voit pas."""
    visibles = Entreprise.objects.visibles_par(request.membre)
    deports = Deport.objects.filter(entreprise__in=visibles.order_by().values("pk"))
    lignes = deports.select_related("entreprise__reseau", "membre__institution")
    page_obj = page_de(request, lignes.order_by("entreprise__raison_sociale", "membre__nom", "membre__prenom", "pk"))
    return render(request, "entreprises/deport_liste.html", {"page_obj": page_obj, "nombre": page_obj.paginator.count})
