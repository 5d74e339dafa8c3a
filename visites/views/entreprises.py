"""La liste des entreprises : filtrée sur leurs fiches et leurs visites, triée, exportée."""

from django.shortcuts import render
from django.utils.timezone import localdate, localtime

from entreprises.exports import GENRES, exporter
from entreprises.models import Entreprise, VueEnregistree
from reseau.acces import page
from reseau.droits import NON, TOUT, portee
from reseau.enums import Geste
from reseau.lib.listes import page_de
from reseau.lib.reponses import fichier
from reseau.operations import noter
from visites.filters import EntrepriseSuivieFilter
from visites.forms import VueForm
from visites.lots import COCHEES, DE_LA_PAGE, TOUTES, dernier_lot, gestes_permis
from visites.tissu import par_derniere_visite, suivis

TRIS = {
    "nom": ("recherche", "pk"),
    "-nom": ("-recherche", "-pk"),
    "commune": ("commune__nom", "recherche", "pk"),
    "-commune": ("-commune__nom", "recherche", "pk"),
}


@page("entreprises.voir")
def liste(request):
    filtre = filtrer(request)
    # Les clés d'abord : la base saute les pages d'avant dans l'index seul, puis lit les vingt-cinq fiches.
    page_obj = page_de(request, trier(request, filtre.selection).values_list("pk", flat=True))
    fiches = Entreprise.objects.avec_references().prefetch_related("etiquettes")
    page_obj.object_list = fiches.dans_l_ordre(page_obj.object_list)
    etats = suivis(page_obj.object_list, request.membre)
    contexte = {
        "filter": filtre,
        "page_obj": page_obj,
        "nombre": page_obj.paginator.count,
        "lignes": [(entreprise, etats[entreprise.pk]) for entreprise in page_obj],
        "sait_tout": portee(request.membre, "visites.voir") is TOUT,
        "gestes": gestes_permis(request.membre) if page_obj.object_list else {},
        "portees": {"cochees": COCHEES, "page": DE_LA_PAGE, "toutes": TOUTES},
        "de_la_page": ",".join(str(entreprise.pk) for entreprise in page_obj),
        "genres": GENRES,
        "vues": VueEnregistree.objects.visibles_par(request.membre).select_related("membre"),
        "vue_form": VueForm(membre=request.membre, prefix="vue"),
        "annulable": dernier_lot(request),
    }
    return render(request, "visites/entreprise_liste.html", contexte)


@page("entreprises.exporter")
def export(request):
    """Le classeur de ce que montre la liste, mêmes filtres et même tri ; `format` : xlsx, ods ou zip (csv)."""
    filtre = filtrer(request)
    genre = request.GET.get("format", "xlsx")
    return exporter_selection(request, trier(request, filtre.selection), filtre.choix, genre if genre in GENRES else "xlsx")


def filtrer(request):
    visibles = Entreprise.objects.visibles_par(request.membre).avec_references()
    return EntrepriseSuivieFilter(request.GET, visibles, request=request)


def trier(request, entreprises):
    """L'ordre vient d'un dictionnaire fermé, jamais de l'adresse ; sans tri choisi, le plus pertinent, sinon le nom."""
    tri = request.GET.get("tri", "")
    if tri in ("effectif", "-effectif"):
        return entreprises.par_taille(decroissant=tri == "-effectif")
    if tri in ("derniere", "-derniere") and portee(request.membre, "visites.voir") is not NON:
        return par_derniere_visite(entreprises, request.membre, decroissant=tri == "-derniere")
    return entreprises.order_by(*TRIS[tri]) if tri in TRIS else entreprises.par_pertinence()


def exporter_selection(request, entreprises, choix, genre):
    """Le fichier de ces entreprises, et sa ligne au journal."""
    maintenant, nombre = localtime(), entreprises.count()
    octets = exporter(entreprises, choix, genre, reseau=request.reseau, nombre=nombre, edite_le=maintenant)
    noter(request.membre, Geste.EXPORT, Entreprise._meta.label_lower, nombre=nombre)
    return fichier(octets, f"entreprises-{request.reseau.slug}-{localdate():%Y-%m-%d}", genre)
