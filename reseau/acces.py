"""Qui entre où : le réseau porté par l'adresse, la politique déclarée de chaque vue, le double envoi.

Toute vue d'un réseau est décorée par `@page`, `@geste` ou `@formulaire` ; sans politique, elle ne répond pas.
"""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods

from reseau.droits import NON, autorise, droits_de, portee
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import JetonUtilise, Membre


class ReseauMiddleware:
    """Résout `/<reseau>/…` : pose `request.reseau` et `request.membre`, ou répond 404."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.reseau = request.membre = None
        response = self.get_response(request)
        if getattr(request, "user", None) and request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    def process_view(self, request, view, arguments, mots):
        """Retire `reseau` des arguments : aucune vue ne le reçoit, toutes lisent `request.membre`."""
        if "reseau" not in mots:
            return
        if not hasattr(view, "droit"):
            raise ImproperlyConfigured(f"La vue {view.__module__}.{view.__name__} n'a pas de politique.")
        membre = Membre.objects.actifs(localdate()).pour(request.user, mots.pop("reseau"))
        if membre is None:
            raise Http404("Réseau inconnu")
        request.membre, request.reseau = membre, membre.reseau
        if portee(membre, view.droit) is NON:
            raise PermissionDenied


def contexte(request):
    """Ce que tout gabarit peut lire : `reseau`, `membre` et `droits`."""
    membre = getattr(request, "membre", None)
    return {
        "reseau": membre.reseau if membre else None,
        "membre": membre,
        "droits": droits_de(membre) if membre else {},
    }


def page(droit):
    """Vue qui lit : GET seulement."""
    return _politique(droit, ["GET", "HEAD"])


def geste(droit):
    """Vue qui change : POST seulement, une seule fois par envoi."""
    return _politique(droit, ["POST"])


def formulaire(droit):
    """Vue qui montre un formulaire et le reçoit : GET et POST, une seule fois par envoi."""
    return _politique(droit, ["GET", "HEAD", "POST"])


def exiger(membre, droit, *concernes):
    """Lève `PermissionDenied` (403) si le membre n'a pas ce droit, ou n'est pas de ceux que cela concerne."""
    if not autorise(membre, droit, *concernes):
        raise PermissionDenied


def _politique(droit, methodes):
    def decorer(vue):
        vue_bornee = require_http_methods(methodes)(_une_seule_fois(vue) if "POST" in methodes else vue)
        vue_bornee.droit, vue_bornee.methodes = droit, methodes
        return vue_bornee

    return decorer


def _une_seule_fois(vue):
    """Un formulaire renvoyé (double clic, retour, reprise) ramène là où le premier envoi a mené."""

    @wraps(vue)
    def enveloppe(request, *arguments, **mots):
        valeur = request.POST.get("jeton") if request.method == "POST" else None
        if not valeur:
            return _avec_regles(vue, request, *arguments, **mots)
        with transaction.atomic():
            jeton, nouveau = _consommer(request, valeur)
            if not nouveau:
                messages.info(request, "C’était déjà enregistré : rien n’a été fait deux fois.")
                return redirect(jeton.suite or "reseau:choix")
            response = _avec_regles(vue, request, *arguments, **mots)
            if getattr(response, "enfreinte", False) or response.status_code != 302:
                transaction.set_rollback(True)
            else:
                JetonUtilise.objects.filter(pk=jeton.pk).update(suite=response.url[:500])
            return response

    return enveloppe


def _consommer(request, valeur):
    try:
        return JetonUtilise.objects.get_or_create(valeur=valeur, utilisateur=request.user)
    except (ValueError, ValidationError) as erreur:
        raise PermissionDenied("Jeton d’envoi illisible") from erreur


def _avec_regles(vue, request, *arguments, **mots):
    try:
        with transaction.atomic():
            return vue(request, *arguments, **mots)
    except RegleEnfreinte as erreur:
        messages.error(request, str(erreur))
        response = redirect(_page_d_avant(request))
        response.enfreinte = True
        return response


def _page_d_avant(request):
    adresse = request.META.get("HTTP_REFERER", "")
    sure = url_has_allowed_host_and_scheme(adresse, {request.get_host()}, require_https=request.is_secure())
    return adresse if sure else f"/{request.reseau.slug}/"
