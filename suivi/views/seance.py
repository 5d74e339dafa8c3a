"""Tenir la séance : un écran que l'on projette, et les gestes qui l'enregistrent au fil de l'eau.

Pointer, restituer et rédiger sont du secrétariat comme de l'animateur (`reunions.pointer`) ; désigner, choisir et clore,
de l'animateur (`reunions.decider`). Deux personnes peuvent saisir : chaque geste n'envoie que ce qui change.
"""

from datetime import timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Exists, OuterRef, Prefetch
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, localtime, now

from entreprises.models import Cible, Entreprise
from reseau.acces import geste, page
from reseau.droits import autorise
from reseau.enums import EtatPresence, Geste
from reseau.lib.erreurs import RegleEnfreinte, tenter
from reseau.models import Journal, Membre, Reunion
from reseau.operations import noter
from suivi import operations
from suivi.forms import Choix, DesignationsForm, ExposeForm, ReleveForm, RetenueForm
from suivi.forms.choix import nom_et_sigle
from suivi.models import Action, Projet
from suivi.ordre_du_jour import (
    ACTIONS,
    CLOTURE,
    EXPOSE,
    OUVERTURE,
    PROCHAINES,
    RELEVE,
    actions_a_debloquer,
    ordre_du_jour,
    visites_de_la_seance,
)
from visites.enums import EtatVisite, OrigineVisite
from visites.espacement import empechements
from visites.models import Visite
from visites.operations import reprendre_restitution, restituer

CANDIDATES = 10
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
    preparer = PREPARER["visite" if courant.visite else courant.code]
    contexte = {
        "reunion": reunion,
        "sujets": sujets,
        "courant": courant,
        "precedent": sujets[rang - 1] if rang else None,
        "suivant": sujets[rang + 1] if rang + 1 < len(sujets) else None,
        "presences": presences,
        "nb_presents": sum(1 for presence in presences if presence.etat == EtatPresence.PRESENT),
        "autres_etats": AUTRES_ETATS,
        "peut_decider": autorise(request.membre, "reunions.decider"),
        "panneau": PANNEAUX["visite" if courant.visite else courant.code],
        **preparer(request, reunion, courant, {p.membre_id for p in presences if p.etat == EtatPresence.PRESENT}),
    }
    return render(request, "suivi/seance.html", contexte)


@geste("reunions.pointer")
def seance_pointer(request, pk):
    """Pointe les membres envoyés : présent si coché, sinon l'état choisi ; ce qui n'a pas changé n'est pas réécrit."""
    reunion = _reunion(request, pk)
    membres = Membre.objects.visibles_par(request.membre).in_bulk(_entiers(request.POST.getlist("membre")))
    presents = set(_entiers(request.POST.getlist("present")))
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
        reprendre_restitution(visite, par=request.membre)
        return _au_sujet(request, reunion)
    if autorise(request.membre, "reunions.decider"):
        form = _designations(request, visite, _presents(reunion))
        _decider(request, reunion, form, confirmer=True)
    restituer(visite, reunion=reunion, par=request.membre)
    messages.success(request, f"{visite.entreprise} : visite restituée.")
    return _au_sujet(request, reunion)


@geste("reunions.decider")
def seance_designer(request, pk):
    """Confirme les interlocuteurs et désigne les responsables du sujet en cours."""
    reunion, presents = _reunion(request, pk), _presents(_reunion(request, pk))
    if "visite" in request.POST:
        form = _designations(request, _visite(request, reunion), presents)
    else:
        form = _deblocages(request, reunion, presents)
    nombre = _decider(request, reunion, form)
    if nombre:
        messages.success(request, "C’est décidé." if nombre == 1 else f"{nombre} décisions enregistrées.")
    else:
        messages.info(request, "Rien n’a changé.")
    return _au_sujet(request, reunion)


@geste("reunions.decider")
def seance_choisir(request, pk):
    """Choisit une entreprise à visiter, et à qui on la confie ; `retirer` défait un choix de cette séance."""
    reunion, le = _reunion(request, pk), localdate()
    if "retirer" in request.POST:
        choisies = Visite.objects.visibles_par(request.membre).filter(choisie_en=reunion)
        visite = choisies.filter(pk__in=_entiers([request.POST["retirer"]])).first()
        if visite is None:
            raise RegleEnfreinte("Cette entreprise n’a pas été choisie dans cette séance.")
        operations.renoncer(visite, reunion=reunion, par=request.membre, le=le)
        messages.success(request, f"{visite.entreprise} est retirée de la liste.")
        return _au_sujet(request, reunion)
    form = RetenueForm(request.POST, membre=request.membre, developpeurs=[], le=le)
    if not form.is_valid():
        raise RegleEnfreinte("Choisissez une entreprise de la liste.")
    entreprise = form.cleaned_data["entreprise"]
    operations.retenir(**form.cleaned_data, reunion=reunion, par=request.membre, le=le, origine=_origine(entreprise, reunion, le))
    messages.success(request, f"{entreprise} est choisie.")
    return _au_sujet(request, reunion)


