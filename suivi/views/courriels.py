"""Les courriels du réseau : ce qui est parti, ce qui attend, ce qui échoue ; et le prochain résumé de chacun."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate, now

from reseau.acces import geste, page
from reseau.enums import Geste
from reseau.journal import noter_chacun
from reseau.lib.listes import page_de
from reseau.models import Membre, Pli, Reunion
from reseau.templatetags.affichage import pluriel_fr
from suivi import operations, resumes
from suivi.filters import PliFilter

BOITE = "suivi:boite-d-envoi"


@page("envois.suivre")
def boite(request):
    """La boîte d'envoi du réseau, les derniers d'abord ; ni objet ni texte : chacun lit la page qu'annonce le courriel."""
    plis = Pli.objects.visibles_par(request.membre)
    filtre = PliFilter(request.GET, queryset=plis.select_related("membre", "par"))
    page_obj = page_de(request, filtre.qs)
    contexte = {
        "filter": filtre,
        "page_obj": page_obj,
        "nombre": page_obj.paginator.count,
        "attendent": plis.en_attente().count(),
        "echecs": plis.rejouables().count(),
        "abandonnes": plis.rejouables().abandonnes().count(),
    }
    return render(request, "suivi/boite_d_envoi.html", contexte)


@geste("envois.suivre")
def rejouer(request, pk):
    """Remet en attente un courriel qui n'est pas parti."""
    operations.rejouer(_plis(request).filter(pk=_trouver(request, pk).pk), par=request.membre, maintenant=now())
    messages.success(request, "Le courriel repart.")
    return redirect(BOITE, request.reseau.slug)


@geste("envois.suivre")
def rejouer_tout(request):
    """Remet en attente tous ceux qui ne sont pas partis ; ceux qui le sont peut-être se décident un par un."""
    nombre = operations.rejouer(_plis(request).abandonnes(), par=request.membre, maintenant=now())
    messages.success(request, f"{pluriel_fr(nombre, 'courriel repart,courriels repartent')}.")
    return redirect(BOITE, request.reseau.slug)


@geste("envois.suivre")
def classer(request, pk):
    """Renonce à un courriel qui n'est pas parti."""
    operations.classer(_trouver(request, pk), par=request.membre, maintenant=now())
    messages.success(request, "Le courriel est classé : il ne partira pas.")
    return redirect(BOITE, request.reseau.slug)


@page("fiche.modifier")
def mon_resume(request):
    """Ce que dirait aujourd'hui mon prochain résumé, et quand il peut partir."""
    membre = Membre.objects.select_related("reseau", "institution", "utilisateur").get(pk=request.membre.pk)
    le = localdate()
    reunion = Reunion.objects.visibles_par(membre).select_related("reseau").a_venir(le).first()
    prochain = resumes.prochain(membre, le)
    restitutions = operations.apercu_des_restitutions(reunion, membre) if reunion else None
    if restitutions:
        lus = [visite.compte_rendu for visite in restitutions.visites]
        noter_chacun(membre, Geste.ENVOI, lus, precision="mon prochain résumé")
    contexte = {
        "moi": membre,
        "prochain": prochain,
        "resume": resumes.relances(membre, prochain or le, now()),
        "reunion": reunion,
        "restitutions": restitutions,
    }
    return render(request, "suivi/mon_resume.html", contexte)


def _plis(request):
    return Pli.objects.visibles_par(request.membre)


def _trouver(request, pk):
    return get_object_or_404(_plis(request), pk=pk)
