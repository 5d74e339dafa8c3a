"""La liste figée d'une cible : en écarter des entreprises, les reprendre, l'emporter en classeur ou sur papier."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localtime

from entreprises import operations
from entreprises.criteres import decrire
from entreprises.exports import GENRES, exporter
from entreprises.forms import EcartForm
from entreprises.listes_figees import MOTIF, avec_les_ecartees, tableau_de_la_liste
from entreprises.models import Cible, Entreprise, LigneDeCible
from reseau.acces import formulaire, geste, page
from reseau.enums import Geste
from reseau.lib.erreurs import RegleEnfreinte, tenter
from reseau.lib.pdf import tableau_en_pdf
from reseau.lib.reponses import fichier
from reseau.lib.saisie import lire_cles
from reseau.lib.tableau import date_longue
from reseau.operations import noter

PAPIER_MAX = 1_000  # lignes : au-delà, le classeur est plus utile, et le papier trop long à composer
AVEC_LES_ECARTEES = "ecartees"


@formulaire("cibles.gerer", lit=LigneDeCible)
def ecarter(request, pk):
    ligne, form = _ligne(request, pk), EcartForm(request.POST or None)
    if form.is_valid() and tenter(form, operations.ecarter, ligne, motif=form.cleaned_data["motif"], par=request.membre):
        messages.success(request, f"{ligne.entreprise} ne compte plus dans la cible.")
        return redirect(ligne.cible)
    return render(request, "entreprises/ligne_de_cible_ecart.html", {"form": form, "ligne": ligne})


@geste("cibles.gerer")
def ecarter_ensemble(request, pk):
    """Écarte les lignes cochées, avec un motif commun."""
    cible, form = _cible(request, pk), EcartForm(request.POST)
    if not form.is_valid():
        raise RegleEnfreinte("Dites en quelques mots pourquoi vous les écartez.")
    lignes = _lignes(request.membre).filter(pk__in=lire_cles(request.POST.getlist("ligne")))
    nombre = operations.ecarter_ensemble(lignes, cible=cible, motif=form.cleaned_data["motif"], par=request.membre)
    suite = "ne comptent plus" if nombre > 1 else "ne compte plus"
    messages.success(request, f"{nombre} entreprise{'s' if nombre > 1 else ''} {suite} dans la cible.")
    return redirect(cible)


@geste("cibles.gerer")
def reprendre(request, pk):
    ligne = operations.reprendre(_ligne(request, pk), par=request.membre)
    messages.success(request, f"{ligne.entreprise} compte de nouveau dans la cible.")
    return redirect(ligne.cible)


@page("entreprises.exporter")
def export(request, pk):
    """La liste figée que voit le lecteur, avec les écartées et leur motif s'il les demande : le classeur se relit à l'import."""
    cible, genre = _decidee(request, pk), request.GET.get("format", "xlsx")
    if genre not in GENRES:
        raise Http404("Ce format n’existe pas")
    entreprises, choix = _a_exporter(request, cible)
    nombre, edite_le = entreprises.count(), localtime()
    choix += [(critere, ", ".join(valeurs)) for critere, valeurs in decrire(cible.criteres)]
    en_plus = [MOTIF] if AVEC_LES_ECARTEES in request.GET else []
    octets = exporter(entreprises, choix, genre, reseau=request.reseau, nombre=nombre, edite_le=edite_le, en_plus=en_plus)
    noter(request.membre, Geste.EXPORT, "entreprises", nombre=nombre, precision=f"cible n° {cible.pk}")
    return fichier(octets, f"cible-{cible.pk}-{edite_le:%Y-%m-%d}", genre)


@page("cibles.voir")
def papier(request, pk):
    """La liste figée en PDF : les entreprises de la cible, puis les écartées et leur motif."""
    cible = _decidee(request, pk)
    lignes = _lignes(request.membre).filter(cible=cible)
    nombre = lignes.count()
    if nombre > PAPIER_MAX:
        raise RegleEnfreinte(f"Cette liste dépasse {PAPIER_MAX} lignes : prenez plutôt le classeur.")
    scrutin = operations.scrutin(cible, request.membre)
    tableau = tableau_de_la_liste(cible, lignes, scrutin, edite_le=localtime())
    noter(request.membre, Geste.IMPRESSION, cible, nombre=nombre)
    return fichier(tableau_en_pdf(tableau), f"cible-{cible.pk}", "pdf")


def _a_exporter(request, cible):
    """Les entreprises demandées, et ce qui les dit dans le classeur."""
    visibles = Entreprise.objects.visibles_par(request.membre).order_by("recherche", "pk")
    choix = [("Cible", f"{cible}, décidée le {date_longue(cible.decidee_le)}")]
    if AVEC_LES_ECARTEES in request.GET:
        return avec_les_ecartees(visibles, cible), [*choix, ("Écartées", "comprises, avec leur motif")]
    return visibles.de_la_cible(cible), choix


def _cible(request, pk):
    return get_object_or_404(Cible.objects.visibles_par(request.membre).select_related("reseau", "reunion"), pk=pk)


def _decidee(request, pk):
    cible = _cible(request, pk)
    if not cible.decidee:
        raise RegleEnfreinte("Cette cible n’est pas décidée : elle n’a pas encore de liste.")
    return cible


def _lignes(membre):
    return LigneDeCible.objects.visibles_par(membre, Entreprise.objects.visibles_par(membre))


def _ligne(request, pk):
    return get_object_or_404(_lignes(request.membre).select_related("cible__reseau", "entreprise"), pk=pk)
