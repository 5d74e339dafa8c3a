"""Répartir au plan : poser sur une case (souris, clavier ou formulaire), dire ce qui s'y oppose, défaire juste après."""

from datetime import date

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now

from reseau.acces import geste
from reseau.lib.erreurs import RegleEnfreinte
from reseau.lib.tableau import mois_long
from reseau.templatetags.affichage import pluriel_fr
from visites import operations
from visites.binomes import accompagnant_conseille
from visites.forms import DepotForm
from visites.invitations import tour
from visites.models import Campagne, Visite
from visites.repartition import CONFIRMER, DepotRetenu, photographies, poser

MEMOIRE = "dernier_depot"


@geste("visites.programmer")
def deposer(request, pk):
    """Pose une entreprise ou une visite sur une case. Au script, la réponse en JSON ; sans lui, le plan ou la question."""
    campagne, le = get_object_or_404(Campagne.objects.visibles_par(request.membre), pk=pk), localdate()
    form = DepotForm(request.POST, membre=request.membre, le=le, campagne=campagne)
    if not form.is_valid():
        return _refuser(request, campagne, " ".join(texte for textes in form.errors.values() for texte in textes))
    depot = form.depot
    avant = photographies([depot.entreprise])
    try:
        visite = poser(depot, campagne=campagne, par=request.membre, le=le)
    except DepotRetenu as retenu:
        return _demander(request, campagne, form, retenu)
    except RegleEnfreinte as refus:
        return _refuser(request, campagne, str(refus))
    retenir(request, campagne, [visite], avant)
    return _dire(request, campagne, visite)


@geste("visites.programmer")
def defaire(request):
    """Remet les visites du dernier dépôt de cette session comme elles étaient."""
    depot = request.session.get(MEMOIRE)
    if not depot or depot["membre"] != request.membre.pk:
        raise RegleEnfreinte("Il n’y a plus rien à annuler.")
    visites = Visite.objects.visibles_par(request.membre).select_related("reseau", "entreprise").filter(pk__in=_cles(depot))
    visites = {visite.pk: visite for visite in visites}
    for cle, version, avant in depot["visites"]:
        if cle not in visites or visites[cle].version != version:
            raise RegleEnfreinte("Cette visite a changé depuis : elle se modifie depuis sa page.")
        operations.remettre(visites[cle], avant and _relire(avant), par=request.membre)
    del request.session[MEMOIRE]
    messages.success(request, f"Annulé : {pluriel_fr(len(visites), 'visite remise,visites remises')} comme avant.")
    return redirect("visites:campagne", request.reseau.slug, depot["campagne"])


def retenir(request, campagne, visites, avant):
    """Garde en session de quoi défaire ce dépôt, et lui seul. `avant` : entreprise → `photographies`."""
    request.session[MEMOIRE] = {
        "membre": request.membre.pk,
        "campagne": campagne.pk,
        "phrase": _en_mots(visites),
        "visites": [(visite.pk, visite.version, _ecrire(avant.get(visite.entreprise_id))) for visite in visites],
    }


def dernier_depot(request, campagne):
    """Le dernier dépôt que cette session peut défaire : {"phrase", "visite", "conseil"}, les deux derniers s'il est seul.

    `conseil` : l'accompagnant à proposer à qui débute.
    """
    depot = request.session.get(MEMOIRE)
    if not depot or (depot["membre"], depot["campagne"]) != (request.membre.pk, campagne.pk):
        return None
    visites = Visite.objects.visibles_par(request.membre).select_related("developpeur__institution").filter(pk__in=_cles(depot))
    visites = list(visites)
    if len(visites) < len(depot["visites"]):
        return None
    seule = visites[0] if len(visites) == 1 else None
    return {
        "phrase": depot["phrase"],
        "visite": seule,
        "conseil": accompagnant_conseille(seule, localdate()) if seule and seule.confiee else None,
    }


def _dire(request, campagne, visite):
    """Ce qui est fait ; si un rendez-vous change de mains, la page qui prévient ceux qui l'ont à leur agenda."""
    suite = ""
    if visite.rendez_vous_le and tour(visite, maintenant=now()).a_detromper:
        suite = reverse("visites:invitation", args=[request.reseau.slug, visite.pk])
    if _en_script(request):
        return JsonResponse({"fait": True, "texte": _en_mots([visite]), "suite": suite})
    return redirect(suite) if suite else _vers_le_plan(request, campagne)


def _refuser(request, campagne, raison):
    if _en_script(request):
        return JsonResponse({"fait": False, "raisons": [raison], "questions": []})
    messages.error(request, raison)
    return _vers_le_plan(request, campagne)


def _demander(request, campagne, form, retenu):
    """Les objections, et un motif à donner pour chacune de celles qui se lèvent."""
    champs = dict.fromkeys(objection.champ for objection in retenu.objections)
    raisons = [objection.raison for objection in retenu.objections]
    if retenu.sans_remede:
        return _refuser(request, campagne, " ".join(raisons))
    if _en_script(request):
        questions = [{"champ": champ, "libelle": form.fields[champ].label} for champ in champs if champ != CONFIRMER]
        return JsonResponse({"fait": False, "raisons": raisons, "questions": questions, "confirmer": True})
    form.demander(retenu.objections)
    contexte = {"form": form, "campagne": campagne, "raisons": raisons, "entreprise": form.depot.entreprise}
    return render(request, "visites/plan_depot.html", contexte)


def _vers_le_plan(request, campagne):
    return redirect("visites:campagne", request.reseau.slug, campagne.pk)


def _en_script(request):
    return request.accepts("application/json") and not request.accepts("text/html")


def _en_mots(visites):
    """« Forges du Rahin : confiée à Diane Essai, avec Alix Test, pour mars 2026. », ou le nombre de visites."""
    if len(visites) > 1:
        return f"{pluriel_fr(len(visites), 'entreprise placée,entreprises placées')}."
    visite = visites[0]
    if visite.developpeur is None:
        return f"{visite.entreprise} : inscrite dans la liste."
    avec = f", avec {visite.accompagnant}" if visite.accompagnant else ""
    pour = f", pour {mois_long(visite.prevue_le)}" if visite.prevue_le else ""
    return f"{visite.entreprise} : confiée à {visite.developpeur}{avec}{pour}."


def _cles(depot):
    return [cle for cle, *_ in depot["visites"]]


def _ecrire(avant):
    """Le cliché, ses dates en texte : une session ne garde que du JSON."""
    return avant and {nom: valeur.isoformat() if hasattr(valeur, "isoformat") else valeur for nom, valeur in avant.items()}


def _relire(avant):
    dates = ("prevue_le", "programmee_le")
    return {nom: date.fromisoformat(valeur) if valeur and nom in dates else valeur for nom, valeur in avant.items()}
