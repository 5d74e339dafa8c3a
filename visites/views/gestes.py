"""Les gestes d'une visite : un écran étroit chacun, fait pour le téléphone."""

from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate, now

from reseau.acces import exiger, formulaire
from reseau.lib.erreurs import tenter
from visites import invitations, operations
from visites.avertissements import avant_de_confier
from visites.concurrences import conflits
from visites.courriers import ce_qu_annonce
from visites.forms import (
    AffectationForm,
    AnnulationForm,
    InjoignableForm,
    PriseForm,
    RealisationForm,
    RefusForm,
    RendezVousForm,
    RenduForm,
)
from visites.models import Visite
from visites.sollicitations import a_justifier
from visites.views.invitations import prevenir


@formulaire("visites.programmer", lit=Visite)
def affecter(request, pk):
    visite = _trouver(request, pk)
    if not visite.en_cours:
        return _impossible(request, visite, "Cette visite n’est plus en cours : elle ne se confie plus.")
    avant = avant_de_confier(visite.entreprise, request.membre, localdate(), visite=visite)
    form = AffectationForm(request.POST or None, visite=visite, membre=request.membre, le=localdate(), **avant)
    operation = partial(operations.affecter, le=localdate())
    titre, fait = "Confier la visite", "La visite est confiée."
    return _jouer(request, visite, form, operation, titre=titre, fait=fait, avertissement=ce_qu_annonce(visite), avant=avant)


@formulaire("visites.prendre", lit=Visite)
def prendre(request, pk):
    """D'un clic si rien n'avertit ; sinon la page dit qui vient de solliciter l'entreprise et demande un motif."""
    visite, le = _trouver(request, pk), localdate()
    avant = avant_de_confier(visite.entreprise, request.membre, le, visite=visite)
    avertis = {
        "contacts": a_justifier(avant["contacts"], [request.membre]),
        "concurrentes": conflits(visite.entreprise, [request.membre], par=request.membre, le=le),
    }
    form = PriseForm(None, **avertis)
    if request.method == "POST" and form.fields.keys() <= request.POST.keys():  # sinon, le motif n'a pas encore été demandé
        form = PriseForm(request.POST, **avertis)
    jouer = partial(operations.prendre, visite, par=request.membre, le=le)
    pris = form.is_valid()
    if pris and (prise := tenter(form, jouer, **form.cleaned_data) if form.fields else jouer()):
        messages.success(request, "Cette entreprise est à vous : prenez rendez-vous quand vous voulez.")
        return redirect(prise)
    contexte = {"form": form, "visite": visite, "titre": "Prendre cette entreprise", "avant": avant}
    return render(request, "visites/visite_geste.html", contexte)


@formulaire("visites.conduire", lit=Visite)
def rendre(request, pk):
    visite = _trouver_a_conduire(request, pk)
    if not visite.confiee:
        return _impossible(request, visite, "Cette visite n’est confiée à personne.")
    form = RenduForm(request.POST or None, visite=visite, invites=_invites(visite))
    fait, avertissement = "L’entreprise est revenue dans la liste.", ce_qu_annonce(visite)
    titre = "Rendre à la liste"
    return _jouer(request, visite, form, operations.rendre, titre=titre, fait=fait, avertissement=avertissement)


@formulaire("visites.conduire", lit=Visite)
def rendez_vous(request, pk):
    visite = _trouver_a_conduire(request, pk)
    if not visite.confiee:
        return _impossible(request, visite, "Un rendez-vous se prend pour une visite confiée à un développeur.")
    form = RendezVousForm(request.POST or None, visite=visite, le=localdate())
    titre = "Reporter le rendez-vous" if visite.rendez_vous_le else "Noter le rendez-vous"
    return _jouer(request, visite, form, operations.prendre_rendez_vous, titre=titre, fait="Le rendez-vous est noté.")


