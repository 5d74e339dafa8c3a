"""Demander une visite sans compte : déposer, confirmer par le lien reçu. La réponse est la même pour toute adresse."""

from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache

from reseau.acces import publique
from reseau.lib.erreurs import tenter
from reseau.lib.visiteur import adresse_ip
from reseau.presentation import presentation_de
from visites import demandes as operations
from visites.forms import DemandeForm
from visites.models import DemandeDeVisite
from visites.models.demande import VALIDITE


@publique("GET", "HEAD", "POST")
@never_cache
def deposer(request):
    """Le formulaire, et son envoi. Le champ leurre rempli : la même réponse, et rien d'écrit."""
    form = DemandeForm(request.POST or None, instance=DemandeDeVisite(reseau=request.reseau))
    if form.is_valid() and (form.est_un_leurre or tenter(form, _deposer, request, form.instance)):
        return redirect("visites:demande-envoyee", request.reseau.slug)
    return _montrer(request, "visites/demande_deposer.html", form=form)


@publique("GET", "HEAD")
def envoyee(request):
    return _montrer(request, "visites/demande_envoyee.html")


@publique("GET", "HEAD", "POST")
@never_cache
def confirmer(request, jeton):
    """GET montre le bouton (les messageries ouvrent les liens avant leur lecteur) ; POST confirme, une fois."""
    instant = now()
    demande = operations.trouver(request.reseau, jeton, instant)
    if demande is None:
        return _montrer(request, "visites/demande_perimee.html", status=410)
    if request.method == "POST":
        operations.confirmer(demande, instant=instant, racine=request.build_absolute_uri("/"))
        return redirect("visites:demande-confirmee", request.reseau.slug)
    return _montrer(request, "visites/demande_confirmer.html", demande=demande)


@publique("GET", "HEAD")
def confirmee(request):
    return _montrer(request, "visites/demande_confirmee.html")


def _deposer(request, demande):
    operations.deposer(demande, adresse=adresse_ip(request), instant=now(), racine=request.build_absolute_uri("/"))
    return True


def _montrer(request, gabarit, *, status=200, **contexte):
    contexte |= {"reseau": request.reseau, "presentation": presentation_de(request.reseau), "jours": VALIDITE.days}
    return render(request, gabarit, contexte, status=status)
