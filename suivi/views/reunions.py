"""Les réunions : les convoquer, y répondre, les relire ; leur compte rendu sur papier."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from reseau import operations as vie_du_reseau
from reseau.acces import formulaire, geste, page
from reseau.droits import TOUT, autorise, portee
from reseau.enums import EtatPresence, EtatReunion, Geste
from reseau.lib.erreurs import RegleEnfreinte, tenter
from reseau.lib.pdf import rendre_pdf
from reseau.lib.reponses import fichier
from reseau.models import Presence, Reunion
from reseau.operations import noter
from suivi import operations
from suivi.forms import PointForm, ReleveForm, ReunionForm
from suivi.models import dossiers
from suivi.seance import releve
from suivi.views.figes import figer_la_reunion
from visites.models import Visite

PAR_PAGE = 25
REPONSES = {EtatPresence.PRESENT: "Vous serez présent.", EtatPresence.EXCUSE: "Vous êtes excusé."}


@page("reunions.voir")
def reunions(request):
    """Celles à venir, la plus proche d'abord ; puis les passées, la dernière d'abord."""
    le = localdate()
    miennes = Prefetch("presences", Presence.objects.filter(membre=request.membre), to_attr="les_miennes")
    toutes = Reunion.objects.visibles_par(request.membre).select_related("reseau").prefetch_related(miennes)
    toutes = toutes.annotate(nb_presents=Count("presences", filter=Q(presences__etat=EtatPresence.PRESENT)))
    a_venir = toutes.filter(etat=EtatReunion.PREVUE).order_by("le", "heure")
    passees = toutes.exclude(etat=EtatReunion.PREVUE).order_by("-le", "-heure", "-pk")
    page_obj = Paginator(passees, PAR_PAGE).get_page(request.GET.get("page"))
    contexte = {"a_venir": [_avec_ma_reponse(reunion) for reunion in a_venir], "page_obj": page_obj, "le": le}
    contexte["peut_convoquer"] = autorise(request.membre, "reunions.convoquer")
    return render(request, "suivi/reunion_liste.html", contexte)


def _avec_ma_reponse(reunion):
    reunion.ma_reponse = reunion.les_miennes[0].get_reponse_display() if reunion.les_miennes else ""
    return reunion


@formulaire("reunions.convoquer")
def reunion_creer(request):
    form = ReunionForm(request.POST or None, le=localdate())
    if form.is_valid() and tenter(form, operations.preparer, form.instance, expose=form.expose_prevu, par=request.membre):
        messages.success(request, "La réunion est convoquée : tous les membres actifs y sont inscrits.")
        return redirect(form.instance)
    return render(request, "suivi/reunion_form.html", {"form": form, "reunion": None})


@formulaire("reunions.convoquer")
def reunion_modifier(request, pk):
    reunion = _reunion(request, pk)
    if not reunion.ouverte:
        raise RegleEnfreinte("Cette réunion est close : elle ne se modifie plus.")
    form = ReunionForm(request.POST or None, instance=reunion, le=localdate())
    if form.is_valid() and tenter(form, operations.preparer, form.instance, expose=form.expose_prevu, par=request.membre):
        messages.success(request, "La réunion est enregistrée.")
        return redirect(reunion)
    return render(request, "suivi/reunion_form.html", {"form": form, "reunion": reunion})


@geste("reunions.convoquer")
def reunion_annuler(request, pk):
    reunion = vie_du_reseau.annuler_reunion(_reunion(request, pk), par=request.membre)
    messages.success(request, "La réunion est annulée : elle ne compte pas dans la participation.")
    return redirect(reunion)


@geste("reunions.repondre")
def reunion_repondre(request, pk):
    """Présent ou excusé, d'un clic."""
    reunion, reponse = _reunion(request, pk), request.POST.get("reponse")
    if reponse not in REPONSES:
        raise RegleEnfreinte("Répondez « présent » ou « excusé ».")
    vie_du_reseau.repondre(reunion, reponse, par=request.membre)
    messages.success(request, REPONSES[reponse])
    return redirect(request.reseau if request.POST.get("retour") == "accueil" else reunion)


