"""Hors d'un réseau : choisir le sien, son compte, et ce que tout le monde peut lire."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from reseau.conservation import par_public
from reseau.models import Membre


@require_safe
def choix(request):
    """Un seul réseau : on y entre. Plusieurs : on choisit. Aucun : quoi faire."""
    appartenances = _appartenances(request)
    actives = [membre for membre in appartenances if membre.entre_le <= localdate()]
    if len(actives) == 1:
        return redirect("suivi:accueil", actives[0].reseau.slug)
    a_venir = [membre for membre in appartenances if membre not in actives]
    return render(request, "reseau/reseau_choix.html", {"appartenances": actives, "a_venir": a_venir})


@require_safe
def compte(request):
    """La fiche de la personne dans son réseau, ou la liste de ses fiches."""
    actives = [membre for membre in _appartenances(request) if membre.entre_le <= localdate()]
    if len(actives) == 1:
        return redirect("reseau:ma-fiche", actives[0].reseau.slug)
    return render(request, "reseau/compte.html", {"appartenances": actives})


@login_not_required
@require_safe
def aide(request):
    """Comment entrer, le cycle d'une visite, ce que chacun peut faire."""
    return render(request, "reseau/aide.html")


@login_not_required
@require_safe
def confidentialite(request):
    """Ce que l'outil garde sur les personnes, combien de temps, qui peut le lire, et comment exercer ses droits."""
    return render(request, "reseau/confidentialite.html", {"durees": par_public()})


@login_not_required
@require_safe
def accessibilite(request):
    """La déclaration d'accessibilité."""
    return render(request, "reseau/accessibilite.html")


def _appartenances(request):
    membres = Membre.objects.filter(utilisateur=request.user).restants(localdate())
    return list(membres.select_related("reseau", "institution").order_by("reseau__nom", "pk"))
