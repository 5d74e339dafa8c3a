"""Les vues enregistrées : des filtres et un tri, gardés sous un nom, à soi ou proposés à tous."""

from django.contrib import messages
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from entreprises.models import Entreprise, VueEnregistree
from reseau.acces import formulaire, geste, page
from reseau.lib.erreurs import RegleEnfreinte
from visites.filters import EntrepriseSuivieFilter
from visites.forms import VueForm

LONGUEUR_MAX = 2_000  # caractères d'adresse
TRIS = {signe + tri for tri in ("nom", "commune", "effectif", "derniere") for signe in ("", "-")}


@page("entreprises.voir")
def liste(request):
    vues = VueEnregistree.objects.visibles_par(request.membre).select_related("membre")
    return render(request, "visites/vue_liste.html", {"vues": vues})


@page("entreprises.voir")
def ouvrir(request, pk):
    """Mène à la liste, avec les filtres de la vue qui valent encore ; dit ceux qui ne désignent plus rien."""
    vue = _trouver(request, pk)
    requete, perdus = _revalider(request, QueryDict(vue.parametres))
    if perdus:
        messages.warning(request, f"« {vue} » filtrait sur ce qui n’existe plus : {', '.join(perdus)}. Ce filtre est retiré.")
    return redirect(f"{_adresse_de_la_liste(request)}?{requete.urlencode()}")


@geste("entreprises.voir")
def enregistrer(request):
    """Garde les filtres et le tri de l'adresse sous un nom."""
    requete, _ = _revalider(request, request.GET)
    form = VueForm(request.POST, membre=request.membre, prefix="vue")
    form.instance.parametres = requete.urlencode()
    if len(form.instance.parametres) > LONGUEUR_MAX:
        raise RegleEnfreinte("Ces filtres sont trop longs pour être gardés.")
    if not form.is_valid():
        raise RegleEnfreinte(" ".join(erreur for erreurs in form.errors.values() for erreur in erreurs))
    vue = form.save()
    messages.success(request, f"La vue « {vue} » est enregistrée{' et proposée à tout le réseau' if vue.partagee else ''}.")
    return redirect(f"{_adresse_de_la_liste(request)}?{vue.parametres}")


@formulaire("entreprises.voir")
def modifier(request, pk):
    vue = _la_sienne(request, pk)
    nom, form = vue.nom, VueForm(request.POST or None, instance=vue, membre=request.membre)
    if form.is_valid():
        form.save()
        messages.success(request, "La vue est à jour.")
        return redirect("visites:vues", request.reseau.slug)
    return render(request, "visites/vue_form.html", {"form": form, "vue": vue, "nom": nom})


@geste("entreprises.voir")
def supprimer(request, pk):
    vue = _la_sienne(request, pk)
    vue.delete()
    messages.success(request, f"La vue « {vue} » est supprimée.")
    return redirect("visites:vues", request.reseau.slug)


def _trouver(request, pk):
    return get_object_or_404(VueEnregistree.objects.visibles_par(request.membre), pk=pk)


def _la_sienne(request, pk):
    vue = _trouver(request, pk)
    if vue.membre_id != request.membre.pk:
        raise RegleEnfreinte("Seule la personne qui a enregistré cette vue peut la changer.")
    return vue


def _revalider(request, demande):
    """Les filtres connus et justes de cette demande, le tri s'il est connu ; et les libellés de ceux qui ne le sont plus."""
    filtre = EntrepriseSuivieFilter(demande, Entreprise.objects.visibles_par(request.membre), request=request)
    filtre.form.is_valid()
    faux = [nom for nom in filtre.form.errors if nom in filtre.form.fields]
    requete = QueryDict(mutable=True)
    for nom in filtre.form.fields:
        if nom not in faux and demande.get(nom):
            requete[nom] = demande[nom]
    if demande.get("tri") in TRIS:
        requete["tri"] = demande["tri"]
    return requete, [filtre.form.fields[nom].label for nom in faux]


def _adresse_de_la_liste(request):
    return reverse("visites:entreprises", args=[request.reseau.slug])
