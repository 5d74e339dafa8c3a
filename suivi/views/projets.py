"""Un projet hors du compte rendu : l'ajouter, le corriger, le retirer ; lui proposer une action."""

import json

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from reseau.acces import exiger, formulaire, geste
from reseau.lib.erreurs import RegleEnfreinte, tenter
from reseau.lib.saisie import lire_cle
from suivi import operations
from suivi.forms import ActionProposeeForm, Choix, ProjetSuiviForm
from suivi.models import Action, Projet
from suivi.propositions import propositions
from suivi.views.annonces import dire_l_absence
from visites.models import Visite


@formulaire("comptes_rendus.rediger", lit=Visite)
def projet_ajouter(request, pk):
    """Un projet de plus pour une visite faite."""
    visite = get_object_or_404(Visite.objects.visibles_par(request.membre).avec_noms(), pk=pk)
    exiger(request.membre, "comptes_rendus.rediger", visite.developpeur, visite.accompagnant)
    if not visite.faite:
        raise RegleEnfreinte("Un projet naît d’une visite réalisée : rendez-en compte d’abord.")
    form = ProjetSuiviForm(request.POST or None, choix=_choix(request, visite, visite.developpeur))
    if form.is_valid() and tenter(form, operations.ouvrir_projet, form.instance, visite=visite, par=request.membre):
        messages.success(request, "Le projet est ouvert.")
        return redirect("suivi:entreprise", request.reseau.slug, visite.entreprise_id)
    return render(request, "suivi/projet_form.html", {"form": form, "entreprise": visite.entreprise, "projet": None})


@formulaire("comptes_rendus.rediger", lit=Projet)
def projet_modifier(request, pk):
    """Corrige un projet, ou change son interlocuteur."""
    projet = _projet_a_moi(request, pk)
    entreprise = projet.visite.entreprise
    form = ProjetSuiviForm(request.POST or None, instance=projet, choix=_choix(request, projet.visite, projet.interlocuteur))
    if form.is_valid() and tenter(form, operations.modifier_projet, form.instance, par=request.membre):
        messages.success(request, "Le projet est enregistré.")
        return redirect("suivi:entreprise", request.reseau.slug, entreprise.pk)
    return render(request, "suivi/projet_form.html", {"form": form, "entreprise": entreprise, "projet": projet})


@geste("comptes_rendus.rediger")
def projet_supprimer(request, pk):
    """Retire un projet qui n'a pas d'action."""
    projet = _projet_a_moi(request, pk)
    entreprise = projet.visite.entreprise_id
    operations.supprimer_projet(projet, par=request.membre)
    messages.success(request, "Le projet est supprimé.")
    return redirect("suivi:entreprise", request.reseau.slug, entreprise)


@formulaire("actions.proposer", lit=Projet)
def action_ajouter(request, pk):
    """Propose une action pour un projet, à n'importe quel membre du réseau."""
    projet = get_object_or_404(_projets_visibles(request.membre), pk=pk)
    choix = _choix(request, projet.visite, projet.interlocuteur)
    form = ActionProposeeForm(request.POST or None, choix=choix)
    form.instance.nee_de = mere = _mere(request, projet)
    if form.is_valid() and tenter(form, operations.proposer, form.instance, projet=projet, par=request.membre):
        operations.prevenir([form.instance], par=request.membre, racine=request.build_absolute_uri("/"))
        messages.success(request, f"L’action n° {form.instance.numero} est proposée.")
        dire_l_absence(request, form.instance.responsable, localdate())
        return redirect("suivi:entreprise", request.reseau.slug, projet.visite.entreprise_id)
    contexte = {"form": form, "projet": projet, "entreprise": projet.visite.entreprise, "action": None, "mere": mere}
    contexte["propositions"] = json.dumps(propositions(choix))
    return render(request, "suivi/action_form.html", contexte)


def _mere(request, projet):
    """L'action du même projet dont celle-ci naît (`?nee_de=`), ou None."""
    cle = lire_cle(request.GET.get("nee_de"))
    visibles = Action.objects.visibles_par(request.membre).filter(projet=projet)
    return get_object_or_404(visibles, pk=cle) if cle else None


def _projets_visibles(membre):
    return (
        Projet.objects.visibles_par(Visite.objects.visibles_par(membre))
        .avec_noms()
        .select_related("visite__developpeur", "visite__accompagnant")
    )


def _projet_a_moi(request, pk):
    """Le projet, s'il est visible (404) et si ce membre en rend compte ou le suit (403)."""
    projet = get_object_or_404(_projets_visibles(request.membre), pk=pk)
    visite = projet.visite
    concernes = (visite.developpeur, visite.accompagnant, projet.interlocuteur)
    exiger(request.membre, "comptes_rendus.rediger", *concernes)
    return projet


def _choix(request, visite, propose):
    raison = f"Proposé : {propose}, interlocuteur du chef d’entreprise."
    return Choix(request.membre, visite.entreprise, localdate(), propose, raison)
