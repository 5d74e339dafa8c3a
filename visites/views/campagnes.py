"""Les campagnes : leur liste, et leur fiche (où en est la cible, qui a quoi)."""

from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from reseau.acces import formulaire, page
from reseau.droits import autorise
from reseau.lib.erreurs import tenter
from reseau.models import Membre
from reseau.operations import ajouter, enregistrer
from visites.charge import plan
from visites.couverture import couverture
from visites.enums import EN_COURS, FAITES, EtatVisite
from visites.forms import CampagneForm
from visites.listes import paginer
from visites.models import Campagne, Visite
from visites.views.chiffres import chiffres_de_couverture

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


@page("campagnes.voir")
def campagne(request, pk):
    """La fiche : compte par état, couverture de la cible, charge de chaque développeur."""
    campagne = get_object_or_404(Campagne.objects.visibles_par(request.membre).select_related("reseau", "cible"), pk=pk)
    le, membre = localdate(), request.membre
    visites = Visite.objects.visibles_par(membre).filter(campagne=campagne)
    mois, lignes = plan(campagne, _developpeurs(membre, visites, le), visites, le)
    contexte = {
        "campagne": campagne,
        "etats": _par_etat(visites),
        "couverture": chiffres_de_couverture(couverture(campagne.cible, le)) if campagne.cible else None,
        "mois": mois,
        "lignes": lignes,
        "a_annoncer": visites.a_annoncer().count(),
        "peut_programmer": autorise(membre, "visites.programmer"),
        "peut_gerer": autorise(membre, "campagnes.gerer"),
        "peut_preparer": autorise(membre, "courriers.preparer"),
    }
    return render(request, "visites/campagne_fiche.html", contexte)


def _developpeurs(membre, visites, le):
    """Ceux à qui l'on peut confier une visite, et ceux qui en ont ici, par ordre alphabétique."""
    du_reseau = Membre.objects.visibles_par(membre)
    avec_visite = du_reseau.filter(pk__in=visites.filter(developpeur__isnull=False).order_by().values("developpeur"))
    return (du_reseau.affectables(le) | avec_visite).distinct().order_by("nom", "prenom", "pk")


def _par_etat(visites):
    comptes = dict(visites.order_by().values_list("etat").annotate(Count("pk")))
    return [(etat, comptes.get(etat.value, 0)) for etat in EtatVisite]
