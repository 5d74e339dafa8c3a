"""Des vues d'essai sous les adresses du projet : `reseau.acces` s'éprouve sans dépendre d'aucune page.

À brancher par `pytest.mark.urls("tests.vues_d_essai")`.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path

from reseau.acces import formulaire, geste, page
from reseau.config.urls import urlpatterns as adresses_du_projet
from reseau.enums import Geste
from reseau.lib.erreurs import RegleEnfreinte
from reseau.operations import noter

REGLE = "La règle dit non."
LONGUE = "cle=123456789&" * 60


def refuser(request):
    raise PermissionDenied


def ne_pas_trouver(request):
    raise Http404


def enfreindre(request):
    raise RegleEnfreinte(REGLE)


REPONSES = {
    "302": lambda request: redirect("essai-suite", request.reseau.slug, request.POST.get("numero", "1")),
    "302-longue": lambda request: redirect(f"/{request.reseau.slug}/essai/suite/1/?{LONGUE}"),
    "200": lambda request: HttpResponse(request.POST.get("texte", "")),
    "403": refuser,
    "404": ne_pas_trouver,
    "regle": enfreindre,
}


@formulaire("accueil.voir")
def repondre(request):
    """Écrit une ligne au journal et un message, puis répond ce que l'envoi demande."""
    if request.method == "POST":
        noter(request.membre, Geste.AJOUT, "essai", precision=request.POST.get("texte", ""))
        messages.success(request, "écrit")
    return REPONSES[request.POST.get("reponse", request.GET.get("reponse", "200"))](request)


@geste("parametres.gerer")
def geste_de_l_animateur(request):
    return redirect("essai-suite", request.reseau.slug, 1)


@page("accueil.voir")
def suite(request, numero):
    """La page d'arrivée : montre les messages."""
    return HttpResponse("\n".join(str(message) for message in messages.get_messages(request)))


@page("accueil.voir")
def regle(request):
    enfreindre(request)


@page("accueil.voir")
def panne(request):
    raise ZeroDivisionError


def sans_politique(request):
    return HttpResponse("ouvert à tous")


urlpatterns = [
    path("<slug:reseau>/essai/", repondre, name="essai"),
    path("<slug:reseau>/essai/geste/", geste_de_l_animateur, name="essai-geste"),
    path("<slug:reseau>/essai/suite/<int:numero>/", suite, name="essai-suite"),
    path("<slug:reseau>/essai/regle/", regle, name="essai-regle"),
    path("<slug:reseau>/essai/panne/", panne, name="essai-panne"),
    path("<slug:reseau>/essai/nue/", sans_politique, name="essai-nue"),
    *adresses_du_projet,
]
