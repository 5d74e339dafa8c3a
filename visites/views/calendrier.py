"""Le plan en calendrier : un mois à l'écran, et son papier."""

import django_filters
from django.shortcuts import render
from django.utils.timezone import localdate, localtime

from reseau.acces import page
from reseau.enums import Geste
from reseau.lib.dates import premier_du_mois
from reseau.lib.formulaires import FormulaireFiltre
from reseau.lib.pdf import rendre_pdf
from reseau.lib.reponses import fichier
from reseau.lib.saisie import lire_mois
from reseau.operations import noter
from visites.filters import FiltreMembre, visiteurs
from visites.models import Visite
from visites.mois import JOURS, calendrier


class CalendrierFilter(django_filters.FilterSet):
    developpeur = FiltreMembre(label="Développeur", queryset=visiteurs, empty_label="Tous")

    class Meta:
        model = Visite
        fields = []
        form = FormulaireFiltre


@page("visites.voir")
def mois(request):
    """Le mois demandé, et les mois voisins."""
    form, compose = _composer(request)
    courant = premier_du_mois(localdate())
    contexte = {"form": form, "calendrier": compose, "jours": JOURS, "courant": courant, "campagne": None}
    return render(request, "visites/calendrier.html", contexte)


@page("visites.voir")
def mois_pdf(request):
    """Le même mois, en A4 paysage."""
    form, compose = _composer(request)
    choisi = form.cleaned_data.get("developpeur") if form.is_valid() else None
    titre = f"Calendrier des visites : {compose.titre.lower()}"
    contexte = {"calendrier": compose, "jours": JOURS, "developpeur": choisi, "nom_reseau": request.reseau.nom}
    octets = rendre_pdf("pdf/calendrier.html", contexte, titre=titre, date=localtime())
    noter(request.membre, Geste.IMPRESSION, "calendrier des visites", precision=f"{compose.premier:%Y-%m}")
    return fichier(octets, f"calendrier-{request.reseau.slug}-{compose.premier:%Y-%m}", "pdf")


def _composer(request):
    """(le formulaire du filtre, le `Calendrier`) ; un filtre faux ne montre personne plutôt que tout le monde."""
    form, le = CalendrierFilter(request.GET, queryset=Visite.objects.none(), request=request).form, localdate()
    choisi = form.cleaned_data.get("developpeur") if form.is_valid() else None
    premier = lire_mois(request.GET.get("mois")) or premier_du_mois(le)
    return form, calendrier(request.membre, premier, le, developpeur=choisi)
