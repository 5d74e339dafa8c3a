"""Tenir la séance : un écran que l'on projette, et les gestes qui l'enregistrent au fil de l'eau.

Pointer, restituer et rédiger sont du secrétariat comme de l'animateur (`reunions.pointer`) ; désigner, choisir et clore,
de l'animateur (`reunions.decider`). Deux personnes peuvent saisir : chaque geste n'envoie que ce qui change.
"""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, localtime

from entreprises.models import Cible
from entreprises.operations import votes
from reseau.acces import exiger, geste, page
from reseau.droits import autorise
from reseau.enums import EtatPresence
from reseau.lib.erreurs import RegleEnfreinte, tenter
from reseau.lib.saisie import lire_cle, lire_cles
from reseau.models import Membre, Reunion
from suivi import operations
from suivi.enums import GenreDePoint, Issue
from suivi.forms import ExposeForm, ReleveForm, RetenueForm
from suivi.forms.reunions import empreinte
from suivi.models import Action, Proposition
from suivi.ordre_du_jour import ordre_du_jour, visites_de_la_seance
from suivi.views.panneaux import action_en_seance, deblocages, designations, panneau
from visites.models import Visite

AUTRES_ETATS = [("", "–"), *((etat.value, etat.label) for etat in EtatPresence if etat != EtatPresence.PRESENT)]


@page("reunions.pointer")
def seance(request, pk):
    """L'écran de la séance, sur le sujet demandé ou sur le premier qui reste à traiter."""
    reunion, le = _reunion(request, pk), localdate()
    if not reunion.ouverte:
        return redirect(reunion)
    sujets = ordre_du_jour(reunion, request.membre, le)
    rang = _rang(sujets, request.GET.get("sujet"))
    courant = sujets[rang]
    presences = list(reunion.presences.select_related("membre__institution"))
    presents = {presence.membre_id for presence in presences if presence.etat == EtatPresence.PRESENT}
    contexte = {
        "reunion": reunion,
        "sujets": sujets,
        "courant": courant,
        "precedent": sujets[rang - 1] if rang else None,
        "suivant": sujets[rang + 1] if rang + 1 < len(sujets) else None,
        "presences": presences,
        "nb_presents": len(presents),
        "autres_etats": AUTRES_ETATS,
        "peut_decider": autorise(request.membre, "reunions.decider"),
        **panneau(request, reunion, courant, presents),
    }
    return render(request, "suivi/seance.html", contexte)


@geste("reunions.pointer")
def seance_pointer(request, pk):
    """Pointe les membres envoyés : présent si coché, sinon l'état choisi ; ce qui n'a pas changé n'est pas réécrit."""
    reunion = _reunion(request, pk)
    membres = Membre.objects.visibles_par(request.membre).in_bulk(lire_cles(request.POST.getlist("membre")))
    presents = set(lire_cles(request.POST.getlist("present")))
    etats = {}
    for cle, membre in membres.items():
        etat = EtatPresence.PRESENT if cle in presents else request.POST.get(f"etat-{cle}", "")
        if etat in ("", *EtatPresence.values) and etat != request.POST.get(f"avant-{cle}"):
            etats[membre] = etat
    operations.pointer_les_presences(reunion, etats, par=request.membre)
    if request.headers.get("Accept") == "application/json":
        nombre = reunion.presences.filter(etat=EtatPresence.PRESENT).count()
        return JsonResponse({"texte": f"{nombre} présent{'s' if nombre > 1 else ''}"})
    return _au_sujet(request, reunion)


@geste("reunions.pointer")
def seance_restituer(request, pk):
    """Coche la visite restituée ; avec elle, les décisions de qui peut décider. `reprendre` défait la coche."""
    reunion = _reunion(request, pk)
    visite = _visite(request, reunion)
    if "reprendre" in request.POST:
        operations.defaire_la_restitution(visite, reunion=reunion, par=request.membre)
        return _au_sujet(request, reunion)
    decisions = {}
    if autorise(request.membre, "reunions.decider"):
        decisions = _decisions(request, designations(request, visite, _presents(reunion)), confirmer=True)
    operations.restituer_en_seance(visite, reunion=reunion, **_qui(request), **decisions)
    messages.success(request, f"{visite.entreprise} : visite restituée.")
    return _au_sujet(request, reunion)


@geste("reunions.decider")
def seance_designer(request, pk):
    """Confirme les interlocuteurs, désigne les responsables du sujet en cours, change les échéances."""
    reunion = _reunion(request, pk)
    form = _designations(request, reunion)
    decisions = _decisions(request, form)
    operations.decider(reunion, **decisions, **_qui(request))
    nombre = sum(len(decisions[genre]) for genre in ("interlocuteurs", "responsables", "echeances"))
    if nombre:
        messages.success(request, "C’est décidé." if nombre == 1 else f"{nombre} décisions enregistrées.")
    elif form.is_valid():
        messages.info(request, "Rien n’a changé.")
    return _au_sujet(request, reunion)


