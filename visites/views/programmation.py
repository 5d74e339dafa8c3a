"""Programmer : un lot d'entreprises d'une campagne, ou une seule depuis sa fiche. Les empêchements d'abord."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from entreprises.models import Deport, Entreprise
from entreprises.reunies import trouver
from reseau.acces import formulaire
from reseau.lib.erreurs import tenter
from reseau.templatetags.affichage import pluriel_fr
from visites import operations
from visites.avertissements import avant_de_confier, contacts_en_mots
from visites.espacement import empechements
from visites.filters import ProgrammationFilter
from visites.forms import ProgrammationForm, PropositionForm
from visites.listes import paginer
from visites.models import Campagne, Visite
from visites.programmation import a_programmer

TRIS = {
    "entreprise": ["raison_sociale"],
    "commune": ["commune__nom", "raison_sociale"],
    "activite": ["naf", "raison_sociale"],
    "taille": ["tranche_effectif", "raison_sociale"],
}


@formulaire("visites.programmer")
def programmer(request, pk):
    """Les entreprises qu'une campagne peut encore programmer : on en coche, on choisit qui, on lit le bilan."""
    campagne = get_object_or_404(Campagne.objects.visibles_par(request.membre).select_related("cible"), pk=pk)
    le, candidates = localdate(), a_programmer(campagne, request.membre, localdate())
    choix = {"membre": request.membre, "le": le, "campagne": campagne, "entreprises": candidates}
    form = ProgrammationForm(request.POST or None, **choix)
    if form.is_valid() and (bilan := _programmer(request, form, campagne, le)):
        _dire(request, bilan, "lister" in form.data)
        return redirect(request.get_full_path())
    filtre = ProgrammationFilter(request.GET, queryset=candidates.avec_references(), request=request)
    page_obj = paginer(request, filtre.qs, TRIS, ["raison_sociale"])
    contexte = {
        "campagne": campagne,
        "form": form,
        "filter": filtre,
        "page_obj": page_obj,
        "lignes": _lignes(page_obj.object_list, request, le, form.cochees),
        "nombre": page_obj.paginator.count,
    }
    return render(request, "visites/campagne_programmer.html", contexte)


@formulaire("visites.programmer")
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
    bilan = operations.programmer_lot(form.cleaned_data["entreprise"], **choix, **form.valeurs)
    if bilan.faites:
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


def _lignes(entreprises, request, le, cochees):
    """Chaque entreprise avec ce qu'il faut savoir avant de la programmer, et si elle était cochée."""
    trouves = empechements(entreprises, request.reseau, le)
    contacts, deportes = contacts_en_mots(entreprises, request.reseau, le), {}
    for deport in Deport.objects.filter(entreprise__in=[fiche.pk for fiche in entreprises]).select_related("membre"):
        deportes.setdefault(deport.entreprise_id, []).append(str(deport.membre))
    return [
        {
            "entreprise": fiche,
            "adresse": reverse("entreprises:fiche", args=[request.reseau.slug, fiche.pk]),
            "avertissements": [
                *_avertissements(fiche, trouves.get(fiche.pk), deportes.get(fiche.pk)),
                *contacts.get(fiche.pk, []),
            ],
            "bloquee": fiche.pk in trouves and not trouves[fiche.pk].franchissable,
            "cochee": fiche.pk in cochees,
        }
        for fiche in entreprises
    ]


def _avertissements(fiche, empechement, deportes):
    phrases = ["Déjà dans la liste, sans développeur."] if fiche.inscrite else []
    if empechement:
        phrases.append(empechement.raison + (" Motif demandé." if empechement.franchissable else ""))
    return phrases + ([f"Se déporte : {', '.join(deportes)}."] if deportes else [])


def _proposer(request, entreprise, valeurs, le):
    choix = {nom: valeurs[nom] for nom in ("origine", "campagne")}
    choix |= {"par": request.membre, "le": le, "derogation": valeurs.get("derogation", "")}
    choix["malgre_contact"] = valeurs.get("malgre_contact", "")
    if valeurs["developpeur"] is None:
        return operations.choisir(entreprise, **choix)
    affectation = {nom: valeurs[nom] for nom in ("developpeur", "accompagnant", "prevue_le")}
    affectation["malgre_concurrence"] = valeurs.get("malgre_concurrence", "")
    return operations.programmer(entreprise, **choix, **affectation)
