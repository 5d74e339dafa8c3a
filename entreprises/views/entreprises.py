"""La liste des entreprises, son export, et la fiche : la lire, l'ajouter, la modifier."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate, localtime

from entreprises import operations
from entreprises.exports import selection_en_xlsx
from entreprises.filters import EntrepriseFilter
from entreprises.forms import EntrepriseForm
from entreprises.models import Activite, Cible, Entreprise
from reseau.acces import formulaire, page
from reseau.droits import NON, TOUT, portee
from reseau.enums import Geste
from reseau.lib.erreurs import tenter
from reseau.lib.reponses import fichier
from reseau.operations import noter

PAR_PAGE = 25
TRIS = {
    "nom": ("recherche", "pk"),
    "-nom": ("-recherche", "-pk"),
    "commune": ("commune__nom", "recherche", "pk"),
    "-commune": ("-commune__nom", "recherche", "pk"),
}


@page("entreprises.voir")
def liste(request):
    filtre = _filtrer(request)
    page_obj = Paginator(_trier(request, filtre.selection), PAR_PAGE).get_page(request.GET.get("page"))
    contexte = {"filter": filtre, "page_obj": page_obj, "nombre": page_obj.paginator.count}
    return render(request, "entreprises/entreprise_liste.html", contexte)


@page("entreprises.exporter")
def export(request):
    """Le classeur de ce que montre la liste, mêmes filtres et même tri."""
    filtre, maintenant = _filtrer(request), localtime()
    entreprises = _trier(request, filtre.selection)
    nombre = entreprises.count()
    octets = selection_en_xlsx(entreprises, filtre.choix, reseau=request.reseau, nombre=nombre, edite_le=maintenant)
    noter(request.membre, Geste.EXPORT, Entreprise._meta.label_lower, nombre=nombre)
    return fichier(octets, f"entreprises-{request.reseau.slug}-{maintenant:%Y-%m-%d}", "xlsx")


@page("entreprises.voir")
def fiche(request, pk):
    visibles = Entreprise.objects.visibles_par(request.membre).avec_references()
    entreprise = get_object_or_404(visibles, pk=pk)
    noter(request.membre, Geste.LECTURE, entreprise)
    contexte = {
        "entreprise": entreprise,
        "contacts": entreprise.contacts.all(),
        "cibles": _cibles_de(entreprise, request.membre),
        "deports": _deports_de(entreprise, request.membre),
        "sollicitable": entreprise.sollicitable(localdate()),
    }
    return render(request, "entreprises/entreprise_fiche.html", contexte)


@formulaire("entreprises.modifier")
def ajouter(request):
    form = EntrepriseForm(request.POST or None)
    if form.is_valid() and (entreprise := tenter(form, operations.ajouter_entreprise, form.instance, par=request.membre)):
        messages.success(request, f"{entreprise} est dans le réseau.")
        return redirect(entreprise)
    return render(request, "entreprises/entreprise_form.html", {"form": form, "suggestions": _suggestions()})


@formulaire("entreprises.modifier")
def modifier(request, pk):
    entreprise = get_object_or_404(Entreprise.objects.visibles_par(request.membre).avec_references(), pk=pk)
    form = EntrepriseForm(request.POST or None, instance=entreprise)
    if form.is_valid() and tenter(form, operations.modifier_entreprise, form.instance, par=request.membre):
        messages.success(request, "La fiche est à jour.")
        return redirect(entreprise)
    contexte = {"form": form, "entreprise": entreprise, "nom": form.initial["raison_sociale"], "suggestions": _suggestions()}
    return render(request, "entreprises/entreprise_form.html", contexte)


def _filtrer(request):
    visibles = Entreprise.objects.visibles_par(request.membre).avec_references()
    return EntrepriseFilter(request.GET, visibles, request=request)


def _trier(request, entreprises):
    tri = request.GET.get("tri", "")
    if tri in ("effectif", "-effectif"):
        return entreprises.par_taille(decroissant=tri == "-effectif")
    return entreprises.order_by(*TRIS.get(tri, TRIS["nom"]))


def _cibles_de(entreprise, membre):
    if portee(membre, "cibles.voir") is NON:
        return Cible.objects.none()
    return Cible.objects.visibles_par(membre).decidees().filter(lignes__in=entreprise.lignes_de_cible.retenues())


def _deports_de(entreprise, membre):
    """Les déports, pour qui les gère : personne d'autre ne sait qui s'est écarté de quoi."""
    if portee(membre, "deports.gerer") is not TOUT:
        return entreprise.deports.none()
    return entreprise.deports.select_related("membre").order_by("membre__nom", "membre__prenom", "pk")


def _suggestions():
    """Les activités à proposer, par champ du formulaire."""
    return {"naf": Activite.objects.rev2(), "naf_2025": Activite.objects.naf_2025()}