def _designations(request, reunion):
    presents = _presents(reunion)
    if "visite" in request.POST:
        return designations(request, _visite(request, reunion), presents)
    return deblocages(request, reunion, presents)


@geste("reunions.decider")
def seance_clore(request, pk):
    """Clôt une action, avec son issue et sa phrase."""
    reunion, issue = _reunion(request, pk), request.POST.get("issue")
    actions = Action.objects.visibles_par(request.membre).avec_noms()
    action = actions.filter(pk=lire_cle(request.POST.get("action"))).first()
    if action is None or issue not in Issue.values:
        raise RegleEnfreinte("Choisissez l’issue de l’action à clore.")
    texte = request.POST.get("texte", "")[:300]
    operations.clore_en_seance(action, issue=issue, texte=texte, reunion=reunion, par=request.membre)
    messages.success(request, f"Action n° {action.numero} close.")
    return _au_sujet(request, reunion)


@geste("reunions.decider")
def seance_agir(request, pk):
    """Ajoute une action née de la discussion à un projet de la visite restituée."""
    reunion = _reunion(request, pk)
    visite = _visite(request, reunion)
    form = action_en_seance(request, visite, _presents(reunion))
    if not form.is_valid():
        raise RegleEnfreinte("Dites quoi, et pour quand : l’action n’est pas ajoutée.")
    action, projet, responsable = form.decision
    operations.agir_en_seance(action, projet=projet, responsable=responsable, reunion=reunion, **_qui(request))
    messages.success(request, f"Action n° {action.numero} ajoutée.")
    return _au_sujet(request, reunion)


@geste("reunions.decider")
def seance_choisir(request, pk):
    """Choisit une entreprise à visiter, et à qui on la confie ; `retirer` défait un choix de cette séance."""
    reunion, le = _reunion(request, pk), localdate()
    if "retirer" in request.POST:
        _renoncer(request, reunion, le)
        return _au_sujet(request, reunion)
    form = RetenueForm(request.POST, membre=request.membre, developpeurs=[], le=le)
    if not form.is_valid():
        raise RegleEnfreinte("Choisissez une entreprise de la liste.")
    entreprise = form.cleaned_data["entreprise"]
    if "ecarter" in request.POST:
        _ecarter(request, reunion, entreprise)
        return _au_sujet(request, reunion)
    operations.retenir(**form.cleaned_data, reunion=reunion, par=request.membre, le=le)
    messages.success(request, f"{entreprise} est choisie.")
    return _au_sujet(request, reunion)


def _renoncer(request, reunion, le):
    choisies = Visite.objects.visibles_par(request.membre).filter(choisie_en=reunion)
    visite = choisies.filter(pk=lire_cle(request.POST["retirer"])).first()
    if visite is None:
        raise RegleEnfreinte("Cette entreprise n’a pas été choisie dans cette séance.")
    operations.renoncer(visite, reunion=reunion, par=request.membre, le=le)
    messages.success(request, f"{visite.entreprise} est retirée de la liste.")


def _ecarter(request, reunion, entreprise):
    proposition = Proposition.objects.en_attente().filter(entreprise=entreprise).first()
    if proposition is None:
        raise RegleEnfreinte("Cette entreprise n’est plus proposée.")
    operations.ecarter(proposition, reunion=reunion, motif=request.POST.get("motif", "")[:200], par=request.membre)
    messages.success(request, f"{entreprise} n’est pas retenue.")


@geste("reunions.pointer")
def seance_voter(request, pk):
    """Le vote sur une cible, sans quitter la séance : l'ouvrir, y donner sa voix, le clore."""
    reunion = _reunion(request, pk)
    cible = Cible.objects.visibles_par(request.membre).filter(pk=lire_cle(request.POST.get("cible"))).first()
    if cible is None:
        raise RegleEnfreinte("Cette cible n’est plus à décider.")
    if "voix" in request.POST:
        votes.voter(cible, request.POST["voix"], par=request.membre)
        messages.success(request, "Votre voix est enregistrée.")
        return _au_sujet(request, reunion)
    exiger(request.membre, "cibles.gerer")
    if "clore" in request.POST:
        messages.success(request, votes.scrutin(votes.clore_le_vote(cible, par=request.membre), request.membre).resultat)
    else:
        votes.ouvrir_le_vote(cible, par=request.membre)
        messages.success(request, "Le vote est ouvert : chacun vote depuis sa page des cibles.")
    return _au_sujet(request, reunion)


