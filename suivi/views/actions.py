"""Les actions : les miennes, toutes, une ; et les gestes qui les mènent à leur fin."""

from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localdate

from reseau.acces import exiger, formulaire, geste, page
from reseau.droits import SIENS, autorise, portee
from reseau.enums import Qualite
from reseau.lib.erreurs import RegleEnfreinte, tenter
from reseau.lib.listes import page_de
from suivi import operations
from suivi.colonnes import SANS_MOTS, destinations, en_colonnes
from suivi.enums import Issue
from suivi.filters import TRIS, ActionFilter
from suivi.forms import ActionForm, Choix, ClotureForm, MessageForm, RefusForm, SommeilForm, SuiteForm, TransmissionForm
from suivi.gestes import gestes_permis
from suivi.models import Action
from suivi.views.annonces import dire_l_absence
from visites.concurrences import concurrentes_de

MIENNES, CONFIEES, TOUTES = "miennes", "confiees", "toutes"
EN_COLONNES = "colonnes"


@page("actions.voir")
def actions(request):
    """« Mes actions » ; qui ne visite pas et conduit celles des autres arrive sur toutes."""
    if _voit_tout(request.membre) and request.membre.qualite == Qualite.AUCUN and request.GET.get("qui") != MIENNES:
        return redirect("suivi:actions-toutes", request.reseau.slug)
    return _en_colonnes(request) if request.GET.get("vue") == EN_COLONNES else _les_miennes(request)


@page("actions.voir")
def actions_confiees(request):
    """Ce que l'on a confié : d'abord ce qui est refusé, puis ce qui attend une réponse, puis ce qui suit son cours."""
    le, membre = localdate(), request.membre
    confiees = Action.objects.visibles_par(membre).suivies_par(membre)
    page_obj = page_de(request, confiees.ouvertes().par_reponse().avec_noms().avec_refus())
    for action in page_obj:
        action.gestes, action.echue = gestes_permis(membre, action), action.est_echue(le)
    contexte = {"page_obj": page_obj, "nombre": page_obj.paginator.count, "le": le, "onglet": CONFIEES}
    return render(request, "suivi/action_confiees.html", contexte | {"voit_tout": _voit_tout(membre)})


@page("actions.voir")
def actions_toutes(request):
    """Toutes celles que l'on voit, filtrées et triées."""
    if not _voit_tout(request.membre):
        return redirect("suivi:actions", request.reseau.slug)
    le, tri = localdate(), request.GET.get("tri", "")
    visibles = Action.objects.visibles_par(request.membre).avec_noms().avec_refus()
    filtre = ActionFilter(request.GET, visibles, membre=request.membre, le=le)
    page_obj = page_de(request, _trier(filtre.qs, tri, le))
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
    page_obj = page_de(request, choisies.avec_noms())
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


def _en_colonnes(request):
    le, membre = localdate(), request.membre
    les_miennes = Action.objects.visibles_par(membre).du_responsable(membre)
    contexte = {"colonnes": en_colonnes(les_miennes, membre, le), "onglet": MIENNES, "voit_tout": _voit_tout(membre)}
    return render(request, "suivi/action_colonnes.html", contexte)


def _trier(actions, tri, le):
    champs = TRIS.get(tri.removeprefix("-"))
    if champs is None:
        return actions.par_urgence(le)
    return actions.order_by(*(f"-{champ}" if tri.startswith("-") else champ for champ in champs))


@page("actions.voir", lit=Action)
def action(request, pk):
    """Une action, son dossier et son journal daté."""
    action = get_object_or_404(Action.objects.visibles_par(request.membre).avec_noms(), pk=pk)
    contexte = {
        "action": action,
        "echue": action.est_echue(localdate()),
        "gestes": gestes_permis(request.membre, action),
        "concurrentes": concurrentes_de(action.projet.visite.entreprise, request.membre),
        "mouvements": action.mouvements.select_related("membre", "responsable", "reunion__reseau").order_by("-pk"),
        "issues": Issue.choices,
        **_autour(request, action),
    }
    return render(request, "suivi/action_fiche.html", contexte | {"form": MessageForm()})


