"""Les étiquettes du réseau : les tenir, et les poser sur une fiche."""

from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render

from entreprises import operations
from entreprises.forms import EtiquetteForm
from entreprises.models import Entreprise, Etiquette
from reseau.acces import formulaire, geste, page
from reseau.lib.erreurs import RegleEnfreinte, tenter
from reseau.lib.listes import page_de
from reseau.lib.saisie import lire_cle
from reseau.templatetags.affichage import pluriel_fr


@page("entreprises.modifier")
def liste(request):
    """Les étiquettes, avec le nombre d'entreprises que ce membre y voit."""
    page_obj = page_de(request, _avec_nombre(request))
    return render(request, "entreprises/etiquette_liste.html", {"page_obj": page_obj})


@formulaire("etiquettes.gerer")
def modifier(request, pk):
    etiquette = get_object_or_404(Etiquette.objects.visibles_par(request.membre), pk=pk)
    form = EtiquetteForm(request.POST or None, membre=request.membre, etiquette=etiquette, initial={"nom": etiquette.nom})
    ancien = etiquette.nom
    if form.is_valid() and tenter(form, operations.renommer_etiquette, etiquette, form.cleaned_data["nom"], par=request.membre):
        messages.success(request, f"« {ancien} » s’appelle maintenant « {etiquette} ».")
        return redirect("entreprises:etiquettes", request.reseau.slug)
    return render(request, "entreprises/etiquette_form.html", {"form": form, "etiquette": etiquette, "nom": ancien})


@formulaire("etiquettes.gerer")
def supprimer(request, pk):
    """Demande d'abord : l'étiquette disparaît de toutes les entreprises qui la portent."""
    etiquette = get_object_or_404(_avec_nombre(request), pk=pk)
    if request.method != "POST":
        return render(request, "entreprises/etiquette_suppression.html", {"etiquette": etiquette})
    operations.supprimer_etiquette(etiquette, par=request.membre)
    portaient = pluriel_fr(etiquette.nombre, "entreprise la portait,entreprises la portaient")
    messages.success(request, f"« {etiquette} » est supprimée : {portaient}.")
    return redirect("entreprises:etiquettes", request.reseau.slug)


@geste("entreprises.modifier")
def poser(request, pk):
    """Depuis la fiche : pose l'étiquette `nom`, ou retire celle que désigne `retirer`."""
    entreprise = get_object_or_404(Entreprise.objects.visibles_par(request.membre).select_related("reseau"), pk=pk)
    if cle := lire_cle(request.POST.get("retirer")):
        etiquette = get_object_or_404(Etiquette.objects.visibles_par(request.membre), pk=cle)
        operations.retirer_etiquette([entreprise.pk], etiquette, par=request.membre)
        messages.success(request, f"« {etiquette} » est retirée.")
        return redirect(entreprise)
    form = EtiquetteForm(request.POST, membre=request.membre)
    if not form.is_valid():
        raise RegleEnfreinte(" ".join(form.errors.get("nom", ["Donnez un nom à l’étiquette."])))
    etiquette, neuves = operations.etiqueter([entreprise.pk], form.cleaned_data["nom"], par=request.membre)
    messages.success(request, f"« {etiquette} » est posée." if neuves else f"« {etiquette} » y était déjà.")
    return redirect(entreprise)


def _avec_nombre(request):
    """Le nombre ne compte que les entreprises qu'il voit : un déport ne se devine pas à un total."""
    visibles = Entreprise.objects.visibles_par(request.membre).order_by().values("pk")
    etiquettes = Etiquette.objects.visibles_par(request.membre).order_by("nom", "pk")
    return etiquettes.annotate(nombre=Count("entreprises", filter=Q(entreprises__in=visibles)))
