"""« Qui a vu qui » : le mois à l'écran, en PDF, en classeur, du même objet."""

import django_filters
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate, localtime

from entreprises.filters import zones_du_reseau
from entreprises.models import Entreprise
from reseau.acces import page
from reseau.enums import Geste
from reseau.lib.dates import plus_mois, premier_du_mois
from reseau.lib.formulaires import FormulaireFiltre
from reseau.lib.pdf import tableau_en_pdf
from reseau.lib.reponses import fichier
from reseau.lib.saisie import lire_mois
from reseau.lib.tableau import mois_long
from reseau.lib.tableur import tableau_en_xlsx
from reseau.operations import noter
from visites.rencontres import rencontres


class RencontreFilter(django_filters.FilterSet):
    zone = django_filters.ModelChoiceFilter(label="Zone d’emploi", queryset=zones_du_reseau, empty_label="Toutes")

    class Meta:
        model = Entreprise
        fields = []
        form = FormulaireFiltre


@page("sollicitations.tableau")
def qui_a_vu_qui(request):
    """Le tableau du mois demandé, et les mois voisins."""
    premier, tableau = _composer(request)
    noter(request.membre, Geste.LECTURE, "qui a vu qui", precision=f"{premier:%Y-%m}")
    suivant = plus_mois(premier, 1)
    contexte = {
        "tableau": tableau,
        "form": _filtre(request).form,
        "mois": f"{premier:%Y-%m}",
        "precedent": _lien(plus_mois(premier, -1)),
        "suivant": _lien(suivant) if suivant <= localdate() else None,
    }
    return render(request, "visites/rencontre_tableau.html", contexte)


@page("sollicitations.tableau")
def qui_a_vu_qui_pdf(request):
    premier, tableau = _composer(request)
    noter(request.membre, Geste.IMPRESSION, "qui a vu qui", precision=f"{premier:%Y-%m}")
    return fichier(tableau_en_pdf(tableau), f"qui-a-vu-qui-{premier:%Y-%m}", "pdf")


@page("sollicitations.tableau")
def qui_a_vu_qui_xlsx(request):
    premier, tableau = _composer(request)
    noter(request.membre, Geste.EXPORT, "qui a vu qui", precision=f"{premier:%Y-%m}")
    return fichier(tableau_en_xlsx(tableau), f"qui-a-vu-qui-{premier:%Y-%m}", "xlsx")


def _composer(request):
    premier, form = _mois(request.GET.get("mois", "")), _filtre(request).form
    zone = form.cleaned_data.get("zone") if form.is_valid() else None
    tableau = rencontres(
        request.membre,
        premier,
        zone=zone,
        edite_le=localtime(),
        adresse=lambda fiche: reverse("entreprises:sollicitations", args=[request.reseau.slug, fiche.pk]),
    )
    return premier, tableau


def _filtre(request):
    return RencontreFilter(request.GET, queryset=Entreprise.objects.none(), request=request)


def _mois(texte):
    """« 2026-03 » → le 1er mars 2026 ; illisible ou à venir : le mois courant."""
    courant = premier_du_mois(localdate())
    return min(lire_mois(texte) or courant, courant)


def _lien(premier):
    return {"mois": f"{premier:%Y-%m}", "libelle": mois_long(premier).capitalize()}
