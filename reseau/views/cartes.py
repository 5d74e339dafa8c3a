"""Les cartes de visite : la sienne, et celles de tous pour qui tient l'annuaire."""

from django.shortcuts import get_object_or_404
from django.utils.timezone import localdate

from reseau.acces import page
from reseau.enums import Geste
from reseau.lib.reponses import fichier
from reseau.models import Membre
from reseau.operations import noter
from reseau.supports import imprimer_carte, imprimer_planche


@page("fiche.modifier")
def la_mienne(request):
    """Une carte, à ses dimensions."""
    return _imprimer(request, imprimer_carte, request.membre.pk)


@page("fiche.modifier")
def les_miennes(request):
    """Dix cartes sur une feuille."""
    return _imprimer(request, imprimer_planche, request.membre.pk)


@page("membres.gerer")
def celle_d_un_membre(request, pk):
    return _imprimer(request, imprimer_carte, pk)


@page("membres.gerer")
def celles_d_un_membre(request, pk):
    return _imprimer(request, imprimer_planche, pk)


def _imprimer(request, imprimer, pk):
    """Les cartes d'un membre encore du réseau ; celui qui l'a quitté n'en a plus."""
    restants = Membre.objects.visibles_par(request.membre).restants(localdate())
    membre = get_object_or_404(restants.select_related("utilisateur", "reseau", "institution"), pk=pk)
    pdf = imprimer(membre)
    noter(request.membre, Geste.IMPRESSION, membre, precision="carte de visite")
    return fichier(pdf, f"carte-de-visite-{membre.pk}", "pdf", en_ligne=True)
