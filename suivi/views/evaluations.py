"""Les retours des chefs d'entreprise : les demander, les lire, en publier ; le panel. Et le questionnaire, sans compte."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate, now, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from entreprises.models import Entreprise
from reseau.acces import exiger, formulaire, geste, page
from reseau.droits import SIENS, autorise, portee
from reseau.enums import Geste
from reseau.lib.erreurs import RegleEnfreinte, tenter
from reseau.lib.limite import depasse
from reseau.lib.listes import page_de
from reseau.lib.reponses import muette
from reseau.lib.visiteur import adresse_ip, empreinte
from reseau.operations import ajouter, enregistrer, noter
from suivi import operations
from suivi.forms.evaluations import (
    AccordForm,
    ChefDuPanelForm,
    ConsultationForm,
    DemandeDAvisForm,
    EntretienForm,
    QuestionnaireForm,
)
from suivi.models import ChefDuPanel, ConsultationDuPanel, Evaluation
from suivi.models.evaluation import VALIDITE
from suivi.operations.evaluations import SANS_TEMOIGNAGE
from suivi.suites import adresse_proposee
from visites.models import Visite

PAR_HEURE, HEURE = 40, 3600


@page("evaluations.lire")
def evaluations(request):
    """Les retours reçus que ce lecteur peut lire : tous, ou ceux qu'il a aidés à faire naître ; le dernier d'abord."""
    page_obj = page_de(request, Evaluation.objects.visibles_par(request.membre).repondues().avec_noms())
    noter(request.membre, Geste.LECTURE, Evaluation._meta.label_lower, nombre=len(page_obj))
    return render(request, "suivi/evaluation_liste.html", {"page_obj": page_obj, "nombre": page_obj.paginator.count})


@page("evaluations.lire")
def evaluation(request, pk):
    """Ce qu'a dit un chef d'entreprise ; la lecture se note."""
    retour = _retour(request, pk)
    noter(request.membre, Geste.LECTURE, retour)
    aides = operations.ceux_qui_ont_aide(retour, localdate())
    contexte = {
        "evaluation": retour,
        "visite": retour.visite,
        "aides": aides,
        "peut_saisir": autorise(request.membre, "evaluations.saisir", retour.visite.developpeur),
    }
    return render(request, "suivi/evaluation_fiche.html", contexte)


@page("evaluations.saisir")
def a_recueillir(request):
    """Les chefs d'entreprise vus dont on n'a pas l'avis, le dernier d'abord ; d'un développeur direct, les siens."""
    visites = Visite.objects.visibles_par(request.membre)
    if portee(request.membre, "evaluations.saisir") is SIENS:
        visites = visites.filter(Q(developpeur=request.membre) | Q(accompagnant=request.membre))
    page_obj = page_de(request, Evaluation.objects.attendues_de(visites).avec_noms())
    demandes = Evaluation.objects.in_bulk([visite.pk for visite in page_obj], field_name="visite_id")
    lignes = [(visite, demandes.get(visite.pk)) for visite in page_obj]
    contexte = {"page_obj": page_obj, "lignes": lignes, "nombre": page_obj.paginator.count}
    return render(request, "suivi/evaluation_a_recueillir.html", contexte)


@page("evaluations.lire")
def temoignages(request):
    """Ceux que leur auteur permet de publier, avec la date de son accord."""
    page_obj = page_de(request, Evaluation.objects.visibles_par(request.membre).publiables().avec_noms())
    noter(request.membre, Geste.LECTURE, Evaluation._meta.label_lower, nombre=len(page_obj), precision="témoignages")
    return render(request, "suivi/evaluation_temoignages.html", {"page_obj": page_obj})


@formulaire("evaluations.saisir", lit=Evaluation)
def accord_donner(request, pk):
    """Le chef d'entreprise permet, après coup, de publier son témoignage."""
    retour = _retour_a_tenir(request, pk)
    if not retour.temoignage:
        raise RegleEnfreinte(SANS_TEMOIGNAGE)
    form = AccordForm(request.POST or None, evaluation=retour, le=localdate())
    if form.is_valid() and tenter(form, operations.donner_l_accord, retour, par=request.membre, **form.cleaned_data):
        messages.success(request, "L’accord est enregistré : le témoignage peut se publier.")
        return _au_retour(request, retour)
    return render(request, "suivi/evaluation_accord.html", {"form": form, "evaluation": retour})


@geste("evaluations.saisir")
def accord_retirer(request, pk):
    """Le chef d'entreprise revient sur son accord."""
    retour = _retour_a_tenir(request, pk)
    operations.retirer_l_accord(retour, par=request.membre, le=localdate())
    messages.success(request, "L’accord est retiré : le témoignage ne se publie plus.")
    return _au_retour(request, retour)


@formulaire("evaluations.saisir", lit=Visite)
def demander(request, pk):
    """Envoie le questionnaire au chef d'entreprise, par un lien sans compte."""
    visite = _visite(request, pk)
    adresse = adresse_proposee(visite) if hasattr(visite, "compte_rendu") else visite.entreprise.courriel
    form = DemandeDAvisForm(request.POST or None, initial={"courriel": adresse})
    if form.is_valid() and tenter(form, _demander, request, visite, form.cleaned_data["courriel"]):
        return redirect(visite)
    contexte = {"form": form, "visite": visite, "jours": VALIDITE.days, "faite": _deja(visite)}
    return render(request, "suivi/evaluation_demander.html", contexte)


