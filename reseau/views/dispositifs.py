"""Les dispositifs du réseau : liste, ajout, modification ; un dispositif qui ferme reçoit sa date de fin."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from reseau import operations
from reseau.acces import formulaire, page
from reseau.forms import DispositifForm
from reseau.lib.erreurs import tenter
from reseau.lib.listes import page_de
from reseau.models import Dispositif


@page("annuaire.voir")
def dispositifs(request):
    """Les dispositifs, par domaine ; ceux qui ne valent plus le disent."""
    le, page_obj = localdate(), page_de(request, Dispositif.objects.visibles_par(request.membre))
    for dispositif in page_obj:
        dispositif.ouvert = dispositif.vaut(le)
    return render(request, "reseau/dispositif_liste.html", {"page_obj": page_obj})


@formulaire("annuaire.gerer")
def creer(request):
    return _enregistrer(request, Dispositif(reseau=request.reseau), operations.ajouter, "Ajouter un dispositif")


@formulaire("annuaire.gerer")
def modifier(request, pk):
    dispositif = get_object_or_404(Dispositif.objects.visibles_par(request.membre), pk=pk)
    return _enregistrer(request, dispositif, operations.enregistrer, "Modifier le dispositif")


def _enregistrer(request, dispositif, operation, titre):
    form = DispositifForm(request.POST or None, instance=dispositif)
    if form.is_valid() and tenter(form, operation, form.instance, par=request.membre):
        messages.success(request, f"« {form.instance} » est enregistré.")
        return redirect("reseau:dispositifs", request.reseau.slug)
    return render(request, "reseau/dispositif_form.html", {"form": form, "titre": titre})
