"""Programmer : un lot d'entreprises cochées au plan, ou une seule depuis sa fiche. Les empêchements d'abord."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from entreprises.models import Entreprise
from entreprises.reunies import trouver
from reseau.acces import formulaire
from reseau.lib.erreurs import tenter
from reseau.templatetags.affichage import pluriel_fr
from visites import operations
from visites.avertissements import avant_de_confier
from visites.espacement import empechements
from visites.forms import PropositionForm
from visites.models import Campagne, Visite
from visites.repartition import photographies
from visites.views.plan import composer, formulaire_du_lot
from visites.views.repartition import retenir


@formulaire("visites.programmer")
def programmer(request, pk):
    """Le plan, ses entreprises cochées et le développeur choisi : on lit le bilan, que l'on peut défaire."""
    campagne = get_object_or_404(Campagne.objects.visibles_par(request.membre).select_related("reseau", "cible"), pk=pk)
    form = formulaire_du_lot(request, campagne)
    if form.is_valid() and (bilan := _programmer(request, form, campagne, localdate())):
        _dire(request, bilan, "lister" in form.data)
        return redirect(f"{reverse('visites:campagne', args=[request.reseau.slug, campagne.pk])}?{request.GET.urlencode()}")
    return render(request, "visites/plan.html", composer(request, campagne, form))


@formulaire("visites.programmer", lit=Entreprise)
def proposer(request, pk):
    """Programmer une seule entreprise, ou l'inscrire à la liste où un développeur la prendra."""
    entreprise, le = trouver(Entreprise.objects.visibles_par(request.membre).avec_references(), pk), localdate()
    if en_cours := Visite.objects.visibles_par(request.membre).en_cours().filter(entreprise=entreprise).first():
        messages.error(request, f"{entreprise} : {operations.deja_en_cours(en_cours)}")
        return redirect("visites:visite", request.reseau.slug, en_cours.pk)
    empechement = empechements([entreprise], request.reseau, le).get(entreprise.pk)
    avant = avant_de_confier(entreprise, request.membre, le)
    choix = {"membre": request.membre, "le": le, "entreprise": entreprise, "empechement": empechement, **avant}
    form = PropositionForm(request.POST or None, initial={"origine": request.GET.get("origine", "")}, **choix)
    if form.is_valid() and (visite := tenter(form, _proposer, request, entreprise, form.cleaned_data, le)):
        messages.success(request, "La visite est programmée." if visite.developpeur else "L’entreprise est dans la liste.")
        return redirect(visite)
    contexte = {"form": form, "entreprise": entreprise, "empechement": empechement, "avant": avant}
    return render(request, "visites/visite_proposer.html", contexte)


def _programmer(request, form, campagne, le):
    """Le bilan du lot ; None si tout a été refusé, et chaque refus devient une erreur du formulaire."""
    choix = {"par": request.membre, "le": le, "campagne": campagne}
    avant = photographies(form.cleaned_data["entreprise"])
    bilan = operations.programmer_lot(form.cleaned_data["entreprise"], **choix, **form.valeurs)
    if bilan.faites:
        retenir(request, campagne, bilan.faites, avant)
        return bilan
    for refus in bilan.refus:
        form.add_error(None, refus)
    return None


def _dire(request, bilan, inscrites):
    visites = pluriel_fr(
        len(bilan.faites), "entreprise inscrite,entreprises inscrites" if inscrites else "visite programmée,visites programmées"
    )
    messages.success(request, f"{visites}{' dans la liste, à prendre' if inscrites else ''}.")
    if bilan.refus:
        messages.warning(request, f"{pluriel_fr(len(bilan.refus), 'refusée,refusées')} — {' '.join(bilan.refus)}")


def _proposer(request, entreprise, valeurs, le):
    choix = {nom: valeurs[nom] for nom in ("origine", "campagne")}
    choix |= {"par": request.membre, "le": le, "derogation": valeurs.get("derogation", "")}
    choix["malgre_contact"] = valeurs.get("malgre_contact", "")
    if valeurs["developpeur"] is None:
        return operations.choisir(entreprise, **choix)
    affectation = {nom: valeurs[nom] for nom in ("developpeur", "accompagnant", "prevue_le")}
    affectation["malgre_concurrence"] = valeurs.get("malgre_concurrence", "")
    return operations.programmer(entreprise, **choix, **affectation)