@formulaire("evaluations.saisir", lit=Visite)
def entretien(request, pk):
    """Saisit ce que le chef d'entreprise a dit de vive voix."""
    visite = _visite(request, pk)
    if (faite := _deja(visite)) and faite.repondue_le:
        return redirect("suivi:evaluation-demander", request.reseau.slug, pk)
    form = EntretienForm(request.POST if request.method == "POST" else None, le=localdate())
    quand = {"par": request.membre, "instant": now()}
    if form.is_valid() and tenter(form, operations.saisir_l_entretien, visite, form.cleaned_data, **quand):
        messages.success(request, "L’entretien est enregistré ; ceux qui ont aidé l’entreprise sont prévenus.")
        operations.prevenir_ceux_qui_ont_aide(visite.evaluation, racine=request.build_absolute_uri("/"))
        return redirect(visite)
    return render(request, "suivi/evaluation_entretien.html", {"form": form, "visite": visite})


@page("panel.tenir")
def panel(request):
    """Les chefs d'entreprise-test, par ordre alphabétique, et leurs derniers avis."""
    chefs = ChefDuPanel.objects.visibles_par(request.membre).actifs().avec_noms().prefetch_related("consultations")
    return render(request, "suivi/panel.html", {"page_obj": page_de(request, chefs)})


@formulaire("panel.tenir")
def panel_ajouter(request):
    visibles = Entreprise.objects.visibles_par(request.membre).order_by().values("pk")
    chef = ChefDuPanel(reseau=request.reseau, entre_le=localdate())
    form = ChefDuPanelForm(request.POST or None, instance=chef, visibles=visibles)
    if form.is_valid() and tenter(form, ajouter, form.save(commit=False), par=request.membre):
        messages.success(request, f"{form.instance.contact} est du panel.")
        return redirect("suivi:panel", request.reseau.slug)
    return render(request, "suivi/panel_form.html", {"form": form, "titre": "Ajouter un chef d’entreprise-test"})


@formulaire("panel.tenir", lit=ChefDuPanel)
def panel_consulter(request, pk):
    """Note ce qu'un chef d'entreprise-test pense de ce qu'on lui soumet."""
    chef = _chef(request, pk)
    form = ConsultationForm(
        request.POST or None, instance=ConsultationDuPanel(chef=chef, membre=request.membre), initial={"le": localdate()}
    )
    if form.is_valid() and tenter(form, ajouter, form.save(commit=False), par=request.membre):
        messages.success(request, "L’avis est noté.")
        return redirect("suivi:panel", request.reseau.slug)
    return render(request, "suivi/panel_form.html", {"form": form, "titre": f"Avis de {chef}"})


@geste("panel.tenir")
def panel_sortir(request, pk):
    chef = _chef(request, pk)
    chef.sorti_le = localdate()
    enregistrer(chef, par=request.membre)
    messages.success(request, f"{chef} n’est plus du panel ; ses avis restent.")
    return redirect("suivi:panel", request.reseau.slug)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def repondre(request, jeton):
    """Le questionnaire, par son lien : une réponse, puis il se ferme. GET ne l'use pas (les messageries ouvrent les liens)."""
    if depasse(f"evaluation:{empreinte(adresse_ip(request))}", PAR_HEURE, HEURE):
        return _ferme(request, 429)
    instant = now()
    evaluation = operations.trouver_l_evaluation(jeton, instant)
    if evaluation is None:
        return _ferme(request, 410)
    with override(evaluation.visite.reseau.fuseau):
        form = QuestionnaireForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            return _recevoir(request, evaluation, form, instant)
        contexte = {"form": form, "reseau_du_lien": evaluation.visite.reseau, "visite": evaluation.visite}
        return render(request, "suivi/evaluation_repondre.html", contexte)


def _recevoir(request, evaluation, form, instant):
    try:
        with transaction.atomic():
            evaluation = operations.repondre(evaluation, form.cleaned_data, instant=instant)
            operations.prevenir_ceux_qui_ont_aide(evaluation, racine=request.build_absolute_uri("/"))
    except RegleEnfreinte:
        return _ferme(request, 410)
    return render(request, "suivi/evaluation_recue.html", {"reseau_du_lien": evaluation.visite.reseau})


def _ferme(request, statut):
    return muette(render(request, "suivi/evaluation_fermee.html", {"trop": statut == 429}, status=statut))


def _demander(request, visite, courriel):
    evaluation, jeton = operations.proposer_l_evaluation(visite, courriel, par=request.membre, instant=now())
    operations.envoyer_le_questionnaire(evaluation, jeton, par=request.membre, racine=request.build_absolute_uri("/"))
    messages.success(request, f"Le questionnaire part à {evaluation.courriel}.")
    return evaluation


def _deja(visite):
    return Evaluation.objects.filter(visite=visite).first()


def _retour(request, pk):
    return get_object_or_404(Evaluation.objects.visibles_par(request.membre).repondues().avec_noms(), pk=pk)


def _retour_a_tenir(request, pk):
    """Un retour de ses visites, pour qui ne saisit que les siens."""
    retour = _retour(request, pk)
    exiger(request.membre, "evaluations.saisir", retour.visite.developpeur)
    return retour


def _au_retour(request, retour):
    """La page du retour, ou celle de la visite pour qui le saisit sans le lire."""
    return redirect(retour if autorise(request.membre, "evaluations.lire", retour.visite.developpeur) else retour.visite)


def _visite(request, pk):
    """Une visite faite, que ce membre a conduite s'il ne saisit que les siennes."""
    faites = Visite.objects.visibles_par(request.membre).realisees().avec_noms().select_related("compte_rendu__vu")
    visite = get_object_or_404(faites, pk=pk)
    exiger(request.membre, "evaluations.saisir", visite.developpeur, visite.accompagnant)
    return visite


def _chef(request, pk):
    return get_object_or_404(ChefDuPanel.objects.visibles_par(request.membre).actifs().avec_noms(), pk=pk)