@formulaire("visites.conduire", lit=Visite)
def realiser(request, pk):
    visite = _trouver_a_conduire(request, pk)
    if not visite.confiee:
        return _impossible(request, visite, "Seule une visite confiée à un développeur peut être réalisée.")
    form = RealisationForm(request.POST or None, visite=visite, le=localdate())
    operation = partial(operations.realiser, le=localdate())
    fait = "La visite est réalisée. Il reste à en rendre compte : une phrase suffit."
    return _jouer(request, visite, form, operation, titre="La visite a eu lieu", fait=fait)


@formulaire("visites.conduire", lit=Visite)
def refuser(request, pk):
    visite = _trouver_a_conduire(request, pk)
    if not visite.en_cours:
        return _impossible(request, visite, "Cette visite n’est plus en cours.")
    form = RefusForm(request.POST or None, visite=visite, invites=_invites(visite))
    operation = partial(operations.refuser, le=localdate())
    delai = f"L’entreprise ne sera plus proposée avant {request.reseau.refus_mois} mois."
    return _jouer(request, visite, form, operation, titre="Noter un refus", fait="Le refus est noté.", avertissement=delai)


@formulaire("visites.conduire", lit=Visite)
def injoignable(request, pk):
    visite = _trouver_a_conduire(request, pk)
    if not visite.en_cours:
        return _impossible(request, visite, "Cette visite n’est plus en cours.")
    form = InjoignableForm(request.POST or None, visite=visite, invites=_invites(visite))
    operation = partial(operations.declarer_injoignable, le=localdate())
    return _jouer(request, visite, form, operation, titre="Entreprise injoignable", fait="L’entreprise est notée injoignable.")


@formulaire("visites.programmer", lit=Visite)
def annuler(request, pk):
    visite = _trouver(request, pk)
    if not visite.en_cours:
        return _impossible(request, visite, "Cette visite n’est plus en cours.")
    form = AnnulationForm(request.POST or None, visite=visite, invites=_invites(visite))
    operation = partial(operations.annuler, le=localdate())
    return _jouer(request, visite, form, operation, titre="Annuler la visite", fait="La visite est annulée.")


def _trouver(request, pk):
    visites = Visite.objects.visibles_par(request.membre).select_related("reseau", "entreprise", "developpeur")
    return get_object_or_404(visites, pk=pk)


def _trouver_a_conduire(request, pk):
    visite = _trouver(request, pk)
    exiger(request.membre, "visites.conduire", visite.developpeur)
    return visite


def _impossible(request, visite, raison):
    """Le geste ne s'offre pas dans cet état : la page de la visite, avec la raison."""
    messages.error(request, raison)
    return redirect("visites:visite", request.reseau.slug, visite.pk)


def _jouer(request, visite, form, operation, *, titre, fait, avertissement="", avant=None):
    """Joue l'opération si le formulaire est bon, sinon (re)montre le formulaire, et ce qu'il faut savoir avant."""
    if form.is_valid() and tenter(form, operation, visite, par=request.membre, **form.valeurs):
        messages.success(request, fait)
        return _ensuite(request, visite, form)
    contexte = {"form": form, "visite": visite, "titre": titre, "avertissement": avertissement, "avant": avant}
    return render(request, "visites/visite_geste.html", contexte)


def _invites(visite):
    return [invitation.nom for invitation in invitations.invites(visite, maintenant=now())]


def _ensuite(request, visite, form):
    """Prévient qui le formulaire le demande ; si le geste change un rendez-vous, propose d'abord à qui l'écrire."""
    tour = invitations.tour(visite, maintenant=now())
    if "prevenir" in form.fields:
        if form.cleaned_data["prevenir"]:
            prevenir(request, visite, [invite.courriel for invite in tour.a_detromper], form)
    elif tour.a_detromper or (isinstance(form, RendezVousForm) and tour.pressant):
        return redirect("visites:invitation", request.reseau.slug, visite.pk)
    return redirect("visites:visite", request.reseau.slug, visite.pk)
