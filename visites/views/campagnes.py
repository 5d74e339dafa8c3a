"""Les campagnes : leur liste, en ouvrir une, la modifier. Leur page est le plan : voir `plan`."""

from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from reseau.acces import formulaire, page
from reseau.droits import autorise
from reseau.lib.erreurs import tenter
from reseau.operations import ajouter, enregistrer
from visites.enums import EN_COURS, FAITES
from visites.forms import CampagneForm
from visites.listes import paginer
from visites.models import Campagne

TRIS = {"nom": ["nom"], "periode": ["debut_le"], "cible": ["cible__nom"]}


@page("campagnes.voir")
def campagnes(request):
    campagnes = Campagne.objects.visibles_par(request.membre).select_related("cible")
    campagnes = campagnes.annotate(
        faites=Count("visites", filter=Q(visites__etat__in=FAITES)),
        a_faire=Count("visites", filter=Q(visites__etat__in=EN_COURS)),
    )
    contexte = {
        "page_obj": paginer(request, campagnes, TRIS, ["-debut_le"]),
        "peut_gerer": autorise(request.membre, "campagnes.gerer"),
        "le": localdate(),
    }
    return render(request, "visites/campagne_liste.html", contexte)


@formulaire("campagnes.gerer")
def creer(request):
    form = CampagneForm(request.POST or None, membre=request.membre)
    form.instance.reseau = request.reseau
    if form.is_valid() and tenter(form, ajouter, form.instance, par=request.membre):
        messages.success(request, "La campagne est créée : il reste à y programmer des visites.")
        return redirect(form.instance)
    return render(request, "visites/campagne_form.html", {"form": form})


@formulaire("campagnes.gerer")
def modifier(request, pk):
    campagne = get_object_or_404(Campagne.objects.visibles_par(request.membre), pk=pk)
    nom = campagne.nom
    form = CampagneForm(request.POST or None, instance=campagne, membre=request.membre)
    if form.is_valid() and tenter(form, enregistrer, form.instance, par=request.membre):
        messages.success(request, "La campagne est enregistrée.")
        return redirect("visites:campagne", request.reseau.slug, campagne.pk)
    return render(request, "visites/campagne_form.html", {"form": form, "campagne": campagne, "nom": nom})