@geste("reunions.pointer")
def seance_relever(request, pk):
    """Enregistre le relevé de la discussion, ou ce qui s'est dit d'un `point`.

    Par le navigateur seul, rend {"garde", "texte", "avant", "enregistre"}.
    """
    reunion = _reunion(request, pk)
    point = _point(request, reunion) if "point" in request.POST else None
    autre = point.texte if point else reunion.releve
    form = ReleveForm(request.POST, enregistre=autre)
    conflit = not form.is_valid() or form.signaler_un_conflit()
    conflit = conflit or not tenter(form, _garder_le_texte, reunion, point, form.cleaned_data["releve"], request.membre)
    if request.headers.get("Accept") == "application/json":
        heure = localtime()
        texte = " ".join(form.non_field_errors()) if conflit else f"Enregistré à {heure:%H} h {heure:%M}"
        avant = form.data.get("avant") if conflit else empreinte(form.cleaned_data["releve"])
        return JsonResponse({"garde": not conflit, "texte": texte, "avant": avant, "enregistre": autre if conflit else ""})
    if conflit:
        return render(request, "suivi/reunion_releve.html", {"form": form, "reunion": reunion, "point": point})
    return _au_sujet(request, reunion)


def _garder_le_texte(reunion, point, texte, membre):
    if point:
        return operations.ecrire_au_point(point, texte, par=membre)
    reunion.releve = texte
    return operations.rediger_le_releve(reunion, par=membre)


def _point(request, reunion):
    point = reunion.points.inscrits().filter(pk=lire_cle(request.POST["point"]), genre=GenreDePoint.LIBRE).first()
    if point is None:
        raise RegleEnfreinte("Ce point n’est plus à l’ordre du jour.")
    return point


@geste("reunions.pointer")
def seance_exposer(request, pk):
    """Ajoute un exposé tenu en séance."""
    reunion, form = _reunion(request, pk), ExposeForm(request.POST)
    if not form.is_valid():
        raise RegleEnfreinte("Donnez au moins le titre de l’exposé.")
    operations.exposer(form.instance, reunion=reunion, par=request.membre)
    return _au_sujet(request, reunion)


def _reunion(request, pk):
    return get_object_or_404(Reunion.objects.visibles_par(request.membre).select_related("reseau"), pk=pk)


def _qui(request):
    """Qui décide, et l'adresse du site où mènent les courriels de sa décision."""
    return {"par": request.membre, "racine": request.build_absolute_uri("/")}


def _visite(request, reunion):
    """La visite postée, si elle est de cette séance ; `RegleEnfreinte` sinon."""
    visites = visites_de_la_seance(reunion, request.membre)
    visite = visites.filter(pk=lire_cle(request.POST.get("visite"))).first()
    if visite is None:
        raise RegleEnfreinte("Cette visite n’est pas à l’ordre du jour.")
    return visite


def _rang(sujets, demande):
    """Le rang du sujet demandé, sinon du premier qui reste à traiter."""
    codes = [sujet.code for sujet in sujets]
    if demande in codes:
        return codes.index(demande)
    return next((rang for rang, sujet in enumerate(sujets) if not sujet.fait), 0)


def _au_sujet(request, reunion):
    """Retour à la séance, sur le sujet que l'envoi désigne."""
    suite = {nom: request.POST[nom] for nom in ("sujet", "cherche") if request.POST.get(nom)}
    return redirect(f"{reverse('suivi:seance', args=[request.reseau.slug, reunion.pk])}?{urlencode(suite)}")


def _presents(reunion):
    return set(reunion.presences.filter(etat=EtatPresence.PRESENT).values_list("membre", flat=True))


def _decisions(request, form, confirmer=False):
    """Ce que `decider` attend ; `confirmer` : les interlocuteurs inchangés aussi.

    Ce qu'un autre poste vient de décider se dit et ne s'écrase pas ; le reste de l'envoi est gardé.
    """
    if not form.is_bound:
        raise RegleEnfreinte("Rien n’a été envoyé.")
    if not form.is_valid():
        messages.warning(request, " ".join(erreur for erreurs in form.errors.values() for erreur in erreurs))
    interlocuteurs = dict(form.interlocuteurs_changes())
    if confirmer:
        inchanges = [projet for projet in form.projets.values() if projet.interlocuteur_confirme_en_id is None]
        interlocuteurs = {projet: projet.interlocuteur for projet in inchanges} | interlocuteurs
    return {
        "interlocuteurs": list(interlocuteurs.items()),
        "responsables": list(form.responsables_changes()),
        "echeances": list(form.echeances_changees()),
        "malgre_concurrence": form.cleaned_data.get("malgre_concurrence", ""),
    }
