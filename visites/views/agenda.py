"""« Mon agenda », et le flux que lisent les agendas, sans session : son adresse est le secret."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.timezone import localdate, now, override
from django.views.decorators.http import require_safe

from reseau.acces import geste, page
from reseau.lib.limite import depasse
from reseau.lib.reponses import muette
from visites import flux
from visites.models import FluxAgenda

LECTURES_PAR_HEURE = 60
HEURE = 3600


@page("agenda.tenir")
def mon_agenda(request):
    """L'adresse secrète de son flux, ou comment en créer une."""
    ouvert = FluxAgenda.objects.filter(membre=request.membre, revoque_le=None).first()
    adresse = request.build_absolute_uri(ouvert.chemin) if ouvert else ""
    abonnement = f"webcal://{adresse.partition('://')[2]}" if ouvert else ""
    contexte = {"flux": ouvert, "adresse": adresse, "abonnement": abonnement}
    return render(request, "visites/agenda.html", contexte)


@geste("agenda.tenir")
def renouveler(request):
    """Crée l'adresse, ou en fait une neuve."""
    flux.renouveler(request.membre)
    messages.success(request, "Votre adresse d’agenda est prête : copiez-la dans votre agenda.")
    return redirect("visites:agenda", request.reseau.slug)


@geste("agenda.tenir")
def revoquer(request):
    """Ferme l'adresse."""
    if flux.revoquer(request.membre):
        messages.success(request, "L’adresse est révoquée : plus aucun agenda ne lit vos rendez-vous.")
    return redirect("visites:agenda", request.reseau.slug)


@login_not_required
@require_safe
def lire(request, pk, jeton):
    """Le flux iCalendar ; 404 si l'adresse n'ouvre rien, 410 si elle est fermée, 429 si l'on insiste."""
    trouve = flux.trouver(pk, jeton)
    if trouve is None:
        return _fermer(404, "Cette adresse d’agenda n’existe pas.")
    with override(trouve.membre.reseau.fuseau):
        if trouve.ferme(localdate()):
            return _fermer(410, "Cette adresse d’agenda est fermée.")
        if depasse(f"flux-agenda:{pk}", LECTURES_PAR_HEURE, HEURE):
            return _fermer(429, "Trop de lectures : réessayez dans une heure.", **{"Retry-After": HEURE})
        return _flux(request, trouve)


def _flux(request, trouve):
    racine = request.build_absolute_uri("/").rstrip("/")
    octets, empreinte, change_le = flux.lire(trouve, maintenant=now(), racine=racine)
    response = HttpResponse(octets, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="agenda.ics"'
    response.headers["ETag"], response.headers["Last-Modified"] = f'"{empreinte}"', http_date(change_le.timestamp())
    _garder_pour_soi(response)
    return get_conditional_response(request, f'"{empreinte}"', int(change_le.timestamp()), response)


def _fermer(statut, phrase, **entetes):
    response = HttpResponse(phrase, status=statut, content_type="text/plain; charset=utf-8", headers=entetes)
    return _garder_pour_soi(muette(response))


def _garder_pour_soi(response):
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