def _autour(request, action):
    """Le fil, les pièces, l'action dont elle est née et celles qu'elle a fait naître, les besoins qu'elle rejoint."""
    visibles, membre = Action.objects.visibles_par(request.membre).select_related("reseau"), request.membre
    voit_les_besoins = autorise(membre, "besoins.voir")
    return {
        "fil": action.messages.select_related("membre__institution"),
        "pieces": action.pieces.select_related("document__membre").defer("document__contenu"),
        "mere": visibles.filter(filles=action).first(),
        "filles": visibles.filter(nee_de=action),
        "besoins": action.projet.besoins.select_related("reseau") if voit_les_besoins else [],
        "peut_proposer": autorise(membre, "actions.proposer"),
        "peut_rapprocher": autorise(membre, "besoins.tenir"),
    }


@geste("actions.conduire")
def action_deplacer(request, pk):
    """D'une colonne à l'autre : le geste se joue s'il tient en un clic, sinon son formulaire s'ouvre."""
    action, voulu = _action_a_conduire(request, pk), request.POST.get("geste", "")
    if voulu not in [possible for possible, *_ in destinations(request.membre, action)]:
        raise RegleEnfreinte(f"L’action n° {action.numero} ne va pas là : elle est « {action.get_etat_display().lower()} ».")
    if voulu not in SANS_MOTS:
        suite = urlencode({"retour": request.POST.get("retour", "")})
        return redirect(f"{reverse(f'suivi:action-{voulu}', args=[request.reseau.slug, action.pk])}?{suite}")
    jouer, fait = {"accepter": (operations.accepter, "acceptée"), "reveiller": (operations.reveiller, "réveillée")}[voulu]
    jouer(action, par=request.membre)
    return _fait(request, action, f"L’action n° {action.numero} est {fait}.")


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


@formulaire("actions.conduire", lit=Action)
def action_refuser(request, pk):
    titre = "Refuser cette action"
    return _geste_en_mots(request, pk, RefusForm, operations.refuser, titre, "L’action revient chez l’animateur.")


@formulaire("actions.conduire", lit=Action)
def action_transmettre(request, pk):
    titre = "Transmettre cette action"
    return _geste_en_mots(request, pk, TransmissionForm, _transmettre(request), titre, "L’action est transmise.")


def _transmettre(request):
    """L'opération, et le courriel à qui l'action est proposée."""

    def jouer(action, responsable, *, par, **mots):
        operations.transmettre(action, responsable, par=par, **mots)
        operations.prevenir([action], par=par, racine=request.build_absolute_uri("/"))
        dire_l_absence(request, responsable, localdate())

    return jouer


@formulaire("actions.conduire", lit=Action)
def action_suite(request, pk):
    return _geste_en_mots(request, pk, SuiteForm, operations.noter_la_suite, "Noter une suite", "La suite est notée.")


@formulaire("actions.conduire", lit=Action)
def action_endormir(request, pk):
    titre = "Mettre en réserve"
    return _geste_en_mots(request, pk, SommeilForm, operations.endormir, titre, "L’action est en réserve.")


@formulaire("actions.conduire", lit=Action)
def action_clore(request, pk):
    return _geste_en_mots(request, pk, ClotureForm, operations.clore, "Clore cette action", "L’action est close.")


@formulaire("actions.conduire", lit=Action)
def action_modifier(request, pk):
    """Corrige l'énoncé, la classification ou la fin prévue."""
    action = _action_a_conduire(request, pk)
    form = ActionForm(request.POST or None, instance=action, choix=_choix(request, action))
    if form.is_valid() and tenter(form, operations.modifier_action, form.instance, par=request.membre):
        return _fait(request, action, "L’action est corrigée.")
    contexte = {"form": form, "projet": action.projet, "entreprise": action.projet.visite.entreprise, "action": action}
    contexte |= {"mere": None, "propositions": ""}
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
    contexte = {"form": form, "action": action, "intitule": titre, "retour": _retour(request, request.GET)}
    return render(request, "suivi/action_geste.html", contexte)


def _choix(request, action):
    return Choix(request.membre, action.projet.visite.entreprise, localdate())


def _fait(request, action, message):
    """Retour là d'où l'on vient ; à la liste si l'on ne voit plus l'action (un associé qui l'a transmise)."""
    messages.success(request, message)
    if retour := _retour(request, request.POST):
        return redirect(retour)
    if not Action.objects.visibles_par(request.membre).filter(pk=action.pk).exists():
        return redirect("suivi:actions", request.reseau.slug)
    return redirect(action)


def _retour(request, donnees):
    """La page du site d'où l'on vient, si elle le dit ; vide sinon."""
    retour = donnees.get("retour", "")
    sure = url_has_allowed_host_and_scheme(retour, {request.get_host()}, require_https=request.is_secure())
    return retour if sure else ""
