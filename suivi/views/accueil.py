"""L'accueil, et les trois listes de visites à relancer qu'il ouvre."""

from django.shortcuts import render
from django.utils.timezone import localdate

from reseau.acces import page
from reseau.lib.listes import page_de
from suivi.accueil import accueil as composer
from suivi.accueil import visites_sans_compte_rendu, visites_sans_rendez_vous, visites_urgentes
from suivi.relances import relances


@page("accueil.voir")
def accueil(request):
    """Ce qui attend ce membre aujourd'hui."""
    le = localdate()
    return render(request, "suivi/accueil.html", {"accueil": composer(request.membre, le), "le": le})


@page("visites.programmer")
def sans_compte_rendu(request):
    visites = visites_sans_compte_rendu(request.membre, localdate())
    delai = f"Passées depuis plus de {request.reseau.compte_rendu_relance_jours} jours, sans compte rendu terminé."
    return _relances(request, "Visites sans compte rendu", delai, visites.order_by("realisee_le", "rendez_vous_le", "pk"))


@page("visites.conduire")
def sans_rendez_vous(request):
    """Les lettres restées sans rendez-vous, et la relance qui va : appeler, écrire, ou une lettre encore.

    Un développeur direct y voit celles de ses visites.
    """
    le = localdate()
    visites = visites_sans_rendez_vous(request.membre, le).avec_noms().order_by("annoncee_le", "pk")
    page_obj = page_de(request, visites)
    contexte = {
        "page_obj": page_obj,
        "relances": relances(list(page_obj), request.membre, le=le),
        "delai": request.reseau.lettre_relance_jours,
    }
    return render(request, "suivi/visite_sans_rendez_vous.html", contexte)


@page("visites.programmer")
def urgentes(request):
    visites = visites_urgentes(request.membre).order_by("realisee_le", "pk")
    return _relances(request, "Visites urgentes", "Compte rendu signalé urgent, pas encore restitué en réunion.", visites)


def _relances(request, intitule, explication, visites):
    visites = visites.avec_noms().select_related("compte_rendu")
    page_obj = page_de(request, visites)
    contexte = {"intitule": intitule, "explication": explication, "page_obj": page_obj}
    return render(request, "suivi/visite_relances.html", contexte)