@geste("reunions.repondre")
def reunion_proposer(request, pk):
    """Un membre propose un point à l'ordre du jour."""
    reunion, form = _reunion(request, pk), PointForm(request.POST)
    if not form.is_valid():
        raise RegleEnfreinte("Dites en une ligne de quoi vous voulez parler.")
    operations.proposer_un_point(reunion, form.cleaned_data["texte"], par=request.membre)
    messages.success(request, "Le point est à l’ordre du jour.")
    return redirect(reunion)


@page("reunions.voir")
def reunion(request, pk):
    """La réunion pour ce lecteur : ce qui s'y prépare, ou ce qui s'y est décidé."""
    reunion, membre = _reunion(request, pk), request.membre
    compose = None if reunion.ouverte else releve(reunion, membre)
    if compose and compose.restitutions:
        noter(membre, Geste.LECTURE, reunion, nombre=len(compose.restitutions))
    contexte = {
        "reunion": reunion,
        "presences": reunion.presences.select_related("membre__institution"),
        "ma_reponse": reunion.presences.filter(membre=membre).values_list("reponse", flat=True).first() or "",
        "exposes": reunion.exposes.all(),
        "releve": compose,
        "a_restituer": _a_restituer(reunion, membre),
        "point": PointForm(),
        "complet": portee(membre, "reunions.voir_les_restitutions") is TOUT,
        "peut_convoquer": autorise(membre, "reunions.convoquer"),
        "peut_pointer": autorise(membre, "reunions.pointer"),
        "peut_repondre": autorise(membre, "reunions.repondre"),
    }
    contexte["nb_reponses"] = sum(1 for presence in contexte["presences"] if presence.reponse)
    return render(request, "suivi/reunion_fiche.html", contexte)


def _a_restituer(reunion, membre):
    """Les visites qui attendent leur restitution, parmi les dossiers du lecteur ; rien pour une réunion passée."""
    if not reunion.ouverte:
        return Visite.objects.none()
    return dossiers(membre).a_restituer().avec_noms().order_by("realisee_le", "pk")


@formulaire("reunions.pointer")
def reunion_releve(request, pk):
    """Relire et compléter le relevé de la discussion, pendant ou après la séance."""
    reunion = _reunion(request, pk)
    form = ReleveForm(request.POST or None, reunion=reunion)
    if form.is_valid() and not form.signaler_un_conflit():
        reunion.releve = form.cleaned_data["releve"]
        if tenter(form, operations.rediger_le_releve, reunion, par=request.membre):
            messages.success(request, "Le relevé est enregistré.")
            return redirect(reunion)
    return render(request, "suivi/reunion_releve.html", {"form": form, "reunion": reunion})


@geste("reunions.decider")
def reunion_clore(request, pk):
    reunion = vie_du_reseau.clore(_reunion(request, pk), par=request.membre)
    messages.success(request, "La séance est close et son compte rendu est écrit : relisez-le.")
    figer_la_reunion(request, reunion)
    return redirect(reunion)


@page("reunions.voir_les_restitutions")
def reunion_pdf(request, pk):
    """Le compte rendu complet, pour qui lit toutes les restitutions ; les autres ont la diffusion."""
    reunion = _reunion(request, pk)
    if portee(request.membre, "reunions.voir_les_restitutions") is not TOUT:
        return redirect("suivi:reunion-diffusion-pdf", request.reseau.slug, reunion.pk)
    return _imprimer(request, reunion, diffusion=False)


@page("reunions.voir")
def reunion_diffusion_pdf(request, pk):
    """Le relevé de décisions, sans les restitutions."""
    return _imprimer(request, _reunion(request, pk), diffusion=True)


def _imprimer(request, reunion, *, diffusion):
    compose = releve(reunion, request.membre, diffusion=diffusion)
    noter(request.membre, Geste.IMPRESSION, reunion, precision=compose.titre)
    octets = rendre_pdf("pdf/reunion.html", {"nom_reseau": reunion.reseau.nom, "reunion": compose}, titre=compose.titre)
    nom = "releve-de-decisions" if diffusion else "compte-rendu"
    return fichier(octets, f"{nom}-{reunion.le:%Y-%m-%d}", "pdf")


def _reunion(request, pk):
    return get_object_or_404(Reunion.objects.visibles_par(request.membre).select_related("reseau"), pk=pk)
