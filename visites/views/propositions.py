"""Propositions d'affectation : qui pour chaque entreprise à programmer, et pourquoi ; l'animateur garde, change, confie."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from reseau.acces import formulaire, geste
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Membre
from reseau.templatetags.affichage import pluriel_fr
from visites.affectation import confier_lot, deconfier_lot
from visites.filters import ProgrammationFilter
from visites.forms import PropositionsForm
from visites.listes import paginer
from visites.models import Campagne
from visites.programmation import a_programmer
from visites.propositions import conseiller
from visites.views.plan import TRIS

PAR_PAGE = 15  # chaque ligne se lit
LOT, REPRISE = "lot_confie", "lot_a_reprendre"


@formulaire("visites.programmer")
def propositions(request, pk):
    """Une page d'entreprises à programmer, chacune avec sa proposition ; celles que l'on coche se confient ensemble."""
    campagne = _campagne(request, pk)
    le, candidates = localdate(), a_programmer(campagne, request.membre, localdate())
    developpeurs = _developpeurs(request, le)
    cles = {membre.pk: membre for membre in developpeurs}
    initial = _a_reprendre(request, campagne)
    choix = {"reseau": request.reseau, "le": le, "entreprises": candidates, "developpeurs": cles, "initial": initial}
    form = PropositionsForm(request.POST or None, **choix)
    if form.is_valid() and _confier(request, form, campagne, le):
        return redirect(request.get_full_path())
    filtre = ProgrammationFilter(request.GET, queryset=candidates.avec_references(), request=request)
    page_obj = paginer(request, filtre.qs, TRIS, ["raison_sociale"], par_page=PAR_PAGE)
    conseils = conseiller(page_obj.object_list, developpeurs, campagne, le, lecteur=request.membre)
    contexte = {
        "campagne": campagne,
        "form": form,
        "motifs": form.champs_de_motif(frozenset().union(*(conseil.motifs for conseil in conseils.values()))),
        "filter": filtre,
        "page_obj": page_obj,
        "nombre": page_obj.paginator.count,
        "developpeurs": developpeurs,
        "lignes": [_ligne(request, fiche, form, conseils[fiche.pk], initial) for fiche in page_obj.object_list],
        "annulable": _annulable(request, campagne),
    }
    return render(request, "visites/campagne_propositions.html", contexte)


@geste("visites.programmer")
def annuler(request, pk):
    """Défait le dernier lot confié dans cette campagne, pendant cette session."""
    campagne = _campagne(request, pk)
    if not _annulable(request, campagne):
        raise RegleEnfreinte("Il n’y a plus rien à annuler.")
    bilan = deconfier_lot(request.session.pop(LOT)["traces"], par=request.membre)
    if bilan.faites:
        defaites = pluriel_fr(len(bilan.faites), "visite n’est plus confiée,visites ne sont plus confiées")
        messages.success(request, f"Annulé : {defaites}.")
    for refus in bilan.refus:
        messages.warning(request, refus)
    return redirect("visites:propositions", request.reseau.slug, campagne.pk)


def _campagne(request, pk):
    campagnes = Campagne.objects.visibles_par(request.membre).select_related("cible", "reseau").defer("reseau__logo")
    return get_object_or_404(campagnes, pk=pk)


def _developpeurs(request, le):
    membres = Membre.objects.visibles_par(request.membre).affectables(le)
    return sorted(membres, key=lambda membre: (membre.rang_alphabetique, membre.pk))


def _confier(request, form, campagne, le):
    """Vrai si une visite au moins est confiée ; sinon chaque refus devient une erreur du formulaire, qui garde sa saisie."""
    lot = confier_lot(form.choix, par=request.membre, le=le, campagne=campagne, **form.motifs)
    bilan = lot.bilan
    if not bilan.faites:
        for refus in bilan.refus:
            form.add_error(None, refus)
        return False
    phrase = pluriel_fr(len(bilan.faites), "visite confiée,visites confiées")
    messages.success(request, f"{phrase}.")
    request.session[LOT] = {"membre": request.membre.pk, "campagne": campagne.pk, "phrase": phrase, "traces": lot.traces}
    if bilan.refus:
        messages.warning(request, f"{pluriel_fr(len(bilan.refus), 'refusée,refusées')}, à reprendre ci-dessous.")
        request.session[REPRISE] = _reprise(form, campagne, lot)
    return True


def _reprise(form, campagne, lot):
    """Ce qui n'a pas pu se confier : les lignes restent cochées, avec leur refus, leur développeur et la saisie commune."""
    saisie = {nom: form.data.get(nom, "") for nom in ("prevue_le", "etalement", *form.motifs)}
    return saisie | {
        "campagne": campagne.pk,
        "cochees": lot.refusees,
        "developpeurs": {str(cle): form.choisi(cle).pk for cle in lot.refusees},
        "refus": dict(zip(map(str, lot.refusees), lot.bilan.refus, strict=True)),
    }


def _a_reprendre(request, campagne):
    """La reprise du lot précédent, montrée une fois."""
    reprise = request.session.get(REPRISE, {})
    if request.method != "GET" or reprise.get("campagne") != campagne.pk:
        return {}
    return request.session.pop(REPRISE)


def _annulable(request, campagne):
    """La phrase du dernier lot que ce membre peut encore défaire dans cette campagne ; vide s'il n'y en a pas."""
    lot = request.session.get(LOT, {})
    return lot.get("phrase", "") if (lot.get("membre"), lot.get("campagne")) == (request.membre.pk, campagne.pk) else ""


def _ligne(request, fiche, form, conseil, initial):
    choisi = form.choisi(fiche.pk) or (conseil.retenue and conseil.retenue.membre)
    return {
        "entreprise": fiche,
        "adresse": reverse("entreprises:fiche", args=[request.reseau.slug, fiche.pk]),
        "conseil": conseil,
        "choisi": choisi and choisi.pk,
        "cochee": fiche.pk in form.cochees,
        "refus": initial.get("refus", {}).get(str(fiche.pk), ""),
    }
