"""Les besoins communs : les regrouper, les lire, dire ce que le réseau en fait."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render

from reseau.acces import formulaire, geste, page
from reseau.lib.erreurs import tenter
from reseau.lib.listes import page_de
from suivi import operations
from suivi.besoins import avec_comptes, projets_du_besoin, semblables
from suivi.forms.besoins import BesoinForm, RapprochementForm, RattachementForm
from suivi.models import BesoinCommun, Projet, dossiers


@page("besoins.voir")
def besoins(request):
    """Ceux qui sont ouverts, ou traités, avec le nombre d'entreprises que ce lecteur y voit."""
    traites = request.GET.get("etat") == "traites"
    visibles = BesoinCommun.objects.visibles_par(request.membre)
    choisis = visibles.exclude(clos_le=None) if traites else visibles.ouverts()
    page_obj = page_de(request, choisis.select_related("reseau"))
    contexte = {"page_obj": page_obj, "lignes": avec_comptes(page_obj, request.membre), "traites": traites}
    return render(request, "suivi/besoin_liste.html", contexte)


@page("besoins.voir", lit=BesoinCommun)
def besoin(request, pk):
    """Un besoin, ses entreprises, et les projets qui lui ressemblent."""
    besoin = _besoin(request, pk)
    contexte = {
        "besoin": besoin,
        "projets": projets_du_besoin(besoin, request.membre),
        "semblables": semblables(besoin, request.membre) if besoin.clos_le is None else [],
    }
    return render(request, "suivi/besoin_fiche.html", contexte)


@formulaire("besoins.tenir", lit=BesoinCommun)
def modifier(request, pk):
    besoin = _besoin(request, pk)
    form = BesoinForm(request.POST or None, instance=besoin)
    if form.is_valid() and tenter(form, operations.modifier_un_besoin, form.instance, par=request.membre):
        messages.success(request, "Le besoin est à jour.")
        return redirect(besoin)
    return render(request, "suivi/besoin_form.html", {"form": form, "besoin": besoin, "projet": None})


@formulaire("besoins.tenir", lit=Projet)
def rapprocher(request, pk):
    """D'un projet : le rattacher à un besoin déjà nommé, ou en nommer un."""
    projet = get_object_or_404(Projet.objects.visibles_par(dossiers(request.membre)).avec_noms(), pk=pk)
    form = RapprochementForm(request.POST or None, projet=projet, membre=request.membre)
    if form.is_valid() and (trouve := tenter(form, _rapprocher, form, projet, request.membre)):
        messages.success(request, f"Le projet est rapproché du besoin « {trouve} ».")
        return redirect(trouve)
    return render(request, "suivi/besoin_form.html", {"form": form, "besoin": None, "projet": projet})


@geste("besoins.tenir")
def rattacher(request, pk):
    """Les projets cochés parmi ceux qui ressemblent au besoin."""
    besoin = _besoin(request, pk)
    form = RattachementForm(request.POST, membre=request.membre)
    if form.is_valid():
        operations.rattacher(besoin, form.cleaned_data["projet"], par=request.membre)
        messages.success(request, "C’est rapproché.")
    return redirect(besoin)


@geste("besoins.tenir")
def detacher(request, pk):
    besoin = _besoin(request, pk)
    form = RattachementForm(request.POST, membre=request.membre)
    if form.is_valid():
        for projet in form.cleaned_data["projet"]:
            operations.detacher(besoin, projet, par=request.membre)
        messages.success(request, "Le projet est détaché.")
    return redirect(besoin)


def _rapprocher(form, projet, membre):
    choisi = form.cleaned_data["besoin"]
    if choisi:
        return operations.rattacher(choisi, [projet], par=membre)
    nouveau = BesoinCommun(titre=form.cleaned_data["titre"], nature=projet.nature)
    return operations.ouvrir_un_besoin(nouveau, par=membre, projet=projet)


def _besoin(request, pk):
    return get_object_or_404(BesoinCommun.objects.visibles_par(request.membre).select_related("reseau", "ouvert_par"), pk=pk)