@geste("reunions.pointer")
def seance_relever(request, pk):
    """Enregistre le relevé de la discussion. Par le navigateur seul, rend {"garde", "texte", "avant", "enregistre"}."""
    reunion = _reunion(request, pk)
    form = ReleveForm(request.POST, reunion=reunion)
    conflit = not form.is_valid() or form.signaler_un_conflit()
    autre = reunion.releve
    if not conflit:
        reunion.releve = form.cleaned_data["releve"]
        conflit = not tenter(form, operations.rediger_le_releve, reunion, par=request.membre)
    if request.headers.get("Accept") == "application/json":
        heure = localtime()
        texte = " ".join(form.non_field_errors()) if conflit else f"Enregistré à {heure:%H} h {heure:%M}"
        avant = form.data.get("avant") if conflit else ReleveForm(reunion=reunion).initial["avant"]
        return JsonResponse({"garde": not conflit, "texte": texte, "avant": avant, "enregistre": autre if conflit else ""})
    if conflit:
        return render(request, "suivi/reunion_releve.html", {"form": form, "reunion": reunion})
    return _au_sujet(request, reunion)


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


def _visite(request, reunion):
    """La visite postée, si elle est de cette séance ; `RegleEnfreinte` sinon."""
    visites = visites_de_la_seance(reunion, request.membre)
    visite = visites.filter(pk__in=_entiers([request.POST.get("visite", "")])).first()
    if visite is None:
        raise RegleEnfreinte("Cette visite n’est pas à l’ordre du jour.")
    return visite


def _entiers(textes):
    return [int(texte) for texte in textes if texte.isdecimal() and len(texte) < 19]


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


# Ce que chaque sujet montre au centre


def _pour_une_visite(request, reunion, courant, presents):
    visite = visites_de_la_seance(reunion, request.membre).select_related("compte_rendu__vu").get(pk=courant.visite)
    _noter_la_lecture(request.membre, visite.compte_rendu)
    form = _designations(request, visite, presents)
    projets = [(projet, *_lignes(form, projet)) for projet in form.projets.values()]
    sortent = Membre.objects.filter(deports__entreprise=visite.entreprise, pk__in=presents)
    return {"visite": visite, "compte_rendu": visite.compte_rendu, "form": form, "projets": projets, "sortent": list(sortent)}


def _lignes(form, projet):
    """Le champ de l'interlocuteur du projet, et [(action, ses champs)]."""
    actions = [(action, form.paires("responsable", action)) for action in projet.actions.all()]
    return form.paires("interlocuteur", projet), actions


def _pour_les_actions(request, reunion, courant, presents):
    form = _deblocages(request, reunion, presents)
    le = localdate()
    lignes = [(action, form.paires("responsable", action), action.est_echue(le)) for action in form.actions.values()]
    return {"form": form, "lignes": lignes}


def _pour_les_prochaines(request, reunion, courant, presents):
    le, cherche = localdate(), request.GET.get("cherche", "")[:100]
    choisies = Visite.objects.visibles_par(request.membre).filter(choisie_en=reunion).exclude(etat=EtatVisite.ANNULEE)
    candidates = list(_candidates(request.membre, cherche, le))
    raisons = empechements(candidates, reunion.reseau, le)
    candidates.sort(key=lambda entreprise: entreprise.pk in raisons)
    directs = Membre.objects.visibles_par(request.membre).affectables(le)
    developpeurs = [(membre.pk, nom_et_sigle(membre)) for membre in directs]
    lignes = [
        (
            entreprise,
            raisons.get(entreprise.pk),
            RetenueForm(
                auto_id=f"entreprise-{entreprise.pk}-%s", membre=request.membre, developpeurs=developpeurs, le=le
            ),
        )
        for entreprise in candidates
    ]
    return {"choisies": choisies.avec_noms().order_by("entreprise__raison_sociale"), "lignes": lignes, "cherche": cherche}


def _candidates(membre, cherche, le):
    """Ce que trouve la recherche ; sans elle, les entreprises de la cible que personne n'a encore touchées."""
    entreprises = Entreprise.objects.visibles_par(membre).avec_references()
    en_attente = Visite.objects.a_programmer().filter(entreprise=OuterRef("pk"))
    entreprises = entreprises.annotate(en_attente=Exists(en_attente))
    if cherche:
        return entreprises.cherche(cherche)[:CANDIDATES]
    cible = Cible.objects.en_vigueur(membre.reseau, le)
    if cible is None:
        return entreprises.none()
    visites = Visite.objects.filter(entreprise=OuterRef("pk"))
    libres = entreprises.filter(lignes_de_cible__cible=cible, lignes_de_cible__motif_d_ecart="")
    return libres.exclude(Exists(visites.confiees())).exclude(Exists(visites.touchees(cible.decidee_le, le)))[:CANDIDATES]


