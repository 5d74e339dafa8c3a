"""L'annuaire des compétences : chercher vers qui se tourner, tenir ses fiches, imprimer."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate, localtime

from reseau.acces import formulaire, geste, page
from reseau.droits import autorise
from reseau.enums import Geste
from reseau.lib.erreurs import tenter
from reseau.lib.listes import page_de
from reseau.lib.pdf import tableau_en_pdf
from reseau.lib.reponses import fichier
from reseau.models import FicheCompetence, Membre
from reseau.operations import noter
from suivi import operations
from suivi.correspondants import chercher, lire, meilleur, territoires_en_mots
from suivi.forms.competences import FicheCompetenceForm, RechercheForm
from suivi.papier_de_l_annuaire import annuaire_en_tableau
from suivi.territoires import territoires_de


@page("annuaire.voir")
def competences(request):
    """La recherche, le meilleur correspondant et sa raison, puis les fiches."""
    le, noms = localdate(), territoires_de(request.reseau)
    form = RechercheForm(request.GET or None, membre=request.membre, le=le, territoires=noms)
    annuaire, criteres = lire(request.membre, le, noms), dict(form.criteres)
    fiches = _trouvees(annuaire, criteres, le)
    demande = any(criteres.get(nom) for nom in ("q", "domaine", "territoire", "dispositif"))
    permis = {membre.pk: membre for membre in Membre.objects.visibles_par(request.membre).actifs(le)} if demande else {}
    lieux = {criteres["territoire"]} if criteres.get("territoire") else set()
    page_obj = page_de(request, fiches)
    for fiche in page_obj:
        fiche.ou, fiche.a_confirmer = territoires_en_mots(fiche, noms), fiche.est_a_confirmer(le)
        fiche.absence = annuaire.absences.get(fiche.membre_id)
        fiche.tenue = autorise(request.membre, "competences.tenir", fiche.membre)
    contexte = {
        "filter": {"form": form},
        "page_obj": page_obj,
        "nombre": len(fiches),
        "correspondant": meilleur(annuaire, fiches, lieux, permis) if demande else None,
        "les_miennes_a_confirmer": [f for f in annuaire.fiches if f.membre_id == request.membre.pk and f.est_a_confirmer(le)],
    }
    return render(request, "suivi/competence_liste.html", contexte)


@page("annuaire.voir")
def annuaire_pdf(request):
    """L'annuaire d'aujourd'hui, en PDF ; l'export est noté."""
    noms = territoires_de(request.reseau)
    annuaire = lire(request.membre, localdate(), noms)
    noter(request.membre, Geste.EXPORT, "annuaire des compétences", nombre=len(annuaire.fiches))
    tableau = annuaire_en_tableau(annuaire, request.reseau, localtime())
    return fichier(tableau_en_pdf(tableau), f"annuaire-des-competences-{request.reseau.slug}", "pdf")


@formulaire("competences.tenir")
def creer(request):
    return _tenir(request, FicheCompetence(membre=request.membre), "Ajouter une fiche")


@formulaire("competences.tenir")
def modifier(request, pk):
    return _tenir(request, _tenue(request, pk), "Modifier la fiche")


@geste("competences.tenir")
def confirmer(request):
    """« Toujours vrai » : les siennes, d'un clic."""
    nombre = operations.confirmer_les_fiches(request.membre, par=request.membre, le=localdate())
    messages.success(request, "Vos fiches sont confirmées pour un an." if nombre else "Vos fiches étaient déjà confirmées.")
    return redirect("suivi:competences", request.reseau.slug)


@geste("competences.tenir")
def retirer(request, pk):
    operations.retirer_une_fiche(_tenue(request, pk), par=request.membre, le=localdate())
    messages.success(request, "La fiche est retirée de l’annuaire.")
    return redirect("suivi:competences", request.reseau.slug)


def _tenir(request, fiche, titre):
    le, noms = localdate(), territoires_de(request.reseau)
    form = FicheCompetenceForm(request.POST or None, instance=fiche, par=request.membre, le=le, territoires=noms)
    if form.is_valid():
        dispositifs = form.cleaned_data["dispositifs"]
        if tenter(form, operations.tenir_une_fiche, form.instance, dispositifs=dispositifs, par=request.membre, le=le):
            messages.success(request, "La fiche est enregistrée, et confirmée pour un an.")
            return redirect("suivi:competences", request.reseau.slug)
    return render(request, "suivi/competence_form.html", {"form": form, "intitule": titre, "fiche": fiche})


def _trouvees(annuaire, criteres, le):
    mots = {nom: criteres.get(nom) or "" for nom in ("domaine", "territoire")}
    fiches = chercher(annuaire, criteres.get("q", ""), dispositif=criteres.get("dispositif"), **mots)
    return [f for f in fiches if f.est_a_confirmer(le)] if criteres.get("etat") else fiches


def _tenue(request, pk):
    """La fiche en service, si elle est de celles qu'il tient (404 sinon)."""
    fiches = FicheCompetence.objects.gerables_par(request.membre).filter(retiree_le=None).select_related("membre__reseau")
    return get_object_or_404(fiches, pk=pk)
