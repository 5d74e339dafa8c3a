"""La fiche d'une entreprise : la lire, la modifier (l'ajouter : `annuaire`)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from entreprises import operations
from entreprises.forms import EntrepriseForm
from entreprises.models import Cible, Entreprise, Etiquette
from entreprises.views.annuaire import suggestions
from entreprises.views.concurrences import liens_de
from reseau.acces import formulaire, page
from reseau.droits import NON, TOUT, portee
from reseau.enums import Geste
from reseau.lib.erreurs import tenter
from reseau.operations import noter

# Ce que la fiche montre de plus qu'une liste.
REFERENCES = ["reseau", "naf", "naf_2025", "commune__zone_emploi", "commune__arrondissement", "commune__epci"]


@page("entreprises.voir")
def fiche(request, pk):
    """L'identité de l'entreprise ; l'adresse d'une fiche fusionnée mène à celle qui l'a absorbée. La lecture est notée."""
    visibles = Entreprise.objects.visibles_par(request.membre).avec_references()
    visibles = visibles.select_related(*REFERENCES)
    entreprise = visibles.filter(pk=pk).first()
    if entreprise is None:
        return redirect(get_object_or_404(visibles, absorbees=pk))
    noter(request.membre, Geste.LECTURE, entreprise)
    contexte = {
        "entreprise": entreprise,
        "contacts": entreprise.contacts.all(),
        "cibles": _cibles_de(entreprise, request.membre),
        "deports": _deports_de(entreprise, request.membre),
        "concurrentes": liens_de(entreprise, request.membre),
        "sollicitable": entreprise.sollicitable(localdate()),
        "etiquettes": entreprise.etiquettes.all(),
        "etiquettes_du_reseau": Etiquette.objects.visibles_par(request.membre),
    }
    return render(request, "entreprises/entreprise_fiche.html", contexte)


@formulaire("entreprises.modifier", lit=Entreprise)
def modifier(request, pk):
    entreprise = get_object_or_404(Entreprise.objects.visibles_par(request.membre).avec_references(), pk=pk)
    form = EntrepriseForm(request.POST or None, instance=entreprise)
    if form.is_valid() and tenter(form, operations.modifier_entreprise, form.instance, par=request.membre):
        messages.success(request, "La fiche est à jour.")
        return redirect(entreprise)
    contexte = {"form": form, "entreprise": entreprise, "nom": form.initial["raison_sociale"], "suggestions": suggestions()}
    return render(request, "entreprises/entreprise_form.html", contexte)


def _cibles_de(entreprise, membre):
    if portee(membre, "cibles.voir") is NON:
        return Cible.objects.none()
    return Cible.objects.visibles_par(membre).decidees().filter(lignes__in=entreprise.lignes_de_cible.retenues())


def _deports_de(entreprise, membre):
    """Les déports, pour qui les gère : personne d'autre ne sait qui s'est écarté de quoi."""
    if portee(membre, "deports.gerer") is not TOUT:
        return entreprise.deports.none()
    return entreprise.deports.select_related("membre").order_by("membre__nom", "membre__prenom", "pk")
