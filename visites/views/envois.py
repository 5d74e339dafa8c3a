"""Envoyer une lettre signée par courriel, ou un lot : relire à qui et en quels mots, envoyer, suivre ce qui part."""

import uuid

from django.contrib import messages
from django.db import transaction
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now

from reseau.acces import formulaire
from reseau.expedition import REPARTIRA
from reseau.lib.erreurs import RegleEnfreinte, tenter
from reseau.lib.lettre import VARIABLES
from reseau.templatetags.affichage import pluriel_fr
from visites import envois as operations
from visites.forms import EnvoiDuLotForm, EnvoiForm
from visites.models import Courrier, EnvoiDeLettre
from visites.views.lots import cles_en_adresse, lot_de

PAR_PAQUET = 8
MONTRES = 50


@formulaire("courriers.imprimer", lit=Courrier)
def courriel(request, pk):
    """L'adresse, les copies et le texte proposés, à modifier ; le courriel part une fois le geste enregistré."""
    courrier = _trouver(request, pk)
    if motif := operations.empechement(courrier, le=localdate()):
        raise RegleEnfreinte(motif, adresse=reverse("visites:courrier", args=[request.reseau.slug, pk]))
    copies = operations.copies(courrier, le=localdate())
    form = EnvoiForm(request.POST or None, copies=copies, initial=_depart(courrier))
    if form.is_valid() and _expedier(request, courrier, form):
        return redirect("visites:courrier", request.reseau.slug, pk)
    return render(request, "visites/courrier_courriel.html", {"form": form, "courrier": courrier})


@formulaire("courriers.imprimer")
def lot(request):
    """Le lot de l'adresse : qui a un courriel, qui reste à imprimer, et le texte commun."""
    if request.POST.getlist("courrier"):
        return redirect(f"{request.path}?{cles_en_adresse(request.POST.getlist('courrier'))}")
    lettres = lot_de(request.GET, request.membre)
    depart = {"objet": operations.OBJET, "corps": operations.CORPS}
    form = EnvoiDuLotForm(request.POST or None, initial=depart)
    if form.is_valid():
        choix = {**form.cleaned_data, "par": request.membre, "maintenant": now()}
        if numero := tenter(form, operations.inscrire_lot, lettres, **choix):
            return redirect(f"{reverse('visites:courriers-courriels', args=[request.reseau.slug])}?lot={numero}")
    partage = operations.partager(lettres, le=localdate())
    contexte = {"form": form, "partage": partage, "montres": MONTRES, "variables": list(VARIABLES)}
    return render(request, "visites/courrier_lot_courriel.html", contexte)


@formulaire("courriers.imprimer")
def suivi(request):
    """Ce qui part, puis le bilan du lot. POST : un paquet de plus, qui part après la réponse de la base."""
    envois = _du_lot(request)
    if request.method != "POST":
        return render(request, "visites/courrier_lot_envois.html", _bilan(envois))
    maintenant = now()
    cles = operations.prendre(envois, combien=PAR_PAQUET, maintenant=maintenant)
    transaction.on_commit(lambda: operations.envoyer(cles, maintenant=maintenant))
    if "application/json" not in request.headers.get("Accept", ""):
        return redirect(request.get_full_path())
    return JsonResponse(_avancement(request, envois))


def _expedier(request, courrier, form):
    """Inscrit l'envoi ; la page suivante dit s'il est parti."""
    maintenant, saisie = now(), {"en_copie": [], **form.cleaned_data}
    cle = tenter(form, operations.inscrire, courrier, par=request.membre, maintenant=maintenant, **saisie)

    def partir():
        for envoi in operations.envoyer([cle], maintenant=maintenant):
            if envoi.envoye_le:
                messages.success(request, f"La lettre est partie par courriel à {envoi.courriel}.")
            elif envoi.pli and envoi.pli.en_attente:
                messages.warning(request, f"Le courriel n’est pas encore parti. {envoi.echec} {REPARTIRA}")
            else:
                messages.error(request, f"Le courriel n’est pas parti. {envoi.echec} La lettre reste à envoyer : réessayez.")

    if cle:
        transaction.on_commit(partir)
    return cle


def _depart(courrier):
    """Ce que le formulaire propose : ce que disait l'envoi qui a échoué, sinon le texte fourni."""
    objet, corps = operations.texte_propose(courrier)
    essai = courrier.envois.echoues().last()
    if essai:
        return {"courriel": essai.courriel, "objet": essai.objet, "corps": essai.corps}
    return {"courriel": operations.adresse_proposee(courrier), "objet": objet, "corps": corps}


def _trouver(request, pk):
    visibles = Courrier.objects.visibles_par(request.membre).avec_noms()
    equipe = ("visite__developpeur__utilisateur", "visite__accompagnant__utilisateur")
    return get_object_or_404(visibles.select_related(*equipe), pk=pk)


def _du_lot(request):
    """Les envois de ce lot que ce membre voit ; d'un lot qui n'est pas à lui, ou illisible, aucun."""
    try:
        numero = uuid.UUID(request.GET.get("lot", ""))
    except ValueError:
        return EnvoiDeLettre.objects.none()
    return EnvoiDeLettre.objects.filter(lot=numero, courrier__in=Courrier.objects.visibles_par(request.membre).values("pk"))


def _bilan(envois):
    echoues = envois.echoues().select_related("courrier__visite__entreprise")
    return {
        "nombre": envois.count(),
        "restent": envois.en_attente().count(),
        "partis": envois.partis().count(),
        "echoues": echoues[:MONTRES],
        "nombre_d_echecs": echoues.count(),
        "attendent": envois.qui_attendent().count(),
        "en_route": envois.filter(pris_le__isnull=False, envoye_le=None, echec="").count(),
    }


def _avancement(request, envois):
    total, restent = envois.count(), envois.en_attente().count()
    return {
        "fait": total - restent,
        "total": total,
        "texte": f"{total - restent} sur {pluriel_fr(total, 'courriel,courriels')}",
        "fini": not restent,
        "suite": "" if restent else request.get_full_path(),
    }
