"""Ajouter une entreprise : la chercher au répertoire public, la reprendre, ou la saisir à la main."""

from django.contrib import messages
from django.shortcuts import redirect, render

from entreprises import annuaire_public, operations
from entreprises.enums import Etat
from entreprises.forms import EntrepriseForm
from entreprises.models import Activite, Entreprise
from reseau.acces import formulaire
from reseau.lib.erreurs import tenter

TROP_COURT = f"Écrivez au moins {annuaire_public.COURT} caractères."
REPRISE = "La fiche est remplie d’après le répertoire public des entreprises : vérifiez-la, complétez-la, puis enregistrez."
PROTEGEE = (
    "Cette entreprise a demandé à ne pas être diffusée : ni son nom ni son adresse ne sont repris, "
    "et aucune lettre ne lui sera adressée."
)
INCONNU = "Le répertoire ne connaît pas ce SIRET : vérifiez-le, ou saisissez la fiche à la main."
ANCIENNE = "Le répertoire ne répond pas en ce moment : voici sa dernière réponse, qui peut dater."


@formulaire("entreprises.modifier")
def ajouter(request):
    """Chercher (`?q=`), reprendre un établissement trouvé (`?siret=`), saisir (`?saisie=1`), enregistrer (POST)."""
    if request.method == "POST":
        return _enregistrer(request)
    recherche, siret = request.GET.get("q", "").strip(), request.GET.get("siret", "").strip()
    try:
        if siret:
            return _reprendre(request, siret)
        if "saisie" in request.GET or not annuaire_public.ouvert():
            return _saisir(request, _deviner(recherche))
        return _chercher(request, recherche)
    except annuaire_public.ServiceMuet as panne:
        return _saisir(request, _deviner(siret or recherche), alerte=str(panne))


def suggestions():
    """Les activités à proposer, par champ du formulaire."""
    return {"naf": Activite.objects.rev2(), "naf_2025": Activite.objects.naf_2025()}


def _enregistrer(request):
    form = EntrepriseForm(request.POST)
    if form.is_valid() and (entreprise := tenter(form, operations.ajouter_entreprise, form.instance, par=request.membre)):
        messages.success(request, f"{entreprise} est dans le réseau.")
        return redirect(entreprise)
    return _montrer(request, form)


def _saisir(request, initial, **avis):
    return _montrer(request, EntrepriseForm(initial=initial), **avis)


def _montrer(request, form, **avis):
    contexte = {"form": form, "suggestions": suggestions(), "recherche_ouverte": annuaire_public.ouvert(), **avis}
    return render(request, "entreprises/entreprise_form.html", contexte)


def _reprendre(request, siret):
    trouve = annuaire_public.trouver(siret)
    if trouve is None:
        return _saisir(request, _deviner(siret), alerte=INCONNU)
    return _saisir(request, trouve.en_fiche(), avis=REPRISE if trouve.diffusible else PROTEGEE)


def _chercher(request, recherche):
    contexte = {"q": recherche, "trouves": [], "total": 0, "alerte": ""}
    if 0 < len(recherche) < annuaire_public.COURT:
        contexte["alerte"] = TROP_COURT
    elif recherche:
        reponse = annuaire_public.chercher(recherche)
        contexte |= {
            "trouves": _situer(reponse.etablissements, request.membre),
            "total": reponse.total,
            "alerte": ANCIENNE if reponse.ancienne else "",
        }
    return render(request, "entreprises/entreprise_recherche.html", contexte)


def _situer(etablissements, membre):
    """Chaque établissement, le libellé de ses activités, et sa fiche s'il est déjà dans le réseau (et visible)."""
    sirets = [etablissement.siret for etablissement in etablissements]
    fiches = {fiche.siret: fiche for fiche in Entreprise.objects.visibles_par(membre).filter(siret__in=sirets)}
    activites = Activite.objects.in_bulk({code for e in etablissements for code in (e.naf, e.naf_2025) if code})
    return [
        {
            "etablissement": etablissement,
            "etat": Etat(etablissement.etat).label,
            "fiche": fiches.get(etablissement.siret),
            "naf": activites.get(etablissement.naf),
            "naf_2025": activites.get(etablissement.naf_2025),
        }
        for etablissement in etablissements
    ]


def _deviner(texte):
    """Ce qu'on a tapé dans la recherche, mis dans le champ où il va : rien n'est à retaper."""
    propre = annuaire_public.normaliser(texte)
    if not propre:
        return {}
    return {"siret" if propre.isdigit() else "raison_sociale": propre}