def _pour_l_expose(request, reunion, courant, presents):
    return {"exposes": reunion.exposes.all(), "form": ExposeForm()}


def _pour_le_releve(request, reunion, courant, presents):
    return {"form": ReleveForm(reunion=reunion)}


def _pour_l_ouverture(request, reunion, courant, presents):
    return {"points": [ligne for ligne in reunion.ordre_du_jour.splitlines() if ligne.strip()]}


def _pour_la_cloture(request, reunion, courant, presents):
    suivante = Reunion.objects.visibles_par(request.membre).a_venir(reunion.le).exclude(pk=reunion.pk).first()
    restent = visites_de_la_seance(reunion, request.membre).filter(restituee_en=None)
    return {"prochaine": suivante, "restent": [visite.entreprise for visite in restent]}


PREPARER = {
    OUVERTURE: _pour_l_ouverture,
    "visite": _pour_une_visite,
    ACTIONS: _pour_les_actions,
    PROCHAINES: _pour_les_prochaines,
    EXPOSE: _pour_l_expose,
    RELEVE: _pour_le_releve,
    CLOTURE: _pour_la_cloture,
}
PANNEAUX = {
    OUVERTURE: "suivi/_seance_ouverture.html",
    "visite": "suivi/_seance_visite.html",
    ACTIONS: "suivi/_seance_actions.html",
    PROCHAINES: "suivi/_seance_prochaines.html",
    EXPOSE: "suivi/_seance_expose.html",
    RELEVE: "suivi/_seance_releve.html",
    CLOTURE: "suivi/_seance_cloture.html",
}


# Désigner


def _designations(request, visite, presents):
    """Le formulaire des décisions d'une visite : interlocuteurs de ses projets, responsables de ses actions ouvertes."""
    actions = Action.objects.visibles_par(request.membre).avec_noms().ouvertes()
    projets = Projet.objects.filter(visite=visite).avec_noms().select_related("interlocuteur_confirme_en")
    projets = list(projets.prefetch_related(Prefetch("actions", actions)))
    ouvertes = [action for projet in projets for action in projet.actions.all()]
    return _formulaire_des_designations(request, projets, ouvertes, visite.entreprise, presents)


def _deblocages(request, reunion, presents):
    actions = list(actions_a_debloquer(reunion, request.membre, localdate()))
    return _formulaire_des_designations(request, [], actions, None, presents)


def _formulaire_des_designations(request, projets, actions, entreprise, presents):
    choix = Choix(request.membre, entreprise, localdate())
    return DesignationsForm(request.POST or None, projets=projets, actions=actions, choix=choix, presents=presents)


def _decider(request, reunion, form, confirmer=False):
    """Joue les changements du formulaire et rend leur nombre ; `confirmer` : les interlocuteurs inchangés aussi."""
    if not form.is_valid():
        raise RegleEnfreinte(" ".join(erreur for erreurs in form.errors.values() for erreur in erreurs))
    interlocuteurs = dict(form.interlocuteurs_changes())
    if confirmer:
        inchanges = [projet for projet in form.projets.values() if projet.interlocuteur_confirme_en_id is None]
        interlocuteurs = {projet: projet.interlocuteur for projet in inchanges} | interlocuteurs
    responsables = list(form.responsables_changes())
    operations.decider(reunion, interlocuteurs=interlocuteurs.items(), responsables=responsables, par=request.membre)
    return len(interlocuteurs) + len(responsables)


def _origine(entreprise, reunion, le):
    cible = Cible.objects.en_vigueur(reunion.reseau, le)
    retenue = cible and cible.lignes.filter(entreprise=entreprise, motif_d_ecart="").exists()
    return OrigineVisite.CIBLE if retenue else OrigineVisite.SIGNALEMENT


def _noter_la_lecture(membre, compte_rendu):
    """Une ligne par heure et par compte rendu : l'écran projeté se rafraîchit seul, ce n'est pas une lecture de plus."""
    recentes = Journal.objects.filter(
        membre=membre,
        geste=Geste.LECTURE,
        objet=compte_rendu._meta.label_lower,
        objet_id=compte_rendu.pk,
        le__gte=now() - timedelta(hours=1),
    )
    if not recentes.exists():
        noter(membre, Geste.LECTURE, compte_rendu, precision="en séance")
