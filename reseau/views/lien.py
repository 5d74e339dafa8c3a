"""Entrer par un lien reçu par courriel : le demander, l'ouvrir."""

from functools import partial

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from reseau import entrees
from reseau.acces import par_lien
from reseau.essais import Porte, TropDEssais, compter, exiger_ouverte
from reseau.forms_de_compte import LienForm, statut
from reseau.lib.apres import RedirectionPuis
from reseau.lib.reponses import muette
from reseau.views.connexion import trop


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def demander(request):
    """La réponse part avant que l'on ait cherché le compte : sa durée n'en dit rien."""
    form = LienForm(request.POST or None, request=request)
    if form.is_valid():
        envoi = partial(entrees.envoyer_un_lien, form.cleaned_data["email"], racine=request.build_absolute_uri("/"))
        return RedirectionPuis(reverse("lien-envoye"), envoi)
    return render(request, "registration/lien_demander.html", {"form": form}, status=statut(form))


@login_not_required
@require_safe
def envoye(request):
    """La même page, que le courriel soit connu ou non."""
    return render(request, "registration/lien_envoye.html")


@par_lien("GET", "HEAD", "POST")
def ouvrir(request, jeton):
    """GET montre à qui est le compte ; POST entre. Un lien déjà servi, périmé ou forgé le dit (410), et compte comme un essai."""
    try:
        exiger_ouverte(Porte.LIEN, request)
        lu = entrees.lire(jeton)
        if lu is None:
            compter(Porte.LIEN, request)
    except TropDEssais as erreur:
        return muette(trop(request, erreur))
    if lu and request.method != "POST":
        return muette(render(request, "registration/lien_ouvrir.html", {"compte": lu[0]}))
    if lu is None or not entrees.employer(*lu):
        return muette(render(request, "registration/lien_perime.html", status=410))
    return muette(entrees.entrer(request, lu[0]))
