"""Inviter au rendez-vous : choisir à qui, relire le courriel, l'envoyer ; ou télécharger le fichier d'agenda."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now

from reseau.acces import exiger, formulaire, page
from reseau.lib.erreurs import RegleEnfreinte, tenter
from reseau.lib.reponses import fichier
from visites import agenda, invitations
from visites.forms import InvitationForm
from visites.models import Visite


@formulaire("visites.conduire", lit=Visite)
def inviter(request, pk):
    """Les personnes à inviter, à prévenir ou à retirer, cochées d'office, et le courriel tel qu'il partirait."""
    visite = _trouver(request, pk)
    exiger(request.membre, "visites.conduire", visite.developpeur)
    tour = invitations.tour(visite, maintenant=now())
    if not tour.destinataires:
        messages.info(request, " ".join(tour.remarques) or "Personne n’attend d’invitation pour cette visite.")
        return redirect(visite)
    form = InvitationForm(request.POST if request.method == "POST" else None, visite=visite, tour=tour)
    if form.is_valid() and prevenir(request, visite, form.cleaned_data["courriel"], form):
        return redirect(visite)
    contexte = {"form": form, "visite": visite, "tour": tour, "apercus": invitations.apercus(visite, tour.destinataires)}
    return render(request, "visites/invitation_form.html", contexte)


@page("visites.voir", lit=Visite)
def telecharger(request, pk):
    """Le rendez-vous en un fichier .ics, à ouvrir ou à joindre à son propre courriel."""
    visite = _trouver(request, pk)
    if visite.rendez_vous_le is None:
        raise RegleEnfreinte("Cette visite n’a pas de rendez-vous.")
    nom = "rendez-vous" if visite.rendez_vous_tenu else "annulation"
    return fichier(agenda.fichier(visite, le=now()), nom, "ics")


def prevenir(request, visite, courriels, form):
    """Inscrit les envois ; ils partent une fois le geste vraiment enregistré, et la page suivante dit lesquels."""
    maintenant = now()
    cles = tenter(form, invitations.inscrire, visite, courriels, par=request.membre, maintenant=maintenant)

    def partir():
        tout, phrase = invitations.bilan(invitations.envoyer(cles, maintenant=maintenant))
        (messages.success if tout else messages.warning)(request, phrase)

    if cles:
        transaction.on_commit(partir)
    return cles


def _trouver(request, pk):
    visites = Visite.objects.visibles_par(request.membre).avec_noms()
    return get_object_or_404(visites.select_related("developpeur__utilisateur", "accompagnant__utilisateur"), pk=pk)
