"""Les actions : les miennes, toutes, une ; et les gestes qui les mènent à leur fin."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localdate

from reseau.acces import exiger, formulaire, geste, page
from reseau.droits import SIENS, portee
from reseau.enums import Qualite
from reseau.lib.erreurs import RegleEnfreinte, tenter
from suivi import operations
from suivi.enums import Issue
from suivi.filters import TRIS, ActionFilter
from suivi.forms import ActionForm, Choix, ClotureForm, RefusForm, SommeilForm, SuiteForm, TransmissionForm
from suivi.gestes import gestes_permis
from suivi.models import Action
from visites.concurrences import concurrentes_de

PAR_PAGE = 25
MIENNES, TOUTES = "miennes", "toutes"


@page("actions.voir")
def actions(request):
    """« Mes actions » ; qui ne visite pas et conduit celles des autres arrive sur toutes."""
    if _voit_tout(request.membre) and request.membre.qualite == Qualite.AUCUN and request.GET.get("qui") != MIENNES:
        return redirect("suivi:actions-toutes", request.reseau.slug)
    return _les_miennes(request)


@page("actions.voir")
def actions_toutes(request):
    """Toutes celles que l'on voit, filtrées et triées."""
    if not _voit_tout(request.membre):
        return redirect("suivi:actions", request.reseau.slug)
    le, tri = localdate(), request.GET.get("tri", "")
    visibles = Action.objects.visibles_par(request.membre).avec_noms()
    filtre = ActionFilter(request.GET, visibles, membre=request.membre, le=le)
    page_obj = Paginator(_trier(filtre.qs, tri, le), PAR_PAGE).get_page(request.GET.get("page"))
    for action in page_obj:
        action.echue = action.est_echue(le)
    contexte = {"filter": filtre, "page_obj": page_obj, "nombre": page_obj.paginator.count, "onglet": TOUTES, "voit_tout": True}
    return render(request, "suivi/action_liste.html", contexte)


def _voit_tout(membre):
    return portee(membre, "actions.voir") is not SIENS


def _les_miennes(request):
    le, membre = localdate(), request.membre
    les_miennes = Action.objects.visibles_par(membre).du_responsable(membre)
    closes = request.GET.get("etat") == "closes"
    choisies = les_miennes.closes().order_by("-fin_reelle", "-numero") if closes else les_miennes.ouvertes().par_urgence(le)
    page_obj = Paginator(choisies.avec_noms(), PAR_PAGE).get_page(request.GET.get("page"))
    for action in page_obj:
        action.gestes, action.echue = gestes_permis(membre, action), action.est_echue(le)
    contexte = {
        "page_obj": page_obj,
        "closes": closes,
        "nb_ouvertes": page_obj.paginator.count if not closes else les_miennes.ouvertes().count(),
        "nb_closes": page_obj.paginator.count if closes else les_miennes.closes().count(),
        "issues": Issue.choices,
        "onglet": MIENNES,
        "voit_tout": _voit_tout(membre),
    }
    return render(request, "suivi/action_miennes.html", contexte)


def _trier(actions, tri, le):
    champs = TRIS.get(tri.removeprefix("-"))
    if champs is None:
        return actions.par_urgence(le)
    return actions.order_by(*(f"-{champ}" if tri.startswith("-") else champ for champ in champs))


@page("actions.voir")
def action(request, pk):
    """Une action, son dossier et son journal daté."""
    action = get_object_or_404(Action.objects.visibles_par(request.membre).avec_noms(), pk=pk)
    contexte = {
        "action": action,
        "echue": action.est_echue(localdate()),
        "gestes": gestes_permis(request.membre, action),
        "concurrentes": concurrentes_de(action.projet.visite.entreprise, request.membre),
        "mouvements": action.mouvements.select_related("membre", "responsable", "reunion").order_by("-pk"),
        "issues": Issue.choices,
    }
    return render(request, "suivi/action_fiche.html", contexte)


@geste("actions.conduire")
def action_accepter(request, pk):
    action = _action_a_conduire(request, pk)
    if not gestes_permis(request.membre, action).accepter:
        raise RegleEnfreinte("Seul son responsable accepte une action, et tant qu’elle lui est proposée.")
    operations.accepter(action, par=request.membre)
    return _fait(request, action, "L’action est acceptée.")


@geste("actions.conduire")
def action_reveiller(request, pk):
    action = operations.reveiller(_action_a_conduire(request, pk), par=request.membre)
    return _fait(request, action, "L’action est réveillée.")


@formulaire("actions.conduire")
def action_refuser(request, pk):
    titre = "Refuser cette action"
    return _geste_en_mots(request, pk, RefusForm, operations.refuser, titre, "L’action revient chez l’animateur.")


@formulaire("actions.conduire")
def action_transmettre(request, pk):
    titre = "Transmettre cette action"
    return _geste_en_mots(request, pk, TransmissionForm, operations.transmettre, titre, "L’action est transmise.")


@formulaire("actions.conduire")
def action_suite(request, pk):
    return _geste_en_mots(request, pk, SuiteForm, operations.noter_la_suite, "Noter une suite", "La suite est notée.")


@formulaire("actions.conduire")
def action_endormir(request, pk):
    titre = "Mettre en sommeil"
    return _geste_en_mots(request, pk, SommeilForm, operations.endormir, titre, "L’action dort jusqu’à sa date.")


@formulaire("actions.conduire")
def action_clore(request, pk):
    return _geste_en_mots(request, pk, ClotureForm, operations.clore, "Clore cette action", "L’action est close.")


@formulaire("actions.conduire")
def action_modifier(request, pk):
    """Corrige l'énoncé, la classification ou la fin prévue."""
    action = _action_a_conduire(request, pk)
    form = ActionForm(request.POST or None, instance=action, choix=_choix(request, action))
    if form.is_valid() and tenter(form, operations.modifier_action, form.instance, par=request.membre):
        return _fait(request, action, "L’action est corrigée.")
    contexte = {"form": form, "projet": action.projet, "entreprise": action.projet.visite.entreprise, "action": action}
    return render(request, "suivi/action_form.html", contexte)


def _action_a_conduire(request, pk):
    """L'action, si elle est visible (404) et si ce membre la conduit (403)."""
    action = get_object_or_404(Action.objects.visibles_par(request.membre).avec_noms(), pk=pk)
    exiger(request.membre, "actions.conduire", action.responsable, action.projet.interlocuteur)
    return action


def _geste_en_mots(request, pk, classe, operation, titre, fait):
    """Montre le formulaire d'un geste, ou le joue : les champs du formulaire sont les arguments de l'opération."""
    action = _action_a_conduire(request, pk)
    form = classe(request.POST or None, action=action, choix=_choix(request, action))
    if form.is_valid() and tenter(form, operation, action, par=request.membre, **form.arguments):
        return _fait(request, action, fait)
    return render(request, "suivi/action_geste.html", {"form": form, "action": action, "intitule": titre})


def _choix(request, action):
    return Choix(request.membre, action.projet.visite.entreprise, localdate())


def _fait(request, action, message):
    """Retour là d'où l'on vient ; à la liste si l'on ne voit plus l'action (un associé qui l'a transmise)."""
    messages.success(request, message)
    retour = request.POST.get("retour", "")
    if url_has_allowed_host_and_scheme(retour, {request.get_host()}, require_https=request.is_secure()):
        return redirect(retour)
    if not Action.objects.visibles_par(request.membre).filter(pk=action.pk).exists():
        return redirect("suivi:actions", request.reseau.slug)
    return redirect(action)
